"""A file with several tables: which hold places, which add to them, which are something else; and one table of all.

Tables come from several worksheets or layers, or stand below one another on one worksheet, each with a title that says
what its places are. What is no table of places is left out, and the report says why.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Literal

from geodata.messages import Message
from importers.areacodes import only_ends_like_area
from importers.beside import apart
from importers.cleaning import cell_text, key_of
from importers.columns import Column, Note, Table, heading_index, require_columns, table_of
from importers.headers import is_numbering
from importers.joining import Joiner, Placed
from importers.profile import Profile
from importers.reading import Grid, Row, Source
from importers.report import SHEET_STEP
from importers.sections import Section, sections_of
from importers.words import Words, catalogue

#: Larger text files are streamed and taken as one table.
MAX_STACKED_BYTES = 5_000_000
#: Fields that a list of contacts has as well; a table of places has more.
_CONTACTS = frozenset({"name", "phone", "note", "website", "source_key", "address"})
_WHERE = ("address", "street", "lon", "lat", "lonlat")
_TITLE = re.compile(
    r"^(?:[（(]?[一二三四五六七八九十\d]+[)）、.．]\s*|附[件表]\s*\d*[:：]?\s*)|[（(]\s*共?\d+\s*[个处家]?\s*[）)]$"
    r"|[（(]\s*(?:截至|截止)?\s*(?:19|20)\d\d\s*(?:年度?)?(?:\s*\d{1,2}月)?(?:\s*\d{1,2}日)?\s*[）)]$"
    r"|(?:一览|名单|明细|汇总|统计|信息|情况)?(?:表|清单|名单|列表|名录|台账|台帐|一览)$"
)
_AREA = re.compile(r".{1,12}(?:区|街道|镇|乡|村|社区|市|县)|.* (?:district|region|county)", re.IGNORECASE)

#: The area that a title begins with: 芝罘区户外劳动者服务站点.
_AREA_BEFORE = re.compile(r"([一-鿿]{2,6}?(?:区|县|街道|镇|乡))(?=[一-鿿]{2})")
_NO_AREA = re.compile("地[区市]$")


@dataclass(slots=True)
class _Part:
    """One of the tables, and what becomes of it."""

    number: int
    sheet: int
    sheet_name: str
    section: Section
    table: Table
    use: Literal["places", "adds", "left_out"] = "places"
    reason: Message | None = None
    joined: int = 0
    targets: list[int] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.section.title or self.sheet_name

    @property
    def features(self) -> bool:
        """Whether the table is a layer of a map."""
        return self.table.features

    def fields(self) -> set[str]:
        return set(self.table.fields())

    def share(self, names: Sequence[str]) -> float:
        """Return the share of rows that have one of some fields."""
        columns = [column.index for name in names for column in self.table.fields().get(name, ())]
        rows = self.section.rows
        return sum(any(cell_text(row.cell(index)) for index in columns) for row in rows) / len(rows)


def stacked_table(source: Source, words: Words, profile: Profile) -> Table | None:
    """Return one table of all the places of a file of several tables; ``None`` if it has only one.

    The table with most known columns and those on the same sheet hold places. A table on another sheet adds to them
    (phones, say) if half of its rows or more are among them; tables beside it that know no more than names, addresses
    and phones are no places. Rows of two tables with the same name and address become one.

    Raises
    ------
    ProfileError
        If the profile names a column that no table has.
    """
    if source.format == "csv" and source.path.stat().st_size > MAX_STACKED_BYTES:
        return None
    parts, unread = _parts(source, words, profile)
    if len(parts) + len(unread) < 2 or not parts:
        return None
    for part in parts:
        _reject_others(part, words)
    _reject_hidden(parts)
    candidates = [part for part in parts if part.use != "left_out"]
    if not candidates:
        return None
    main = max(candidates, key=lambda part: (len(part.fields()), len(part.section.rows))).sheet
    notes = [Note("info", Message("sheet_without_table", {"sheet": name})) for name in unread]
    return _Stack(source, parts, main, words, profile, notes).table()


def _parts(source: Source, words: Words, profile: Profile) -> tuple[list[_Part], list[str]]:
    """Return the tables of a file, and the names of sheets on which none was found."""
    others = (heading for signs in catalogue()["no_places"].values() for heading in signs["headings"])
    known = {*heading_index("sites"), *map(key_of, others)}
    parts: list[_Part] = []
    unread: list[str] = []
    for sheet, grid in enumerate(source.grids):
        before = len(parts)
        stacked = sections_of(grid, known, profile.headings(), words)
        for section in chain.from_iterable(map(apart, stacked)):
            headed = replace(grid, rows=section.rows.__iter__, headings=section.header.headings)
            table = table_of(headed, "sites", words, profile)
            if table is not None:
                parts.append(_Part(len(parts), sheet, grid.name, section, table))
        if len(parts) == before:
            unread.append(grid.name)
    return parts, unread


def _reject_others(part: _Part, words: Words) -> None:
    """Leave a table out whose title, headings or rows say that it lists something else than places."""
    params = {"table": part.name, "rows": len(part.section.rows)}
    fields, title = part.fields(), key_of(part.section.title)
    headings = {key_of(heading) for heading in part.table.headings if heading}
    places = words.find("kinds", part.section.title) is not None
    for subject, signs in catalogue()["no_places"].items():
        found = len(headings & {key_of(heading) for heading in signs["headings"]})
        titled = not places and any(title.endswith(key_of(word)) for word in signs["titles"])
        if titled or found > 1 or (found and not fields & {"name", *_WHERE[2:]}):
            part.use, part.reason = "left_out", Message(f"table_of_{subject}", params)
            return
    if part.features:
        return
    if "name" not in fields and not fields & set(_WHERE):
        part.use, part.reason = "left_out", Message("table_no_names", params)
    elif fields <= {"name"} or not part.share([name for name in fields if name not in ("name", "label", "kind")]):
        part.use, part.reason = "left_out", Message("table_only_names", params)


def _reject_hidden(parts: Sequence[_Part]) -> None:
    """Leave tables on hidden sheets out (choices of cells, what is past), unless all that is of use is hidden."""
    used = [part for part in parts if part.use != "left_out"]
    hidden = [part for part in used if "hidden" in part.table.grid.facts]
    for part in hidden if len(hidden) < len(used) else ():
        part.use = "left_out"
        part.reason = Message("table_hidden", {"table": part.name, "rows": len(part.section.rows)})


def _is_area(text: str) -> bool:
    """Tell whether what ends like the name of an area is one."""
    return not (_NO_AREA.search(text) or only_ends_like_area(text))


class _Stack:
    """All tables of a file in one: the columns of each, its rows, and what titles say."""

    def __init__(
        self, source: Source, parts: list[_Part], main: int, words: Words, profile: Profile, notes: list[Note]
    ) -> None:
        self._source, self._parts, self._main = source, parts, main
        self._words, self._profile = words, profile
        self._columns: dict[tuple[str, str], int] = {}
        self._notes = notes
        self._rows: list[Placed] = []

    def table(self) -> Table:
        require_columns(self._profile, [heading for part in self._parts for heading in part.table.headings])
        for part in self._parts:
            own = {column.index: column.field for column in part.table.columns}
            part.targets = [
                self._columns.setdefault((heading, own.get(index, "")), len(self._columns))
                for index, heading in enumerate(part.table.headings)
            ]
        titles = self._titles()
        headings = [heading for heading, _ in self._columns]
        fields = [name for _, name in self._columns]
        joiner = Joiner(headings, fields)
        for part in self._parts:
            if part.sheet == self._main and part.use != "left_out":
                self._take(part, joiner, titles)
        for sheet in sorted({part.sheet for part in self._parts} - {self._main}):
            self._further(
                [part for part in self._parts if part.sheet == sheet and part.use != "left_out"], joiner, titles
            )
        self._rows.sort(key=lambda row: row.number)
        self._notes += joiner.notes
        for part in self._parts:
            if part.reason:
                self._notes.append(Note("info", part.reason, self._number(part, part.section.header.first or None)))
            self._notes += [
                Note("info", Message("row_note_left_out"), self._number(part, row.number), None, _text(row))
                for row in part.section.notes
                if part.use != "left_out"
            ]
        return self._table(headings, fields)

    def _further(self, parts: list[_Part], joiner: Joiner, titles: dict[int, dict[int, str]]) -> None:
        """Decide on the tables of another sheet: more places, more about the places, or something else."""
        for part in parts:
            known = sum(joiner.knows(row) for row in self._placed(part, {}))
            if not part.features and 2 * known >= len(part.section.rows):
                part.use = "adds"
        adding = any(part.use == "adds" for part in parts)
        for part in parts:
            params = {"table": part.name, "rows": len(part.section.rows)}
            if part.use == "adds":
                self._add(part, joiner)
            elif adding and part.fields() <= _CONTACTS:
                part.use, part.reason = "left_out", Message("table_beside_contacts", params)
            elif not part.features and part.share((*_WHERE, "opening_hours")) < 0.5:
                part.use, part.reason = "left_out", Message("table_without_addresses", params)
            else:
                self._take(part, joiner, titles)

    def _take(self, part: _Part, joiner: Joiner, titles: dict[int, dict[int, str]]) -> None:
        for row in self._placed(part, titles.get(part.number, {})):
            if not (row.problem or row.joined or part.features):
                joiner.add(row)
            part.joined += bool(row.joined)
            self._rows.append(row)

    def _add(self, part: _Part, joiner: Joiner) -> None:
        for row in self._placed(part, {}):
            if joiner.complete(row):
                part.joined += 1
            else:
                names = (cell_text(row.cells[index]) for (_, name), index in self._columns.items() if name == "name")
                name = next((text for text in names if text), "")
                self._notes.append(Note("warning", Message("row_adds_to_none"), row.number, None, name))

    def _placed(self, part: _Part, fixed: dict[int, str]) -> Iterator[Placed]:
        for row in part.table.filled(part.section.rows):
            cells: list[object] = [None] * len(self._columns)
            for index, target in enumerate(part.targets):
                value = row.cell(index)
                if cells[target] is None:
                    cells[target] = value
            for target, text in fixed.items():
                cells[target] = text
            number, joined = self._number(part, row.number), self._number(part, row.joined or None)
            yield Placed(number or 0, part.number, cells, row.problem, joined or 0)

    def _number(self, part: _Part, row: int | None) -> int | None:
        return None if row is None else part.sheet * SHEET_STEP + row

    def _titles(self) -> dict[int, dict[int, str]]:
        """Return what the titles of stacked tables say, as texts for further columns, by part."""
        titled = [part for part in self._parts if part.use != "left_out" and self._title(part)]
        found: dict[int, dict[int, str]] = {}
        if len({self._title(part) for part in titled}) < 2:
            return found
        for part in titled:
            said = self._said(part, self._title(part))
            own = part.fields()
            found[part.number] = {
                self._columns.setdefault((f"title.{name}", name), len(self._columns)): text
                for name, text in said.items()
                if name not in own or name == "label"
            }
        return found

    def _title(self, part: _Part) -> str:
        """Return the title of a table; a sheet's or layer's name where that is a kind of place or an area."""
        if part.section.title:
            return clean_title(part.section.title)
        name = clean_title(part.sheet_name)
        known = any(self._words.find(group, name) for group in ("kinds", "facilities"))
        return name if known or (_AREA.fullmatch(name) and _is_area(name)) else ""

    def _said(self, part: _Part, title: str) -> dict[str, str]:
        """Return what a title says, by field: the programme or the area, the kind, and a facility if it is one."""
        words = self._words
        if _AREA.fullmatch(title):
            return {"area": title}
        facility = next(
            (code for text in (title, *part.section.marks) if (code := words.find("facilities", text))), None
        )
        kinds = (words.find("kinds", text) for text in (title, *part.section.marks))
        kind = next((code for code in kinds if code), None) or words.kind_within(title)
        said = {"label": title}
        area = _AREA_BEFORE.match(title)
        if area and _is_area(area[1]) and words.kind_within(title[area.end() :]):
            said["area"] = area[1]
        if kind or facility:
            said["kind"] = kind or "public_facility"
        if facility and not kind:
            said[f"facilities.{facility}"] = "yes"
        return said

    def _table(self, headings: list[str], fields: list[str]) -> Table:
        rows = [
            Row(row.number, [None] * len(headings) if row.joined else row.cells, row.problem, row.joined)
            for row in self._rows
        ]
        used = [part for part in self._parts if part.use != "left_out"]
        unknown = dict.fromkeys(heading for part in used for heading in part.table.unknown)
        first = used[0].table.grid
        grid = Grid(name="", rows=rows.__iter__, headings=tuple(headings), facts=first.facts, doubts=first.doubts)
        feeding = {target for part in used for target in part.targets}
        columns = tuple(
            Column(index, headings[index], name)
            for index, name in enumerate(fields)
            if name and (index in feeding or headings[index].startswith("title."))
        )
        numbering = frozenset(index for index, heading in enumerate(headings) if is_numbering(heading))
        kinds = Counter(
            cell_text(row.cells[index])
            for index, heading in enumerate(headings)
            if heading == "title.kind"
            for row in self._rows
            if cell_text(row.cells[index])
        )
        likely = kinds.most_common(1)[0][0] if kinds else ""
        parts = tuple(self._summary(part) for part in self._parts)
        sheets = tuple(grid.name for grid in self._source.grids) if len(self._source.grids) > 1 else ()
        return Table(
            grid, tuple(headings), 0, columns, tuple(unknown), numbering, "sites",
            parts=parts, notes=tuple(self._notes), sheets=sheets, likely_kind=likely,
            features=any(part.features for part in used),
        )  # fmt: skip

    @staticmethod
    def _summary(part: _Part) -> dict[str, object]:
        return {
            "sheet": part.sheet_name,
            "title": part.section.title,
            "header_row": part.section.header.row,
            "rows": len(part.section.rows),
            "use": part.use,
            "joined": part.joined,
            "reason": part.reason.texts() if part.reason else None,
            "columns": {column.heading: column.field for column in part.table.columns},
        }


def clean_title(title: str) -> str:
    """Return a title without its number and without 一览表, 名单 and their like: the name of the programme."""
    text = title.strip()
    while (shorter := _TITLE.sub("", text).strip()) and shorter != text:
        text = shorter
    return text


def _text(row: Row) -> str:
    return " ".join(text for cell in row.cells if (text := cell_text(cell)))
