"""Points put together in squares, few enough to draw."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from geodata.siting.types import Floats, Longs

#: Length of a square's side at first, metres; doubled until there are few enough.
CELL_M = 250.0
MAX_CELLS = 4_000

_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class Squares:
    """Squares that hold points.

    Attributes
    ----------
    of : ndarray
        The square of each point.
    lon, lat : ndarray
        Middle of each square, degrees.
    size : tuple of float
        Extent of a square in degrees of longitude and latitude.
    side_m : float
    """

    of: Longs
    lon: Floats
    lat: Floats
    size: tuple[float, float]
    side_m: float


def squares(lon: Floats, lat: Floats) -> Squares:
    """Return the squares of points."""
    side = CELL_M
    if not len(lon):
        return Squares(np.empty(0, np.int64), np.empty(0), np.empty(0), (0.0, 0.0), side)
    west, south = float(lon.min()), float(lat.min())
    stretch = max(0.01, math.cos(math.radians(float(lat.mean()))))
    while True:
        high = side / _METRES_PER_DEGREE
        wide = high / stretch
        x, y = ((lon - west) // wide).astype(np.int64), ((lat - south) // high).astype(np.int64)
        keys, of = np.unique(np.column_stack([x, y]), axis=0, return_inverse=True)
        if len(keys) <= MAX_CELLS:
            break
        side *= 2
    middle = (keys + 0.5) * [wide, high] + [west, south]
    return Squares(of.reshape(-1), middle[:, 0].round(6), middle[:, 1].round(6), (wide, high), side)
