"""Import the unions that run places: district, town or street, grass-roots, and which belongs to which."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from geodata.errors import ValueUnusableError
from geodata.hours import parse_hours
from geodata.messages import Message
from geodata.organisations import CODE, Organisation, Organisations, level_of_name, name_key, short_key
from geodata.sites import CODE_ALPHABET, Hours
from geodata.store import Store
from geodata.vocabulary import Vocabulary
from importers.cleaning import parse_web_address, says_nothing
from importers.extracting import Record
from importers.hierarchy import level_columns, parents_told, plain_name
from importers.opening import Opened, Progress, batch, open_grid
from importers.phones import read_phones
from importers.places import AreaAssigner
from importers.profile import Profile
from importers.reading import open_source
from importers.report import EXIT_FAILED, ImportReport

_NEEDS = ("name",)
_NAME_LENGTH, _TEXT_LENGTH = 200, 1000
_PLAIN = ("name_en", "address", "note")
_ADCODE = re.compile(r"\d{6}(?:\d{3})?(?:\d{3})?")
#: Characters of a code that is made from a name.
_MADE_LENGTH = 6


def import_organisations(
    store: Store,
    path: Path,
    *,
    profile: Path | Profile | None = None,
    source: str | None = None,
    dry_run: bool = False,
    actor: str = "import",
    progress: Progress | None = None,
    vocabulary: Vocabulary | None = None,
) -> ImportReport:
    """Bring the organisations of a list into a store, in one transaction.

    A row finds its organisation by code, or without one by name; one that has no code gets one that is made from its
    name. What a row does not state stays as it is, and nothing is deleted. What an organisation belongs to is named by
    code or name, of the store or of any row of the file, or told by the shape of the list
    (:mod:`importers.hierarchy`). Sites find the organisation that runs them by the code or the name that they state, at
    any time: nothing of them is written here.

    Parameters
    ----------
    store, path, profile, source, dry_run, actor, progress, vocabulary
        As in :func:`importers.sites.import_sites`.

    Raises
    ------
    FileError, ProfileError, StoreError
        If file, profile or store cannot be used.
    """
    file = open_source(path)
    opened = open_grid(
        level_columns(file) or file,
        "organisations",
        needs=_NEEDS,
        profile=profile,
        source=source,
        dry_run=dry_run,
        vocabulary=vocabulary,
    )
    known = Organisations(store.organisations())
    reader = _Reader(opened, known, AreaAssigner(store.areas()))
    with batch(store, opened, actor, progress) as writer:
        rows = reader.rows()
        news = reader.related(rows)
        report = opened.report
        for row, item in zip(rows, news, strict=True):
            before = known.get(row.item.code)
            report.rows.count(known=before is not None, same=before == item)
        if writer and report.exit_code != EXIT_FAILED:
            writer.put_organisations(news)
    return opened.report


@dataclass(slots=True)
class _Row:
    """An organisation as its row describes it, and what the row says that it belongs to."""

    row: int
    item: Organisation
    parent: str
    column: str = field(default="parent")


class _Reader:
    """Goes through the rows of one list."""

    def __init__(self, opened: Opened, known: Organisations, assigner: AreaAssigner) -> None:
        self._opened = opened
        self._report = opened.report
        self._words = opened.words
        self._known = known
        self._assigner = assigner
        self._first: dict[str, int] = {}
        self._parents, told_by = parents_told(opened)
        if self._parents:
            self._report.add("info", f"organisation_tree_by_{told_by}")

    def rows(self) -> list[_Row]:
        """Return the organisations of all rows that can be used; all else is noted and counted."""
        found: list[_Row] = []
        for record in self._opened.records():
            row = self._row(record)
            if row is None:
                continue
            first = self._first.setdefault(row.item.code, record.row)
            if first != record.row:
                message = Message("organisation_twice", {"first": first})
                self._report.reject(message, row=record.row, value=row.item.name)
            else:
                found.append(row)
        return found

    def related(self, rows: list[_Row]) -> list[Organisation]:
        """Return the organisations of rows with what they belong to, which any other row or the store may have."""
        news = {row.item.code: row.item for row in rows}
        everything = Organisations([*(item for item in self._known.items if item.code not in news), *news.values()])
        for row in rows:
            if row.parent:
                news[row.item.code] = replace(row.item, parent=self._parent(row, everything))
        return self._without_circles(rows, news)

    def _parent(self, row: _Row, everything: Organisations) -> str | None:
        found = everything.get(row.parent) or everything.named(row.parent)
        if found is None:  # 烟台市总, 幸福街道
            wordings = (f"{row.parent}工会", f"{row.parent}总工会")
            found = next((item for item in map(everything.named, wordings) if item is not None), None)
        if found is not None and found.code != row.item.code:
            return found.code
        code = "organisation_parent_unknown" if found is None else "organisation_parent_itself"
        self._report.add("warning", code, row=row.row, column=self._heading("parent"), value=row.parent)
        before = self._known.get(row.item.code)
        return before.parent if before is not None else None

    def _without_circles(self, rows: list[_Row], news: dict[str, Organisation]) -> list[Organisation]:
        """Take away what makes an organisation belong to itself in the end, row by row in the order of the file."""
        parents = {item.code: item.parent for item in self._known.items}
        result: list[Organisation] = []
        for row in rows:
            item = news[row.item.code]
            step, seen = item.parent, {item.code}
            while step is not None and step not in seen:
                seen.add(step)
                step = parents.get(step)
            if step is not None:
                value = row.parent or item.parent
                self._report.add(
                    "warning", "organisation_circle", row=row.row, column=self._heading("parent"), value=value
                )
                item = replace(item, parent=None)
            parents[item.code] = item.parent
            result.append(item)
        return result

    def _heading(self, name: str) -> str:
        return self._opened.extractor.heading(name)

    def _row(self, record: Record) -> _Row | None:
        texts = {name: text for name, text in record.texts.items() if not says_nothing(text)}
        name = " ".join(plain_name(texts.get("name", "")).split())
        if not name or len(name) > _NAME_LENGTH:
            message = Message("row_name_too_long", {"limit": _NAME_LENGTH}) if name else Message("row_no_name")
            self._report.reject(message, row=record.row, column=self._heading("name"), value=name or None)
            return None
        code = self._code(record, texts, name)
        if code is None:
            return None
        before = self._known.get(code)
        item = before or Organisation(code, name, level=level_of_name(name))
        values: dict[str, Any] = {"name": name, "source": before.source if before else self._report.source}
        values |= self._stated(record, texts)
        return _Row(record.row, replace(item, **values), texts.get("parent", "") or self._parents.get(record.row, ""))

    def _code(self, record: Record, texts: Mapping[str, str], name: str) -> str | None:
        """Return the code of a row, that of the organisation of its name, or a new one; ``None`` if it is unusable."""
        if text := texts.get("code", ""):
            code = text.replace(" ", "").upper()
            if CODE.fullmatch(code):
                return code
            self._report.reject("organisation_code_wrong", row=record.row, column=self._heading("code"), value=text)
            return None
        if (found := self._known.named(name)) is not None:
            return found.code
        if sum(short_key(item.name) == short_key(name) for item in self._known.items) > 1:
            self._report.reject("organisation_ambiguous", row=record.row, column=self._heading("name"), value=name)
            return None
        return made_code(name)

    def _stated(self, record: Record, texts: Mapping[str, str]) -> dict[str, Any]:
        """Return what a row states beside code, name and what it belongs to."""
        values: dict[str, Any] = {name: texts[name][:_TEXT_LENGTH] for name in _PLAIN if name in texts}
        if "phone" in texts:
            values["phone"], people = read_phones(texts["phone"])
            if people:
                self._warn(record, "phone", Message("phone_of_a_person"))
        if "level" in texts:
            level = self._words.find("organisation_levels", texts["level"])
            if level is not None:
                values["level"] = level
            else:
                expected = ", ".join(self._words.codes("organisation_levels"))
                self._warn(
                    record, "level", Message("value_unknown_word", {"word": texts["level"], "expected": expected})
                )
        if "area" in texts:
            values["area"] = self._area(texts["area"])
        if "opening_hours" in texts:
            values["hours"] = self._hours(record, texts["opening_hours"])
        if "website" in texts:
            try:
                values["website"] = parse_web_address(texts["website"])
            except ValueUnusableError as error:
                self._warn(record, "website", error.message)
        return values

    def _warn(self, record: Record, name: str, message: Message) -> None:
        value = record.texts.get(name)
        self._report.add("warning", message, row=record.row, column=self._heading(name), value=value)

    def _area(self, text: str) -> str:
        return text if _ADCODE.fullmatch(text) else self._assigner.by_name(text) or text

    def _hours(self, record: Record, text: str) -> Hours:
        parsed = parse_hours(text)
        for message in (parsed.reason, *parsed.notices):
            if message is not None:
                column = self._heading("opening_hours")
                self._report.add("info", message, row=record.row, column=column, value=text)
        return Hours(parsed.osm, text)


def made_code(name: str) -> str:
    """Return the code of an organisation whose list gives none: the same name always gets the same one."""
    number = int.from_bytes(hashlib.sha256(name_key(name).encode()).digest()[:8], "big")
    letters = ""
    for _ in range(_MADE_LENGTH):
        number, place = divmod(number, len(CODE_ALPHABET))
        letters += CODE_ALPHABET[place]
    return f"U-{letters}"
