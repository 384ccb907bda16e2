"""The life of an index: read from a store or a snapshot, following what is written, dated anew each day."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo

import numpy as np

from geodata.calendar import WorkCalendar
from geodata.garbage import give_back_memory, seldom_collected
from geodata.index import build
from geodata.index.areanames import AreaNames
from geodata.index.charge import Charge
from geodata.index.clusters import Clustering
from geodata.index.columns import Columns, Lexicons
from geodata.index.evidence import read_evidence, rescored
from geodata.index.features import Features
from geodata.index.finding import Bbox, Finder
from geodata.index.geometry import Globe
from geodata.index.moments import Moments
from geodata.index.ordering import Orders
from geodata.index.search import Search
from geodata.index.tables import Tables
from geodata.indicators import to_json
from geodata.organisations import Organisation, Organisations
from geodata.store import SiteRows, Store
from geodata.vocabulary import Vocabulary

if TYPE_CHECKING:
    from geodata.areas import Area

#: Reads a store from its beginning.
_NOTHING_READ = -1


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


class Lifecycle:
    """What an index is made of, and how the next one is made from it; see :class:`geodata.index.SiteIndex`."""

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
        self._shown = Features(columns.feature)
        self._statistics: dict[Hashable, dict[str, Any]] = {}

    @classmethod
    def load(cls, store: Store, *, vocabulary: Vocabulary, tz: ZoneInfo, today: date | None = None) -> Self:
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
        with seldom_collected(), store.read_since(_NOTHING_READ) as since:
            index = cls.of(since, vocabulary=vocabulary, tz=tz, today=today)
        give_back_memory()
        return index

    @classmethod
    def of(cls, since: SiteRows, *, vocabulary: Vocabulary, tz: ZoneInfo, today: date | None = None) -> Self:
        """Return the index of everything that was read from a store."""
        day = today or datetime.now(tz).date()
        areas = since.areas()
        lexicons = Lexicons.of(vocabulary)
        told = build.Told(read_evidence(since.evidence(), None), day, build.figures_json(since.indicators()))
        part = build.read(since.columns, lexicons, {area.adcode: area.name for area in areas}, told)
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
    def restored(cls, parts: Parts) -> Self:
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

    def refreshed(self, store: Store) -> Self:
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
        with seldom_collected(), store.read_since(self.version) as since:
            if not (since.areas_changed or (since.without_areas and self.areas)):
                return self._followed_by(since)
        # Names of areas stand in the features of any number of sites.
        return self.load(store, vocabulary=self._vocabulary, tz=self.tz, today=self.rated_on)

    def _followed_by(self, since: SiteRows) -> Self:
        lexicons = self._columns.lexicons.copy()
        evidence = read_evidence(since.evidence(), self._columns.evidence)
        told = build.Told(evidence, self.rated_on, build.figures_json(since.indicators()))
        part = build.read(since.columns, lexicons, {area.adcode: area.name for area in self.areas}, told)
        columns, rows = build.patched(self._columns, part, lexicons, since.aliases, _of_areas(since))
        search = self._finder.search.patched(len(columns), rows, part.texts) if len(rows) else self._finder.search
        return type(self)(
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

    def dated(self, now: datetime) -> Self:
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
        return type(self)(
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

    @property
    def organisations(self) -> Organisations:
        """All organisations, with what belongs to what."""
        return self._charge.organisations

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
