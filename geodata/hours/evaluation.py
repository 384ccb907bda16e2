"""Opening hours under the official calendar: single days, time tables and the state at a moment.

Every day is evaluated by itself:

- an ordinary day follows the expression's own week;
- a make-up workday keeps the hours of the nearest ordinary workday (Saturday those of Friday, Sunday those of Monday);
  where that workday is the place's closing day and its own hours for the day itself are open, it keeps these: a library
  open from Tuesday to Sunday rests on Mondays to make up for the weekend, and a Sunday that is worked is still a Sunday
  to it. Nobody tells whether it rests then for once, so a note says that hours may differ;
- on a public holiday a place with a rule of its own (``PH``) follows it; one that closes on Saturdays or Sundays is
  closed; any other keeps its hours, with the note that they may differ;
- a year that is not published has ordinary days only, with a note that says so.

School holidays (``SH``) are known to nobody here: where they make a difference the state is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from geodata.calendar import CalendarDay, DayKind, WorkCalendar
from geodata.hours.expression import CLOSED, DAY_MINUTES, OPEN, UNKNOWN, Expression, Span, day_spans, parse
from geodata.messages import Message

StateName = Literal["open", "closed", "unknown"]
STATE_NAMES: tuple[StateName, ...] = ("closed", "open", "unknown")

#: How far :func:`open_state` looks beyond the moment it is asked about: three weeks hold every published run of
#: holidays with the closing days around it, even for a place open on one day of the week only (20.96 days at most).
LOOK_AHEAD_DAYS = 21

_ONE_DAY = timedelta(days=1)
#: A Monday like any other: stands for the date where an expression does not depend on it.
_SOME_MONDAY = date(2024, 1, 1)
_SATURDAY, _SUNDAY = 5, 6


@dataclass(frozen=True, slots=True)
class OpenState:
    """Whether a place is open at a moment.

    Attributes
    ----------
    state : {"open", "closed", "unknown"}
    until : datetime, optional
        When this state ends; ``None`` where that is not known or lies beyond the time looked at.
    next : datetime, optional
        When the place opens next: ``until`` where it is closed, the opening after the coming closing where it is open.
    note : Message, optional
        What to tell beside it, such as that hours may differ on a holiday.
    """

    state: StateName
    until: datetime | None = None
    next: datetime | None = None
    note: Message | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Timetable:
    """The states of a place over a span of time.

    Attributes
    ----------
    times : ndarray of int64
        Unix seconds, ascending; the first one begins the span.
    states : ndarray of int8
        The state from each time on: 0 closed, 1 open, 2 unknown.
    notes : tuple of Message or None
        The note from each time on. Neighbours differ in the state, the note or both.
    end : int
        Unix second at which the span ends.
    tz : ZoneInfo
    """

    times: NDArray[np.int64]
    states: NDArray[np.int8]
    notes: tuple[Message | None, ...]
    end: int
    tz: ZoneInfo


@dataclass(frozen=True, slots=True)
class DayHours:
    """The hours of one day for people to read.

    Attributes
    ----------
    day : date
    spans : tuple of (str, str)
        Opening and closing times as ``HH:MM``; beyond ``24:00`` on the next day. A span belongs to the day it begins.
    state : {"open", "closed", "unknown"}
        ``"open"`` where the place opens at all on that day.
    kind : {"ordinary", "holiday", "workday"}
    name_zh, name_en : str
        The holiday, or the one that a workday makes up for; else empty.
    note : Message, optional
    """

    day: date
    spans: tuple[tuple[str, str], ...]
    state: StateName
    kind: DayKind
    name_zh: str
    name_en: str
    note: Message | None


def timetable(osm: str | None, start: datetime, days: int, calendar: WorkCalendar, tz: ZoneInfo) -> Timetable:
    """Work out when a place is open.

    Parameters
    ----------
    osm : str, optional
        OSM expression; unknown hours where there is none.
    start : datetime
        Aware; the beginning of the span.
    days : int
        Length of the span, at least 1.
    calendar : WorkCalendar
    tz : ZoneInfo
        Where the place is.

    Raises
    ------
    HoursError
        If ``osm`` is no expression that can be evaluated.
    """
    local = _local(start, tz)
    begin, end = int(start.timestamp()), int((local + timedelta(days=days)).timestamp())
    if osm is None:
        return _table([(begin, UNKNOWN, None)], end, tz)
    expression = parse(osm)
    edges: dict[int, list[int]] = {begin: [0, 0, 0]}
    notes: dict[int, Message | None] = {}
    # hours after midnight belong to the day before
    for offset in range(-1, (_local(datetime.fromtimestamp(end, tz), tz).date() - local.date()).days + 1):
        day = local.date() + timedelta(days=offset)
        spans, note = _plan(expression, day, calendar)
        notes[max(begin, _epoch(day, 0, tz))] = note
        for first, last, state in spans:
            edges.setdefault(_epoch(day, first, tz), [0, 0, 0])[state] += 1
            edges.setdefault(_epoch(day, last, tz), [0, 0, 0])[state] -= 1
    return _table(_sweep(edges, notes, begin, end), end, tz)


def state_at(table: Timetable, at: datetime) -> OpenState:
    """Return the state at a moment, as far as the table reaches; unknown outside its span."""
    second = at.timestamp()
    if not table.times[0] <= second < table.end:
        return OpenState("unknown")
    here = int(np.searchsorted(table.times, second, side="right")) - 1
    state = int(table.states[here])
    changes = np.flatnonzero(table.states[here:] != state)
    change = here + int(changes[0]) if changes.size else None
    is_open = table.states == OPEN
    openings = np.flatnonzero(is_open[1:] & ~is_open[:-1]) + 1
    later = openings[openings > here]
    # who waits for a place to open wants to know of the holiday that keeps it closed
    last = here if state == OPEN or change is None else change
    notes = [note for note in table.notes[here : last + 1] if note is not None]
    reasons = [note for note in notes if note.code == "hours_holiday_closed"] if state == CLOSED else []
    return OpenState(
        state=STATE_NAMES[state],
        until=_moment(table, change),
        next=_moment(table, int(later[0]) if later.size else None),
        note=next(iter(reasons or notes), None),
    )


def open_state(osm: str | None, at: datetime, calendar: WorkCalendar, tz: ZoneInfo) -> OpenState:
    """Return the state of a place at any moment; looks :data:`LOOK_AHEAD_DAYS` beyond it.

    Raises
    ------
    HoursError
        If ``osm`` is no expression that can be evaluated.
    """
    return state_at(timetable(osm, at, LOOK_AHEAD_DAYS, calendar, tz), at)


def week(osm: str | None, first_day: date, calendar: WorkCalendar, tz: ZoneInfo, days: int = 7) -> list[DayHours]:
    """Return the hours of some days in a row, from ``first_day`` on.

    Raises
    ------
    HoursError
        If ``osm`` is no expression that can be evaluated.
    """
    expression = parse(osm) if osm is not None else None
    rows = []
    for offset in range(days):
        day = first_day + timedelta(days=offset)
        spans, note = _plan(expression, day, calendar) if expression else (((0, DAY_MINUTES, UNKNOWN),), None)
        states = {state for _, _, state in spans}
        name_zh, name_en = calendar.name(day) or ("", "")
        rows.append(
            DayHours(
                day=day,
                spans=tuple((_clock(first), _clock(last)) for first, last, state in spans if state == OPEN),
                state="open" if OPEN in states else "unknown" if states else "closed",
                kind=calendar.kind(day),
                name_zh=name_zh,
                name_en=name_en,
                note=note,
            )
        )
    return rows


def _plan(expression: Expression, day: date, calendar: WorkCalendar) -> tuple[tuple[Span, ...], Message | None]:
    """Return the spans that begin on ``day`` under the calendar, and what to tell beside them."""
    spans, note = _official(expression, day, calendar)
    if note is None and expression.names_school_holidays and any(state == UNKNOWN for _, _, state in spans):
        note = Message("hours_school_holidays")
    return spans, note


def _official(expression: Expression, day: date, calendar: WorkCalendar) -> tuple[tuple[Span, ...], Message | None]:
    entry = calendar.entry(day)
    own = _spans(expression, day, day)
    if entry is None:
        if calendar.published(day):
            return own, None
        return own, Message("hours_calendar_unpublished", {"year": day.year})
    if entry.kind == "holiday":
        return _holiday(expression, entry, own)
    step = {_SATURDAY: -1, _SUNDAY: 1}.get(day.weekday(), 0)
    spans = _spans(expression, day, day + step * _ONE_DAY)
    if own and not spans:
        return own, Message("hours_makeup_closing_day", _names(entry))
    return spans, None if spans == own else Message("hours_makeup_workday", _names(entry))


def _holiday(
    expression: Expression, entry: CalendarDay, own: tuple[Span, ...]
) -> tuple[tuple[Span, ...], Message | None]:
    day = entry.day
    if expression.has_holiday_rule(day):
        return _spans(expression, day, day, holiday=True), None
    saturday = day + timedelta(days=_SATURDAY - day.weekday())
    weekend = [_spans(expression, day, saturday), _spans(expression, day, saturday + _ONE_DAY)]
    if not all(weekend):
        return (), Message("hours_holiday_closed", _names(entry)) if own else None
    if not all(any(state == OPEN for _, _, state in spans) for spans in weekend):
        # whether it closes on weekends is unknown, so this is unknown too
        own = tuple((first, last, UNKNOWN) for first, last, _ in own)
    return own, Message("hours_holiday_may_differ", _names(entry))


def _spans(expression: Expression, day: date, like: date, *, holiday: bool = False) -> tuple[Span, ...]:
    if not expression.depends_on_date:
        day = like = _SOME_MONDAY + timedelta(days=like.weekday())
    return day_spans(expression, day, like, holiday)


def _names(entry: CalendarDay) -> dict[str, str]:
    return {"name_zh": entry.name_zh, "name_en": entry.name_en}


def _sweep(
    edges: dict[int, list[int]], notes: dict[int, Message | None], begin: int, end: int
) -> list[tuple[int, int, Message | None]]:
    """Turn the edges of spans into successive states; where spans overlap, open counts before unknown."""
    rows: list[tuple[int, int, Message | None]] = []
    depth = [0, 0, 0]
    note: Message | None = None
    for second in sorted(edges.keys() | notes.keys()):
        depth = [before + change for before, change in zip(depth, edges.get(second, (0, 0, 0)), strict=True)]
        note = notes.get(second, note)
        state = OPEN if depth[OPEN] else UNKNOWN if depth[UNKNOWN] else CLOSED
        if begin <= second < end and (not rows or rows[-1][1:] != (state, note)):
            rows.append((second, state, note))
    return rows


def _table(rows: list[tuple[int, int, Message | None]], end: int, tz: ZoneInfo) -> Timetable:
    times, states, notes = zip(*rows, strict=True)
    return Timetable(np.array(times, dtype=np.int64), np.array(states, dtype=np.int8), notes, end, tz)


def _moment(table: Timetable, index: int | None) -> datetime | None:
    return None if index is None else datetime.fromtimestamp(int(table.times[index]), table.tz)


def _local(at: datetime, tz: ZoneInfo) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return at.astimezone(tz)


@lru_cache(maxsize=65536)
def _epoch(day: date, minutes: int, tz: ZoneInfo) -> int:
    """Return the Unix second of a time on the clock, counted from the midnight that begins ``day``."""
    return int((datetime.combine(day, time(), tz) + timedelta(minutes=minutes)).timestamp())


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
