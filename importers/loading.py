"""The second pass over a table: what the store has of its drafts, and the writing, all in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from geodata.index.text import search_text
from geodata.messages import Message
from geodata.sites import Site, SourceRef, StoredSite
from geodata.store import NewReview, NewSite, SiteUpdate, Store, Writer
from geodata.store.fields import apply_changes
from geodata.store.reading import chunks
from importers.compact import RowsByKey, Spool
from importers.drafting import Draft
from importers.extracting import Extractor, note_made
from importers.matching import CODE_KEY, find_stored, known_by
from importers.merging import Ranks, is_alone, kept_fields, merged_site, new_site
from importers.opening import Progress
from importers.outcomes import Becomes, Listener, outcome_of
from importers.places import AreaAssigner
from importers.preparing import Part
from importers.report import ImportReport, Issue
from importers.resembling import Resembling, Waiting, packed
from importers.scoring import explained

#: Rows that waited and are then matched and written together.
CHUNK = 2_000


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
    _first_row: RowsByKey = field(default_factory=RowsByKey)
    _matched: dict[int, int] = field(default_factory=dict)
    _resembling: Resembling | None = None
    _waiting: Spool[Waiting] = field(default_factory=Spool)

    def run(self, writer: Writer | None, parts: Iterable[Part], rows: int, progress: Progress | None = None) -> None:
        """Go through all rows, prepared part by part; ``rows`` is how many there are."""
        done = made = 0
        for part in parts:
            self.report.absorb(part.report)
            self._load([(draft, key) for draft, key, told in part.prepared if self._is_first(draft, key, told)], writer)
            done, made = done + part.rows, made + part.made
            if progress:
                progress(done, rows)
        note_made(made, self.report)
        for waiting in chunks(self._waiting, CHUNK):
            self._load_waiting(waiting, writer)
        if self.complete:
            self._look_for_vanished(writer)

    def _is_first(self, draft: Draft, key: str, told: Iterable[Issue]) -> bool:
        """Tell whether a row is the first one with its key; further ones are rejected."""
        first = self._first_row.setdefault(key, draft.row)
        if first == draft.row:
            self.report.take(told)
            return True
        column = self.extractor.heading("source_key" if draft.source_key else "name")
        code = "row_key_twice" if draft.source_key else "row_name_twice"
        shown = draft.source_key or draft.name
        self.report.reject(Message(code, {"first": first}), row=draft.row, column=column, value=shown)
        return False

    def _load(self, drafts: Sequence[tuple[Draft, str]], writer: Writer | None) -> None:
        """Write the rows whose site is known or sure, and those that resemble none; the others wait for the end."""
        stored = find_stored(self.store, self.report.source, drafts)
        areas = self.assigner.holding([draft.stated.get("position") for draft, _ in drafts])
        rows: list[tuple[Draft, str, str | None]] = []
        unknown: list[Waiting] = []
        for (draft, key), area in zip(drafts, areas, strict=True):
            before = stored.get(key)
            if before is None:
                unknown.append(Waiting(draft, key, area))
            elif self._matched.setdefault(before.id, draft.row) != draft.row:
                message = Message("row_same_site", {"first": self._matched[before.id]})
                self.report.reject(message, row=draft.row, value=draft.name)
            else:
                rows.append((draft, key, area))
        if unknown:
            self._sort_out(unknown, rows, stored)
        self._write(rows, stored, writer)

    def _sort_out(
        self, unknown: list[Waiting], rows: list[tuple[Draft, str, str | None]], stored: dict[str, StoredSite]
    ) -> None:
        """Decide about rows without a known key: sure ones find their site, unlikely ones are new, others wait."""
        if self._resembling is None:
            self._resembling = Resembling.of(self.store, self.report.source)
        self._resembling.look(unknown, self.assigner)
        taken: list[Waiting] = []
        for waiting in sorted(unknown, key=lambda item: -item.best):
            if not waiting.matches:
                rows.append((waiting.draft, waiting.key, waiting.area))
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
        rows: list[tuple[Draft, str, str | None]] = []
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
                    rows.append((item.draft, item.key, item.area))
        self._found(taken, rows, stored)
        self._write(rows, stored, writer)
        if writer:
            writer.put_reviews(asked)

    def _tell(self, draft: Draft, becomes: Becomes) -> None:
        if self.listen:
            self.listen(outcome_of(draft, becomes))

    def _take(self, waiting: Waiting) -> None:
        match = waiting.matches[0]
        self._matched[match.site.id] = waiting.draft.row
        why = explained(match.comparison.to_json())
        message = Message("row_matched", {"code": match.site.code, "name": match.site.name, "why": why})
        self.report.add("info", message, row=waiting.draft.row, value=waiting.draft.name)

    def _found(
        self, taken: list[Waiting], rows: list[tuple[Draft, str, str | None]], stored: dict[str, StoredSite]
    ) -> None:
        keys = {item.matches[0].site.code: item.key for item in taken}
        for site in self.store.sites(codes=list(keys)) if keys else ():
            stored[keys[site.code]] = site
        rows += [(item.draft, item.key, item.area) for item in taken]

    def _ask(self, waiting: Waiting) -> NewReview:
        match = waiting.matches[0]
        reasons = match.comparison.to_json()
        params = {"code": match.site.code, "name": match.site.name, "why": explained(reasons)}
        self.report.rows.review += 1
        self._tell(waiting.draft, "review")
        self.report.add("warning", Message("row_unsure", params), row=waiting.draft.row, value=waiting.draft.name)
        reasons["others"] = [other.site.code for other in waiting.matches[1:4]]
        score = round(match.comparison.score, 4)
        payload = packed(waiting.draft, waiting.area) | {"row": waiting.draft.row, "file": self.report.file}
        return NewReview("match", self.report.source, waiting.key, match.site.id, score, reasons, payload)

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

    def _write(
        self, found: Sequence[tuple[Draft, str, str | None]], stored: dict[str, StoredSite], writer: Writer | None
    ) -> None:
        new: list[NewSite] = []
        updates: list[SiteUpdate] = []
        again = self._closed_by_revert(stored.values())
        sources = self._written_by(stored.values())
        for draft, key, holding in sorted(found, key=lambda item: item[0].row):
            before = stored.get(key)
            area = self.assigner.area_of(draft, holding, before.site if before else None, self.report, self.extractor)
            if area is not None:
                draft.stated["area"] = area
            if before is None:
                new.append(self._new(draft, key))
                self._tell(draft, "created")
                continue
            opened = apply_changes(before.site, again.get(before.id, ()))
            if update := self._update(before, opened, draft, key, sources.get(before.id, {})):
                updates.append(update)
            self._tell(draft, "updated" if update else "unchanged")
        rows = self.report.rows
        rows.created += len(new)
        rows.updated += len(updates)
        if writer:
            writer.add(new)
            writer.update(updates)
            if stored:
                writer.settle_reviews("match", self.report.source, list(stored))

    def _closed_by_revert(self, stored: Iterable[StoredSite]) -> dict[int, list[tuple[str, Any]]]:
        closed = [site.id for site in stored if site.site.state == "closed"]
        return self.store.withdrawn(closed) if closed else {}

    def _written_by(self, stored: Iterable[StoredSite]) -> dict[int, dict[str, str]]:
        """Return who wrote the fields of those sites that other sources describe, too."""
        shared = [site.id for site in stored if not is_alone(site.sources, self.report.source)]
        return self.store.field_sources(shared) if shared else {}

    def _new(self, draft: Draft, key: str) -> NewSite:
        if draft.code:
            column = self.extractor.heading("code")
            self.report.add("warning", "code_not_found", row=draft.row, column=column, value=draft.code)
        site = new_site(draft)
        return NewSite(site, (SourceRef(self.report.source, key, self._today),), _search(site, draft))

    def _update(
        self, before: StoredSite, opened: Site, draft: Draft, key: str, written_by: Mapping[str, str]
    ) -> SiteUpdate | None:
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
        search = _search(after, draft)
        return SiteUpdate(before, after, () if known else (reference,), search)


def _search(site: Site, draft: Draft) -> str:
    stated = draft.stated
    names = (draft.name, stated.get("labels", ()), stated.get("former_names", ()))
    if draft.search and names == (site.name, site.labels, site.former_names):
        return draft.search
    return search_text(site.name, site.labels, site.former_names)
