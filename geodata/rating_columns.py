"""The scores of many sites at once: the formula of :mod:`geodata.ratings` over columns."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date
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
        names, sources, levels = _Numbers(), _Numbers(), _Numbers(LEVELS)
        rows = [
            (
                site,
                SCHEMES.index(piece.scheme),
                np.nan if piece.value is None else piece.value,
                np.nan if piece.scale is None else piece.scale,
                piece.count,
                piece.as_of,
                -1 if piece.level is None else levels.of(piece.level),
                names.of(piece.name),
                sources.of(piece.source),
            )
            for site, piece in evidence
        ]
        columns: list[Any] = list(zip(*rows, strict=True)) if rows else [()] * 9
        kinds = ("i8", "i1", "f8", "f8", "i8", "datetime64[D]", "i8", "i8", "i8")
        return cls(*(np.array(column, dtype=kind) for column, kind in zip(columns, kinds, strict=True)))


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
    """

    site: NDArray[np.int64]
    score: NDArray[np.float64]
    stars: NDArray[np.int8]
    count: NDArray[np.int64]
    confidence: NDArray[np.float64]


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
    return ScoreColumns(
        site=sites,
        score=np.minimum(TOP, mean + bonus),
        stars=stars,
        count=np.bincount(number, minlength=len(sites)),
        confidence=total / (PRIOR_WEIGHT + total),
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


class _Numbers:
    """Numbers for words, in the order in which they come."""

    def __init__(self, known: Iterable[Hashable] = ()) -> None:
        self._known = {word: number for number, word in enumerate(known)}

    def of(self, word: Hashable) -> int:
        return self._known.setdefault(word, len(self._known))
