"""Rows without a known key: what they resemble, and what is to become of them."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from geodata.sites import Site
from geodata.store import Store
from geodata.store.fields import apply_changes, field_changes
from importers.drafting import Draft
from importers.keys import MADE_KEY
from importers.matching import Directory, Match, known_by, traits_of_draft
from importers.merging import new_site
from importers.places import AreaAssigner
from importers.prepared import Prepared

Verdict = Literal["sure", "unsure", "new"]
_NOTHING = Site("", "")


@dataclass(slots=True)
class Waiting:
    """A row, the area that holds it, and the stored sites that it may mean, the likeliest first."""

    item: Prepared
    area: str | None
    matches: list[Match] = field(default_factory=list)

    @property
    def best(self) -> float:
        """The points of the likeliest match."""
        return self.matches[0].comparison.total if self.matches else 0.0


@dataclass(slots=True)
class Resembling:
    """Finds what rows of one source resemble among the sites that were stored before the import."""

    source: str
    _directory: Directory

    @classmethod
    def of(cls, store: Store, source: str) -> Resembling:
        """Take up all stored sites."""
        return cls(source, Directory.of(store.outlines()))

    def look(self, rows: Sequence[Waiting], assigner: AreaAssigner) -> None:
        """Find the matches of rows."""
        if not self._directory.sites:
            return
        traits = [traits_of_draft(row.item.draft, row.area or self._area(row.item, assigner)) for row in rows]
        for row, matches in zip(rows, self._directory.matches(traits), strict=True):
            row.matches = matches

    @staticmethod
    def _area(item: Prepared, assigner: AreaAssigner) -> str:
        return assigner.named(item.area_code, item.area_name) or ""

    def is_sure(self, row: Waiting, matched: Mapping[int, int]) -> bool:
        """Tell whether a row's site can be told at once: sure, free, and not one that this source knows by a key."""
        best = row.matches[0]
        return best.sure and best.site.id not in matched and not known_by(best.site.sources, self.source)

    def verdict(self, row: Waiting, matched: Mapping[int, int], keys: Container[str]) -> Verdict:
        """Decide about a row once all others have found their sites.

        A site whose key of this source another row has is that row's. Of a list with keys of its own, a row with a new
        key is never taken for a site with another key without asking. Two rows never get one site without asking.
        """
        free = [match for match in row.matches if not self._is_of_another_row(match, matched, keys)]
        if not free:
            return "new"
        best = row.matches[0]
        if best in free and best.sure and best.site.id not in matched:
            made = row.item.key.startswith(MADE_KEY) and all(
                key.startswith(MADE_KEY) for key in known_by(best.site.sources, self.source)
            )
            if made or not known_by(best.site.sources, self.source):
                row.matches = [best]
                return "sure"
        row.matches = free
        return "unsure"

    def _is_of_another_row(self, match: Match, matched: Mapping[int, int], keys: Container[str]) -> bool:
        if any(key in keys for key in known_by(match.site.sources, self.source)):
            return True
        # A row that is surely this site goes first; one that only resembles it is another place of the same list.
        return match.site.id in matched and not match.sure


def packed(draft: Draft, area: str | None) -> dict[str, Any]:
    """Return a draft as JSON values, to decide about it later."""
    site = new_site(draft)
    fields = [[name, after] for name, _, after in field_changes(_NOTHING, site)]
    return {"fields": fields, "listed": sorted(draft.listed), "stated": sorted(draft.stated), "area": area}


def unpacked(payload: Mapping[str, Any], key: str) -> Draft:
    """Return the draft that was packed."""
    site = apply_changes(_NOTHING, [(name, value) for name, value in payload["fields"]])
    draft = Draft(int(payload.get("row", 0)), site.name, site.kind, source_key=key)
    draft.stated = {name: getattr(site, name) for name in payload["stated"]}
    draft.facilities, draft.services = dict(site.facilities), dict(site.services)
    draft.listed = set(payload["listed"])
    if payload.get("area"):
        draft.stated.setdefault("area", payload["area"])
    return draft
