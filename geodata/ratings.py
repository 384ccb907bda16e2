"""From evidence about a site to its score.

The score is a weighted mean of what the evidence says on a scale from 0 to 5, plus a bonus for awards::

    score = (P·m + Σ wᵢ·qᵢ) / (P + Σ wᵢ) + bonus        at most 5

``qᵢ`` is the value of a piece of evidence brought to 0–5, ``wᵢ`` its weight. ``m`` = 3 is where a site stands of which
little is known, with the weight ``P`` = 1: little evidence is pulled towards it, much is not (a Bayesian mean).

=============  ============================================  ==========================================
scheme         weight                                        fades
=============  ============================================  ==========================================
star           4                                             after a year, by half each further year
inspection     3                                             by half in two years
review         3·n/(n+20) for n reviews                      by half in two years
award          none; bonus 0.05 (grass-roots) to 0.5         by half in four years
=============  ============================================  ==========================================

Of star gradings only the latest counts, and of inspections and reviews the latest of each source and name: a new one
replaces the old. An award counts once for its name, level and day; all together give at most 0.5.
The confidence is ``Σ wᵢ / (P + Σ wᵢ)``. A site without evidence has no score.

:func:`score` is the formula for one site, :func:`geodata.rating_columns.score_columns` the same for many at once, and
:func:`geodata.rating_reasons.explain` tells item by item where a score comes from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final, Literal

from geodata.errors import ValueUnusableError
from geodata.sites import Score

Scheme = Literal["star", "inspection", "award", "review"]
SCHEMES: Final[tuple[Scheme, ...]] = ("star", "inspection", "award", "review")

TOP: Final = 5.0
PRIOR_MEAN: Final = 3.0
PRIOR_WEIGHT: Final = 1.0
WEIGHTS: Final = MappingProxyType({"star": 4.0, "inspection": 3.0, "review": 3.0})
#: Days after which evidence counts half as much.
HALF_LIFE_DAYS: Final = MappingProxyType({"star": 365, "inspection": 730, "review": 730, "award": 1460})
#: A star grade is inspected every year; until then it counts in full and is shown.
STAR_VALID_DAYS: Final = 365
#: Reviews of one source weigh half of what they can at this number.
REVIEWS_HALF: Final = 20
AWARD_BONUS: Final = MappingProxyType(
    {"national": 0.5, "provincial": 0.4, "city": 0.3, "district": 0.2, "street": 0.1, "grassroots": 0.05}
)
MAX_BONUS: Final = 0.5
#: The scale of a value that comes without one.
SCALES: Final = MappingProxyType({"star": 5.0, "inspection": 100.0, "review": 5.0})


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence about the quality of a site.

    Attributes
    ----------
    scheme : {"star", "inspection", "award", "review"}
    value : float, optional
        The grade, points or mean of reviews; none for awards.
    scale : float, optional
        The best possible value; that of the scheme where none is given (5 stars, 100 points, 5).
    count : int
        How many reviews the value is the mean of; 1 for everything else.
    as_of : date
        When it was inspected, awarded or published.
    level : str, optional
        Level of an award, a code of the vocabulary.
    name : str
        What the award, template or platform is called.
    source, note : str

    Raises
    ------
    ValueUnusableError
        If a value is missing, or not within 0 and its scale.
    """

    scheme: Scheme
    value: float | None
    scale: float | None
    count: int
    as_of: date
    level: str | None
    name: str
    source: str
    note: str

    def __post_init__(self) -> None:
        """Refuse values off their scale."""
        if self.scheme == "award":
            return
        scale = self.scale or SCALES[self.scheme]
        if self.value is None or not 0 <= self.value <= scale or self.count < 0:
            raise ValueUnusableError(
                "evidence_unusable", scheme=self.scheme, value=self.value, count=self.count, expected=f"0…{scale:g}"
            )

    @property
    def quality(self) -> float:
        """The value on the scale from 0 to 5; 0 for awards, which have none."""
        if self.scheme == "award" or self.value is None:
            return 0.0
        return TOP * self.value / (self.scale or SCALES[self.scheme])

    def age_days(self, today: date) -> int:
        """Return the days from the evidence to ``today``."""
        return (today - self.as_of).days

    def overdue_days(self, today: date) -> int:
        """Return for how many days the yearly inspection of a star grade has been due; 0 where it is not."""
        return max(0, self.age_days(today) - STAR_VALID_DAYS) if self.scheme == "star" else 0

    def fading(self, today: date) -> float:
        """Return what is left of the weight ``today``: 1 for fresh evidence, towards 0 with its age."""
        age = self.overdue_days(today) if self.scheme == "star" else max(0, self.age_days(today))
        return float(0.5 ** (age / HALF_LIFE_DAYS[self.scheme]))

    def weight(self, today: date) -> float:
        """Return what the evidence weighs ``today`` in the mean; for an award, what it adds."""
        if self.scheme == "award":
            return self.fading(today) * AWARD_BONUS.get(self.level or "", min(AWARD_BONUS.values()))
        amount = self.count / (self.count + REVIEWS_HALF) if self.scheme == "review" else 1.0
        return self.fading(today) * amount * WEIGHTS[self.scheme]


def score(evidence: Sequence[Evidence], today: date) -> Score | None:
    """Return the score of a site by the formula above.

    Parameters
    ----------
    evidence : sequence of Evidence
        Everything known about the site; what is dated after ``today`` does not count yet.
    today : date

    Returns
    -------
    Score or None
        ``stars`` is the latest star grade while it is valid; ``count`` the pieces of evidence that count. ``None``
        where there are none.
    """
    pieces = counting(evidence, today)
    if not pieces:
        return None
    valued = [(piece.weight(today), piece.quality) for piece in pieces if piece.scheme != "award"]
    total = sum(weight for weight, _ in valued)
    mean = (PRIOR_WEIGHT * PRIOR_MEAN + sum(weight * quality for weight, quality in valued)) / (PRIOR_WEIGHT + total)
    bonus = min(MAX_BONUS, sum(piece.weight(today) for piece in pieces if piece.scheme == "award"))
    star = next((piece for piece in pieces if piece.scheme == "star"), None)
    valid = star is not None and star.age_days(today) <= STAR_VALID_DAYS
    return Score(
        score=min(TOP, mean + bonus),
        stars=round(star.quality) if star is not None and valid else None,
        count=len(pieces),
        confidence=total / (PRIOR_WEIGHT + total),
    )


def counting(evidence: Iterable[Evidence], today: date) -> list[Evidence]:
    """Return the pieces that count ``today``, the latest first: none from the future, none that a later one replaced.

    Reviews without a single reviewer say nothing and do not count.
    """
    latest: dict[tuple[object, ...], Evidence] = {}
    # on one day the better one counts, and of equal ones that of more reviews
    for piece in sorted(
        evidence, key=lambda piece: (piece.as_of, piece.quality, piece.count, piece.source, piece.name)
    ):
        if piece.as_of <= today and not (piece.scheme == "review" and piece.count == 0):
            latest[replacement_key(piece)] = piece
    return sorted(latest.values(), key=lambda piece: piece.as_of, reverse=True)


def replacement_key(piece: Evidence) -> tuple[object, ...]:
    """Return what a piece shares with those that replace it."""
    if piece.scheme == "star":
        return (piece.scheme,)
    if piece.scheme == "award":
        return (piece.scheme, piece.name, piece.level, piece.as_of)
    return (piece.scheme, piece.source, piece.name)
