"""How likely a row and a stored site are one place: points for and against, each with its reason.

The points are weights of evidence, in natural-logarithm units, so that they add up: name, position, address, telephone,
kind. ``SURE`` and ``UNSURE`` bound what is taken without asking and what is shown to a person
(``tests/benchmarks/matching.py`` measures both).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from importers.names import Address, Name, differ_by_region, fold, is_short_for, parse_name

SURE = 6.0
UNSURE = 2.5
#: How much better than the next candidate the best one must be to be taken without asking.
MARGIN = 1.5
_SAME_NAME = 5.0
#: Positions of these precisions say where a place is to some hundred metres at best.
VAGUE = frozenset({"approximate", "area", "none"})
#: Documents that the weights of pairs of characters begin with: a store of five sites knows no common words.
_SMOOTH = 50


@dataclass(frozen=True, slots=True)
class Traits:
    """What of a row or a site is compared."""

    text: str
    labels: tuple[str, ...]
    name: Name
    kind: str
    lon: float | None
    lat: float | None
    precision: str
    address: Address | None
    phones: frozenset[str]
    area: str
    former: tuple[Name, ...] = ()


@dataclass(slots=True)
class Weights:
    """How telling pairs of characters and telephone numbers are: the rarer, the more."""

    grams: Counter[str] = field(default_factory=Counter)
    phones: Counter[str] = field(default_factory=Counter)
    sites: int = 0

    def learn(self, traits: Iterable[Traits]) -> None:
        """Count what stored sites have."""
        for item in traits:
            self.grams.update(item.name.grams)
            self.phones.update(item.phones)
            self.sites += 1

    def of(self, gram: str) -> float:
        """Return the weight of a pair of characters."""
        return math.log((self.sites + _SMOOTH) / (self.grams[gram] + 1))

    def total(self, grams: Iterable[str]) -> float:
        """Return the weight of several pairs together."""
        return sum(self.of(gram) for gram in grams)


@dataclass(slots=True)
class Comparison:
    """The points of a pair, by reason; ``capped`` pairs are never taken without asking."""

    points: dict[str, float] = field(default_factory=dict)
    capped: bool = False
    distance_m: float | None = None

    @property
    def total(self) -> float:
        """The sum of all points."""
        return sum(self.points.values())

    @property
    def score(self) -> float:
        """The sum as a number from 0 to 1."""
        return 1 / (1 + math.exp((SURE + UNSURE) / 2 - self.total))

    @property
    def sure(self) -> bool:
        """Whether the pair may be taken for one place without asking."""
        placed = any(self.points.get(reason, 0) > 0 for reason in ("distance", "address", "phone"))
        return self.total >= SURE and placed and not self.capped

    def to_json(self) -> dict[str, Any]:
        """Return points and distance as plain data."""
        found: dict[str, Any] = {reason: round(points, 2) for reason, points in self.points.items() if points}
        if self.distance_m is not None:
            found["distance_m"] = round(self.distance_m)
        return found


def compare(row: Traits, site: Traits, weights: Weights) -> Comparison:
    """Return the points for and against one place."""
    found = Comparison()
    points = found.points
    names = (site.name, *site.former)
    mine = _without_labels(row, site)
    points["name"], best = max(((_name(mine, name, weights), name) for name in names), key=lambda pair: pair[0])
    _contradictions(row, site, mine, best, found)
    found.distance_m = distance_m(row, site)
    points["distance"] = _distance(found.distance_m, {row.precision, site.precision} & VAGUE)
    points["address"] = _address(row.address, site.address)
    points["phone"] = _phone(row.phones, site.phones, weights)
    if row.area and site.area and found.distance_m is None:
        same = row.area.startswith(site.area) or site.area.startswith(row.area)
        points["area"] = 0.5 if same else -4.0
    return found


def rival(other: Comparison, best: Comparison) -> bool:
    """Tell whether a candidate is almost as likely as the best; the very same name counts for more than a like one."""
    exact = best.points["name"] >= _SAME_NAME > other.points["name"]
    return other.total > best.total - (MARGIN / 2 if exact else MARGIN)


def _without_labels(row: Traits, site: Traits) -> Name:
    """Return the row's name without the site's labels: other sources write them into the name."""
    if any(fold(label) in row.name.full for label in site.labels):
        return parse_name(row.text, (*row.labels, *site.labels))
    return row.name


def _name(row: Name, site: Name, weights: Weights) -> float:
    if row.full == site.full:
        return _SAME_NAME
    if row.base == site.base and not (row.aside and site.aside and row.aside != site.aside):
        return 4.0
    if row.aside and site.aside and row.base == site.base:
        return 0.5
    if row.core == site.core or differ_by_region(row.base, site.base) or differ_by_region(row.core, site.core):
        return 4.0
    if row.local == site.local and len(row.local) >= 3 and weights.total(_grams(row.local)) >= 8:
        return 3.5
    both, one = weights.total(row.grams & site.grams), weights.total(row.grams | site.grams)
    alike = both / one if one else 0.0
    if alike < 0.6 and (is_short_for(row.core, site.core) or is_short_for(site.core, row.core)):
        return 1.5
    return 3.0 if _in_brackets(row, site) else 8.0 * alike - 4.0


def _in_brackets(row: Name, site: Name) -> bool:
    """Tell whether what one has in brackets is the other's whole name: another name, or where the place is."""
    return row.aside == site.full or site.aside == row.full


def _grams(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


def _contradictions(row: Traits, site: Traits, mine: Name, other: Name, found: Comparison) -> None:
    """Note what speaks for two places although the names are alike."""
    if mine.full == other.full:
        if _kinds_differ(row, site):
            found.points["kind"] = -1.0
            found.capped = True
        return
    if mine.numbers != other.numbers and mine.numbers and other.numbers:
        found.points["number"] = -6.0
    elif mine.numbers != other.numbers and mine.core != other.core:
        found.points["number"] = -1.5
    if mine.programmes and other.programmes and not mine.programmes & other.programmes:
        found.points["programme"] = -6.0
    elif mine.programmes != other.programmes:
        found.points["programme"] = -0.5
    if mine.type and other.type and mine.type != other.type:
        found.points["type"] = -5.0
    if mine.base != other.base and _in_brackets(mine, other):
        found.capped = True
    if _kinds_differ(row, site):
        found.points["kind"] = -2.0
        found.capped = True


def _kinds_differ(row: Traits, site: Traits) -> bool:
    """Tell whether a row says that its place is of another kind; many lists do not say."""
    return row.kind not in ("", site.kind)


def distance_m(row: Traits, site: Traits) -> float | None:
    """Return how far apart two are, on a sphere (to 0.5 %); ``None`` without a position of both."""
    if row.lon is None or row.lat is None or site.lon is None or site.lat is None:
        return None
    lat = math.radians((row.lat + site.lat) / 2)
    east = math.radians((row.lon - site.lon + 180) % 360 - 180) * math.cos(lat)
    return 6_371_009 * math.hypot(east, math.radians(row.lat - site.lat))


def _distance(distance: float | None, vague: Collection[str]) -> float:
    if distance is None:
        return 0.0
    steps = _STEPS_AREA if "area" in vague else _STEPS_VAGUE if vague else _STEPS
    return next((points for limit, points in steps if distance <= limit), -8.0)


_STEPS = ((30, 3.0), (100, 2.5), (200, 1.0), (500, -1.0), (2_000, -4.0))
_STEPS_VAGUE = ((1_000, 1.5), (5_000, -1.5), (20_000, -4.0))
_STEPS_AREA = ((5_000, 0.5), (20_000, -1.5))


def _address(row: Address | None, site: Address | None) -> float:
    if row is None or site is None:
        return 0.0
    if row.key == site.key:
        return 3.0 if row.number else 1.5
    if row.number and site.number:
        if row.street == site.street or row.street.endswith(site.street) or site.street.endswith(row.street):
            return 2.5 if row.number == site.number else -2.0
        return -1.5
    if row.key in site.key or site.key in row.key:
        return 1.0
    return 0.0


def _phone(row: frozenset[str], site: frozenset[str], weights: Weights) -> float:
    if not row or not site:
        return 0.0
    shared = row & site
    if not shared:
        return -0.5
    return 3.0 if min(weights.phones[number] for number in shared) <= 1 else 1.0


_REASONS_ZH = {
    "name": "名称", "distance": "距离", "address": "地址", "phone": "电话", "area": "区域", "kind": "类型",
    "number": "编号", "programme": "品牌", "type": "场所类型",
}  # fmt: skip


def explained(reasons: Mapping[str, Any], language: str = "en") -> str:
    """Return reasons as one line: ``name +4, distance 35 m +2.5``, in Chinese ``名称 +4，距离 35 米 +2.5``."""
    metres, chinese = reasons.get("distance_m"), language == "zh"
    parts = []
    for reason, points in reasons.items():
        if reason != "distance_m":
            shown = _REASONS_ZH.get(reason, reason) if chinese else reason
            if reason == "distance" and metres is not None:
                shown = f"{shown} {metres} {'米' if chinese else 'm'}"
            parts.append(f"{shown} {points:+g}")
    return ("，" if chinese else ", ").join(parts)


def told_match(code: str, name: str, reasons: Mapping[str, Any]) -> dict[str, str]:
    """Return what messages say of a place that a row was taken for."""
    return {"code": code, "name": name, "why": explained(reasons), "why_zh": explained(reasons, "zh")}
