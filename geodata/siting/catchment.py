"""Which share of the areas, and of the demand that is loaded, lies within a walk of a place: for the public numbers.

A point on the streets that are loaded goes along them to every place that is on them too; all other ways are straight
lines with the usual detour (:mod:`geodata.siting.straight`). How much of each went along streets is told with it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import scipy.sparse as sp
import shapely

from geodata.areas import Area
from geodata.siting.straight import DETOUR, PACE_M_PER_MIN, straight_minutes
from geodata.siting.types import Bools, Floats, Longs

if TYPE_CHECKING:
    from geodata.sites import Site
    from geodata.store import Store
    from geodata.streets import StreetNetwork

MINUTES = 15.0
MODE = "foot"
#: Levels of areas that have a share of their own, each before those within it.
LEVELS = ("district", "street")
#: An area is measured by about so many points at regular distances, which are no smaller than this.
AREA_POINTS, LEAST_SPACING_M = 10_000, 20.0
#: Points that are looked at together.
_BLOCK = 20_000
#: Points of one block lie in squares of this side, in degrees: their places are then few.
_SQUARE = 0.05
_METRES_PER_DEGREE = 111_320.0
_GEOD = pyproj.Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class Points:
    """Points with weights, which of them are within the walk of a place, and which are on streets."""

    lon: Floats
    lat: Floats
    weight: Floats
    within: Bools
    on_streets: Bools

    def some(self, rows: Longs) -> Points:
        """Return some of them, by number."""
        return Points(self.lon[rows], self.lat[rows], self.weight[rows], self.within[rows], self.on_streets[rows])

    def share(self) -> dict[str, Any]:
        """Return the whole weight, the share of it that is within the walk, the share on streets, and the number.

        Some of the weight must not be 0.
        """
        whole = float(self.weight.sum())
        return {
            "weight": whole,
            "share": float(self.weight[self.within].sum()) / whole,
            "streets": float(self.weight[self.on_streets].sum()) / whole,
            "points": int(np.count_nonzero(self.weight)),
        }


class Walking:
    """Tells which points are within the walk of a place.

    Parameters
    ----------
    lon, lat : ndarray, shape (m,)
        The places, degrees in WGS-84.
    networks : sequence of StreetNetwork
        Where several hold a point the smallest one tells.
    """

    def __init__(self, lon: Floats, lat: Floats, networks: Sequence[StreetNetwork]) -> None:
        self._lon, self._lat = lon, lat
        walked = [network for network in networks if MODE in network.profiles]
        self._networks = sorted(walked, key=lambda network: network.edges)

    def __call__(self, lon: Floats, lat: Floats, weight: Floats) -> Points:
        """Look at points, degrees in WGS-84."""
        within, on_streets = np.zeros((2, len(lon)), np.bool_)
        order = np.lexsort((lon, np.floor(lon / _SQUARE), np.floor(lat / _SQUARE)))
        for first in range(0, len(order), _BLOCK):
            rows = order[first : first + _BLOCK]
            within[rows], on_streets[rows] = self._block(lon[rows], lat[rows])
        return Points(lon, lat, weight, within, on_streets)

    def _block(self, lon: Floats, lat: Floats) -> tuple[Bools, Bools]:
        near = self._near(lon, lat)
        to_lon, to_lat = self._lon[near], self._lat[near]
        within, on_streets = np.zeros((2, len(lon)), np.bool_)
        for network in self._networks:
            rows = np.flatnonzero(~on_streets)
            starts = network.snap(lon[rows], lat[rows], profile=MODE)
            rows, starts = rows[starts.found], starts[starts.found]
            if not len(rows):
                continue
            ends = network.snap(to_lon, to_lat, profile=MODE)
            times = network.travel_times(starts, ends, cutoff_s=60 * MINUTES)
            off = ~ends.found
            within[rows] = _any(times) | _straight(lon[rows], lat[rows], to_lon[off], to_lat[off])
            on_streets[rows] = True
        rows = np.flatnonzero(~on_streets)
        within[rows] = _straight(lon[rows], lat[rows], to_lon, to_lat)
        return within, on_streets

    def _near(self, lon: Floats, lat: Floats) -> Bools:
        """Return which places may be within the walk of any of the points: no other one is."""
        high = 1.01 * MINUTES * PACE_M_PER_MIN[MODE] / _METRES_PER_DEGREE
        wide = high / max(0.01, math.cos(math.radians(float(np.abs(lat).max()))))
        return np.asarray(
            (self._lon >= lon.min() - wide)
            & (self._lon <= lon.max() + wide)
            & (self._lat >= lat.min() - high)
            & (self._lat <= lat.max() + high)
        )


def catchments(store: Store, *, day: date) -> dict[str, Any]:
    """Return what of the areas and of the demand is within the walk of a place in service.

    Parameters
    ----------
    store : Store
    day : date
        On which a place has to be in service. At what time it is open does not matter.

    Returns
    -------
    dict
        Plain data. ``minutes``, ``speed_kmh``, ``detour``, ``day``, the number of ``places``, the names of the
        ``networks``.

        ``areas``: of each district and street ``area`` (its code), ``part_of`` (the district that it is part of, or
        ``None``), ``surface`` in square kilometres, and ``demand`` by layer, as :meth:`Points.share` gives them; a
        layer that has nothing in the area is left out. ``layers``: the same of whole layers.
    """
    areas, places = store.areas(), _places(store, day)
    names = [info.name for info in store.street_networks()]
    walking = Walking(*places, [store.streets(name) for name in names])
    shown = [area for level in LEVELS for area in areas if area.level == level and area.polygon.area > 0]
    layers, demand = _demand(store, shown, walking)
    part_of = _part_of(areas)
    return {
        "minutes": MINUTES,
        "speed_kmh": PACE_M_PER_MIN[MODE] * 60 / 1000,
        "detour": DETOUR,
        "day": day.isoformat(),
        "places": len(places[0]),
        "networks": names,
        "layers": layers,
        "areas": [
            {
                "area": area.adcode,
                "part_of": part_of.get(area.adcode),
                "surface": _surface(area, walking).share(),
                "demand": inside,
            }
            for area, inside in zip(shown, demand, strict=True)
        ],
    }


def _places(store: Store, day: date) -> tuple[Floats, Floats]:
    """Return where people come in at the places that are in service on a day, if more than their area is known."""
    found = [
        stored.site.entrance or stored.site.position
        for stored in store.sites()
        if stored.site.precision not in ("area", "none") and _serves(stored.site, day)
    ]
    lon, lat = (np.array([getattr(point, axis) for point in found], np.float64) for axis in ("lon", "lat"))
    return lon, lat


def _serves(site: Site, day: date) -> bool:
    there = (site.valid_from or day) <= day <= (site.valid_to or day)
    shut = any((closure.start or day) <= day <= (closure.end or day) for closure in site.closures)
    return site.state == "open" and there and not shut


def _part_of(areas: Sequence[Area]) -> dict[str, str]:
    """Return by code of an area that of the district that it is part of, where that is known."""
    by_code = {area.adcode: area for area in areas}
    found = {}
    for area in areas:
        above = by_code.get(area.parent or "")
        while above is not None and above.level == area.level:
            above = by_code.get(above.parent or "")
        if area.level == "street" and above is not None and above.level == "district":
            found[area.adcode] = above.adcode
    return found


def _surface(area: Area, walking: Walking) -> Points:
    km2 = abs(_GEOD.geometry_area_perimeter(area.polygon)[0]) / 1e6
    lon, lat = grid(area.polygon, max(LEAST_SPACING_M, math.sqrt(km2 * 1e6 / AREA_POINTS)))
    narrowing = np.cos(np.radians(lat))  # a step of longitude is shorter farther from the equator
    return walking(lon, lat, km2 * narrowing / narrowing.sum())


def grid(polygon: shapely.MultiPolygon, spacing_m: float) -> tuple[Floats, Floats]:
    """Return points at regular distances within a polygon: at least one, however small it is."""
    high = spacing_m / _METRES_PER_DEGREE
    wide = high / max(0.01, math.cos(math.radians(polygon.centroid.y)))
    parts = [_part(part, wide, high) for part in polygon.geoms]  # islands far apart are not one rectangle
    lon, lat = (np.concatenate(values) for values in zip(*parts, strict=True))
    if not len(lon):
        point = polygon.representative_point()
        return np.array([point.x]), np.array([point.y])
    return lon, lat


def _part(polygon: shapely.Polygon, wide: float, high: float) -> tuple[Floats, Floats]:
    west, south, east, north = polygon.bounds
    across = (np.arange(math.floor(west / wide), math.ceil(east / wide)) + 0.5) * wide
    along = (np.arange(math.floor(south / high), math.ceil(north / high)) + 0.5) * high
    lon, lat = (values.ravel() for values in np.meshgrid(across, along))
    shapely.prepare(polygon)
    inside = shapely.contains_xy(polygon, lon, lat)
    return lon[inside], lat[inside]


def _demand(
    store: Store, areas: Sequence[Area], walking: Walking
) -> tuple[dict[str, dict[str, Any]], list[dict[str, dict[str, Any]]]]:
    """Return the shares of whole layers by name, and of what of them is in each of the areas."""
    tree = shapely.STRtree([area.polygon for area in areas])
    layers: dict[str, dict[str, Any]] = {}
    inside: list[dict[str, dict[str, Any]]] = [{} for _ in areas]
    for info in store.demand_layers():
        layer = store.demand(info.name)
        if not layer.weight.any():
            continue
        found = walking(layer.lon, layer.lat, layer.weight)
        layers[info.name] = found.share()
        point, area = tree.query(shapely.points(layer.lon, layer.lat), predicate="intersects")
        order = np.argsort(area, kind="stable")
        numbers, first = np.unique(area[order], return_index=True)
        for at, rows in zip(numbers, np.split(point[order], first[1:]), strict=False):
            if layer.weight[rows].any():
                inside[at][info.name] = found.some(rows).share()
    return layers, inside


def _any(times: sp.csr_array) -> Bools:
    return np.asarray(np.diff(times.indptr) > 0)


def _straight(lon: Floats, lat: Floats, to_lon: Floats, to_lat: Floats) -> Bools:
    if not len(lon) or not len(to_lon):
        return np.zeros(len(lon), np.bool_)
    return _any(straight_minutes(lon, lat, to_lon, to_lat, MODE, MINUTES))
