"""The second pass over a table: what the store has of its drafts, and the writing, all in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from geodata.messages import Message
from geodata.sites import Site, SourceRef, StoredSite
from geodata.store import NewReview, ReadySite, SiteUpdate, Store, Writer
from geodata.store.fields import apply_changes
from geodata.store.reading import chunks
from importers.compact import RowsByKey, Spool
from importers.extracting import Extractor, note_made
from importers.keys import CODE_KEY
from importers.matching import find_stored, known_by
from importers.merging import Ranks, is_alone, kept_fields, merged_site
from importers.opening import Progress
from importers.outcomes import Becomes, Listener, outcome_of
from importers.places import AreaAssigner
from importers.prepared import Prepared, ready_rows, search_of
from importers.preparing import Part
from importers.report import ImportReport
from importers.resembling import Resembling, Waiting, packed
from importers.scoring import told_match

#: Rows that waited and are then matched and written together.
CHUNK = 2_000
#: A row and the smallest known area that holds it.
Placed = tuple[Prepared, str | None]


@dataclass(slots=True)
class Loader:
    """Brings the rows of one table into a store, or only finds out what would be done (without a writer)."""

    store: Store
    extractor: Extractor
    report: ImportReport
    assigner: AreaAssigner
    ranks: Ranks = field(default_factory=lambda: Ranks(""))
    complete: bool = False
    listen: Listener | None = None
    #: nothing is stored yet, so no row needs to be looked up
    into_empty: bool = False
    _first_row: RowsByKey = field(default_factory=RowsByKey)
    _matched: dict[int, int] = field(default_factory=dict)
    _resembling: Resembling | None = None
    _waiting: Spool[Waiting] = field(default_factory=Spool)

    def run(self, writer: Writer | None, parts: Iterable[Part], rows: int, progress: Progress | None = None) -> None:
        """Go through all rows, prepared part by part; ``rows`` is how many there are."""
        done = made = 0
        for part in parts:
            self.report.absorb(part.report)
            self._load([item for item in part.prepared if self._is_first(item)], writer)
            done, made = done + part.rows, made + part.made
            if progress:
                progress(done, rows)
        note_made(made, self.report)
        for waiting in chunks(self._waiting, CHUNK):
            self._load_waiting(waiting, writer)
        if self.complete:
            self._look_for_vanished(writer)

    def _is_first(self, item: Prepared) -> bool:
        """Tell whether a row is the first one with its key; further ones are rejected."""
        first = self._first_row.setdefault(item.key, item.row)
        if first == item.row:
            self.report.take(item.told)
            return True
        column = self.extractor.heading("source_key" if item.source_key else "name")
        code = "row_key_twice" if item.source_key else "row_name_twice"
        shown = item.source_key or item.name
        self.report.reject(Message(code, {"first": first}), row=item.row, column=column, value=shown)
        return False

    def _load(self, items: Sequence[Prepared], writer: Writer | None) -> None:
        """Write the rows whose site is known or sure, and those that resemble none; the others wait for the end."""
        keys = [] if self.into_empty else [(item.key, item.code) for item in items]
        stored = find_stored(self.store, self.report.source, keys) if keys else {}
        areas = self.assigner.holding([item.point for item in items])
        rows: list[Placed] = []
        unknown: list[Waiting] = []
        for item, area in zip(items, areas, strict=True):
            before = stored.get(item.key)
            if before is None:
                unknown.append(Waiting(item, area))
            elif self._matched.setdefault(before.id, item.row) != item.row:
                message = Message("row_same_site", {"first": self._matched[before.id]})
                self.report.reject(message, row=item.row, value=item.name)
            else:
                rows.append((item, area))
        if unknown:
            self._sort_out(unknown, rows, stored)
        self._write(rows, stored, writer)

    def _sort_out(self, unknown: list[Waiting], rows: list[Placed], stored: dict[str, StoredSite]) -> None:
        """Decide about rows without a known key: sure ones find their site, unlikely ones are new, others wait."""
        if self._resembling is None:
            self._resembling = Resembling.of(self.store, self.report.source)
        self._resembling.look(unknown, self.assigner)
        taken: list[Waiting] = []
        for waiting in sorted(unknown, key=lambda item: -item.best):
            if not waiting.matches:
                rows.append((waiting.item, waiting.area))
            elif self._resembling.is_sure(waiting, self._matched):
                self._take(waiting)
                taken.append(waiting)
            else:
                self._waiting.append(waiting)
        self._found(taken, rows, stored)

    def _load_waiting(self, waiting: Sequence[Waiting], writer: Writer | None) -> None:
        """Decide about the rows that waited, now that it is known which sites the other rows mean."""
        resembling = self._resembling
        if resembling is None:
            return
        rows: list[Placed] = []
        stored: dict[str, StoredSite] = {}
        taken: list[Waiting] = []
        asked: list[NewReview] = []
        for item in sorted(waiting, key=lambda item: -item.best):
            match resembling.verdict(item, self._matched, self._first_row):
                case "sure":
                    self._take(item)
                    taken.append(item)
                case "unsure":
                    asked.append(self._ask(item))
                case _:
                    rows.append((item.item, item.area))
        self._found(taken, rows, stored)
        self._write(rows, stored, writer)
        if writer:
            writer.put_reviews(asked)

    def _tell(self, item: Prepared, becomes: Becomes) -> None:
        if self.listen:
            self.listen(outcome_of(item.draft, becomes))

    def _take(self, waiting: Waiting) -> None:
        match = waiting.matches[0]
        self._matched[match.site.id] = waiting.item.row
        told = told_match(match.site.code, match.site.name, match.comparison.to_json())
        message = Message("row_matched", told)
        self.report.add("info", message, row=waiting.item.row, value=waiting.item.name)

    def _found(self, taken: list[Waiting], rows: list[Placed], stored: dict[str, StoredSite]) -> None:
        keys = {waiting.matches[0].site.code: waiting.item.key for waiting in taken}
        for site in self.store.sites(codes=list(keys)) if keys else ():
            stored[keys[site.code]] = site
        rows += [(waiting.item, waiting.area) for waiting in taken]

    def _ask(self, waiting: Waiting) -> NewReview:
        match, item = waiting.matches[0], waiting.item
        reasons = match.comparison.to_json()
        params = told_match(match.site.code, match.site.name, reasons)
        self.report.rows.review += 1
        self._tell(item, "review")
        self.report.add("warning", Message("row_unsure", params), row=item.row, value=item.name)
        reasons["others"] = [other.site.code for other in waiting.matches[1:4]]
        score = round(match.comparison.score, 4)
        payload = packed(item.draft, waiting.area) | {"row": item.row, "file": self.report.file}
        return NewReview("match", self.report.source, item.key, match.site.id, score, reasons, payload)

    def _look_for_vanished(self, writer: Writer | None) -> None:
        """Note that keys were seen in a complete list today, and ask about the sites whose keys were not."""
        source = self.report.source
        asked: list[NewReview] = []
        present: list[tuple[int, SourceRef]] = []
        for site in self.store.outlines():
            keys = known_by(site.sources, source)
            seen = [key for key in keys if key in self._first_row] or (keys if site.id in self._matched else [])
            present += [(site.id, SourceRef(source, key, self._today)) for key in seen]
            if keys and not seen and site.state != "closed":
                asked.append(NewReview("vanished", source, keys[0], site.id, payload={"name": site.name}))
                self.report.add("warning", Message("site_vanished", {"name": site.name, "source": source}))
        self.report.recognised["vanished"] = len(asked)
        if writer:
            writer.see(present)
            writer.settle_reviews("vanished", source, [ref.key for _, ref in present])
            writer.put_reviews(asked)

    @property
    def _today(self) -> date | None:
        """The day on which the source had what is in the file, if the file is complete."""
        return datetime.now().astimezone().date() if self.complete else None

    def _write(self, found: Sequence[Placed], stored: dict[str, StoredSite], writer: Writer | None) -> None:
        new: list[Placed] = []
        updates: list[SiteUpdate] = []
        again = self._closed_by_revert(stored.values())
        sources = self._written_by(stored.values())
        for item, holding in sorted(found, key=lambda row: row[0].row):
            before = stored.get(item.key)
            area = self.assigner.area_of(item, holding, before.site if before else None, self.report, self.extractor)
            if before is None:
                new.append((item, area))
                self._tell(item, "created")
                continue
            if area is not None:
                item.draft.stated["area"] = area
            opened = apply_changes(before.site, again.get(before.id, ()))
            if update := self._update(before, opened, item, sources.get(before.id, {})):
                updates.append(update)
            self._tell(item, "updated" if update else "unchanged")
        rows = self.report.rows
        rows.created += len(new)
        rows.updated += len(updates)
        self._note_codes(new)
        if writer:
            self._add(new, writer)
            writer.update(updates)
            if stored:
                writer.settle_reviews("match", self.report.source, list(stored))

    def _add(self, new: Sequence[Placed], writer: Writer) -> None:
        made = ready_rows([item for item, _ in new], self.store.encoder)
        source, today = self.report.source, self._today
        writer.add_ready(
            [
                ReadySite(row, area, (SourceRef(source, item.key, today),))
                for row, (item, area) in zip(made, new, strict=True)
            ]
        )

    def _note_codes(self, new: Sequence[Placed]) -> None:
        column = self.extractor.heading("code")
        for item, _ in new:
            if item.code:
                self.report.add("warning", "code_not_found", row=item.row, column=column, value=item.code)

    def _closed_by_revert(self, stored: Iterable[StoredSite]) -> dict[int, list[tuple[str, Any]]]:
        closed = [site.id for site in stored if site.site.state == "closed"]
        return self.store.withdrawn(closed) if closed else {}

    def _written_by(self, stored: Iterable[StoredSite]) -> dict[int, dict[str, str]]:
        """Return who wrote the fields of those sites that other sources describe, too."""
        shared = [site.id for site in stored if not is_alone(site.sources, self.report.source)]
        return self.store.field_sources(shared) if shared else {}

    def _update(
        self, before: StoredSite, opened: Site, item: Prepared, written_by: Mapping[str, str]
    ) -> SiteUpdate | None:
        draft, key = item.draft, item.key
        after, kept = merged_site(opened, draft, alone=is_alone(before.sources, self.report.source))
        if written_by:
            after, better = kept_fields(opened, after, self.ranks.protected(before, draft, written_by))
            if better:
                message = Message("better_kept", {"code": before.code, "fields": ", ".join(better)})
                self.report.add("info", message, row=draft.row, value=draft.name)
        for code in kept:
            self.report.add("info", Message("verified_kept", {"facility": code}), row=draft.row, value=draft.name)
        reference = SourceRef(self.report.source, key, self._today)
        # A row that names its site by the public code needs no key of the source: exports come back so.
        by_code = key.startswith(CODE_KEY) and draft.code == before.code
        known = by_code or any((ref.source, ref.key) == (reference.source, reference.key) for ref in before.sources)
        if known and after == before.site:
            self.report.rows.unchanged += 1
            return None
        return SiteUpdate(before, after, () if known else (reference,), search_of(after, draft))
