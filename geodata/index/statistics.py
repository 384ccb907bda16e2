"""What can be said of many sites together: where they are, when open, how fresh the data is, what was published.

Worked out from the columns; :meth:`geodata.index.SiteIndex.statistics` keeps what was asked lately for as long as the
data and the moment last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import orjson
from numpy.typing import NDArray

from geodata.calendar import WorkCalendar
from geodata.errors import HoursError
from geodata.hours import timetable
from geodata.index.columns import Columns
from geodata.index.finding import Finder
from geodata.index.opening import CLOSED, OPEN, UNKNOWN, midnight
from geodata.index.query import SiteQuery

if TYPE_CHECKING:
    from geodata.areas import Area

HOURS_A_WEEK = 168
#: Days since a place was verified on the spot, by which places are counted.
FRESHNESS_DAYS: Mapping[str, int] = {"d30": 30, "d90": 90, "d365": 365}
_HALF_PAST = 1800


def statistics(finder: Finder, query: SiteQuery, now: datetime, areas: Sequence[Area], tz: ZoneInfo) -> dict[str, Any]:
    """Return what is known of the sites that match, beside their counts (:func:`geodata.index.counting.counts`).

    Returns
    -------
    dict
        ``areas``: ``area`` (``None`` where unknown), ``name``, ``name_en``, ``total``, the largest first.

        ``week``: of an ordinary week from Monday on, by hour, the ``open`` share of the sites of known hours at half
        past (168 numbers, ``None`` without any), and how many are ``known`` and ``unknown``; sites in service only.

        ``freshness``: ``verified`` within 30, 90, 365 days, ``older`` and ``never``, ``last_change``. ``ratings``:
        ``rated`` and ``mean``.

        ``indicators``: the sums of the sites' published figures by metric, unit and period, with the number of
        ``sites`` and their ``sources``, the latest first.
    """
    mask, _ = finder.matching(query, now)
    rows = np.flatnonzero(mask)
    columns, today = finder.columns, now.astimezone(tz).date()
    return {
        "areas": _by_area(columns, rows, areas),
        "week": _week(columns, rows, today, tz),
        "freshness": _freshness(columns, rows, today),
        "ratings": _ratings(columns, rows),
        "indicators": _figures(columns, rows),
    }


def _by_area(columns: Columns, rows: NDArray[np.intp], areas: Sequence[Area]) -> list[dict[str, Any]]:
    words, known = columns.lexicons.areas.words, {area.adcode: area for area in areas}
    numbers = np.bincount(columns.table.area[rows], minlength=len(words))
    found = []
    for number in np.flatnonzero(numbers).tolist():
        code = words[number]
        area = known.get(code or "")
        found.append(
            {
                "area": code,
                "name": area.name if area else "",
                "name_en": area.name_en if area else "",
                "total": int(numbers[number]),
            }
        )
    return sorted(found, key=lambda entry: (-entry["total"], entry["area"] or ""))


def _week(columns: Columns, rows: NDArray[np.intp], today: date, tz: ZoneInfo) -> dict[str, Any]:
    table, hours = columns.table, columns.lexicons.hours.words
    in_service = columns.lexicons.states.find("open")
    serving = rows[table.state[rows] == in_service]
    many = np.bincount(table.hours[serving], minlength=len(hours))
    monday = today - timedelta(today.weekday())
    open_at = np.zeros(HOURS_A_WEEK, dtype=np.int64)
    known_at = np.zeros(HOURS_A_WEEK, dtype=np.int64)
    unknown = 0
    for number in np.flatnonzero(many).tolist():
        states = np.frombuffer(week_states(hours[number], monday, tz), dtype=np.int8)
        open_at += many[number] * (states == OPEN)
        known_at += many[number] * (states != UNKNOWN)
        unknown += int(many[number]) if (states == UNKNOWN).all() else 0
    shares = [round(int(part) / int(all_), 4) if all_ else None for part, all_ in zip(open_at, known_at, strict=True)]
    return {"open": shares, "known": len(serving) - unknown, "unknown": unknown}


@lru_cache(maxsize=20_000)
def week_states(hours: str | None, monday: date, tz: ZoneInfo) -> bytes:
    """Return whether hours are open at half past each hour of an ordinary week, one state a byte.

    Ordinary: without public holidays and make-up workdays; seasons are those of the week.
    """
    start = midnight(monday, tz)
    try:
        table = timetable(hours, start, 8, WorkCalendar(()), tz)
    except HoursError:  # written past the check of an import
        table = timetable(None, start, 8, WorkCalendar(()), tz)
    days = [int(midnight(monday + timedelta(day), tz).timestamp()) for day in range(7)]
    times = (np.array(days)[:, None] + 3600 * np.arange(24) + _HALF_PAST).reshape(-1)
    states = table.states[table.times.searchsorted(times, side="right") - 1]
    return np.where(np.isin(states, (OPEN, CLOSED)), states, UNKNOWN).astype(np.int8).tobytes()


def _freshness(columns: Columns, rows: NDArray[np.intp], today: date) -> dict[str, Any]:
    verified, changed = columns.dates[rows].T if len(rows) else np.zeros((2, 0), dtype=np.int32)
    age = today.toordinal() - verified[verified > 0]
    found: dict[str, int] = {}
    within = 0
    for name, days in FRESHNESS_DAYS.items():
        found[name] = int(np.count_nonzero(age <= days)) - within
        within += found[name]
    found["older"] = len(age) - within
    found["never"] = int(np.count_nonzero(verified == 0))
    last = date.fromordinal(int(changed.max())).isoformat() if len(rows) else None
    return {"verified": found, "last_change": last}


def _ratings(columns: Columns, rows: NDArray[np.intp]) -> dict[str, Any]:
    scores = columns.table.score[rows]
    rated = scores[~np.isnan(scores)]
    return {"rated": len(rated), "mean": round(float(rated.mean()), 2) if len(rated) else None}


def _figures(columns: Columns, rows: NDArray[np.intp]) -> list[dict[str, Any]]:
    told = rows[columns.indicators.length[rows] > 0]
    sums: dict[tuple[str, ...], dict[str, Any]] = {}
    for figures in columns.indicators.many(told.tolist()):
        seen: set[tuple[str, ...]] = set()
        for item in orjson.loads(figures):
            key = (item["metric"], item["name"], item["unit"]["zh"], item["period"])
            found = sums.get(key)
            if found is None:
                kept = ("metric", "metric_name", "name", "period", "from", "to", "period_text", "unit")
                found = sums[key] = {name: item[name] for name in kept} | {"value": 0, "sites": 0, "sources": []}
            found["value"] += item["value"]
            found["sites"] += key not in seen
            seen.add(key)
            if item["source"] not in found["sources"]:
                found["sources"].append(item["source"])
    order = sorted(sums.values(), key=lambda item: (item["metric"], item["name"]))
    return sorted(order, key=lambda item: (item["to"], item["from"]), reverse=True)
