"""Making one site of two that are the same place; both codes stay alive."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from geodata.errors import ConflictError
from geodata.messages import Message
from geodata.sites import Closure, Site
from geodata.store import reading, schema
from geodata.store.records import BatchInfo, SiteUpdate
from geodata.store.store import Store
from geodata.store.transaction import as_json
from geodata.store.translating import translated
from geodata.store.writer import Writer
from geodata.text import search_text

_PLAIN_SITE = Site("", "")


def merge_sites(store: Store, code: str, into: str, actor: str, *, today: date | None = None) -> int:
    """Merge the site ``code`` into the site ``into`` and return the batch.

    The one that stays keeps what it has and takes from the other what it lacks; the other's name becomes a former
    name, its source keys and evidence move over, its code leads to the one that stays for ever.

    Raises
    ------
    NotFoundError
        If there is no such site.
    ConflictError
        If both codes lead to one site already.
    """
    info = BatchInfo("merge", actor, note=f"{code} → {into}")
    with store.write(info) as writer, translated(writer.backend):
        merge(writer, code, into, today or datetime.now().astimezone().date())
        writer.finish({"merged": 1})
    return writer.batch_id


def merge(writer: Writer, code: str, into: str, today: date) -> None:
    """Merge a site into another within a transaction."""
    connection, sites = writer.connection, schema.sites
    gone_id, kept_id = reading.site_id(connection, code), reading.site_id(connection, into)
    if gone_id == kept_id:
        raise ConflictError("merge_same", site=code, other=into)
    found = {
        row.id: reading.stored_site(row) for row in reading.site_rows(connection, sites.c.id.in_((gone_id, kept_id)))
    }
    gone, kept = found[gone_id], found[kept_id]
    after = combined(kept.site, gone.site)
    reason = Message("merge_closure", {"site": kept.code})
    closure = Closure(today, None, f"{reason.text('zh')} / {reason.text('en')}")
    closed = replace(gone.site, state="closed", closures=(*gone.site.closures, closure))
    search = search_text(after.name, after.labels, after.former_names)
    writer.update([SiteUpdate(kept, after, search=search), SiteUpdate(gone, closed)])
    _move_sources(writer, gone_id, kept_id)
    _move_evidence(writer, gone_id, kept_id, today)
    _move_indicators(writer, gone_id, kept_id)
    _move_reports(writer, gone_id, kept_id)
    writer.add_alias(gone.code, kept.code)


def combined(kept: Site, gone: Site) -> Site:
    """Return the site that stays, with what only the other knows."""
    values: dict[str, Any] = {}
    for part in fields(Site):
        if getattr(kept, part.name) == getattr(_PLAIN_SITE, part.name) and part.name != "state":
            values[part.name] = getattr(gone, part.name)
    for group in ("facilities", "services"):
        known = {code: item for code, item in getattr(kept, group).items() if item.value != "unknown"}
        values[group] = {**getattr(kept, group), **getattr(gone, group), **known}
    values["labels"] = tuple(dict.fromkeys((*kept.labels, *gone.labels)))
    names = dict.fromkeys((*kept.former_names, *gone.former_names, gone.name))
    values["former_names"] = tuple(name for name in names if name != kept.name)
    # What is closed on one side only is no reason to close the other.
    values["closures"] = kept.closures
    return replace(kept, **values)


def _move_reports(writer: Writer, gone: int, kept: int) -> None:
    table = schema.reports
    writer.connection.execute(sa.update(table).where(table.c.site_id == gone).values(site_id=kept))


def _move_sources(writer: Writer, gone: int, kept: int) -> None:
    table = schema.site_sources
    query = sa.select(table.c.source, table.c.source_key).where(table.c.site_id == gone)
    moved = [[row.source, row.source_key] for row in writer.connection.execute(query)]
    writer.connection.execute(sa.update(table).where(table.c.site_id == gone).values(site_id=kept))
    writer.record([(gone, "sources", ref, None) for ref in moved])
    writer.record([(kept, "sources", None, ref) for ref in moved])


def _move_indicators(writer: Writer, gone: int, kept: int) -> None:
    from geodata.store import figures

    table = schema.indicators
    rows = [dict(row) for row in writer.connection.execute(sa.select(table).where(table.c.site_id == gone)).mappings()]
    after = figures.moved(rows, kept)
    known = figures.by_key(writer.connection, [row["key"] for row in after])
    for before, row in zip(rows, after, strict=True):
        if row["key"] in known:
            continue
        writer.connection.execute(sa.delete(table).where(table.c.key == before["key"]))
        writer.backend.insert(writer.connection, table, [row])
        writer.record([(gone, "indicator", figures.for_history(before), None)])
        writer.record([(kept, "indicator", None, figures.for_history(row))])


def _move_evidence(writer: Writer, gone: int, kept: int, today: date) -> None:
    table = schema.evidence
    rows = writer.connection.execute(sa.select(table).where(table.c.site_id.in_((gone, kept)))).mappings().all()
    own = {(row["source"], row["evidence_key"]) for row in rows if row["site_id"] == kept}
    moved = [row for row in rows if row["site_id"] == gone and (row["source"], row["evidence_key"]) not in own]
    if not moved:
        return
    ids = [row["id"] for row in moved]
    writer.connection.execute(sa.update(table).where(table.c.id.in_(ids)).values(site_id=kept))
    writer.record([(gone, "evidence", as_json(dict(row)), None) for row in moved])
    writer.record([(kept, "evidence", None, as_json(dict(row))) for row in moved])
    writer.rate((gone, kept), today)
    writer.show((gone, kept))
