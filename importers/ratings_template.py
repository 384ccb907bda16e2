"""Scoring templates: what an inspection looks at, how many points there are, what counts more, what has to be shown.

``templates/liuyou.toml`` (六有) is the one that is shipped, and the example of the format.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from geodata.errors import InputError, ProfileError, ValueUnusableError
from importers.cleaning import key_of, parse_number
from importers.words import Words

#: The template that is shipped, by the names that it may be asked for.
SHIPPED = ("六有", "liuyou")
#: The values of an inspection go from 0 to this.
FULL = 100.0
_OUT_OF = re.compile(r"\s*([\d.]+)\s*(?:/|／|out of)\s*([\d.]+)\s*")


class _Criterion(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")
    name: str = Field(min_length=1, max_length=60)
    name_en: str = ""
    headings: list[str] = []
    points: float = Field(gt=0, le=10_000)
    weight: float | None = Field(default=None, ge=0, le=10_000)
    asks: str = ""
    asks_en: str = ""
    proof: list[str] = []


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    name_en: str = ""
    least: float = Field(default=0.5, gt=0, le=1)
    criteria: list[_Criterion] = Field(min_length=1, max_length=100)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that an inspection looks at.

    Attributes
    ----------
    code, name, name_en : str
        The English name is the other one where the template has none.
    headings : tuple of str
        What its column may be called.
    points : float
        The most it can get.
    weight : float
        How much it counts beside the others, whatever its points are.
    asks, asks_en : str
        The evidence that is to be shown; empty where none is.
    proof : tuple of str
        What the column with that evidence may be called.
    """

    code: str
    name: str
    name_en: str
    headings: tuple[str, ...]
    points: float
    weight: float
    asks: str
    asks_en: str
    proof: tuple[str, ...]

    @property
    def field(self) -> str:
        """The field of its column."""
        return f"criteria.{self.code}"

    @property
    def proof_field(self) -> str:
        """The field of the column with the evidence asked for."""
        return f"proof.{self.code}"


@dataclass(frozen=True, slots=True)
class Result:
    """What an inspection came to.

    Attributes
    ----------
    value : float
        0-100.
    told : str
        The points of each criterion, for people.
    unproven : tuple of Criterion
        Those with points for which no evidence is shown although the list has a column for it.
    """

    value: float
    told: str
    unproven: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A scoring template; ``open_weights`` says that it names none, so that all criteria count the same."""

    name: str
    least: float
    criteria: tuple[Criterion, ...]
    open_weights: bool

    def headings(self) -> Mapping[str, list[str]]:
        """Return the headings of the criteria's columns, as they are compared, with their fields."""
        found: dict[str, list[str]] = {}
        for item in self.criteria:
            for name, headings in ((item.field, item.headings), (item.proof_field, item.proof)):
                for heading in (name, *headings):
                    found.setdefault(key_of(heading), []).append(name)
        return found

    def result(
        self, texts: Mapping[str, str], words: Words, columns: frozenset[str], most: Mapping[str, float] | None = None
    ) -> Result:
        """Return what a row's inspection came to.

        The value is ``100 · Σ weight·(points / most points) / Σ weight`` over the criteria that were judged; what was
        not judged is left out, as long as enough is left.

        Parameters
        ----------
        texts : mapping of str to str
            The row, by field.
        words : Words
        columns : frozenset of str
            The fields for which the list has a column.
        most : mapping of str to float, optional
            The most points by field, where the headings of the list state others than the template (有标识（10分）).

        Raises
        ------
        ValueUnusableError
            If points are unreadable or beyond the most, or too little was judged.
        """
        best = most or {}
        judged = {
            item.code: _points(item, text, words, best.get(item.field, item.points))
            for item in self.criteria
            if (text := texts.get(item.field))
        }
        known = [(item, points) for item in self.criteria if (points := judged.get(item.code)) is not None]
        weight, all_weights = sum(item.weight for item, _ in known), sum(item.weight for item in self.criteria)
        if weight <= 0 or weight < self.least * all_weights - 1e-9:
            percent = round(100 * weight / all_weights) if all_weights else 0
            raise ValueUnusableError("template_too_little", template=self.name, percent=percent, least=self.least)
        value = FULL * sum(item.weight * points / item.points for item, points in known) / weight
        told = [f"{item.name} {points:g}/{item.points:g}" for item, points in known]
        told += [f"{item.name} –" for item in self.criteria if judged.get(item.code) is None]
        unproven = [
            item
            for item, points in known
            if points and item.asks and item.proof_field in columns and not texts.get(item.proof_field)
        ]
        return Result(round(value, 2), "；".join(told), tuple(unproven))


def _points(item: Criterion, text: str, words: Words, most: float) -> float | None:
    """Return the points that a cell gives, of those of the template; ``None`` where it says that nobody knows.

    ``most`` is what the list gives at best; its points are brought to those of the template.
    """
    if (found := _OUT_OF.fullmatch(text)) and float(found[2]) in (item.points, most):
        text, most = found[1], float(found[2])
    if not any(sign.isdecimal() for sign in text):
        word = words.value(text)
        if word == "unknown":
            return None
        if word is not None:
            return {"yes": item.points, "limited": item.points / 2, "no": 0.0}[word]
    try:
        points = parse_number(text)
    except ValueUnusableError:
        points = -1.0
    if not 0 <= points <= most:
        raise ValueUnusableError("template_points", criterion=item.name, value=text[:40], most=f"{most:g}")
    return round(points / most * item.points, 6)


def shipped_text() -> str:
    """Return the template that is shipped, as the file that it is."""
    return files("importers").joinpath("templates", "liuyou.toml").read_text(encoding="utf-8")


def load_template(asked: Path | str) -> Template:
    """Read a template: the file, or the shipped one by its name.

    Raises
    ------
    ProfileError
        If the file cannot be read, or a key is unknown or has the wrong shape; the message names file and key.
    """
    name = str(asked)
    try:
        text = shipped_text() if name in SHIPPED else Path(asked).read_text(encoding="utf-8")
        content = _File.model_validate(tomllib.loads(text))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ProfileError("template_unreadable", file=name, reason=reason[:200]) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ProfileError("profile_key", file=Path(name).name, key=key, reason=first["msg"]) from error
    codes = [item.code for item in content.criteria]
    if twice := next((code for code in codes if codes.count(code) > 1), None):
        raise ProfileError("template_twice", file=Path(name).name, criterion=twice)
    weights = [item.weight for item in content.criteria]
    if any(weights) and None in weights:
        lacking = next(item.name for item in content.criteria if item.weight is None)
        raise ProfileError("template_weight", file=Path(name).name, criterion=lacking)
    if weights and not any(weight is None or weight > 0 for weight in weights):
        raise ProfileError("template_weight", file=Path(name).name, criterion=content.criteria[0].name)
    criteria = tuple(
        Criterion(
            item.code,
            item.name,
            item.name_en or item.name,
            tuple(dict.fromkeys(filter(None, (item.name, item.name_en, *item.headings)))),
            item.points,
            1.0 if item.weight is None else item.weight,
            item.asks,
            item.asks_en or item.asks,
            tuple(item.proof),
        )
        for item in content.criteria
    )
    return Template(content.name, content.least, criteria, open_weights=None in weights)


def write_template(path: Path) -> None:
    """Write the shipped template to a file that is not there yet.

    Raises
    ------
    InputError
        If there is such a file, or it cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(shipped_text())
    except FileExistsError as error:
        raise InputError("template_exists", file=str(path)) from error
    except OSError as error:
        raise InputError("report_unwritable", file=str(path)) from error
