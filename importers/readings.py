"""What the text of one field means: a value, and what there is to say about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple, get_args

from geodata.errors import ValueUnusableError
from geodata.hours import parse_hours
from geodata.messages import Message
from geodata.remembering import Remembered
from geodata.sites import Award, Hours, Precision, Value
from importers.cleaning import parse_count, parse_date, parse_number, parse_web_address, says_nothing, split_list
from importers.content import awards_in
from importers.coordinates import parse_degrees
from importers.freetext import GROUPS, read_text
from importers.phones import read_phones, whole_number
from importers.report import Severity
from importers.validity import parse_validity
from importers.words import CODED, Words


class Note(NamedTuple):
    """Something to say about a text, or about a part of it."""

    severity: Severity
    message: Message
    part: str | None = None


#: A value, ``None`` where nothing is stated, and what there is to say.
Reading = tuple[Any, tuple[Note, ...]]
Reader = Callable[[str], Reading]

_NOTHING: Reading = (None, ())
_TEXTS = frozenset(
    {
        "floor", "directions", "address", "host", "operator", "operator_code", "note", "area", "access_note",
        "closure_reason",
    }
)  # fmt: skip
_PARSED: dict[str, Callable[[str], Any]] = {
    "capacity": parse_count,
    "area_m2": parse_number,
    "valid": parse_validity,
    "website": parse_web_address,
    "entrance_lon": parse_degrees,
    "entrance_lat": parse_degrees,
    **dict.fromkeys(("verified_on", "valid_from", "valid_to", "closed_from", "closed_to"), parse_date),
}
_PRECISIONS: tuple[Precision, ...] = get_args(Precision)
_VALUES: tuple[Value, ...] = get_args(Value)
_ITEM_ENDS = re.compile(r"[;；\n]+")
_YEAR = re.compile(r"(?:19|20)\d\d")


class Readings:
    """Readers of texts by field; what stands in many rows is read once.

    Attributes
    ----------
    readers : mapping of str to callable or None
        Field → what reads its texts; ``None`` for a field whose texts are taken as they are or not at all.
    """

    def __init__(self, words: Words) -> None:
        self._words = words
        self.readers: Remembered[str, Reader | None] = Remembered(self._new_reader)

    def _new_reader(self, field: str) -> Reader | None:
        if field in _TEXTS:
            return _text
        if field == "phone":
            return _phone
        read = self._rarely_unique(field)
        return None if read is None else Remembered(read).__getitem__

    def _rarely_unique(self, field: str) -> Reader | None:
        """Return what reads a field whose texts mostly stand in several rows."""
        if (parse := _PARSED.get(field)) is not None:
            return partial(_parsed, parse)
        if field.startswith("award:"):
            return partial(self._headed_award, field.removeprefix("award:"))
        if field == "open24" or field.startswith(tuple(f"{group}." for group in GROUPS)):
            return self._stated_value
        if field in GROUPS:
            return partial(self._amenities, field)
        own: dict[str, Reader] = {
            "opening_hours": _hours,
            "label": _labels,
            "former_names": _former_names,
            "access": self._ways,
            "awards": self._awards,
            "geometry_precision": _geometry_precision,
        }
        if field in own:
            return own[field]
        return partial(self._coded, CODED[field]) if field in CODED and field != "datum" else None

    def _coded(self, group: str, text: str) -> Reading:
        """Return the code that a text means in a group of the vocabulary."""
        code = self._words.find(group, text) or self._words.level_within(group, text)
        if code is None and not says_nothing(text):
            return None, (_unknown(text, self._words.codes(group)),)
        return code, ()

    def _stated_value(self, text: str) -> Reading:
        """Return what a cell says about one facility; unknown is nothing stated."""
        found = self._words.value(text)
        if found is None:
            return None, (_unknown(text, ["yes", "no", "limited", "unknown"]),)
        return next((value for value in _VALUES if value == found and value != "unknown"), None), ()

    def _amenities(self, field: str, text: str) -> Reading:
        """Return the facilities and services that a text names, as (group, code, value)."""
        said = () if says_nothing(text) else read_text(text, self._words)
        unknown = [item.item for item in said if not item.code and not says_nothing(item.item)]
        notes = [Note("warning", Message(f"{field}_unknown", {"word": item[:80]}), item) for item in unknown]
        return tuple((item.group, item.code, item.value) for item in said if item.code), tuple(notes)

    def _ways(self, text: str) -> Reading:
        """Return the ways in."""
        items = [] if says_nothing(text) else split_list(text)
        found = {item: self._words.find("access", item) for item in items}
        expected = self._words.codes("access")
        notes = tuple(_unknown(item, expected, item) for item, code in found.items() if code is None)
        return tuple(dict.fromkeys(code for code in found.values() if code is not None)), notes

    def _awards(self, text: str) -> Reading:
        """Return the awards written as ``name|level|year``, one after the other; level and year may be missing."""
        awards: list[Award] = []
        notes: list[Note] = []
        items = [] if says_nothing(text) else [item.strip() for item in _ITEM_ENDS.split(text) if item.strip()]
        for item in items:
            name, level, year = (part.strip() for part in (item + "||").split("|")[:3])
            code = self._words.find("levels", level) if level else self._words.level_within("levels", name)
            if level and code is None:
                notes.append(_unknown(level, self._words.codes("levels"), level))
            awards.append(Award(name, code, int(year) if _YEAR.fullmatch(year) else None))
        return tuple(awards), tuple(notes)

    def _headed_award(self, name: str, text: str) -> Reading:
        """Return the award that a column is headed by, where its cell says yes or a year."""
        year = _YEAR.match(text)
        if not year and self._words.value(text) != "yes":
            return _NOTHING
        return Award(name, self._words.level_within("levels", name), int(year[0]) if year else None), ()

    def awards_in(self, name: str) -> Iterator[Award]:
        """Yield the awards that stand in brackets behind a name."""
        for text in awards_in(name):
            year = _YEAR.search(text)
            yield Award(text, self._words.level_within("levels", text), int(year[0]) if year else None)


def _text(text: str) -> Reading:
    return _NOTHING if says_nothing(text) else (text, ())


def _parsed(parse: Callable[[str], Any], text: str) -> Reading:
    if says_nothing(text):
        return _NOTHING
    try:
        return parse(text), ()
    except ValueUnusableError as error:
        return None, (Note("warning", error.message),)


def _phone(text: str) -> Reading:
    number, notes = _parsed(whole_number, text)
    if number is None:
        return number, notes
    numbers, people = read_phones(number)
    return numbers or None, (Note("info", Message("phone_of_a_person")),) if people else ()


def _hours(text: str) -> Reading:
    """Return opening hours; that a text says nothing of them is kept, too."""
    parsed = parse_hours(text)
    told = (parsed.reason, *parsed.notices)
    return Hours(parsed.osm, text), tuple(Note("info", message) for message in told if message is not None)


def _labels(text: str) -> Reading:
    return tuple(dict.fromkeys(split_list(text))) or None, ()


def _former_names(text: str) -> Reading:
    return _NOTHING if says_nothing(text) else (tuple(split_list(text)), ())


def _geometry_precision(text: str) -> Reading:
    return next((precision for precision in _PRECISIONS if precision == text), None), ()


def _unknown(text: str, expected: list[str], part: str | None = None) -> Note:
    """Return that a word is not in the vocabulary."""
    return Note("warning", Message("value_unknown_word", {"word": text[:80], "expected": ", ".join(expected)}), part)
