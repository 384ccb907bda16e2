"""One worksheet cut into the tables that people stack on it: titles, headers, rows, notes between them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from importers.cleaning import cell_text, heading_keys, key_of
from importers.extracting import is_aside
from importers.headers import Header, further_row, is_known, is_numbering
from importers.reading import Grid, Row
from importers.words import Words

_NOTE = re.compile(
    r"\s*(?:注|备注|说明|填表|填报|制表|单位[:：]|日期[:：]|截至|截止|合计|总计|小计|共\d|note|total|source|\*)", re.I
)
_LONGEST_HEADING = 40


@dataclass(slots=True)
class Section:
    """A table on a sheet.

    Attributes
    ----------
    title : str
        The text above it, empty without one.
    marks : tuple of str
        What else stands in the title's row: often a code for the type.
    header : Header
        Its own, or that of the table above which it continues.
    rows : list of Row
        Those that have more than a running number.
    notes : list of Row
        Lines between the rows that are no data.
    """

    title: str
    marks: tuple[str, ...]
    header: Header
    rows: list[Row] = field(default_factory=list)
    notes: list[Row] = field(default_factory=list)


def cut(grid: Grid, known: Collection[str], named: Collection[str], words: Words) -> list[Section]:
    """Return the tables of a sheet from top to bottom; none if no header is found.

    Parameters
    ----------
    grid : Grid
    known : collection of str
        The keys of known headings.
    named : collection of str
        Headings that a profile names.
    words : Words
    """
    keys = {key_of(heading) for heading in named}
    lines = [line for row in grid.rows() if (line := _Line(row, grid)).texts or row.problem]
    cutter = _Cutter(known, keys, words)
    for line, below in zip_longest(lines, lines[1:]):
        cutter.take(line, below)
    cutter.end()
    return cutter.sections


class _Line:
    """A row with its texts by column, the blank ones left out."""

    __slots__ = ("row", "spread", "strings", "texts")

    def __init__(self, row: Row, grid: Grid) -> None:
        self.row = row
        self.texts = {index: text for index, cell in enumerate(row.cells) if (text := cell_text(cell))}
        self.strings = all(isinstance(row.cells[index], str) for index in self.texts)
        self.spread = bool(self.texts) and (row.number, min(self.texts)) in grid.spread

    def values(self) -> list[str]:
        return list(self.texts.values())


class _Cutter:
    def __init__(self, known: Collection[str], named: Collection[str], words: Words) -> None:
        self.sections: list[Section] = []
        self._known, self._named, self._words = known, named, words
        self._loose: list[_Line] = []
        self._current: Section | None = None
        self._last = 0

    def take(self, line: _Line, below: _Line | None) -> None:
        row, current = line.row, self._current
        gap, self._last = row.number > self._last + 1, row.number
        if current and not current.rows and row.number == current.header.row + 1:
            whole = further_row(current.header, row, self._known, self._named, self._words)
            if whole is not None:
                current.header = whole
                return
        if row.problem is None and self._is_header(line, below, fresh=gap or bool(self._loose)):
            self._begin(Header(_headings(row), row.number, {}, row.number))
        elif current is None or (row.problem is None and self._is_loose(line, below)):
            self._loose.append(line)
        elif current and is_aside(row):
            current.notes.append(row)
        elif not self._is_empty(line):
            self._add(line)

    def end(self) -> None:
        """Keep the lines after the last row as notes."""
        if self._current:
            self._current.notes += [line.row for line in self._loose]
        self.sections = [section for section in self.sections if section.rows]

    def _begin(self, header: Header) -> None:
        titles = [line for line in self._loose if not _NOTE.match(line.values()[0])]
        title = titles[-1].values() if titles else [""]
        if self._current:
            self._current.notes += [line.row for line in self._loose if not titles or line is not titles[-1]]
        self._loose = []
        self._current = Section(title[0].strip(), tuple(title[1:]), header)
        self.sections.append(self._current)

    def _add(self, line: _Line) -> None:
        current = self._current
        if current is None:
            return
        if self._loose:
            number = _number(line.texts.get(self._numbers(), ""))
            title = self._loose[-1]
            noted = _NOTE.match(title.values()[0]) is not None
            if not noted and not current.rows:
                current.title, current.marks = title.values()[0], tuple(title.values()[1:])
                current.notes += [loose.row for loose in self._loose[:-1]]
                self._loose = []
            elif not noted and (title.spread or number == 1):
                self._begin(current.header)
                current = self.sections[-1]
            else:
                current.notes += [loose.row for loose in self._loose]
                self._loose = []
        current.rows.append(line.row)

    def _numbers(self) -> int:
        """Return the column of running numbers, -1 without one."""
        headings = self._current.header.headings if self._current else ()
        return next((index for index, heading in enumerate(headings) if is_numbering(heading)), -1)

    def _is_header(self, line: _Line, below: _Line | None, *, fresh: bool = False) -> bool:
        texts = line.values()
        if len(texts) < 2 or not line.strings or max(map(len, texts)) > _LONGEST_HEADING:
            return False
        if any(any(sign.isdecimal() for sign in text) and not is_known(text, self._known, None) for text in texts):
            return False
        count = sum(any(key in self._known or key in self._named for key in heading_keys(text)) for text in texts)
        if count and (count >= 2 or self._current is None):
            # Facilities count only beside a heading: a row of data may be made of them.
            count += sum(is_known(text, (), self._words) and not is_known(text, self._known, None) for text in texts)
        if count >= 2 and 2 * count >= len(texts):
            return True
        if any(is_numbering(text) for text in texts):
            return True
        numbers = self._numbers()
        if numbers < 0 or not fresh or line.spread or (below is not None and self._is_header(below, None)):
            return False
        # Below a gap or a title, short texts where the numbers should be: the header of a table of another kind.
        return _number(line.texts.get(numbers, "1")) is None and max(map(len, texts)) <= 8

    def _is_loose(self, line: _Line, below: _Line | None) -> bool:
        """Tell whether a line below a header is a title or a note, no data."""
        numbers = self._numbers()
        if _number(line.texts.get(numbers, "")) is not None:
            return False
        texts = line.values()
        if line.spread and len(texts) <= 3:
            return True
        if len(texts) == 1 and (_NOTE.match(texts[0]) or min(line.texts) == numbers):
            return True
        return len(texts) <= 2 and below is not None and self._is_header(below, None)

    def _is_empty(self, line: _Line) -> bool:
        return line.row.problem is None and set(line.texts) == {self._numbers()}


def _headings(row: Row) -> tuple[str, ...]:
    return tuple(cell_text(cell) for cell in row.cells)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 7 else None


def sections_of(grid: Grid, known: Collection[str], named: Sequence[str], words: Words) -> list[Section]:
    """Return the tables of any grid; one whose format names the columns is one table."""
    if grid.headings is None:
        return cut(grid, known, named, words)
    rows = list(grid.rows())
    return [Section("", (), Header(grid.headings, 0), rows)] if rows else []
