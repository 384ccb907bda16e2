"""The scores of many sites at once: the formula of :mod:`geodata.ratings` over columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from math import nan
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from geodata.errors import ValueUnusableError
from geodata.ratings import (
    AWARD_BONUS,
    HALF_LIFE_DAYS,
    MAX_BONUS,
    PRIOR_MEAN,
    PRIOR_WEIGHT,
    REVIEWS_HALF,
    SCALES,
    SCHEMES,
    STAR_VALID_DAYS,
    TOP,
    WEIGHTS,
    Evidence,
)

#: Levels by number; any other number is a level that is not known, which counts like the lowest one.
LEVELS: Final = tuple(AWARD_BONUS)
_STAR, _INSPECTION, _AWARD, _REVIEW = range(4)
_KEY_LIMIT = 2**62
_FIELDS = ("scheme", "value", "scale", "count", "as_of", "level", "name", "source")
_SCHEME_NUMBERS = {str(scheme): number for number, scheme in enumerate(SCHEMES)}
_EPOCH = date(1970, 1, 1).toordinal()
#: Rows that are held as Python objects at a time.
_BATCH = 50_000


@dataclass(frozen=True, slots=True, eq=False)
class EvidenceColumns:
    """Evidence about many sites: one-dimensional arrays of one length.

    Attributes
    ----------
    site : ndarray of int
        Whose evidence it is.
    scheme : ndarray of int
        Position in :data:`geodata.ratings.SCHEMES`.
    value, scale : ndarray of float
        As in :class:`~geodata.ratings.Evidence`; NaN for none.
    count : ndarray of int
    as_of : ndarray of datetime64[D]
    level : ndarray of int
        Position in :data:`LEVELS`; any other number for other levels, -1 for none.
    name, source : ndarray of int
        Equal numbers for equal texts, not negative.
    """

    site: NDArray[np.int64]
    scheme: NDArray[np.int8]
    value: NDArray[np.float64]
    scale: NDArray[np.float64]
    count: NDArray[np.int64]
    as_of: NDArray[np.datetime64]
    level: NDArray[np.int64]
    name: NDArray[np.int64]
    source: NDArray[np.int64]

    @classmethod
    def of(cls, evidence: Iterable[tuple[int, Evidence]]) -> EvidenceColumns:
        """Return pieces of evidence with the numbers of their sites as columns."""
        return cls.of_rows((site, *(getattr(piece, name) for name in _FIELDS)) for site, piece in evidence)

    @classmethod
    def of_rows(cls, rows: Iterable[Sequence[Any]], numbers: Numberings | None = None) -> EvidenceColumns:
        """Return rows as columns, without making an object of each.

        Parameters
        ----------
        rows : iterable of sequence
            Site, then scheme, value, scale, count, as_of, level, name and source as in
            :class:`~geodata.ratings.Evidence`; what follows is not looked at.
        numbers : Numberings, optional
            Gives the numbers of names, sources and levels, and keeps them.
        """
        numbers = numbers or Numberings(Numbering(), Numbering(), Numbering(LEVELS))
        remaining = iter(rows)
        parts = []
        while True:
            batch = list(islice(remaining, _BATCH))
            parts.append(_as_arrays(batch, numbers))
            if len(batch) < _BATCH:
                return cls(*map(np.concatenate, zip(*parts, strict=True)))


class Numbering(dict[str, int]):
    """Numbers of texts; one that is asked for and not there is given the next number."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        super().__init__((text, number) for number, text in enumerate(known))

    def __missing__(self, text: str) -> int:
        number = self[text] = len(self)
        return number


@dataclass(frozen=True, slots=True)
class Numberings:
    """The numbers of names, sources and levels; the levels begin with :data:`LEVELS`. ``[]`` gives new ones."""

    names: Mapping[Any, int]
    sources: Mapping[Any, int]
    levels: Mapping[Any, int]


@dataclass(frozen=True, slots=True, eq=False)
class ScoreColumns:
    """Scores of the sites with evidence that counts, in the order of their numbers; others have no score.

    Attributes
    ----------
    site : ndarray of int64
    score, confidence : ndarray of float64
    stars : ndarray of int8
        0 where there is no valid grade.
    count : ndarray of int64
    overdue : ndarray of bool
        Whether the yearly inspection of a grade is due.
    """

    site: NDArray[np.int64]
    score: NDArray[np.float64]
    stars: NDArray[np.int8]
    count: NDArray[np.int64]
    confidence: NDArray[np.float64]
    overdue: NDArray[np.bool_]


def score_columns(columns: EvidenceColumns, today: date) -> ScoreColumns:
    """Return the scores of all sites; the same formula as :func:`geodata.ratings.score`.

    Raises
    ------
    ValueUnusableError
        If a value is missing, or not within 0 and its scale.
    """
    quality = _quality(columns)
    age = (np.datetime64(today, "D") - columns.as_of).astype(np.int64)
    chosen = _counting(columns, quality, age)
    scheme, age, quality = columns.scheme[chosen], age[chosen], quality[chosen]
    sites, number = np.unique(columns.site[chosen], return_inverse=True)
    weight = _weights(scheme, age, columns.count[chosen], columns.level[chosen])
    award = scheme == _AWARD

    def summed(values: NDArray[np.float64]) -> NDArray[np.float64]:
        sums: NDArray[np.float64] = np.bincount(number, values, minlength=len(sites))  # type: ignore[assignment]
        return sums

    total = summed(np.where(award, 0.0, weight))
    bonus = np.minimum(MAX_BONUS, summed(np.where(award, weight, 0.0)))
    mean = (PRIOR_WEIGHT * PRIOR_MEAN + summed(np.where(award, 0.0, weight * quality))) / (PRIOR_WEIGHT + total)
    stars = np.zeros(len(sites), dtype=np.int8)
    valid = (scheme == _STAR) & (age <= STAR_VALID_DAYS)
    stars[number[valid]] = np.rint(quality[valid])
    overdue = np.zeros(len(sites), dtype=np.bool_)
    overdue[number[(scheme == _STAR) & ~valid]] = True
    return ScoreColumns(
        site=sites,
        score=np.minimum(TOP, mean + bonus),
        stars=stars,
        count=np.bincount(number, minlength=len(sites)),
        confidence=total / (PRIOR_WEIGHT + total),
        overdue=overdue,
    )


def _quality(columns: EvidenceColumns) -> NDArray[np.float64]:
    usual = np.array([SCALES.get(scheme, 1.0) for scheme in SCHEMES])[columns.scheme]
    scale = np.where(np.isnan(columns.scale) | (columns.scale == 0), usual, columns.scale)
    award = columns.scheme == _AWARD
    good = award | ((columns.value >= 0) & (columns.value <= scale) & (columns.count >= 0))
    if not good.all():
        first = int(np.argmin(good))
        raise ValueUnusableError(
            "evidence_unusable",
            scheme=SCHEMES[columns.scheme[first]],
            value=float(columns.value[first]),
            count=int(columns.count[first]),
            expected=f"0…{scale[first]:g}",
        )
    return np.where(award, 0.0, TOP * columns.value / scale)


def _counting(columns: EvidenceColumns, quality: NDArray[np.float64], age: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the rows that count: none from the future, none that a later one replaced."""
    rows = np.flatnonzero((age >= 0) & ~((columns.scheme == _REVIEW) & (columns.count == 0)))
    scheme = columns.scheme[rows]
    award, star = scheme == _AWARD, scheme == _STAR
    key = _packed(
        columns.site[rows],
        scheme.astype(np.int64),
        np.where(star, 0, columns.name[rows]),
        np.where(star | award, 0, columns.source[rows]),
        np.where(award, columns.level[rows], 0),
        np.where(award, age[rows], 0),
    )
    order = np.argsort(key)
    key, rows = key[order], rows[order]
    alone = np.ones(len(order), dtype=bool)
    other = key[1:] != key[:-1]
    alone[1:] &= other
    alone[:-1] &= other
    several, among = rows[~alone], key[~alone]
    ranked = np.lexsort((columns.count[several], quality[several], -age[several], among))
    last = np.ones(len(ranked), dtype=bool)
    last[:-1] = among[ranked][1:] != among[ranked][:-1]
    return np.concatenate([rows[alone], several[ranked[last]]])


def _packed(*parts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return one number for each combination of numbers."""
    key = np.zeros(len(parts[0]), dtype=np.int64)
    if not len(key):
        return key
    span = 1
    for part in parts:
        low, high = int(part.min()), int(part.max())
        if span * (high - low + 1) >= _KEY_LIMIT:
            key = np.unique(key, return_inverse=True)[1].astype(np.int64)
            part = np.unique(part, return_inverse=True)[1].astype(np.int64)
            span, low, high = int(key.max()) + 1, 0, int(part.max())
        key = key * (high - low + 1) + (part - low)
        span *= high - low + 1
    return key


def _weights(
    scheme: NDArray[np.int8], age: NDArray[np.int64], count: NDArray[np.int64], level: NDArray[np.int64]
) -> NDArray[np.float64]:
    half_life = np.array([HALF_LIFE_DAYS[name] for name in SCHEMES])[scheme]
    fading = np.exp2(-np.maximum(0, age - np.where(scheme == _STAR, STAR_VALID_DAYS, 0)) / half_life)
    bonuses = np.array([*AWARD_BONUS.values(), min(AWARD_BONUS.values())])
    bonus = bonuses[np.where((level >= 0) & (level < len(LEVELS)), level, len(LEVELS))]
    full = np.array([WEIGHTS.get(name, 0.0) for name in SCHEMES])[scheme]
    amount = np.where(scheme == _REVIEW, count / (count + REVIEWS_HALF), 1.0)
    weights: NDArray[np.float64] = fading * np.where(scheme == _AWARD, bonus, full * amount)
    return weights


def _as_arrays(batch: Sequence[Sequence[Any]], numbers: Numberings) -> tuple[NDArray[Any], ...]:
    columns: list[Any] = list(zip(*batch, strict=True)) if batch else [()] * 9
    site, scheme, value, scale, count, as_of, level, name, source, *_ = columns
    size, levels = len(batch), numbers.levels
    return (
        np.array(site, dtype=np.int64),
        np.fromiter(map(_SCHEME_NUMBERS.__getitem__, scheme), np.int8, size),
        np.fromiter((nan if number is None else number for number in value), np.float64, size),
        np.fromiter((nan if number is None else number for number in scale), np.float64, size),
        np.array(count, dtype=np.int64),
        (np.fromiter(map(date.toordinal, as_of), np.int64, size) - _EPOCH).astype("datetime64[D]"),
        np.fromiter((-1 if word is None else levels[word] for word in level), np.int64, size),
        np.fromiter(map(numbers.names.__getitem__, name), np.int64, size),
        np.fromiter(map(numbers.sources.__getitem__, source), np.int64, size),
    )
