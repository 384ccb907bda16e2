"""One transaction: its batch, its data version, and the history of what it changes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from geodata.store import reading, schema
from geodata.store.backend import Backend
from geodata.store.conditions import among
from geodata.store.fields import refuse_unstorable
from geodata.store.records import BatchInfo
from geodata.store.translating import translated

T = TypeVar("T", bound="Transaction")
P = ParamSpec("P")
R = TypeVar("R")


def public(method: Callable[Concatenate[T, P], R]) -> Callable[Concatenate[T, P], R]:
    """Let a method raise the domain's errors only."""

    @wraps(method)
    def run(self: T, *args: P.args, **kwargs: P.kwargs) -> R:
        with translated(self.backend):
            return method(self, *args, **kwargs)

    return run  # type: ignore[return-value]


class Transaction:
    """What all that is written in one transaction has in common.

    For the store's own modules, but for ``batch_id`` and :meth:`finish`.

    Attributes
    ----------
    batch_id : int
        The batch that all changes belong to.
    backend : Backend
    connection : Connection
    info : BatchInfo
    now : datetime
        When the batch began: the time of all that it writes.
    data_version : int
        The version that what it writes belongs to.
    """

    def __init__(self, backend: Backend, connection: Connection, info: BatchInfo) -> None:
        self.backend = backend
        self.connection = connection
        self.info = info
        self.data_version = backend.lock(connection) + 1
        self.now = datetime.now(UTC)
        self._dirty = False
        self._batch_written = False
        self._counts: Mapping[str, int] = {}
        self.batch_id = int(backend.reserve_ids(connection, schema.batches, 1)[0])

    @public
    def finish(self, counts: Mapping[str, int]) -> None:
        """Keep the counts of the batch; it is then listed even if nothing had to be written."""
        self._counts = dict(counts)
        self.begin()

    def close(self) -> None:
        """End the batch and raise the data version if something was written; called by the store."""
        if not self._batch_written:
            return
        batches = schema.batches
        values = {
            "finished_at": datetime.now(UTC),
            "counts": self._counts,
            "data_version": self.data_version if self._dirty else None,
        }
        self.connection.execute(sa.update(batches).where(batches.c.id == self.batch_id).values(values))
        if self._dirty:
            self.connection.execute(sa.update(schema.store_state).values(data_version=self.data_version))

    def record(self, changes: Iterable[tuple[int | None, str, Any, Any]]) -> None:
        """Keep changes of sites in the history: (site id, field, before, after)."""
        self.touch()
        if found := list(changes):
            names = ("site_id", "field", "before", "after")
            self._keep({"record": ""}, dict(zip(names, zip(*found, strict=True), strict=True)))

    def record_created(self, site_ids: Sequence[int], codes: Sequence[str]) -> None:
        """Keep in the history that sites were created."""
        self.touch()
        self._keep({"record": "", "field": "created", "before": None}, {"site_id": site_ids, "after": codes})

    def record_of(self, record: str, before: Any, after: Any) -> None:
        """Keep a change of a record that is no site in the history."""
        self.touch()
        self.note(record, before, after)

    def note(self, record: str, before: Any, after: Any) -> None:
        """Keep a change of a record that no reader of public data sees: no data version rises for it."""
        self.begin()
        self._keep_records([(record, before, after)])

    def stamp(self) -> dict[str, Any]:
        """Return the columns that say when a site's row was written."""
        return {"data_version": self.data_version, "updated_at": self.now}

    def begin(self) -> None:
        """Write the batch, once: before the first row that refers to it."""
        if self._batch_written:
            return
        info = self.info
        row = {"kind": info.kind, "actor": info.actor, "source": info.source, "file_name": info.file_name}
        row |= {"file_sha256": info.file_sha256, "note": info.note}
        for name, value in row.items():
            refuse_unstorable(name, value)
        stamps = {"id": self.batch_id, "started_at": self.now, "counts": {}}
        self.connection.execute(sa.insert(schema.batches), row | stamps)
        self._batch_written = True

    def touch(self) -> None:
        """Let the data version rise, since readers of public data will see what is written."""
        self.begin()
        self._dirty = True

    def show(self, site_ids: Collection[int]) -> None:
        """Let readers see that something about sites was written; once, for a row is long to write anew."""
        sites = schema.sites
        these = among(self.connection, sites.c.id, site_ids)
        stale = sites.c.data_version != self.data_version
        self.connection.execute(sa.update(sites).where(these, stale).values(data_version=self.data_version))

    def put_records(self, table: sa.Table, record: str, key: str, rows: Mapping[Any, dict[str, Any]]) -> int:
        """Add or overwrite rows that are no sites, each change kept as a whole record; return how many were news."""
        written = 0
        for part in reading.chunks(rows.items(), 500):
            for _, row in part:
                for name, value in row.items():
                    refuse_unstorable(f"{record}.{name}", value)
            wanted = sa.select(table).where(table.c[key].in_([value for value, _ in part]))
            present = {row[key]: dict(row) for row in self.connection.execute(wanted).mappings()}
            news = [(present.get(value), row) for value, row in part if not holds(present.get(value), row)]
            if not news:
                continue
            self.touch()
            stamped = [row | {"data_version": self.data_version} for _, row in news]
            self.backend.upsert(self.connection, table, stamped)
            self._keep_records([(f"{record}:{row[key]}", as_json(old), as_json(row)) for old, row in news])
            written += len(news)
        return written

    def _keep_records(self, changes: Sequence[tuple[str, Any, Any]]) -> None:
        columns = dict(zip(("record", "before", "after"), zip(*changes, strict=True), strict=True))
        self._keep({"site_id": None, "field": "record"}, columns)

    def _keep(self, alike: Mapping[str, Any], columns: Mapping[str, Sequence[Any]]) -> None:
        """Write changes of the history: what all of them have, and columns of what differs."""
        count = len(next(iter(columns.values())))
        same = {name: [value] * count for name, value in {"batch_id": self.batch_id, **alike}.items()}
        self.backend.insert_columns(self.connection, schema.changes, same | dict(columns))


def holds(present: Mapping[str, Any] | None, row: Mapping[str, Any]) -> bool:
    """Tell whether a stored row has all the values of another one already."""
    return present is not None and all(present[name] == value for name, value in row.items())


def as_json(row: Mapping[str, Any] | None) -> Any:
    """Return a record for the history; polygons as well-known binary in hexadecimal digits."""
    if row is None:
        return None
    result: dict[str, Any] = {}
    for name, value in row.items():
        if name in ("data_version", "batch_id", "id", "site_id"):
            continue
        if name == "polygon":
            result[str(name)] = value.wkb_hex
        else:
            result[str(name)] = value.isoformat() if hasattr(value, "isoformat") else value
    return result
