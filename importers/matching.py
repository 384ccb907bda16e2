"""Which stored site a row means: by public code, by its source's own key, or by a key made of name and address."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from geodata.sites import StoredSite
from geodata.store import Store
from importers.cleaning import key_of
from importers.drafting import Draft
from importers.survey import Place

_KEY_LENGTH = 200


def row_key(draft: Draft, place: Place | None) -> str:
    """Return the key by which the source's rows are told apart.

    That is the row's own key; without one a hash of the name and the address, each without case, width, spaces and
    punctuation, so that the same list gives the same keys again. For an address that is not there goes the area, and
    without that the point as given, to some ten metres.
    """
    if draft.source_key:
        return draft.source_key
    where = key_of(draft.stated.get("address") or draft.area_code or draft.stated.get("area_name", ""))
    if not where and place is not None:
        where = f"{place.given_lon:.4f},{place.given_lat:.4f}"
    text = f"{key_of(draft.name)}|{where}"
    return "name:" + hashlib.sha256(text.encode()).hexdigest()[:20]


def key_fits(key: str) -> bool:
    """Tell whether a source's own key is short enough to be one."""
    return len(key) <= _KEY_LENGTH


def find_stored(store: Store, source: str, drafts: Sequence[tuple[Draft, str]]) -> dict[str, StoredSite]:
    """Return the stored sites that drafts mean, by the drafts' keys; a known public code goes before the key."""
    found = store.by_source(source, [key for _, key in drafts])
    codes = {draft.code: key for draft, key in drafts if draft.code}
    for site in store.sites(codes=list(codes)) if codes else ():
        found[codes[site.code]] = site
    return found
