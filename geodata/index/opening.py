"""When places are open: timetables of all distinct hours, worked out once a day, and what overrides them.

A *day* (:class:`Day`) has the timetables from one local midnight on; a *moment* (:class:`Moment`) is a time between two
boundaries - someone opens or closes, a day begins - within which no answer changes. Closures, validity and states count
by whole days, so that the midnights bound them too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import orjson
from numpy.typing import NDArray

from geodata.calendar import WorkCalendar
from geodata.errors import HoursError
from geodata.hours import LOOK_AHEAD_DAYS, OpenState, Timetable, state_at, timetable
from geodata.index.columns import Columns
from geodata.index.geometry import Mask, Rows
from geodata.messages import Message

CLOSED, OPEN, UNKNOWN = 0, 1, 2
#: How many days a timetable covers. That is enough but for long holidays, for which :meth:`Day.outlook` looks farther.
SPAN_DAYS = 8
_UNDETERMINED = -1


class Day:
    """Timetables of distinct hours from the beginning of a local day on, each worked out when it is first asked for.

    Parameters
    ----------
    hours : sequence of str or None
        OSM expressions by number.
    day : date
    calendar : WorkCalendar
    tz : ZoneInfo
    known : sequence of Timetable or None
        Timetables by number that are worked out already.
    """

    def __init__(
        self,
        hours: Sequence[str | None],
        day: date,
        calendar: WorkCalendar,
        tz: ZoneInfo,
        known: Sequence[Timetable | None] = (),
    ) -> None:
        self.hours = hours
        self.day = day
        self.start = midnight(day, tz)
        self.end = midnight(day + timedelta(days=1), tz)
        self.tables: list[Timetable | None] = [*known, *[None] * (len(hours) - len(known))]
        self._calendar = calendar
        self.tz = tz
        self._openings: dict[tuple[int, int], bytes] = {}
        self._events: tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int8]] | None = None

    def table(self, number: int) -> Timetable:
        """Return the timetable of the hours with this number."""
        found = self.tables[number]
        if found is None:
            try:
                found = timetable(self.hours[number], self.start, SPAN_DAYS, self._calendar, self.tz)
            except HoursError:  # written past the check of an import: one such text must not take the map down
                found = timetable(None, self.start, SPAN_DAYS, self._calendar, self.tz)
            self.tables[number] = found
        return found

    def state(self, number: int, at: int) -> int:
        """Return the state of some hours at a time within the span, in Unix seconds."""
        table = self.table(number)
        return int(table.states[table.times.searchsorted(at, side="right") - 1])

    def opening(self, number: int, at: int) -> bytes:
        """Return the state of some hours as the JSON of a feature's ``open``; the same from one change to the next."""
        table = self.table(number)
        key = (number, int(table.times.searchsorted(at, side="right")))
        found = self._openings.get(key)
        if found is None:
            found = self._openings[key] = opening_json(self.outlook(number, at))
        return found

    def outlook(self, number: int, at: int) -> OpenState:
        """Return the state of some hours at a time of this day, and what comes next.

        Where the timetable ends before the next opening, as at the beginning of the Spring Festival, a longer one is
        worked out for these hours alone.
        """
        moment = datetime.fromtimestamp(at, self.tz)
        found = state_at(self.table(number), moment)
        if found.next is None and found.state != "unknown" and self.hours[number] != "24/7":
            longer = timetable(self.hours[number], self.start, LOOK_AHEAD_DAYS + 1, self._calendar, self.tz)
            found = state_at(longer, moment)
        return found

    def window(self, at: int) -> tuple[NDArray[np.int8], int, int]:
        """Return the states of all hours at a time of this day, and between which Unix seconds they last."""
        if self._events is None:
            self._events = self._ordered_events()
        times, numbers, states = self._events
        passed = int(np.searchsorted(times, at, side="right"))
        now = np.full(len(self.hours), UNKNOWN, dtype=np.int8)
        # Of several events of the same hours the last assignment, which is the latest event, stays.
        now[numbers[:passed]] = states[:passed]
        begin = max(int(times[passed - 1]) if passed else 0, int(self.start.timestamp()))
        end = min(int(times[passed]) if passed < len(times) else 2**62, int(self.end.timestamp()))
        return now, begin, end

    def grown(self, hours: Sequence[str | None]) -> Day:
        """Return the same day for a longer list of hours that begins with this one's."""
        return Day(hours, self.day, self._calendar, self.tz, self.tables)

    def _ordered_events(self) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int8]]:
        tables = [self.table(number) for number in range(len(self.hours))]
        times = np.concatenate([table.times for table in tables])
        states = np.concatenate([table.states for table in tables])
        numbers = np.repeat(np.arange(len(tables), dtype=np.int32), [len(table.times) for table in tables])
        order = np.argsort(times, kind="stable")
        return times[order], numbers[order], states[order]


@dataclass(frozen=True, slots=True)
class Moment:
    """What is open, and which sites are there at all, between two boundaries.

    Attributes
    ----------
    day : Day
    at : int
        A Unix time within.
    begin, end : int
        The Unix times at which it begins and ends.
    valid : ndarray of bool
        By row: not before or after the days for which a temporary place is there.
    shut : ndarray of bool
        By row: closed whatever its hours say.
    by_hours, hours_of : ndarray
        The states by number of the hours, and the number of each row's hours.
    openings, listed : dict
        What was worked out already: the JSON of ``open``, and the rows listed by states asked for.
    """

    day: Day
    at: int
    begin: int
    end: int
    valid: Mask
    shut: Mask
    by_hours: NDArray[np.int8]
    hours_of: NDArray[np.int32]
    openings: dict[int, bytes] = field(default_factory=dict)
    listed: dict[frozenset[str], Mask] = field(default_factory=dict)

    def states(self, rows: Rows | None) -> NDArray[np.int8]:
        """Return the opening states of rows; of all with ``None``."""
        selection: Any = slice(None) if rows is None else rows
        numbers = self.hours_of[selection]
        states: NDArray[np.int8] = self.by_hours[numbers]
        missing = states == _UNDETERMINED
        if missing.any():
            for number in np.unique(numbers[missing]).tolist():
                self.by_hours[number] = self.day.state(number, self.at)
            states = self.by_hours[numbers]
        states[self.shut[selection]] = CLOSED
        return states


def present(columns: Columns, day: Day, at: int) -> Moment:
    """Return the moment of a time of the day, with all timetables worked out and its boundaries known."""
    by_hours, begin, end = day.window(at)
    return _moment(columns, day, at, begin, end, by_hours)


def other(columns: Columns, day: Day, at: int) -> Moment:
    """Return the moment of a time for which only some sites are of interest: hours are worked out as needed."""
    by_hours = np.full(len(day.hours), _UNDETERMINED, dtype=np.int8)
    return _moment(columns, day, at, at, at + 1, by_hours)


def _moment(columns: Columns, day: Day, at: int, begin: int, end: int, by_hours: NDArray[np.int8]) -> Moment:
    table, closures, number = columns.table, columns.closures, day.day.toordinal()
    valid = (table.valid_from <= number) & (table.valid_to >= number)
    in_service = columns.lexicons.states.find("open")
    shut = (table.state != in_service) | ~valid
    shut[closures.row[(closures.first <= number) & (closures.last >= number)]] = True
    return Moment(day, at, begin, end, valid, shut, by_hours, table.hours)


def opening_json(state: OpenState) -> bytes:
    """Return a state as the JSON of a feature's ``open``."""
    return orjson.dumps(opening_dict(state))


def opening_dict(state: OpenState) -> dict[str, Any]:
    """Return a state as the value of a feature's ``open``."""
    return {
        "state": state.state,
        "until": None if state.until is None else state.until.isoformat(),
        "next": None if state.next is None else state.next.isoformat(),
        "note": note_dict(state.note),
    }


def note_dict(note: Message | None) -> dict[str, str] | None:
    """Return a message with its texts in every language."""
    return None if note is None else {"code": note.code, **note.texts()}


def midnight(day: date, tz: ZoneInfo) -> datetime:
    """Return the beginning of a local day."""
    return datetime(day.year, day.month, day.day, tzinfo=tz)
