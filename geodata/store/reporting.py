"""What people report about places, in the store: added by anybody, closed by staff."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from geodata.errors import ConflictError, NotFoundError
from geodata.store import schema
from geodata.store.backend import Backend
from geodata.store.fields import refuse_unstorable

KINDS = ("closed", "moved", "supplies", "hours", "facility", "other")
OPEN = "open"
#: How a report ends: the site was changed as it says; looked at, and the site is right; not worth a look.
ENDS = ("applied", "resolved", "rejected")
_TOLD = ("site_id", "kind", "text", "facility", "value", "hours", "lon", "lat", "photo", "nonce")


@dataclass(frozen=True, slots=True)
class NewReport:
    """What somebody tells about a place.

    Attributes
    ----------
    site_id : int
    kind : str
        One of :data:`KINDS`.
    nonce : str
        The form's own sign: a form that is sent twice is one report.
    text : str
    facility, value : str, optional
        A facility's code, and what it is said to be: ``yes``, ``limited`` or ``no``.
    hours : str
        Opening hours as people write them.
    lon, lat : float, optional
        Where the place is said to be, in WGS-84: the pin that was set, never where the person is.
    photo : str
        Name of a file in the folder of photos.
    """

    site_id: int
    kind: str
    nonce: str
    text: str = ""
    facility: str | None = None
    value: str | None = None
    hours: str = ""
    lon: float | None = None
    lat: float | None = None
    photo: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it is stored, with its site's code and what became of it."""

    id: int
    site: str
    told: NewReport
    state: str
    created_at: datetime
    closed_at: datetime | None
    closed_by: str
    note: str


def reports(
    connection: Connection,
    states: Collection[str] | None,
    ids: Collection[int] | None,
    closed_before: datetime | None = None,
) -> list[Report]:
    """Return reports, the newest first; only those in some states, of some ids, or closed before a time."""
    table, sites = schema.reports, schema.sites
    query = sa.select(table, sites.c.code.label("site")).join_from(table, sites).order_by(table.c.id.desc())
    if states is not None:
        query = query.where(table.c.state.in_(states))
    if ids is not None:
        query = query.where(table.c.id.in_(ids))
    if closed_before is not None:
        query = query.where(table.c.closed_at < closed_before)
    return [_report(row) for row in connection.execute(query).mappings()]


def report(connection: Connection, report_id: int) -> Report:
    """Return one report.

    Raises
    ------
    NotFoundError
        If there is none of this number.
    """
    found = reports(connection, None, [report_id]) if 0 < report_id < 2**31 else []
    if not found:
        raise NotFoundError("report_unknown", report=report_id)
    return found[0]


def add(backend: Backend, connection: Connection, told: NewReport, now: datetime) -> int:
    """Keep a report and return its number; that of the first if the same form was sent before."""
    table = schema.reports
    row: dict[str, Any] = {name: getattr(told, name) for name in _TOLD}
    for name, value in row.items():
        refuse_unstorable(f"report.{name}", value)
    known = connection.execute(sa.select(table.c.id).where(table.c.nonce == told.nonce)).scalar()
    if known is not None:
        return int(known)
    report_id = int(backend.reserve_ids(connection, table, 1)[0])
    row |= {"id": report_id, "state": OPEN, "created_at": now, "closed_at": None, "closed_by": "", "note": ""}
    backend.insert(connection, table, [row])
    return report_id


def close(connection: Connection, report_id: int, state: str, note: str, actor: str, now: datetime) -> None:
    """Keep what became of a report.

    Raises
    ------
    ConflictError
        If it was closed already.
    """
    table = schema.reports
    refuse_unstorable("report.note", note)
    values = {"state": state, "closed_at": now, "closed_by": actor, "note": note}
    mine = (table.c.id == report_id) & (table.c.state == OPEN)
    if connection.execute(sa.update(table).where(mine).values(values)).rowcount != 1:
        raise ConflictError("report_closed", report=report_id)


def forget(connection: Connection, ids: Collection[int]) -> None:
    """Take reports away that are closed; open ones stay."""
    table = schema.reports
    connection.execute(sa.delete(table).where(table.c.id.in_(ids), table.c.state != OPEN))


def reopen(connection: Connection, report_id: int, state: str) -> bool:
    """Take back how a report ended, if it ended so; return whether it did."""
    table = schema.reports
    values = {"state": OPEN, "closed_at": None, "closed_by": "", "note": ""}
    mine = (table.c.id == report_id) & (table.c.state == state)
    return connection.execute(sa.update(table).where(mine).values(values)).rowcount == 1


def _report(row: Any) -> Report:
    rest = ("id", "site", "state", "created_at", "closed_at", "closed_by", "note")
    told = NewReport(**{name: row[name] for name in _TOLD})
    return Report(told=told, **{name: row[name] for name in rest})
