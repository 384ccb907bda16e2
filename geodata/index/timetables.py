"""When sites are open in the coming days, for a device that has to tell it without asking again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np

from geodata.hours import Timetable
from geodata.index.exceptions import overlaid, shut_days
from geodata.index.moments import Moments

#: States by their numbers in a timetable.
STATES = ("closed", "open", "unknown")


def coming_days(moments: Moments, rows: Sequence[int], now: datetime) -> dict[str, Any]:
    """Return the timetables of some sites from the beginning of the day on.

    Parameters
    ----------
    moments : Moments
    rows : sequence of int
    now : datetime
        Aware.

    Returns
    -------
    dict
        ``tables``: each distinct one a list of ``[time, state]``, the time in ISO 8601 with the offset of the places'
        own clocks; ``table_of``: the number of each row's table; ``ends_at``: when the last state ends to be known.
    """
    columns, moment = moments.columns, moments.at(now)
    numbers: dict[int, int] = {}
    tables: list[Timetable] = []
    table_of: list[int] = []
    for row in rows:
        hours = int(columns.table.hours[row])
        # Sites of the same hours share a table; an exceptional one has its own, under a negative number.
        key = -1 - row if columns.table.special[row] else hours
        if key not in numbers:
            table = moment.day.table(hours)
            if key < 0:
                table = overlaid(table, shut_days(columns, row, moment.day.day.toordinal()), moment.day)
            numbers[key] = len(tables)
            tables.append(table)
        table_of.append(numbers[key])
    ends_at = min((table.end for table in tables), default=int(now.timestamp()))
    return {
        "tables": [_changes(table) for table in tables],
        "table_of": table_of,
        "ends_at": datetime.fromtimestamp(ends_at, moments.tz).isoformat(),
    }


def _changes(table: Timetable) -> list[tuple[str, str]]:
    """Return the times at which the state changes, without the changes of a mere note."""
    kept = np.flatnonzero(np.r_[True, np.diff(table.states) != 0])
    return [
        (datetime.fromtimestamp(int(table.times[i]), table.tz).isoformat(), STATES[int(table.states[i])]) for i in kept
    ]
