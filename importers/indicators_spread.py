"""Figures spread over columns: one for each month, quarter or year, one for each metric, or one for each of both."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from geodata.indicators import find_word, words
from importers.amounts import in_units
from importers.cleaning import cell_text, heading_keys, key_of
from importers.columns import Column, Table, heading_index
from importers.headers import HEADER_WITHIN
from importers.opening import Opened
from importers.profile import Profile
from importers.reading import Row, Source

#: Fields of columns with figures.
PREFIX = "figures."
_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_UNIT = re.compile(r"^(?:计量)?单位\s*[:：]?\s*")
_YEAR = re.compile(r"((?:19|20)\d{2})\s*(?:年度?|(?=$|[^\d]))")
_YEAR_MONTH = re.compile(r"((?:19|20)\d{2})\s*[-./]\s*(1[0-2]|0?[1-9])")
_PART = re.compile(
    r"(?:第?\s*([1-4一二三四])\s*季度?|q([1-4]))|([上下])半年|(1[0-2]|0?[1-9])\s*月?\s*(?:[-~至到]+)\s*(1[0-2]|0?[1-9])\s*月"
    r"|(1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])\s*月份?",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"合计|总计|小计|共计|总数|全年|累计|total", re.IGNORECASE)
_LOOSE = re.compile(r"[\s、,，.·\-_/:：]+|的|各站点|统计|情况")
_HAN = {"十": 10, "十一": 11, "十二": 12} | {sign: place for place, sign in enumerate("一二三四五六七八九", start=1)}
#: What a metric of a source's own words is counted in, by the end of its name.
_ENDINGS = (("人次", "人次"), ("人数", "人"), ("件数", "件"), ("份数", "份"), ("金额", "元"), ("次数", "次"))
_TITLE_PERIOD = re.compile(
    r"(?:19|20)\d{2}\s*年度?\s*(?:(?:第?\s*[1-4一二三四]\s*季度)|[上下]半年|(?:\d{1,2}\s*月?\s*[-~至到]\s*)?\d{1,2}\s*月)?"
)


@dataclass(frozen=True, slots=True)
class Heading:
    """What the heading of a column of figures says; ``part`` is a month, quarter or half of a year."""

    metric: str = ""
    unit: str = ""
    year: str = ""
    part: str = ""
    total: bool = False

    @property
    def is_of_figures(self) -> bool:
        """Whether there are figures below it."""
        return bool(self.metric or self.year or self.part or self.total)

    def within(self, above: Heading) -> Heading:
        """Return it with what a heading above it says of its time."""
        return replace(self, year=self.year or above.year, part=self.part or above.part)


def read_heading(text: str) -> Heading | None:
    """Return what a heading says if figures stand below it: 1月, 2024年, 服务人次(万人次), 一季度帮扶金额."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain or len(plain) > 40 or (plain.isdecimal() and not _YEAR.fullmatch(plain)):
        return None
    if match := _YEAR_MONTH.fullmatch(plain):
        return Heading(year=match[1], part=f"{int(match[2])}月")
    unit = next((found for inside in _BRACKETS.findall(plain) if (found := _unit(inside))), "")
    bare = _BRACKETS.sub("", plain)
    year = _YEAR.search(bare)
    rest = _YEAR.sub("", bare, count=1) if year else bare
    part = _PART.search(rest)
    rest = _PART.sub("", rest, count=1) if part else rest
    total = _TOTAL.search(rest) is not None
    bare = _LOOSE.sub("", _TOTAL.sub("", rest))
    metric = _metric(bare)
    if bare and not metric:
        return None
    said = Heading(metric, unit, year[1] if year else "", _part(part) if part else "", total and not metric)
    return said if said.is_of_figures else None


def _unit(text: str) -> str:
    bare = _UNIT.sub("", text.strip())
    return bare if find_word("units", in_units(1, bare)[1]) else ""


def _metric(text: str) -> str:
    if find_word("metrics", text):
        return text
    return text if any(len(text) > len(ending) and text.endswith(ending) for ending, _ in _ENDINGS) else ""


def _part(match: re.Match[str]) -> str:
    quarter, q, half, first, last, month = match.groups()
    if quarter or q:
        return f"第{quarter or q}季度"
    if half:
        return f"{half}半年"
    return f"{first}-{last}月" if first else f"{_HAN.get(month) or int(month)}月"


def unit_of(metric: str) -> str:
    """Return the unit of a metric in its source's own words, by the end of its name."""
    return next((unit for ending, unit in _ENDINGS if metric.endswith(ending)), "")


class Spread:
    """The columns of figures of one list, and what its title says of all of them."""

    def __init__(self, file: Source) -> None:
        self._fields = _fields(file)
        self._columns: list[tuple[Column, Heading]] = []
        self.title: Title = Title()

    def adapt(self, profile: Profile) -> Profile:
        """Return a profile with the headings of columns of figures."""
        return replace(profile, also={**profile.also, **self._fields})

    def begin(self, opened: Opened) -> bool:
        """Take the columns of figures of a table; tell whether it has any."""
        above = _above(opened.table)
        self.title = Title.of(opened)
        for column in opened.table.columns:
            said = read_heading(column.heading) if column.field.startswith(PREFIX) else None
            if said is not None:
                self._columns.append((column, said.within(above.get(column.index, Heading()))))
        return bool(self._columns)

    @property
    def times_by_title(self) -> bool:
        """Whether columns say no time, or no year, of their own."""
        return any(not said.year and not said.total for _, said in self._columns)

    @property
    def totals(self) -> list[str]:
        """Headings of columns that only add others up."""
        return [column.heading for column, said in self._columns if said.total]

    def figures(self, texts: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
        """Yield for each figure of a row its heading and what a row of its own would say."""
        others = {name: text for name, text in texts.items() if not name.startswith(PREFIX)}
        for column, said in self._columns:
            if (text := texts.get(column.field)) and not said.total:
                yield column.heading, {**others, **self._texts(others, said), "value": text}

    def _texts(self, row: Mapping[str, str], said: Heading) -> dict[str, str]:
        found: dict[str, str] = {}
        if metric := said.metric or row.get("metric", "") or self.title.metric:
            found["metric"] = metric
            usual = words("metrics")[code].unit if (code := find_word("metrics", metric)) else unit_of(metric)
            unit = said.unit or row.get("unit", "") or self.title.unit_for(usual) or usual
            found["unit"] = unit
            if not said.metric and not row.get("metric"):
                found["note"] = "；".join(filter(None, (row.get("note", ""), self.title.text)))
        if period := self._period(row, said):
            found["period"] = period
        return found

    def _period(self, row: Mapping[str, str], said: Heading) -> str:
        if said.part or said.year:
            year = said.year or row.get("year", "").rstrip("年度") or self.title.year
            part = said.part or row.get("quarter", "") or row.get("month", "")
            return f"{year}年{part}" if year else ""
        stated = any(row.get(name) for name in ("period", "year", "from", "to"))
        return "" if stated else self.title.period


@dataclass(frozen=True, slots=True)
class Title:
    """What stands above a table, or in the names of its sheet and file: 2025年各区帮扶资金统计（单位：万元）."""

    text: str = ""
    metric: str = ""
    unit: str = ""
    period: str = ""

    @property
    def year(self) -> str:
        """The year that it names."""
        return self.period[:4]

    def unit_for(self, usual: str) -> str:
        """Return the unit that it states for all figures, if it is one for a metric that is counted so."""
        base = find_word("units", in_units(1, self.unit)[1]) if self.unit else None
        return self.unit if base is not None and base in (usual, find_word("units", usual)) else ""

    @classmethod
    def of(cls, opened: Opened) -> Title:
        """Read the lines above a table's header, then the names of its sheet and its file."""
        lines = [*_lines(opened.table), opened.table.grid.name, opened.file.path.stem]
        plain = [unicodedata.normalize("NFKC", line) for line in lines if line]
        unit = next((found for line in plain for text in _stated_units(line) if (found := _unit(text))), "")
        periods = (match[0] for line in plain if (match := _TITLE_PERIOD.search(line)))
        base = find_word("units", in_units(1, unit)[1]) if unit else None
        metric, text = next(((found, line) for line in plain if (found := _metric_in(line, base))), ("", ""))
        return cls(_BRACKETS.sub("", text).strip(), metric, unit, next(periods, ""))


def _stated_units(line: str) -> list[str]:
    return re.findall(r"单位\s*:\s*([^\s()\d,，;；]+)", line) + _BRACKETS.findall(line)


def _metric_in(line: str, unit: str | None) -> str:
    """Return the metric that a title names; of several the one that is counted in the unit, if only one is."""
    found: dict[str, str] = {}
    for code, word in words("metrics").items():
        named = [text for text in (word.zh, *word.also) if len(text) > 1 and not text.isascii() and text in line]
        if named:
            found[code] = max(named, key=len)
    longest = {code for code, text in found.items() if not any(text in other != text for other in found.values())}
    fitting = [code for code in longest if words("metrics")[code].unit == unit] or list(longest)
    return fitting[0] if len(fitting) == 1 else ""


def _lines(table: Table) -> list[str]:
    rows = islice((row for row in table.grid.rows() if row.number < table.header_row), HEADER_WITHIN)
    return [text for row in rows for text in dict.fromkeys(map(cell_text, row.cells)) if text]


def _above(table: Table) -> dict[int, Heading]:
    """Return what the row above the last one of the header says, each of its texts for the gaps behind it as well."""
    row = next((row for row in table.grid.rows() if row.number == table.header_row - 1), None)
    found: dict[int, Heading] = {}
    said = Heading()
    for index in range(len(table.headings)) if row is not None else ():
        if text := cell_text(row.cell(index)) if row is not None else "":
            said = read_heading(text) or Heading()
        found[index] = said
    return found


def _fields(file: Source) -> dict[str, list[str]]:
    """Return the headings of figures among the first rows of a file, with fields for each time one stands there."""
    times: Counter[str] = Counter()
    for grid in file.grids:
        rows = [Row(0, list(grid.headings))] if grid.headings is not None else islice(grid.rows(), HEADER_WITHIN)
        for row in rows:
            texts = [text for cell in row.cells if isinstance(cell, str) and (text := cell_text(cell))]
            if _has_values(texts):
                return {}
            times |= _headings(texts)
    return {key: [f"{PREFIX}{key}.{place}" for place in range(count)] for key, count in times.items()}


def _has_values(texts: Sequence[str]) -> bool:
    """Tell whether a row is the header of a list with a column of values."""
    known = [_known(text) for text in texts]
    return "value" in known and len([field for field in known if field]) > 1


def _headings(texts: Sequence[str]) -> Counter[str]:
    figures = [text for text in texts if read_heading(text) is not None and not _known(text)]
    if len(figures) < 2 and not any(map(_known, texts)):
        return Counter()
    return Counter(key_of(text) for text in figures)


def _known(text: str) -> str:
    """Return the field that a text is a heading of."""
    index = heading_index("indicators")
    return next((index[key][0] for key in heading_keys(text) if key in index), "")
