"""The answer to "why 4.3" as JSON types: every piece of evidence, what it weighs and what it brings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from geodata.index.opening import note_dict
from geodata.messages import Message
from geodata.rating_reasons import Reason, explain
from geodata.ratings import PRIOR_MEAN, SCALES, TOP, Evidence


def explained(evidence: Sequence[Evidence], today: date) -> dict[str, Any]:
    """Return where a score comes from.

    Returns
    -------
    dict
        ``day``; ``score``, ``stars``, ``count``, ``confidence``, all ``None`` where no evidence counts; ``overdue``;
        ``start`` with ``mean``, ``share`` and ``points``; ``bonus``, what all awards add; ``items``, what counts first;
        ``notes``. The points of start and items add up to the score, or to more where it reached the top.
    """
    found = explain(evidence, today)
    score = found.score
    return {
        "day": today.isoformat(),
        "score": None if score is None else round(score.score, 2),
        "stars": None if score is None else score.stars,
        "count": 0 if score is None else score.count,
        "confidence": None if score is None else round(score.confidence, 3),
        "scale": TOP,
        "overdue": found.overdue,
        "start": {"mean": PRIOR_MEAN, "share": round(found.start_share, 4), "points": round(found.start_points, 3)},
        "bonus": round(found.bonus, 3),
        "items": [_item(reason) for reason in found.reasons],
        "notes": [note_dict(note) for note in found.notes],
    }


def _item(reason: Reason) -> dict[str, Any]:
    piece = reason.evidence
    return {
        "scheme": piece.scheme,
        "scheme_name": Message(f"rating_scheme_{piece.scheme}").texts(),
        "name": piece.name,
        "value": piece.value,
        "scale": None if piece.scheme == "award" else piece.scale or SCALES[piece.scheme],
        "quality": None if reason.quality is None else round(reason.quality, 2),
        "count": piece.count,
        "date": piece.as_of.isoformat(),
        "level": piece.level,
        "source": piece.source,
        "note": piece.note,
        "counts": reason.counts,
        "weight": round(reason.weight, 3),
        "share": round(reason.share, 4),
        "points": round(reason.points, 3),
        "faded": reason.faded,
        "expired": reason.expired,
        "overdue": reason.overdue,
        "remarks": [note_dict(flag) for flag in reason.flags],
    }
