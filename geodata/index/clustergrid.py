"""The world in square cells, a pyramid of them: each zoom's cells consist of four of the next one's.

Cells are those of the Web Mercator map, :data:`CELL_PX` pixels wide, and fixed to the world whatever part of it is
looked at. Points are kept along a Z-order curve (Morton, 1966), on which the points of a cell follow each other at
every zoom, so that sums by cell are one pass over an array.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from geodata.index.geometry import Floats, Mask, Rows

Cells: TypeAlias = NDArray[np.int32]

#: The width of a cell on the map.
CELL_PX = 64
#: Cells across the world at zoom 0, as a power of two: 256 pixels.
_WORLD = 2
MAX_ZOOM = 20
_DEEPEST = _WORLD + MAX_ZOOM
#: Where the square map of the world ends.
_MAX_LAT = math.degrees(math.atan(math.sinh(math.pi)))


def cells_across(zoom: int) -> int:
    """Return how many cells lie around the equator."""
    return 1 << (_WORLD + zoom)


def cell_of(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Return the cell of a point as (column from the west, row from the north)."""
    x, y = _deepest(np.array([lon]), np.array([lat]))
    shift = MAX_ZOOM - zoom
    return int(x[0]) >> shift, int(y[0]) >> shift


def _deepest(lon: Floats, lat: Floats) -> tuple[Cells, Cells]:
    """Return the cells of points at the last zoom; what lies beyond the map's edges is in the outermost ones."""
    across = 1 << _DEEPEST
    phi = np.radians(np.clip(lat, -_MAX_LAT, _MAX_LAT))
    x = (lon + 180.0) / 360.0 * across
    y = (1.0 - np.arcsinh(np.tan(phi)) / math.pi) / 2.0 * across
    return tuple(np.clip(np.floor(part), 0, across - 1).astype(np.int32) for part in (x, y))  # type: ignore[return-value]


def _interleaved(x: Cells, y: Cells) -> NDArray[np.uint64]:
    return _spread(x) | _spread(y) << np.uint64(1)


def _spread(values: Cells) -> NDArray[np.uint64]:
    """Return numbers of up to 32 bits with a zero after each bit."""
    spread = values.astype(np.uint64)
    for shift, mask in ((16, 0x0000FFFF0000FFFF), (8, 0x00FF00FF00FF00FF), (4, 0x0F0F0F0F0F0F0F0F),
                        (2, 0x3333333333333333), (1, 0x5555555555555555)):  # fmt: skip
        spread = (spread | spread << np.uint64(shift)) & np.uint64(mask)
    return spread


@dataclass(frozen=True, slots=True)
class Window:
    """Cells of one zoom: columns from ``west`` to ``east``, rows from ``north`` to ``south``, all of them included.

    With ``west`` above ``east`` it crosses the antimeridian.
    """

    zoom: int
    west: int
    east: int
    north: int
    south: int

    @property
    def columns(self) -> int:
        """How many cells it is wide."""
        return (self.east - self.west) % cells_across(self.zoom) + 1

    def holds(self, x: Cells, y: Cells) -> Mask:
        """Return which cells of its zoom lie within."""
        across = (x >= self.west) & (x <= self.east) if self.west <= self.east else (x >= self.west) | (x <= self.east)
        return across & (y >= self.north) & (y <= self.south)


class Grid:
    """Points in the order of the curve.

    Parameters
    ----------
    rows : ndarray of int32, shape (n,)
        The row of each point.
    lon, lat : ndarray of float64, shape (n,)
        Degrees in WGS-84.
    """

    def __init__(self, rows: Rows, lon: Floats, lat: Floats) -> None:
        x, y = _deepest(lon, lat)
        along = _interleaved(x, y)
        order = np.argsort(along, kind="stable")
        self.rows: Rows = rows[order]
        self.lon: Floats = lon[order]
        self.lat: Floats = lat[order]
        self._x: Cells = x[order]
        self._y: Cells = y[order]
        self._along = along[order]

    def __len__(self) -> int:
        return len(self.rows)

    def within(self, window: Window, wanted: Mask) -> NDArray[np.intp]:
        """Return the points, in their order, that lie in cells of a window and whose rows are wanted."""
        shift = MAX_ZOOM - window.zoom
        chosen = wanted[self.rows]
        if not (window.columns == cells_across(window.zoom) and window.north == 0):
            # Compared at the last zoom, which spares shifting all points.
            last = (1 << shift) - 1
            deep = Window(MAX_ZOOM, window.west << shift, (window.east << shift) + last,
                          window.north << shift, (window.south << shift) + last)  # fmt: skip
            chosen &= deep.holds(self._x, self._y)
        return np.flatnonzero(chosen)

    def beginnings(self, points: NDArray[np.intp], zoom: int) -> NDArray[np.intp]:
        """Return at which of the points, which are in their order, another cell begins."""
        cells = self._along[points] >> np.uint64(2 * (MAX_ZOOM - zoom))
        begins = np.ones(len(points), dtype=np.bool_)
        np.not_equal(cells[1:], cells[:-1], out=begins[1:])
        return np.flatnonzero(begins)

    def cells(self, points: NDArray[np.intp], zoom: int) -> tuple[Cells, Cells]:
        """Return the cells of points as columns and rows."""
        shift = MAX_ZOOM - zoom
        return self._x[points] >> shift, self._y[points] >> shift

    @property
    def nbytes(self) -> int:
        """The memory it takes, in bytes."""
        return sum(part.nbytes for part in (self.rows, self.lon, self.lat, self._x, self._y, self._along))
