"""Rows of a table into texts by field, with what the profile says applied: values, joins, constants, rules, skips."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from copy import copy
from typing import NamedTuple

from geodata.errors import ProfileError
from geodata.messages import Message
from importers.cleaning import JOIN, cell_text, key_of, says_nothing
from importers.columns import Table, plain_headings
from importers.naming import ADDRESS_PARTS, complete_address, made_name, read_type
from importers.partial_hours import CLOSES, OF_DAYS, OPENS, complete_hours
from importers.profile import Profile, matches
from importers.reading import Row
from importers.reading.limits import MAX_CELL
from importers.report import ImportReport, place_of
from importers.words import Words

#: Marks a row whose name was made up.
MADE = "name_made"


class Record(NamedTuple):
    """A row to be used: its place among the table's rows, its number in the file, and its texts by field."""

    place: int
    row: int
    texts: Mapping[str, str]


class TooLong(NamedTuple):
    """A cell that is longer than a cell may be."""

    heading: str
    length: int


_TOTAL = re.compile(
    r"(?:[一-鿿]{0,10}?(?:合\s*计|总\s*计|小\s*计|共\s*计|累\s*计)|(?:sub|grand )?total)\s*[:：]?", re.IGNORECASE
)
_AMOUNT = re.compile(r"共?\s*[\d,.]+\s*(?:个|家|处|座|站|所|人|人次|次|㎡|平方米|台|套|元|万元|%)?")
#: That nothing follows.
_END = re.compile(r"[(（—\-\s]*(?:以下|此页|本页)(?:空白|无正文|完)[)）—\-\s]*")
_REMARK = re.compile(
    r"(?:(?:制表|填表|填报|审核|复核|联系|经办|负责)人(?:签[名字])?|(?:制表|填表|填报)(?:单位|日期|时间)|单位[（(]盖章[）)]|备注|说明|注"
    r"|(?:数据|资料|信息)?来源)\s*[:：]"
)


def is_aside(row: Row) -> bool:
    """Tell whether a row is a total (合计 12 个) or says who filled the list in (制表人：…), and nothing else."""
    texts = [cell for cell in row.cells if cell is not None and cell != ""]
    first = texts[0] if texts else ""
    if not isinstance(first, str) or len(texts) > 8:
        return False
    if _END.fullmatch(first.strip()) and len(texts) == 1:
        return True
    total = _TOTAL.match(first.strip())
    if total and (not (rest := first.strip()[total.end() :].strip()) or _AMOUNT.fullmatch(rest)):
        return all(_AMOUNT.fullmatch(cell_text(text)) for text in texts[1:])
    return _REMARK.match(first.strip()) is not None and all(
        _REMARK.match(cell_text(text)) or len(cell_text(text)) < 12 for text in texts[1:]
    )


def note_made(made: int, report: ImportReport) -> None:
    """Note how many rows were given a name."""
    if made:
        report.add("info", Message("names_made", {"count": made}))


class Extractor:
    """Turns rows of one table into texts by field."""

    def __init__(self, table: Table, profile: Profile, words: Words | None = None, layer: str = "") -> None:
        """Read rows by a table and a profile; with words also addresses in parts and places without a name.

        ``layer`` is the name of places of which nothing else is known.
        """
        self._table = table
        self._words = words
        self._layer = layer
        rules = (name for rule in profile.rules for name in rule.set)
        stated = dict.fromkeys((*table.fields(), *profile.constants, *rules))
        #: Rows of a list that has names need one; what is on a map, or in a list without names, is given one.
        self._names = words is not None and ("name" not in stated or bool(table.features))
        #: Whether hours stand in several columns.
        self._joins_hours = any(name in (OPENS, CLOSES) or name.startswith(OF_DAYS) for name in stated)
        #: Whether rows tell a sort of place or parts of an address, of which further texts are made.
        self.reads_types = not stated.keys().isdisjoint({*ADDRESS_PARTS, "place_type"})
        self._profile = profile
        self._columns = [
            (index, column.heading, field, profile.values.get(column.heading) or profile.values.get(field))
            for field, columns in table.fields().items()
            for column in columns
            for index in (column.index,)
        ]
        self._known = plain_headings(table.subject).union(table.headings) - {""}
        self._headings = {field: columns[0].heading for field, columns in table.fields().items()}
        for field, heading in [*self._headings.items()] if self._joins_hours else ():
            if field == OPENS or field.startswith(OF_DAYS):
                self._headings.setdefault("opening_hours", heading)
        self._stated = tuple(stated)
        tested = [profile.skip, *(rule.when for rule in profile.rules)]
        self._tested = {name: self._finder(name) for conditions in tested for name in conditions}

    def narrowed(self, fields: Collection[str]) -> Extractor:
        """Return one that gives these fields alone, where they do not hang on others; else the same."""
        if self._names or self._profile.skip or self._profile.rules:
            return self
        wanted = {*fields, *ADDRESS_PARTS}
        narrow = copy(self)
        narrow._columns = [column for column in self._columns if column[2] in wanted]
        return narrow

    def stated(self, *prefixes: str) -> list[str]:
        """Return the fields with one of these prefixes that columns, constants or rules may state."""
        return [field for field in self._stated if field.startswith(prefixes)]

    def heading(self, field: str) -> str:
        """Return the heading a field comes from, or the field's own name where no column gives it."""
        return self._headings.get(field, field)

    def is_empty(self, row: Row) -> bool:
        """Tell whether a row has nothing but a running number."""
        numbering = self._table.numbering
        for index, cell in enumerate(row.cells):  # noqa: SIM110 - a generator takes twice as long, for every row
            if index not in numbering and cell_text(cell):
                return False
        return True

    def is_header(self, row: Row) -> bool:
        """Tell whether a row is the header again, or that of another table below: most of it are known headings."""
        known = self._known
        texts = [cell for cell in row.cells if cell.__class__ is str]
        if known.isdisjoint(texts):
            return False
        found = sum([text in known for text in texts])
        return found >= 2 and 2 * found > sum(cell is not None and cell != "" for cell in row.cells)

    def too_long(self, row: Row) -> TooLong | None:
        """Return the first cell that is too long to be taken."""
        if max([len(cell) for cell in row.cells if cell.__class__ is str], default=0) <= MAX_CELL:
            return None
        for index, cell in enumerate(row.cells):
            if isinstance(cell, str) and len(cell) > MAX_CELL:
                headings = self._table.headings
                return TooLong(headings[index] if index < len(headings) else str(index + 1), len(cell))
        return None

    def records(self, report: ImportReport) -> Iterator[Record | None]:
        """Yield each row that is to be used, ``None`` for one that is not; count and note it in the report."""
        made = 0
        for index, row in enumerate(self._table.rows()):
            record = self.record(index, row, report)
            made += record is not None and MADE in record.texts
            yield record
        note_made(made, report)

    def record(self, index: int, row: Row, report: ImportReport) -> Record | None:
        """Return a row if it is to be used, ``None`` if not; count and note it in the report."""
        if row.joined:
            report.rows.read += 1
            report.rows.skipped += 1
            sheet, first = place_of(row.joined, report.sheets)
            report.add("info", Message("row_joined", {"first": f"{sheet} {first}".strip()}), row=row.number)
            return None
        if row.problem is None and not any(cell is not None and cell != "" for cell in row.cells):
            return None
        report.rows.read += 1
        texts: Mapping[str, str] | None = None
        if row.problem is not None:
            report.rows.rejected += 1
            report.add("error", row.problem, row=row.number)
        elif self.is_empty(row):
            report.rows.skipped += 1
        elif long := self.too_long(row):
            message = Message("row_cell_too_long", {"length": long.length})
            report.reject(message, row=row.number, column=long.heading)
        elif is_aside(row):
            report.rows.skipped += 1
            report.add("info", "row_total", row=row.number)
        elif self.is_header(row):
            report.rows.skipped += 1
            report.add("warning", "row_other_header", row=row.number)
        elif (texts := self.texts(row)) is None:
            report.rows.skipped += 1
        return None if texts is None else Record(index, row.number, texts)

    def texts(self, row: Row) -> dict[str, str] | None:
        """Return the row's texts by field, those that say something; ``None`` for a row that the profile skips."""
        texts: dict[str, str] = {}
        cells = row.cells
        width = len(cells)
        for index, _, field, values in self._columns:
            if index >= width or not (text := cell_text(cells[index])):
                continue
            if values and not (text := values.get(key_of(text) or text, text)):
                continue
            if field in texts:
                if text not in texts[field]:
                    texts[field] += self._profile.join.get(field, JOIN) + text
            else:
                texts[field] = text
        profile = self._profile
        if profile.skip and any(
            matches(patterns, self._tested[name](cells, texts)) for name, patterns in profile.skip.items()
        ):
            return None
        for field, text in profile.constants.items():
            texts.setdefault(field, text)
        for rule in profile.rules:
            if all(matches(patterns, self._tested[name](cells, texts)) for name, patterns in rule.when.items()):
                texts.update(rule.set)
        return self._completed(texts) if self._words is not None and texts else texts

    def _completed(self, texts: dict[str, str]) -> dict[str, str]:
        if self._joins_hours:
            complete_hours(texts)
        if self.reads_types and self._words is not None:
            complete_address(texts)
            read_type(texts, self._words)
        if self._names and says_nothing(texts.get("name", "无")):
            texts["name"] = made_name(texts, self._layer)
            texts[MADE] = "yes"
        return texts

    def _finder(self, name: str) -> Callable[[Sequence[object], Mapping[str, str]], str]:
        headings = self._table.headings
        exact = [index for index, heading in enumerate(headings) if heading == name]
        indexes = exact or [index for index, heading in enumerate(headings) if key_of(heading) == key_of(name)]
        if indexes:
            index = indexes[0]
            return lambda cells, texts: cell_text(cells[index]) if index < len(cells) else ""
        if name in self._headings:
            return lambda cells, texts: texts.get(name, "")
        shown = "、".join(heading for heading in headings if heading)[:300]
        raise ProfileError("profile_no_column", file=self._profile.name, column=name, headings=shown)
