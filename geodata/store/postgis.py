"""PostGIS: the store of record.

Writers take a lock on the one row of ``store_state`` before they read anything and hold it until they commit, so data
versions become visible in their order: whoever sees version n + 1 has seen all of n.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from typing import Any, Literal

import orjson
import psycopg2
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import URL, Connection, Engine

from geodata.errors import (
    ConflictError,
    StationmapError,
    StoreBusyError,
    StoreSchemaError,
    StoreUnavailableError,
    ValueUnusableError,
)
from geodata.messages import Message
from geodata.store.backend import Backend, Rows, as_columns, insert_or_overwrite
from geodata.store.deadline import DeadlineCursor, watched
from geodata.store.ready import ReadyRow, encoded_rows
from geodata.store.records import Limits
from geodata.store.schema import store_state
from geodata.store.sqlite import VERSION_TABLE
from geodata.store.types import Geometry, dump_json

#: How much longer than the server's own limit the client waits before it gives the server up.
_GRACE_S = 5.0
_MIGRATION_TIMEOUT_S = 3600.0
#: How much is handed to the driver at a time.
_COPY_BYTES = 1 << 18
#: "stationmap" as the key of an advisory lock.
_MIGRATION_LOCK = 0x73746D6170


class PostgisBackend(Backend):
    """A PostgreSQL database with PostGIS."""

    dialect: Literal["postgresql"] = "postgresql"

    def __init__(self, url: URL, limits: Limits) -> None:
        super().__init__(url, limits)
        self._engine = _make_engine(url, limits)
        options: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._reading = self._engine.execution_options(**options)

    def reading(self) -> AbstractContextManager[Connection]:
        """Begin a read-only transaction with one snapshot."""
        return self._reading.begin()

    def writing(self) -> AbstractContextManager[Connection]:
        """Begin a transaction."""
        return self._engine.begin()

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """Begin a transaction with long limits, alone among all that migrate."""
        engine = _make_engine(self.url, replace(self.limits, statement_timeout_s=_MIGRATION_TIMEOUT_S))
        try:
            with engine.begin() as connection:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
                yield connection
        finally:
            engine.dispose()

    def lock(self, connection: Connection) -> int:
        """Lock the row of ``store_state``."""
        return int(connection.execute(sa.select(store_state.c.data_version).with_for_update()).scalar_one())

    def after_upgrade(self) -> None:
        """Nothing is left to do."""

    def insert_ready(
        self, connection: Connection, table: sa.Table, names: Sequence[str], rows: Sequence[ReadyRow]
    ) -> None:
        """Insert with COPY."""
        self._copy(connection, table.name, names, rows)

    def widened(self, rows: Sequence[ReadyRow], further: Sequence[ReadyRow]) -> Sequence[ReadyRow]:
        """Join lines of COPY."""
        return [f"{row}\t{more}" for row, more in zip(rows, further, strict=True)]

    @staticmethod
    def _copy(connection: Connection, into: str, names: Sequence[str], rows: Sequence[ReadyRow]) -> None:
        if not rows:
            return
        lines = io.BytesIO("\n".join((*rows, "")).encode())  # type: ignore[arg-type]
        quote = connection.dialect.identifier_preparer.quote
        columns = ", ".join(quote(name) for name in names)
        with closing(connection.connection.cursor()) as cursor:
            cursor.copy_expert(f"COPY {quote(into)} ({columns}) FROM STDIN", lines, _COPY_BYTES)

    def upsert(self, connection: Connection, table: sa.Table, rows: Rows) -> None:
        """Insert or overwrite, by way of a temporary table filled with COPY."""
        if not rows:
            return
        names = list(rows[0])
        quote = connection.dialect.identifier_preparer.quote
        passing = sa.table(f"passing_{table.name}", *(sa.column(name) for name in names))
        like = f"CREATE TEMPORARY TABLE IF NOT EXISTS {quote(passing.name)} (LIKE {quote(table.name)}) ON COMMIT DROP"
        connection.execute(sa.text(like))
        lines = encoded_rows(connection.dialect, table, as_columns(rows))
        self._copy(connection, passing.name, names, lines)
        statement = insert(table).from_select(names, sa.select(*passing.c))
        connection.execute(insert_or_overwrite(statement, table, names))
        connection.execute(sa.text(f"TRUNCATE {quote(passing.name)}"))

    def reserve_ids(self, connection: Connection, table: sa.Table, count: int) -> Sequence[int]:
        """Move the sequence on by so many values at once; to draw one after the other takes a third of writing them.

        Several are drawn under the lock of writers alone: nobody draws in between.
        """
        sequence = _sequence(table)
        first = sa.func.nextval(sequence)
        drawn = first if count == 1 else sa.func.setval(sequence, first + count - 1)
        last = int(connection.execute(sa.select(drawn)).scalar_one()) if count else 0
        return range(last - count + 1, last + 1)

    def last_id(self, connection: Connection, table: sa.Table) -> int:
        """Return the sequence's last value."""
        name = connection.execute(sa.select(_sequence(table))).scalar_one()
        query = sa.text(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {name}")
        return int(connection.execute(query).scalar_one())

    def set_last_id(self, connection: Connection, table: sa.Table, value: int) -> None:
        """Set the sequence; it is not undone by a rollback, which only leaves a gap."""
        connection.execute(sa.select(sa.func.setval(_sequence(table), max(value, 1), value > 0)))

    def integrity(self, connection: Connection) -> list[Message]:
        """Return whether PostGIS or the index of positions is missing."""
        found = []
        if not has_postgis(connection):
            found.append(Message("store_postgis_missing", {"store": self.place}))
        if not any(index["name"] == "ix_sites_geog" for index in sa.inspect(connection).get_indexes("sites")):
            found.append(Message("store_geog_missing", {"store": self.place}))
        return found

    def tables_without_revision(self, connection: Connection) -> set[str]:
        """Return the tables that are no extension's."""
        extensions = connection.execute(
            sa.text(
                "SELECT relname FROM pg_class JOIN pg_depend ON objid = pg_class.oid AND classid = 'pg_class'::regclass"
                " WHERE deptype = 'e'"
            )
        ).scalars()
        return set(sa.inspect(connection).get_table_names()) - {VERSION_TABLE, *extensions}

    def domain_error(self, error: Exception) -> StationmapError | None:
        """Return the domain's error by the server's SQLSTATE; without one the connection failed."""
        if not isinstance(error, psycopg2.Error):
            return None
        detail = str(error).strip()
        state = getattr(error, "pgcode", None) or ""
        match state:
            case "55P03" | "40001" | "40P01":
                return StoreBusyError("store_busy", store=self.place, detail=detail)
            case "57014":
                return StoreUnavailableError("store_slow", store=self.place, detail=detail)
            case "25006":
                return StoreUnavailableError("store_read_only", store=self.place, detail=detail)
            case "42P01" | "42703":
                return StoreSchemaError("store_schema_missing", store=self.place, detail=detail)
            case "42501":
                return StoreUnavailableError("store_forbidden", store=self.place, detail=detail)
        match state[:2]:
            case "23" if state == "23505":
                return ConflictError("store_conflict", store=self.place, detail=detail)
            case "22" | "23":
                return ValueUnusableError("store_refused", store=self.place, reason=detail)
            case "53":
                return StoreUnavailableError("store_full", store=self.place, detail=detail)
        if isinstance(error, psycopg2.DataError | psycopg2.IntegrityError):
            return ValueUnusableError("store_refused", store=self.place, reason=detail)
        return StoreUnavailableError("store_unavailable", store=self.place, detail=detail)

    def dispose(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def has_postgis(connection: Connection) -> bool:
    """Return whether the database has the extension."""
    query = sa.text("SELECT count(*) FROM pg_extension WHERE extname = 'postgis'")
    return bool(connection.execute(query).scalar())


def _make_engine(url: URL, limits: Limits) -> Engine:
    """Return an engine of which every connection keeps to the limits, and gives up a server that hangs."""
    given = url.query.get("options", "")
    options = [given] if isinstance(given, str) else list(given)
    for name, seconds in {
        "statement_timeout": limits.statement_timeout_s,
        "lock_timeout": limits.busy_timeout_s,
        "idle_in_transaction_session_timeout": limits.idle_timeout_s,
    }.items():
        options.append(f"-c {name}={max(1, round(seconds * 1000))}")
    wait_s = limits.statement_timeout_s + _GRACE_S
    engine = sa.create_engine(
        url,
        use_native_hstore=False,
        json_serializer=dump_json,
        json_deserializer=orjson.loads,
        pool_pre_ping=True,
        pool_size=limits.pool_size,
        max_overflow=limits.pool_size,
        pool_timeout=limits.busy_timeout_s,
        connect_args={
            "connection_factory": watched(wait_s),
            "cursor_factory": DeadlineCursor,
            "connect_timeout": max(2, math.ceil(limits.connect_timeout_s)),
            "keepalives": 1,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": round(wait_s * 1000),
            "application_name": "stationmap",
            "client_encoding": "utf8",  # that of the lines of COPY
            "options": " ".join(filter(None, [*options, "-c timezone=UTC"])),
        },
    )
    engine.dialect.ischema_names = {  # type: ignore[attr-defined]
        **engine.dialect.ischema_names,  # type: ignore[attr-defined]
        "geometry": Geometry,
        "geography": Geometry,
    }
    return engine


def _sequence(table: sa.Table) -> sa.ColumnElement[str]:
    return sa.func.pg_get_serial_sequence(table.name, "id")
