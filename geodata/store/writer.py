"""Writing: one transaction, one batch, one data version."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from geodata.errors import ConflictError, NotFoundError
from geodata.sites import Position, Score, SourceRef, StoredSite, new_code
from geodata.store import accounts, layers, reading, reporting, reviewing, schema
from geodata.store.accounts import User
from geodata.store.backend import Backend
from geodata.store.conditions import among
from geodata.store.fields import FieldChange, field_changes, refuse_unstorable, to_row
from geodata.store.records import BatchInfo, NewReview, NewSite, Review, SiteUpdate
from geodata.store.reporting import NewReport
from geodata.store.translating import translated

if TYPE_CHECKING:
    from shapely import MultiPolygon

    from geodata.areas import Area
    from geodata.calendar import CalendarDay
    from geodata.demand import DemandPoints
    from geodata.indicators import Indicator
    from geodata.organisations import Organisation
    from geodata.ratings import Evidence
    from geodata.streets import StreetNetwork

P = ParamSpec("P")
R = TypeVar("R")


def _public(method: Callable[Concatenate[Writer, P], R]) -> Callable[Concatenate[Writer, P], R]:
    """Let a method raise the domain's errors only."""

    @wraps(method)
    def run(self: Writer, *args: P.args, **kwargs: P.kwargs) -> R:
        with translated(self._backend):
            return method(self, *args, **kwargs)

    return run  # type: ignore[return-value]


class Writer:
    """What :meth:`geodata.store.Store.write` hands out; usable inside its block only.

    Nothing is seen by others before the block ends, and nothing at all remains if it ends with an exception. Whoever
    reads and then writes should read through the writer: other writers wait until the block ends.

    Attributes
    ----------
    batch_id : int
        The batch that all changes belong to.
    """

    def __init__(self, backend: Backend, connection: Connection, info: BatchInfo) -> None:
        self._backend = backend
        self._connection = connection
        self._info = info
        self._data_version = backend.lock(connection) + 1
        self._now = datetime.now(UTC)
        self._dirty = False
        self._batch_written = False
        self._counts: Mapping[str, int] = {}
        self.batch_id = int(backend.reserve_ids(connection, schema.batches, 1)[0])

    @_public
    def add(self, items: Sequence[NewSite]) -> list[str]:
        """Add sites and return their new codes, in order.

        Raises
        ------
        ConflictError
            If a site has one of the source keys already.
        ValueUnusableError
            If a value cannot be kept, such as a latitude beyond the pole.
        """
        codes: list[str] = []
        for part in reading.chunks(items):
            codes += self._add(part)
        return codes

    @_public
    def update(self, items: Sequence[SiteUpdate]) -> int:
        """Write the sites that differ, and return how many did; sites without a difference are not touched.

        Raises
        ------
        ConflictError
            If a site was written since ``before`` was read, or a new source key is another site's.
        ValueUnusableError
            If a value cannot be kept.
        """
        return sum(self._update(part) for part in reading.chunks(items))

    @_public
    def site(self, code: str) -> StoredSite:
        """Return the site that a code leads to, as this transaction has it.

        Raises
        ------
        NotFoundError
            If no site has or had the code.
        """
        of_code = schema.sites.c.id == reading.site_id(self._connection, code)
        return reading.stored_site(next(reading.site_rows(self._connection, of_code)))

    @_public
    def add_alias(self, old: str, code: str) -> None:
        """Let the code ``old`` lead to the site of ``code`` for ever, as do all that led to the site of ``old``.

        Raises
        ------
        NotFoundError
            If there is no site with ``code``.
        ConflictError
            If ``code`` leads to ``old`` itself.
        """
        refuse_unstorable("alias", old)
        aliases, sites = schema.site_aliases, schema.sites
        target = reading.site_id(self._connection, code)
        merged = self._connection.execute(sa.select(sites.c.id).where(sites.c.code == old)).scalar()
        if merged == target:
            raise ConflictError("alias_to_itself", site=old)
        present = self._connection.execute(sa.select(aliases.c.site_id).where(aliases.c.code == old)).scalar()
        if present == target:
            return
        earlier = list(self._connection.execute(sa.select(aliases.c.code).where(aliases.c.site_id == merged)).scalars())
        self._connection.execute(sa.update(aliases).where(aliases.c.site_id == merged).values(site_id=target))
        self._touch()
        self._backend.upsert(self._connection, aliases, [{"code": old, "site_id": target}])
        self._record([(merged, "alias", code, None) for code in earlier])
        self._record([(target, "alias", None, code) for code in (*earlier, old)])

    @_public
    def put_areas(self, areas: Iterable[Area]) -> int:
        """Add areas or overwrite those of the same code; return how many were new or different."""
        table = schema.areas
        names = [column.name for column in table.c if column.name != "data_version"]
        rows = {area.adcode: {name: getattr(area, name) for name in names} for area in areas}
        for row in rows.values():
            row["polygon"] = _as_multipolygon(row["polygon"])
        return self._put_records(table, "area", "adcode", rows)

    @_public
    def put_organisations(self, items: Collection[Organisation]) -> int:
        """Add organisations or overwrite those of the same code; return how many were new or different."""
        beside = ("data_version", "hours_osm", "hours_text")
        names = [column.name for column in schema.organisations.c if column.name not in beside]
        rows = {item.code: {name: getattr(item, name) for name in names} for item in items}
        for item in items:
            rows[item.code] |= {"hours_osm": item.hours.osm, "hours_text": item.hours.text}
        return self._put_records(schema.organisations, "organisation", "code", rows)

    @_public
    def put_calendar_days(self, days: Iterable[CalendarDay]) -> int:
        """Add days or overwrite the same ones; return how many were new or different."""
        names = ("day", "kind", "name_zh", "name_en", "source")
        rows = {day.day: {name: getattr(day, name) for name in names} for day in days}
        return self._put_records(schema.calendar_days, "calendar_day", "day", rows)

    @_public
    def put_streets(self, name: str, network: StreetNetwork, *, source: str = "") -> bool:
        """Keep a network of streets under a name, in place of what had it; return whether it is news.

        Raises
        ------
        ValueUnusableError
            If the name cannot be kept.
        """
        row, content = layers.streets_row(name, network, source, self._info)
        news = self._put_records(schema.street_networks, "street_network", "name", {name: row})
        if news:
            layers.put_blob(self._backend, self._connection, row["blob"], content)
        return news > 0

    @_public
    def put_demand(self, name: str, demand: DemandPoints, *, source: str = "") -> bool:
        """Keep a layer of demand under a name, in place of what had it; return whether it is news.

        Raises
        ------
        ValueUnusableError
            If the name cannot be kept.
        """
        row, content = layers.demand_row(name, demand, source, self._info)
        news = self._put_records(schema.demand_layers, "demand_layer", "name", {name: row})
        if news:
            layers.put_blob(self._backend, self._connection, row["blob"], content)
        return news > 0

    @_public
    def put_evidence(self, site_id: int, key: str, evidence: Evidence) -> bool:
        """Add a piece of evidence, or overwrite the one with the same source and key; return whether it is news."""
        return self._put_evidence([(site_id, key, evidence)]) == 1

    @_public
    def put_evidence_many(self, items: Iterable[tuple[int, str, Evidence]]) -> int:
        """Add or overwrite many pieces of evidence, as (site id, key, evidence); return how many were news."""
        return sum(self._put_evidence(part) for part in reading.chunks(items))

    @_public
    def put_scores(self, scores: Mapping[int, Score | None]) -> int:
        """Set the scores of sites by id, ``None`` for no score; return how many changed."""
        return sum(self._put_scores(dict(part)) for part in reading.chunks(scores.items()))

    @_public
    def put_indicators(self, items: Iterable[tuple[int | str, Indicator]]) -> int:
        """Add or overwrite published figures, as (site id or code of an area, figure); return how many were news."""
        return sum(self._put_indicators(part) for part in reading.chunks(items, 1000))

    @_public
    def rate(self, site_ids: Collection[int], today: date) -> int:
        """Compute the scores of sites for a day from all their evidence, as this transaction has it, and set them.

        Returns how many changed.
        """
        from geodata.rating_columns import EvidenceColumns, score_columns

        changed = 0
        for part in reading.chunks(sorted(set(site_ids))):
            rows = reading.evidence_rows(self._connection, schema.sites.c.id.in_(part))
            found = score_columns(EvidenceColumns.of_rows(rows), today)
            columns = (found.score, found.stars, found.count, found.confidence)
            values = zip(*(column.tolist() for column in columns), strict=True)
            scores = dict(zip(found.site.tolist(), values, strict=True))
            wanted: dict[int, Score | None] = dict.fromkeys(part)
            for site, (score, stars, count, confidence) in scores.items():
                wanted[site] = Score(score, stars or None, count, confidence)
            changed += self._put_scores(wanted)
        return changed

    @_public
    def see(self, references: Iterable[tuple[int, SourceRef]]) -> None:
        """Note when a source had sites, as (site id, reference with ``last_seen``); no data version rises for that."""
        table = schema.site_sources
        rows = [_reference(site_id, ref) for site_id, ref in references]
        for part in reading.chunks(rows):
            self._write_batch()
            self._backend.upsert(self._connection, table, part)

    @_public
    def put_reviews(self, items: Sequence[NewReview]) -> int:
        """Ask for decisions, one for each row of a source; return how many were not open already.

        What was asked before about the same row is asked again, unless it was rejected that the site has vanished.
        """
        if not items:
            return 0
        self._write_batch()
        return reviewing.put(self._backend, self._connection, items, self.batch_id, self._now)

    @_public
    def settle_reviews(self, kind: str, source: str, keys: Iterable[str]) -> None:
        """Take back open questions about rows that have settled themselves."""
        reviewing.settle(self._connection, kind, source, keys)

    @_public
    def decide(self, review: Review, state: str) -> None:
        """Keep a decision.

        Raises
        ------
        ConflictError
            If it was decided already.
        """
        self._write_batch()
        reviewing.decide(self._connection, review, state, self._info.actor, self._now)

    @_public
    def add_report(self, told: NewReport) -> int:
        """Keep what somebody reports and return its number; the same number if the same form was sent before.

        It is no batch: nothing public changes before staff decide.
        """
        return reporting.add(self._backend, self._connection, told, self._now)

    @_public
    def close_report(self, report_id: int, state: str, note: str) -> None:
        """Keep what became of a report.

        Raises
        ------
        ConflictError
            If it was closed already.
        """
        reporting.close(self._connection, report_id, state, note, self._info.actor, self._now)
        self._note(f"report:{report_id}", {"state": reporting.OPEN}, {"state": state})

    @_public
    def area_at(self, position: Position) -> str | None:
        """Return the code of the smallest area that holds a position; ``None`` if there is none."""
        from geodata.areas import AreaFinder

        return AreaFinder(reading.areas(self._connection)).find([position.lon], [position.lat])[0]

    @_public
    def add_user(self, name: str, password_hash: str) -> User:
        """Add an account; its name is kept in small letters.

        Raises
        ------
        ConflictError
            If the name is taken.
        ValueUnusableError
            If it cannot be a name.
        """
        made = accounts.add(self._backend, self._connection, accounts.account_name(name), password_hash, self._now)
        self._note(f"user:{made.name}", None, accounts.told(made))
        return made

    @_public
    def set_password(self, name: str, password_hash: str) -> User:
        """Give an account another password; whoever is logged in with it has to log in again.

        Raises
        ------
        NotFoundError
            If there is no account of this name.
        """
        return self._change_user(name, password_hash=password_hash, password_changed_at=self._now)

    @_public
    def disable_user(self, name: str, *, disabled: bool = True) -> User:
        """Shut an account out, or let it in again; who is logged in with it is out at once.

        Raises
        ------
        NotFoundError
            If there is no account of this name.
        """
        return self._change_user(name, disabled_at=self._now if disabled else None)

    @_public
    def finish(self, counts: Mapping[str, int]) -> None:
        """Keep the counts of the batch; it is then listed even if nothing had to be written."""
        self._counts = dict(counts)
        self._write_batch()

    @property
    def connection(self) -> Connection:
        """The transaction's connection, for the store's own modules."""
        return self._connection

    @property
    def backend(self) -> Backend:
        """The database behind, for the store's own modules."""
        return self._backend

    def record(self, changes: Iterable[tuple[int | None, str, Any, Any]]) -> None:
        """Keep changes of sites in the history, for the store's own modules: (site id, field, before, after)."""
        self._touch()
        self._record(changes)

    def record_of(self, record: str, before: Any, after: Any) -> None:
        """Keep a change of a record that is no site in the history, for the store's own modules."""
        self._touch()
        change = {"site_id": None, "record": record, "field": "record", "before": before, "after": after}
        self._insert_changes([change])

    def stamp(self) -> dict[str, Any]:
        """Return the columns that say when a site's row was written, for the store's own modules."""
        return self._stamp()

    def close(self) -> None:
        """End the batch and raise the data version if something was written; called by the store."""
        if not self._batch_written:
            return
        batches = schema.batches
        values = {
            "finished_at": datetime.now(UTC),
            "counts": self._counts,
            "data_version": self._data_version if self._dirty else None,
        }
        self._connection.execute(sa.update(batches).where(batches.c.id == self.batch_id).values(values))
        if self._dirty:
            self._connection.execute(sa.update(schema.store_state).values(data_version=self._data_version))

    def _add(self, items: Sequence[NewSite]) -> list[str]:
        rows = [to_row(item.site) for item in items]
        self._touch()
        codes = self._new_codes(len(items))
        ids = self._backend.reserve_ids(self._connection, schema.sites, len(items))
        references: list[dict[str, Any]] = []
        for site_id, code, row, item in zip(ids, codes, rows, items, strict=True):
            refuse_unstorable("search", item.search)
            row |= {"id": site_id, "code": code, "search": item.search, "version": 1, **self._stamp()}
            row["created_at"] = self._now
            references += [_reference(site_id, source) for source in item.sources]
        self._backend.insert(self._connection, schema.sites, rows)
        self._backend.insert(self._connection, schema.site_sources, references)
        self._record([(site_id, "created", None, code) for site_id, code in zip(ids, codes, strict=True)])
        return codes

    def _new_codes(self, count: int) -> list[str]:
        """Return codes that no site and no alias has or had."""
        codes: dict[str, None] = {}
        while len(codes) < count:
            wanted = {new_code() for _ in range(count - len(codes))} - set(codes)
            for table in (schema.sites, schema.site_aliases):
                taken = sa.select(table.c.code).where(among(self._connection, table.c.code, wanted))
                wanted -= set(self._connection.execute(taken).scalars())
            codes |= dict.fromkeys(wanted)
        return list(codes)

    def _update(self, items: Sequence[SiteUpdate]) -> int:
        present = self._present([item.before.id for item in items])
        rows: list[dict[str, Any]] = []
        references: list[dict[str, Any]] = []
        changes: list[tuple[int | None, str, Any, Any]] = []
        for item in items:
            before = item.before
            found = present.get(before.id)
            if found is None:
                raise NotFoundError("site_not_found", site=before.code)
            found_version, found_search = found
            if found_version != before.version:
                raise ConflictError("site_changed", site=before.code, expected=before.version, found=found_version)
            search = found_search if item.search is None else item.search
            renewed, gained = _new_references(before.sources, item.sources)
            differences = field_changes(before.site, item.after) + gained
            if not (differences or renewed or search != found_search):
                continue
            version = before.version + bool(differences)
            row = to_row(item.after) | {"id": before.id, "code": before.code, "search": search, "version": version}
            rows.append(row | self._stamp() | {"created_at": before.created_at})
            if not differences:
                rows[-1]["updated_at"] = before.updated_at
            references += [_reference(before.id, source) for source in renewed]
            changes += [(before.id, *difference) for difference in differences]
            present[before.id] = (version, search)
        if rows:
            self._touch()
            self._refuse_taken(references)
            self._backend.upsert(self._connection, schema.sites, rows)
            self._backend.upsert(self._connection, schema.site_sources, references)
            self._record(changes)
        return len(rows)

    def _present(self, ids: Sequence[int]) -> dict[int, tuple[int, str]]:
        """Return version and search words of sites by id."""
        sites = schema.sites
        query = sa.select(sites.c.id, sites.c.version, sites.c.search).where(among(self._connection, sites.c.id, ids))
        return {row.id: (row.version, row.search) for row in self._connection.execute(query)}

    def _refuse_taken(self, references: Sequence[Mapping[str, Any]]) -> None:
        """Raise if a source key is another site's: an update must not take it away."""
        table = schema.site_sources
        owners = {(row["source"], row["source_key"]): row["site_id"] for row in references}
        for source in {source for source, _ in owners}:
            keys = [key for of_source, key in owners if of_source == source]
            query = sa.select(table).where(table.c.source == source, among(self._connection, table.c.source_key, keys))
            for row in self._connection.execute(query):
                if owners[source, row.source_key] != row.site_id:
                    raise ConflictError("source_key_taken", source=source, key=row.source_key)

    def _put_records(self, table: sa.Table, record: str, key: str, rows: Mapping[Any, dict[str, Any]]) -> int:
        """Add or overwrite rows that are no sites, each change kept as a whole record."""
        written = 0
        for part in reading.chunks(rows.items(), 500):
            for _, row in part:
                for name, value in row.items():
                    refuse_unstorable(f"{record}.{name}", value)
            wanted = sa.select(table).where(table.c[key].in_([value for value, _ in part]))
            present = {row[key]: dict(row) for row in self._connection.execute(wanted).mappings()}
            news = [(present.get(value), row) for value, row in part if not _holds(present.get(value), row)]
            if not news:
                continue
            self._touch()
            stamped = [row | {"data_version": self._data_version} for _, row in news]
            self._backend.upsert(self._connection, table, stamped)
            changes = [
                {"record": f"{record}:{row[key]}", "before": as_json(old), "after": as_json(row)} for old, row in news
            ]
            self._insert_changes([{"site_id": None, "field": "record", **change} for change in changes])
            written += len(news)
        return written

    def _put_evidence(self, items: Sequence[tuple[int, str, Evidence]]) -> int:
        table = schema.evidence
        names = ("source", "scheme", "value", "scale", "count", "as_of", "level", "name", "note")
        rows: dict[tuple[int, str, str], dict[str, Any]] = {}
        for site_id, key, item in items:
            row = {name: getattr(item, name) for name in names} | {"site_id": site_id, "evidence_key": key}
            for name, value in row.items():
                refuse_unstorable(f"evidence.{name}", value)
            rows[site_id, item.source, key] = row
        wanted = sa.select(table).where(table.c.site_id.in_({site_id for site_id, _, _ in rows}))
        found = self._connection.execute(wanted).mappings()
        present = {(row["site_id"], row["source"], row["evidence_key"]): dict(row) for row in found}
        news = {key: row for key, row in rows.items() if not _holds(present.get(key), row)}
        if not news:
            return 0
        self._touch()
        fresh = [key for key in news if key not in present]
        ids = dict(zip(fresh, self._backend.reserve_ids(self._connection, table, len(fresh)), strict=True))
        for which, row in news.items():
            row |= {"id": present[which]["id"] if which in present else ids[which], "batch_id": self.batch_id}
        self._backend.upsert(self._connection, table, list(news.values()))
        # Readers look for sites written since; scores of other days need the evidence even where today's is the same.
        self._show({at[0] for at in news})
        self._record([(at[0], "evidence", as_json(present.get(at)), as_json(row)) for at, row in news.items()])
        return len(news)

    def _put_indicators(self, items: Sequence[tuple[int | str, Indicator]]) -> int:
        from geodata.store import figures

        rows = {row["key"]: row for row in (figures.as_row(subject, item) for subject, item in items)}
        present = figures.by_key(self._connection, rows)
        news = {key: row for key, row in rows.items() if not _holds(present.get(key), row)}
        if not news:
            return 0
        self._touch()
        stamped = [row | {"data_version": self._data_version} for row in news.values()]
        self._backend.upsert(self._connection, schema.indicators, stamped)
        for key, row in news.items():
            before, after = present.get(key), row
            if row["site_id"] is not None:
                changed = (figures.for_history(before), figures.for_history(after))
                self._record([(row["site_id"], "indicator", *changed)])
            else:
                self.record_of(f"indicator:{key}", as_json(before), as_json(after))
        self._show({row["site_id"] for row in news.values()} - {None})
        return len(news)

    def _put_scores(self, wanted: Mapping[int, Score | None]) -> int:
        table = schema.scores
        names = ("score", "stars", "count", "confidence")
        found = self._connection.execute(sa.select(table).where(table.c.site_id.in_(wanted))).mappings()
        present = {row["site_id"]: Score(*(row[name] for name in names)) for row in found}
        news = {site_id: score for site_id, score in wanted.items() if present.get(site_id) != score}
        if not news:
            return 0
        self._touch()
        gone = [site_id for site_id, score in news.items() if score is None]
        self._connection.execute(sa.delete(table).where(table.c.site_id.in_(gone)))
        rows = [{"site_id": i, **{name: getattr(score, name) for name in names}} for i, score in news.items() if score]
        self._backend.upsert(self._connection, table, rows)
        self._show(news)
        return len(news)

    def _show(self, site_ids: Collection[int]) -> None:
        """Let readers see that something about sites was written."""
        sites = schema.sites
        seen = sa.update(sites).where(sites.c.id.in_(site_ids)).values(data_version=self._data_version)
        self._connection.execute(seen)

    def _change_user(self, name: str, **values: Any) -> User:
        before, after = accounts.change(self._connection, accounts.account_name(name), **values)
        self._note(f"user:{after.name}", accounts.told(before), accounts.told(after))
        return after

    def _note(self, record: str, before: Any, after: Any) -> None:
        """Keep a change of a record that no reader of public data sees: no data version rises for it."""
        self._write_batch()
        change = {"site_id": None, "record": record, "field": "record", "before": before, "after": after}
        self._insert_changes([change])

    def _record(self, changes: Iterable[tuple[int | None, str, Any, Any]]) -> None:
        rows = [
            {"site_id": site_id, "record": "", "field": field, "before": before, "after": after}
            for site_id, field, before, after in changes
        ]
        self._insert_changes(rows)

    def _insert_changes(self, rows: Sequence[dict[str, Any]]) -> None:
        self._backend.insert(self._connection, schema.changes, [{"batch_id": self.batch_id, **row} for row in rows])

    def _stamp(self) -> dict[str, Any]:
        return {"data_version": self._data_version, "updated_at": self._now}

    def _touch(self) -> None:
        self._write_batch()
        self._dirty = True

    def _write_batch(self) -> None:
        if self._batch_written:
            return
        info = self._info
        row = {"kind": info.kind, "actor": info.actor, "source": info.source, "file_name": info.file_name}
        row |= {"file_sha256": info.file_sha256, "note": info.note}
        for name, value in row.items():
            refuse_unstorable(name, value)
        stamps = {"id": self.batch_id, "started_at": self._now, "counts": {}}
        self._connection.execute(sa.insert(schema.batches), row | stamps)
        self._batch_written = True


def _reference(site_id: int, source: SourceRef) -> dict[str, Any]:
    refuse_unstorable("source_key", source.key)
    return {"source": source.source, "source_key": source.key, "site_id": site_id, "last_seen": source.last_seen}


def _new_references(
    present: Sequence[SourceRef], wanted: Sequence[SourceRef]
) -> tuple[list[SourceRef], list[FieldChange]]:
    """Return the references to write, and the history of those that are new and not only seen again."""
    known = {(ref.source, ref.key): ref.last_seen for ref in present}
    write: list[SourceRef] = []
    gained: list[FieldChange] = []
    for ref in wanted:
        key = (ref.source, ref.key)
        if key not in known:
            gained.append(("sources", None, [ref.source, ref.key]))
        elif ref.last_seen is None or ref.last_seen == known[key]:
            continue
        known[key] = ref.last_seen
        write.append(ref)
    return write, gained


def _holds(present: Mapping[str, Any] | None, row: Mapping[str, Any]) -> bool:
    return present is not None and all(present[name] == value for name, value in row.items())


def _as_multipolygon(polygon: Any) -> MultiPolygon:
    """Return a polygon or several as several, in two dimensions: what the column takes."""
    import shapely

    flat = shapely.force_2d(polygon)
    return flat if flat.geom_type == "MultiPolygon" else shapely.MultiPolygon([flat])


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
