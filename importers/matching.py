"""Which stored site a row means: by public code, by its source's own key, else by name, position, address and phone.

Rows without a known key are compared with the stored sites near them or of their name, telephone or address
(:mod:`importers.scoring`). Candidates come from memory, the same on both stores: a tree of positions and tables of
names, so that 200,000 rows can be compared with 200,000 sites.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.spatial import cKDTree

from geodata.sites import Position, SourceRef, StoredSite
from geodata.store import SiteOutline, Store
from importers.drafting import Draft
from importers.names import parse_address, parse_name, phone_numbers
from importers.scoring import UNSURE, Comparison, Traits, Weights, compare, rival

#: Stored sites within this distance are compared; with vague positions only those of a like name further away.
_NEAR_M = 600.0
#: A name, telephone or address that more sites share says nothing; it is not looked up.
_MOST = 60
_EARTH_M = 6_371_009.0
#: Sites of the same name further away than this, some five kilometres, are other places.
_FAR_DEGREES = 0.05


def find_stored(store: Store, source: str, rows: Sequence[tuple[str, str]]) -> dict[str, StoredSite]:
    """Return the stored sites that rows mean, as (key, public code), by their keys; a known code goes first."""
    found = store.by_source(source, [key for key, _ in rows])
    codes = {code: key for key, code in rows if code}
    for site in store.sites(codes=list(codes)) if codes else ():
        found[codes[site.code]] = site
    for code in set(codes) - {site.code for site in found.values()}:
        if (merged := store.current(code)) is not None:  # a code of a site that was merged
            found[codes[code]] = merged
    return found


def traits_of_draft(draft: Draft, area: str = "") -> Traits:
    """Return what of a row is compared; ``area`` is the code of the area that it names or lies in."""
    position: Position | None = draft.stated.get("position")
    return Traits(
        text=draft.name,
        labels=draft.stated.get("labels", ()),
        name=parse_name(draft.name, draft.stated.get("labels", ())),
        kind=draft.kind,
        lon=position.lon if position else None,
        lat=position.lat if position else None,
        precision=position.precision if position else "none",
        address=parse_address(draft.stated.get("address", "")),
        phones=phone_numbers(draft.stated.get("phone", "")),
        area=area,
    )


def traits_of_site(site: SiteOutline) -> Traits:
    """Return what of a stored site is compared."""
    return Traits(
        text=site.name,
        labels=tuple(site.labels),
        name=parse_name(site.name, site.labels),
        kind=site.kind,
        lon=site.lon,
        lat=site.lat,
        precision=site.precision,
        address=parse_address(site.address),
        phones=phone_numbers(site.phone),
        area=site.area or "",
        former=tuple(parse_name(name, site.labels) for name in site.former_names),
    )


@dataclass(frozen=True, slots=True)
class Match:
    """A stored site that a row may mean.

    ``sure`` is a match that may be taken without asking; ``rivals`` are the codes of other sites almost as likely.
    """

    site: SiteOutline
    comparison: Comparison
    sure: bool
    rivals: tuple[str, ...] = ()


@dataclass(slots=True)
class Directory:
    """The stored sites, to find those that a row may mean."""

    sites: list[SiteOutline] = field(default_factory=list)
    _traits: list[Traits] = field(default_factory=list)
    _weights: Weights = field(default_factory=Weights)
    _tree: cKDTree | None = None
    _placed: list[int] = field(default_factory=list)
    _by_text: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, sites: Iterable[SiteOutline]) -> Directory:
        """Take up all stored sites."""
        made = cls(list(sites))
        made._traits = [traits_of_site(site) for site in made.sites]
        made._weights.learn(made._traits)
        for index, traits in enumerate(made._traits):
            if traits.lon is not None and traits.lat is not None:
                made._placed.append(index)
            for name in (traits.name, *traits.former):
                for text in {name.full, name.core, name.local}:
                    made._by_text["name", text].append(index)
            for number in traits.phones:
                made._by_text["phone", number].append(index)
            if traits.address is not None:
                made._by_text["address", traits.address.key].append(index)
        if made._placed:
            points = [(made._traits[index].lon, made._traits[index].lat) for index in made._placed]
            made._tree = cKDTree(_vectors(np.array(points, dtype=np.float64)))
        return made

    def matches(self, rows: Sequence[Traits]) -> list[list[Match]]:
        """Return for each row the sites that it may mean, the likeliest first; none that is unlikely."""
        return [self._of_row(row, near) for row, near in zip(rows, self._near(rows), strict=True)]

    def _near(self, rows: Sequence[Traits]) -> list[list[int]]:
        found: list[list[int]] = [[] for _ in rows]
        placed = [index for index, row in enumerate(rows) if row.lon is not None and row.lat is not None]
        if self._tree is None or not placed:
            return found
        points = np.array([(rows[index].lon, rows[index].lat) for index in placed], dtype=np.float64)
        near = self._tree.query_ball_point(_vectors(points), _NEAR_M / _EARTH_M)
        for index, hits in zip(placed, near, strict=True):
            found[index] = [self._placed[hit] for hit in hits]
        return found

    def _of_row(self, row: Traits, near: Iterable[int]) -> list[Match]:
        grams, name = row.name.grams, row.name
        # Most of those near have nothing of the name: they are left out before they are compared.
        candidates = {
            index
            for index in near
            if not grams.isdisjoint(self._traits[index].name.grams)
            or self._traits[index].name.core[0] == name.core[0]
            or self._traits[index].former
        }
        for text in {name.full, name.core, name.local}:
            candidates.update(index for index in self._sharing("name", text) if self._may_be(row, self._traits[index]))
        for number in row.phones:
            candidates.update(self._sharing("phone", number))
        if row.address is not None:
            candidates.update(self._sharing("address", row.address.key))
        compared = [(index, compare(row, self._traits[index], self._weights)) for index in candidates]
        likely = [(index, comparison) for index, comparison in compared if comparison.total >= UNSURE]
        likely.sort(key=lambda pair: (-pair[1].total, self.sites[pair[0]].code))
        found: list[Match] = []
        for place, (index, comparison) in enumerate(likely):
            rivals = tuple(self.sites[other].code for other, its in likely if other != index and rival(its, comparison))
            found.append(Match(self.sites[index], comparison, place == 0 and comparison.sure and not rivals, rivals))
        return found

    @staticmethod
    def _may_be(row: Traits, site: Traits) -> bool:
        """Tell whether a site of the same name is not plainly elsewhere."""
        if row.lon is None or row.lat is None or site.lon is None or site.lat is None:
            return True
        return abs(row.lat - site.lat) < _FAR_DEGREES and abs(row.lon - site.lon) < 2 * _FAR_DEGREES

    def _sharing(self, what: str, text: str) -> list[int]:
        found = self._by_text.get((what, text), [])
        return found if len(found) <= _MOST else []


def _vectors(points: np.ndarray) -> np.ndarray:
    lon, lat = np.radians(points[:, 0]), np.radians(points[:, 1])
    return np.stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)), axis=1)


def known_by(refs: Iterable[SourceRef], source: str) -> list[str]:
    """Return the keys by which a source knows a site."""
    return [ref.key for ref in refs if ref.source == source]
