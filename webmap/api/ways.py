"""The way on foot to one site: along streets where those are loaded."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from flask import Response, request

from geodata.datum import convert_point
from geodata.errors import NotFoundError
from geodata.index.features import DETOUR, WALK_M_PER_MIN
from geodata.index.geometry import geodesic_m
from geodata.sites import Datum
from webmap.api.answers import GEOJSON, PRIVATE, Answer, json_bytes, respond
from webmap.api.detail import present_code
from webmap.api.parameters import WayParameters, parse
from webmap.context import Context, context
from webmap.handoff import Destination

#: Decimal places of a degree: a decimetre.
_DIGITS = 6


def way(code: str) -> Response:
    """Give the way on foot from a point to one site.

    It follows streets where they are loaded, and is the straight line elsewhere: `walk_basis` says which. The point is
    not kept.
    """
    parts = context()
    asked = parse(WayParameters, request.args)
    index, now = parts.index, parts.now()
    current = present_code(index, code)
    detail = index.detail(current, now)
    target = Destination.of(detail)
    if target is None:
        raise NotFoundError("site_no_position", site=current)
    here = convert_point(asked.lon, asked.lat, asked.datum, "wgs84")
    found = _way(parts, here, (target.lon, target.lat), asked.datum)
    found["properties"] |= {"code": current, "name": target.name}
    return respond(Answer(lambda: json_bytes(found), content_type=GEOJSON, cache=PRIVATE))


def _way(parts: Context, here: tuple[float, float], there: tuple[float, float], datum: Datum) -> dict[str, Any]:
    """Return the feature of a way between two points in WGS-84, in ``datum``."""
    walks = parts.read_model.walks
    found = walks.way(*here, *there) if walks else None
    if found is None:
        length = float(geodesic_m(*here, np.array([there[0]]), np.array([there[1]]))[0])
        basis, line = "straight_line", [here, there]
        minutes = length * DETOUR / WALK_M_PER_MIN
    else:
        length, basis, minutes = found.length_m, "street", found.seconds / 60
        line = [here, *(map(tuple, found.coordinates.tolist())), there]
    given = [[round(value, _DIGITS) for value in convert_point(lon, lat, "wgs84", datum)] for lon, lat in line]
    properties = {"walk_min": math.ceil(minutes), "walk_basis": basis, "length_m": round(length, 1)}
    return {"type": "Feature", "geometry": {"type": "LineString", "coordinates": given}, "properties": properties}
