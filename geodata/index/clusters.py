"""Sites gathered by the cells of the map: how many, of what kinds, how many open, between which bounds."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from geodata.datum import from_wgs84
from geodata.errors import ParameterError
from geodata.index.clustergrid import MAX_ZOOM, Grid, Window, cell_of, cells_across
from geodata.index.features import member
from geodata.index.finding import Bbox, Finder, check_bbox
from geodata.index.geometry import Floats
from geodata.index.opening import OPEN, Moment
from geodata.index.query import Hit, SiteQuery
from geodata.sites import Datum

#: A part of the world wider or higher than so many cells is given in larger cells. A screen of 3,840 pixels has 60.
MOST_ACROSS = 64
#: From this zoom on a few sites in one cell are given one by one.
APART_ZOOM = 18
APART = 8
#: Up to this zoom the whole world is counted at once and kept for the next question.
_KEPT_ZOOM = 7
_KEPT = 12


@dataclass(frozen=True, slots=True)
class Counted:
    """Cells that hold any of the sites wanted, one array entry each, along the curve.

    Attributes
    ----------
    x, y : ndarray of int32
        Column and row of the cell.
    count, opened : ndarray of int64
        Sites, and those of them that are open.
    kinds : ndarray of int64, shape (n, kinds)
        Sites by the number of their kind.
    bounds : ndarray of float64, shape (4, n)
        West, south, east, north of the sites, degrees in WGS-84.
    lon, lat : ndarray of float64
        The mean of the positions.
    site : ndarray of int32
        The row of the site whose code is the first.
    first : ndarray of int64
        Where in ``rows`` the sites of the cell begin.
    rows : ndarray of int32
        The rows of all sites, cell by cell.
    """

    x: NDArray[np.int32]
    y: NDArray[np.int32]
    count: NDArray[np.int64]
    opened: NDArray[np.int64]
    kinds: NDArray[np.int64]
    bounds: Floats
    lon: Floats
    lat: Floats
    site: NDArray[np.int32]
    first: NDArray[np.int64]
    rows: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Clusters:
    """The cells that a box touches, each whole.

    Attributes
    ----------
    zoom : int
        Of the cells; less than asked for where the box is too large for that.
    total : int
        Sites in all cells given.
    at : datetime
        The time for which the opening was judged.
    """

    zoom: int
    total: int
    at: datetime
    counted: Counted
    chosen: NDArray[np.intp]


class Clustering:
    """Counts sites by cell, and keeps what it counted for the whole world.

    Parameters
    ----------
    finder : Finder
        Of the same sites.
    """

    def __init__(self, finder: Finder) -> None:
        globe = finder.globe
        self._finder = finder
        self._grid = Grid(globe.rows, globe.lon, globe.lat)
        # In the order of the grid, where the points of a cell are together.
        self._kind = finder.columns.table.kind[self._grid.rows]
        self._rank = finder.orders.rank[self._grid.rows]
        self._open_at: tuple[Moment, NDArray[np.uint8]] | None = None
        self._kept: OrderedDict[Hashable, Counted] = OrderedDict()
        self._lock = Lock()

    def find(self, query: SiteQuery, *, bbox: Bbox, zoom: int, now: datetime) -> Clusters:
        """Return the cells that a box touches (:meth:`geodata.index.SiteIndex.clusters`)."""
        check_bbox(bbox)
        if not 0 <= zoom <= MAX_ZOOM:
            raise ParameterError("index_parameter", name="zoom", value=str(zoom), expected=f"0…{MAX_ZOOM}")
        window = window_of(bbox, zoom)
        if window.zoom > _KEPT_ZOOM:
            mask, moment = self._finder.matching(query, now)
            counted = self._counted(window, mask, moment)
            chosen = np.arange(len(counted.x))
        else:
            counted = self._world(query, window.zoom, now)
            chosen = np.flatnonzero(window.holds(counted.x, counted.y))
        at = now if query.open_at is None else query.open_at
        return Clusters(window.zoom, int(counted.count[chosen].sum()), at, counted, chosen)

    def features(self, found: Clusters, datum: Datum) -> tuple[list[bytes], list[Hit]]:
        """Return the clusters as GeoJSON, and the sites that are to be given by themselves."""
        counted, chosen = found.counted, found.chosen
        few = APART if found.zoom >= APART_ZOOM else 1
        apart = counted.count[chosen] <= few
        begins, counts = counted.first[chosen[apart]], counted.count[chosen[apart]]
        spans = (counted.rows[begin : begin + count] for begin, count in zip(begins, counts, strict=True))
        hits = [Hit(row) for span in spans for row in span.tolist()]
        return self._gathered(found.zoom, counted, chosen[~apart], datum), hits

    @property
    def nbytes(self) -> int:
        """The memory it takes, in bytes."""
        return self._grid.nbytes + self._kind.nbytes + self._rank.nbytes + len(self._grid)

    def _world(self, query: SiteQuery, zoom: int, now: datetime) -> Counted:
        _, key = self._finder.judged(query, now)
        asked = (key, zoom)
        with self._lock:
            known = self._kept.get(asked)
            if known is not None:
                self._kept.move_to_end(asked)
                return known
        mask, moment = self._finder.matching(query, now)
        last = cells_across(zoom) - 1
        counted = self._counted(Window(zoom, 0, last, 0, last), mask, moment)
        with self._lock:
            self._kept[asked] = counted
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return counted

    def _counted(self, window: Window, mask: NDArray[np.bool_], moment: Moment) -> Counted:
        grid, orders = self._grid, self._finder.orders
        points = grid.within(window, mask)
        first = grid.beginnings(points, window.zoom)
        count = np.diff(first, append=len(points))
        x, y = grid.cells(points[first], window.zoom)
        lon, lat, rows = grid.lon[points], grid.lat[points], grid.rows[points]
        return Counted(
            x=x,
            y=y,
            count=count,
            opened=_sums(self._opened(moment)[points], first),
            kinds=self._by_kind(points, count),
            bounds=_bounds(lon, lat, first),
            # Added up cell by cell: to the last bit the same, whatever cells it stands among.
            lon=_sums(lon, first) / count,
            lat=_sums(lat, first) / count,
            site=orders.by_code[_least(self._rank[points], first)],
            first=first,
            rows=rows,
        )

    def _by_kind(self, points: NDArray[np.intp], count: NDArray[np.int64]) -> NDArray[np.int64]:
        kinds = len(self._finder.columns.lexicons.kinds)
        numbers = np.repeat(np.arange(len(count)) * kinds, count)
        numbers += self._kind[points]
        return np.bincount(numbers, minlength=len(count) * kinds).reshape(len(count), kinds)

    def _opened(self, moment: Moment) -> NDArray[np.uint8]:
        """Return by point whether its site is open, as 0 or 1; kept as long as the moment lasts."""
        known = self._open_at
        if known is None or known[0] is not moment:
            opened = (moment.states(None) == OPEN)[self._grid.rows].view(np.uint8)
            known = self._open_at = (moment, opened)
        return known[1]

    def _gathered(self, zoom: int, counted: Counted, chosen: NDArray[np.intp], datum: Datum) -> list[bytes]:
        """Return cells as GeoJSON."""
        words = self._finder.columns.lexicons.kinds.words
        sites = counted.site[chosen].tolist()
        codes = self._finder.columns.table.code[sites].tolist()
        features = self._finder.columns.feature.many(sites)
        west, south, east, north = counted.bounds[:, chosen]
        positions = _in_datum(counted.lon[chosen], counted.lat[chosen], datum)
        southwest, northeast = _in_datum(west, south, datum), _in_datum(east, north, datum)
        given: list[bytes] = []
        for x, y, count, opened, kinds, position, low, high, code, values in zip(
            counted.x[chosen].tolist(),
            counted.y[chosen].tolist(),
            counted.count[chosen].tolist(),
            counted.opened[chosen].tolist(),
            counted.kinds[chosen].tolist(),
            positions,
            southwest,
            northeast,
            codes,
            features,
            strict=True,
        ):
            feature: dict[str, Any] = {
                "type": "Feature",
                "id": f"{zoom}-{x}-{y}",
                "bbox": low + high,
                "geometry": {"type": "Point", "coordinates": position},
                "properties": {
                    "cluster": True,
                    "count": count,
                    "open": opened,
                    "kinds": {word: number for word, number in zip(words, kinds, strict=True) if number},
                    "site": code.decode(),
                    "name": member(values, "name"),
                },
            }
            given.append(orjson.dumps(feature))
        return given


def window_of(bbox: Bbox, zoom: int) -> Window:
    """Return the cells that a box touches, at the zoom or, where the box is too large for it, at the next that fits.

    Only the size of the box decides that, not how it lies in the cells: moving it does not change the zoom.
    """
    west, south, east, north = bbox
    size = max((east - west) / 360.0 if west <= east else (east - west) / 360.0 + 1.0, _height(south, north))
    fitting = MAX_ZOOM
    while fitting and size * cells_across(fitting) > MOST_ACROSS:
        fitting -= 1
    zoom = min(zoom, fitting)
    left, top = cell_of(west, north, zoom)
    right, bottom = cell_of(east, south, zoom)
    if west > east and left == right:  # all around but for a gap within one cell
        left, right = 0, cells_across(zoom) - 1
    return Window(zoom, left, right, top, bottom)


def _height(south: float, north: float) -> float:
    """Return how high a box is as a part of the map of the world."""
    limit = math.radians(85.0511287798066)
    low, high = (max(-limit, min(limit, math.radians(lat))) for lat in (south, north))
    # The whole world comes out a little above 1, and would be taken for too high.
    return min(1.0, (math.asinh(math.tan(high)) - math.asinh(math.tan(low))) / math.tau)


def _bounds(lon: Floats, lat: Floats, first: NDArray[np.intp]) -> Floats:
    if not len(first):
        return np.empty((4, 0))
    return np.stack((
        np.minimum.reduceat(lon, first),
        np.minimum.reduceat(lat, first),
        np.maximum.reduceat(lon, first),
        np.maximum.reduceat(lat, first),
    ))  # fmt: skip


def _least(values: NDArray[np.int32], first: NDArray[np.intp]) -> NDArray[np.int32]:
    least: NDArray[np.int32] = np.minimum.reduceat(values, first) if len(first) else values
    return least


def _sums(values: NDArray[Any], first: NDArray[np.intp]) -> NDArray[Any]:
    wide = np.float64 if values.dtype == np.float64 else np.int64
    sums: NDArray[Any] = np.add.reduceat(values, first, dtype=wide) if len(first) else values.astype(wide)
    return sums


def _in_datum(lon: Floats, lat: Floats, datum: Datum) -> list[list[float]]:
    if datum != "wgs84":
        lon, lat = from_wgs84(lon, lat, datum)
    points: list[list[float]] = np.column_stack((lon, lat)).round(6).tolist()
    return points
