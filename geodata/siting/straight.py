"""Travel times along the straight line, for where no streets are loaded.

The ground distance on the ellipsoid is lengthened by the usual detour of city streets and walked at a steady pace; the
same rule as the walking minutes of the map. An answer on this basis says so.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.spatial import cKDTree

from geodata.siting.types import Floats

#: How much longer the way by street is than the straight line, about.
DETOUR = 1.3
#: Metres a minute: 4.8 km/h on foot, 15 km/h by e-bike in a city.
PACE_M_PER_MIN = {"foot": 80.0, "ebike": 250.0}

_EQUATOR_M, _FLATTENING = 6_378_137.0, 1 / 298.257223563
_BLOCK = 20_000


def straight_minutes(
    lon: Floats, lat: Floats, to_lon: Floats, to_lat: Floats, mode: str, longest_min: float
) -> sp.csr_array:
    """Return minutes from each point to each target, as far as they are at most ``longest_min``.

    Parameters
    ----------
    lon, lat : ndarray, shape (n,)
        Points, degrees in WGS-84.
    to_lon, to_lat : ndarray, shape (m,)
        Targets.
    mode : {"foot", "ebike"}
    longest_min : float
        Cut-off in minutes.

    Returns
    -------
    csr_array, shape (n, m)
        A stored 0 is a time of 0; what is missing is further away.
    """
    reach_m = longest_min * PACE_M_PER_MIN[mode] / DETOUR
    targets = cKDTree(_sphere(to_lon, to_lat))
    parts: list[tuple[Floats, Floats, Floats]] = []
    for first in range(0, len(lon), _BLOCK):
        block = slice(first, first + _BLOCK)
        # the chord on the sphere is at most 0.7 % shorter than the way on the ellipsoid within a region
        near = cKDTree(_sphere(lon[block], lat[block])).sparse_distance_matrix(
            targets, reach_m * 1.01 + 1.0, output_type="ndarray"
        )
        row, column = near["i"] + first, near["j"]
        minutes = ground_m(lon[row], lat[row], to_lon[column], to_lat[column]) * DETOUR / PACE_M_PER_MIN[mode]
        kept = minutes <= longest_min
        parts.append((row[kept], column[kept], minutes[kept]))
    rows, columns, values = (np.concatenate(part) if parts else np.empty(0) for part in zip(*parts, strict=True))
    return _csr(rows.astype(np.int64), columns.astype(np.int32), values, (len(lon), len(to_lon)))


def ground_m(lon: Floats, lat: Floats, to_lon: Floats, to_lat: Floats) -> Floats:
    """Return the distance on the WGS-84 ellipsoid of near points (an error of a metre in 50 km)."""
    middle = np.radians((lat + to_lat) / 2)
    square = _FLATTENING * (2 - _FLATTENING)
    bend = 1 - square * np.sin(middle) ** 2
    north = _EQUATOR_M * (1 - square) / bend**1.5 * np.radians(to_lat - lat)
    turn = np.radians((to_lon - lon + 180.0) % 360.0 - 180.0)
    east = _EQUATOR_M / np.sqrt(bend) * np.cos(middle) * turn
    return np.asarray(np.hypot(north, east), np.float64)


def _sphere(lon: Floats, lat: Floats) -> Floats:
    a, b = np.radians(lon), np.radians(lat)
    unit = np.column_stack([np.cos(b) * np.cos(a), np.cos(b) * np.sin(a), np.sin(b)])
    return np.asarray(unit * (_EQUATOR_M * (1 - _FLATTENING)), np.float64)


def _csr(rows: np.ndarray, columns: np.ndarray, values: Floats, shape: tuple[int, int]) -> sp.csr_array:
    """Return a matrix from entries in any order, zeros kept."""
    order = np.lexsort((columns, rows))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=shape[0]))]).astype(np.int64)
    return sp.csr_array((values[order], columns[order], indptr), shape=shape)
