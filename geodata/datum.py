"""WGS-84 ⇄ GCJ-02 ⇄ BD-09, vectorised, with an inverse that is exact to rounding.

GCJ-02 is the datum of all maps published in mainland China: WGS-84 shifted by 300 to 700 metres with a smooth,
unpublished but well-known formula on the Krasovsky 1940 ellipsoid. BD-09 is Baidu's second shift on top of it. Neither
applies outside the mainland: Hong Kong, Macau and Taiwan are mapped in WGS-84. The region is coarse and wide towards
the neighbours, but close to Hong Kong and Macau; ``mainland.geojson`` tells its sources and precision.

Two points can have the same shifted coordinates: one inside the border, and one up to 1.5 km outside it that is not
shifted. The one inside is meant then (which costs BD-09 coordinates in the west of Macau something). So
``from_wgs84(to_wgs84(p)) == p`` for every ``p`` that ``from_wgs84`` can give, and ``to_wgs84(from_wgs84(p)) == p``
everywhere but in that strip outside the border.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geodata.errors import ValueUnusableError
from geodata.sites import Datum

Floats = NDArray[np.float64]
Shift = Callable[[Floats, Floats], tuple[Floats, Floats]]

#: Krasovsky 1940: semi-major axis in metres and squared eccentricity, as the GCJ-02 formula uses them.
_AXIS_M = 6378245.0
_ECCENTRICITY_2 = 0.00669342162296594323
#: The iteration gains a factor of 30 or more a round: this many are beyond double precision.
_ROUNDS = 10
_ENOUGH = 1e-13
#: What the inverse may be off by at most, in degrees; keeps points on the border on the same side both ways.
_BORDER_TOLERANCE = 1e-9


def to_wgs84(lon: ArrayLike, lat: ArrayLike, datum: Datum) -> tuple[Floats, Floats]:
    """Convert coordinates given in ``datum`` to WGS-84.

    Parameters
    ----------
    lon, lat : array_like
        Degrees, of shapes that broadcast.
    datum : {"wgs84", "gcj02", "bd09"}

    Returns
    -------
    lon, lat : ndarray of float64
        Degrees in WGS-84; unchanged where the point lies outside mainland China.

    Raises
    ------
    ValueUnusableError
        If a coordinate is not finite, or beyond ±180 (longitude) or ±90 (latitude) degrees.
    """
    given_lon, given_lat = _checked(lon, lat)
    if datum == "wgs84":
        return given_lon, given_lat
    moved_lon, moved_lat = _inverse(_SHIFTS[datum], given_lon, given_lat)
    region, border = _region()
    inside = shapely.intersects_xy(border, moved_lon, moved_lat) | shapely.intersects_xy(region, given_lon, given_lat)
    return np.where(inside, moved_lon, given_lon), np.where(inside, moved_lat, given_lat)


def from_wgs84(lon: ArrayLike, lat: ArrayLike, datum: Datum) -> tuple[Floats, Floats]:
    """Convert WGS-84 coordinates to ``datum``.

    Parameters
    ----------
    lon, lat : array_like
        Degrees in WGS-84, of shapes that broadcast.
    datum : {"wgs84", "gcj02", "bd09"}

    Returns
    -------
    lon, lat : ndarray of float64
        Degrees in ``datum``; unchanged where the point lies outside mainland China.

    Raises
    ------
    ValueUnusableError
        If a coordinate is not finite, or beyond ±180 (longitude) or ±90 (latitude) degrees.
    """
    given_lon, given_lat = _checked(lon, lat)
    if datum == "wgs84":
        return given_lon, given_lat
    moved_lon, moved_lat = _SHIFTS[datum](given_lon, given_lat)
    inside = shapely.intersects_xy(_region()[0], given_lon, given_lat)
    return np.where(inside, moved_lon, given_lon), np.where(inside, moved_lat, given_lat)


def convert_point(lon: float, lat: float, source: Datum, target: Datum) -> tuple[float, float]:
    """Convert one point from one datum to another, by the rules of :func:`to_wgs84` and :func:`from_wgs84`."""
    if source == target:
        _checked(lon, lat)
        return lon, lat
    there_lon, there_lat = from_wgs84(*to_wgs84(lon, lat, source), target)
    return float(there_lon), float(there_lat)


def in_mainland(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Tell which WGS-84 points lie where GCJ-02 and BD-09 apply."""
    inside: NDArray[np.bool_] = np.asarray(shapely.intersects_xy(_region()[0], *_checked(lon, lat)))
    return inside


def _checked(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    lon_array, lat_array = np.broadcast_arrays(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))
    for name, values, bound in (("lon", lon_array, 180.0), ("lat", lat_array, 90.0)):
        # "not within" is true for NaN as well
        bad = values[~(np.abs(values) <= bound)]
        if bad.size:
            raise ValueUnusableError(
                f"coordinate_{name}_range", value=f"{bad.flat[0]:g}", expected=f"-{bound:g}…{bound:g}"
            )
    return lon_array.copy(), lat_array.copy()


@cache
def _region() -> tuple[shapely.Geometry, shapely.Geometry]:
    """Return mainland China, and the same wider by the tolerance; both prepared for fast tests."""
    features = json.loads(files("geodata").joinpath("mainland.geojson").read_text(encoding="utf-8"))["features"]
    parts: dict[str, list[shapely.Geometry]] = {"inside": [], "outside": []}
    for feature in features:
        parts[feature["properties"]["part"]].append(shapely.Polygon(feature["geometry"]["coordinates"][0]))
    region = shapely.difference(shapely.union_all(parts["inside"]), shapely.union_all(parts["outside"]))
    border = shapely.buffer(region, _BORDER_TOLERANCE, join_style="mitre")
    shapely.prepare([region, border])
    return region, border


def _inverse(shift: Shift, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return the points that ``shift`` moves to ``lon``, ``lat``, by fixed-point iteration."""
    guess_lon, guess_lat = lon, lat
    for _ in range(_ROUNDS):
        moved_lon, moved_lat = shift(guess_lon, guess_lat)
        error_lon, error_lat = lon - moved_lon, lat - moved_lat
        guess_lon, guess_lat = guess_lon + error_lon, guess_lat + error_lat
        if max(np.abs(error_lon).max(initial=0.0), np.abs(error_lat).max(initial=0.0)) < _ENOUGH:
            break
    return guess_lon, guess_lat


def _to_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Shift WGS-84 to GCJ-02: two polynomials with sine ripples in metres, divided by the metres of a degree."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    ripple = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north_m += (ripple + 20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi / 3.0 * y)) * 2.0 / 3.0
    north_m += (160.0 * np.sin(np.pi / 12.0 * y) + 320.0 * np.sin(np.pi / 30.0 * y)) * 2.0 / 3.0
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east_m += (ripple + 20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi / 3.0 * x)) * 2.0 / 3.0
    east_m += (150.0 * np.sin(np.pi / 12.0 * x) + 300.0 * np.sin(np.pi / 30.0 * x)) * 2.0 / 3.0
    radians = np.radians(lat)
    w2 = 1.0 - _ECCENTRICITY_2 * np.sin(radians) ** 2
    lat_degree_m = np.pi / 180.0 * _AXIS_M * (1.0 - _ECCENTRICITY_2) / (w2 * np.sqrt(w2))
    # no longitude to speak of at the poles; the points are outside the region anyway
    lon_degree_m = np.pi / 180.0 * _AXIS_M / np.sqrt(w2) * np.maximum(np.cos(radians), 1e-3)
    return lon + east_m / lon_degree_m, lat + north_m / lat_degree_m


def _to_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Shift WGS-84 to BD-09: GCJ-02 in polar form about 0/0, with ripples in both, plus a constant."""
    x, y = _to_gcj02(lon, lat)
    ripple = np.pi * 3000.0 / 180.0
    radius = np.hypot(x, y) + 2e-5 * np.sin(y * ripple)
    angle = np.arctan2(y, x) + 3e-6 * np.cos(x * ripple)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


_SHIFTS: dict[Datum, Shift] = {"gcj02": _to_gcj02, "bd09": _to_bd09}
