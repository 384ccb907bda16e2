"""OSM ``opening_hours`` expressions as rules that can be asked about one day.

The library ``opening_hours`` reads, checks and normalises expressions and decides on dates (months, weeks, years, the
first Monday of a month). Which weekday a day counts as, and what its rules add up to, is decided here, because both
depend on the official calendar: the library would need a country for that, and its Chinese calendar is wrong. It also
keeps the hours after midnight of a day that a later rule closes.

Specification: https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Final

from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]  # missing in its stub

from geodata.errors import HoursError

CLOSED: Final = 0
OPEN: Final = 1
UNKNOWN: Final = 2

#: From minute to minute after the midnight that begins the day (beyond 1440 on the next day), and the state there.
Span = tuple[int, int, int]

DAY_MINUTES: Final = 24 * 60
#: Longer texts are not hours; the limit bounds what a hostile one can cost.
MAX_LENGTH: Final = 500

WEEKDAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_DAY = "(?:Mo|Tu|We|Th|Fr|Sa|Su)"
_DAY_ITEM = rf"(?:PH|SH|{_DAY}(?:-{_DAY})?(?:\[[^\]]*\](?: [+-]\d+ days?)?)?)"
_TIME_ITEM = r"\d\d:\d\d-\d\d:\d\d"
#: One rule in the library's normal form: dates, weekdays, times, modifier and comment, each of them optional.
_RULE = re.compile(
    rf"(?P<dates>.*?) ?(?P<days>{_DAY_ITEM}(?:,{_DAY_ITEM})*)?"
    rf" ?(?P<times>{_TIME_ITEM}(?:,{_TIME_ITEM})*)? ?(?P<state>closed|unknown)?(?: ?\"[^\"]*\")?"
)
_DATES = re.compile(r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|week|easter|days?|\d+|[ ,/+-])*")
_SEPARATOR = re.compile(r"(; |, | \|\| )(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)")
_LONE_COMMENT = re.compile(r"(^|; *|, +|\|\| *)(?=\"[^\"]*\" *(?:$|;|,|\|\|))")
_HOLIDAY_AND_DAY = re.compile(rf"\b(?:PH|SH) +{_DAY}\b")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of an expression.

    Attributes
    ----------
    separator : {"; ", ", ", " || "}
        How it joins the rules before: in their place on days that it speaks of, beside them, or where they are closed.
    dates : str
        Months, weeks and years as the library reads them; empty for all.
    weekdays : frozenset of int, optional
        0 for Monday; ``None`` where the rule names no days at all and so speaks of every day.
    counted : tuple of str
        Weekdays counted within the month, such as ``Mo[1]``.
    holidays, school_holidays : bool
        Whether the rule names ``PH`` or ``SH``.
    times : tuple of (int, int)
        Minutes after midnight; the whole day where the rule gives none.
    state : int
        :data:`OPEN`, :data:`CLOSED` or :data:`UNKNOWN`.
    """

    separator: str
    dates: str
    weekdays: frozenset[int] | None
    counted: tuple[str, ...]
    holidays: bool
    school_holidays: bool
    times: tuple[tuple[int, int], ...]
    state: int

    def in_season(self, day: date) -> bool:
        """Tell whether the rule's months, weeks and years hold ``day``."""
        return not self.dates or _holds(self.dates, day)

    def speaks_of(self, day: date, like: date, *, holiday: bool, school_holiday: bool) -> bool:
        """Tell whether the rule counts on ``day``, whose weekday is that of ``like``."""
        if not self.in_season(day):
            return False
        if self.weekdays is None or like.weekday() in self.weekdays:
            return True
        if (holiday and self.holidays) or (school_holiday and self.school_holidays):
            return True
        return any(_holds(item, like) for item in self.counted)


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A checked expression; equal texts give the same object, see :func:`parse`."""

    text: str
    rules: tuple[Rule, ...]

    @property
    def depends_on_date(self) -> bool:
        """Whether more than the weekday counts."""
        return any(rule.dates or rule.counted for rule in self.rules)

    @property
    def names_school_holidays(self) -> bool:
        """Whether any rule names ``SH``."""
        return any(rule.school_holidays for rule in self.rules)

    def has_holiday_rule(self, day: date) -> bool:
        """Tell whether the place has a rule of its own for a public holiday on ``day``."""
        return any(rule.holidays and rule.in_season(day) for rule in self.rules)


@lru_cache(maxsize=16384)
def parse(text: str) -> Expression:
    """Read an expression.

    Raises
    ------
    HoursError
        If it is not valid, or uses what has no definite times here: sun events, open ends, steps, days counted from
        a holiday.
    """
    normal = _normalised(text)
    pieces = _SEPARATOR.split(normal)
    separators = ["; ", *pieces[1::2]]
    rules = tuple(_rule(separator, piece, normal) for separator, piece in zip(separators, pieces[::2], strict=True))
    return Expression(normal, rules)


def check_osm(expression: str) -> str:
    """Return ``expression`` in normal form.

    Raises
    ------
    HoursError
        If it is no valid OSM ``opening_hours``, or uses what cannot be evaluated here (see :func:`parse`).
    """
    return parse(expression).text


@lru_cache(maxsize=65536)
def day_spans(expression: Expression, day: date, like: date, holiday: bool) -> tuple[Span, ...]:
    """Return what the rules add up to for ``day``.

    Parameters
    ----------
    day : date
        Decides on months, weeks and years.
    like : date
        Decides on the weekday.
    holiday : bool
        Whether rules for public holidays count.

    Returns
    -------
    tuple of Span
        In order, without overlaps; what lies between them is closed. Where the answer depends on whether there are
        school holidays, which nobody tells us, the state is unknown.
    """
    spans = _combined(expression.rules, day, like, holiday=holiday, school_holiday=False)
    if expression.names_school_holidays:
        other = _combined(expression.rules, day, like, holiday=holiday, school_holiday=True)
        return tuple(_agreed(spans, other))
    return tuple(spans)


def _normalised(text: str) -> str:
    trimmed = text.strip().rstrip(";").rstrip()
    if len(trimmed) > MAX_LENGTH:
        raise HoursError("hours_too_long", value=trimmed[:40] + "…", expected=MAX_LENGTH)
    if both := _HOLIDAY_AND_DAY.search(trimmed):
        # the specification reads "PH Mo" as holidays that are Mondays, the library as holidays and Mondays
        raise HoursError("hours_unsupported", value=trimmed, part=both.group())
    try:
        # a rule that is only a comment says that nobody knows; the library would call it open
        return str(OpeningHours(_LONE_COMMENT.sub(r"\1unknown ", trimmed), auto_country=False, auto_timezone=False))
    except ParserError as error:
        raise HoursError("hours_invalid", value=trimmed, detail=str(error)) from error


def _rule(separator: str, text: str, whole: str) -> Rule:
    match = _RULE.fullmatch(text)
    dates = match["dates"] if match else text
    if dates == "24/7":
        dates = ""
    if match is None or not _DATES.fullmatch(dates):
        raise HoursError("hours_unsupported", value=whole, part=dates)
    weekdays, counted = _days(match["days"]) if match["days"] else (None, ())
    return Rule(
        separator=separator,
        dates=dates,
        weekdays=weekdays,
        counted=counted,
        holidays="PH" in (match["days"] or ""),
        school_holidays="SH" in (match["days"] or ""),
        # closed all day takes away the hours after midnight as well
        times=_times(match["times"]) or ((0, 2 * DAY_MINUTES if match["state"] == "closed" else DAY_MINUTES),),
        state={"closed": CLOSED, "unknown": UNKNOWN, None: OPEN}[match["state"]],
    )


def _days(text: str) -> tuple[frozenset[int], tuple[str, ...]]:
    """Split the weekday part into plain weekdays and those counted within the month."""
    weekdays: set[int] = set()
    counted = []
    for item in re.findall(_DAY_ITEM, text):
        if "[" in item:
            counted.append(item)
        elif item not in ("PH", "SH"):
            first, last = WEEKDAYS.index(item[:2]), WEEKDAYS.index(item[-2:])
            weekdays.update((first + offset) % 7 for offset in range((last - first) % 7 + 1))
    return frozenset(weekdays), tuple(counted)


def _times(text: str | None) -> tuple[tuple[int, int], ...]:
    spans = []
    for item in text.split(",") if text else ():
        start, end = (int(part[:2]) * 60 + int(part[3:]) for part in item.split("-"))
        spans.append((start, end if end > start else end + DAY_MINUTES))
    return tuple(spans)


@lru_cache(maxsize=65536)
def _holds(selector: str, day: date) -> bool:
    """Let the library decide whether a selector of dates or counted weekdays holds ``day``."""
    return _selector(selector).is_open(datetime.combine(day, time(12)))


@lru_cache(maxsize=4096)
def _selector(text: str) -> OpeningHours:
    return OpeningHours(f"{text} open", auto_country=False, auto_timezone=False)


def _combined(rules: Sequence[Rule], day: date, like: date, *, holiday: bool, school_holiday: bool) -> list[Span]:
    spans: list[Span] = []
    for rule in rules:
        if not rule.speaks_of(day, like, holiday=holiday, school_holiday=school_holiday):
            continue
        painted = [(start, end, rule.state) for start, end in rule.times]
        if rule.separator == " || ":
            spans = spans + _outside(painted, spans)
        elif rule.state == CLOSED or rule.separator == ", ":
            spans = _outside(spans, painted) + painted
        else:
            spans = painted
    return _tidy(span for span in spans if span[2] != CLOSED)


def _outside(spans: Sequence[Span], holes: Sequence[Span]) -> list[Span]:
    """Return the parts of ``spans`` that none of ``holes`` covers."""
    left = list(spans)
    for hole_start, hole_end, _ in holes:
        left = [
            (low, high, state)
            for start, end, state in left
            for low, high in ((start, min(end, hole_start)), (max(start, hole_end), end))
            if low < high
        ]
    return left


def _tidy(spans: Iterable[Span]) -> list[Span]:
    """Sort spans and join those of one state that touch or overlap."""
    tidy: list[Span] = []
    for start, end, state in sorted(spans):
        if tidy and tidy[-1][2] == state and start <= tidy[-1][1]:
            tidy[-1] = (tidy[-1][0], max(end, tidy[-1][1]), state)
        else:
            tidy.append((start, end, state))
    return tidy


def _agreed(spans: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    """Return the states on which two readings of a day agree, and unknown where they do not."""
    edges = sorted({edge for start, end, _ in (*spans, *other) for edge in (start, end)})
    return _tidy(
        (start, end, state if state == _state(other, start) else UNKNOWN)
        for start, end in itertools.pairwise(edges)
        if (state := _state(spans, start)) != CLOSED or _state(other, start) != CLOSED
    )


def _state(spans: Sequence[Span], minute: int) -> int:
    return next((state for start, end, state in spans if start <= minute < end), CLOSED)
