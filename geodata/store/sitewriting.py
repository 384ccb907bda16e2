"""Writing sites: the places themselves, their codes, and where sources know them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from geodata.errors import ConflictError, NotFoundError
from geodata.sites import SourceRef, StoredSite, new_codes
from geodata.store import reading, schema
from geodata.store.conditions import among
from geodata.store.fields import FieldChange, field_changes, refuse_unstorable, refuse_unstorable_columns, to_row
from geodata.store.ready import READY, SiteEncoder, encoded_rows
from geodata.store.records import NewSite, ReadySite, SiteUpdate
from geodata.store.transaction import Transaction, public


class SiteWriting(Transaction):
    """The part of a writer that writes sites."""

    @public
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
        encoder = SiteEncoder(self.backend.dialect)
        for part in reading.chunks(items):
            rows = encoder.ready([item.site for item in part], [item.search for item in part])
            codes += self._add(
                [ReadySite(row, item.site.area, item.sources) for row, item in zip(rows, part, strict=True)]
            )
        return codes

    @public
    def add_ready(self, items: Sequence[ReadySite]) -> list[str]:
        """Do as :meth:`add` does, with sites that were made ready for this kind of store already."""
        return [code for part in reading.chunks(items) for code in self._add(part)]

    @public
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

    @public
    def site(self, code: str) -> StoredSite:
        """Return the site that a code leads to, as this transaction has it.

        Raises
        ------
        NotFoundError
            If no site has or had the code.
        """
        of_code = schema.sites.c.id == reading.site_id(self.connection, code)
        return reading.stored_site(next(reading.site_rows(self.connection, of_code)))

    @public
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
        target = reading.site_id(self.connection, code)
        merged = self.connection.execute(sa.select(sites.c.id).where(sites.c.code == old)).scalar()
        if merged == target:
            raise ConflictError("alias_to_itself", site=old)
        present = self.connection.execute(sa.select(aliases.c.site_id).where(aliases.c.code == old)).scalar()
        if present == target:
            return
        earlier = list(self.connection.execute(sa.select(aliases.c.code).where(aliases.c.site_id == merged)).scalars())
        self.connection.execute(sa.update(aliases).where(aliases.c.site_id == merged).values(site_id=target))
        self.touch()
        self.backend.upsert(self.connection, aliases, [{"code": old, "site_id": target}])
        self.record([(merged, "alias", code, None) for code in earlier])
        self.record([(target, "alias", None, code) for code in (*earlier, old)])

    @public
    def see(self, references: Iterable[tuple[int, SourceRef]]) -> None:
        """Note when a source had sites, as (site id, reference with ``last_seen``); no data version rises for that."""
        table = schema.site_sources
        rows = [_reference(site_id, ref) for site_id, ref in references]
        for part in reading.chunks(rows):
            self.begin()
            self.backend.upsert(self.connection, table, part)

    def _add(self, items: Sequence[ReadySite]) -> list[str]:
        for area in {item.area for item in items}:
            refuse_unstorable("area", area)
        self.touch()
        count = len(items)
        codes = self._new_codes(count)
        ids = self.backend.reserve_ids(self.connection, schema.sites, count)
        added = {"id": ids, "code": codes, "area": [item.area for item in items], "version": [1] * count}
        stamps = {"created_at": self.now, **self.stamp()}
        added |= {name: [value] * count for name, value in stamps.items()}
        further = encoded_rows(self.connection.dialect, schema.sites, added)
        rows = self.backend.widened([item.row for item in items], further)
        self.backend.insert_ready(self.connection, schema.sites, (*READY, *added), rows)
        self._refer(zip(ids, items, strict=True))
        self.record_created(ids, codes)
        return codes

    def _refer(self, items: Iterable[tuple[int, ReadySite]]) -> None:
        """Write where sources know new sites, given by their ids."""
        known = [(site_id, ref) for site_id, item in items for ref in item.sources]
        columns: dict[str, list[Any]] = {
            "source": [ref.source for _, ref in known],
            "source_key": [ref.key for _, ref in known],
            "site_id": [site_id for site_id, _ in known],
            "last_seen": [ref.last_seen for _, ref in known],
        }
        refuse_unstorable_columns(columns)
        if known:
            self.backend.insert_columns(self.connection, schema.site_sources, columns)

    def _new_codes(self, count: int) -> list[str]:
        """Return codes that no site and no alias has or had."""
        codes: dict[str, None] = {}
        while len(codes) < count:
            wanted = dict.fromkeys(new_codes(count - len(codes)))
            columns = (schema.sites.c.code, schema.site_aliases.c.code)
            taken = sa.union_all(*(sa.select(code).where(among(self.connection, code, wanted)) for code in columns))
            for code in self.connection.execute(taken).scalars():
                wanted.pop(code, None)
            codes |= wanted
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
            rows.append(row | self.stamp() | {"created_at": before.created_at})
            if not differences:
                rows[-1]["updated_at"] = before.updated_at
            references += [_reference(before.id, source) for source in renewed]
            changes += [(before.id, *difference) for difference in differences]
            present[before.id] = (version, search)
        if rows:
            self.touch()
            self._refuse_taken(references)
            self.backend.upsert(self.connection, schema.sites, rows)
            self.backend.upsert(self.connection, schema.site_sources, references)
            self.record(changes)
        return len(rows)

    def _present(self, ids: Sequence[int]) -> dict[int, tuple[int, str]]:
        """Return version and search words of sites by id."""
        sites = schema.sites
        query = sa.select(sites.c.id, sites.c.version, sites.c.search).where(among(self.connection, sites.c.id, ids))
        return {row.id: (row.version, row.search) for row in self.connection.execute(query)}

    def _refuse_taken(self, references: Sequence[Mapping[str, Any]]) -> None:
        """Raise if a source key is another site's: an update must not take it away."""
        table = schema.site_sources
        owners = {(row["source"], row["source_key"]): row["site_id"] for row in references}
        for source in {source for source, _ in owners}:
            keys = [key for of_source, key in owners if of_source == source]
            query = sa.select(table).where(table.c.source == source, among(self.connection, table.c.source_key, keys))
            for row in self.connection.execute(query):
                if owners[source, row.source_key] != row.site_id:
                    raise ConflictError("source_key_taken", source=source, key=row.source_key)


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
