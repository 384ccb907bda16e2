"""Which datum the headings of a list tell: by its name (高德经度), or as those of a map service."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from geodata.sites import Datum

_NAMED_DATUMS: tuple[tuple[re.Pattern[str], Datum], ...] = (
    (
        re.compile(
            r"高德|腾讯|火星|国测局|gcj-?_?0?2|amap|autonavi|gaode|tencent|\b(?:gd|tx)(?=[_ ]l(?:ng|on|at))", re.I
        ),
        "gcj02",
    ),
    (re.compile(r"百度|bd-?_?0?9|baidu|\bbd(?=[_ ]l(?:ng|on|at))", re.I), "bd09"),
    (re.compile(r"天地图|wgs-?_?84|cgcs|国家2000|2000国家|epsg:?_?(?:4326|4490)|tianditu", re.I), "wgs84"),
)


def datum_named(text: str) -> Datum | None:
    """Return the datum that a heading of coordinates names, such as ``坐标（高德）`` or ``lng_bd09``."""
    found = {datum for pattern, datum in _NAMED_DATUMS if pattern.search(text)}
    return found.pop() if len(found) == 1 else None


def datum_of_headings(headings: Sequence[str]) -> tuple[str, Datum] | None:
    """Return the first heading that names a datum, and the datum; ``None`` if none does or they name several."""
    found = {datum: heading for heading in reversed(headings) if (datum := datum_named(heading)) is not None}
    return next(((heading, datum) for datum, heading in found.items()), None) if len(found) == 1 else None


def without_datum(text: str) -> str:
    """Return a heading without the datum that it names: 经度 of 高德经度."""
    for pattern, _ in _NAMED_DATUMS:
        text = pattern.sub("", text)
    return text


#: What tells an answer of a map service, by the names of its columns: who sends it, the datum of its coordinates.
_SERVICES: tuple[tuple[frozenset[str], str, Datum], ...] = (
    (frozenset({"typecode", "adname", "location"}), "Amap", "gcj02"),
    (frozenset({"typecode", "adcode", "citycode", "location"}), "Amap", "gcj02"),
    (frozenset({"ad_info.adcode", "location.lat", "location.lng"}), "Tencent", "gcj02"),
    (frozenset({"street_id", "uid", "location.lat", "location.lng"}), "Baidu", "bd09"),
    (frozenset({"detail_info.tag", "uid", "location.lat", "location.lng"}), "Baidu", "bd09"),
)


def service_of(headings: Iterable[str]) -> tuple[str, Datum] | None:
    """Return the map service whose answer has such columns, and the datum of what it sends."""
    there = set(headings)
    return next(((service, datum) for columns, service, datum in _SERVICES if columns <= there), None)
