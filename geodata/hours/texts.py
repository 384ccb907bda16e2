"""Opening-hours texts, as sources write them, to OSM ``opening_hours``.

A text is a row of statements: days (or none, which means every day) and what holds on them: times, the whole day, or
closed. Later statements add to earlier ones; a closing counts before any hours. What is not understood wholly gives no
hours but a reason: half of a text can be worse than none. What is understood but asks for care gives notices:

- *Seasons* begin with their name or dates; what was said before them holds for the rest of the year. Dates that are
  not stated are taken from the table in :mod:`geodata.hours.seasons`, and the notice says which.
- *Areas* of one place (reading room, first floor) are put together: the place is open while any of them is, since
  people can get in and rest somewhere; the notice names them, and the text is kept beside the hours. Areas outdoors
  (a car park) say nothing of the place, so with them the hours stay unknown.
- *Provisos* (以现场公告为准) beside stated times leave them as the claim that they are; without times there are none.
- A *last admission* changes no hours.

A closing day after the hours of the last season holds for all seasons (春夏…秋冬…周一闭馆). Elsewhere it is not clear
whether it holds for more than its own season or area: where that makes a difference, the hours stay unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from geodata.errors import HoursError
from geodata.hours.expression import DAY_MINUTES, MAX_LENGTH, check_osm
from geodata.hours.obstacles import refuse_obstacles
from geodata.hours.order import days_first
from geodata.hours.plans import Plan
from geodata.hours.schedule import HolidayRule, NotHoursError, Subject
from geodata.hours.seasons import Season, stated_dates, uncovered
from geodata.hours.spelling import plain
from geodata.hours.words import NOON, WEEK, WEEKEND, Kind, Part, Token, hour_of, tokens
from geodata.messages import Message

_NOT_GIVEN = frozenset({"", "无", "暂无", "不详", "未知", "-", "/", "none", "n/a", "unknown"})
_OSM_TIMES = re.compile(r"\d:\d\d|24/7")
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
    notices : tuple of Message
        What to know of hours that were understood: dates taken for a season, areas put together, provisos.
    """

    osm: str | None
    reason: Message | None = None
    notices: tuple[Message, ...] = ()


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
        reader = _Reader(tokens(text))
        osm, notices = reader.read().finish()
        return ParsedHours(check_osm(osm), notices=(*notices, *reader.notices))
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
        refuse_obstacles(words)
        self.words = words = days_first(words)
        self.at = 0
        self.plan = Plan()
        self.subject = self.default = Subject(WEEK)
        #: days named before the first season or area, which hold for all of them
        self.common: Subject | None = None
        #: days were named of which nothing has been said yet
        self.pending = False
        #: end of the last times of this subject
        self.last_end = 0
        #: the last statement closed weekdays, so that an exception from it is open
        self.after_closing = False
        #: a word that says that one day is off, which has to be told elsewhere
        self.one_off = ""
        self.notices: list[Message] = []

    def read(self) -> Plan:
        while self.at < len(self.words):
            self._statement()
        if self.pending:
            raise NotHoursError("hours_no_times")
        if self.one_off and len([day for day, spans in self.plan.schedule.weekly().items() if not spans]) != 1:
            raise NotHoursError("hours_day_off_unclear", part=self.one_off)
        return self.plan

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
        elif (kind == "closed" and self.pending) or (
            kind == "closing_day" and self.pending and self._after_separators(1, *_DAYS) is None
        ):
            self.at += 1
            self._close(self.subject)
        elif kind == "closing_day" and not self.pending:
            self.at += 1
            self._skip("separator")
            self._close(self._subject())
        elif kind == "except" and self.pending:
            self._except()
        elif kind in ("notice", "proviso") and self.pending and self.subject.only_holidays:
            self.at += 1
            self._holidays("unknown")
        elif kind == "always":
            self.at += 1
            self.plan.schedule.set_holidays("open" if self.after_closing else "as usual")
        elif kind == "rest" and not self.pending:
            self._rest()
        elif kind == "days_off":
            self._days_off()
        elif kind == "as_usual":
            self._as_usual()
        elif kind == "night_closed" and not self.pending and self.plan.schedule.is_by_day:
            self.at += 1
        elif kind == "usually" and self._peek(1) not in ("season", "dates"):
            self.notices.append(Message("hours_proviso", {"part": self._next().text}))
        elif kind in ("season", "dates", "usually"):
            self._season()
        elif kind == "area":
            self._area()
        elif kind in ("proviso", "last_entry") and not self.pending:
            self.notices.append(Message(f"hours_{kind}", {"part": self._next().text}))
        else:
            raise self._stuck()

    def _except(self) -> None:
        """Read 除外: from hours it takes days away; from a closing (周一闭馆，节假日除外) it takes the holidays."""
        if self.after_closing and not self.subject.only_holidays:
            raise self._stuck()
        if (
            not self.plan.has_hours
            and self.subject.weekdays
            and (self.subject.holidays or len(self.subject.weekdays) > 1)
        ):
            # 周一至周五，节假日除外，9:00-17:00: which of them are taken away?
            raise self._stuck()
        self.at += 1
        if self.after_closing:
            self._holidays("open")
        else:
            self._close(self.subject)

    def _days_off(self) -> None:
        """Read 双休, which closes the weekend, or 单休, which leaves to the rest of the text which day it means."""
        word = self._next().text
        if word.startswith("单") or word.endswith("一"):
            self.one_off = word
        elif word.startswith("双") and not self.pending and self._after_separators(0, "time", "part", "all_day"):
            if not self.plan.has_hours:  # 双休 9:00-18:00: at weekends, or not at weekends?
                raise self._stuck(-1)
            self.subject, self.pending, self.last_end = Subject(WEEKEND), True, 0
        elif self.pending and self.subject.weekdays != WEEKEND:
            raise self._stuck(-1)
        else:
            self._close(Subject(WEEKEND))

    def _as_usual(self) -> None:
        """Read 周末正常营业: the hours of the other days; before times 正常营业 says nothing."""
        self.at += 1
        if not self.pending or self._after_separators(0, "time", "part", "all_day") is not None:
            return
        for start, end in self.plan.schedule.usual(self.subject):
            self._add(start, end)
        self._begin_anew()

    def _season(self) -> None:
        """Read the name or the dates of a season; dates in brackets after its hours belong to it as well."""
        in_brackets = self.at > 0 and self.words[self.at - 1].text == "("
        self._skip("usually")
        word = self._next()
        if word.kind not in ("season", "dates"):
            raise self._stuck(-1)
        season = self.plan.season
        alone = in_brackets and self.at < len(self.words) and self.words[self.at].text == ")"
        if alone and season is None and self.plan.has_usual_hours:
            # 8:00-18:00（夏季）8:30-17:30: the hours before it or those after?
            raise NotHoursError("hours_season_unclear")
        if word.kind == "dates" and season is not None and not season.dates and (in_brackets or self.plan.is_new):
            season.dates = stated_dates(word.text)
            return
        if (
            word.kind == "season"
            and season is not None
            and season.dates
            and not season.word
            and (alone or self.plan.is_new)
        ):
            season.word = word.text  # 5月至9月（夏季）
            return
        self.plan.begin_season(Season(word.text) if word.kind == "season" else Season(dates=stated_dates(word.text)))
        self._begin_part(self.plan.usual_subject())

    def _rest(self) -> None:
        """Read 其他月份, the rest of the year, or 其余时间 after a closing, which says nothing."""
        self.at += 1
        seasons = self.plan.dated_seasons
        if seasons and (dates := uncovered(seasons)):
            self.plan.begin_season(Season(dates=dates))
            self._begin_part(self.plan.usual_subject())
        elif not seasons and self._peek() == "closed":
            self.at += 1
        elif seasons or self.plan.has_hours:
            raise self._stuck(-1)

    def _area(self) -> None:
        """Read the name of an area, or of several with the same hours."""
        names = [self._next().text]
        while self._peek() == "area" or (self._peek() == "separator" and self._peek(1) == "area"):
            self._skip("separator")
            names.append(self._next().text)
        self.plan.begin_area("、".join(names))
        self._begin_part(Subject(WEEK))

    def _begin_part(self, usual: Subject) -> None:
        if self.pending:
            self.common = self.subject
        self.default = self.common or usual
        self._begin_anew()

    def _add(self, start: int, end: int) -> None:
        self.plan.schedule.add(self.subject, start, end)
        self.plan.is_new = self.pending = self.after_closing = False

    def _close(self, subject: Subject) -> None:
        self.plan.close(subject)
        self._begin_anew()
        self.after_closing = bool(subject.weekdays)

    def _holidays(self, rule: HolidayRule) -> None:
        self.plan.schedule.set_holidays(rule)
        self.plan.is_new = False
        self._begin_anew()

    def _begin_anew(self) -> None:
        self.subject, self.pending, self.last_end, self.after_closing = self.default, False, 0, False

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
            if (following := self._after_separators(0, *_DAYS)) is not None:
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
        if end == DAY_MINUTES - 1:  # 23:59 is how programs write midnight
            end = DAY_MINUTES
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
        minutes = hour_of(hour, part) * 60 + minute
        if after is None:
            return minutes, part, bool(part) or word.text.startswith("0") or word.text.endswith("m") or hour == 0
        if next_day:
            minutes = hour % 24 * 60 + minute + DAY_MINUTES
        elif minutes <= after:
            # 9:00-5:00: in the afternoon or the next morning?
            sure = part in ("small", "am") if named else part == "night" or (part == "" and after >= NOON * 60)
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

    def _after_separators(self, ahead: int, *kinds: Kind) -> int | None:
        """Return where the next word but separators is, if it is of one of these kinds."""
        index = self.at + ahead
        while index < len(self.words) and self.words[index].kind == "separator":
            index += 1
        return index if index < len(self.words) and self.words[index].kind in kinds else None

    def _stuck(self, back: int = 0) -> NotHoursError:
        rest = "".join(word.text for word in self.words[max(0, self.at + back) :])
        return NotHoursError("hours_not_understood", part=rest or self.words[-1].text)
