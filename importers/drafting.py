"""A row's texts into a draft: the parts of a site that the row states, each checked; what was wrong is noted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar, get_args

from geodata.datum import convert_point
from geodata.errors import ValueUnusableError
from geodata.hours import ParsedHours, parse_hours
from geodata.messages import Message
from geodata.sites import Access, Amenity, Award, Basis, Closure, Datum, Entrance, Hours, Precision, Value
from importers.cleaning import (
    parse_count,
    parse_date,
    parse_number,
    parse_web_address,
    says_nothing,
    split_list,
)
from importers.content import awards_in
from importers.coordinates import check_point, parse_degrees
from importers.extracting import Extractor
from importers.freetext import read_text
from importers.phones import read_phones, whole_number
from importers.report import ImportReport, Severity
from importers.words import Words

T = TypeVar("T")

NAME_LENGTH = 200
_SPACES = re.compile(r"\s+")
_PLAIN = ("floor", "directions", "address", "host", "operator", "note")
_NUMBERS_AND_DAYS = frozenset(
    {
        "capacity", "area_m2", "verified_on", "valid_from", "valid_to", "level", "state", "closed_from", "closed_to",
        "closure_reason",
    }
)  # fmt: skip
_ACCESS = frozenset({"access", "fee", "access_note"})
_ADCODE = re.compile(r"\d{6}(?:\d{3})?(?:\d{3})?")
_HOURS = lru_cache(maxsize=65536)(parse_hours)
_amenity = lru_cache(maxsize=4096)(Amenity)
_PRECISIONS: tuple[Precision, ...] = get_args(Precision)
_VALUES: tuple[Value, ...] = get_args(Value)
_OPEN_ALL_DAY = Hours(osm="24/7", text="24小时")


@dataclass(slots=True)
class Draft:
    """What one row states about a site.

    Attributes
    ----------
    row : int
        The row in the file.
    name, kind : str
        Always there.
    stated : dict
        Further attributes of :class:`~geodata.sites.Site`; what the row does not state is not in it.
    facilities, services : dict
        What the row says about each of them.
    listed : set of str
        The groups that a list column states as a whole.
    code, source_key : str
        The public code or the source's own key, empty where the row has none.
    area_code : str
        The code of an area that the row names, empty where it names none or only by name.
    precision : Precision, optional
        How exact the row says its coordinates are.
    search : str
        What a site of these names is found by, empty where that was not made yet.
    """

    row: int
    name: str
    kind: str
    stated: dict[str, Any] = field(default_factory=dict)
    facilities: dict[str, Amenity] = field(default_factory=dict)
    services: dict[str, Amenity] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)
    code: str = ""
    source_key: str = ""
    area_code: str = ""
    precision: Precision | None = None
    search: str = ""


class Drafter:
    """Makes drafts of the rows of one file and notes issues in its report."""

    def __init__(
        self, words: Words, extractor: Extractor, report: ImportReport, kind: str | None, datum: Datum
    ) -> None:
        self._words = words
        self._extractor = extractor
        self._report = report
        self._kind = kind
        self._datum = datum
        self._award_columns = extractor.stated("award:")
        self._single_amenities = extractor.reads_types or bool(extractor.stated("facilities.", "services."))

    def draft(self, row: int, texts: Mapping[str, str]) -> Draft | None:
        """Return the draft of a row; ``None`` if it has no usable name or kind, which is noted as a rejection."""
        name = _SPACES.sub(" ", texts.get("name", "")).strip()
        if not name or says_nothing(name):
            self._reject("row_no_name", row, "name", texts.get("name"))
            return None
        if len(name) > NAME_LENGTH:
            self._reject("row_name_too_long", row, "name", name, limit=NAME_LENGTH)
            return None
        reader = _RowReader(self._words, self._extractor, self._report, row, texts)
        kind = reader.coded("kind", "kinds") or self._kind
        if kind is None:
            expected = ", ".join(self._words.codes("kinds"))
            self._reject("row_no_kind", row, "kind", texts.get("kind"), expected=expected)
            return None
        draft = Draft(row, name, kind, code=texts.get("code", "").upper(), source_key=texts.get("source_key", ""))
        draft.precision = reader.precision()
        self._texts(reader, draft)
        self._labels(texts, draft)
        if not _NUMBERS_AND_DAYS.isdisjoint(texts):
            self._numbers_and_days(reader, draft)
        self._hours(reader, draft)
        if not _ACCESS.isdisjoint(texts):
            self._access(reader, draft)
        self._amenities(reader, draft)
        if "entrance_lon" in texts:
            self._entrance(reader, draft)
        return draft

    def _reject(self, code: str, row: int, field: str, value: str | None, **params: Any) -> None:
        self._report.reject(Message(code, params), row=row, column=self._extractor.heading(field), value=value)

    def _texts(self, reader: _RowReader, draft: Draft) -> None:
        for name in _PLAIN:
            if name in reader.texts and (text := reader.text(name)):
                draft.stated[name] = text
        if phone := reader.parsed("phone", whole_number):
            numbers, people = read_phones(phone)
            if numbers:
                draft.stated["phone"] = numbers
            if people:
                reader.note("info", Message("phone_of_a_person"), "phone")
        if code := reader.text("operator_code"):
            draft.stated["operator_code"] = code
        if area := reader.text("area"):
            if _ADCODE.fullmatch(area):
                draft.area_code = area
            else:
                draft.stated["area_name"] = area
        if website := reader.parsed("website", parse_web_address):
            draft.stated["website"] = website
        if names := reader.text("former_names"):
            draft.stated["former_names"] = tuple(split_list(names))
        awards: list[Award] = []
        if text := reader.text("awards"):
            awards += [self._award(reader, item) for item in _items(text)]
        awards += self._headed_awards(reader)
        awards += [self._named_award(text) for text in awards_in(draft.name)]
        if awards:  # of those with one name the first
            draft.stated["awards"] = tuple({award.name: award for award in reversed(awards)}.values())[::-1]

    def _award(self, reader: _RowReader, text: str) -> Award:
        """Return an award written as ``name|level|year``; level and year may be missing."""
        name, level, year = (part.strip() for part in (text + "||").split("|")[:3])
        code = self._words.find("levels", level) if level else self._words.level_within("levels", name)
        if level and code is None:
            reader.unknown("awards", level, self._words.codes("levels"))
        return Award(name, code, int(year) if re.fullmatch(r"(?:19|20)\d\d", year) else None)

    def _headed_awards(self, reader: _RowReader) -> Iterator[Award]:
        """Yield the awards that columns are headed by, and whose cell says yes or a year."""
        for column in self._award_columns:
            text = reader.texts.get(column, "")
            name = column.removeprefix("award:")
            year = re.match(r"(?:19|20)\d\d", text)
            if year or self._words.value(text) == "yes":
                yield Award(name, self._words.level_within("levels", name), int(year[0]) if year else None)

    def _named_award(self, text: str) -> Award:
        year = re.search(r"(?:19|20)\d\d", text)
        return Award(text, self._words.level_within("levels", text), int(year[0]) if year else None)

    def _labels(self, texts: Mapping[str, str], draft: Draft) -> None:
        labels = split_list(texts["label"]) if "label" in texts else []
        if not labels and self._words.is_programme(texts.get("kind", "")):
            labels = [texts["kind"]]
        if labels:
            draft.stated["labels"] = tuple(dict.fromkeys(labels))

    @staticmethod
    def _numbers_and_days(reader: _RowReader, draft: Draft) -> None:
        found: dict[str, Any] = {
            "capacity": reader.parsed("capacity", parse_count),
            "area_m2": reader.parsed("area_m2", parse_number),
            "verified_on": reader.parsed("verified_on", parse_date),
            "valid_from": reader.parsed("valid_from", parse_date),
            "valid_to": reader.parsed("valid_to", parse_date),
            "level": reader.coded("level", "levels"),
            "state": reader.coded("state", "states"),
        }
        start, end = found["valid_from"], found["valid_to"]
        if start and end and start > end:
            reader.note("warning", _reversed(start, end), "valid_to")
            found["valid_from"] = found["valid_to"] = None
        draft.stated |= {name: value for name, value in found.items() if value is not None}
        closed_from, closed_to = reader.parsed("closed_from", parse_date), reader.parsed("closed_to", parse_date)
        reason = reader.text("closure_reason")
        if closed_from and closed_to and closed_from > closed_to:
            reader.note("warning", _reversed(closed_from, closed_to), "closed_to")
        elif closed_from or closed_to:
            draft.stated["closures"] = (Closure(closed_from, closed_to, reason),)

    @staticmethod
    def _hours(reader: _RowReader, draft: Draft) -> None:
        text = reader.text("opening_hours")
        if text:
            parsed: ParsedHours = _HOURS(text)
            draft.stated["hours"] = Hours(parsed.osm, text)
            for message in (parsed.reason, *parsed.notices):
                if message is not None:
                    reader.note("info", message, "opening_hours")
        elif reader.text("open24") and reader.value("open24") == "yes":
            draft.stated["hours"] = _OPEN_ALL_DAY

    def _access(self, reader: _RowReader, draft: Draft) -> None:
        ways: dict[str, None] = {}
        for item in split_list(reader.text("access")):
            code = self._words.find("access", item)
            if code is None:
                reader.unknown("access", item, self._words.codes("access"))
            else:
                ways[code] = None
        fee, note = reader.coded("fee", "fees"), reader.text("access_note")
        if ways or fee or note:
            draft.stated["access"] = Access(tuple(ways), fee, note)

    def _amenities(self, reader: _RowReader, draft: Draft) -> None:
        as_of: date | None = draft.stated.get("verified_on")
        basis: Basis = "verified" if reader.coded("basis", "bases") == "verified" else "claimed"
        groups = {"facilities": draft.facilities, "services": draft.services}
        for group, found in groups.items():
            if group not in reader.texts:
                continue
            for said in read_text(reader.text(group), self._words):
                if said.code:
                    groups[said.group][said.code] = _amenity(said.value, basis, as_of)
                elif not says_nothing(said.item):
                    message = Message(f"{group}_unknown", {"word": said.item[:80]})
                    reader.note("warning", message, group, said.item)
            if found:
                draft.listed.add(group)
        for name in reader.texts if self._single_amenities else ():
            group, _, code = name.partition(".")
            if code and group in groups and (value := reader.value(name)):
                groups[group][code] = _amenity(value, basis, as_of)

    def _entrance(self, reader: _RowReader, draft: Draft) -> None:
        lon, lat = reader.parsed("entrance_lon", parse_degrees), reader.parsed("entrance_lat", parse_degrees)
        if lon is None or lat is None:
            return
        given = check_point(lon, lat)
        if given.note:
            reader.note("warning", given.note, f"entrance_{given.field}")
        if given.lon is not None and given.lat is not None:
            draft.stated["entrance"] = Entrance(*convert_point(given.lon, given.lat, self._datum, "wgs84"))


class _RowReader:
    """The texts of one row, read with checks; what is wrong goes into the report."""

    def __init__(
        self, words: Words, extractor: Extractor, report: ImportReport, row: int, texts: Mapping[str, str]
    ) -> None:
        self.texts = texts
        self._words = words
        self._extractor = extractor
        self._report = report
        self._row = row

    def text(self, field: str) -> str:
        """Return a field's text, empty where it only says that there is nothing; hours keep even that."""
        text = self.texts.get(field)
        if text is None:
            return ""
        return "" if field != "opening_hours" and says_nothing(text) else text

    def note(self, severity: Severity, message: Message, field: str, value: str | None = None) -> None:
        """Note an issue about a field of this row."""
        shown = self.texts.get(field) if value is None else value
        self._report.add(severity, message, row=self._row, column=self._extractor.heading(field), value=shown)

    def parsed(self, field: str, parse: Callable[[str], T]) -> T | None:
        """Return the value of a field, ``None`` without one or with one that cannot be used, which is noted."""
        text = self.text(field)
        if not text:
            return None
        try:
            return parse(text)
        except ValueUnusableError as error:
            self.note("warning", error.message, field)
            return None

    def coded(self, field: str, group: str) -> str | None:
        """Return the code that a field's text means in a group of the vocabulary."""
        text = self.texts.get(field, "")
        if not text:
            return None
        code = self._words.find(group, text) or self._words.level_within(group, text)
        if code is None and not says_nothing(text):
            self.unknown(field, text, self._words.codes(group))
        return code

    def unknown(self, field: str, text: str, expected: list[str]) -> None:
        """Note that a word is not in the vocabulary."""
        message = Message("value_unknown_word", {"word": text[:80], "expected": ", ".join(expected)})
        self.note("warning", message, field, text)

    def precision(self) -> Precision | None:
        """Return how exact the row says its coordinates are, else what its geometry says."""
        found = self.coded("precision", "precisions") or self.texts.get("geometry_precision")
        return next((precision for precision in _PRECISIONS if precision == found), None) if found else None

    def value(self, field: str) -> Value | None:
        """Return what a cell says about one facility; unknown is nothing stated."""
        found = self._words.value(self.texts.get(field, ""))
        if found is None:
            self.unknown(field, self.texts[field], ["yes", "no", "limited", "unknown"])
        return next((value for value in _VALUES if value == found and value != "unknown"), None)


def _reversed(start: date, end: date) -> Message:
    return Message("days_reversed", {"start": start.isoformat(), "end": end.isoformat()})


def _items(text: str) -> list[str]:
    return [item.strip() for item in re.split(r"[;；\n]+", text) if item.strip()]
