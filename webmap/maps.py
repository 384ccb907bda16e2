"""The map, composed with folium in this one place; where it is shown is the business of its callers.

folium's own assets come from content delivery networks and bring jQuery, Bootstrap and icon fonts. The classes here
name only what the map needs, under logical names that the caller resolves to copies of its own. All parts carry fixed
ids, so the script is the same in every process and can be served as a file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import folium
from branca.element import CssLink, Element, Figure, JavascriptLink
from folium.plugins import MarkerCluster

from webmap.settings import TileLayer

Named = TypeVar("Named", bound=Element)

#: What a map shows before anything is known: all of China.
START_LOCATION = (35.5, 105.0)
START_ZOOM = 4
#: Markers stay apart from this zoom on.
CLUSTERS_END_AT_ZOOM = 17
MIN_ZOOM, MAX_ZOOM = 3, 19
#: The deepest zoom that every offered base map has; beyond it tiles are enlarged.
MAX_NATIVE_ZOOM = 18


class SiteMap(folium.Map):
    """A folium map that needs Leaflet and nothing else."""

    default_js = [("leaflet", "leaflet.js")]  # noqa: RUF012 - folium's own shape
    default_css = [("leaflet_css", "leaflet.css")]  # noqa: RUF012


class SiteCluster(MarkerCluster):
    """The layer that gathers near markers; the page's script fills it and draws its icons."""

    default_js = [("markercluster", "leaflet.markercluster.js")]  # noqa: RUF012
    default_css = [("markercluster_css", "leaflet.markercluster.css")]  # noqa: RUF012


@dataclass(frozen=True, slots=True)
class ComposedMap:
    """A map ready to be shown.

    Attributes
    ----------
    element : str
        ``id`` of the element that the map fills.
    script : str
        JavaScript that makes the map in that element; ``names`` are its global variables.
    scripts, styles : tuple of str
        Logical names of the assets, in the order in which they must load.
    names : mapping
        ``map``, ``cluster`` and ``tiles`` (a list) → name of the JavaScript variable.
    """

    element: str
    script: str
    scripts: tuple[str, ...]
    styles: tuple[str, ...]
    names: Mapping[str, Any] = field(default_factory=dict)


def compose(
    tiles: Sequence[TileLayer],
    attribution: str,
    *,
    clustered: bool = True,
    base_shown: bool = True,
    name: str = "page",
) -> ComposedMap:
    """Compose a map: base map and an empty layer for the sites.

    Parameters
    ----------
    tiles : sequence of TileLayer
        From the bottom up; empty for a map without a base map.
    attribution : str
        Who made the base map, as HTML.
    clustered : bool
        Whether there is a layer that gathers near markers.
    base_shown : bool
        Whether the base map is on the map from the start; its layers are there anyway, for a script to add.
    name : str
        Tells the map from a second one on the same page.

    Returns
    -------
    ComposedMap
    """
    site_map = _fixed(
        SiteMap(
            location=START_LOCATION,
            zoom_start=START_ZOOM,
            tiles=None,
            zoom_control=False,
            world_copy_jump=True,
        ),
        name,
    )
    site_map.options |= {"min_zoom": MIN_ZOOM, "max_zoom": MAX_ZOOM}  # folium hands these to its own tiles only
    prefix = "base" if name == "page" else f"{name}_base"
    layers = [
        _add_tiles(site_map, tile, attribution, f"{prefix}{number}", shown=base_shown)
        for number, tile in enumerate(tiles)
    ]
    cluster = _add_cluster(site_map) if clustered else None
    figure = site_map.get_root()
    if not isinstance(figure, Figure):
        raise TypeError("a folium map is expected to make its own figure")
    figure.render()
    return ComposedMap(
        element=site_map.get_name(),
        script=figure.script.render(),
        scripts=_links(figure, JavascriptLink),
        styles=_links(figure, CssLink),
        names={
            "map": site_map.get_name(),
            **({"cluster": cluster.get_name()} if cluster else {}),
            "tiles": [tile.get_name() for tile in layers],
        },
    )


def _add_cluster(site_map: SiteMap) -> SiteCluster:
    cluster = _fixed(
        SiteCluster(  # type: ignore[no-untyped-call]
            max_cluster_radius=48,
            show_coverage_on_hover=False,
            spiderfy_on_max_zoom=True,
            disable_clustering_at_zoom=CLUSTERS_END_AT_ZOOM + 1,
            chunked_loading=True,
        ),
        "sites",
    )
    cluster.add_to(site_map)
    return cluster


def _add_tiles(site_map: SiteMap, tile: TileLayer, attribution: str, name: str, *, shown: bool) -> folium.TileLayer:
    layer = folium.TileLayer(
        tiles=tile.url,
        attr=attribution or " ",
        name=name,
        show=shown,
        max_zoom=MAX_ZOOM,
        max_native_zoom=MAX_NATIVE_ZOOM,
        subdomains=tile.subdomains or "a",
        # OpenStreetMap's servers refuse requests that do not say from which site they come.
        referrer_policy="strict-origin-when-cross-origin",
    )
    _fixed(layer, name).add_to(site_map)
    return layer


def _fixed(element: Named, name: str) -> Named:
    """Give ``element`` a stable id in place of folium's random one."""
    element._id = name
    return element


def _links(figure: Figure, kind: type[JavascriptLink] | type[CssLink]) -> tuple[str, ...]:
    return tuple(child.url for child in figure.header._children.values() if isinstance(child, kind))
