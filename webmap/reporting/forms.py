"""The form of a report: its token, its values, and what is wrong with them."""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from geodata.errors import ValueUnusableError
from geodata.index.geometry import geodesic_m
from geodata.store import NewReport
from geodata.store.fields import storable
from geodata.store.reporting import KINDS
from geodata.vocabulary import Vocabulary
from webmap import signing

#: A form that stood open for longer has to be sent a second time.
MOST_AGE_S = 24 * 3600.0
#: Nobody reads and fills in the form faster; programs do.
LEAST_AGE_S = 2.0
#: Characters.
TEXT_LENGTH, HOURS_LENGTH = 2000, 300
#: A place that moved farther is another place.
MOST_MOVED_KM = 50
#: What a field for people who are no people is called: it looks as if it were wanted.
HONEYPOT = "website"
VALUES = ("no", "limited", "yes")
_PURPOSE = "report"


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody filled in, as texts, so that the form can be shown again as it was."""

    kind: str = ""
    text: str = ""
    facility: str = ""
    value: str = ""
    hours: str = ""
    lon: str = ""
    lat: str = ""
    token: str = field(default="", repr=False)
    trapped: bool = False

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Draft:
        """Return the draft of a form, or of a JSON object; what is no text or number counts as left out."""

        def text(name: str) -> str:
            value = given.get(name, "")
            plain = isinstance(value, str | int | float) and not isinstance(value, bool)
            return str(value).strip().replace("\r\n", "\n") if plain else ""

        names = ("kind", "text", "facility", "value", "hours", "lon", "lat", "token")
        return cls(**{name: text(name) for name in names}, trapped=bool(text(HONEYPOT)))


def new_token(code: str) -> str:
    """Return what a form for a place carries: when it was made, and a sign of its own."""
    return signing.sign(_PURPOSE, [code, secrets.token_urlsafe(12)])


def nonce_of(draft: Draft, code: str) -> str:
    """Return the form's own sign.

    Raises
    ------
    ValueUnusableError
        If this server did not make the form, made it too long ago, or a moment ago.
    """
    found = signing.signed(_PURPOSE, draft.token, MOST_AGE_S)
    if found is None or found[0][0] != code:
        raise ValueUnusableError("report_form_stale")
    (_, nonce), age = found
    if age < LEAST_AGE_S:
        raise ValueUnusableError("report_form_hasty")
    return str(nonce)


def checked(draft: Draft, vocabulary: Vocabulary, place: Mapping[str, Any]) -> NewReport:
    """Return what a draft says, of no site yet and without its photo.

    Parameters
    ----------
    draft : Draft
    vocabulary : Vocabulary
    place : mapping
        The place's GeoJSON feature.

    Raises
    ------
    ValueUnusableError
        Naming what is wrong.
    """
    if draft.kind not in KINDS:
        raise ValueUnusableError("report_kind_unusable")
    for text, most in ((draft.text, TEXT_LENGTH), (draft.hours, HOURS_LENGTH)):
        if len(text) > most:
            raise ValueUnusableError("report_text_long", most=most)
    facility = draft.facility if draft.kind in ("supplies", "facility") else ""
    if facility and facility not in vocabulary.facilities:
        raise ValueUnusableError("report_facility_unusable", value=facility[:40])
    lon, lat = _pin(draft, place) if draft.kind == "moved" else (None, None)
    hours = draft.hours if draft.kind == "hours" else ""
    if not (draft.text or facility or hours or lon is not None or draft.kind == "closed"):
        raise ValueUnusableError("report_empty")
    return NewReport(
        site_id=0,
        kind=draft.kind,
        nonce="",
        text=_clean(draft.text),
        facility=facility or None,
        value=draft.value if facility and draft.kind == "facility" and draft.value in VALUES else None,
        hours=_clean(hours),
        lon=lon,
        lat=lat,
    )


def _pin(draft: Draft, place: Mapping[str, Any]) -> tuple[float, float] | tuple[None, None]:
    """Return the pin that was set, in degrees; nothing where none was."""
    if not draft.lon and not draft.lat:
        return None, None
    try:
        lon, lat = float(draft.lon), float(draft.lat)
    except ValueError:
        lon = lat = math.nan
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise ValueUnusableError("report_position_unusable", most=MOST_MOVED_KM)
    if place["geometry"] is not None:
        moved_m = geodesic_m(lon, lat, *(np.array([degree]) for degree in place["geometry"]["coordinates"]))[0]
        if moved_m > MOST_MOVED_KM * 1000:
            raise ValueUnusableError("report_position_unusable", most=MOST_MOVED_KM)
    # Six decimals are a tenth of a metre.
    return round(lon, 6), round(lat, 6)


def _clean(text: str) -> str:
    """Return a text without what no database keeps."""
    return text if storable(text) else "".join(sign for sign in text if storable(sign))
