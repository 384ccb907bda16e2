"""What all pages of one application share: settings, assets and the composed map."""

from __future__ import annotations

from functools import cached_property

from markupsafe import Markup

from webmap.context import Context
from webmap.maps import ComposedMap, compose
from webmap.pages.assets import Assets
from webmap.paths import static_folder
from webmap.settings import BaseMapSettings, Settings

MAP_SCRIPT = "made/map.js"
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
    def assets(self) -> Assets:
        """Scripts, styles and icons, the map's own script among them."""
        return Assets(static_folder(), {MAP_SCRIPT: self.composed.script})

    def map_scripts(self) -> list[str]:
        """Return the addresses of the scripts that make the map, in order."""
        return [*map(self.assets.vendor_url, self.composed.scripts), self.assets.url(MAP_SCRIPT)]

    def map_styles(self) -> list[str]:
        """Return the addresses of the styles that the map needs."""
        return [*map(self.assets.vendor_url, self.composed.styles)]

    def modules(self) -> list[str]:
        """Return the addresses of the page's own modules, so that a browser can ask for all of them at once."""
        return [self.assets.url(name) for name in self.assets.names() if "/" not in name and name.endswith(".js")]


def attribution(base: BaseMapSettings) -> str:
    """Return the attribution of the base map as HTML; OpenStreetMap's terms ask for a link."""
    text = Markup.escape(base.attribution)
    if base.base_map == "osm" and not base.tile_attribution:
        return str(OSM_COPYRIGHT.format(text))
    return str(text)
