"""Figures that unions publish about places and areas: what was counted, for which time, and by whom that is said."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from geodata.errors import ValueUnusableError
from geodata.messages import Message


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A time from a first to a last day, both included.

    Raises
    ------
    ValueUnusableError
        If it ends before it begins.
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        """Refuse what is no time."""
        if self.end < self.start:
            raise ValueUnusableError("indicator_period", value=f"{self.start}/{self.end}")

    @property
    def code(self) -> str:
        """``2024``, ``2024-Q2``, ``2024-07`` or ``2024-01-01/2024-07-31``."""
        start, end = self.start, self.end
        if start.day == 1 and end == _last_day(end.year, end.month) and start.year == end.year:
            if (start.month, end.month) == (1, 12):
                return f"{start.year}"
            if start.month == end.month:
                return f"{start.year}-{start.month:02d}"
            if end.month - start.month == 2 and end.month % 3 == 0:
                return f"{start.year}-Q{end.month // 3}"
        return f"{start}/{end}"

    @property
    def message(self) -> Message:
        """The period for people."""
        code, start = self.code, self.start
        if "/" in code:
            return Message("period_range", {"start": start.isoformat(), "end": self.end.isoformat()})
        if "Q" in code:
            return Message("period_quarter", {"year": start.year, "quarter": self.end.month // 3})
        if "-" in code:
            return Message("period_month", {"year": start.year, "month": start.month})
        return Message("period_year", {"year": start.year})


@dataclass(frozen=True, slots=True)
class Indicator:
    """One published figure.

    Attributes
    ----------
    metric : str
        A code of ``indicators.toml``, or the source's own words.
    name : str
        What was counted more closely (四项互助保障计划); may be empty.
    period : Period
    value : float
    unit : str
        A code of ``indicators.toml``, or the source's own words.
    source, note : str
    """

    metric: str
    name: str
    period: Period
    value: float
    unit: str
    source: str
    note: str = ""

    def key(self, subject: int | str) -> str:
        """Return what tells the figure from others: its subject, a site's id or an area's code, and what it is of."""
        of = f"site:{subject}" if isinstance(subject, int) else f"area:{subject}"
        return "|".join((of, self.source, self.metric, self.name, self.period.code))


@dataclass(frozen=True, slots=True)
class Word:
    """A metric or unit: its code, what people read, the usual unit of a metric, further words."""

    code: str
    zh: str
    en: str
    unit: str = ""
    also: tuple[str, ...] = ()

    def texts(self) -> dict[str, str]:
        """Return what people read, by language."""
        return {"zh": self.zh, "en": self.en}


@cache
def words(group: str) -> Mapping[str, Word]:
    """Return the known ``metrics`` or ``units`` by code."""
    content: dict[str, Any] = tomllib.loads(files("geodata").joinpath("indicators.toml").read_text(encoding="utf-8"))
    return {
        code: Word(code, entry["zh"], entry["en"], entry.get("unit", ""), tuple(entry.get("also", ())))
        for code, entry in content[group].items()
    }


def find_word(group: str, text: str) -> str | None:
    """Return the code of the metric or unit that a text means, ``None`` for one that is not known."""
    return _index(group).get(_folded(text))


@cache
def _index(group: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for word in words(group).values():
        for text in (word.code, word.zh, word.en, *word.also):
            found.setdefault(_folded(text), word.code)
    return found


def _folded(text: str) -> str:
    return re.sub(r"[\s_-]+", "", unicodedata.normalize("NFKC", text).casefold())


def texts_of(group: str, text: str) -> dict[str, str]:
    """Return a metric or unit for people; its source's own words where it is not a known one."""
    known = words(group).get(text)
    return known.texts() if known else {"zh": text, "en": text}


def to_json(indicator: Indicator) -> dict[str, Any]:
    """Return a figure as JSON types, as the API gives it."""
    period, value = indicator.period, float(indicator.value)
    return {
        "metric": indicator.metric,
        "metric_name": texts_of("metrics", indicator.metric),
        "name": indicator.name,
        "period": period.code,
        "from": period.start.isoformat(),
        "to": period.end.isoformat(),
        "period_text": period.message.texts(),
        "value": int(value) if value.is_integer() else value,
        "unit": texts_of("units", indicator.unit),
        "source": indicator.source,
        "note": indicator.note,
    }


def latest(items: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return of figures as :func:`to_json` gives them those of the latest period of each metric, name and source."""
    found: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for item in items:
        key = (item["metric"], item["name"], item["source"])
        before = found.get(key)
        if before is None or (before["to"], before["from"]) < (item["to"], item["from"]):
            found[key] = item
    return [dict(item) for item in found.values()]


_YEAR = r"((?:19|20)\d{2})\s*年?度?"
_FORMS = (
    (re.compile(_YEAR), "year"),
    (re.compile(_YEAR + r"\s*[-/]?\s*(?:q|第)?\s*([1-4一二三四])\s*季?度?", re.IGNORECASE), "quarter"),
    (re.compile(_YEAR + r"\s*(上|下)半年"), "half"),
    (re.compile(_YEAR + r"\s*[-/.]?\s*(1[0-2]|0?[1-9])\s*月?"), "month"),
    (re.compile(_YEAR + r"\s*(1[0-2]|0?[1-9])\s*月?\s*(?:[-—~～–]|至|到)+\s*(1[0-2]|0?[1-9])\s*月"), "months"),
)
_DAY = r"((?:19|20)\d{2})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
_DAYS = re.compile(_DAY + r"\s*(?:[-—~～–/]|至|到|to)+\s*" + _DAY)
_MONTHS = re.compile(
    r"((?:19|20)\d{2})\s*[-/.年]\s*(\d{1,2})\s*月?\s*(?:[—~～–/]|至|到|to)+\s*((?:19|20)\d{2})\s*[-/.年]\s*(\d{1,2})\s*月?"
)
_NUMERALS = {numeral: number for number, numeral in enumerate("一二三四", start=1)}


def parse_period(text: str) -> Period:
    """Return the time that a text means.

    ``2024``, ``2024年``, ``2024-Q2``, ``2024年第二季度``, ``2024上半年``, ``2024-07``, ``2024年7月``, ``2024年1-7月``,
    ``2024-01 至 2024-07``, ``2024-01-01/2024-07-31``.

    Raises
    ------
    ValueUnusableError
        If it is none of these.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    try:
        if match := _DAYS.fullmatch(plain):
            numbers = [int(part) for part in match.groups()]
            return Period(date(*numbers[:3]), date(*numbers[3:]))
        if match := _MONTHS.fullmatch(plain):
            first_year, first, last_year, last = (int(part) for part in match.groups())
            return Period(date(first_year, first, 1), _last_day(last_year, last))
        for pattern, form in _FORMS:
            if match := pattern.fullmatch(plain):
                first, last = _months(form, match.groups()[1:])
                return Period(date(int(match[1]), first, 1), _last_day(int(match[1]), last))
    except ValueError:
        pass
    raise ValueUnusableError("indicator_period", value=text[:60])


def _months(form: str, parts: tuple[str, ...]) -> tuple[int, int]:
    """Return the first and last month that a form means."""
    if form == "quarter":
        quarter = _NUMERALS.get(parts[0]) or int(parts[0])
        return 3 * quarter - 2, 3 * quarter
    if form == "half":
        return (1, 6) if parts[0] == "上" else (7, 12)
    numbers = [int(part) for part in parts]
    return (numbers[0], numbers[-1]) if numbers else (1, 12)


def _last_day(year: int, month: int) -> date:
    return date(year, month, 1) + timedelta(monthrange(year, month)[1] - 1)
