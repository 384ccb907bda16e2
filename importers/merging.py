"""A draft and a stored site into the site as it should be. What a row does not state stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from geodata.sites import Amenity, Position, Site, SourceRef
from importers.drafting import Draft


def new_site(draft: Draft) -> Site:
    """Return the site that a draft alone describes."""
    return Site(
        name=draft.name,
        kind=draft.kind,
        facilities=dict(draft.facilities),
        services=dict(draft.services),
        **draft.stated,
    )


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
    if "labels" in changes and not alone:
        changes["labels"] = tuple(dict.fromkeys((*before.labels, *changes["labels"])))
    if "position" in changes and before.position is not None:
        changes["position"] = _same_place(before.position, changes["position"])
    for group, stated in (("facilities", draft.facilities), ("services", draft.services)):
        complete = alone and group in draft.listed
        changes[group] = _merged_amenities(getattr(before, group), stated, complete=complete, kept=kept)
    return replace(before, name=draft.name, kind=draft.kind, **changes), kept


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


def _same_place(before: Position, after: Position) -> Position:
    """Keep the stored numbers where the source gives the same coordinates: conversions differ in the last digit."""
    given = (after.given_lon, after.given_lat, after.given_datum)
    if (before.given_lon, before.given_lat, before.given_datum) == given:
        return replace(after, lon=before.lon, lat=before.lat)
    return after
