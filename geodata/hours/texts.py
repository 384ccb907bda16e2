"""Opening-hours texts, as sources write them, to OSM ``opening_hours``.

A text is a row of statements: days (or none, which means every day) and what holds on them: times, the whole day, or
closed. Later statements add to earlier ones; a closing counts before any hours. What is not understood wholly gives no
hours but a reason: half of a text can be worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from geodata.errors import HoursError
from geodata.hours.expression import DAY_MINUTES, MAX_LENGTH, WEEKDAYS, check_osm
from geodata.hours.words import OBSTACLES, WEEK, WEEKEND, Kind, Part, Token, plain, tokens
from geodata.messages import Message

_NOT_GIVEN = frozenset({"", "无", "暂无", "不详", "未知", "-", "/", "none", "n/a", "unknown"})
_OSM_TIMES = re.compile(r"\d:\d\d|24/7")
_NOON = 12
_DAYS: frozenset[Kind] = frozenset({"day", "workday", "holiday"})


@dataclass(frozen=True, slots=True)
class ParsedHours:
    """What a text says.

    Attributes
    ----------
    osm : str, optional
        OSM expression in normal form; ``None`` where the hours stay unknown.
    reason : Message, optional
        Why they do.
    """

    osm: str | None
    reason: Message | None = None


@lru_cache(maxsize=8192)
def parse_hours(text: str) -> ParsedHours:
    """Read a Chinese or English text, or OSM ``opening_hours``.

    Returns
    -------
    ParsedHours
        Hours only where the whole text is understood.
    """
    if plain(text).lower() in _NOT_GIVEN:
        return ParsedHours(None, Message("hours_not_given"))
    try:
        if len(text) > MAX_LENGTH:
            return ParsedHours(check_osm(text))
        return ParsedHours(check_osm(_Reader(tokens(text)).read().osm()))
    except HoursError as error:
        return ParsedHours(None, error.message)
    except _NotHoursError as error:
        return _parse_osm(text, Message(error.code, error.params))


def _parse_osm(text: str, reason: Message) -> ParsedHours:
    """Read as OSM what is no text for people; ``reason`` stands where it is none either."""
    if reason.code != "hours_not_understood" or not _OSM_TIMES.search(plain(text)):
        return ParsedHours(None, reason)
    try:
        return ParsedHours(check_osm(plain(text)))
    except HoursError as error:
        return ParsedHours(None, reason if error.code == "hours_invalid" else error.message)


class _NotHoursError(Exception):
    """The text gives no hours; ``code`` and ``params`` are those of the reason."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(slots=True)
class _Subject:
    """The days that a statement speaks of."""

    weekdays: frozenset[int]
    holidays: bool = False
    workdays: bool = False


@dataclass(slots=True)
class _Schedule:
    """What the statements have said so far; times in minutes after midnight."""

    hours: dict[int, list[tuple[int, int]]] = field(default_factory=lambda: {day: [] for day in WEEK})
    closed: set[int] = field(default_factory=set)
    holiday_hours: list[tuple[int, int]] = field(default_factory=list)
    holiday_rule: Literal["", "closed", "unknown", "as usual"] = ""
    only_workdays: bool = False

    def add(self, subject: _Subject, start: int, end: int) -> None:
        rows = [self.hours[day] for day in subject.weekdays] + ([self.holiday_hours] if subject.holidays else [])
        for row in rows:
            if any(start < other_end and other_start < end for other_start, other_end in row):
                raise _NotHoursError("hours_contradictory")
            row.append((start, end))
        self.only_workdays |= subject.workdays

    def close(self, subject: _Subject) -> None:
        self.closed |= subject.weekdays
        if subject.holidays:
            self.set_holidays("closed")

    def set_holidays(self, rule: Literal["closed", "unknown", "as usual"]) -> None:
        if self.holiday_rule not in ("", rule) or self.holiday_hours:
            raise _NotHoursError("hours_contradictory")
        self.holiday_rule = rule

    def osm(self) -> str:
        """Return the expression: days of equal hours together, holidays last so that their rule counts."""
        hours = {day: [] if day in self.closed else sorted(spans) for day, spans in self.hours.items()}
        groups: dict[str, list[int]] = {}
        for day, spans in hours.items():
            if spans:
                groups.setdefault(_times(spans), []).append(day)
        if not groups:
            raise _NotHoursError("hours_no_times")
        holiday = self._holiday(hours)
        if groups == {"00:00-24:00": sorted(WEEK)} and not holiday:
            return "24/7"
        rules = [f"{_days(days)} {times}" for times, days in groups.items()]
        return "; ".join(rules + ([f"PH {holiday}"] if holiday else []))

    def _holiday(self, hours: dict[int, list[tuple[int, int]]]) -> str:
        if self.holiday_hours:
            if self.holiday_rule:
                raise _NotHoursError("hours_contradictory")
            return _times(sorted(self.holiday_hours))
        open_on_weekends = all(hours[day] for day in WEEKEND)
        if self.holiday_rule == "as usual":
            if not open_on_weekends:
                raise _NotHoursError("hours_contradictory")
            # with different hours from day to day there is no way to say it; evaluation keeps them anyway
            return _times(hours[0]) if all(spans == hours[0] for spans in hours.values()) else ""
        if self.holiday_rule:
            return {"closed": "off", "unknown": "unknown"}[self.holiday_rule]
        if self.only_workdays:
            # a holiday is no workday; what holds on it is said only where weekends are closed too
            return "unknown" if open_on_weekends else "off"
        return ""


class _Reader:
    """Reads the words of a text, statement by statement."""

    def __init__(self, words: list[Token]) -> None:
        obstacles = [word for word in words if word.kind in OBSTACLES]
        # a reason that explains goes before "not understood"
        for word in sorted(obstacles, key=lambda word: word.kind == "unknown"):
            explains = word.kind not in ("unknown", "several_areas") or (
                word.kind == "several_areas" and any(other.kind in ("time", "all_day") for other in words)
            )
            raise _NotHoursError(f"hours_{word.kind}" if explains else "hours_not_understood", part=word.text)
        self.words = words
        self.at = 0
        self.schedule = _Schedule()
        self.subject = _Subject(WEEK)
        #: days were named of which nothing has been said yet
        self.pending = False
        #: end of the last times of this subject
        self.last_end = 0

    def read(self) -> _Schedule:
        while self.at < len(self.words):
            self._statement()
        if self.pending:
            raise _NotHoursError("hours_no_times")
        return self.schedule

    def _statement(self) -> None:
        kind = self._peek()
        if kind in ("separator", "noise", "open"):
            self.at += 1
        elif kind in _DAYS:
            if self.pending:
                raise _NotHoursError("hours_no_times")
            self.subject, self.pending, self.last_end = self._subject(), True, 0
        elif kind in ("time", "part"):
            self._times()
        elif kind == "all_day":
            self.at += 1
            self._add(0, DAY_MINUTES)
        elif kind == "closed" and self.pending:
            self.at += 1
            self._close(self.subject)
        elif kind == "closing_day":
            self.at += 1
            self._skip("separator")
            self._close(self._subject())
        elif kind == "notice" and self.pending and self.subject.holidays and not self.subject.weekdays:
            self.at += 1
            self.schedule.set_holidays("unknown")
            self.pending = False
        elif kind == "always":
            self.at += 1
            self.schedule.set_holidays("as usual")
        else:
            raise self._stuck()

    def _add(self, start: int, end: int) -> None:
        self.schedule.add(self.subject, start, end)
        self.pending = False

    def _close(self, subject: _Subject) -> None:
        self.schedule.close(subject)
        self.subject, self.pending, self.last_end = _Subject(WEEK), False, 0

    def _subject(self) -> _Subject:
        """Read days, ranges of days and holidays, listed with or without separators."""
        subject = _Subject(frozenset())
        if self._peek() not in _DAYS:
            raise self._stuck()
        while self._peek() in _DAYS:
            word = self._next()
            if word.kind == "holiday":
                subject.holidays = True
            else:
                subject.workdays |= word.kind == "workday"
                subject.weekdays |= self._range_of_days(word)
            following = self._after_separators()
            if following is not None and self.words[following].kind in _DAYS:
                self.at = following
        return subject

    def _range_of_days(self, first: Token) -> frozenset[int]:
        """Return the days from ``first`` on: 周一, 周一至周五, 周一至五, 周一、三、五."""
        days = first.days
        while True:
            if self._peek() == "range" and self._peek(1) in ("day", "bare_day"):
                self.at += 1
                last = self._next().days
                if len(days) != 1 or len(last) != 1:
                    raise self._stuck(-1)
                (start,), (end,) = days, last
                days = frozenset((start + step) % 7 for step in range((end - start) % 7 + 1))
            elif self._peek() == "separator" and self._peek(1) == "bare_day":
                self.at += 1
                days |= self._next().days
            else:
                return days

    def _times(self) -> None:
        start, part, explicit = self._time("")
        if self._peek() != "range":
            raise self._stuck()
        self.at += 1
        end, _, _ = self._time(part, after=start)
        if not explicit and (start < self.last_end or end <= 7 * 60):
            # 1:30-4:30 is more likely meant for the afternoon
            raise _NotHoursError("hours_ambiguous")
        if start >= DAY_MINUTES or end > 2 * DAY_MINUTES or start < self.last_end:
            raise _NotHoursError("hours_contradictory")
        self._add(start, end)
        self.last_end = end

    def _time(self, part: Part, after: int | None = None) -> tuple[int, Part, bool]:
        """Read one time, with the part of the day before it, else that of the beginning of its range.

        Returns the minutes, the part, and whether it is clear which half of the day is meant.
        """
        next_day = self._accept("next_day")
        named = self._accept("part")
        if named:
            part = named.part
            next_day = next_day or self._accept("next_day")
            self._skip("separator", "open", "noise")
        word = self._next()
        hour, minute = word.clock if word.kind == "time" else (-1, 0)
        if not (0 <= hour <= 30 and 0 <= minute < 60):
            raise self._stuck(-1)
        minutes = _hour_of(hour, part) * 60 + minute
        if after is None:
            return minutes, part, bool(part) or word.text.startswith("0") or word.text.endswith("m") or hour == 0
        if next_day:
            minutes = hour % 24 * 60 + minute + DAY_MINUTES
        elif minutes <= after:
            # 9:00-5:00: in the afternoon or the next morning?
            sure = part in ("small", "am") if named else part == "night" or (part == "" and after >= _NOON * 60)
            if not sure or minutes == after:
                raise _NotHoursError("hours_ambiguous")
            minutes = hour * 60 + minute + DAY_MINUTES
        return minutes, part, True

    def _peek(self, ahead: int = 0) -> Kind | None:
        index = self.at + ahead
        return self.words[index].kind if index < len(self.words) else None

    def _next(self) -> Token:
        if self.at >= len(self.words):
            raise self._stuck()
        self.at += 1
        return self.words[self.at - 1]

    def _accept(self, kind: Kind) -> Token | None:
        return self._next() if self._peek() == kind else None

    def _skip(self, *kinds: Kind) -> None:
        while self._peek() in kinds:
            self.at += 1

    def _after_separators(self) -> int | None:
        index = self.at
        while index < len(self.words) and self.words[index].kind == "separator":
            index += 1
        return index if index < len(self.words) else None

    def _stuck(self, back: int = 0) -> _NotHoursError:
        rest = "".join(word.text for word in self.words[max(0, self.at + back) :])
        return _NotHoursError("hours_not_understood", part=rest or self.words[-1].text)


def _hour_of(hour: int, part: Part) -> int:
    """Return the hour on the 24-hour clock: 下午2:00 is 14, 中午1:00 13, 晚上12:00 24, 凌晨12:00 0."""
    if part == "pm" and 1 <= hour < _NOON:
        return hour + _NOON
    if part == "noon" and 1 <= hour <= 3:
        return hour + _NOON
    if part == "night" and 1 <= hour <= _NOON:
        return hour + _NOON
    if part == "small" and hour == _NOON:
        return 0
    return hour


def _times(spans: Iterable[tuple[int, int]]) -> str:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and joined[-1][1] == start:
            start = joined.pop()[0]
        joined.append((start, end))
    return ",".join(
        f"{_clock(start)}-{_clock(end if end <= DAY_MINUTES else end - DAY_MINUTES)}" for start, end in joined
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
