"""SQLite: the embedded store in one file.

Transactions begin explicitly (the driver's default gives readers no snapshot and keeps DDL after a rollback); writers
use ``BEGIN IMMEDIATE``, so that they wait for each other instead of failing in the middle.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import URL, Connection, Engine

from geodata.errors import (
    ConflictError,
    StationmapError,
    StoreBusyError,
    StoreError,
    StoreSchemaError,
    StoreUnavailableError,
    ValueUnusableError,
)
from geodata.messages import Message
from geodata.store.backend import Backend, Rows, as_columns, insert_or_overwrite
from geodata.store.ready import ReadyRow, encoded_rows
from geodata.store.records import Limits
from geodata.store.schema import store_state

VERSION_TABLE = "stationmap_schema"


class SqliteBackend(Backend):
    """A SQLite file."""

    dialect: Literal["sqlite"] = "sqlite"

    def __init__(self, url: URL, limits: Limits) -> None:
        if not url.database or url.database == ":memory:" or set(url.query) - {"mode"}:
            raise StoreError("store_url", url=url.render_as_string(hide_password=True))
        super().__init__(url, limits)
        self.path = Path(url.database).absolute()
        self._mode = "ro" if url.query.get("mode") == "ro" else "rw"
        self._engine = self._make_engine()
        self._writing = self._engine.execution_options(stationmap_begin="BEGIN IMMEDIATE")

    def reading(self) -> AbstractContextManager[Connection]:
        """Begin a deferred transaction."""
        return self._engine.begin()

    def writing(self) -> AbstractContextManager[Connection]:
        """Begin an immediate transaction."""
        return self._writing.begin()

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """Create the file if need be and begin an immediate transaction."""
        if self._mode == "rw" and not self.path.exists():
            sqlite3.connect(self.path).close()
        with self.writing() as connection:
            yield connection

    def lock(self, connection: Connection) -> int:
        """Return the data version; ``BEGIN IMMEDIATE`` has made this the only writer already."""
        return int(connection.execute(sa.select(store_state.c.data_version)).scalar_one())

    def after_upgrade(self) -> None:
        """Switch to write-ahead logging, so that readers and the writer do not wait for each other."""
        limit = time.monotonic() + self.limits.busy_timeout_s
        with closing(self._connect()) as connection:
            while True:
                try:
                    connection.execute("PRAGMA journal_mode=WAL")
                except sqlite3.OperationalError:  # this one statement does not wait for others by itself
                    if time.monotonic() > limit:
                        raise
                    time.sleep(0.02)
                else:
                    return

    def insert_ready(
        self, connection: Connection, table: sa.Table, names: Sequence[str], rows: Sequence[ReadyRow]
    ) -> None:
        """Insert with one prepared statement."""
        if rows:
            _execute_many(connection, sa.insert(table), names, rows)

    def widened(self, rows: Sequence[ReadyRow], further: Sequence[ReadyRow]) -> Sequence[ReadyRow]:
        """Join tuples."""
        return [(*row, *more) for row, more in zip(rows, further, strict=True)]

    def upsert(self, connection: Connection, table: sa.Table, rows: Rows) -> None:
        """Insert or overwrite with one prepared statement."""
        if rows:
            columns = as_columns(rows)
            statement = insert_or_overwrite(insert(table), table, list(columns))
            _execute_many(connection, statement, list(columns), encoded_rows(connection.dialect, table, columns))

    def reserve_ids(self, connection: Connection, table: sa.Table, count: int) -> Sequence[int]:
        """Return the ids after the last one; inserting them moves the sequence."""
        last = self.last_id(connection, table)
        return range(last + 1, last + 1 + count)

    def last_id(self, connection: Connection, table: sa.Table) -> int:
        """Return AUTOINCREMENT's last value."""
        query = sa.text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        return connection.execute(query, {"name": table.name}).scalar() or 0

    def set_last_id(self, connection: Connection, table: sa.Table, value: int) -> None:
        """Set AUTOINCREMENT's last value."""
        connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
        query = sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :value)")
        connection.execute(query, {"name": table.name, "value": value})

    def integrity(self, connection: Connection) -> list[Message]:
        """Return what ``PRAGMA integrity_check`` finds, and a journal mode in which readers block the writer."""
        lines = connection.exec_driver_sql("PRAGMA integrity_check(20)").scalars()
        found = [Message("store_damaged", {"store": self.place, "problem": line}) for line in lines if line != "ok"]
        if connection.exec_driver_sql("PRAGMA journal_mode").scalar() != "wal":
            found.append(Message("store_not_wal", {"store": self.place}))
        return found

    def tables_without_revision(self, connection: Connection) -> set[str]:
        """Return the tables of a database without a revision, which are another program's."""
        return set(sa.inspect(connection).get_table_names()) - {VERSION_TABLE}

    def domain_error(self, error: Exception) -> StationmapError | None:
        """Return the domain's error by SQLite's result code."""
        if not isinstance(error, sqlite3.Error):
            return None
        detail = str(error)
        code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
        match code:
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                return StoreBusyError("store_busy", store=self.place, detail=detail)
            case sqlite3.SQLITE_NOTADB:
                return StoreSchemaError("store_not_database", store=self.place, detail=detail)
            case sqlite3.SQLITE_READONLY:
                return StoreUnavailableError("store_read_only", store=self.place, detail=detail)
            case sqlite3.SQLITE_CORRUPT:
                return StoreUnavailableError("store_damaged", store=self.place, problem=detail)
            case sqlite3.SQLITE_FULL:
                return StoreUnavailableError("store_full", store=self.place, detail=detail)
            case sqlite3.SQLITE_CANTOPEN if not self.path.parent.is_dir():
                return StoreUnavailableError("store_folder", store=self.place, detail=detail)
            case sqlite3.SQLITE_CANTOPEN if not self.path.exists():
                return StoreSchemaError("store_missing", store=self.place, detail=detail)
            case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
                return StoreUnavailableError("store_unreadable", store=self.place, detail=detail)
            case sqlite3.SQLITE_CONSTRAINT if "UNIQUE" in detail:
                return ConflictError("store_conflict", store=self.place, detail=detail)
            case sqlite3.SQLITE_CONSTRAINT:
                return ValueUnusableError("store_refused", store=self.place, reason=detail)
            case sqlite3.SQLITE_ERROR if "no such" in detail:
                return StoreSchemaError("store_schema_missing", store=self.place, detail=detail)
        if isinstance(error, sqlite3.DataError | sqlite3.InterfaceError):
            return ValueUnusableError("store_refused", store=self.place, reason=detail)
        return StoreUnavailableError("store_unavailable", store=self.place, detail=detail)

    def dispose(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _make_engine(self) -> Engine:
        engine = sa.create_engine(
            self.url.set(query={}), creator=self._connect, pool_size=self.limits.pool_size, max_overflow=-1
        )
        sa.event.listen(engine, "begin", _begin)
        sa.event.listen(engine, "connect", self._note_file)
        sa.event.listen(engine, "checkout", self._check_file)
        return engine

    def _note_file(self, _: Any, record: Any) -> None:
        record.info["file"] = self._identity()

    def _check_file(self, _: Any, record: Any, __: Any) -> None:
        """Give up a connection to a file that was deleted or replaced: it would go on with what is gone."""
        if record.info["file"] != self._identity():
            raise sa.exc.DisconnectionError

    def _identity(self) -> tuple[int, int] | None:
        try:
            about = self.path.stat()
        except OSError:
            return None
        return about.st_dev, about.st_ino

    def _connect(self) -> sqlite3.Connection:
        """Open the file, which must exist: a mistyped name must not leave an empty file behind."""
        connection = sqlite3.connect(
            f"file:{quote(str(self.path))}?mode={self._mode}",
            uri=True,
            timeout=self.limits.busy_timeout_s,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            connection.execute("PRAGMA foreign_keys=ON")
        except BaseException:
            connection.close()
            raise
        return connection


def _begin(connection: Connection) -> None:
    options: Any = connection.get_execution_options()
    connection.exec_driver_sql(options.get("stationmap_begin", "BEGIN"))


def _execute_many(connection: Connection, statement: Any, names: Sequence[str], rows: Sequence[ReadyRow]) -> None:
    """Run a statement for rows as tuples: SQLAlchemy would make a dictionary of each."""
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(names))
    if list(compiled.positiontup) != list(names):
        place = [names.index(name) for name in compiled.positiontup]
        rows = [tuple([row[at] for at in place]) for row in rows]
    connection.exec_driver_sql(str(compiled), list(rows))
