"""A row's texts into a draft: the parts of a site that the row states, each checked; what was wrong is noted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from geodata.datum import convert_point
from geodata.messages import Message
from geodata.remembering import Remembered
from geodata.sites import Access, Amenity, Basis, Closure, Datum, Entrance, Hours, Precision, Value
from importers.cleaning import says_nothing
from importers.coordinates import check_point
from importers.extracting import Extractor
from importers.freetext import GROUPS
from importers.readings import Note, Readings
from importers.report import ImportReport, Severity
from importers.words import Words

NAME_LENGTH = 200
_SPACES = re.compile(r"\s+")
#: What is stated under its own name.
_STRAIGHT = (
    "floor", "directions", "address", "host", "operator", "operator_code", "note", "phone", "website", "former_names",
    "capacity", "area_m2", "verified_on", "valid_from", "valid_to", "level", "state",
)  # fmt: skip
_DAYS = frozenset({"valid", "valid_to", "closed_from", "closed_to"})
_ACCESS = frozenset({"access", "fee", "access_note"})
_SINGLE = tuple(f"{group}." for group in GROUPS)
_ADCODE = re.compile(r"\d{6}(?:\d{3})?(?:\d{3})?")
_OPEN_ALL_DAY = Hours(osm="24/7", text="24小时")
_amenity = lru_cache(maxsize=4096)(Amenity)
#: What a text names, as (group, code, value); on which basis, as of when.
_Named = tuple[tuple[tuple[str, str, Value], ...], Basis, date | None]


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
    facilities, services : mapping
        What the row says about each of them; not to be changed, for rows that say the same share them.
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
    facilities: Mapping[str, Amenity] = field(default_factory=dict)
    services: Mapping[str, Amenity] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)
    code: str = ""
    source_key: str = ""
    area_code: str = ""
    precision: Precision | None = None
    search: str = ""


class Drafter:
    """Makes drafts of the rows of one table."""

    def __init__(self, words: Words, extractor: Extractor, kind: str | None) -> None:
        self._words = words
        self._extractor = extractor
        self._kind = kind
        self._readings = Readings(words)
        self._award_columns = extractor.stated("award:")
        self._amenities_of = Remembered(_amenities_of)
        self._single_amenities = extractor.reads_types or bool(extractor.stated(*_SINGLE))

    def draft(self, row: int, texts: Mapping[str, str], report: ImportReport, datum: Datum) -> Draft | None:
        """Return the draft of a row; ``None`` if it has no usable name or kind, which is noted as a rejection.

        ``datum`` is that of the entrance.
        """
        told = _Told(row, texts, report, self._extractor)
        name = _SPACES.sub(" ", texts.get("name", "")).strip()
        if not name or says_nothing(name):
            told.reject(Message("row_no_name"), "name")
            return None
        if len(name) > NAME_LENGTH:
            told.reject(Message("row_name_too_long", {"limit": NAME_LENGTH}), "name", name)
            return None
        readers = self._readings.readers
        values = told.values
        noted: list[tuple[str, Note]] = []
        for field_name, text in texts.items():
            if (read := readers[field_name]) is not None:
                value, notes = read(text)
                if value is not None:
                    values[field_name] = value
                if notes:
                    noted += [(field_name, note) for note in notes]
        kind = values.get("kind") or self._kind
        for field_name, note in noted:
            if kind is not None or field_name == "kind":
                told.note(note.severity, note.message, field_name, note.part)
        if kind is None:
            told.reject(Message("row_no_kind", {"expected": ", ".join(self._words.codes("kinds"))}), "kind")
            return None
        draft = Draft(row, name, kind, code=texts.get("code", "").upper(), source_key=texts.get("source_key", ""))
        draft.precision = values.get("precision") or values.get("geometry_precision")
        draft.stated = {name: values[name] for name in _STRAIGHT if name in values}
        self._complete(draft, told, datum)
        return draft

    def _complete(self, draft: Draft, told: _Told, datum: Datum) -> None:
        """Add what several fields state together."""
        values, stated = told.values, draft.stated
        if (hours := values.get("opening_hours")) is not None:
            stated["hours"] = hours
        elif values.get("open24") == "yes":
            stated["hours"] = _OPEN_ALL_DAY
        if (area := values.get("area")) is not None:
            if _ADCODE.fullmatch(area):
                draft.area_code = area
            else:
                stated["area_name"] = area
        if labels := values.get("label") or self._programme(told.texts):
            stated["labels"] = labels
        awards = [*values.get("awards", ()), *(values[name] for name in self._award_columns if name in values)]
        awards += self._readings.awards_in(draft.name)
        if awards:  # of those with one name the first
            stated["awards"] = tuple({award.name: award for award in reversed(awards)}.values())[::-1]
        if not _DAYS.isdisjoint(values):
            _keep_days(told, stated)
        if not _ACCESS.isdisjoint(values):
            ways, fee, note = values.get("access", ()), values.get("fee"), values.get("access_note", "")
            if ways or fee or note:
                stated["access"] = Access(ways, fee, note)
        self._amenities(draft, values)
        if "entrance_lon" in values and "entrance_lat" in values:
            _keep_entrance(told, stated, datum)

    def _programme(self, texts: Mapping[str, str]) -> tuple[str, ...]:
        """Return the word for the kind as a label where it is the name of a programme."""
        kind = texts.get("kind", "")
        return (kind,) if kind and self._words.is_programme(kind) else ()

    def _amenities(self, draft: Draft, values: Mapping[str, Any]) -> None:
        as_of: date | None = draft.stated.get("verified_on")
        basis: Basis = "verified" if values.get("basis") == "verified" else "claimed"
        facilities: Mapping[str, Amenity] = {}
        services: Mapping[str, Amenity] = {}
        for group in GROUPS:
            if group in values:
                named = self._amenities_of[values[group], basis, as_of]
                facilities, services = _both(facilities, named[0]), _both(services, named[1])
                if facilities if group == "facilities" else services:
                    draft.listed.add(group)
        single = [name for name in values if name.startswith(_SINGLE)] if self._single_amenities else []
        if single:
            groups = {"facilities": dict(facilities), "services": dict(services)}
            for name in single:
                group, _, code = name.partition(".")
                groups[group][code] = _amenity(values[name], basis, as_of)
            facilities, services = groups["facilities"], groups["services"]
        draft.facilities, draft.services = facilities, services


@dataclass(slots=True)
class _Told:
    """A row: its texts, what they mean, and the report that is told what is wrong with them."""

    row: int
    texts: Mapping[str, str]
    report: ImportReport
    extractor: Extractor
    values: dict[str, Any] = field(default_factory=dict)

    def note(self, severity: Severity, message: Message, field: str, part: str | None = None) -> None:
        """Note an issue about a field, or about a part of its text."""
        shown = self.texts.get(field) if part is None else part
        self.report.add(severity, message, row=self.row, column=self.extractor.heading(field), value=shown)

    def reject(self, message: Message, field: str, value: str | None = None) -> None:
        """Note that the row is rejected for a field."""
        shown = self.texts.get(field) if value is None else value
        self.report.reject(message, row=self.row, column=self.extractor.heading(field), value=shown)


def _amenities_of(named: _Named) -> tuple[Mapping[str, Amenity], Mapping[str, Amenity]]:
    """Return the facilities and the services that a text names."""
    said, basis, as_of = named
    facilities, services = (
        {code: _amenity(value, basis, as_of) for of_group, code, value in said if of_group == group} for group in GROUPS
    )
    return facilities, services


def _both(one: Mapping[str, Amenity], other: Mapping[str, Amenity]) -> Mapping[str, Amenity]:
    return {**one, **other} if one and other else one or other


def _keep_days(told: _Told, stated: dict[str, Any]) -> None:
    """Keep until when a place is there, and when it is closed; not days in the wrong order."""
    values = told.values
    since, until = values.get("valid", (None, None))
    start, end = values.get("valid_from", since), values.get("valid_to", until)
    if start and end and start > end:
        told.note("warning", _reversed(start, end), "valid_to")
        start = end = None
    for name, day in (("valid_from", start), ("valid_to", end)):
        if day is None:
            stated.pop(name, None)
        else:
            stated[name] = day
    start, end = values.get("closed_from"), values.get("closed_to")
    if start and end and start > end:
        told.note("warning", _reversed(start, end), "closed_to")
    elif start or end:
        stated["closures"] = (Closure(start, end, values.get("closure_reason", "")),)


def _keep_entrance(told: _Told, stated: dict[str, Any], datum: Datum) -> None:
    given = check_point(told.values["entrance_lon"], told.values["entrance_lat"])
    if given.note:
        told.note("warning", given.note, f"entrance_{given.field}")
    if given.lon is not None and given.lat is not None:
        stated["entrance"] = Entrance(*convert_point(given.lon, given.lat, datum, "wgs84"))


def _reversed(start: date, end: date) -> Message:
    return Message("days_reversed", {"start": start.isoformat(), "end": end.isoformat()})
