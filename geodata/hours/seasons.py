"""Seasons of opening hours: which dates a text means, and how they are written in OSM syntax.

Stated dates count. Where a text only names a season, this table says which dates are taken, and a notice tells them:

=====================================  =====================================================================
named                                  taken as
=====================================  =====================================================================
夏季, 冬季: both, or beside other      1 May–30 September and 1 October–30 April, the summer and winter office
hours for the rest of the year         hours that most administrations announce
夏季 or 冬季 alone                      June–August or December–February, on which every usage agrees; the rest
                                       of the year stays unknown
春夏, 秋冬                              April–September, October–March
any other with 春 or 秋                 the months of the meteorological seasons: 春 3–5, 夏 6–8, 秋 9–11, 冬 12–2
暑假, 暑期                              1 July–31 August
=====================================  =====================================================================

The dates of 寒假, 旺季, 淡季 and 汛期 differ too much between years and places: without dates they stay unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from geodata.hours.schedule import NotHoursError
from geodata.messages import Message

#: First and last day, each a month and a day; the last may lie in the year after.
Dates = tuple[tuple[int, int], tuple[int, int]]

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LONG_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
#: A leap year, so that 29 February has its place.
_YEAR: Final = 2024
_LAST_DAYS: Final = tuple((date(_YEAR + month // 12, month % 12 + 1, 1) - timedelta(1)).day for month in range(1, 13))
_OFFICE: Final = {"夏": ((5, 1), (9, 30)), "冬": ((10, 1), (4, 30))}
_HALVES: Final = {"春夏": ((4, 1), (9, 30)), "秋冬": ((10, 1), (3, 31))}
_QUARTERS: Final = {
    "春": ((3, 1), (5, 31)),
    "夏": ((6, 1), (8, 31)),
    "秋": ((9, 1), (11, 30)),
    "冬": ((12, 1), (2, 29)),
}
_SUMMER_HOLIDAYS: Final = ((7, 1), (8, 31))
_NUMBER = re.compile(r"\d+")


@dataclass(slots=True, eq=False)
class Season:
    """A part of the year as a text names it: by a word, by dates or both."""

    word: str = ""
    dates: list[Dates] = field(default_factory=list)

    @property
    def letters(self) -> str:
        """The characters of the word that name seasons."""
        return "".join(letter for letter in self.word if letter in _QUARTERS)


def stated_dates(text: str) -> list[Dates]:
    """Read dates such as ``5月1日-9月30日``, ``11月至次年4月``, ``7-8月``, ``6、7、8月`` and ``5.1-9.30``.

    Raises
    ------
    NotHoursError
        If there is no such day.
    """
    if "、" in text:
        months = [int(number) for number in _NUMBER.findall(text)]
        return _joined(_days(_whole(month, month, text) for month in months))
    ends = re.split(r"[-~至到]", text)
    first = [int(number) for number in _NUMBER.findall(ends[0])]
    last = [int(number) for number in _NUMBER.findall(ends[-1])]
    if len(ends) > 1 and len(first) == 2 and len(last) == 1 and "月" not in ends[-1]:
        last = [first[0], last[0]]
    start, end = _whole(first[0], last[0], text)
    dates = (start if len(first) == 1 else (first[0], first[1]), end if len(last) == 1 else (last[0], last[1]))
    for month, day in dates:
        if not (1 <= month <= 12 and 1 <= day <= _LAST_DAYS[month - 1]):
            raise NotHoursError("hours_not_understood", part=text)
    # the end of February is its 28th to people, leap year or not
    return [(dates[0], (2, 29)) if dates[1] == (2, 28) else dates]


def _whole(first: int, last: int, text: str) -> Dates:
    if not (1 <= first <= 12 and 1 <= last <= 12):
        raise NotHoursError("hours_not_understood", part=text)
    return ((first, 1), (last, _LAST_DAYS[last - 1]))


def resolve(seasons: Sequence[Season], *, beside_others: bool) -> list[Message]:
    """Give every season its dates, and return what to tell of those that were taken from the table.

    Parameters
    ----------
    seasons : sequence of Season
        All that a text names.
    beside_others : bool
        Whether the text also has hours for the rest of the year.

    Raises
    ------
    NotHoursError
        If the dates of a season cannot be told, or two seasons overlap.
    """
    notices = []
    words = {season.letters for season in seasons if not season.dates}
    for season in seasons:
        if season.dates:
            continue
        season.dates = _usual(season, words, beside_others=beside_others)
        taken = {"season": season.word, "dates_zh": _told_zh(season.dates), "dates_en": _told_en(season.dates)}
        notices.append(Message("hours_season_dates", taken))
    days = [day for season in seasons for day in _days(season.dates)]
    if len(days) != len(set(days)):
        raise NotHoursError("hours_contradictory")
    return notices


def _usual(season: Season, words: set[str], *, beside_others: bool) -> list[Dates]:
    letters = season.letters
    if season.word.startswith("暑"):
        return [_SUMMER_HOLIDAYS]
    if not letters:
        raise NotHoursError("hours_seasonal", part=season.word)
    if words <= {"夏", "冬", ""} and (beside_others or {"夏", "冬"} <= words):
        return [_OFFICE[letters]]
    if letters in _HALVES and words <= {*_HALVES, ""}:
        return [_HALVES[letters]]
    return _joined(day for letter in letters for day in _days([_QUARTERS[letter]]))


def uncovered(seasons: Iterable[Season]) -> list[Dates]:
    """Return the dates of the year that belong to no season."""
    taken = {day for season in seasons for day in _days(season.dates)}
    return _joined(day for day in range(1, 367) if day not in taken)


def selector(dates: Sequence[Dates]) -> str:
    """Return dates in OSM syntax: ``May-Sep``, ``Jul 15-Aug 20``, ``Mar-May,Sep-Nov``."""
    return ",".join(_selector(first, last) for first, last in dates)


def _selector(first: tuple[int, int], last: tuple[int, int]) -> str:
    from_month, to_month = _MONTHS[first[0] - 1], _MONTHS[last[0] - 1]
    if first[1] == 1 and last[1] >= _LAST_DAYS[last[0] - 1]:
        return from_month if first[0] == last[0] else f"{from_month}-{to_month}"
    if first == last:
        return f"{from_month} {first[1]:02}"
    return f"{from_month} {first[1]:02}-{to_month} {last[1]:02}"


def _days(dates: Iterable[Dates]) -> list[int]:
    """Return the days of the year, 1 to 366."""
    found: list[int] = []
    for first, last in dates:
        start, end = (date(_YEAR, *day).timetuple().tm_yday for day in (first, last))
        found += range(start, end + 1) if start <= end else [*range(start, 367), *range(1, end + 1)]
    return found


def _joined(days: Iterable[int]) -> list[Dates]:
    """Return days of the year as runs, the turn of the year within one run."""
    runs: list[list[int]] = []
    for day in sorted(set(days)):
        if runs and runs[-1][1] == day - 1:
            runs[-1][1] = day
        else:
            runs.append([day, day])
    if len(runs) > 1 and runs[0][0] == 1 and runs[-1][1] == 366:
        runs[0][0] = runs.pop()[0]
    return [(_month_day(start), _month_day(end)) for start, end in runs]


def _month_day(day: int) -> tuple[int, int]:
    found = date(_YEAR, 1, 1) + timedelta(days=day - 1)
    return found.month, found.day


def _told_zh(dates: Sequence[Dates]) -> str:
    return "、".join(f"{m1}月{d1}日至{m2}月{d2}日" for (m1, d1), (m2, d2) in _named(dates))


def _told_en(dates: Sequence[Dates]) -> str:
    return ", ".join(
        f"{d1} {_LONG_MONTHS[m1 - 1]} to {d2} {_LONG_MONTHS[m2 - 1]}" for (m1, d1), (m2, d2) in _named(dates)
    )


def _named(dates: Sequence[Dates]) -> Iterable[Dates]:
    # the end of February is its 28th to people
    return ((first, (2, 28) if last == (2, 29) else last) for first, last in dates)
