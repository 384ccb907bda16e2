"""Taking a batch back: what it changed becomes what it was, unless it has changed again since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from geodata.errors import ConflictError
from geodata.messages import Message
from geodata.sites import Closure, Site, StoredSite
from geodata.store import reading, reporting, reviewing, schema
from geodata.store.fields import apply_changes, field_value
from geodata.store.records import BatchChange, BatchInfo, SiteUpdate
from geodata.store.store import Store
from geodata.store.transaction import as_json
from geodata.store.translating import translated
from geodata.store.writer import Writer
from geodata.text import search_text

#: Entries of a site's history that are no fields of the site.
_BESIDE = frozenset({"created", "sources", "alias", "evidence", "indicator"})
#: Records that are no sites → their table and its key.
_RECORDS = {
    "indicator": (schema.indicators, "key"),
    "organisation": (schema.organisations, "code"),
    "area": (schema.areas, "adcode"),
    "calendar_day": (schema.calendar_days, "day"),
    "street_network": (schema.street_networks, "name"),
    "demand_layer": (schema.demand_layers, "name"),
    "candidate": (schema.candidates, "code"),
}
#: What people reported; a report that was decided about waits again.
_REPORT = "report"


@dataclass(frozen=True, slots=True)
class Left:
    """A change that was not taken back, of a site by its code or of another record, and why."""

    of: str
    field: str
    reason: Message


@dataclass(slots=True)
class Reverted:
    """What became of a revert.

    Attributes
    ----------
    batch : int, optional
        The batch that the revert is itself; ``None`` if there was nothing that could be put back.
    restored : int
        Fields, source keys, codes, pieces of evidence and records put back.
    closed : int
        Sites that the batch had created, closed now.
    left : list of Left
        What had changed again since.
    """

    batch: int | None = None
    restored: int = 0
    closed: int = 0
    left: list[Left] = field(default_factory=list)


def revert_batch(store: Store, batch_id: int, actor: str, *, today: date | None = None) -> Reverted:
    """Put back what a batch changed, in one transaction that is a batch itself and can be reverted as well.

    A site that the batch created is not deleted but closed, with the reason; its source keys stay, so that the next
    import of the list finds it and opens it again. Scores of sites whose evidence is put back are computed anew.

    Parameters
    ----------
    store : Store
    batch_id : int
    actor : str
        Who reverts, for the history.
    today : date, optional
        The first day of closures and the day of scores; the present one without.

    Raises
    ------
    NotFoundError
        If there is no such batch.
    ConflictError
        If the batch changed nothing, or holds changes that cannot be put back.
    """
    note = Message("batch_reverts", {"batch": batch_id})
    info = BatchInfo("revert", actor, note=f"{note.text('zh')} / {note.text('en')}")
    with store.write(info) as writer, translated(writer.backend):
        batch = reading.batch(writer.connection, batch_id)
        net = _net(reading.changes_of(writer.connection, batch_id))
        if not net:
            raise ConflictError("batch_changed_nothing", batch=batch_id)
        _refuse_unknown(batch_id, net.values())
        run = _Revert(writer, batch_id, today or datetime.now().astimezone().date())
        run.sites([change for change in net.values() if change.site_id is not None])
        run.records([change for change in net.values() if change.site_id is None])
        open_ones = (schema.reviews.c.batch_id == batch_id) & (schema.reviews.c.state == "open")
        reviewing.withdraw(writer.connection, open_ones)
        reviewing.reopen(writer.connection, batch)
        result = run.result
        if result.restored or result.closed:
            writer.finish({"restored": result.restored, "closed": result.closed, "left": len(result.left)})
            result.batch = writer.batch_id
    return result


def _net(changes: Iterable[BatchChange]) -> dict[tuple[Any, ...], BatchChange]:
    """Return what a batch changed in sum, by what it changed: the first value before, the last one after."""
    found: dict[tuple[Any, ...], BatchChange] = {}
    for change in changes:
        key = _subject(change)
        first = found.get(key)
        found[key] = change if first is None else replace(first, after=change.after)
    return {key: change for key, change in found.items() if change.before != change.after}


def _subject(change: BatchChange) -> tuple[Any, ...]:
    value = change.after if change.after is not None else change.before
    match change.field:
        case "sources":
            return change.site_id, "sources", *value
        case "alias":
            return change.site_id, "alias", value
        case "evidence":
            return change.site_id, "evidence", value["source"], value["evidence_key"]
        case "indicator":
            return change.site_id, "indicator", value["key"]
    return change.site_id, change.record, change.field


def _refuse_unknown(batch_id: int, changes: Iterable[BatchChange]) -> None:
    for change in changes:
        if change.site_id is None and change.record.partition(":")[0] not in {*_RECORDS, _REPORT}:
            raise ConflictError("batch_not_revertible", batch=batch_id, record=change.record)


class _Revert:
    """One run: puts back what is still as the batch left it."""

    def __init__(self, writer: Writer, batch_id: int, today: date) -> None:
        self.result = Reverted()
        self._writer = writer
        self._connection = writer.connection
        self._batch_id = batch_id
        self._today = today

    def sites(self, changes: list[BatchChange]) -> None:
        """Put back changes of sites: fields, closures of created sites, source keys, codes, evidence."""
        created = {change.site_id for change in changes if change.field == "created"}
        by_site: dict[int, list[BatchChange]] = {}
        for change in changes:
            # Of a site that the batch created everything is its own: it closes as a whole.
            if change.site_id is not None and (change.site_id not in created or change.field == "created"):
                by_site.setdefault(change.site_id, []).append(change)
        for part in reading.chunks(by_site):
            self._fields(part, by_site)
        beside = [change for own in by_site.values() for change in own if change.field in _BESIDE - {"created"}]
        self._sources([change for change in beside if change.field == "sources"])
        self._aliases([change for change in beside if change.field == "alias"])
        self._evidence([change for change in beside if change.field == "evidence"])
        self._indicators([change for change in beside if change.field == "indicator"])

    def records(self, changes: list[BatchChange]) -> None:
        """Put back records that are no sites: areas, calendar days, layers, candidates."""
        gone: set[str] = set()
        used = self._parents_of_others(change for change in changes if change.before is None)
        for change in changes:
            kind, _, key = change.record.partition(":")
            if kind == _REPORT:
                self._report(change, int(key))
                continue
            table, of_key = _keyed(change.record)
            if not self._is_as_left(change):
                self._leave(change.record, change.field, Message("revert_changed_since"))
                continue
            if change.before is None and change.record in used:
                self._leave(change.record, change.field, Message("revert_record_used"))
                continue
            if change.before is None:
                self._connection.execute(sa.delete(table).where(of_key))
                gone.add(kind)
            else:
                values = _from_json(table, change.before) | {"data_version": self._writer.data_version}
                self._writer.backend.upsert(self._connection, table, [values])
            self._writer.record_of(change.record, change.after, change.before)
            self.result.restored += 1
        for kind in gone:
            # Readers look for rows written since: a row that is gone is seen by those that remain.
            seen = sa.update(_RECORDS[kind][0]).values(data_version=self._writer.data_version)
            self._connection.execute(seen)

    def _is_as_left(self, change: BatchChange) -> bool:
        """Tell whether a record is still as the batch left it."""
        table, of_key = _keyed(change.record)
        row = self._connection.execute(sa.select(table).where(of_key)).mappings().first()
        return bool(as_json(dict(row) if row else None) == change.after)

    def _parents_of_others(self, created: Iterable[BatchChange]) -> set[str]:
        """Return those of the records to be taken away to which an organisation belongs that stays."""
        organisations = [change for change in created if change.record.startswith("organisation:")]
        going = {change.record for change in organisations if self._is_as_left(change)}
        if not going:
            return set()
        table = schema.organisations
        pairs = self._connection.execute(sa.select(table.c.code, table.c.parent).where(table.c.parent.is_not(None)))
        parents = {f"organisation:{row.code}": f"organisation:{row.parent}" for row in pairs}
        used: set[str] = set()
        while True:  # what stays keeps what it belongs to, and so on
            more = {parent for child, parent in parents.items() if parent in going - used and child not in going - used}
            if not more:
                return used
            used |= more

    def _report(self, change: BatchChange, report_id: int) -> None:
        """Let what people reported wait for a decision again; a revert of that has nothing to put back."""
        if change.after["state"] != reporting.OPEN and reporting.reopen(
            self._connection, report_id, change.after["state"]
        ):
            self._writer.record_of(change.record, change.after, change.before)
            self.result.restored += 1
        else:
            self._leave(change.record, change.field, Message("revert_changed_since"))

    def _fields(self, ids: list[int], by_site: dict[int, list[BatchChange]]) -> None:
        rows = reading.site_rows(self._connection, schema.sites.c.id.in_(ids))
        stored = [reading.stored_site(row) for row in rows]
        later = self._changed_since([site.id for site in stored if by_site[site.id][0].field == "created"])
        updates: list[SiteUpdate] = []
        for before in stored:
            after = before.site
            for change in by_site[before.id]:
                if change.field == "created":
                    after = self._closed(before, later)
                elif change.field not in _BESIDE:
                    after = self._put_back(before, after, change)
            if after != before.site:
                search = search_text(after.name, after.labels, after.former_names)
                updates.append(SiteUpdate(before, after, search=search))
        self._writer.update(updates)

    def _put_back(self, before: StoredSite, after: Site, change: BatchChange) -> Site:
        if field_value(before.site, change.field) != change.after:
            self._leave(before.code, change.field, Message("revert_changed_since"))
            return after
        self.result.restored += 1
        return apply_changes(after, [(change.field, change.before)])

    def _closed(self, before: StoredSite, later: set[int]) -> Site:
        if before.id in later:
            self._leave(before.code, "created", Message("revert_site_used"))
            return before.site
        self.result.closed += 1
        reason = Message("revert_closure", {"batch": self._batch_id})
        closure = Closure(self._today, None, f"{reason.text('zh')} / {reason.text('en')}")
        return replace(before.site, state="closed", closures=(*before.site.closures, closure))

    def _changed_since(self, ids: list[int]) -> set[int]:
        """Return the sites of which something was changed after the batch and not put back."""
        table = schema.changes
        found: set[int] = set()
        for part in reading.chunks(ids):
            query = (
                sa.select(table.c.id, table.c.site_id, table.c.record, table.c.field, table.c.before, table.c.after)
                .where(table.c.site_id.in_(part), table.c.batch_id > self._batch_id)
                .order_by(table.c.id)
            )
            changes = (BatchChange(row[0], row[1], "", *row[2:]) for row in self._connection.execute(query))
            found |= {change.site_id for change in _net(changes).values() if change.site_id is not None}
        return found

    def _sources(self, changes: list[BatchChange]) -> None:
        """Take references away from sites that gained them, then give them to the sites that lost them."""
        table = schema.site_sources
        seen: dict[tuple[str, str], date | None] = {}
        for change in sorted(changes, key=lambda change: change.before is not None):
            source, key = change.after or change.before
            of_key = (table.c.source == source) & (table.c.source_key == key)
            row = self._connection.execute(sa.select(table.c.site_id, table.c.last_seen).where(of_key)).first()
            owner = None if row is None else int(row.site_id)
            if owner != (None if change.after is None else change.site_id):
                self._leave(change.site, "sources", Message("revert_changed_since"))
                continue
            if change.after is not None and row is not None:
                seen[source, key] = row.last_seen
                self._connection.execute(sa.delete(table).where(of_key))
            else:
                values = {"source": source, "source_key": key, "site_id": change.site_id}
                last_seen = seen.get((source, key))
                self._connection.execute(sa.insert(table), values | {"last_seen": last_seen})
            self._restored(change)

    def _aliases(self, changes: list[BatchChange]) -> None:
        table = schema.site_aliases
        for change in sorted(changes, key=lambda change: change.before is not None):
            code = change.after or change.before
            owner = self._connection.execute(sa.select(table.c.site_id).where(table.c.code == code)).scalar()
            if owner != (None if change.after is None else change.site_id):
                self._leave(change.site, "alias", Message("revert_changed_since"))
                continue
            if change.after is not None:
                self._connection.execute(sa.delete(table).where(table.c.code == code))
            else:
                self._connection.execute(sa.insert(table), {"code": code, "site_id": change.site_id})
            self._restored(change)

    def _evidence(self, changes: list[BatchChange]) -> None:
        table = schema.evidence
        touched: set[int] = set()
        for change in changes:
            value = change.after or change.before
            of_key = (
                (table.c.site_id == change.site_id)
                & (table.c.source == value["source"])
                & (table.c.evidence_key == value["evidence_key"])
            )
            row = self._connection.execute(sa.select(table).where(of_key)).mappings().first()
            if as_json(dict(row) if row else None) != change.after or change.site_id is None:
                self._leave(change.site, "evidence", Message("revert_changed_since"))
                continue
            self._restored(change)  # first: evidence refers to the batch
            if row is not None:
                self._connection.execute(sa.delete(table).where(of_key))
            if change.before is not None:
                beside = {"site_id": change.site_id, "batch_id": self._writer.batch_id}
                beside["id"] = self._writer.backend.reserve_ids(self._connection, table, 1)[0]
                self._writer.backend.insert(self._connection, table, [_from_json(table, change.before) | beside])
            touched.add(change.site_id)
        self._writer.rate(touched, self._today)

    def _indicators(self, changes: list[BatchChange]) -> None:
        from geodata.store import figures

        table = schema.indicators
        for change in changes:
            key = (change.after or change.before)["key"]
            row = figures.by_key(self._connection, [key]).get(key)
            if figures.for_history(row) != change.after or change.site_id is None:
                self._leave(change.site, "indicator", Message("revert_changed_since"))
                continue
            if change.before is None:
                self._connection.execute(sa.delete(table).where(table.c.key == key))
            else:
                values = figures.from_history(change.before, change.site_id)
                self._writer.backend.upsert(
                    self._connection, table, [values | {"data_version": self._writer.data_version}]
                )
            self._restored(change)

    def _restored(self, change: BatchChange) -> None:
        """Count and keep a change beside the site's own fields, and let readers see its site."""
        sites = schema.sites
        self._writer.record([(change.site_id, change.field, change.after, change.before)])
        stamped = sa.update(sites).where(sites.c.id == change.site_id)
        self._connection.execute(stamped.values(version=sites.c.version + 1, **self._writer.stamp()))
        self.result.restored += 1

    def _leave(self, of: str, name: str, reason: Message) -> None:
        self.result.left.append(Left(of, name, reason))


def _from_json(table: sa.Table, value: dict[str, Any]) -> dict[str, Any]:
    """Return a record of the history as the values of its row."""
    from shapely import from_wkb

    row: dict[str, Any] = {}
    for name, part in value.items():
        if name == "polygon":
            part = from_wkb(part)
        elif isinstance(table.c[name].type, sa.Date) and part is not None:
            part = date.fromisoformat(part)
        row[name] = part
    return row


def _keyed(record: str) -> tuple[sa.Table, sa.ColumnElement[bool]]:
    """Return the table of a record that is no site, and the condition that it is this one."""
    kind, _, key = record.partition(":")
    table, column = _RECORDS[kind]
    return table, table.c[column] == (date.fromisoformat(key) if kind == "calendar_day" else key)
