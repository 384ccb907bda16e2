"""Opening-hours texts, as sources write them, to OSM ``opening_hours``.

A text is a row of statements: days (or none, which means every day) and what holds on them: times, the whole day, or
closed. Later statements add to earlier ones; a closing counts before any hours. What is not understood wholly gives no
hours but a reason: half of a text can be worse than none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from geodata.errors import HoursError
from geodata.hours.expression import DAY_MINUTES, MAX_LENGTH, check_osm
from geodata.hours.schedule import HolidayRule, NotHoursError, Schedule, Subject
from geodata.hours.words import OBSTACLES, WEEK, Kind, Part, Token, plain, tokens
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
    except NotHoursError as error:
        return _parse_osm(text, Message(error.code, error.params))


def _parse_osm(text: str, reason: Message) -> ParsedHours:
    """Read as OSM what is no text for people; ``reason`` stands where it is none either."""
    if reason.code != "hours_not_understood" or not _OSM_TIMES.search(plain(text)):
        return ParsedHours(None, reason)
    try:
        return ParsedHours(check_osm(plain(text)))
    except HoursError as error:
        return ParsedHours(None, reason if error.code == "hours_invalid" else error.message)


class _Reader:
    """Reads the words of a text, statement by statement."""

    def __init__(self, words: list[Token]) -> None:
        obstacles = [word for word in words if word.kind in OBSTACLES]
        # a reason that explains goes before "not understood"
        for word in sorted(obstacles, key=lambda word: word.kind == "unknown"):
            explains = word.kind not in ("unknown", "several_areas") or (
                word.kind == "several_areas" and any(other.kind in ("time", "all_day") for other in words)
            )
            raise NotHoursError(f"hours_{word.kind}" if explains else "hours_not_understood", part=word.text)
        self.words = words
        self.at = 0
        self.schedule = Schedule()
        self.subject = Subject(WEEK)
        #: days were named of which nothing has been said yet
        self.pending = False
        #: end of the last times of this subject
        self.last_end = 0
        #: the last statement closed weekdays, so that an exception from it is open
        self.after_closing = False

    def read(self) -> Schedule:
        while self.at < len(self.words):
            self._statement()
        if self.pending:
            raise NotHoursError("hours_no_times")
        return self.schedule

    def _statement(self) -> None:
        kind = self._peek()
        if kind in ("separator", "noise", "open"):
            self.at += 1
        elif kind in _DAYS:
            if self.pending:
                raise NotHoursError("hours_no_times")
            self.subject, self.pending, self.last_end = self._subject(), True, 0
        elif kind in ("time", "part"):
            self._times()
        elif kind == "all_day":
            self.at += 1
            self._add(0, DAY_MINUTES)
        elif kind == "closed" and self.pending:
            self.at += 1
            self._close(self.subject)
        elif kind == "closing_day" and not self.pending:
            self.at += 1
            self._skip("separator")
            self._close(self._subject())
        elif kind == "except" and self.pending:
            self._except()
        elif kind == "notice" and self.pending and self.subject.only_holidays:
            self.at += 1
            self._holidays("unknown")
        elif kind == "always":
            self.at += 1
            self.schedule.set_holidays("open" if self.after_closing else "as usual")
        else:
            raise self._stuck()

    def _except(self) -> None:
        """Read 除外: from hours it takes days away; from a closing (周一闭馆，节假日除外) it takes the holidays."""
        if self.after_closing and not self.subject.only_holidays:
            raise self._stuck()
        self.at += 1
        if self.after_closing:
            self._holidays("open")
        else:
            self._close(self.subject)

    def _add(self, start: int, end: int) -> None:
        self.schedule.add(self.subject, start, end)
        self.pending = self.after_closing = False

    def _close(self, subject: Subject) -> None:
        self.schedule.close(subject)
        self._begin_anew()
        self.after_closing = bool(subject.weekdays)

    def _holidays(self, rule: HolidayRule) -> None:
        self.schedule.set_holidays(rule)
        self._begin_anew()

    def _begin_anew(self) -> None:
        self.subject, self.pending, self.last_end, self.after_closing = Subject(WEEK), False, 0, False

    def _subject(self) -> Subject:
        """Read days, ranges of days and holidays, listed with or without separators."""
        subject = Subject(frozenset())
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
            raise NotHoursError("hours_ambiguous")
        if start >= DAY_MINUTES or end > 2 * DAY_MINUTES or start < self.last_end:
            raise NotHoursError("hours_contradictory")
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
                raise NotHoursError("hours_ambiguous")
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

    def _stuck(self, back: int = 0) -> NotHoursError:
        rest = "".join(word.text for word in self.words[max(0, self.at + back) :])
        return NotHoursError("hours_not_understood", part=rest or self.words[-1].text)


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
