"""The face of the read model."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import orjson

from geodata.calendar import WorkCalendar
from geodata.errors import NotFoundError
from geodata.index import build
from geodata.index.areanames import AreaNames
from geodata.index.charge import Charge
from geodata.index.clusters import Clustering, Clusters
from geodata.index.columns import Columns, Lexicons
from geodata.index.counting import counts
from geodata.index.details import detail, week_json
from geodata.index.evidence import evidence_of, read_evidence, rescored
from geodata.index.explaining import explained
from geodata.index.features import in_datum, last_change, member, whole_feature, whole_features
from geodata.index.filters import area_codes, within_codes
from geodata.index.finding import Bbox, Finder, Point
from geodata.index.geometry import Globe
from geodata.index.moments import Moments
from geodata.index.ordering import Orders
from geodata.index.query import Hit, Hits, Page, SiteQuery, Sort, Suggestion
from geodata.index.search import Search
from geodata.index.statistics import statistics
from geodata.index.suggesting import suggest
from geodata.index.tables import Tables
from geodata.index.timetables import coming_days
from geodata.indicators import to_json
from geodata.organisations import Organisation, Organisations
from geodata.sites import Datum
from geodata.store import SiteRows, Store
from geodata.vocabulary import Vocabulary

if TYPE_CHECKING:
    from geodata.areas import Area
    from geodata.ratings import Evidence

#: Reads a store from its beginning.
_NOTHING_READ = -1
#: Questions for statistics whose answers are kept.
_STATISTICS = 64


@dataclass(frozen=True, slots=True)
class Parts:
    """What an index is made of, without what is quickly derived from it; see :mod:`geodata.index.snapshot`."""

    store_id: str
    version: int
    vocabulary: Vocabulary
    tz: ZoneInfo
    columns: Columns
    search: Search
    calendar: WorkCalendar
    areas: tuple[Area, ...]
    timetables: list[Tables]
    organisations: tuple[Organisation, ...] = ()


class SiteIndex:
    """All sites of a store at one data version, in memory; never changes, but for what it remembers to be faster.

    Made by :meth:`load`; :meth:`refreshed` leads to the next version.

    Attributes
    ----------
    store_id : str
    version : int
        The store's data version that it shows.
    calendar : WorkCalendar
    areas : tuple of Area
    organisations : Organisations
    """

    def __init__(
        self,
        columns: Columns,
        search: Search,
        *,
        store_id: str,
        version: int,
        vocabulary: Vocabulary,
        calendar: WorkCalendar,
        areas: Iterable[Area],
        tz: ZoneInfo,
        before: Moments | None = None,
        area_names: AreaNames | None = None,
        organisations: Organisations | None = None,
    ) -> None:
        self.store_id = store_id
        self.version = version
        self.calendar = calendar
        self.areas = tuple(areas)
        self.tz = tz
        self._area_names = area_names or AreaNames(self.areas)
        self._charge = Charge(columns, organisations or Organisations())
        self._vocabulary = vocabulary
        self._columns = columns
        self._moments = Moments(columns, calendar, tz, before)
        located = np.flatnonzero(~np.isnan(columns.table.lon)).astype(np.int32)
        globe = Globe(located, columns.table.lon[located], columns.table.lat[located])
        orders = Orders(columns.table, search)
        self._finder = Finder.of(columns, globe, search, orders, self._moments, self.areas)
        self._clustering = Clustering(self._finder)
        self._statistics: dict[Hashable, dict[str, Any]] = {}

    @classmethod
    def load(cls, store: Store, *, vocabulary: Vocabulary, tz: ZoneInfo, today: date | None = None) -> SiteIndex:
        """Return the index of everything in a store.

        Parameters
        ----------
        store : Store
        vocabulary : Vocabulary
        tz : ZoneInfo
            The time zone of all opening hours.
        today : date, optional
            The day of the scores; the present one without.

        Raises
        ------
        StoreError
            If the store cannot be read.
        """
        with store.read_since(_NOTHING_READ) as since:
            return cls.of(since, vocabulary=vocabulary, tz=tz, today=today)

    @classmethod
    def of(cls, since: SiteRows, *, vocabulary: Vocabulary, tz: ZoneInfo, today: date | None = None) -> SiteIndex:
        """Return the index of everything that was read from a store."""
        day = today or datetime.now(tz).date()
        areas = since.areas()
        lexicons = Lexicons.of(vocabulary)
        told = build.Told(read_evidence(since.evidence(), None), day, build.figures_json(since.indicators()))
        part = build.read(since.rows, lexicons, {area.adcode: area.name for area in areas}, told)
        columns = build.whole(part, lexicons, since.aliases, day, _of_areas(since))
        return cls(
            columns,
            Search.of(len(columns), part.texts),
            store_id=since.state.store_id,
            version=since.state.data_version,
            vocabulary=vocabulary,
            calendar=WorkCalendar(since.calendar_days),
            areas=areas,
            tz=tz,
            organisations=Organisations(since.organisations()),
        )

    @classmethod
    def restored(cls, parts: Parts) -> SiteIndex:
        """Return the index that consisted of these parts."""
        index = cls(
            parts.columns,
            parts.search,
            store_id=parts.store_id,
            version=parts.version,
            vocabulary=parts.vocabulary,
            calendar=parts.calendar,
            areas=parts.areas,
            tz=parts.tz,
            organisations=Organisations(parts.organisations),
        )
        index._moments.remember(parts.timetables)
        return index

    def parts(self) -> Parts:
        """Return what the index is made of."""
        return Parts(
            self.store_id,
            self.version,
            self._vocabulary,
            self.tz,
            self._columns,
            self._finder.search,
            self.calendar,
            self.areas,
            self._moments.timetables(),
            self.organisations.items,
        )

    def refreshed(self, store: Store) -> SiteIndex:
        """Return the index of the store's present version: itself if that is the same.

        Reads the rows written since. The old index stays as it is, for those who still read it.

        Raises
        ------
        StoreError
            If the store cannot be read.
        """
        state = store.state()
        if (state.store_id, state.data_version) == (self.store_id, self.version):
            return self
        if state.store_id != self.store_id or state.data_version < self.version:
            return self.load(store, vocabulary=self._vocabulary, tz=self.tz, today=self.rated_on)
        with store.read_since(self.version) as since:
            if not (since.areas_changed or (since.without_areas and self.areas)):
                return self._followed_by(since)
        # Names of areas stand in the features of any number of sites.
        return self.load(store, vocabulary=self._vocabulary, tz=self.tz, today=self.rated_on)

    def _followed_by(self, since: SiteRows) -> SiteIndex:
        lexicons = self._columns.lexicons.copy()
        evidence = read_evidence(since.evidence(), self._columns.evidence)
        told = build.Told(evidence, self.rated_on, build.figures_json(since.indicators()))
        part = build.read(since.rows, lexicons, {area.adcode: area.name for area in self.areas}, told)
        columns, rows = build.patched(self._columns, part, lexicons, since.aliases, _of_areas(since))
        search = self._finder.search.patched(len(columns), rows, part.texts) if len(rows) else self._finder.search
        return SiteIndex(
            columns,
            search,
            store_id=since.state.store_id,
            version=since.state.data_version,
            vocabulary=self._vocabulary,
            calendar=WorkCalendar(since.calendar_days) if since.calendar_changed else self.calendar,
            areas=self.areas,
            tz=self.tz,
            before=None if since.calendar_changed else self._moments,
            area_names=self._area_names,
            organisations=self._organisations_of(since),
        )

    def _organisations_of(self, since: SiteRows) -> Organisations:
        """Return the organisations as they are now."""
        if since.organisations_changed or (since.without_organisations and len(self.organisations)):
            return Organisations(since.organisations())
        return self.organisations

    def dated(self, now: datetime) -> SiteIndex:
        """Return the index with the scores of the day of ``now``: itself if they are that already.

        Grades become overdue and evidence fades by the day, without anybody writing.
        """
        day = now.astimezone(self.tz).date()
        if day == self.rated_on:
            return self
        if not len(self._columns.evidence.row):
            columns = replace(self._columns, rated_on=day.toordinal())
        else:
            columns = rescored(self._columns, day)
        return SiteIndex(
            columns,
            self._finder.search,
            store_id=self.store_id,
            version=self.version,
            vocabulary=self._vocabulary,
            calendar=self.calendar,
            areas=self.areas,
            tz=self.tz,
            before=self._moments,
            area_names=self._area_names,
            organisations=self.organisations,
        )

    @property
    def rated_on(self) -> date:
        """The day of the scores."""
        return date.fromordinal(self._columns.rated_on)

    def evidence(self, code: str) -> list[Evidence]:
        """Return the evidence of the site that a code leads to, oldest first.

        Raises
        ------
        NotFoundError
            If no code, present or former, is ``code``.
        """
        return evidence_of(self._columns.evidence, self._row(code))

    def rating(self, code: str, now: datetime) -> dict[str, Any]:
        """Return why a site has the score that it has on a day, item by item, as JSON types.

        Raises
        ------
        NotFoundError
            If no code, present or former, is ``code``.
        """
        row = self._row(code)
        today = now.astimezone(self.tz).date()
        found = explained(evidence_of(self._columns.evidence, row), today)
        return {"code": self._finder.code_of(row), "name": member(self._columns.feature[row], "name"), **found}

    def indicators(self, code: str) -> list[dict[str, Any]]:
        """Return the published figures of a site, the latest first, as :func:`geodata.indicators.to_json` gives them.

        Raises
        ------
        NotFoundError
            If no code, present or former, is ``code``.
        """
        figures = self._columns.indicators[self._row(code)]
        found: list[dict[str, Any]] = orjson.loads(figures) if figures else []
        return found

    def area_indicators(self, area: str | None = None) -> list[dict[str, Any]]:
        """Return the published figures of areas, each with the ``area``'s code: of all, or of one and those within."""
        found = self._columns.area_indicators
        if area is None:
            return list(found)
        codes = area_codes(self.areas, area)
        return [item for item in found if within_codes(item["area"], codes)]

    def _row(self, code: str) -> int:
        current = self.canonical(code)
        row = None if current is None else self.row_of(current)
        if row is None:
            raise NotFoundError("index_no_site", site=code[:40])
        return row

    @property
    def size(self) -> int:
        """How many sites there are, those not in service included."""
        return len(self._columns)

    @property
    def bounds(self) -> Bbox | None:
        """(west, south, east, north) of all sites with a position, degrees in WGS-84; ``None`` where there are none."""
        lon, lat = self._columns.table.lon, self._columns.table.lat
        if np.isnan(lon).all():
            return None
        return float(np.nanmin(lon)), float(np.nanmin(lat)), float(np.nanmax(lon)), float(np.nanmax(lat))

    def nearby(
        self, lon: float, lat: float, query: SiteQuery, *, radius_m: float = 5000, limit: int = 20, now: datetime
    ) -> Hits:
        """Return the sites nearest to a point.

        Parameters
        ----------
        lon, lat : float
            Degrees in WGS-84.
        query : SiteQuery
        radius_m : float
            Geodesic; a site at exactly this distance is in.
        limit : int
        now : datetime
            Aware.

        Returns
        -------
        Hits
            Nearest first, ties by code; with ``open_at`` the open ones first, then those of unknown hours.

        Raises
        ------
        ParameterError
            If the position, radius or limit is out of range, or ``open_at`` more than a year away.
        """
        return self._finder.nearby(lon, lat, query, radius_m=radius_m, limit=limit, now=now)

    def find(
        self,
        query: SiteQuery,
        *,
        bbox: Bbox | None = None,
        after: str | None = None,
        limit: int = 100,
        now: datetime,
        sort: Sort = "code",
        near: Point | None = None,
    ) -> Page:
        """Return a page of the sites that match, with or without a position.

        Parameters
        ----------
        query : SiteQuery
        bbox : (west, south, east, north), optional
            Degrees in WGS-84; with west > east it crosses the antimeridian. Sites without a position are in none.
        after : str, optional
            The cursor of the page before.
        limit : int
        now : datetime
            Aware.
        sort : {"code", "rating", "name", "distance"}
            Best ratings first; names by their pinyin; ties by code. With ``open_at`` within those open and those of
            unknown hours.
        near : (lon, lat), optional
            From where distances are given; needed to sort by distance.

        Raises
        ------
        ParameterError
            If the box, cursor, position or limit is unusable, or ``open_at`` more than a year away.
        """
        return self._finder.find(query, bbox=bbox, after=after, limit=limit, now=now, sort=sort, near=near)

    def clusters(self, query: SiteQuery, *, bbox: Bbox, zoom: int, now: datetime) -> Clusters:
        """Return the sites that match, gathered by the map's cells.

        The cells are fixed to the world: what a cell holds is the same whatever box it is looked at through.

        Parameters
        ----------
        query : SiteQuery
        bbox : (west, south, east, north)
            Degrees in WGS-84; with west > east it crosses the antimeridian. Every cell that it touches is given whole.
        zoom : int
            Of the Web Mercator map, 0-20. A box of more than 64 cells in width or height is given at a lesser one.
        now : datetime
            Aware.

        Raises
        ------
        ParameterError
            If the box or zoom is unusable, or ``open_at`` more than a year away.
        """
        return self._clustering.find(query, bbox=bbox, zoom=zoom, now=now)

    def cluster_features(self, found: Clusters, datum: Datum = "wgs84") -> list[bytes]:
        """Return clusters as GeoJSON; a cell with one site, from zoom 18 on with a few, gives the sites themselves."""
        gathered, hits = self._clustering.features(found, datum)
        return gathered + self._features(hits, found.at, datum)

    def counts(self, query: SiteQuery, *, now: datetime) -> dict[str, Any]:
        """Return how many sites match, in all and by what they are and have.

        Returns
        -------
        dict
            ``total``; ``kinds``, ``levels``, ``states``: code → number; ``facilities``, ``services``: code → number of
            those that have it at least in part; ``open``: ``open``, ``closed`` and ``unknown`` → number.

        Raises
        ------
        ParameterError
            If ``open_at`` is more than a year away.
        """
        return counts(self._finder, query, now)

    def statistics(self, query: SiteQuery, *, now: datetime, area: str | None = None) -> dict[str, Any]:
        """Return what can be said of the sites that match together; kept for as long as the data and the moment last.

        Parameters
        ----------
        query : SiteQuery
        now : datetime
            Aware.
        area : str, optional
            Whose published figures to give, with those of the areas within; of all without.

        Returns
        -------
        dict
            What :meth:`counts` and :func:`geodata.index.statistics.statistics` give, and ``area_indicators``
            (:meth:`area_indicators`).

        Raises
        ------
        ParameterError
            If ``open_at`` is more than a year away.
        """
        _, same = self._finder.judged(query, now)
        key = (same, area, now.astimezone(self.tz).date())
        found = self._statistics.get(key)
        if found is None:
            found = {
                **self.counts(query, now=now),
                **statistics(self._finder, query, now, self.areas, self.tz),
                "area_indicators": self.area_indicators(area),
            }
            if len(self._statistics) >= _STATISTICS:
                self._statistics.clear()
            self._statistics[key] = found
        return dict(found)

    def suggest(
        self, text: str, *, limit: int = 10, near: Point | None = None, now: datetime | None = None
    ) -> list[Suggestion]:
        """Return sites and areas that go with what someone typed.

        By exact name, its beginning, a piece of it, label or former name, pinyin or initials, address or area; then, if
        there is room left, names that differ by one error in typing (from three Chinese characters or four letters on).
        Within these the nearest first, or the shortest names where no position is given.

        Parameters
        ----------
        text : str
        limit : int
        near : (lon, lat), optional
            Degrees in WGS-84.
        now : datetime, optional
            Aware; leaves out places that are not there at this time. The present by default.

        Raises
        ------
        ParameterError
            If the position or limit is out of range.
        """
        wanted = self._moments.listed(self._moments.at(now or datetime.now(UTC)))
        return suggest(self._finder, self._area_names, text, limit=limit, near=near, wanted=wanted)

    def row_of(self, code: str) -> int | None:
        """Return the row of a present code; ``None`` if there is no such site or the code is a former one."""
        return None if code in self._columns.aliases else self._finder.orders.row_of(code)

    def canonical(self, code: str) -> str | None:
        """Return the present code of the site that a code, present or former, leads to; ``None`` if to none."""
        current = self._columns.aliases.get(code, code)
        return current if self.row_of(current) is not None else None

    def feature(self, hit: Hit, now: datetime, datum: Datum = "wgs84") -> bytes:
        """Return a site as GeoJSON.

        Parameters
        ----------
        hit : Hit
        now : datetime
            For which ``open`` is given: the ``at`` of the hits.
        datum : Datum
            Of the coordinates.
        """
        return self._features([hit], now, datum)[0]

    def points(self, hits: Hits) -> tuple[list[float], list[float]]:
        """Return lon and lat of sites found near a point, in WGS-84."""
        rows = [row for row, _ in hits.items]
        table = self._columns.table
        return table.lon[rows].tolist(), table.lat[rows].tolist()

    def features(self, hits: Hits | Page, datum: Datum = "wgs84") -> list[bytes]:
        """Return all sites found as GeoJSON, each with its ``open`` at the time it was judged for."""
        return self._features(hits.items, hits.at, datum)

    def joined_features(
        self, hits: Hits | Page, datum: Datum = "wgs84", walk_s: Sequence[float | None] | None = None
    ) -> bytes:
        """Return all sites found as GeoJSON features with commas between: faster than :meth:`features`.

        Parameters
        ----------
        hits : Hits or Page
        datum : Datum
        walk_s : sequence of float or None, optional
            Seconds on foot along streets to each; ``None`` or NaN where the straight line has to do.
        """
        if not hits.items:
            return b""
        parts = self._parts_of(hits.items, hits.at)
        if datum == "wgs84":
            return whole_features(parts, walk_s)
        seconds = walk_s or [None] * len(parts)
        return b",".join(in_datum(whole_feature(*part, walk), datum) for part, walk in zip(parts, seconds, strict=True))

    def _features(self, hits: Sequence[Hit], at: datetime, datum: Datum) -> list[bytes]:
        whole = [whole_feature(*parts) for parts in self._parts_of(hits, at)]
        return whole if datum == "wgs84" else [in_datum(feature, datum) for feature in whole]

    def _parts_of(self, hits: Sequence[Hit], at: datetime) -> list[tuple[bytes, float | None, bytes]]:
        """Return of each site what its feature is made of."""
        if not hits:
            return []
        rows, distances = zip(*hits, strict=True)
        values, openings = self._columns.feature.many(rows), self._moments.openings(rows, at)
        return list(zip(values, distances, openings, strict=True))

    def coming_days(self, hits: Hits, now: datetime) -> dict[str, Any]:
        """Return when sites open and close in the coming days (:func:`geodata.index.timetables.coming_days`)."""
        return coming_days(self._moments, [hit.row for hit in hits.items], now)

    def detail(self, code: str, now: datetime, datum: Datum = "wgs84") -> dict[str, Any]:
        """Return everything about one site, with its hours of the next seven days.

        Raises
        ------
        NotFoundError
            If no code, present or former, is ``code``.
        """
        row = self._row(code)
        self._moments.at(now)
        opening = self._moments.openings([row], now)[0]
        found = detail(self._columns, row, opening, now, self.calendar, self.tz, datum)
        runs = self._charge.of_row(row)
        found["properties"]["operator_code"] = None if runs is None else runs.code
        return found

    @property
    def organisations(self) -> Organisations:
        """All organisations, with what belongs to what."""
        return self._charge.organisations

    def organisation(self, code: str, now: datetime, datum: Datum = "wgs84", *, limit: int = 1000) -> dict[str, Any]:
        """Return everything about an organisation, with the places that it and those below it run.

        Places that are not there at this time (closed for good, planned, a temporary one out of its days) are left out.

        Parameters
        ----------
        code : str
        now : datetime
            Aware.
        datum : Datum
        limit : int
            Most places to give; the counts are of all.

        Returns
        -------
        dict
            As :meth:`geodata.index.charge.Charge.described` says, without ``rows``, with ``area_name``, the office's
            ``week`` and ``features``, which are JSON bytes.

        Raises
        ------
        NotFoundError
            If there is no such organisation.
        """
        item = self.organisations.get(code)
        if item is None:
            raise NotFoundError("organisation_unknown", organisation=code[:40])
        moment = self._moments.at(now)
        by_name = self._finder.orders.permutation("name")
        found = self._charge.described(item, moment, self._moments.listed(moment), limit, by_name)
        rows: list[int] = found.pop("rows")
        names = {area.adcode: area.name for area in self.areas}
        area_name = names.get(item.area or "", "" if (item.area or "").isdecimal() else item.area or "")
        features = self._features([Hit(row) for row in rows], now, datum)
        week = week_json(found["hours_osm"], now.astimezone(self.tz).date(), self.calendar, self.tz)
        return {**found, "area_name": area_name, "week": week, "features": features}

    def organisation_places(self, items: Sequence[Organisation], now: datetime) -> list[dict[str, int]]:
        """Return of organisations how many places they run: ``own``, ``total``, ``open``, ``closed``, ``unknown``."""
        moment = self._moments.at(now)
        return self._charge.places(items, moment, self._moments.listed(moment))

    def entries(self, begin: int, end: int, *, now: datetime) -> list[tuple[str, str]]:
        """Return the code and the time of the last change of every site that is listed among some rows.

        Parameters
        ----------
        begin, end : int
            Rows from ``begin`` up to and without ``end``; sites keep their rows, so that parts of a list of all sites
            stay the same when sites are added.
        now : datetime
            Aware; leaves out what is not there at this time.

        Returns
        -------
        list of (str, str)
            By row; the time as ISO 8601.
        """
        rows = begin + np.flatnonzero(self._moments.listed(self._moments.at(now))[begin:end])
        extras = self._columns.extra.many(rows.tolist())
        return [
            (self._finder.code_of(row), last_change(extra)) for row, extra in zip(rows.tolist(), extras, strict=True)
        ]

    def boundary(self, now: datetime) -> int:
        """Return the last time at which an answer may have changed, in Unix seconds."""
        return self._moments.at(now).begin

    def last_boundary(self, now: datetime) -> datetime:
        """Return the last time at which an answer may have changed: someone opened or closed, a day began."""
        return datetime.fromtimestamp(self._moments.at(now).begin, self.tz)

    def next_boundary(self, now: datetime) -> datetime:
        """Return the next time at which an answer may change."""
        return datetime.fromtimestamp(self._moments.at(now).end, self.tz)

    def prepared_days(self) -> tuple[date, ...]:
        """Return the days whose timetables are all worked out."""
        return self._moments.prepared_days()

    def prepare(self, now: datetime) -> None:
        """Work out ahead what the first question of a day needs; for whoever keeps the index, now and then."""
        self._moments.prepare(now)
        self._finder.orders.prepare()

    def memory(self) -> dict[str, int]:
        """Return the memory by part, in bytes."""
        columns, finder = self._columns, self._finder
        return {
            "columns": columns.table.nbytes,
            "features": columns.feature.nbytes,
            "details": columns.extra.nbytes,
            "evidence": columns.evidence.nbytes,
            "indicators": columns.indicators.nbytes,
            "search": finder.search.nbytes,
            "tree": finder.globe.nbytes,
            "clusters": self._clustering.nbytes,
        }


def _of_areas(since: SiteRows) -> list[dict[str, Any]]:
    """Return the published figures of areas as JSON types."""
    return [{"area": area, **to_json(item)} for area, item in since.area_indicators()]
