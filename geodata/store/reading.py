"""Queries: rows of the store as the domain's records."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from geodata.errors import NotFoundError
from geodata.sites import Hours, Score, SourceRef, StoredSite
from geodata.store import schema
from geodata.store.conditions import among
from geodata.store.fields import from_row, storable
from geodata.store.records import (
    Batch,
    BatchChange,
    BatchInfo,
    Change,
    SiteColumns,
    SiteOutline,
    SiteRow,
    SiteRows,
    StoreState,
)
from geodata.store.types import Json, SharedJson

if TYPE_CHECKING:
    from geodata.areas import Area
    from geodata.calendar import CalendarDay
    from geodata.organisations import Organisation
    from geodata.ratings import Evidence

T = TypeVar("T")
#: Values in one IN list; SQLite takes 32,766 parameters in a statement.
CHUNK = 5000
_STREAM = {"yield_per": 5000}
_SCORE = ("score", "stars", "count", "confidence")
_WIDTH = len(schema.sites.c)
#: The columns of a site, JSON as shared values.
_SITE = tuple(
    sa.type_coerce(sa.cast(column, sa.Text), SharedJson()).label(column.name) if column.type is Json else column
    for column in schema.sites.c
)


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Cut into lists of at most ``size``."""
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part


def state(connection: Connection) -> StoreState:
    """Return the store's id and data version."""
    row = connection.execute(sa.select(schema.store_state.c.store_id, schema.store_state.c.data_version)).one()
    return StoreState(row.store_id, row.data_version)


def lineage(connection: Connection, version: int) -> str:
    """Return the number and the beginning of the last batch up to a data version."""
    table = schema.batches
    query = (
        sa.select(table.c.id, table.c.started_at)
        .where(table.c.data_version <= version)
        .order_by(table.c.data_version.desc(), table.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return "" if row is None else f"{row.id} {row.started_at.isoformat()}"


def site_rows(connection: Connection, where: sa.ColumnElement[bool]) -> Iterator[SiteRow]:
    """Stream the sites of a condition by id, each with its score and sources; JSON values are not to be changed."""
    for columns in site_columns(connection, where):
        yield from map(SiteRow._make, zip(*columns, strict=True))


def site_columns(connection: Connection, where: sa.ColumnElement[bool]) -> Iterator[SiteColumns]:
    """Stream the same column by column, some thousands of sites at a time.

    What is done for each row takes longer than what is done for all at once.
    """
    sites, scores, refs = schema.sites, schema.scores, schema.site_sources
    query = (
        sa.select(*_SITE, *(scores.c[name].label(f"rating_{name}") for name in _SCORE))
        .outerjoin_from(sites, scores)
        .where(where)
        .order_by(sites.c.id)
    )
    of_sites = (
        sa.select(refs.c.site_id, refs.c.source, refs.c.source_key, refs.c.last_seen)
        .join_from(refs, sites)
        .where(where)
        .order_by(refs.c.site_id, refs.c.source, refs.c.source_key)
    )
    found = iter(connection.execute(of_sites, execution_options=_STREAM))
    ref = next(found, None)
    for part in connection.execute(query, execution_options=_STREAM).partitions():
        columns = list(zip(*part, strict=True))
        sources: dict[int, tuple[SourceRef, ...]] = {}
        last = columns[0][-1]
        while ref is not None and ref[0] <= last:
            sources[ref[0]] = (*sources.get(ref[0], ()), SourceRef(ref[1], ref[2], ref[3]))
            ref = next(found, None)
        scores_of = [None if score[0] is None else Score(*score) for score in zip(*columns[_WIDTH:], strict=True)]
        sources_of = [sources.get(site_id, ()) for site_id in columns[0]]
        yield SiteRow._make((*columns[:_WIDTH], scores_of, sources_of))


def ahead(items: Iterator[T]) -> Iterator[T]:
    """Yield items while the next one is fetched already: the database works at the same time as who uses them.

    Nothing else may use the connection before the end.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="stationmap-read") as reader:
        fetched = reader.submit(next, items, None)
        while (item := fetched.result()) is not None:
            fetched = reader.submit(next, items, None)
            yield item


def outlines(connection: Connection) -> Iterator[SiteOutline]:
    """Stream what tells sites apart, by id, without those that were merged into others."""
    sites, refs, aliases = schema.sites, schema.site_sources, schema.site_aliases
    merged = set(connection.execute(sa.select(aliases.c.code)).scalars())
    sources: dict[int, list[SourceRef]] = {}
    of_sites = sa.select(refs.c.site_id, refs.c.source, refs.c.source_key, refs.c.last_seen)
    for row in connection.execute(of_sites, execution_options=_STREAM):
        sources.setdefault(int(row[0]), []).append(SourceRef(*row[1:]))
    query = sa.select(*(sites.c[name] for name in SiteOutline._fields[:-1])).order_by(sites.c.id)
    for row in connection.execute(query, execution_options=_STREAM):
        if row[1] not in merged:
            yield SiteOutline._make((*row, tuple(sources.get(row[0], ()))))


def stored_site(row: SiteRow) -> StoredSite:
    """Return a row as the domain's record."""
    return StoredSite(
        id=row.id,
        code=row.code,
        site=from_row(row._asdict()),
        sources=row.sources,
        version=row.version,
        data_version=row.data_version,
        created_at=row.created_at,
        updated_at=row.updated_at,
        score=row.score,
    )


def site_id(connection: Connection, code: str) -> int:
    """Return the id of the site that a code leads to.

    Raises
    ------
    NotFoundError
        If no site has or had the code.
    """
    for table, column in ((schema.site_aliases, "site_id"), (schema.sites, "id")) if storable(code) else ():
        found = connection.execute(sa.select(table.c[column]).where(table.c.code == code)).scalar()
        if found is not None:
            return int(found)
    raise NotFoundError("site_not_found", site=code)


def site_rows_among(connection: Connection, codes: Collection[str] | None, source: str | None) -> Iterator[SiteRow]:
    """Stream sites by their own codes, by source, or all."""
    condition: sa.ColumnElement[bool] = sa.true()
    if source is not None:
        refs = schema.site_sources
        condition = schema.sites.c.id.in_(sa.select(refs.c.site_id).where(refs.c.source == source))
    wanted = None if codes is None else set(filter(storable, codes))
    if wanted is not None and len(wanted) <= CHUNK:  # beyond, going through all is quicker than asking for each
        condition &= among(connection, schema.sites.c.code, wanted)
    for row in site_rows(connection, condition):
        if wanted is None or row.code in wanted:
            yield row


def site_rows_by_key(connection: Connection, source: str, keys: Iterable[str]) -> Iterator[tuple[str, SiteRow]]:
    """Return the sites that a source knows by these keys, as (key, row)."""
    refs = schema.site_sources
    wanted = set(filter(storable, keys))
    of_source = sa.select(refs.c.site_id).where(refs.c.source == source)
    condition: sa.ColumnElement[bool] = schema.sites.c.id.in_(of_source)
    if len(wanted) <= CHUNK:  # as above
        found = connection.execute(of_source.where(among(connection, refs.c.source_key, wanted))).scalars().all()
        if not found:
            return
        condition = among(connection, schema.sites.c.id, found)
    for row in site_rows(connection, condition):
        for ref in row.sources:
            if ref.source == source and ref.key in wanted:
                yield ref.key, row


def rows_since(connection: Connection, version: int) -> SiteRows:
    """Return what was written after a data version, in the connection's snapshot."""
    from geodata.store import figures

    sites, aliases = schema.sites, schema.site_aliases
    now = state(connection)

    def written(table: sa.Table) -> bool:
        newest = connection.execute(sa.select(sa.func.max(table.c.data_version))).scalar()
        return newest is not None and int(newest) > version

    def empty(table: sa.Table) -> bool:
        return connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() is None

    pairs = connection.execute(sa.select(aliases.c.code, sites.c.code.label("present")).join_from(aliases, sites))
    return SiteRows(
        state=now,
        columns=ahead(site_columns(connection, sites.c.data_version > version)),
        aliases={row.code: row.present for row in pairs},
        calendar_days=calendar_days(connection),
        calendar_changed=written(schema.calendar_days),
        without_areas=empty(schema.areas),
        without_organisations=empty(schema.organisations),
        organisations_changed=written(schema.organisations),
        organisations=lambda: organisations(connection),
        areas_changed=written(schema.areas),
        areas=lambda: areas(connection),
        evidence=lambda: evidence_rows(connection, None if version < 0 else sites.c.data_version > version),
        indicators=lambda: figures.of_sites(connection, None if version < 0 else sites.c.data_version > version),
        area_indicators=lambda: figures.of_areas(connection),
    )


def calendar_days(connection: Connection) -> list[CalendarDay]:
    """Return the whole calendar by day."""
    from geodata.calendar import CalendarDay

    days = schema.calendar_days
    query = sa.select(days.c.day, days.c.kind, days.c.name_zh, days.c.name_en, days.c.source).order_by(days.c.day)
    return [CalendarDay(**row._mapping) for row in connection.execute(query)]


def organisations(connection: Connection) -> list[Organisation]:
    """Return all organisations by code."""
    from geodata.organisations import Organisation

    table = schema.organisations
    beside = ("data_version", "hours_osm", "hours_text")
    found: list[Organisation] = []
    for row in connection.execute(sa.select(table).order_by(table.c.code)).mappings():
        plain = {str(name): value for name, value in row.items() if name not in beside}
        found.append(Organisation(**plain, hours=Hours(row["hours_osm"], row["hours_text"])))
    return found


def areas(connection: Connection) -> list[Area]:
    """Return all areas by code."""
    from geodata.areas import Area

    table = schema.areas
    query = sa.select(*(column for column in table.c if column.name != "data_version")).order_by(table.c.adcode)
    return [Area(**row._mapping) for row in connection.execute(query)]


def evidence(connection: Connection, site_ids: Collection[int] | None) -> dict[int, list[Evidence]]:
    """Return the evidence of sites, or of all, oldest first."""
    table = schema.evidence
    found: dict[int, list[Evidence]] = {}
    query = sa.select(table).order_by(table.c.site_id, table.c.as_of, table.c.id)
    parts: Iterable[Any] = [None] if site_ids is None else chunks(sorted(set(site_ids)))
    for part in parts:
        limited = query if part is None else query.where(table.c.site_id.in_(part))
        for row in connection.execute(limited, execution_options=_STREAM):
            found.setdefault(int(row.site_id), []).append(as_evidence(row._mapping))
    return found


def evidence_rows(connection: Connection, where: sa.ColumnElement[bool] | None) -> Iterator[tuple[Any, ...]]:
    """Stream the evidence of sites of a condition, or of all, as plain values, by site and day.

    Each is the site's id, then scheme, value, scale, count, as_of, level, name, source, note.
    """
    table, sites = schema.evidence, schema.sites
    names = ("site_id", "scheme", "value", "scale", "count", "as_of", "level", "name", "source", "note")
    query = sa.select(*(table.c[name] for name in names)).order_by(table.c.site_id, table.c.as_of, table.c.id)
    if where is not None:
        query = query.join_from(table, sites).where(where)
    for part in connection.execute(query, execution_options=_STREAM).partitions():
        yield from map(tuple, part)


def as_evidence(row: Any) -> Evidence:
    """Return a row of ``evidence`` as the domain's record."""
    from geodata.ratings import Evidence

    names = ("scheme", "value", "scale", "count", "as_of", "level", "name", "source", "note")
    return Evidence(**{name: row[name] for name in names})


def history(connection: Connection, of_site: int) -> list[Change]:
    """Return the changes of a site, oldest first."""
    table = schema.changes
    query = sa.select(table).where(table.c.site_id == of_site).order_by(table.c.id)
    rows: Sequence[Any] = connection.execute(query).all()
    known = {batch.id: batch for batch in batches(connection, {int(row.batch_id) for row in rows})}
    return [Change(known[row.batch_id], row.field, row.before, row.after) for row in rows]


def changes_of(connection: Connection, batch_id: int) -> Iterator[BatchChange]:
    """Stream the changes of a batch in their order."""
    table, sites = schema.changes, schema.sites
    names = ("record", "field", "before", "after")
    query = (
        sa.select(table.c.id, table.c.site_id, sites.c.code, *(table.c[name] for name in names))
        .outerjoin_from(table, sites, table.c.site_id == sites.c.id)
        .where(table.c.batch_id == batch_id)
        .order_by(table.c.id)
    )
    for row in connection.execute(query, execution_options=_STREAM):
        yield BatchChange(row[0], row[1], row[2] or "", *row[3:])


def withdrawn(connection: Connection, site_ids: Iterable[int]) -> dict[int, list[tuple[str, Any]]]:
    """Return what to set in sites that are closed because their creation was reverted, as (field, value) by site id.

    A site whose state was changed again since is not among them.
    """
    table, batches = schema.changes, schema.batches
    found: dict[int, list[tuple[str, Any]]] = {}
    for part in chunks(sorted(set(site_ids))):
        latest = (
            sa.select(sa.func.max(table.c.id)).where(table.c.site_id.in_(part), table.c.field == "state")
        ).group_by(table.c.site_id)
        query = (
            sa.select(table.c.site_id, table.c.batch_id, table.c.after)
            .join_from(table, batches, table.c.batch_id == batches.c.id)
            .where(table.c.id.in_(latest), batches.c.kind == "revert")
        )
        rows = [(int(row[0]), int(row[1])) for row in connection.execute(query) if row[2] == "closed"]
        for site_id, batch in rows:
            undo = sa.select(table.c.field, table.c.before).where(
                table.c.site_id == site_id, table.c.batch_id == batch, table.c.field.in_(("state", "closures"))
            )
            found[site_id] = [(row[0], row[1]) for row in connection.execute(undo)]
    return found


def field_sources(connection: Connection, site_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """Return which source last wrote each field of sites; ``created`` is that of all others."""
    table, of = schema.changes, schema.batches
    found: dict[int, dict[str, str]] = {}
    for part in chunks(sorted(set(site_ids))):
        query = (
            sa.select(table.c.site_id, table.c.field, of.c.source)
            .join_from(table, of, table.c.batch_id == of.c.id)
            .where(table.c.site_id.in_(part), of.c.kind != "revert")
            .order_by(table.c.id)
        )
        for row in connection.execute(query):
            found.setdefault(int(row[0]), {})[row[1]] = row[2]
    return found


def batches(connection: Connection, ids: Collection[int] | None = None) -> list[Batch]:
    """Return batches, oldest first."""
    query = sa.select(schema.batches).order_by(schema.batches.c.id)
    found: list[Batch] = []
    parts: Iterable[Any] = [None] if ids is None else chunks(sorted(ids))
    for part in parts:
        limited = query if part is None else query.where(schema.batches.c.id.in_(part))
        found += [_batch(row._mapping) for row in connection.execute(limited)]
    return found


def batch(connection: Connection, batch_id: int) -> Batch:
    """Return one batch.

    Raises
    ------
    NotFoundError
        If there is none of this number.
    """
    found = batches(connection, [batch_id]) if 0 < batch_id < 2**63 else []
    if not found:
        raise NotFoundError("batch_not_found", batch=batch_id)
    return found[0]


def _batch(row: Any) -> Batch:
    info = BatchInfo(**{name: row[name] for name in ("kind", "actor", "source", "file_name", "file_sha256", "note")})
    rest = {name: row[name] for name in ("id", "started_at", "finished_at", "counts", "data_version")}
    return Batch(info=info, **rest)
