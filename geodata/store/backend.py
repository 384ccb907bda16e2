"""What differs between PostGIS and SQLite, as one interface."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection

from geodata.errors import StationmapError
from geodata.messages import Message
from geodata.store.ready import Columns, ReadyRow, encoded_rows
from geodata.store.records import Limits

Rows = Sequence[Mapping[str, Any]]


class Backend(ABC):
    """One kind of database behind a store; connects when it is first asked for a connection."""

    dialect: Literal["postgresql", "sqlite"]

    def __init__(self, url: URL, limits: Limits) -> None:
        self.url = url
        self.limits = limits
        self.place = url.render_as_string(hide_password=True)

    @abstractmethod
    def reading(self) -> AbstractContextManager[Connection]:
        """Begin a transaction that sees one snapshot and writes nothing."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[Connection]:
        """Begin a transaction that may write; committed at the end of the block, rolled back on any exception."""

    @abstractmethod
    def migrating(self) -> AbstractContextManager[Connection]:
        """Begin a transaction for a change of the schema, alone among all that do so; creates the file if need be."""

    @abstractmethod
    def lock(self, connection: Connection) -> int:
        """Make this transaction the only writer until its end and return the present data version."""

    @abstractmethod
    def after_upgrade(self) -> None:
        """Do what can only be done outside a transaction once the schema is there."""

    def insert(self, connection: Connection, table: sa.Table, rows: Rows) -> None:
        """Insert many rows; every row has the same keys."""
        if rows:
            self.insert_columns(connection, table, as_columns(rows))

    def insert_columns(self, connection: Connection, table: sa.Table, columns: Columns) -> None:
        """Insert many rows, given as columns, in the fastest way there is."""
        self.insert_ready(connection, table, tuple(columns), encoded_rows(connection.dialect, table, columns))

    @abstractmethod
    def insert_ready(
        self, connection: Connection, table: sa.Table, names: Sequence[str], rows: Sequence[ReadyRow]
    ) -> None:
        """Insert rows as :func:`geodata.store.ready.encoded_rows` made them, with columns in the order of the names."""

    @abstractmethod
    def widened(self, rows: Sequence[ReadyRow], further: Sequence[ReadyRow]) -> Sequence[ReadyRow]:
        """Return ready rows with those of further columns behind them."""

    @abstractmethod
    def upsert(self, connection: Connection, table: sa.Table, rows: Rows) -> None:
        """Insert rows, or overwrite the ones with the same primary key; every row has the same keys."""

    @abstractmethod
    def reserve_ids(self, connection: Connection, table: sa.Table, count: int) -> Sequence[int]:
        """Return ``count`` ids of ``table``, rising, that no other row has had; needs :meth:`lock`."""

    @abstractmethod
    def last_id(self, connection: Connection, table: sa.Table) -> int:
        """Return the last id that the table's sequence gave out; 0 if none."""

    @abstractmethod
    def set_last_id(self, connection: Connection, table: sa.Table, value: int) -> None:
        """Let the table's sequence go on after ``value``."""

    @abstractmethod
    def integrity(self, connection: Connection) -> list[Message]:
        """Return what the database itself finds wrong with its files and extensions."""

    @abstractmethod
    def tables_without_revision(self, connection: Connection) -> set[str]:
        """Return the tables of a database without a revision, which are another program's."""

    @abstractmethod
    def domain_error(self, error: Exception) -> StationmapError | None:
        """Return the domain's error for one of the driver's own, or ``None`` for one that is not about the store."""

    @abstractmethod
    def dispose(self) -> None:
        """Close all connections."""


def as_columns(rows: Rows) -> dict[str, list[Any]]:
    """Return rows as columns, in the order of the first row's keys."""
    return {name: [row[name] for row in rows] for name in rows[0]}


def insert_or_overwrite(statement: Any, table: sa.Table, names: Sequence[str]) -> Any:
    """Return the dialect's INSERT with ON CONFLICT on the primary key overwriting the named columns."""
    key = [column.name for column in table.primary_key]
    rest = {name: statement.excluded[name] for name in names if name not in key}
    return statement.on_conflict_do_update(index_elements=key, set_=rest)
