"""The words of the map: kinds, facilities, services, levels and the rest, each with a code, zh, en and an icon."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from geodata.errors import SettingsError

GROUPS = ("kinds", "facilities", "services", "levels", "access", "fees", "states", "precisions", "values", "bases")


@dataclass(frozen=True, slots=True)
class Part:
    """One of the things that a service consists of, such as a mutual-aid plan.

    Attributes
    ----------
    zh, en : str
        Its name.
    about_zh, about_en : str
        What it is, in a sentence; empty where the name says all that is known.
    areas : tuple of str
        Beginnings of the codes of the areas where it is offered; empty: everywhere.
    """

    zh: str
    en: str
    about_zh: str = ""
    about_en: str = ""
    areas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """One word of the vocabulary.

    Attributes
    ----------
    code : str
        The stable code used in files, stores and the API.
    zh, en : str
        The word as people read it.
    icon : str
        Name of the symbol in the icon sprite.
    short_zh : str
        A shorter Chinese form for tight places; ``zh`` where there is none.
    also : tuple of str
        Further words that a search finds it by.
    about_zh, about_en : str
        What it is, in a sentence or two for those who do not know it; may be empty.
    parts : tuple of Part
        What it consists of, where that has names of its own.
    """

    code: str
    zh: str
    en: str
    icon: str
    short_zh: str = ""
    also: tuple[str, ...] = ()
    about_zh: str = ""
    about_en: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All terms by group; each group maps code → :class:`Term` in the order of the file."""

    kinds: Mapping[str, Term]
    facilities: Mapping[str, Term]
    services: Mapping[str, Term]
    levels: Mapping[str, Term]
    access: Mapping[str, Term]
    fees: Mapping[str, Term]
    states: Mapping[str, Term]
    precisions: Mapping[str, Term]
    values: Mapping[str, Term]
    bases: Mapping[str, Term]


def load_vocabulary(local: Path | None = None) -> Vocabulary:
    """Return the vocabulary, with the additions of a deployment's own file.

    Parameters
    ----------
    local : Path, optional
        TOML file of the same shape. Its entries are added; an entry with a known code changes that entry's texts.

    Raises
    ------
    SettingsError
        If the local file cannot be read, names an unknown group or an entry lacks ``zh`` or ``en``.
    """
    if local is None:
        return _shipped()
    try:
        additions = tomllib.loads(local.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError("vocabulary_unreadable", path=str(local), detail=str(error)) from error
    groups = {group: dict(getattr(_shipped(), group)) for group in GROUPS}
    for group, entries in additions.items():
        if group not in groups or not isinstance(entries, dict):
            raise SettingsError("vocabulary_group", path=str(local), group=group, expected=", ".join(GROUPS))
        for code, entry in entries.items():
            if not _has_words(entry) or not all(map(_has_words, entry.get("parts", ()))):
                raise SettingsError("vocabulary_entry", path=str(local), entry=f"{group}.{code}")
            groups[group][code] = _term(code, entry)
    return Vocabulary(**groups)


@cache
def _shipped() -> Vocabulary:
    raw = tomllib.loads(files("geodata").joinpath("vocabulary.toml").read_text(encoding="utf-8"))
    return Vocabulary(**{group: {code: _term(code, entry) for code, entry in raw[group].items()} for group in GROUPS})


def _has_words(entry: Any) -> bool:
    return isinstance(entry, dict) and {"zh", "en"} <= set(entry)


def _term(code: str, entry: Mapping[str, Any]) -> Term:
    return Term(
        code=code,
        zh=entry["zh"],
        en=entry["en"],
        icon=entry.get("icon", "dot"),
        short_zh=entry.get("short_zh", entry["zh"]),
        also=tuple(entry.get("also", ())),
        about_zh=entry.get("about_zh", ""),
        about_en=entry.get("about_en", ""),
        parts=tuple(_part(part) for part in entry.get("parts", ())),
    )


def _part(entry: Mapping[str, Any]) -> Part:
    return Part(
        zh=entry["zh"],
        en=entry["en"],
        about_zh=entry.get("about_zh", ""),
        about_en=entry.get("about_en", ""),
        areas=tuple(entry.get("areas", ())),
    )
