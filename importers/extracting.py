"""Rows of a table into texts by field, with what the profile says applied: values, joins, constants, rules, skips."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from copy import copy
from itertools import repeat
from typing import NamedTuple

from geodata.errors import ProfileError
from geodata.messages import Message
from geodata.store.reading import chunks
from importers.cells import Cells
from importers.cleaning import JOIN, cell_text, key_of, says_nothing
from importers.columns import Table, plain_headings
from importers.naming import ADDRESS_PARTS, complete_address, made_name, read_type
from importers.partial_hours import CLOSES, OF_DAYS, OPENS, complete_hours
from importers.profile import Profile, matches
from importers.reading import Row
from importers.reading.limits import MAX_CELL
from importers.report import ImportReport, place_of
from importers.words import Words

#: Rows that are gone through together.
CHUNK = 2_000
#: Marks a row whose name was made up.
MADE = "name_made"


class Record(NamedTuple):
    """A row to be used: its place among the table's rows, its number in the file, and its texts by field."""

    place: int
    row: int
    texts: Mapping[str, str]


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
_ASIDE = re.compile("|".join(one.pattern for one in (_TOTAL, _END, _REMARK)), re.IGNORECASE)


def begins_aside(text: str) -> bool:
    """Tell whether a row whose first text this is may be one of those of :func:`is_aside`."""
    return _ASIDE.match(text) is not None


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


def _put_together(one: str, other: str, join: str) -> str:
    if not one or not other:
        return one or other
    return one if other in one else one + join + other


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
            (column.index, field, profile.values.get(column.heading) or profile.values.get(field))
            for field, columns in table.fields().items()
            for column in columns
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
        narrow._columns = [column for column in self._columns if column[1] in wanted]
        return narrow

    def stated(self, *prefixes: str) -> list[str]:
        """Return the fields with one of these prefixes that columns, constants or rules may state."""
        return [field for field in self._stated if field.startswith(prefixes)]

    def heading(self, field: str) -> str:
        """Return the heading a field comes from, or the field's own name where no column gives it."""
        return self._headings.get(field, field)

    def is_header(self, row: Row) -> bool:
        """Tell whether a row is the header again, or that of another table below: most of it are known headings."""
        found = sum([cell.__class__ is str and cell in self._known for cell in row.cells])
        return found >= 2 and 2 * found > sum(cell is not None and cell != "" for cell in row.cells)

    def records(self, report: ImportReport) -> Iterator[Record | None]:
        """Yield each row that is to be used, ``None`` for one that is not; count and note it in the report."""
        made = start = 0
        for rows in chunks(self._table.rows(), CHUNK):
            for record in self.records_of(rows, report, start):
                made += record is not None and MADE in record.texts
                yield record
            start += len(rows)
        note_made(made, report)

    def records_of(self, rows: Sequence[Row], report: ImportReport, start: int = 0) -> Iterator[Record | None]:
        """Do as :meth:`records` does with rows that follow one another, the first of which is at ``start``."""
        cells = Cells(rows)
        blank, long = cells.blank(self._table.numbering), cells.too_long()
        doubtful = blank | long | cells.having_two(self._known)
        doubtful.update(place for place, text in enumerate(cells.first_texts()) if begins_aside(text))
        for place, (row, texts) in enumerate(zip(rows, self._texts(cells), strict=True)):
            if place in doubtful or row.problem is not None or row.joined:
                used = self._is_used(row, report, empty=place in blank, long=place in long)
            else:
                used = True
            if used:
                report.rows.read += 1
                report.rows.skipped += texts is None
            yield Record(start + place, row.number, texts) if used and texts is not None else None

    def _is_used(self, row: Row, report: ImportReport, *, empty: bool, long: bool) -> bool:
        """Tell whether a row is one of the list; count and note one that is not."""
        rows = report.rows
        if row.joined:
            sheet, first = place_of(row.joined, report.sheets)
            report.add("info", Message("row_joined", {"first": f"{sheet} {first}".strip()}), row=row.number)
            rows.skipped += 1
        elif row.problem is not None:
            report.reject(row.problem, row=row.number)
        elif empty:
            if all(cell is None or cell == "" for cell in row.cells):
                return False
            rows.skipped += 1
        elif long:
            heading, length = self._too_long(row)
            report.reject(Message("row_cell_too_long", {"length": length}), row=row.number, column=heading)
        elif is_aside(row):
            report.add("info", "row_total", row=row.number)
            rows.skipped += 1
        elif self.is_header(row):
            report.add("warning", "row_other_header", row=row.number)
            rows.skipped += 1
        else:
            return True
        rows.read += 1
        return False

    def _too_long(self, row: Row) -> tuple[str, int]:
        """Return the heading and the length of the first cell that is too long."""
        long = ((index, len(cell)) for index, cell in enumerate(row.cells) if isinstance(cell, str))
        index, length = next((index, length) for index, length in long if length > MAX_CELL)
        headings = self._table.headings
        return headings[index] if index < len(headings) else str(index + 1), length

    def texts(self, rows: Sequence[Row]) -> Iterator[dict[str, str] | None]:
        """Yield rows as texts by field, those that say something; ``None`` for a row that the profile skips.

        Of a row that cannot be read, or that has a cell too long to be taken, nothing is said.
        """
        cells = Cells(rows)
        long = cells.too_long()
        for place, (row, texts) in enumerate(zip(rows, self._texts(cells), strict=True)):
            yield {} if row.problem is not None or place in long else texts

    def _texts(self, cells: Cells) -> Iterator[dict[str, str] | None]:
        columns = self._by_field(cells)
        fields = tuple(columns)
        every = zip(*columns.values(), strict=True) if columns else repeat((), len(cells.rows))
        for row, said in zip(cells.rows, every, strict=True):
            texts = {field: text for field, text in zip(fields, said, strict=True) if text}
            yield self._completed(texts) if self._applied(row.cells, texts) else None

    def _by_field(self, cells: Cells) -> dict[str, Sequence[str]]:
        """Return the columns that feed a field, as texts, several of one field put together."""
        found: dict[str, Sequence[str]] = {}
        for index, field, values in self._columns:
            texts = cells.texts(index)
            if values:
                texts = [values.get(key_of(text) or text, text) if text else "" for text in texts]
            if field in found:
                join = self._profile.join.get(field, JOIN)
                texts = [_put_together(one, other, join) for one, other in zip(found[field], texts, strict=True)]
            found[field] = texts
        return found

    def _applied(self, cells: Sequence[object], texts: dict[str, str]) -> bool:
        """Apply the profile's constants and rules to a row; tell whether it is not to be skipped."""
        profile = self._profile
        if profile.skip and any(
            matches(patterns, self._tested[name](cells, texts)) for name, patterns in profile.skip.items()
        ):
            return False
        for field, text in profile.constants.items():
            texts.setdefault(field, text)
        for rule in profile.rules:
            if all(matches(patterns, self._tested[name](cells, texts)) for name, patterns in rule.when.items()):
                texts.update(rule.set)
        return True

    def _completed(self, texts: dict[str, str]) -> dict[str, str]:
        if self._words is None or not texts:
            return texts
        if self._joins_hours:
            complete_hours(texts)
        if self.reads_types:
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
