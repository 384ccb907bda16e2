"""Points put on the nearest street that their traveller may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import shapely
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from geodata.streets.network import StreetNetwork

Floats = NDArray[np.float64]
_GEOD = pyproj.Geod(ellps="WGS84")
#: Metres of a degree of longitude on the equator.
_DEGREE_M = 111_319.49
#: What is so near to a node is at it.
_AT_NODE_M = 0.05
#: Points that are looked up together.
_CHUNK = 200_000


@dataclass(frozen=True, slots=True, eq=False)
class Snapped:
    """Points on edges of a network, one entry each.

    Attributes
    ----------
    profile : str
        Whose streets were looked at.
    edge : ndarray of int64
        -1 where no street is near enough; everything else is NaN there.
    fraction : ndarray of float64
        How far along the edge, from 0 at its first node to 1 at its last.
    distance_m : ndarray of float64
        From the point to the street.
    lon, lat : ndarray of float64
        The place on the street.
    """

    profile: str
    edge: NDArray[np.int64]
    fraction: Floats
    distance_m: Floats
    lon: Floats
    lat: Floats

    def __len__(self) -> int:
        return len(self.edge)

    def __getitem__(self, which: Any) -> Snapped:
        """Return some of the points: a slice, a mask or numbers; one number gives one point."""
        if isinstance(which, int | np.integer):
            which = [which]
        parts = (self.edge, self.fraction, self.distance_m, self.lon, self.lat)
        return Snapped(self.profile, *(part[which] for part in parts))

    @property
    def found(self) -> NDArray[np.bool_]:
        """Which points are on a street."""
        return self.edge >= 0


class Finder:
    """Finds the nearest of some edges of a network."""

    def __init__(self, network: StreetNetwork, edges: NDArray[np.int64], profile: str) -> None:
        self._profile = profile
        self._edges = edges
        self._length_m = network.length_m[edges].astype(np.float64)
        points, start = network.coordinates(edges)
        owner = np.repeat(np.arange(len(edges)), np.diff(start))
        self._lines = shapely.linestrings(to_plane(points[:, 0], points[:, 1]), indices=owner)
        self._tree = shapely.STRtree(self._lines)

    def snap(self, lon: ArrayLike, lat: ArrayLike, max_distance_m: float) -> Snapped:
        """Do the work of :meth:`geodata.streets.network.StreetNetwork.snap`."""
        lons, lats = np.atleast_1d(np.asarray(lon, np.float64)), np.atleast_1d(np.asarray(lat, np.float64))
        parts = [
            self._snap(lons[begin : begin + _CHUNK], lats[begin : begin + _CHUNK], max_distance_m)
            for begin in range(0, max(len(lons), 1), _CHUNK)
        ]
        edge, fraction, distance, at_lon, at_lat = (np.concatenate(part) for part in zip(*parts, strict=True))
        return Snapped(self._profile, edge, fraction, distance, at_lon, at_lat)

    def _snap(
        self, lon: Floats, lat: Floats, most_m: float
    ) -> tuple[NDArray[np.int64], Floats, Floats, Floats, Floats]:
        count = len(lon)
        edge = np.full(count, -1, np.int64)
        fraction, distance, at_lon, at_lat = np.full((4, count), np.nan)
        asked = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat) & (np.abs(lat) < 85))
        if not len(asked) or not len(self._lines):
            return edge, fraction, distance, at_lon, at_lat
        points = shapely.points(to_plane(lon[asked], lat[asked]))
        # The plane stretches by latitude: look a little farther and measure afterwards.
        most = 1.01 * most_m / _DEGREE_M / np.cos(np.radians(np.abs(lat[asked]).max()))
        which, line = self._tree.query_nearest(points, max_distance=max(most, 1e-9), all_matches=False)
        rows, lines = asked[which], self._lines[line]
        along = shapely.line_locate_point(lines, points[which], normalized=True)
        along = np.where(np.isfinite(along), along, 0.0)
        # Rounding must not put a place just behind the node it is at: of a one-way street it would have to go round.
        close = _AT_NODE_M / np.maximum(self._length_m[line], _AT_NODE_M)
        along = np.where(along <= close, 0.0, np.where(along >= 1 - close, 1.0, along))
        places = shapely.line_interpolate_point(lines, along, normalized=True)
        on_lon, on_lat = from_plane(shapely.get_x(places), shapely.get_y(places))
        _, _, away = _GEOD.inv(lon[rows], lat[rows], on_lon, on_lat)
        near = away <= most_m
        rows = rows[near]
        edge[rows], fraction[rows], distance[rows] = self._edges[line[near]], along[near], away[near]
        at_lon[rows], at_lat[rows] = on_lon[near], on_lat[near]
        return edge, fraction, distance, at_lon, at_lat


def to_plane(lon: Floats, lat: Floats) -> Floats:
    """Return points in Mercator's projection, in degrees of longitude: its scale is the same in all directions."""
    return np.column_stack((lon, np.degrees(np.arctanh(np.sin(np.radians(lat))))))


def from_plane(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return lon and lat of points in that projection."""
    return x, np.degrees(np.arcsin(np.tanh(np.radians(y))))
