"""What the statements of an opening-hours text add up to, and how that is written in OSM syntax."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from geodata.hours.expression import DAY_MINUTES, WEEKDAYS
from geodata.hours.words import WEEK, WEEKEND

#: ``"as usual"``: as on the weekday; ``"open"``: even on a weekday that is closed otherwise.
HolidayRule = Literal["closed", "unknown", "as usual", "open"]


#: Between these no hours are at night.
_MORNING, _NIGHT = 5 * 60, 23 * 60


class NotHoursError(Exception):
    """The text gives no hours; ``code`` and ``params`` are those of the reason."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(slots=True)
class Subject:
    """The days that a statement speaks of."""

    weekdays: frozenset[int]
    holidays: bool = False
    workdays: bool = False
    #: stands for days that are not named and cannot be told
    unclear: bool = False

    @property
    def only_holidays(self) -> bool:
        """Whether it speaks of holidays and of no weekday."""
        return self.holidays and not self.weekdays


@dataclass(slots=True)
class Schedule:
    """What the statements have said so far; times in minutes after midnight."""

    hours: dict[int, list[tuple[int, int]]] = field(default_factory=lambda: {day: [] for day in WEEK})
    closed: set[int] = field(default_factory=set)
    holiday_hours: list[tuple[int, int]] = field(default_factory=list)
    holiday_rule: HolidayRule | None = None
    only_workdays: bool = False

    def add(self, subject: Subject, start: int, end: int) -> None:
        """Add hours on the days of ``subject``, which must not overlap what these have already."""
        if subject.unclear:
            raise NotHoursError("hours_season_unclear")
        rows = [self.hours[day] for day in subject.weekdays] + ([self.holiday_hours] if subject.holidays else [])
        for row in rows:
            if row == [(0, DAY_MINUTES)] == [(start, end)]:
                continue  # 24小时（0:00-24:00）
            if any(start < other_end and other_start < end for other_start, other_end in row):
                raise NotHoursError("hours_contradictory")
            row.append((start, end))
        self.only_workdays |= subject.workdays

    @property
    def is_by_day(self) -> bool:
        """Whether there are hours, and none of them at night."""
        spans = [span for own in self.hours.values() for span in own]
        return bool(spans) and all(start >= _MORNING and end <= _NIGHT for start, end in spans)

    def usual(self, subject: Subject) -> list[tuple[int, int]]:
        """Return the hours that days have which are as usual: those of all other days, which must be the same."""
        others = {tuple(spans) for day, spans in self.hours.items() if spans and day not in subject.weekdays}
        if len(others) != 1 or not subject.weekdays or any(self.hours[day] for day in subject.weekdays):
            raise NotHoursError("hours_contradictory" if others else "hours_no_times")
        return list(others.pop())

    def close(self, subject: Subject) -> None:
        """Close the days of ``subject``, whatever else is said of them."""
        self.closed |= subject.weekdays
        if subject.holidays:
            self.set_holidays("closed")

    def set_holidays(self, rule: HolidayRule) -> None:
        """Set what holds on holidays; it can be said only once."""
        if self.holiday_rule not in (None, rule) or self.holiday_hours:
            raise NotHoursError("hours_contradictory")
        self.holiday_rule = rule

    def weekly(self) -> dict[int, list[tuple[int, int]]]:
        """Return the hours of each weekday, in order; none where it is closed."""
        return {day: [] if day in self.closed else sorted(spans) for day, spans in self.hours.items()}

    def rules(self) -> list[str]:
        """Return the rules for weekdays: days of equal hours together."""
        groups: dict[tuple[tuple[int, int], ...], list[int]] = {}
        for day, spans in self.weekly().items():
            if spans:
                groups.setdefault(_joined(spans), []).append(day)
        return [f"{_days(days)} {_times(spans)}" for spans, days in groups.items()]

    def osm(self) -> str:
        """Return the expression; the rule for holidays comes last so that it counts."""
        rules = self.rules()
        if not rules:
            raise NotHoursError("hours_no_times")
        holiday = self.holiday()
        if rules == ["Mo-Su 00:00-24:00"] and not holiday:
            return "24/7"
        return "; ".join(rules + ([f"PH {holiday}"] if holiday else []))

    def holiday(self) -> str:
        """Return what holds on holidays, as the rule says it after its days; empty for nothing of its own."""
        return self._holiday(self.weekly())

    def _holiday(self, hours: dict[int, list[tuple[int, int]]]) -> str:
        if self.holiday_hours:
            if self.holiday_rule:
                raise NotHoursError("hours_contradictory")
            return _times(sorted(self.holiday_hours))
        open_on_weekends = all(hours[day] for day in WEEKEND)
        if self.holiday_rule in ("open", "as usual"):
            usual = {_times(spans) for spans in hours.values() if spans}
            if self.holiday_rule == "open" and len(usual) == 1:
                return usual.pop()
            if self.holiday_rule == "as usual" and open_on_weekends:
                # where days differ there is no way to say it; a place open on weekends keeps its hours anyway
                return usual.pop() if len(usual) == 1 and all(hours.values()) else ""
            raise NotHoursError("hours_contradictory")
        if self.holiday_rule is None and self.only_workdays:
            # a holiday is no workday; what holds on it is said only where weekends are closed too
            return "unknown" if open_on_weekends else "off"
        return {"closed": "off", "unknown": "unknown", None: ""}[self.holiday_rule]


def seasonal(base: Schedule, season: Schedule) -> Schedule:
    """Return what holds in a season: its own hours where it has some, else those of the rest of the year.

    Hours of the season take the place of those they overlap: with 8:30-12:00,14:00-18:00 all year, a summer's
    14:30-18:30 changes the afternoon alone.
    """
    joined = Schedule(
        closed=base.closed | season.closed,
        holiday_hours=season.holiday_hours or base.holiday_hours,
        holiday_rule=season.holiday_rule or base.holiday_rule,
        only_workdays=base.only_workdays or season.only_workdays,
    )
    for day in WEEK:
        usual, own = base.hours[day], season.hours[day]
        kept = [span for span in usual if not any(span[0] < end and start < span[1] for start, end in own)]
        if own and usual and len(kept) == len(usual):
            raise NotHoursError("hours_season_unclear")
        joined.hours[day] = [*kept, *own]
    return joined


def united(schedules: Sequence[Schedule]) -> Schedule:
    """Return when any of several parts of a place is open."""
    first = schedules[0]
    if any(
        (other.holiday_rule, sorted(other.holiday_hours), other.only_workdays)
        != (first.holiday_rule, sorted(first.holiday_hours), first.only_workdays)
        for other in schedules
    ):
        raise NotHoursError("hours_several_areas", part="")
    joined = Schedule(
        holiday_hours=first.holiday_hours, holiday_rule=first.holiday_rule, only_workdays=first.only_workdays
    )
    for day in WEEK:
        merged: list[tuple[int, int]] = []
        for start, end in sorted(span for schedule in schedules for span in schedule.weekly()[day]):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        joined.hours[day] = merged
    return joined


def closed_days(days: Iterable[int]) -> list[str]:
    """Return the rule that closes weekdays; none for no days."""
    ordered = sorted(days)
    return [f"{_days(ordered)} off"] if ordered else []


def _joined(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return spans in their order, those that follow one another without a break as one."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and joined[-1][1] == start:
            start = joined.pop()[0]
        joined.append((start, end))
    return tuple(joined)


def _times(spans: Iterable[tuple[int, int]]) -> str:
    return ",".join(
        f"{_clock(start)}-{_clock(end if end <= DAY_MINUTES else end - DAY_MINUTES)}" for start, end in _joined(spans)
    )


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _days(days: Iterable[int]) -> str:
    """Return sorted weekdays in the fewest words: ``Mo-We,Fr``, ``Sa,Su``."""
    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(f"{WEEKDAYS[run[0]]}-{WEEKDAYS[run[-1]]}" if len(run) > 1 else WEEKDAYS[run[0]] for run in runs)
