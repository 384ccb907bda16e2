"""What is to become of the answers to one question: a position, a proposal for a person to look at, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pyproj import Geod

from geodata.datum import convert_point
from geodata.messages import Message
from geodata.position_notes import GEOCODED, SEPARATOR
from geodata.sites import Position, Precision, Site
from importers.geocoding.answers import Answer
from importers.geocoding.regions import Regions

Becomes = Literal["placed", "review", "coarse", "nothing"]

#: Answers within this distance mean one place.
_ONE_PLACE_M = 150.0
_GEOD = Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a place.

    Attributes
    ----------
    becomes : str
        ``placed``: the position may be taken. ``review``: a person should look at it, for the reason ``why``.
        ``coarse``: only a town or district was found. ``nothing``: not even that.
    position : Position, optional
        With the first two.
    answer : Answer, optional
        What it comes from.
    why : Message, optional
    """

    becomes: Becomes
    position: Position | None = None
    answer: Answer | None = None
    why: Message | None = None


def judge(site: Site, answers: Sequence[Answer], regions: Regions, service: str) -> Verdict:
    """Return what the answers of a service come to for a site."""
    usable = [answer for answer in answers if answer.grade != "none"]
    if not usable:
        level = answers[0].level if answers else ""
        return Verdict("coarse", answer=answers[0], why=_coarse(level)) if answers else Verdict("nothing")
    placed = [(answer, _placed(answer, service)) for answer in usable]
    objections = [regions.objection(site, answer, at.lon, at.lat) for answer, at in placed]
    within = [pair for pair, objection in zip(placed, objections, strict=True) if objection is None]
    if not within:
        answer, position = placed[0]
        return Verdict("review", position, answer, objections[0])
    answer, position = within[0]
    others = [other for of, other in within[1:] if of.grade == answer.grade]
    if any(_metres(position, other) > _ONE_PLACE_M for other in others):
        return Verdict("review", position, answer, Message("geocode_several", {"count": len(within)}))
    if answer.grade == "area":
        return Verdict("review", position, answer, Message("geocode_street", {"level": answer.level}))
    if answer.doubtful:
        return Verdict("review", position, answer, Message("geocode_doubtful", {"level": answer.level}))
    return Verdict("placed", position, answer)


def _coarse(level: str) -> Message:
    return Message("geocode_coarse", {"level": level or "?"})


def _placed(answer: Answer, service: str) -> Position:
    lon, lat = convert_point(answer.lon, answer.lat, answer.datum, "wgs84")
    precision: Precision = answer.grade
    note = SEPARATOR.join((GEOCODED, service, answer.level.replace(SEPARATOR, " ")))
    return Position(lon, lat, precision, note, answer.lon, answer.lat, answer.datum)


def _metres(one: Position, other: Position) -> float:
    distance: float = _GEOD.inv(one.lon, one.lat, other.lon, other.lat)[2]
    return distance
