"""Candidates: premises that could host a station, with what must be settled by hand before one opens there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

CheckState = Literal["open", "settled", "refused"]

#: What has to be settled for every candidate; the texts are messages ``check_CODE``.
CHECKS = ("owner_consent", "fire_lanes", "toilet", "opening_hours", "upkeep")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to settle: still open, settled, or refused, which rules the candidate out."""

    state: CheckState = "open"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Premises that could host a station.

    Attributes
    ----------
    source, source_key : str
        The list and its own key of the row.
    name, address, host, note : str
        ``host`` is who runs the premises (a bank, a petrol station, a community centre).
    lon, lat : float
        Degrees in WGS-84.
    hours_osm : str, optional
        OSM ``opening_hours``; ``None`` where they are not known.
    hours_text : str
        The hours as the list gave them.
    cost : float, optional
        What it costs to set up a station there, in yuan; ``None`` where it is not known.
    checks : mapping
        By the codes of :data:`CHECKS`; what is not stated is open.
    area : str, optional
        Code of the smallest known area.
    """

    source: str
    source_key: str
    name: str
    lon: float
    lat: float
    address: str = ""
    host: str = ""
    hours_osm: str | None = None
    hours_text: str = ""
    cost: float | None = None
    checks: Mapping[str, Check] = field(default_factory=dict)
    area: str | None = None
    note: str = ""

    @property
    def code(self) -> str:
        """The key under which it is stored and named in scenarios."""
        return f"{self.source}#{self.source_key}"

    @property
    def refused(self) -> bool:
        """Whether something was refused, so that no station can open here."""
        return any(check.state == "refused" for check in self.checks.values())

    def check(self, code: str) -> Check:
        """Return how one check stands."""
        return self.checks.get(code, Check())
