"""The words that lists use for columns and values, from ``columns.toml`` and the vocabulary."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from geodata.vocabulary import GROUPS, Vocabulary
from importers.cleaning import heading_keys, key_of

#: Signs that stand for a value and would be lost where only letters and digits are compared.
_SIGNS = dict.fromkeys("√✓✔☑●", "yes") | dict.fromkeys("×✗✘", "no") | dict.fromkeys("?？", "unknown")

#: A number of things: 2, 3台, 有2个, 饮水机1台.
_AMOUNT = re.compile(
    r"(?:(?![^\d]*(?:坏|缺|少|故障|报废|停用|第))[一-鿿]{0,6}[:：×]?\s*(?=\d+\s*[一-鿿]))?(\d{1,6})\s*(?:[台个处把间套张部只组位具盒箱件瓶桶包床册人辆根支副])?"
)
#: The area that gave an award: 烟台市十佳….
_OF_AREA = re.compile(r"(?:(?:19|20)\d{2}年?度?)?[一-鿿]{2,4}?(省|市|区|县|镇|街道)")

#: Fields whose values come from the vocabulary → its group.
CODED = {
    "kind": "kinds",
    "precision": "precisions",
    "level": "levels",
    "state": "states",
    "fee": "fees",
    "access": "access",
    "datum": "datums",
    "basis": "bases",
}

#: The same for the other subjects of ``columns.toml``.
CODED_ELSEWHERE = {
    "ratings": {"scheme": "schemes", "level": "levels", "datum": "datums"},
    "indicators": {},
    "areas": {"level": "area_levels"},
    "calendar": {"kind": "calendar"},
    "candidates": {"datum": "datums"},
    "demand": {"datum": "datums"},
    "positions": {"precision": "precisions", "datum": "datums"},
    "organisations": {"level": "organisation_levels"},
}


def coded(subject: str) -> Mapping[str, str]:
    """Return the fields of a subject whose values are words of a group, with that group."""
    return CODED if subject == "sites" else CODED_ELSEWHERE[subject]


@cache
def catalogue() -> Mapping[str, Any]:
    """Return ``columns.toml`` with what ``headings.toml`` adds to its lists."""
    content, further = (_read(name) for name in ("columns.toml", "headings.toml"))
    _add(content, further)
    return content


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("importers").joinpath(name).read_text(encoding="utf-8"))


def _add(content: dict[str, Any], further: Mapping[str, Any]) -> None:
    for key, value in further.items():
        if isinstance(value, list):
            content[key] += value
        else:
            _add(content[key], value)


class Words:
    """Looks words up: codes, Chinese and English names of the vocabulary and the further words of ``columns.toml``."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._codes: dict[str, dict[str, str]] = {}
        self._programmes: set[str] = set()
        for group in GROUPS:
            words = self._codes.setdefault(group, {})
            for code, term in getattr(vocabulary, group).items():
                for word in (code, term.zh, term.en, term.short_zh):
                    words.setdefault(key_of(word), code)
                for word in term.also:
                    words.setdefault(key_of(word), code)
                    if group == "kinds":
                        self._programmes.add(key_of(word))
        for group, entries in catalogue()["words"].items():
            words = self._codes.setdefault(group, {})
            for code, further in entries.items():
                for word in (code, *further):
                    words.setdefault(key_of(word), code)
                    if group == "kinds" and word in further:
                        self._programmes.add(key_of(word))
            words.pop("", None)

    def fields(self, subject: str) -> frozenset[str]:
        """Return every field that a column, a constant or a rule of a subject may set."""
        groups = ("facilities", "services") if subject == "sites" else ()
        amenities = [f"{group}.{code}" for group in groups for code in getattr(self.vocabulary, group)]
        return frozenset(catalogue()[subject]) | frozenset(amenities)

    def find(self, group: str, text: str) -> str | None:
        """Return the code that a word of a group means, or ``None``.

        ``group`` is one of the vocabulary's, or ``datums``, ``schemes``, ``calendar``, ``area_levels``.
        """
        words = self._codes[group]
        for key in heading_keys(text):
            if key in words:
                return words[key]
        return None

    def kind_within(self, text: str) -> str | None:
        """Return the kind whose name or programme is part of a title, the longest such word deciding."""
        key = key_of(text)
        found = [(len(word), code) for word, code in self._codes["kinds"].items() if len(word) > 1 and word in key]
        return max(found)[1] if found else None

    def level_within(self, group: str, text: str) -> str | None:
        """Return the level that is part of a text (市级以上, 2021年全省最美) if the group is that of levels."""
        if group != "levels":
            return None
        key = key_of(text)
        found = [(-key.find(word), len(word), code) for word, code in self._codes[group].items() if word in key]
        named = [entry for entry in found if entry[1] > 1]
        if named:
            return max(named)[2]
        area = _OF_AREA.match(text)
        return self._codes[group].get(area[1]) if area else None

    def value(self, text: str) -> str | None:
        """Return yes, no, limited or unknown for what a cell says about one facility; a count (2, 3台) is yes or no."""
        if text in _SIGNS:
            return _SIGNS[text]
        found = self.find("values", text)
        if found is None and (number := _AMOUNT.fullmatch(text)):
            return "yes" if int(number[1]) else "no"
        return found

    def entries(self, group: str) -> list[tuple[str, str]]:
        """Return every word of a group in the form in which words are compared, with its code."""
        return list(self._codes[group].items())

    def is_programme(self, text: str) -> bool:
        """Tell whether a word for a kind is the name of a programme (爱心驿家), which is kept as a label."""
        return key_of(text) in self._programmes

    def codes(self, group: str) -> list[str]:
        """Return the codes of a group in their order."""
        return list(dict.fromkeys(self._codes[group].values()))
