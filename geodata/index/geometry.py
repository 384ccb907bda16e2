"""The nearest points on the earth: a tree over unit vectors proposes, the geodesic on WGS-84 decides.

Longitude and latitude are read as those of a sphere. The path between two points on the spheroid is then at most
0.6 % longer or shorter than on a sphere of mean radius (its radii of curvature run from 6,335 to 6,400 km), so that a
chord with 1 % margin bounds the geodesic from either side, at the poles and across the antimeridian too.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod
from scipy.spatial import cKDTree

Floats: TypeAlias = NDArray[np.float64]
Rows: TypeAlias = NDArray[np.int32]
Mask: TypeAlias = NDArray[np.bool_]
#: Which of some rows are wanted; all rows with ``None``.
Accept: TypeAlias = Callable[[Rows | None], Mask]

EARTH_M = 6_371_008.8
MARGIN = 1.01
#: More candidates than this are found quicker by looking at every point.
_TREE_LIMIT = 4096
_GEOD = Geod(ellps="WGS84")


def unit_vectors(lon: Floats, lat: Floats) -> Floats:
    """Return the points as (n, 3) vectors of length one; degrees in."""
    lam, phi = np.radians(lon), np.radians(lat)
    across = np.cos(phi)
    return np.column_stack((across * np.cos(lam), across * np.sin(lam), np.sin(phi)))


def unit_vector(lon: float, lat: float) -> Floats:
    """Return one point as a vector of length one; degrees in."""
    lam, phi = math.radians(lon), math.radians(lat)
    across = math.cos(phi)
    return np.array((across * math.cos(lam), across * math.sin(lam), math.sin(phi)))


def chord_within(distance_m: float) -> float:
    """Return a chord that no point within ``distance_m`` (geodesic) exceeds."""
    angle = MARGIN * distance_m / EARTH_M
    return 2.1 if angle >= math.pi else 2.0 * math.sin(angle / 2) + 1e-9


def _chord_beyond(distance_m: float) -> float:
    """Return a chord that every point farther than ``distance_m`` (geodesic) exceeds."""
    return 2.0 * math.sin(min(distance_m / (MARGIN * EARTH_M), math.pi) / 2) - 1e-9


def geodesic_m(lon: float, lat: float, lons: Floats, lats: Floats) -> Floats:
    """Return the geodesic distances in metres from one point to others."""
    n = len(lons)
    if n == 0:
        return np.empty(0)
    here = np.empty((2, n))
    here[0], here[1] = lon, lat
    _, _, distances = _GEOD.inv(here[0], here[1], lons, lats, return_back_azimuth=False)
    return np.asarray(distances, dtype=np.float64)


class Globe:
    """Points on the earth, by the row they belong to.

    Parameters
    ----------
    rows : ndarray of int32, shape (n,)
        The row of each point.
    lon, lat : ndarray of float64, shape (n,)
        Degrees in WGS-84.
    """

    def __init__(self, rows: Rows, lon: Floats, lat: Floats) -> None:
        self.rows = rows
        self.lon = lon
        self.lat = lat
        self.vectors = unit_vectors(lon, lat)
        # Neither balanced nor compact: built in half the time, searched as fast.
        self._tree = cKDTree(self.vectors, balanced_tree=False, compact_nodes=False)

    def nearest(
        self,
        lon: float,
        lat: float,
        *,
        radius_m: float,
        count: int,
        accept: Accept | None,
        order: Rows,
        share: float = 0.25,
    ) -> tuple[Rows, Floats]:
        """Return the rows of the accepted points nearest to a point, and their geodesic distances.

        Parameters
        ----------
        lon, lat : float
            Degrees in WGS-84.
        radius_m : float
            Points farther away are left out; one at exactly this distance is in.
        count : int
            How many at most.
        accept : callable, optional
            Which rows are wanted.
        order : ndarray of int32
            By row, what decides between points of the same distance.
        share : float
            About what part of the points is accepted; for speed only.
        """
        if count < 1 or not len(self.rows):
            return np.empty(0, dtype=np.int32), np.empty(0)
        centre = unit_vector(lon, lat)
        bound = chord_within(radius_m)
        tried = count + 8 if accept is None else int(min(1.3 * count / max(share, 0.001) + 16, _TREE_LIMIT))
        while tried <= _TREE_LIMIT and tried < len(self.rows):
            chords, points = self._tree.query(centre, tried, distance_upper_bound=bound)
            known_to = float(chords[-1])
            if not math.isfinite(known_to):
                found = int(chords.searchsorted(math.inf))
                chords, points = chords[:found], points[:found]
            points, chords = self._accepted(points, chords, accept)
            result = self._ranked(lon, lat, points, chords, radius_m, count, order, known_to)
            if result is not None:
                return result
            tried *= 4
        points, chords = self._scan(centre, bound, accept)
        return self._exact(lon, lat, self._closest(lon, lat, points, chords, radius_m, count), radius_m, count, order)

    def nearest_after(
        self, lon: float, lat: float, *, wanted: Mask, count: int, order: Rows, after: tuple[float, int] | None
    ) -> tuple[Rows, Floats]:
        """Return the next of the wanted points by distance, wherever on earth.

        Parameters
        ----------
        lon, lat : float
            Degrees in WGS-84.
        wanted : ndarray of bool
            By row.
        count : int
        order : ndarray of int32
            By row, what decides between points of the same distance.
        after : (float, int), optional
            Distance and order of the last point that was given already.
        """
        if count < 1 or not len(self.rows):
            return np.empty(0, dtype=np.int32), np.empty(0)
        points, chords = self._scan(unit_vector(lon, lat), math.inf, lambda _: wanted)
        if after is not None:
            surely_later = chords > chord_within(after[0])
            nearby = points[(chords >= _chord_beyond(after[0])) & ~surely_later]
            distances = geodesic_m(lon, lat, self.lon[nearby], self.lat[nearby])
            later = (distances > after[0]) | ((distances == after[0]) & (order[self.rows[nearby]] > after[1]))
            points = np.concatenate((nearby[later], points[surely_later]))
            difference = self.vectors[points] - unit_vector(lon, lat)
            chords = np.sqrt(np.einsum("ij,ij->i", difference, difference))
        return self._exact(lon, lat, self._closest(lon, lat, points, chords, math.inf, count), math.inf, count, order)

    @property
    def nbytes(self) -> int:
        """The memory it takes, in bytes; the tree's own is that of its indices and some nodes."""
        return self.vectors.nbytes + self.lon.nbytes + self.lat.nbytes + self.rows.nbytes + 8 * len(self.rows)

    def _accepted(
        self, points: NDArray[np.intp], chords: Floats, accept: Accept | None
    ) -> tuple[NDArray[np.intp], Floats]:
        if accept is None:
            return points, chords
        wanted = accept(self.rows[points])
        return points[wanted], chords[wanted]

    def _scan(self, centre: Floats, bound: float, accept: Accept | None) -> tuple[NDArray[np.intp], Floats]:
        points = np.arange(len(self.rows)) if accept is None else np.flatnonzero(accept(None)[self.rows])
        difference = self.vectors[points] - centre
        chords = np.sqrt(np.einsum("ij,ij->i", difference, difference))
        within = chords <= bound
        return points[within], chords[within]

    def _ranked(
        self,
        lon: float,
        lat: float,
        points: NDArray[np.intp],
        chords: Floats,
        radius_m: float,
        count: int,
        order: Rows,
        known_to: float,
    ) -> tuple[Rows, Floats] | None:
        """Return the nearest of points sorted by chord; ``None`` if one beyond the chord ``known_to`` might be nearer.

        Looks at a few more than asked for, as chords and geodesics differ a little, and at all of them only when those
        few leave it open, as they do where many points are the same.
        """
        few = count + count // 8 + 4
        for taken in (few, len(points)) if few < len(points) else (len(points),):
            rows, distances = self._exact(lon, lat, points[:taken], radius_m, count, order)
            reach = chord_within(float(distances[-1])) if len(rows) == count else math.inf
            if reach < (float(chords[taken]) if taken < len(points) else known_to) or (
                taken == len(points) and not math.isfinite(known_to)
            ):
                return rows, distances
        return None

    def _closest(
        self, lon: float, lat: float, points: NDArray[np.intp], chords: Floats, radius_m: float, count: int
    ) -> NDArray[np.intp]:
        """Return those of the points, in any order, among which the nearest must be."""
        if len(points) <= count:
            return points
        first = points[np.argpartition(chords, count - 1)[:count]]
        farthest = float(geodesic_m(lon, lat, self.lon[first], self.lat[first]).max())
        return points[chords <= chord_within(min(farthest, radius_m))]

    def _exact(
        self, lon: float, lat: float, points: NDArray[np.intp], radius_m: float, count: int, order: Rows
    ) -> tuple[Rows, Floats]:
        rows = self.rows[points]
        distances = geodesic_m(lon, lat, self.lon[points], self.lat[points])
        best = np.lexsort((order[rows], distances))[:count]
        rows, distances = rows[best], distances[best]
        within = int(distances.searchsorted(radius_m, side="right"))
        return rows[:within], distances[:within]
