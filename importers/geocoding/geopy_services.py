"""Services that geopy speaks to: Nominatim, Photon, Pelias, ArcGIS, Baidu; at their own address or another one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from geopy.adapters import URLLibAdapter
from geopy.exc import GeocoderServiceError
from geopy.geocoders import ArcGIS, BaiduV3, Nominatim, Pelias, Photon

from geodata.sites import Datum
from importers.geocoding.answers import Answer, Grade, Question
from importers.geocoding.web import TIMEOUT_S, guarded, split_url, user_agent

_MOST = 5
#: What geopy makes of Baidu's status 1, which it has for "no result" as well.
_BAIDU_NOTHING = "Internal server error."
Read = Callable[[Mapping[str, Any]], Answer]


class GeopyService:
    """A service through geopy.

    Parameters
    ----------
    name : str
    geocoder : geopy.geocoders.base.Geocoder
    read : callable
        Turns what the service said of one place into an answer.
    **options
        For the geocoder's ``geocode``.
    """

    def __init__(self, name: str, geocoder: Any, read: Read, **options: Any) -> None:
        self.name = name
        self._geocoder = geocoder
        self._read = read
        self._options = options

    def ask(self, question: Question) -> list[Answer]:
        """Return what the service finds; see :class:`importers.geocoding.answers.Service`."""

        def ask() -> list[Answer]:
            try:
                found = self._geocoder.geocode(question.text, **{"exactly_one": False, **self._options})
            except GeocoderServiceError as error:
                if str(error) != _BAIDU_NOTHING:
                    raise
                found = None
            places = found if isinstance(found, list) else [found] if found else []
            return [self._read({**place.raw, "_lon": place.longitude, "_lat": place.latitude}) for place in places]

        return guarded(self.name, ask)


def nominatim(key: str, url: str, timeout_s: float = TIMEOUT_S) -> GeopyService:
    """Return Nominatim: OpenStreetMap's own, which takes one question a second, or another one's."""
    scheme, domain = split_url(url, "https://nominatim.openstreetmap.org")
    geocoder = Nominatim(
        domain=domain, scheme=scheme, adapter_factory=URLLibAdapter, user_agent=user_agent(), timeout=timeout_s
    )
    return GeopyService("nominatim", geocoder, _nominatim, addressdetails=True, language="zh-CN,zh", limit=_MOST)


def photon(key: str, url: str, timeout_s: float = TIMEOUT_S) -> GeopyService:
    """Return Photon."""
    scheme, domain = split_url(url, "https://photon.komoot.io")
    geocoder = Photon(
        domain=domain, scheme=scheme, adapter_factory=URLLibAdapter, user_agent=user_agent(), timeout=timeout_s
    )
    return GeopyService("photon", geocoder, _photon, limit=_MOST)


def pelias(key: str, url: str, timeout_s: float = TIMEOUT_S) -> GeopyService:
    """Return a Pelias server; there is no public one."""
    scheme, domain = split_url(url, "https://api.geocode.earth")
    geocoder = Pelias(
        domain,
        api_key=key or None,
        scheme=scheme,
        adapter_factory=URLLibAdapter,
        user_agent=user_agent(),
        timeout=timeout_s,
    )
    return GeopyService("pelias", geocoder, _pelias)


def arcgis(key: str, url: str, timeout_s: float = TIMEOUT_S) -> GeopyService:
    """Return ArcGIS, without an account."""
    scheme, domain = split_url(url, "https://geocode.arcgis.com")
    geocoder = ArcGIS(
        domain=domain, scheme=scheme, adapter_factory=URLLibAdapter, user_agent=user_agent(), timeout=timeout_s
    )
    return GeopyService("arcgis", geocoder, _arcgis, out_fields="*")


def baidu(key: str, url: str, timeout_s: float = TIMEOUT_S) -> GeopyService:
    """Return Baidu's geocoding (a key for servers); it finds one place at most, in BD-09."""
    scheme, domain = split_url(url, "https://api.map.baidu.com")
    geocoder = BaiduV3(key, scheme=scheme, adapter_factory=URLLibAdapter, user_agent=user_agent(), timeout=timeout_s)
    geocoder.api = f"{scheme}://{domain}{geocoder.api_path}"
    return GeopyService("baidu", geocoder, _baidu, exactly_one=True)


def _answer(raw: Mapping[str, Any], grade: Grade, level: str, datum: Datum = "wgs84", **rest: Any) -> Answer:
    return Answer(float(raw["_lon"]), float(raw["_lat"]), datum, grade, level, **rest)


#: Levels of Nominatim's ``place_rank``: 26 is a street, 28 a house or a place in a street, 30 a building or a point.
def _nominatim(raw: Mapping[str, Any]) -> Answer:
    rank = int(raw.get("place_rank", 0))
    address = raw.get("address") or {}
    level = str(raw.get("addresstype") or raw.get("type") or "")
    grade: Grade = "address" if rank >= 30 else "approximate" if rank >= 28 else "area" if rank >= 26 else "none"
    if raw.get("class") == "boundary" or raw.get("category") == "boundary":
        grade = "none"
    names = ("state", "province", "city", "county", "city_district", "district", "town", "suburb", "village")
    regions = tuple(dict.fromkeys(str(address[name]) for name in names if name in address))
    return _answer(raw, grade, level, text=str(raw.get("display_name", "")), regions=regions)


_PHOTON_GRADES: dict[str, Grade] = {"house": "address", "street": "area"}


def _photon(raw: Mapping[str, Any]) -> Answer:
    about = raw["properties"]
    level = str(about.get("type", ""))
    names = ("state", "county", "city", "district", "locality")
    regions = tuple(dict.fromkeys(str(about[name]) for name in names if about.get(name)))
    parts = [str(about[name]) for name in ("city", "district", "street", "housenumber", "name") if about.get(name)]
    return _answer(raw, _PHOTON_GRADES.get(level, "none"), level, text=" ".join(parts), regions=regions)


_PELIAS_GRADES: dict[str, Grade] = {"address": "address", "venue": "address", "intersection": "approximate"}


def _pelias(raw: Mapping[str, Any]) -> Answer:
    about = raw["properties"]
    level = str(about.get("layer", ""))
    grade: Grade = "area" if level == "street" else _PELIAS_GRADES.get(level, "none")
    if grade == "address" and about.get("accuracy") == "centroid" and about.get("match_type") == "fallback":
        grade = "approximate"
    names = ("region", "locality", "county", "localadmin", "borough", "neighbourhood")
    regions = tuple(dict.fromkeys(str(about[name]) for name in names if about.get(name)))
    doubtful = float(about.get("confidence", 1)) < 0.8
    return _answer(raw, grade, level, text=str(about.get("label", "")), regions=regions, doubtful=doubtful)


_ARCGIS_GRADES: dict[str, Grade] = {
    "PointAddress": "address",
    "Subaddress": "address",
    "StreetAddress": "approximate",
    "StreetInt": "approximate",
    "POI": "address",
    "StreetName": "area",
}


def _arcgis(raw: Mapping[str, Any]) -> Answer:
    about = raw.get("attributes") or {}
    level = str(about.get("Addr_type", ""))
    regions = tuple(
        dict.fromkeys(str(about[name]) for name in ("Region", "City", "Subregion", "District") if about.get(name))
    )
    doubtful = float(raw.get("score", about.get("Score", 100))) < 90
    grade, text = _ARCGIS_GRADES.get(level, "none"), str(raw.get("address", ""))
    return _answer(raw, grade, level, text=text, regions=regions, doubtful=doubtful)


#: Baidu's ``comprehension``, how much of the text was understood, below which its answer is another place's.
_BAIDU_UNDERSTOOD = 80
_BAIDU_GRADES: dict[str, Grade] = {
    "门址": "address",
    "餐饮": "address",
    "交通设施": "address",
    "道路": "area",
    "村庄": "area",
    "商圈": "area",
}
_BAIDU_AREAS = frozenset({"国家", "省", "城市", "区县", "乡镇", "街道", "开发区", "UNKNOWN", ""})


def _baidu(raw: Mapping[str, Any]) -> Answer:
    level = str(raw.get("level") or "")
    precise = int(raw.get("precise", 0)) == 1
    grade: Grade = "none" if level in _BAIDU_AREAS else _BAIDU_GRADES.get(level, "address")
    if grade == "address" and not precise:
        grade = "approximate"
    doubtful = float(raw.get("comprehension", 100)) < _BAIDU_UNDERSTOOD or int(raw.get("confidence", 100)) < 50
    return _answer(raw, grade, level, "bd09", doubtful=doubtful)
