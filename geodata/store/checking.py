"""What ``stationmap db check`` looks for in a store whose schema is current."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from geodata.messages import Message
from geodata.store import schema
from geodata.store.backend import Backend
from geodata.vocabulary import Vocabulary

_PLAIN = {"kind": "kinds", "state": "states", "level": "levels", "precision": "precisions"}


def problems(backend: Backend, connection: Connection, vocabulary: Vocabulary) -> list[Message]:
    """Return everything that is wrong: the database itself, references to nothing, codes outside the vocabulary."""
    return [
        *backend.integrity(connection),
        *_dangling(backend, connection),
        *_unknown_codes(backend, connection, vocabulary),
    ]


def _dangling(backend: Backend, connection: Connection) -> Iterator[Message]:
    """Find references without their record; foreign keys too, which a tool may have switched off."""
    references = [(key.parent, key.column) for table in schema.metadata.sorted_tables for key in table.foreign_keys] + [
        (schema.changes.c.batch_id, schema.batches.c.id),
        (schema.changes.c.site_id, schema.sites.c.id),
        (schema.sites.c.operator_code, schema.organisations.c.code),
        (schema.organisations.c.parent, schema.organisations.c.code),
        (schema.street_networks.c.blob, schema.blobs.c.sha256),
        (schema.demand_layers.c.blob, schema.blobs.c.sha256),
    ]
    for column, target in references:
        other = target.table.alias("other")
        query = (
            sa.select(column)
            .outerjoin_from(column.table, other, column == other.c[target.name])
            .where(column.is_not(None), other.c[target.name].is_(None))
        )
        count = connection.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one()
        if count:
            example = connection.execute(query.limit(1)).scalar_one()
            place = f"{column.table.name}.{column.name}"
            params = {
                "store": backend.place,
                "column": place,
                "count": count,
                "value": example,
                "table": target.table.name,
            }
            yield Message("store_dangling", params)


def _unknown_codes(backend: Backend, connection: Connection, vocabulary: Vocabulary) -> Iterator[Message]:
    sites = schema.sites
    names = (*_PLAIN, "facilities", "services", "access")
    unknown: Counter[tuple[str, str]] = Counter()
    query = sa.select(*(sites.c[name] for name in names))
    for row in connection.execute(query, execution_options={"yield_per": 2000}).mappings():
        unknown.update(_codes_outside(row, vocabulary))
    for (group, code), count in sorted(unknown.items()):
        yield Message("store_unknown_code", {"store": backend.place, "group": group, "code": code, "count": count})


def _codes_outside(row: Any, vocabulary: Vocabulary) -> set[tuple[str, str]]:
    used = {(group, row[name]) for name, group in _PLAIN.items() if row[name] is not None}
    for name in ("facilities", "services"):
        for code, part in row[name].items():
            used |= {(name, code), ("values", part["value"]), ("bases", part["basis"])}
    used |= {("access", code) for code in row["access"].get("ways", ())}
    if fee := row["access"].get("fee"):
        used.add(("fees", fee))
    return {(group, code) for group, code in used if code not in getattr(vocabulary, group)}
