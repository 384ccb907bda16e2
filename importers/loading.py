"""The second pass over a table: drafts, what the store has of them, and the writing, all in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from geodata.index.text import search_text
from geodata.messages import Message
from geodata.sites import Site, SourceRef, StoredSite
from geodata.store import NewSite, SiteUpdate, Store, Writer
from importers.drafting import Draft, Drafter
from importers.extracting import Extractor, Record
from importers.matching import find_stored, key_fits, row_key
from importers.merging import is_alone, merged_site, new_site
from importers.opening import Progress
from importers.places import AreaAssigner, position_of
from importers.report import ImportReport
from importers.survey import Survey

#: Rows that are matched and written together.
CHUNK = 2_000


@dataclass(slots=True)
class Loader:
    """Brings the rows of one table into a store, or only finds out what would be done (without a writer)."""

    store: Store
    extractor: Extractor
    drafter: Drafter
    survey: Survey
    report: ImportReport
    assigner: AreaAssigner
    _first_row: dict[str, int] = field(default_factory=dict)
    _matched: dict[int, int] = field(default_factory=dict)

    def run(self, writer: Writer | None, progress: Progress | None = None) -> None:
        """Go through all rows."""
        done = 0
        drafts = self._drafts()
        while chunk := list(islice(drafts, CHUNK)):
            self._load([draft for draft in chunk if draft is not None], writer)
            done += len(chunk)
            if progress:
                progress(done, self.survey.rows)

    def _drafts(self) -> Iterator[tuple[Draft, str] | None]:
        """Yield a draft with its key for each row, ``None`` for one that is left out."""
        for record in self.extractor.records(self.report):
            draft = self.drafter.draft(record.row, record.texts) if record else None
            yield self._keyed(draft, record) if draft and record else None

    def _keyed(self, draft: Draft, record: Record) -> tuple[Draft, str] | None:
        place = self.survey.place(record.place)
        key = row_key(draft, place)
        column = self.extractor.heading("source_key" if draft.source_key else "name")
        if not key_fits(key):
            self.report.reject("row_key_too_long", row=draft.row, column=column, value=key)
            return None
        first = self._first_row.setdefault(key, draft.row)
        if first != draft.row:
            code = "row_key_twice" if draft.source_key else "row_name_twice"
            shown = draft.source_key or draft.name
            self.report.reject(Message(code, {"first": first}), row=draft.row, column=column, value=shown)
            return None
        if noted := self.survey.note(record.place, record.texts):
            self.report.add("warning", noted[1], row=draft.row, column=self.extractor.heading(noted[0]))
        position = position_of(draft, place, self.report, self.extractor) if place else None
        if position is not None:
            draft.stated["position"] = position
        return draft, key

    def _load(self, drafts: Sequence[tuple[Draft, str]], writer: Writer | None) -> None:
        stored = find_stored(self.store, self.report.source, drafts)
        areas = self.assigner.holding([draft.stated.get("position") for draft, _ in drafts])
        new: list[NewSite] = []
        updates: list[SiteUpdate] = []
        for (draft, key), area in zip(drafts, areas, strict=True):
            before = stored.get(key)
            if before is not None and self._matched.setdefault(before.id, draft.row) != draft.row:
                message = Message("row_same_site", {"first": self._matched[before.id]})
                self.report.reject(message, row=draft.row, value=draft.name)
                continue
            found = self.assigner.area_of(draft, area, before.site if before else None, self.report, self.extractor)
            if found is not None:
                draft.stated["area"] = found
            if before is None:
                new.append(self._new(draft, key))
            elif update := self._update(before, draft, key):
                updates.append(update)
        rows = self.report.rows
        rows.created += len(new)
        rows.updated += len(updates)
        if writer and new:
            writer.add(new)
        if writer and updates:
            writer.update(updates)

    def _new(self, draft: Draft, key: str) -> NewSite:
        if draft.code:
            column = self.extractor.heading("code")
            self.report.add("warning", "code_not_found", row=draft.row, column=column, value=draft.code)
        site = new_site(draft)
        return NewSite(site, (SourceRef(self.report.source, key),), _search(site))

    def _update(self, before: StoredSite, draft: Draft, key: str) -> SiteUpdate | None:
        after, kept = merged_site(before.site, draft, alone=is_alone(before.sources, self.report.source))
        for code in kept:
            self.report.add("info", Message("verified_kept", {"facility": code}), row=draft.row, value=draft.name)
        reference = SourceRef(self.report.source, key)
        known = any((ref.source, ref.key) == (reference.source, reference.key) for ref in before.sources)
        if known and after == before.site:
            self.report.rows.unchanged += 1
            return None
        search = _search(after)
        return SiteUpdate(before, after, () if known else (reference,), search)


def _search(site: Site) -> str:
    return search_text(site.name, site.labels, site.former_names)
