"""A draft and a stored site into the site as it should be. What a row does not state stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

from geodata.sites import Access, Amenity, Entrance, Position, Site, SourceRef, StoredSite
from geodata.store.fields import apply_changes, field_changes, field_value
from importers.drafting import Draft

_NOTHING = Site("", "")
_SAME_DEGREES = 1e-7


def attributes(draft: Draft) -> dict[str, Any]:
    """Return the attributes of the site that a draft alone describes, as far as it states them."""
    own = {"name": draft.name, "kind": draft.kind, "facilities": draft.facilities, "services": draft.services}
    return own | draft.stated


def new_site(draft: Draft) -> Site:
    """Return the site that a draft alone describes."""
    return Site(**attributes(draft))


def merged_site(before: Site, draft: Draft, *, alone: bool) -> tuple[Site, list[str]]:
    """Return a stored site with what a draft states.

    A value that someone verified on the spot is not overwritten by one that is merely claimed. Where the draft's
    source is the only one that describes the site (``alone``), its list of facilities or labels is complete: what it
    claimed before and does not name any more goes. Otherwise lists are joined.

    Parameters
    ----------
    before : Site
    draft : Draft
    alone : bool

    Returns
    -------
    tuple of (Site, list of str)
        The site, and the facilities and services whose verified value was kept against a claim.
    """
    kept: list[str] = []
    changes: dict[str, Any] = dict(draft.stated)
    hours = changes.get("hours")
    if hours is not None and hours.text == before.hours.osm:  # an export's way to write hours without a text
        changes["hours"] = before.hours
    if "labels" in changes and not alone:
        changes["labels"] = tuple(dict.fromkeys((*before.labels, *changes["labels"])))
    if "access" in changes:
        changes["access"] = _merged_access(before.access, changes["access"])
    if "position" in changes and before.position is not None:
        changes["position"] = _same_place(before.position, changes["position"])
    for group, stated in (("facilities", draft.facilities), ("services", draft.services)):
        complete = alone and group in draft.listed
        changes[group] = _merged_amenities(getattr(before, group), stated, complete=complete, kept=kept)
    if changes.get("verified_on") == before.verified_on:
        for group in ("facilities", "services"):
            changes[group] = _as_old(getattr(before, group), changes[group])
    if "entrance" in changes and before.entrance is not None and is_same_point(before.entrance, changes["entrance"]):
        changes["entrance"] = before.entrance
    return replace(before, name=draft.name, kind=draft.kind, **changes), kept


@dataclass(frozen=True, slots=True)
class Ranks:
    """How good a source is and the others are; a profile may say so, else all are alike (0)."""

    source: str
    own: int = 0
    others: Mapping[str, int] = field(default_factory=dict)

    def protected(self, before: StoredSite, draft: Draft, written_by: Mapping[str, str]) -> frozenset[str]:
        """Return the fields of a stored site that this source must not overwrite.

        Those that another source, as good or better, wrote last; not where the draft was verified on the spot later
        than the site. Fields that staff wrote, or this source itself, are not among them.
        """
        checked: date | None = draft.stated.get("verified_on")
        if checked and (before.site.verified_on is None or checked > before.site.verified_on):
            return frozenset()
        first = written_by.get("created", "")
        names = {part.name for part in fields(Site)} | {f"facilities.{code}" for code in before.site.facilities}
        names |= {f"services.{code}" for code in before.site.services}
        return frozenset(name for name in names if self._goes_before(written_by.get(name, first)))

    def _goes_before(self, other: str) -> bool:
        return other not in ("", self.source) and self.others.get(other, 0) >= self.own


def kept_fields(before: Site, after: Site, protected: frozenset[str]) -> tuple[Site, list[str]]:
    """Return a site with protected fields as they were, unless they said nothing; and the names of those kept.

    Lists of labels and former names are joined anyway, and not kept from growing.
    """
    values: list[tuple[str, Any]] = []
    for name, old, _ in field_changes(before, after):
        said_something = old is not None and old != field_value(_NOTHING, name)
        if name in protected and said_something and name not in ("labels", "former_names"):
            values.append((name, old))
    return apply_changes(after, values), [name for name, _ in values]


def is_alone(sources: tuple[SourceRef, ...], source: str) -> bool:
    """Tell whether no other source describes a site."""
    return all(ref.source == source for ref in sources)


def _merged_amenities(
    before: Mapping[str, Amenity], stated: Mapping[str, Amenity], *, complete: bool, kept: list[str]
) -> dict[str, Amenity]:
    merged = {
        code: amenity
        for code, amenity in before.items()
        if code in stated or not (complete and amenity.basis == "claimed" and amenity.value == "yes")
    }
    for code, amenity in stated.items():
        old = before.get(code)
        if old is not None and old.basis == "verified" and amenity.basis == "claimed":
            if old.value != amenity.value:
                kept.append(code)
            continue
        # Notes and hours of one facility are no part of a list's row and stay.
        merged[code] = amenity if old is None else replace(amenity, note=old.note, hours=old.hours)
    return merged


def _merged_access(before: Access, stated: Access) -> Access:
    return Access(stated.ways or before.ways, stated.fee or before.fee, stated.note or before.note)


def _as_old(before: Mapping[str, Amenity], after: Mapping[str, Amenity]) -> dict[str, Amenity]:
    """Keep what says the same as before: a row checked on no other day does not renew it."""
    return {
        code: before[code] if code in before and _says_the_same(before[code], amenity) else amenity
        for code, amenity in after.items()
    }


def _says_the_same(one: Amenity, other: Amenity) -> bool:
    return (one.value, one.basis) == (other.value, other.basis)


def is_same_point(one: Position | Entrance, other: Position | Entrance) -> bool:
    """Tell whether two points are the same to the last digit that an export writes, a centimetre."""
    return abs(one.lon - other.lon) < _SAME_DEGREES and abs(one.lat - other.lat) < _SAME_DEGREES


def _same_place(before: Position, after: Position) -> Position:
    """Keep the stored numbers where the source gives the same coordinates: conversions differ in the last digit.

    Keep all that is known of the position where WGS-84 is given and says nothing else, as an export does.
    """
    as_before = after.precision == before.precision or after.note == "position_shared"
    if after.given_datum == "wgs84" and as_before and is_same_point(before, after):
        return before
    given = (after.given_lon, after.given_lat, after.given_datum)
    if (before.given_lon, before.given_lat, before.given_datum) == given:
        return replace(after, lon=before.lon, lat=before.lat)
    return after
