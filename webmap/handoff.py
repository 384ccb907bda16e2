"""Links that hand a destination over to navigation apps, each with its own order and datum of coordinates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from geodata.datum import convert_point
from geodata.sites import Datum
from webmap.devices import Device, View

App = Literal["amap", "baidu", "tencent", "apple", "geo"]
Mode = Literal["walk", "ride", "car"]

LABELS: dict[App, tuple[str, str]] = {
    "amap": ("高德地图", "Amap"),
    "baidu": ("百度地图", "Baidu Maps"),
    "tencent": ("腾讯地图", "Tencent Maps"),
    "apple": ("苹果地图", "Apple Maps"),
    "geo": ("其他地图应用", "Other map app"),
}

_AMAP_WEB: dict[Mode, str] = {"walk": "walk", "ride": "ride", "car": "car"}
_AMAP_APP: dict[Mode, str] = {"walk": "2", "ride": "3", "car": "0"}
_BAIDU: dict[Mode, str] = {"walk": "walking", "ride": "riding", "car": "driving"}
_TENCENT: dict[Mode, str] = {"walk": "walk", "ride": "bike", "car": "drive"}
# Apple's links know no cycling: those who ride get the way on foot.
_APPLE: dict[Mode, str] = {"walk": "w", "ride": "w", "car": "d"}
# These links show the place and leave the way to travel to the person.
_NO_MODE: dict[Mode, str] = {"walk": "", "ride": "", "car": ""}


#: Built-in browser of an app → the app whose web page opens there without a warning page in between.
_AT_HOME: dict[View, App] = {"wechat": "tencent", "qq": "tencent", "amap": "amap", "baidu": "baidu"}
#: Everywhere else; its web page opens the app by itself where there is one, and shows the way where there is none.
_USUAL: App = "amap"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where to go.

    Attributes
    ----------
    lon, lat : float
        Degrees in WGS-84: the entrance where one is known.
    name, address : str
        As on the signboard.
    """

    lon: float
    lat: float
    name: str
    address: str = ""

    @classmethod
    def of(cls, feature: Mapping[str, Any]) -> Destination | None:
        """Return the destination that a site's GeoJSON feature (WGS-84) gives; ``None`` if nobody can be sent there."""
        place, geometry = feature["properties"], feature["geometry"]
        point = place["entrance"] or (geometry and geometry["coordinates"])
        if not point or place["precision"] == "area":  # the middle of a district is no place to send anyone to
            return None
        return cls(point[0], point[1], place["name"], place["address"])


@dataclass(frozen=True, slots=True)
class _Link:
    """A kind of link: for whom it is, which datum the app expects, its words for ways to travel, and its address."""

    app: App
    kind: Literal["web", "app"]
    platform: Literal["any", "ios", "android"]
    datum: Datum
    modes: Mapping[Mode, str]
    template: str


_BAIDU_APP = (
    "{scheme}://map/direction?destination=latlng:{{lat}},{{lon}}%7Cname:{{name}}&coord_type=gcj02&mode={{mode}}"
    "&src={client}.{{src}}.{{src}}"
)

LINKS: tuple[_Link, ...] = (
    _Link(
        "amap",
        "web",
        "any",
        "gcj02",
        _AMAP_WEB,
        "https://uri.amap.com/navigation?to={lon},{lat},{name}&mode={mode}&src={src}&callnative=1&coordinate=gaode",
    ),
    _Link(
        "amap",
        "app",
        "android",
        "gcj02",
        _AMAP_APP,
        "amapuri://route/plan/?dlat={lat}&dlon={lon}&dname={name}&dev=0&t={mode}&sourceApplication={src}",
    ),
    _Link(
        "amap",
        "app",
        "ios",
        "gcj02",
        _AMAP_APP,
        "iosamap://path?sourceApplication={src}&dlat={lat}&dlon={lon}&dname={name}&dev=0&t={mode}",
    ),
    _Link(
        "baidu",
        "web",
        "any",
        "gcj02",
        _NO_MODE,  # the only web link of Baidu that needs neither an origin nor a city
        "https://api.map.baidu.com/marker?location={lat},{lon}&title={name}&content={address}&output=html"
        "&coord_type=gcj02&src=webapp.{src}.{src}",
    ),
    _Link("baidu", "app", "android", "gcj02", _BAIDU, _BAIDU_APP.format(scheme="bdapp", client="andr")),
    _Link("baidu", "app", "ios", "gcj02", _BAIDU, _BAIDU_APP.format(scheme="baidumap", client="ios")),
    _Link(
        "tencent",
        "web",
        "any",
        "gcj02",
        _TENCENT,
        "https://apis.map.qq.com/uri/v1/routeplan?type={mode}&to={name}&tocoord={lat},{lon}&coord_type=2&referer={src}",
    ),
    _Link(
        "tencent",
        "app",
        "any",
        "gcj02",
        _TENCENT,
        "qqmap://map/routeplan?type={mode}&to={name}&tocoord={lat},{lon}&referer={src}",
    ),
    _Link("apple", "web", "any", "wgs84", _APPLE, "https://maps.apple.com/?daddr={lat},{lon}&dirflg={mode}"),
    _Link("geo", "app", "any", "wgs84", _NO_MODE, "geo:{lat},{lon}?q={lat},{lon}({name})"),
)


def navigation(destination: Destination, *, app_name: str, mode: Mode = "walk") -> list[dict[str, Any]]:
    """Return the links to ``destination``.

    Parameters
    ----------
    destination : Destination
    app_name : str
        Under which the apps see where the link comes from.
    mode : {"walk", "ride", "car"}
        How people get there.

    Returns
    -------
    list of dict
        ``{"app", "kind", "platform", "label": {"zh", "en"}, "href"}``, web links before app links for each app.
    """
    points: dict[Datum, tuple[float, float]] = {
        datum: convert_point(destination.lon, destination.lat, "wgs84", datum) for datum in ("wgs84", "gcj02")
    }
    return [_entry(link, points[link.datum], destination, app_name, mode) for link in LINKS]


def links_to(feature: Mapping[str, Any], *, app_name: str, mode: Mode = "walk") -> list[dict[str, Any]]:
    """Return the links of :func:`navigation` to a site, given as its GeoJSON feature; none to where nobody can go."""
    destination = Destination.of(feature)
    return [] if destination is None else navigation(destination, app_name=app_name, mode=mode)


def web_link(links: list[dict[str, Any]], device: Device, wished: str = "") -> dict[str, Any]:
    """Return the link that is sure to open: a web page, which no built-in browser of another app blocks.

    Parameters
    ----------
    links : list of dict
        As :func:`navigation` gives them.
    device : Device
        Which opens the link.
    wished : str
        App whose link to take; one that has no web page counts as no wish.
    """
    web = {link["app"]: link for link in links if link["kind"] == "web"}
    chosen: dict[str, Any] = web.get(wished) or web[_AT_HOME[device.view] if device.view else _USUAL]
    return chosen


def _entry(
    link: _Link, point: tuple[float, float], destination: Destination, app_name: str, mode: Mode
) -> dict[str, Any]:
    lon, lat = point
    zh, en = LABELS[link.app]
    href = link.template.format(
        lon=f"{lon:.6f}",
        lat=f"{lat:.6f}",
        name=quote(destination.name, safe=""),
        address=quote(destination.address or destination.name, safe=""),
        src=quote(app_name, safe=""),
        mode=link.modes[mode],
    )
    return {
        "app": link.app,
        "kind": link.kind,
        "platform": link.platform,
        "label": {"zh": zh, "en": en},
        "href": href,
    }
