"""Where a score comes from, item by item: the answer to "why 4.3"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from geodata.messages import Message
from geodata.ratings import (
    MAX_BONUS,
    PRIOR_MEAN,
    PRIOR_WEIGHT,
    STAR_VALID_DAYS,
    TOP,
    Evidence,
    counting,
    replacement_key,
    score,
)
from geodata.sites import Score


@dataclass(frozen=True, slots=True)
class Reason:
    """What one piece of evidence does to a score.

    Attributes
    ----------
    evidence : Evidence
    quality : float, optional
        Its value on the scale from 0 to 5; none for an award.
    weight : float
        What it weighs in the mean today; 0 for an award and for what does not count.
    share : float
        Its part of all weights, 0–1, that of the beginning mean included.
    points : float
        What it brings to the score; for an award, what it adds.
    counts : bool
    faded, expired, overdue : bool
        Whether its age takes from its weight; whether its time is over, because a later piece replaced it or a grade
        is past its year; whether the yearly inspection of a grade is due.
    flags : tuple of Message
        The same for people, with the figures.
    """

    evidence: Evidence
    quality: float | None
    weight: float
    share: float
    points: float
    counts: bool
    faded: bool
    expired: bool
    overdue: bool
    flags: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a score comes about: ``Σ points + start_points`` is the score, or more where it reached the top.

    Attributes
    ----------
    score : Score, optional
        None where no evidence counts: there is no score from nothing.
    reasons : tuple of Reason
        What counts first, the weightiest before others; then what does not, the latest first.
    start_share, start_points : float
        The part of the mean from which every site begins, and what it brings.
    bonus : float
        What all awards add.
    overdue : bool
        Whether a yearly inspection is due.
    notes : tuple of Message
        What to tell of the whole.
    """

    score: Score | None
    reasons: tuple[Reason, ...]
    start_share: float
    start_points: float
    bonus: float
    overdue: bool
    notes: tuple[Message, ...]


def explain(evidence: Sequence[Evidence], today: date) -> Explanation:
    """Explain the score that :func:`geodata.ratings.score` gives for the same evidence on the same day."""
    found = score(evidence, today)
    counted = counting(evidence, today)
    total = PRIOR_WEIGHT + sum(piece.weight(today) for piece in counted if piece.scheme != "award")
    given = sum(piece.weight(today) for piece in counted if piece.scheme == "award")
    bonus = min(MAX_BONUS, given)
    latest = {replacement_key(piece): piece for piece in counted}
    remaining = list(counted)
    reasons = []
    for piece in evidence:
        if piece in remaining:
            remaining.remove(piece)
            reasons.append(_counted(piece, today, total, bonus / given if given else 0.0))
        else:
            reasons.append(_not_counted(piece, today, latest.get(replacement_key(piece))))
    reasons.sort(key=lambda reason: (not reason.counts, -reason.points, -reason.evidence.as_of.toordinal()))
    overdue = any(reason.overdue for reason in reasons)
    return Explanation(
        score=found,
        reasons=tuple(reasons),
        start_share=PRIOR_WEIGHT / total if found else 0.0,
        start_points=PRIOR_WEIGHT * PRIOR_MEAN / total if found else 0.0,
        bonus=bonus,
        overdue=overdue,
        notes=_notes(found, total, given, reasons),
    )


def _counted(piece: Evidence, today: date, total: float, allowed: float) -> Reason:
    weight, overdue = piece.weight(today), piece.overdue_days(today)
    flags = []
    if overdue:
        due = piece.as_of + timedelta(days=STAR_VALID_DAYS)
        flags.append(Message("rating_overdue", {"due": due.isoformat(), "days": overdue}))
    if piece.fading(today) < 1:
        flags.append(Message("rating_faded", {"percent": round(100 * piece.fading(today))}))
    award = piece.scheme == "award"
    return Reason(
        evidence=piece,
        quality=None if award else piece.quality,
        weight=0.0 if award else weight,
        share=0.0 if award else weight / total,
        points=weight * allowed if award else weight * piece.quality / total,
        counts=True,
        faded=piece.fading(today) < 1,
        expired=overdue > 0,
        overdue=overdue > 0,
        flags=tuple(flags),
    )


def _not_counted(piece: Evidence, today: date, later: Evidence | None) -> Reason:
    if piece.as_of > today:
        flag = Message("rating_not_yet", {"day": piece.as_of.isoformat()})
    elif piece.scheme == "review" and piece.count == 0:
        flag = Message("rating_no_reviews")
    else:
        flag = Message("rating_replaced", {"day": (later or piece).as_of.isoformat()})
    return Reason(
        evidence=piece,
        quality=None if piece.scheme == "award" else piece.quality,
        weight=0.0,
        share=0.0,
        points=0.0,
        counts=False,
        faded=False,
        expired=flag.code == "rating_replaced",
        overdue=False,
        flags=(flag,),
    )


def _notes(found: Score | None, total: float, given: float, reasons: Sequence[Reason]) -> tuple[Message, ...]:
    if found is None:
        return (Message("rating_none"),)
    notes = [Message("rating_start", {"mean": f"{PRIOR_MEAN:g}", "percent": round(100 * PRIOR_WEIGHT / total)})]
    if given > MAX_BONUS:
        notes.append(Message("rating_bonus_limit", {"limit": f"{MAX_BONUS:g}"}))
    points = PRIOR_WEIGHT * PRIOR_MEAN / total + sum(reason.points for reason in reasons)
    if points > TOP + 1e-9:
        notes.append(Message("rating_top", {"top": f"{TOP:g}"}))
    if any(reason.overdue for reason in reasons):
        notes.append(Message("rating_inspection_due"))
    return tuple(notes)
