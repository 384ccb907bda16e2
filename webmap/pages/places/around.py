"""What lies around a place: its nearest neighbours, and a sketch of where they are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import orjson
import shapely

from geodata.areas import Area
from geodata.index import SiteIndex, SiteQuery
from geodata.index.features import DETOUR, WALK_M_PER_MIN

#: So many neighbours are named, out to this distance.
NEIGHBOURS, NEIGHBOURS_RADIUS_M = 5, 20_000
#: So many dots has the picture of a place, out to this distance.
PICTURED, PICTURED_RADIUS_M = 150, 30_000
_EARTH_M_PER_DEGREE = math.pi * 6_371_008.8 / 180
#: Walks whose reach the sketch shows as circles, minutes.
WALKS_MIN = (5, 10, 15)


def neighbours(index: SiteIndex, place: dict[str, Any], now: datetime, *, only_open: bool = False) -> list[Any]:
    """Return the properties of the nearest other places, with their positions as ``point``.

    Parameters
    ----------
    index : SiteIndex
    place : dict
        A feature of the index. Of one without a position, or of which only the area is known, nothing is near.
    now : datetime
    only_open : bool
        Only the nearest of those that are surely open now.
    """
    properties, geometry = place["properties"], place["geometry"]
    if geometry is None or properties["precision"] == "area":
        return []
    query = SiteQuery(open_at=now, include_unknown=False) if only_open else SiteQuery()
    count = 1 if only_open else NEIGHBOURS
    lon, lat = geometry["coordinates"]
    hits = index.nearby(lon, lat, query, radius_m=NEIGHBOURS_RADIUS_M, limit=count + 1, now=now)
    found = [orjson.loads(feature) for feature in index.features(hits)]
    return [
        {**feature["properties"], "point": feature["geometry"]["coordinates"]}
        for feature in found
        if feature["id"] != properties["code"]
    ][:count]


def positions_around(index: SiteIndex, point: tuple[float, float], now: datetime) -> tuple[tuple[float, float], ...]:
    """Return the positions of the places nearest to a point, so many as a picture can show."""
    hits = index.nearby(*point, SiteQuery(), limit=PICTURED, now=now, radius_m=PICTURED_RADIUS_M)
    found = [orjson.loads(feature)["geometry"]["coordinates"] for feature in index.features(hits)]
    return tuple((lon, lat) for lon, lat in found)


def district_of(index: SiteIndex, area: str | None) -> str | None:
    """Return the code of the district, else the smallest area, that an area lies in."""
    known = {item.adcode: item for item in index.areas}
    smallest = found = known.get(area or "")
    while found is not None and found.level == "street":
        found = known.get(found.parent or "")
    chosen = found or smallest
    return None if chosen is None else chosen.adcode


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture of the ground: its middle in degrees, its size in pixels, and how many metres a pixel is."""

    lon: float
    lat: float
    width: int
    height: int
    m_per_px: float

    def pixel(self, lon: float, lat: float) -> tuple[float, float]:
        """Return where a position lies in the picture."""
        x, y = self.pixels(np.array([[lon, lat]]))[0]
        return float(x), float(y)

    def pixels(self, points: Any) -> Any:
        """Return where positions lie, given as an array of (lon, lat); straight lines stay straight."""
        east = (points[:, 0] - self.lon) * math.cos(math.radians(self.lat)) * _EARTH_M_PER_DEGREE
        north = (points[:, 1] - self.lat) * _EARTH_M_PER_DEGREE
        return np.column_stack((self.width / 2 + east / self.m_per_px, self.height / 2 - north / self.m_per_px))

    def outlines(self, areas: Sequence[Area], level: str) -> list[list[tuple[float, float]]]:
        """Return the borders of the areas of a level as lines of pixels, cut at the picture's edge."""
        margin = 8
        box = (-margin, -margin, self.width + margin, self.height + margin)
        lines: list[list[tuple[float, float]]] = []
        for area in areas:
            if area.level != level:
                continue
            drawn = shapely.transform(shapely.boundary(area.polygon), self.pixels)
            cut = shapely.simplify(shapely.clip_by_rect(drawn, *box), 0.5)
            for part in shapely.get_parts(shapely.line_merge(cut) if cut.geom_type == "MultiLineString" else cut):
                if part.geom_type == "LineString" and not part.is_empty:
                    lines.append([(float(x), float(y)) for x, y in shapely.get_coordinates(part)])
        return lines


@dataclass(frozen=True, slots=True)
class Dot:
    """A neighbour in the sketch: its number in the list, where it lies and what it is."""

    number: int
    x: float
    y: float
    kind: str


@dataclass(frozen=True, slots=True)
class Circle:
    """How far one comes in some minutes, in pixels."""

    minutes: int
    radius: float


@dataclass(frozen=True, slots=True)
class Sketch:
    """A place amid its neighbours, in pixels: no streets, but how far and in which direction."""

    width: int
    height: int
    dots: tuple[Dot, ...]
    circles: tuple[Circle, ...]
    borders: tuple[str, ...]


def sketch(index: SiteIndex, place: dict[str, Any], near: Sequence[Any]) -> Sketch | None:
    """Return the sketch of a place and its neighbours; none where the position is not known."""
    geometry = place["geometry"]
    if geometry is None or place["properties"]["precision"] == "area":
        return None
    width, height, edge = 400, 260, 26
    reach = [WALKS_MIN[0] * WALK_M_PER_MIN / DETOUR * 1.15]
    lon, lat = geometry["coordinates"]
    plain = Frame(lon, lat, 0, 0, 1)
    # Those far away would make everything else a spot: at most two kilometres are shown.
    for item in near:
        east, north = (abs(value) for value in plain.pixel(*item["point"]))
        reach.append(min(max(north, east * (height - 2 * edge) / (width - 2 * edge)), 2000))
    frame = Frame(lon, lat, width, height, max(reach) / (height / 2 - edge))
    dots = []
    for number, item in enumerate(near, 1):
        x, y = frame.pixel(*item["point"])
        if 0 <= x <= width and 0 <= y <= height:
            dots.append(Dot(number, round(x, 1), round(y, 1), item["kind"]))
    circles = [Circle(minutes, round(minutes * WALK_M_PER_MIN / DETOUR / frame.m_per_px, 1)) for minutes in WALKS_MIN]
    borders = [
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in line)
        for line in frame.outlines(index.areas, "district") + frame.outlines(index.areas, "street")
    ]
    shown = tuple(circle for circle in circles if 34 < circle.radius < height / 2 + 8)
    return Sketch(width, height, tuple(dots), shown, tuple(borders))
