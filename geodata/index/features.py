"""A site as GeoJSON and as the details of one page: bytes made once when the index is built.

Of a feature only the values are kept, each as JSON; the names of its members are the same for all sites. So
200,000 features take 50 MB instead of 130, and making one whole is a single formatting of bytes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any

import orjson

from geodata.datum import convert_point
from geodata.sites import Datum
from geodata.store.records import SiteRow

#: Walking along streets is longer than the straight line, at 80 metres a minute.
DETOUR = 1.3
WALK_M_PER_MIN = 80

#: Members of the properties after the code, in the order of the values kept. Before them stand the code, the geometry
#: and the code again, so that they fill the template as they are.
_MEMBERS = (
    "name", "kind", "labels", "label", "address", "area", "area_name", "precision", "state", "hours_text", "facilities",
    "services", "access", "fee", "level", "rating", "entrance", "floor", "directions", "phone",
)  # fmt: skip
_TEMPLATE = (
    b'{"type":"Feature","id":%b,"geometry":%b,"properties":{"code":%b,'
    + b"".join(b'"%b":%%b,' % name.encode() for name in _MEMBERS)
    + b'"distance_m":%b,"walk_min":%b,"walk_basis":"%b","open":%b}}'
)
#: Never in JSON, where control characters are escaped.
_BETWEEN = b"\0"


def feature_values(
    row: SiteRow, area_name: str, facilities: bytes, services: bytes, access: bytes, rating: bytes
) -> bytes:
    """Return what lasts of a site's feature, in WGS-84.

    Parameters
    ----------
    row : SiteRow
    area_name : str
        The name of its area.
    facilities, services : bytes
        JSON of the values by code; unknown ones left out.
    access : bytes
        As :func:`access_values` made it.
    rating : bytes
        JSON of the rating.
    """
    labels = row.labels
    before = (
        row.code,
        None if row.lon is None else {"type": "Point", "coordinates": (row.lon, row.lat)},
        row.code,
        row.name,
        row.kind,
        labels,
        labels[0] if labels else None,
        row.address,
        row.area,
        area_name,
        row.precision,
        row.state,
        row.hours_text,
    )
    after = (
        None if row.entrance_lon is None else (row.entrance_lon, row.entrance_lat),
        row.floor,
        row.directions,
        row.phone,
    )
    level = orjson.dumps(row.level)
    return _BETWEEN.join(
        (*map(orjson.dumps, before), facilities, services, access, level, rating, *map(orjson.dumps, after))
    )


def access_values(access: Mapping[str, Any]) -> bytes:
    """Return the values that a feature has of the access."""
    return _BETWEEN.join((orjson.dumps(access.get("ways", ())), orjson.dumps(access.get("fee"))))


def whole_feature(values: bytes, distance_m: float | None, opening: bytes, walk_s: float | None = None) -> bytes:
    """Return a feature.

    Parameters
    ----------
    values : bytes
        As :func:`feature_values` made them.
    distance_m : float, optional
    opening : bytes
        The JSON of ``open``.
    walk_s : float, optional
        Seconds on foot along streets; without them, or NaN, the minutes are those of the straight line.
    """
    return whole_features([(values, distance_m, opening)], [walk_s])


def whole_features(
    parts: Sequence[tuple[bytes, float | None, bytes]], walk_s: Sequence[float | None] | None = None
) -> bytes:
    """Return features with commas between, given what :func:`whole_feature` needs of each: formatted all at once."""
    filled: list[bytes] = []
    for (values, distance_m, opening), seconds in zip(parts, walk_s or [None] * len(parts), strict=True):
        filled += values.split(_BETWEEN)
        if distance_m is None:
            filled += (b"null", b"null", b"straight_line", opening)
        elif seconds is None or seconds != seconds:
            minutes = math.ceil(distance_m * DETOUR / WALK_M_PER_MIN)
            filled += (b"%.1f" % distance_m, b"%d" % minutes, b"straight_line", opening)
        else:
            filled += (b"%.1f" % distance_m, b"%d" % math.ceil(seconds / 60), b"street", opening)
    return _templates(len(parts)) % tuple(filled)


@lru_cache(maxsize=32)
def _templates(count: int) -> bytes:
    return b",".join([_TEMPLATE] * count)


def member(values: bytes, name: str) -> Any:
    """Return one of a feature's lasting properties besides the code."""
    return orjson.loads(values.split(_BETWEEN)[3 + _MEMBERS.index(name)])


def with_member(values: bytes, name: str, value: bytes) -> bytes:
    """Return a feature's lasting values with another JSON for one of the properties besides the code."""
    parts = values.split(_BETWEEN)
    parts[_MEMBERS.index(name) - len(_MEMBERS)] = value
    return _BETWEEN.join(parts)


def in_datum(feature: bytes, datum: Datum) -> bytes:
    """Return a feature with its coordinates in another datum."""
    return orjson.dumps(converted(orjson.loads(feature), datum))


def converted(feature: dict[str, Any], datum: Datum) -> dict[str, Any]:
    """Return a feature, whose coordinates are WGS-84, with coordinates in ``datum``; the given one is changed."""
    if datum != "wgs84":
        if feature["geometry"] is not None:
            feature["geometry"]["coordinates"] = _point(feature["geometry"]["coordinates"], datum)
        entrance = feature["properties"]["entrance"]
        if entrance is not None:
            feature["properties"]["entrance"] = _point(entrance, datum)
    return feature


def _point(coordinates: list[float], datum: Datum) -> list[float]:
    lon, lat = convert_point(coordinates[0], coordinates[1], "wgs84", datum)
    return [round(lon, 7), round(lat, 7)]


#: Details by column, left out where they say nothing, and what stands for that on the page.
_PLAIN_EXTRAS: Mapping[str, Any] = {
    "host": "",
    "operator": "",
    "operator_code": None,
    "capacity": None,
    "area_m2": None,
    "website": "",
    "note": "",
    "valid_from": None,
    "valid_to": None,
    "verified_on": None,
    "former_names": [],
    "awards": [],
    "photos": [],
    "closures": [],
    "position_note": "",
    "given_datum": None,
}


_plain_extras = attrgetter(*_PLAIN_EXTRAS)


def extra_base(row: SiteRow, facilities: Mapping[str, Any], services: Mapping[str, Any]) -> bytes:
    """Return what only the page of one site shows; empty parts are left out.

    Parameters
    ----------
    row : SiteRow
    facilities, services : mapping
        As :func:`remarks` made them.
    """
    extra = {name: value for name, value in zip(_PLAIN_EXTRAS, _plain_extras(row), strict=True) if value}
    if facilities:
        extra["facilities"] = facilities
    if services:
        extra["services"] = services
    if note := row.access.get("note"):
        extra["access_note"] = note
    if row.sources:
        extra["sources"] = [{"source": item.source, "last_seen": item.last_seen} for item in row.sources]
    extra["version"] = row.version
    extra["updated_at"] = row.updated_at
    return orjson.dumps(extra)


def read_extra(extra: bytes, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the details with every part present, given the feature's properties."""
    found = {**_PLAIN_EXTRAS, "facilities": {}, "services": {}, "access_note": "", "sources": [], **orjson.loads(extra)}
    for group in ("facilities", "services"):
        known = found[group]
        values = {**properties[group], **dict.fromkeys(known.keys() - properties[group].keys(), "unknown")}
        found[group] = {code: {"value": value, **_NO_REMARK, **known.get(code, {})} for code, value in values.items()}
    return found


def last_change(extra: bytes) -> str:
    """Return when a site was last written, as ISO 8601, from its stored details."""
    found: str = orjson.loads(extra)["updated_at"]
    return found


_NO_REMARK: Mapping[str, Any] = {"basis": "claimed", "as_of": None, "note": "", "hours": {}}


def remarks(amenities: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return what is known of facilities beyond the value, which the feature has unless it is unknown."""
    found: dict[str, Any] = {}
    for code, part in amenities.items():
        if len(part) > 2 or part["basis"] != "claimed":
            found[code] = {name: value for name, value in part.items() if name != "value"}
        elif part["value"] == "unknown":
            found[code] = {}
    return found
