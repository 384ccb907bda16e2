"""A site as GeoJSON and as the details of one page: bytes made once when the index is built.

The bytes of a feature stop where the request's own parts begin - distance and opening -, which :func:`spliced` adds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import orjson

from geodata.datum import convert_point
from geodata.sites import Datum
from geodata.store.records import SiteRow

#: Walking along streets is longer than the straight line, at 80 metres a minute.
DETOUR = 1.3
WALK_M_PER_MIN = 80


def feature_base(row: SiteRow, area_name: str) -> bytes:
    """Return the lasting part of a site's feature, in WGS-84.

    Parameters
    ----------
    row : SiteRow
    area_name : str
        The name of its area.
    """
    labels, access, score = row.labels, row.access, row.score
    located = row.lon is not None
    feature = {
        "type": "Feature",
        "id": row.code,
        "geometry": {"type": "Point", "coordinates": (row.lon, row.lat)} if located else None,
        "properties": {
            "code": row.code,
            "name": row.name,
            "kind": row.kind,
            "labels": labels,
            "label": labels[0] if labels else None,
            "address": row.address,
            "area": row.area,
            "area_name": area_name,
            "precision": row.precision,
            "state": row.state,
            "hours_text": row.hours_text,
            "facilities": _known(row.facilities),
            "services": _known(row.services),
            "access": access.get("ways", ()),
            "fee": access.get("fee"),
            "level": row.level,
            "rating": None
            if score is None
            else {"score": round(score.score, 2), "stars": score.stars, "count": score.count},
            "entrance": None if row.entrance_lon is None else (row.entrance_lon, row.entrance_lat),
            "floor": row.floor,
            "directions": row.directions,
            "phone": row.phone,
        },
    }
    return orjson.dumps(feature)[:-2] + b","


def _known(amenities: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    return {code: part["value"] for code, part in amenities.items() if part["value"] != "unknown"}


def spliced(base: bytes, distance_m: float | None, opening: bytes) -> bytes:
    """Return the whole feature.

    Parameters
    ----------
    base : bytes
        As :func:`feature_base` made it.
    distance_m : float, optional
    opening : bytes
        The JSON of ``open``.
    """
    if distance_m is None:
        return b'%b"distance_m":null,"walk_min":null,"walk_basis":"straight_line","open":%b}}' % (base, opening)
    walk = math.ceil(distance_m * DETOUR / WALK_M_PER_MIN)
    return b'%b"distance_m":%.1f,"walk_min":%d,"walk_basis":"straight_line","open":%b}}' % (
        base,
        distance_m,
        walk,
        opening,
    )


def in_datum(feature: bytes, datum: Datum) -> bytes:
    """Return a feature with its coordinates in another datum."""
    return feature if datum == "wgs84" else orjson.dumps(converted(orjson.loads(feature), datum))


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
    "facilities": {},
    "services": {},
    "position_note": "",
    "given_datum": None,
}


def extra_base(row: SiteRow) -> bytes:
    """Return what only the page of one site shows; empty parts are left out."""
    extra: dict[str, Any] = {name: value for name in _PLAIN_EXTRAS if (value := getattr(row, name))}
    if note := row.access.get("note"):
        extra["access_note"] = note
    if row.sources:
        extra["sources"] = [{"source": item.source, "last_seen": item.last_seen} for item in row.sources]
    extra["version"] = row.version
    extra["updated_at"] = row.updated_at
    return orjson.dumps(extra)


def read_extra(extra: bytes) -> dict[str, Any]:
    """Return the details with every part present."""
    return {**_PLAIN_EXTRAS, "access_note": "", "sources": [], **orjson.loads(extra)}
