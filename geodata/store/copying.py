"""Copying a whole store into an empty one, of the same or the other kind."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from geodata.errors import StoreError, StoreSchemaError
from geodata.store import migrating, schema
from geodata.store.sqlite import SqliteBackend
from geodata.store.store import Store
from geodata.store.translating import translated

_CHUNK = 5000
#: Of these tables, whose rows are large, fewer rows go together.
_FEWER = {"blobs": 8}
#: Tables that are filled from the start.
_SEEDED = (schema.store_state, schema.calendar_days)

Progress = Callable[[str, int], None]


def copy_store(source: Store, target: Store, progress: Progress | None = None) -> Mapping[str, int]:
    """Copy everything from one store into an empty one and return the number of rows by table.

    The source is read in one snapshot and may be written to meanwhile. The target, whose schema is made if it has
    none, is written in one transaction: it holds all or nothing. Ids, codes, versions, history and the sequences are
    kept; only the store's id is new, because what is written to the two afterwards differs.

    Parameters
    ----------
    source, target : Store
    progress : callable, optional
        Called with a table's name and the number of its rows copied since the last call.

    Raises
    ------
    StoreError
        If the target holds data already, or is the source itself.
    StoreSchemaError
        If one of the two has not this program's schema, or the target belongs to another program.
    """
    if source.url == target.url or _same_file(source, target):
        raise StoreError("store_same", store=target.url)
    with source.snapshot() as reading:
        try:
            with target.snapshot():
                pass
        except StoreSchemaError as error:
            if error.code not in ("store_missing", "store_schema_missing"):
                raise
            target.upgrade()
        with translated(target.backend), target.backend.writing() as writing:
            migrating.require_current(target.backend, writing)
            target.backend.lock(writing)
            _refuse_data(target, writing)
            return _copy(source, reading, target, writing, progress or (lambda table, rows: None))


def _same_file(source: Store, target: Store) -> bool:
    paths = [store.backend.path.resolve() for store in (source, target) if isinstance(store.backend, SqliteBackend)]
    return len(paths) == 2 and paths[0] == paths[1]


def _refuse_data(target: Store, connection: Connection) -> None:
    for table in schema.metadata.sorted_tables:
        if table not in _SEEDED and connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
            raise StoreError("store_not_empty", store=target.url, table=table.name)


def _copy(
    source: Store, reading: Connection, target: Store, writing: Connection, progress: Progress
) -> Mapping[str, int]:
    for table in _SEEDED:
        writing.execute(sa.delete(table))
    counts: dict[str, int] = {}
    for table in schema.metadata.sorted_tables:
        key = [column.asc() for column in table.primary_key]
        result = reading.execute(
            sa.select(table).order_by(*key), execution_options={"yield_per": _FEWER.get(table.name, _CHUNK)}
        )
        counts[table.name] = 0
        for part in result.mappings().partitions():
            target.backend.insert(writing, table, [dict(row) for row in part])
            counts[table.name] += len(part)
            progress(table.name, len(part))
        if table.c.get("id") is not None and table is not schema.store_state:
            target.backend.set_last_id(writing, table, source.backend.last_id(reading, table))
    writing.execute(sa.update(schema.store_state).values(store_id=str(uuid.uuid4())))
    return counts
