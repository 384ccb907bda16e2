"""The keys by which the rows of a source are told apart."""

from __future__ import annotations

import hashlib

from importers.cleaning import key_of
from importers.drafting import Draft
from importers.survey import Place

_KEY_LENGTH = 200
#: Keys made by :func:`row_key`, not given by the source.
MADE_KEY = "name:"
CODE_KEY = "code:"


def row_key(draft: Draft, place: Place | None) -> str:
    """Return the key by which the source's rows are told apart.

    That is the row's own key, else the public code that it states; without them a hash of the name and the address,
    each without case, width, spaces and punctuation, so that the same list gives the same keys again. For an address
    that is not there goes the area, and without that the point as given, to some ten metres.
    """
    if draft.source_key:
        return draft.source_key
    if draft.code:
        return CODE_KEY + draft.code
    where = key_of(draft.stated.get("address") or draft.area_code or draft.stated.get("area_name", ""))
    if not where and place is not None:
        where = f"{place.given_lon:.4f},{place.given_lat:.4f}"
    text = f"{key_of(draft.name)}|{where}"
    return MADE_KEY + hashlib.sha256(text.encode()).hexdigest()[:20]


def key_fits(key: str) -> bool:
    """Tell whether a source's own key is short enough to be one."""
    return len(key) <= _KEY_LENGTH
