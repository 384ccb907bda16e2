"""A site and its parts, as frozen dataclasses, and their flat form for history, comparison and copies."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Datum = Literal["wgs84", "gcj02", "bd09"]
Precision = Literal["exact", "address", "approximate", "area", "none"]
Value = Literal["yes", "no", "limited", "unknown"]
Basis = Literal["claimed", "verified"]

#: Letters and digits that cannot be taken for one another, neither in print nor on the phone.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 6


_PAIRS = [first + second for first in CODE_ALPHABET for second in CODE_ALPHABET]


def new_codes(count: int) -> list[str]:
    """Return random public codes of :data:`CODE_LENGTH` characters; some may be equal (30⁶ = 7 × 10⁸ codes)."""
    many = len(_PAIRS)
    # 64 random bits for 30 bits' worth of codes: that the first ones are likelier cannot be noticed.
    numbers = memoryview(os.urandom(8 * count)).cast("Q")
    return [
        _PAIRS[number % many] + _PAIRS[number // many % many] + _PAIRS[number // many**2 % many] for number in numbers
    ]


@dataclass(frozen=True, slots=True)
class Position:
    """Where a site is.

    Attributes
    ----------
    lon, lat : float
        Degrees in WGS-84.
    precision : Precision
        How well the position is known; never ``"none"`` here (a site without a position has no ``Position``).
    note : str
        Why the position is not exact, as a message code of the catalogue, or empty.
    given_lon, given_lat : float, optional
        The coordinates as the source gave them, in ``given_datum``.
    given_datum : Datum, optional
        The datum in which the source gave them.
    """

    lon: float
    lat: float
    precision: Precision = "exact"
    note: str = ""
    given_lon: float | None = None
    given_lat: float | None = None
    given_datum: Datum | None = None


@dataclass(frozen=True, slots=True)
class Entrance:
    """The point to send people to: degrees in WGS-84."""

    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours.

    Attributes
    ----------
    osm : str, optional
        OSM ``opening_hours`` expression; ``None`` where the hours are not known.
    text : str
        The original text, always kept and shown.
    """

    osm: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Amenity:
    """What is known about one facility or service of a site.

    Attributes
    ----------
    value : Value
    basis : Basis
        Whether a source claims it or someone verified it on the spot.
    as_of : date, optional
        When it was claimed or verified.
    note : str
    hours : Hours, optional
        Where they differ from the site's own.
    """

    value: Value
    basis: Basis = "claimed"
    as_of: date | None = None
    note: str = ""
    hours: Hours | None = None


@dataclass(frozen=True, slots=True)
class Closure:
    """A time in which the site is closed; both days included, an open end is ``None``."""

    start: date | None = None
    end: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Access:
    """How one gets in: ``ways`` are codes of the vocabulary's access group, ``fee`` one of its fees or ``None``."""

    ways: tuple[str, ...] = ()
    fee: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Award:
    """An official distinction."""

    name: str
    level: str | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Photo:
    """A reference to a picture file."""

    file: str
    caption: str = ""
    credit: str = ""
    taken_on: date | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """A place for workers, as sources describe it.

    Codes in ``kind``, ``facilities``, ``services``, ``level``, ``access`` and ``state`` are those of the vocabulary.
    ``area`` is the code of the smallest known area (adcode or a street's code), ``area_name`` what the source calls
    it. ``operator`` is the organisation's name as given, ``operator_code`` its code where it is known. ``capacity``
    counts seats, ``area_m2`` square metres. ``valid_from`` and ``valid_to`` bound a temporary place (both included).
    """

    name: str
    kind: str
    labels: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()
    position: Position | None = None
    entrance: Entrance | None = None
    floor: str = ""
    directions: str = ""
    address: str = ""
    area: str | None = None
    area_name: str = ""
    hours: Hours = field(default_factory=Hours)
    closures: tuple[Closure, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    state: str = "open"
    facilities: Mapping[str, Amenity] = field(default_factory=dict)
    services: Mapping[str, Amenity] = field(default_factory=dict)
    access: Access = field(default_factory=Access)
    level: str | None = None
    operator: str = ""
    operator_code: str | None = None
    host: str = ""
    capacity: int | None = None
    area_m2: float | None = None
    phone: str = ""
    website: str = ""
    note: str = ""
    awards: tuple[Award, ...] = ()
    photos: tuple[Photo, ...] = ()
    verified_on: date | None = None

    @property
    def precision(self) -> Precision:
        """How well the position is known; ``"none"`` without one."""
        return self.position.precision if self.position else "none"


@dataclass(frozen=True, slots=True)
class SourceRef:
    """A source's own key of a site, and when it last stood in a complete list of that source."""

    source: str
    key: str
    last_seen: date | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """The rating of a site, derived from its evidence (:mod:`geodata.ratings`).

    ``score`` runs from 0 to 5, ``stars`` is the official grade 1–5 where there is a valid one, ``count`` the pieces
    of evidence, ``confidence`` 0–1.
    """

    score: float
    stars: int | None
    count: int
    confidence: float


@dataclass(frozen=True, slots=True)
class StoredSite:
    """A site as a store keeps it."""

    id: int
    code: str
    site: Site
    sources: tuple[SourceRef, ...]
    version: int
    data_version: int
    created_at: datetime
    updated_at: datetime
    score: Score | None = None
