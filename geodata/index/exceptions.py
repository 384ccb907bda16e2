"""Sites that are closed whatever their hours say: closures, temporary places, states.

They are few; each is looked at by itself when it is shown.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from geodata.hours import DayHours, OpenState, Timetable, state_at
from geodata.index.columns import NO_FIRST_DAY, NO_LAST_DAY, Columns
from geodata.index.opening import CLOSED, SPAN_DAYS, Day, midnight
from geodata.messages import Message


@dataclass(frozen=True, slots=True)
class Shut:
    """Days on which a site is closed, as ordinals, both included, and what to tell of them."""

    first: int
    last: int
    note: Message


def shut_days(columns: Columns, row: int, today: int) -> list[Shut]:
    """Return when a site is closed by a closure, before and after it is there, or for its state.

    A closure that holds today says when a paused site is expected back; without one that is not known.
    """
    table, words = columns.table, columns.lexicons
    found: list[Shut] = []
    for first, last, reason in columns.closures.of_row(row):
        text = words.reasons.words[reason]
        note = Message("site_paused_reason", {"reason": text}) if text else Message("site_paused")
        found.append(Shut(first, last, note))
    state = words.states.words[int(table.state[row])]
    if state != "open" and not (state == "paused" and any(item.first <= today <= item.last for item in found)):
        found.append(Shut(NO_FIRST_DAY, NO_LAST_DAY, Message(f"site_{state}" if state in _STATES else "site_paused")))
    valid_from, valid_to = int(table.valid_from[row]), int(table.valid_to[row])
    if valid_from != NO_FIRST_DAY:
        found.append(Shut(NO_FIRST_DAY, valid_from - 1, Message("site_not_yet_valid", {"day": _day(valid_from)})))
    if valid_to != NO_LAST_DAY:
        found.append(Shut(valid_to + 1, NO_LAST_DAY, Message("site_no_longer_valid", {"day": _day(valid_to)})))
    return found


_STATES = frozenset({"paused", "closed", "planned"})


def state_with(shut: Sequence[Shut], table: Timetable, day: Day, at: datetime) -> OpenState:
    """Return the state of a site with days on which it is closed.

    In such a time ``until`` is the day after its end, and ``next`` the first opening after it, as far as the timetable
    reaches.
    """
    by_hours = state_at(overlaid(table, shut, day), at)
    today = day.day.toordinal()
    present = [item for item in shut if item.first <= today <= item.last]
    if not present:
        return by_hours
    # What ends last, and what follows it without a day between, decides; a closure tells more than a mere state.
    end = max(item.last for item in present)
    while True:
        further = max((item.last for item in shut if item.first <= end + 1), default=end)
        if further <= end:
            break
        end = further
    until = None if end >= NO_LAST_DAY else midnight(date.fromordinal(end + 1), table.tz)
    return OpenState("closed", until, None if until is None else by_hours.next, present[0].note)


def week_with(shut: Sequence[Shut], days: Sequence[DayHours]) -> list[DayHours]:
    """Return the hours of some days with those on which the site is closed."""
    changed = []
    for hours in days:
        note = next((item.note for item in shut if item.first <= hours.day.toordinal() <= item.last), None)
        changed.append(hours if note is None else replace(hours, spans=(), state="closed", note=note))
    return changed


def overlaid(table: Timetable, shut: Sequence[Shut], day: Day) -> Timetable:
    """Return the timetable with the closed days put over it."""
    first_day = day.day.toordinal()
    spans = [
        (_second(day, item.first - first_day), _second(day, item.last + 1 - first_day), item.note)
        for item in shut
        if item.last >= first_day and item.first < first_day + SPAN_DAYS
    ]
    times = table.times.tolist()
    edges = {edge for first, last, _ in spans for edge in (first, last) if times[0] < edge < table.end}
    rows: list[tuple[int, int, Message | None]] = []
    for second in sorted(edges.union(times)):
        here = bisect_right(times, second) - 1
        state, note = int(table.states[here]), table.notes[here]
        for first, last, reason in spans:
            if first <= second < last:
                state, note = CLOSED, reason
                break
        if not rows or rows[-1][1:] != (state, note):
            rows.append((second, state, note))
    seconds, states, notes = zip(*rows, strict=True)
    return Timetable(np.array(seconds, np.int64), np.array(states, np.int8), notes, table.end, table.tz)


def _second(day: Day, offset: int) -> int:
    """Return the Unix second at which a day begins, counted from the first; no farther than the span."""
    offset = min(max(offset, 0), SPAN_DAYS)
    return int(midnight(day.day + timedelta(days=offset), day.tz).timestamp())


def _day(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()
