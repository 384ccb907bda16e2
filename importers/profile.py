"""Import profiles: a TOML file that says what a list's columns and values mean.

.. code-block:: toml

    source = "hangzhou"                       # name of the source; identities are kept apart by source
    kind = "public_facility"                  # kind of the rows that say none
    datum = "gcj02"                           # datum of the coordinates
    rank = 10                                 # how good the source is; fields of a better one are not overwritten
    ranks = { "city-list" = 20 }              # how good others are; 0 for those not named
    skip = { category = ["policy", "tool-*"] }    # leave out rows by the text of a column; * stands for any text

    [columns]                                 # field = heading, or several headings, which are joined
    directions = "transport"
    note = ["features", "note"]
    "facilities.drinking_water" = "water"
    ignore = ["featured"]                     # columns to leave out without a word

    [join]                                    # what joined texts are joined with ("；" where nothing is said)
    area = ""

    [constants]                               # fields that are the same in every row that says nothing itself
    operator = "…"

    [values.precision]                        # by field or heading: what a text means
    g = "address"

    [[rules]]                                 # every rule whose columns all match sets fields; later ones go last
    when = { category = "station", name = "*司机之家*" }
    set = { kind = "rest_station", label = "司机之家" }
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from geodata.errors import ProfileError
from geodata.sites import Datum
from importers.cleaning import key_of
from importers.words import Words, coded


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


Texts = Annotated[list[str], BeforeValidator(_as_list)]


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, bool | int | float) else value


Text = Annotated[str, BeforeValidator(_as_text)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Rule(_Strict):
    when: dict[str, Texts] = Field(min_length=1)
    set: dict[str, Text] = Field(min_length=1)


class _File(_Strict):
    source: str = Field(default="", max_length=100)
    kind: str = ""
    datum: Datum | None = None
    skip: dict[str, Texts] = {}
    columns: dict[str, Texts] = {}
    join: dict[str, str] = {}
    constants: dict[str, Text] = {}
    values: dict[str, dict[str, Text]] = {}
    rules: list[_Rule] = []
    rank: int = 0
    ranks: dict[str, int] = {}


@dataclass(frozen=True, slots=True)
class Rule:
    """Sets fields in rows whose columns all match one of their patterns."""

    when: Mapping[str, tuple[str, ...]]
    set: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person says about a list; every part may be missing.

    Columns in ``skip``, ``values`` and ``rules`` are headings of the file or fields.
    """

    name: str = ""
    source: str = ""
    kind: str = ""
    datum: Datum | None = None
    skip: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    join: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    rank: int = 0
    ranks: Mapping[str, int] = field(default_factory=dict)
    #: Further headings that a field may have, in the form in which they are compared → fields.
    also: Mapping[str, list[str]] = field(default_factory=dict)

    def headings(self) -> list[str]:
        """Return every heading that ``[columns]`` names."""
        return [heading for headings in self.columns.values() for heading in headings] + list(self.ignore)


def load_profile(path: Path, fields: frozenset[str]) -> Profile:
    """Read a profile.

    Parameters
    ----------
    path : Path
        The TOML file.
    fields : frozenset of str
        The fields that may be set.

    Raises
    ------
    ProfileError
        If the file cannot be read, or a key is unknown or has the wrong shape; the message names file and key.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ProfileError("profile_unreadable", file=str(path), reason=reason) from error
    except UnicodeDecodeError as error:
        raise ProfileError("profile_unreadable", file=str(path), reason="UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ProfileError("profile_unreadable", file=str(path), reason=str(error)) from error
    try:
        content = _File.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ProfileError("profile_key", file=path.name, key=key, reason=first["msg"]) from error
    _check_fields(path, content, fields)
    ignore = content.columns.pop("ignore", [])
    return Profile(
        name=path.name,
        source=content.source,
        kind=content.kind,
        datum=content.datum,
        skip={column: tuple(patterns) for column, patterns in content.skip.items()},
        columns={name: tuple(headings) for name, headings in content.columns.items()},
        ignore=tuple(ignore),
        join=content.join,
        constants=content.constants,
        values={column: _by_key(pairs) for column, pairs in content.values.items()},
        rank=content.rank,
        ranks=content.ranks,
        rules=tuple(Rule({c: tuple(p) for c, p in rule.when.items()}, rule.set) for rule in content.rules),
    )


def _by_key(pairs: Mapping[str, str]) -> dict[str, str]:
    return {key_of(text) or text: value for text, value in pairs.items()}


def _check_fields(path: Path, content: _File, fields: frozenset[str]) -> None:
    sections: list[tuple[str, Mapping[str, Any]]] = [
        ("columns", {name: headings for name, headings in content.columns.items() if name != "ignore"}),
        ("join", content.join),
        ("constants", content.constants),
        *((f"rules.{number}.set", rule.set) for number, rule in enumerate(content.rules, start=1)),
    ]
    for section, entries in sections:
        for name in entries:
            if name not in fields:
                expected = ", ".join(sorted(fields))
                raise ProfileError(
                    "profile_field", file=path.name, key=f"{section}.{name}", field=name, expected=expected
                )


def read_profile(profile: Path | Profile | None, words: Words, subject: str) -> Profile:
    """Return a profile from a file, or as given; an empty one for none.

    Raises
    ------
    ProfileError
        If the file is wrong, names a field that the subject does not have, or sets one to a word that is not in the
        vocabulary.
    """
    if profile is None:
        return Profile()
    if isinstance(profile, Path):
        profile = load_profile(profile, words.fields(subject))
    settings: list[tuple[str, Mapping[str, str]]] = [("constants.", profile.constants)]
    settings += [(f"rules.{number}.set.", rule.set) for number, rule in enumerate(profile.rules, start=1)]
    if profile.kind:
        settings.append(("", {"kind": profile.kind}))
    for section, values in settings:
        for name, text in values.items():
            group = coded(subject).get(name)
            if group and group != "access" and words.find(group, text) is None:
                expected = ", ".join(words.codes(group))
                raise ProfileError("profile_word", file=profile.name, key=section + name, word=text, expected=expected)
    return profile


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in text.strip().split("*")), re.DOTALL | re.IGNORECASE)


def matches(patterns: tuple[str, ...], text: str) -> bool:
    """Tell whether a text is one of the patterns, in which ``*`` stands for any text; case does not matter."""
    return any(_pattern(pattern).fullmatch(text) for pattern in patterns)
