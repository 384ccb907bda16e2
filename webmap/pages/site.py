"""What all pages of one application share: settings, assets and the composed map."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from flask import current_app
from markupsafe import Markup

from webmap.context import Context
from webmap.maps import ComposedMap, compose
from webmap.pages.assets import Assets
from webmap.paths import static_folder
from webmap.settings import BaseMapSettings, Settings
from webmap.standalone import vendored

MAP_SCRIPT = "made/map.js"
#: A second map beside the first one, whose libraries it uses.
SECOND_MAP_SCRIPT = "made/second-map.js"
OSM_COPYRIGHT = Markup('<a href="https://www.openstreetmap.org/copyright">{}</a>')


class Pages:
    """The pages' own state, one for each application.

    Parameters
    ----------
    context : Context
        Settings, vocabulary and the read model.
    """

    def __init__(self, context: Context) -> None:
        self.context = context

    @property
    def settings(self) -> Settings:
        """The deployment's settings."""
        return self.context.settings

    @cached_property
    def composed(self) -> ComposedMap:
        """The map, without its sites."""
        base = self.settings.base_map
        return compose(base.layers, attribution(base))

    @cached_property
    def second(self) -> ComposedMap:
        """A second map for a page that compares, without a layer that gathers markers."""
        base = self.settings.base_map
        return compose(base.layers, attribution(base), clustered=False, name="second")

    @cached_property
    def assets(self) -> Assets:
        """Scripts, styles and icons, the map's own script with its libraries among them."""
        composed = self.composed
        # A slow network pays for each file: the map's parts go as one script and in the one style sheet.
        script = "\n;\n".join([*map(vendored, composed.scripts), composed.script])
        made = {MAP_SCRIPT: script, SECOND_MAP_SCRIPT: self.second.script}
        return Assets(static_folder(), made, [*map(vendored, composed.styles)])

    def map_template(self) -> dict[str, Any]:
        """Return what the template of a page with the map needs, besides its configuration."""
        return {
            "map_element": self.composed.element,
            "map_script": self.assets.url(MAP_SCRIPT),
            "page_script": self.assets.script("app.js"),
        }


def pages() -> Pages:
    """Return what the pages of the present application share."""
    found: Pages = current_app.extensions["stationmap.pages"]
    return found


def attribution(base: BaseMapSettings) -> str:
    """Return the attribution of the base map as HTML; OpenStreetMap's terms ask for a link."""
    text = Markup.escape(base.attribution)
    if base.base_map == "osm" and not base.tile_attribution:
        return str(OSM_COPYRIGHT.format(text))
    return str(text)
