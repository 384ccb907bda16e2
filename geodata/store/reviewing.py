"""The list of what a person has to decide."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from geodata.errors import ConflictError
from geodata.store import reading, schema
from geodata.store.backend import Backend
from geodata.store.conditions import among
from geodata.store.fields import refuse_unstorable
from geodata.store.records import Batch, NewReview, Review

#: Kinds of reviews about rows that tell something of a site and are no sites themselves.
ABOUT_SITES = ("evidence", "indicator")
_ASKED = ("kind", "source", "source_key", "site_id", "score", "reasons", "payload")


def reviews(connection: Connection, states: Collection[str], ids: Collection[int] | None) -> list[Review]:
    """Return reviews in these states by id, those of ``ids`` only if given."""
    table, sites = schema.reviews, schema.sites
    query = (
        sa.select(table, sites.c.code.label("site"))
        .join_from(table, sites)
        .where(table.c.state.in_(states))
        .order_by(table.c.id)
    )
    if ids is not None:
        query = query.where(table.c.id.in_(ids))
    return [_review(row) for row in connection.execute(query).mappings()]


def _review(row: Any) -> Review:
    rest = ("id", "state", "site", "batch_id", "created_at", "decided_at", "decided_by")
    asked = NewReview(**{name: row[name] for name in _ASKED})
    return Review(asked=asked, **{name: row[name] for name in rest})


def put(backend: Backend, connection: Connection, items: Sequence[NewReview], batch_id: int, now: datetime) -> int:
    """Add reviews, or bring those about the same rows up to date; return how many were not open already."""
    table = schema.reviews
    news = 0
    for part in reading.chunks(items, 1000):
        keys = {item.source_key for item in part}
        query = sa.select(table.c.id, table.c.kind, table.c.source, table.c.source_key, table.c.state)
        present = {
            (row.kind, row.source, row.source_key): (int(row.id), row.state)
            for row in connection.execute(query.where(table.c.source_key.in_(keys)))
        }
        rows: dict[tuple[str, str, str], dict[str, Any]] = {}
        for item in part:
            key = (item.kind, item.source, item.source_key)
            review_id, state = present.get(key, (0, ""))
            if state == "rejected" and item.kind == "vanished":
                continue
            for name in ("source_key", "reasons", "payload"):
                refuse_unstorable(f"review.{name}", getattr(item, name))
            news += state != "open"
            rows[key] = {name: getattr(item, name) for name in _ASKED} | {"id": review_id, "state": "open"}
            rows[key] |= {"batch_id": batch_id, "created_at": now, "decided_at": None, "decided_by": ""}
        fresh = [row for row in rows.values() if not row["id"]]
        for row, new_id in zip(fresh, backend.reserve_ids(connection, table, len(fresh)), strict=True):
            row["id"] = new_id
        if rows:
            backend.upsert(connection, table, list(rows.values()))
    return news


def settle(connection: Connection, kind: str, source: str, keys: Iterable[str]) -> None:
    """Take back open questions about rows; those decided against may be asked again later."""
    table = schema.reviews
    for part in reading.chunks(keys):
        of_rows = (table.c.kind == kind) & (table.c.source == source) & among(connection, table.c.source_key, part)
        withdraw(connection, of_rows & table.c.state.in_(("open", "rejected")))


def withdraw(connection: Connection, where: sa.ColumnElement[bool]) -> None:
    """Take back questions that nobody has to answer any more."""
    connection.execute(sa.update(schema.reviews).where(where).values(state="gone"))


def reopen(connection: Connection, batch: Batch) -> None:
    """Ask again what a batch decided about rows that only tell of a site: the decision is all that is kept of them.

    A row of a list of sites needs no such care: what its acceptance changed is the site's, and was put back.
    """
    table = schema.reviews
    of_batch = table.c.kind.in_(ABOUT_SITES) & (table.c.decided_at == batch.started_at)
    values = {"state": "open", "decided_at": None, "decided_by": ""}
    connection.execute(sa.update(table).where(of_batch, table.c.decided_by == batch.info.actor).values(values))


def decide(connection: Connection, review: Review, state: str, actor: str, now: datetime) -> None:
    """Keep a decision.

    Raises
    ------
    ConflictError
        If it was decided already.
    """
    table = schema.reviews
    values = {"state": state, "decided_at": now, "decided_by": actor}
    mine = (table.c.id == review.id) & (table.c.state == "open")
    if connection.execute(sa.update(table).where(mine).values(values)).rowcount != 1:
        raise ConflictError("review_decided", review=review.id)
