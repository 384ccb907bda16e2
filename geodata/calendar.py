"""The official calendar of mainland China: public holidays and the weekends that are worked instead.

The State Council publishes each year's days in the autumn before. The days are data: a store's table is seeded from
:func:`official_days` and can be extended when a new year is published.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from types import MappingProxyType
from typing import Literal

import chinese_calendar

CalendarKind = Literal["holiday", "workday"]
DayKind = Literal["ordinary", "holiday", "workday"]

#: English names of chinesecalendar → (zh, en) as people here read them.
_NAMES = MappingProxyType(
    {
        "New Year's Day": ("元旦", "New Year's Day"),
        "Spring Festival": ("春节", "Spring Festival"),
        "Tomb-sweeping Day": ("清明节", "Tomb-sweeping Day"),
        "Labour Day": ("劳动节", "Labour Day"),
        "Dragon Boat Festival": ("端午节", "Dragon Boat Festival"),
        "National Day": ("国庆节", "National Day"),
        "Mid-autumn Festival": ("中秋节", "Mid-Autumn Festival"),
        "Anti-Fascist 70th Day": ("抗战胜利70周年纪念日", "70th anniversary of victory in the war of resistance"),
    }
)


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day on which the official calendar differs from the ordinary week.

    Attributes
    ----------
    day : date
    kind : {"holiday", "workday"}
        A public holiday (weekends within the holiday included), or a weekend day that is worked instead (调休).
    name_zh, name_en : str
        The holiday; for a workday the one for which it makes up.
    source : str
        Where the day is known from.
    """

    day: date
    kind: CalendarKind
    name_zh: str
    name_en: str
    source: str


class WorkCalendar:
    """The official calendar, for asking about single days; it never changes.

    Parameters
    ----------
    days : iterable of CalendarDay
        Of one day given twice the last one counts.

    Attributes
    ----------
    years : frozenset of int
        The years that are published: those with any day. A year without holidays does not exist.
    """

    __slots__ = ("_days", "years")

    def __init__(self, days: Iterable[CalendarDay] = ()) -> None:
        self._days = {entry.day: entry for entry in days}
        self.years: frozenset[int] = frozenset(day.year for day in self._days)

    def __eq__(self, other: object) -> bool:
        return self._days == other._days if isinstance(other, WorkCalendar) else NotImplemented

    def __hash__(self) -> int:
        return hash(frozenset(self._days))

    @property
    def days(self) -> tuple[CalendarDay, ...]:
        """Every day on which it differs from the ordinary week."""
        return tuple(self._days.values())

    def entry(self, day: date) -> CalendarDay | None:
        """Return what the calendar says about ``day``; nothing for an ordinary one."""
        return self._days.get(day)

    def kind(self, day: date) -> DayKind:
        """Return the kind of ``day``; ``"ordinary"`` too where the year is not published."""
        entry = self._days.get(day)
        return entry.kind if entry else "ordinary"

    def name(self, day: date) -> tuple[str, str] | None:
        """Return the holiday (zh, en) that ``day`` belongs to or makes up for."""
        entry = self._days.get(day)
        return (entry.name_zh, entry.name_en) if entry else None

    def published(self, day: date) -> bool:
        """Tell whether the official days of the year of ``day`` are known."""
        return day.year in self.years


def official_days() -> list[CalendarDay]:
    """Return every day that the package ``chinesecalendar`` knows, in order."""
    source = f"chinesecalendar {version('chinesecalendar')}"
    days = [_entry(day, "holiday", name, source) for day, name in chinese_calendar.holidays.items()]
    days += [_entry(day, "workday", name, source) for day, name in chinese_calendar.workdays.items()]
    return sorted(days, key=lambda entry: entry.day)


def _entry(day: date, kind: CalendarKind, name: str, source: str) -> CalendarDay:
    name_zh, name_en = _NAMES.get(name, (name, name))
    return CalendarDay(day, kind, name_zh, name_en, source)
