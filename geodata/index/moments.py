"""The moments that one index is asked about, kept as long as they last."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from threading import Lock
from zoneinfo import ZoneInfo

import numpy as np

from geodata.calendar import WorkCalendar
from geodata.hours import OpenState
from geodata.index.columns import Columns
from geodata.index.exceptions import shut_days, state_with
from geodata.index.filters import numbered
from geodata.index.geometry import Mask
from geodata.index.opening import Day, Moment, opening_json, other, present
from geodata.index.query import LISTED_STATES
from geodata.index.tables import Tables

#: Days and moments kept beside the present one.
_DAYS = 6
_MOMENTS = 6


class Moments:
    """Finds the moment of a time, and what is to be seen then.

    Parameters
    ----------
    columns : Columns
    calendar : WorkCalendar
    tz : ZoneInfo
    before : Moments, optional
        Those of the index before a refresh under the same calendar, whose timetables are taken over.
    """

    def __init__(self, columns: Columns, calendar: WorkCalendar, tz: ZoneInfo, before: Moments | None = None) -> None:
        self.columns = columns
        self.calendar = calendar
        self.tz = tz
        self._present: Moment | None = None
        self._days: OrderedDict[date, Day] = OrderedDict()
        self._others: OrderedDict[int, Moment] = OrderedDict()
        self._lock = Lock()
        self._hidden = np.zeros(len(columns), dtype=np.bool_)
        if columns.aliases:
            old = np.array([code.encode() for code in columns.aliases], dtype=np.bytes_)
            self._hidden[np.isin(columns.table.code, old)] = True
        # Sites of the same hours share what is said of them; an exceptional one has its own, under a negative number.
        rows = np.arange(len(columns), dtype=np.int32)
        self._openings_of = np.where(columns.table.special, -1 - rows, columns.table.hours)
        if before is not None:
            hours = columns.lexicons.hours.words
            self._days.update((day, known.grown(hours)) for day, known in list(before._days.items()))

    def timetables(self) -> list[Tables]:
        """Return the timetables of the days of which all are worked out."""
        with self._lock:
            days = list(self._days.values())
        ready = [(known.day, [table for table in known.tables if table is not None]) for known in days]
        return [Tables.of(day, tables) for day, tables in ready if len(tables) == len(self.columns.lexicons.hours)]

    def prepared_days(self) -> tuple[date, ...]:
        """Return the days of which all timetables are worked out, in order."""
        with self._lock:
            days = list(self._days.values())
        return tuple(sorted(known.day for known in days if None not in known.tables))

    def remember(self, known: Iterable[Tables]) -> None:
        """Take over timetables that were worked out for the same hours and the same calendar."""
        hours = self.columns.lexicons.hours.words
        for tables in known:
            self._days[tables.day] = Day(hours, tables.day, self.calendar, self.tz, tables.timetables(self.tz))

    def at(self, now: datetime) -> Moment:
        """Return the moment of the present time, with its boundaries."""
        second = int(now.timestamp())
        moment = self._present
        if moment is None or not moment.begin <= second < moment.end:
            moment = self._present = present(self.columns, self._day(now), second)
        return moment

    def of(self, at: datetime) -> Moment:
        """Return the moment of any time; hours of a day other than the present one are worked out as needed."""
        second = int(at.timestamp())
        moment = self._present
        if moment is not None:
            if moment.begin <= second < moment.end:
                return moment
            if moment.day.start <= at < moment.day.end:
                return self.at(at)
        with self._lock:
            found = self._others.get(second)
            if found is not None:
                self._others.move_to_end(second)
                return found
        found = other(self.columns, self._day(at), second)
        with self._lock:
            self._others[second] = found
            while len(self._others) > _MOMENTS:
                self._others.popitem(last=False)
        return found

    def listed(self, moment: Moment, states: frozenset[str] = LISTED_STATES) -> Mask:
        """Return by row whether a site is there to be listed among those of the given states.

        A temporary place counts as planned before its first day and as closed after its last one.
        """
        found = moment.listed.get(states)
        if found is None:
            table, today = self.columns.table, moment.day.day.toordinal()
            found = numbered(self.columns.lexicons.states, states)[table.state] & moment.valid
            if "planned" in states:
                found |= table.valid_from > today
            if "closed" in states:
                found |= table.valid_to < today
            found &= ~self._hidden
            moment.listed[states] = found
        return found

    def openings(self, rows: Sequence[int], at: datetime) -> list[bytes]:
        """Return the JSON of sites' ``open``."""
        moment = self.of(at)
        numbers = self._openings_of[np.asarray(rows, dtype=np.intp)].tolist()
        known = moment.openings
        for number, row in zip(numbers, rows, strict=True):
            if number not in known:
                known[number] = (
                    opening_json(self._exceptional(row, moment, at))
                    if number < 0
                    else moment.day.opening(number, moment.at)
                )
        return [known[number] for number in numbers]

    def prepare(self, now: datetime) -> None:
        """Work out the timetables of the day, and in its last hour those of the next one."""
        self.at(now)
        ahead = now + timedelta(hours=1)
        if self._local_day(ahead) != self._local_day(now):
            self._day(ahead).window(int(ahead.timestamp()))

    def _exceptional(self, row: int, moment: Moment, at: datetime) -> OpenState:
        table = moment.day.table(int(self.columns.table.hours[row]))
        shut = shut_days(self.columns, row, moment.day.day.toordinal())
        return state_with(shut, table, moment.day, at)

    def _local_day(self, at: datetime) -> date:
        return at.astimezone(self.tz).date()

    def _day(self, at: datetime) -> Day:
        day = self._local_day(at)
        with self._lock:
            found = self._days.get(day)
            if found is None:
                found = self._days[day] = Day(self.columns.lexicons.hours.words, day, self.calendar, self.tz)
            self._days.move_to_end(day)
            while len(self._days) > _DAYS:
                self._days.popitem(last=False)
            return found
