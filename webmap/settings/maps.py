"""The base map under the markers, and the service that is asked for positions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode

from webmap.settings.base import Concern, IncompleteError, setting

TIANDITU_URL = (
    "https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}"
    "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
)
OSM_URL = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"


@dataclass(frozen=True, slots=True)
class TileLayer:
    """One layer of the base map: a URL template with ``{s}``, ``{z}``, ``{x}``, ``{y}``, and the values of ``{s}``."""

    url: str
    subdomains: str = ""


class BaseMapSettings(Concern):
    """What lies under the markers."""

    base_map: Literal["tianditu", "osm", "custom", "none"] = setting(
        "osm",
        "Base map: tianditu (needs a key), osm, custom (needs tile URLs) or none",
        "底图：tianditu（需密钥）、osm、custom（需瓦片地址）或 none",
        expected="tianditu | osm | custom | none",
    )
    tianditu_key: SecretStr = setting(
        SecretStr(""), "Key of the Tianditu tile service", "天地图服务密钥", secret=True, expected="KEY"
    )
    tile_urls: Annotated[tuple[str, ...], NoDecode] = setting(
        (),
        "URL templates of a base map of your own, from the bottom up, separated by spaces",
        "自有底图的瓦片地址模板，自下而上，以空格分隔",
        expected="https://…/{z}/{x}/{y}.png",
    )
    tile_subdomains: str = setting(
        "abc",
        "Letters or digits that stand for {s} in the tile URLs",
        "瓦片地址中 {s} 可取的字母或数字",
        expected="abc | 01234567",
        pattern=r"^[a-z0-9]{0,16}$",
    )
    tile_attribution: str = setting(
        "",
        "Attribution of the base map; empty: the one of the chosen map",
        "底图署名；留空则用所选底图的署名",
        expected="TEXT",
    )

    @field_validator("tile_urls", mode="before")
    @classmethod
    def _split_urls(cls, value: Any) -> Any:
        return tuple(value.split()) if isinstance(value, str) else value

    @field_validator("tile_urls")
    @classmethod
    def _usable_urls(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for url in value:
            if not url.startswith(("https://", "http://", "/")) or not all(f"{{{axis}}}" in url for axis in "zxy"):
                raise ValueError("no tile URL template")
            if any(sign in url for sign in "\"'<>;,\\"):
                raise ValueError("signs that a tile URL cannot have")
        return value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.base_map == "tianditu" and not self.tianditu_key.get_secret_value():
            raise IncompleteError("base_map", "tianditu", "STATIONMAP_TIANDITU_KEY")
        if self.base_map == "custom" and not self.tile_urls:
            raise IncompleteError("base_map", "custom", "STATIONMAP_TILE_URLS")
        return self

    @property
    def layers(self) -> tuple[TileLayer, ...]:
        """The tile layers from the bottom up; none where there is no base map."""
        if self.base_map == "tianditu":
            key = self.tianditu_key.get_secret_value()
            return tuple(TileLayer(TIANDITU_URL.format(layer=name, key=key), "01234567") for name in ("vec", "cva"))
        if self.base_map == "osm":
            return (TileLayer(OSM_URL),)
        if self.base_map == "custom":
            return tuple(TileLayer(url, self.tile_subdomains) for url in self.tile_urls)
        return ()

    @property
    def attribution(self) -> str:
        """The attribution to show on the map, as plain text."""
        shipped = {"tianditu": "© 天地图 Tianditu", "osm": "© OpenStreetMap contributors"}
        return self.tile_attribution or shipped.get(self.base_map, "")


class GeocoderSettings(Concern):
    """The service that is asked for positions of places that have none."""

    geocoder: Literal["", "amap", "tianditu", "baidu", "nominatim", "photon", "pelias", "arcgis"] = setting(
        "",
        "Service that stationmap geocode asks: amap, tianditu, baidu (need a key), nominatim, photon, pelias, arcgis",
        "stationmap geocode 使用的地址查询服务：amap、tianditu、baidu（需密钥）、nominatim、photon、pelias、arcgis",
        expected="amap | tianditu | baidu | nominatim | photon | pelias | arcgis",
    )
    geocoder_key: SecretStr = setting(
        SecretStr(""),
        "Key of that service, for web services (servers)",
        "该服务的密钥（Web 服务/服务端类型）",
        secret=True,
        expected="KEY",
    )
    geocoder_url: str = setting(
        "",
        "Where that service is, if not at its public address",
        "该服务的地址；留空则用其公开地址",
        expected="https://HOST[/PATH]",
        pattern=r"^$|^https?://[^\s/?#]+[^\s?#]*$",
    )
    geocoder_delay: float = setting(
        1.0,
        "Seconds between two questions to it at least",
        "两次查询之间的最短间隔（秒）",
        expected="0…60",
        ge=0,
        le=60,
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.geocoder in ("amap", "tianditu", "baidu") and not self.geocoder_key.get_secret_value():
            raise IncompleteError("geocoder", self.geocoder, "STATIONMAP_GEOCODER_KEY")
        return self
