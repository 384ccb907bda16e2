"""The two ways to find sites: near a point, and as a list page by page."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geodata.errors import ParameterError
from geodata.index import cursors
from geodata.index.columns import Columns
from geodata.index.cursors import Cursor, Key
from geodata.index.filters import Filter, compiled
from geodata.index.geometry import Floats, Globe, Mask, Rows, geodesic_m
from geodata.index.moments import Moments
from geodata.index.opening import OPEN, UNKNOWN, Moment
from geodata.index.ordering import Orders
from geodata.index.query import Hit, Hits, Page, SiteQuery, Sort
from geodata.index.search import NO_MATCH, Search
from geodata.text import tokens

if TYPE_CHECKING:
    from geodata.areas import Area

Bbox = tuple[float, float, float, float]
Point = tuple[float, float]

#: Makes a hit of its two parts; what the class itself offers takes four times as long.
_hit: Callable[[tuple[int, float]], Hit] = partial(tuple.__new__, Hit)

#: Hours are worked out this far from the present.
FARTHEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Finder:
    """What finding needs: the columns and all that is derived from them."""

    columns: Columns
    globe: Globe
    search: Search
    orders: Orders
    moments: Moments
    filter_of: Callable[..., Filter]
    name_lengths: NDArray[np.int32]

    @classmethod
    def of(
        cls, columns: Columns, globe: Globe, search: Search, orders: Orders, moments: Moments, areas: Collection[Area]
    ) -> Finder:
        """Return a finder that remembers the filters asked for lately."""
        filter_of = lru_cache(maxsize=256)(partial(compiled, columns, areas))
        return cls(columns, globe, search, orders, moments, filter_of, search.name_lengths())

    def nearby(self, lon: float, lat: float, query: SiteQuery, *, radius_m: float, limit: int, now: datetime) -> Hits:
        """Return the sites nearest to a point (:meth:`geodata.index.SiteIndex.nearby`)."""
        check_position(lon, lat)
        if not radius_m >= 0:
            raise _unusable("radius", radius_m, "≥ 0")
        check_limit(limit)
        at, moment = self._moment(query, now)
        rows: list[int] = []
        distances: list[float] = []
        matches = self.filter_of(_lasting(query))
        for accept in self._groups(query, moment, matches):
            found, metres = self.globe.nearest(
                lon,
                lat,
                radius_m=radius_m,
                count=limit + 1 - len(rows),
                accept=accept,
                order=self.orders.rank,
                share=matches.share,
            )
            rows += found.tolist()
            distances += metres.tolist()
        return Hits(tuple(map(_hit, zip(rows[:limit], distances[:limit], strict=True))), len(rows) > limit, at)

    def find(
        self,
        query: SiteQuery,
        *,
        bbox: Bbox | None,
        after: str | None,
        limit: int,
        now: datetime,
        sort: Sort,
        near: Point | None,
    ) -> Page:
        """Return a page of a list (:meth:`geodata.index.SiteIndex.find`)."""
        check_limit(limit)
        if near is not None:
            check_position(*near)
        elif sort == "distance":
            raise _unusable("sort", sort, "near (lon, lat)")
        cursor = None if after is None else cursors.parse(after, sort)
        at, moment = self._moment(query, now)
        masks = [accept(None) for accept in self._groups(query, moment)]
        if bbox is not None:
            within = self._within(bbox)
            masks = [mask & within for mask in masks]
        hits, sections = self._page(masks, sort, near, cursor, limit + 1)
        following = None
        if len(hits) > limit:
            hits, last = hits[:limit], hits[limit - 1]
            following = Cursor(sort, sections[limit - 1], self._key(sort, last), self.code_of(last.row)).text()
        if near is not None and sort != "distance":
            hits = self._measured(hits, near)
        return Page(tuple(hits), following, sum(int(np.count_nonzero(mask)) for mask in masks), at)

    def matching(self, query: SiteQuery, now: datetime) -> tuple[Mask, Moment]:
        """Return by row what matches, and the moment for which that was judged."""
        _, moment = self._moment(query, now)
        return np.logical_or.reduce([accept(None) for accept in self._groups(query, moment)]), moment

    def judged(self, query: SiteQuery, now: datetime) -> tuple[Moment, Hashable]:
        """Return the moment for which a query is judged, and what two queries share when the same sites match."""
        _, moment = self._moment(query, now)
        opening = None if query.open_at is None else query.include_unknown
        return moment, (_lasting(query), query.states, query.text, opening, moment.begin)

    def code_of(self, row: int) -> str:
        """Return the public code of a row."""
        return bytes(self.columns.table.code[row]).decode()

    def _moment(self, query: SiteQuery, now: datetime) -> tuple[datetime, Moment]:
        present = self.moments.at(now)
        if query.open_at is None:
            return now, present
        if abs(query.open_at - now) > FARTHEST:
            expected = f"{(now - FARTHEST).date()}…{(now + FARTHEST).date()}"
            raise ParameterError("index_open_at", name="open", value=query.open_at.isoformat(), expected=expected)
        return query.open_at, self.moments.of(query.open_at)

    def _groups(
        self, query: SiteQuery, moment: Moment, matches: Filter | None = None
    ) -> list[Callable[[Rows | None], Mask]]:
        """Return which rows are wanted, in groups of which each is listed after the one before."""
        listed = self.moments.listed(moment, query.states)
        if query.text and query.text.strip():
            listed = listed & (self.search.rank(tokens(query.text)) < NO_MATCH)
        tests = matches or self.filter_of(_lasting(query))

        def accepted(state: int | None, rows: Rows | None) -> Mask:
            mask = listed if rows is None else listed[rows]
            if tests.tests:
                mask = mask & tests(rows)
            return mask if state is None else mask & (moment.states(rows) == state)

        if query.open_at is None:
            return [partial(accepted, None)]
        return [partial(accepted, state) for state in ((OPEN, UNKNOWN) if query.include_unknown else (OPEN,))]

    def _page(
        self, masks: list[Mask], sort: Sort, near: Point | None, cursor: Cursor | None, count: int
    ) -> tuple[list[Hit], list[int]]:
        """Return the rows after a cursor, and the section of each."""
        hits: list[Hit] = []
        sections: list[int] = []
        located = ~np.isnan(self.columns.table.lon)
        for group, mask in enumerate(masks):
            parts = [(2 * group, mask)]
            if sort == "distance":
                parts = [(2 * group, mask & located), (2 * group + 1, mask & ~located)]
            for section, part in parts:
                if len(hits) == count or (cursor is not None and section < cursor.section):
                    continue
                after = cursor if cursor is not None and section == cursor.section else None
                if sort == "distance" and near is not None and section % 2 == 0:
                    found = self._by_distance(part, near, after, count - len(hits))
                else:
                    found = self._by_permutation(part, sort, after, count - len(hits))
                hits += found
                sections += [section] * len(found)
        return hits, sections

    def _by_distance(self, mask: Mask, near: Point, after: Cursor | None, count: int) -> list[Hit]:
        last = None
        if after is not None:
            distance = after.key if isinstance(after.key, (int, float)) else 0.0
            last = (float(distance), self.orders.rank_of(after.code))
        rows, distances = self.globe.nearest_after(*near, wanted=mask, count=count, order=self.orders.rank, after=last)
        return [Hit(row, distance) for row, distance in zip(rows.tolist(), distances.tolist(), strict=True)]

    def _by_permutation(self, mask: Mask, sort: Sort, after: Cursor | None, count: int) -> list[Hit]:
        rows = self.orders.permutation(sort)[self.orders.beginning(sort, after) :]
        return [Hit(row) for row in rows[mask[rows]][:count].tolist()]

    def _key(self, sort: Sort, hit: Hit) -> Key:
        return hit.distance_m if sort == "distance" else self.orders.key(sort, hit.row)

    def _measured(self, hits: list[Hit], near: Point) -> list[Hit]:
        rows = np.array([hit.row for hit in hits], dtype=np.int32)
        lon, lat = self.columns.table.lon[rows], self.columns.table.lat[rows]
        located = ~np.isnan(lon)
        distances: Floats = np.full(len(rows), np.nan)
        distances[located] = geodesic_m(*near, lon[located], lat[located])
        return [
            Hit(hit.row, None if math.isnan(distance) else distance)
            for hit, distance in zip(hits, distances.tolist(), strict=True)
        ]

    def _within(self, bbox: Bbox) -> Mask:
        check_bbox(bbox)
        west, south, east, north = bbox
        lon, lat = self.columns.table.lon, self.columns.table.lat
        across = (lon >= west) & (lon <= east) if west <= east else (lon >= west) | (lon <= east)
        return across & (lat >= south) & (lat <= north)


def check_position(lon: float, lat: float) -> None:
    """Raise if a position is not one on earth; the error does not repeat it, for it may be a person's."""
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise ParameterError("index_position", name="lon, lat", value="", expected="lon -180…180, lat -90…90")


def check_bbox(bbox: Bbox) -> None:
    """Raise if a box is none on earth."""
    west, south, east, north = bbox
    if not (all(map(math.isfinite, bbox)) and max(abs(west), abs(east)) <= 180 and -90 <= south <= north <= 90):
        raise _unusable("bbox", ",".join(f"{value:g}" for value in bbox), "west,south,east,north")


def check_limit(limit: int) -> None:
    """Raise if a page would hold nothing."""
    if limit < 1:
        raise _unusable("limit", limit, "≥ 1")


def _unusable(name: str, value: object, expected: str) -> ParameterError:
    return ParameterError("index_parameter", name=name, value=str(value), expected=expected)


def _lasting(query: SiteQuery) -> SiteQuery:
    """Return a query without what changes from request to request."""
    return SiteQuery(
        kinds=query.kinds,
        facilities=query.facilities,
        services=query.services,
        access=query.access,
        levels=query.levels,
        min_rating=query.min_rating,
        area=query.area,
    )
