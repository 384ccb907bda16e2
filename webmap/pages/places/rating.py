"""Where a place's score comes from, as its page tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geodata.vocabulary import Vocabulary
from webmap.pages.catalogue import translated as _
from webmap.pages.places.shown import name_of
from webmap.pages.places.wording import Wording


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of evidence: what it is, when and from whom, what it says, and what it brings to the score."""

    name: str
    origin: str
    value: str
    points: str
    counts: bool
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RatingShown:
    """The score in words and everything it is made of; ``start`` is what every place begins with."""

    score: str
    start: str
    pieces: tuple[Piece, ...]
    notes: tuple[str, ...]


def rating_shown(found: Mapping[str, Any], wording: Wording, vocabulary: Vocabulary) -> RatingShown | None:
    """Return the explanation of a score (:meth:`geodata.index.SiteIndex.rating`); none where there is no evidence."""
    if not found["items"]:
        return None
    return RatingShown(
        score="" if found["score"] is None else wording.number(found["score"], 1),
        start=_points(wording, found["start"]["points"]) if found["score"] is not None else "",
        pieces=tuple(_piece(item, wording, vocabulary) for item in found["items"]),
        notes=tuple(wording.local(note) for note in found["notes"]),
    )


def _piece(item: Mapping[str, Any], wording: Wording, vocabulary: Vocabulary) -> Piece:
    scheme = wording.local(item["scheme_name"])
    return Piece(
        name=f"{scheme} · {item['name']}" if item["name"] else scheme,
        origin=" · ".join(filter(None, (wording.date(item["date"]), item["source"], item["note"]))),
        value=_value(item, wording, vocabulary),
        points=_points(wording, item["points"]) if item["counts"] else _("does not count"),
        counts=item["counts"],
        remarks=tuple(wording.local(remark) for remark in item["remarks"]),
    )


def _value(item: Mapping[str, Any], wording: Wording, vocabulary: Vocabulary) -> str:
    if item["scale"] is None:
        return name_of(vocabulary.levels, item["level"], wording)
    value = _("{value} of {scale}").format(
        value=wording.number(item["value"], 1), scale=wording.number(item["scale"], 1)
    )
    if item["scheme"] != "review":
        return value
    count = _("{n} review") if item["count"] == 1 else _("{n} reviews")
    return f"{value} · {count.format(n=wording.number(item['count']))}"


def _points(wording: Wording, points: float) -> str:
    return "+" + wording.number(points, 2)
