"""The web services of AMap (高德) and Tianditu (天地图)."""

from __future__ import annotations

import json
import math
from typing import Any

from importers.geocoding.answers import Answer, GeocoderError, Grade, Question
from importers.geocoding.web import TIMEOUT_S, Web, guarded

AMAP_URL = "https://restapi.amap.com"
TIANDITU_URL = "https://api.tianditu.gov.cn"

#: AMap's levels of a match; all others are areas, of which only a centre is known.
_AMAP_GRADES: dict[str, Grade] = {
    "门牌号": "address",
    "门址": "address",
    "单元号": "address",
    "楼层": "address",
    "房间": "address",
    "兴趣点": "address",
    "公交地铁站点": "approximate",
    "公交站台": "approximate",
    "地铁站": "approximate",
    "道路交叉路口": "approximate",
    "小巷": "approximate",
    "住宅区": "approximate",
    "道路": "area",
    "村庄": "area",
    "热点商圈": "area",
}
#: AMap's codes of failures: what may be asked for again later today, a minute later, or never with this key.
_AMAP_RATE = frozenset({"10004", "10014", "10015", "10016", "10017", "10019", "10020", "10021", "10029"})
_AMAP_QUOTA = frozenset({"10003", "10010", "10040", "10041", "10044", "10045", "40000", "40002"})
_AMAP_QUERY = frozenset({"20000", "20001", "20002", "20011", "20012", "30001", "30002", "30003"})
#: Provinces without cities: all of one counts as the city.
_MUNICIPALITIES = ("11", "12", "31", "50")

_TIANDITU_GRADES: dict[str, Grade] = {
    "门址": "address",
    "门牌": "address",
    "门牌号": "address",
    "地名地址": "address",
    "兴趣点": "address",
    "POI": "address",
    "住宅小区": "approximate",
    "小区": "approximate",
    "道路交叉口": "approximate",
    "道路": "area",
    "街巷": "approximate",
    "村庄": "area",
    "自然村": "area",
}
#: Below this of 100 Tianditu took only a part of the text.
_TIANDITU_SURE = 80.0


class AMap:
    """AMap's geocoding, ``/v3/geocode/geo``: needs a key for web services (Web服务); coordinates in GCJ-02.

    Parameters
    ----------
    key : str
    url : str
        The service's address without path, or empty.
    timeout_s : float
    """

    name = "amap"

    def __init__(self, key: str, url: str = "", timeout_s: float = TIMEOUT_S) -> None:
        self._key = key
        self._url = f"{(url or AMAP_URL).rstrip('/')}/v3/geocode/geo"
        self._web = Web(self.name, timeout_s)

    def ask(self, question: Question) -> list[Answer]:
        """Return what AMap finds; see :class:`importers.geocoding.answers.Service`."""
        # A bar would separate several addresses.
        parameters = {"key": self._key, "address": question.text.replace("|", " "), "output": "JSON"}
        if city := _city(question.adcode):
            parameters["city"] = city
        found = self._web.get(self._url, parameters)
        if str(found.get("status")) != "1":
            code, info = str(found.get("infocode", "")), str(found.get("info", ""))
            if code in {"20003", "30000"} or info == "ENGINE_RESPONSE_DATA_ERROR":  # nothing like it is known
                return []
            raise GeocoderError(_amap_failure(code), service=self.name, reason=f"{info} {code}"[:80].strip())
        return guarded(self.name, lambda: [_amap_answer(item) for item in found.get("geocodes") or ()])


def _amap_failure(code: str) -> str:
    if code in _AMAP_RATE:
        return "geocoder_rate"
    if code in _AMAP_QUOTA:
        return "geocoder_quota"
    return "geocoder_query" if code in _AMAP_QUERY else "geocoder_key"


def _city(adcode: str) -> str:
    """Return the code of the city around an area, which AMap asks for; it takes no county-level city."""
    if len(adcode) < 6:
        return ""
    return f"{adcode[:2]}0000" if adcode.startswith(_MUNICIPALITIES) else f"{adcode[:4]}00"


def _amap_answer(item: dict[str, Any]) -> Answer:
    lon, lat = (_degrees(part) for part in str(item["location"]).split(","))
    level = _text(item.get("level"))
    names = (_text(item.get(name)) for name in ("province", "city", "district", "township"))
    regions = tuple(dict.fromkeys(filter(None, names)))
    return Answer(
        lon,
        lat,
        "gcj02",
        _AMAP_GRADES.get(level, "none"),
        level,
        _text(item.get("formatted_address")),
        regions,
        _text(item.get("adcode")),
    )


def _text(value: Any) -> str:
    """Return a text; AMap gives an empty list for an empty one."""
    return value if isinstance(value, str) else ""


def _degrees(value: Any) -> float:
    degrees = float(value)
    if not math.isfinite(degrees) or abs(degrees) > 180:
        raise ValueError("no degrees")
    return degrees


class Tianditu:
    """Tianditu's geocoding, ``/geocoder``: needs a key for servers; CGCS2000, which is WGS-84 to within a metre.

    Parameters
    ----------
    key : str
    url : str
        The service's address without path, or empty.
    timeout_s : float
    """

    name = "tianditu"

    def __init__(self, key: str, url: str = "", timeout_s: float = TIMEOUT_S) -> None:
        self._key = key
        self._url = f"{(url or TIANDITU_URL).rstrip('/')}/geocoder"
        self._web = Web(self.name, timeout_s)

    def ask(self, question: Question) -> list[Answer]:
        """Return what Tianditu finds, one place at most."""
        keyword = json.dumps({"keyWord": question.text}, ensure_ascii=False)
        found = self._web.get(self._url, {"ds": keyword, "tk": self._key})
        status = str(found.get("status", found.get("code", "")))
        if status in ("101", "404"):  # no result, or a text that it makes nothing of
            return []
        if status != "0":
            reason = f"{found.get('msg', '')} {status}"[:80].strip()
            raise GeocoderError(_tianditu_failure(reason), service=self.name, reason=reason)
        location = found.get("location")
        return guarded(self.name, lambda: [_tianditu_answer(location)] if location else [])


def _tianditu_failure(reason: str) -> str:
    return "geocoder_quota" if any(word in reason for word in ("次数", "配额", "超限", "超过")) else "geocoder_key"


def _tianditu_answer(location: dict[str, Any]) -> Answer:
    level, score = str(location.get("level") or ""), location.get("score")
    lon, lat = _degrees(location["lon"]), _degrees(location["lat"])
    doubtful = score is not None and float(score) < _TIANDITU_SURE
    grade = _TIANDITU_GRADES.get(level, "none")
    shown = level if score is None else f"{level} {float(score):g}"
    return Answer(lon, lat, "wgs84", grade, shown.strip(), doubtful=doubtful)
