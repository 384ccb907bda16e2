"""The store of sites: PostGIS or SQLite behind one set of functions."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Generator, Iterator
from contextlib import contextmanager
from typing import Any, Literal, Self

import sqlalchemy as sa
from sqlalchemy.engine import Connection, make_url

from geodata.errors import NotFoundError, StoreError, StoreSchemaError
from geodata.messages import Message
from geodata.sites import StoredSite
from geodata.store import checking, migrating, reading, reviewing, schema
from geodata.store.backend import Backend
from geodata.store.postgis import PostgisBackend
from geodata.store.ready import SiteEncoder
from geodata.store.recordreading import RecordReading
from geodata.store.records import (
    Batch,
    BatchChange,
    BatchInfo,
    Change,
    Limits,
    Review,
    SiteOutline,
    SiteRow,
    SiteRows,
    StoreState,
)
from geodata.store.sqlite import SqliteBackend
from geodata.store.translating import translated
from geodata.store.writer import Writer
from geodata.vocabulary import Vocabulary, load_vocabulary


class Store(RecordReading):
    """Sites and everything about them, kept in one database.

    Connections are made when they are needed. Open a store in the process that uses it, never before a fork. All
    methods may be called from several threads.

    Raises
    ------
    StoreUnavailableError, StoreBusyError, StoreSchemaError
        From every method that reaches the database: it cannot be reached or does not answer; another writer holds it
        for too long; its schema is missing, older or newer than this program's.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._schema_is_current = False

    @property
    def url(self) -> str:
        """The database's URL, without the password."""
        return self._backend.place

    @property
    def dialect(self) -> Literal["postgresql", "sqlite"]:
        """The kind of database."""
        return self._backend.dialect

    @property
    def encoder(self) -> SiteEncoder:
        """Makes new sites ready for :meth:`Writer.add_ready`, in any process."""
        return SiteEncoder(self.dialect)

    @property
    def backend(self) -> Backend:
        """The database behind, for the store's own modules."""
        return self._backend

    def upgrade(self) -> None:
        """Create or upgrade the schema, and add the public holidays of the years that the calendar lacks."""
        with translated(self._backend):
            with self._backend.migrating() as connection:
                migrating.upgrade(self._backend, connection)
                _begin_state(connection)
                _seed_calendar(self._backend, connection)
            self._backend.after_upgrade()

    def check(self, vocabulary: Vocabulary | None = None) -> list[Message]:
        """Return what is wrong with the store; nothing if all is well."""
        with translated(self._backend), self._backend.reading() as connection:
            try:
                migrating.require_current(self._backend, connection)
            except StoreSchemaError as error:
                return [error.message]
            return checking.problems(self._backend, connection, vocabulary or load_vocabulary())

    def revision(self) -> str | None:
        """Return the revision of the database's schema; ``None`` if it has none."""
        with translated(self._backend), self._backend.reading() as connection:
            return migrating.revision(connection)

    def dispose(self) -> None:
        """Close all connections; the store may be used again afterwards."""
        self._backend.dispose()

    def __enter__(self) -> Self:
        """Use the store for a block, at whose end its connections are closed."""
        return self

    def __exit__(self, *failure: object) -> None:
        """Close all connections."""
        self.dispose()

    def state(self) -> StoreState:
        """Return the store's id and the version of its data."""
        with self.snapshot() as connection:
            return reading.state(connection)

    def lineage(self, version: int) -> str:
        """Return what tells the history up to a data version from another one with the same number.

        After a backup was put back, versions are given out a second time. Whoever kept data of a version compares.
        """
        with self.snapshot() as connection:
            return reading.lineage(connection, version)

    def site(self, code: str) -> StoredSite:
        """Return the site that a code leads to, also a code that it had earlier.

        Raises
        ------
        NotFoundError
            If no site has or had the code.
        """
        with self.snapshot() as connection:
            of_code = schema.sites.c.id == reading.site_id(connection, code)
            return reading.stored_site(next(reading.site_rows(connection, of_code)))

    def sites(self, *, codes: Collection[str] | None = None, source: str | None = None) -> Iterator[StoredSite]:
        """Stream sites in one snapshot: all, those with these codes of their own, or those that a source knows."""
        with self.snapshot() as connection:
            for row in reading.site_rows_among(connection, codes, source):
                yield reading.stored_site(row)

    def outlines(self) -> Iterator[SiteOutline]:
        """Stream what tells sites apart, by id, without those that were merged into others."""
        with self.snapshot() as connection:
            yield from reading.outlines(connection)

    def current(self, code: str) -> StoredSite | None:
        """Return the site that a code leads to as :meth:`site` does, ``None`` if there is none."""
        try:
            return self.site(code)
        except NotFoundError:
            return None

    def by_source(self, source: str, keys: Collection[str]) -> dict[str, StoredSite]:
        """Return the sites that a source knows by these keys, by key."""
        with self.snapshot() as connection:
            found = reading.site_rows_by_key(connection, source, keys)
            return {key: reading.stored_site(row) for key, row in found}

    @contextmanager
    def read_since(self, version: int) -> Iterator[SiteRows]:
        """Read what was written after a data version, in one snapshot; everything after version ``-1``."""
        with self.snapshot() as connection:
            yield reading.rows_since(connection, version)

    def history(self, code: str) -> list[Change]:
        """Return what changed about a site, by whom, when and from which file, oldest first.

        Raises
        ------
        NotFoundError
            If no site has or had the code.
        """
        with self.snapshot() as connection:
            return reading.history(connection, reading.site_id(connection, code))

    def batches(self) -> list[Batch]:
        """Return all batches, oldest first."""
        with self.snapshot() as connection:
            return reading.batches(connection)

    def batch(self, batch_id: int) -> Batch:
        """Return one batch.

        Raises
        ------
        NotFoundError
            If there is none of this number.
        """
        with self.snapshot() as connection:
            return reading.batch(connection, batch_id)

    def changes(self, batch_id: int) -> Generator[BatchChange, None, None]:
        """Stream what a batch changed, in its order; whoever stops before the end closes it."""
        with self.snapshot() as connection:
            yield from reading.changes_of(connection, batch_id)

    def reviews(self, *, states: Collection[str] = ("open",), ids: Collection[int] | None = None) -> list[Review]:
        """Return what is for a person to decide, in these states, oldest first; only some by id."""
        with self.snapshot() as connection:
            return reviewing.reviews(connection, states, ids)

    def withdrawn(self, site_ids: Collection[int]) -> dict[int, list[tuple[str, Any]]]:
        """Return how to open sites again that are closed because the batch that added them was reverted, by id."""
        with self.snapshot() as connection:
            return reading.withdrawn(connection, site_ids)

    def field_sources(self, site_ids: Collection[int]) -> dict[int, dict[str, str]]:
        """Return which source last wrote each field of sites; ``created`` is that of all others."""
        with self.snapshot() as connection:
            return reading.field_sources(connection, site_ids)

    @contextmanager
    def write(self, info: BatchInfo) -> Iterator[Writer]:
        """Write in one transaction, alone among all writers.

        Committed at the end of the block; an exception, or the end of the process, leaves nothing behind. The data
        version rises by one if something was written.
        """
        with translated(self._backend), self._backend.writing() as connection:
            self._require_schema(connection)
            writer = Writer(self._backend, connection, info)
            yield writer
            writer.close()

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Read in one snapshot of a current schema; for the store's own modules."""
        with translated(self._backend), self._backend.reading() as connection:
            self._require_schema(connection)
            yield connection

    def _require_schema(self, connection: Connection) -> None:
        if not self._schema_is_current:
            migrating.require_current(self._backend, connection)
            self._schema_is_current = True


def open_store(url: str, **limits: Any) -> Store:
    """Return the store at a database URL; nothing is reached before it is used.

    Parameters
    ----------
    url : str
        ``sqlite:///stationmap.db``, ``sqlite:////absolute/path.db`` or ``postgresql+psycopg2://user:password@host/name``.
    **limits
        Fields of :class:`~geodata.store.records.Limits`.

    Raises
    ------
    StoreError
        If the URL is not one of a SQLite file or a PostgreSQL database.
    """
    try:
        parsed = make_url(url.replace("postgres://", "postgresql://", 1))
    except (sa.exc.ArgumentError, ValueError) as error:
        raise StoreError("store_url", url=url.partition("://")[0] + "://…") from error
    match parsed.drivername:
        case "sqlite" | "sqlite+pysqlite":
            return Store(SqliteBackend(parsed, Limits(**limits)))
        case "postgresql" | "postgresql+psycopg2":
            return Store(PostgisBackend(parsed.set(drivername="postgresql+psycopg2"), Limits(**limits)))
    raise StoreError("store_url", url=parsed.render_as_string(hide_password=True))


def _begin_state(connection: Connection) -> None:
    if connection.execute(sa.select(schema.store_state.c.id)).first() is None:
        row = {"id": 1, "store_id": str(uuid.uuid4()), "data_version": 0}
        connection.execute(sa.insert(schema.store_state), row)


def _seed_calendar(backend: Backend, connection: Connection) -> None:
    """Add the official days of years that have none; a year that is there may have been corrected by hand."""
    from geodata.calendar import official_days

    version = backend.lock(connection)
    known = {day.year for day in connection.execute(sa.select(schema.calendar_days.c.day)).scalars()}
    names = ("day", "kind", "name_zh", "name_en", "source")
    rows = [
        {name: getattr(day, name) for name in names} | {"data_version": version + 1}
        for day in official_days()
        if day.day.year not in known
    ]
    if rows:
        backend.insert(connection, schema.calendar_days, rows)
        connection.execute(sa.update(schema.store_state).values(data_version=version + 1))


__all__ = ["SiteRow", "Store", "open_store"]
