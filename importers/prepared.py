"""A row made ready to be written or compared, as light as can be while it passes from one process to another.

Of most rows of a first import nothing more is asked than its key, its area and its row in the store; the draft is
unpacked only where a row is compared with a stored site.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import Any

from geodata.sites import Site
from geodata.store import SiteEncoder
from geodata.store.ready import ReadyRow
from geodata.text import search_text
from importers.drafting import Draft
from importers.merging import attributes
from importers.report import Issue

Point = tuple[float, float]


class Prepared:
    """A draft with its key, and what there is to say of its position if no other row has the key.

    Attributes
    ----------
    row : int
        The row in the file.
    name, key, code, source_key, area_code, area_name : str
        Of the draft; ``key`` is the one that it has in the store.
    point : (float, float), optional
        Lon and lat in WGS-84.
    told : tuple of Issue
    ready : ReadyRow, optional
        The site of the draft alone, if it was made ready for the store already.
    """

    __slots__ = (
        "_draft", "_packed", "area_code", "area_name", "code", "key", "name", "point", "ready", "row", "source_key",
        "told",
    )  # fmt: skip

    def __init__(self, draft: Draft, key: str, told: tuple[Issue, ...] = ()) -> None:
        self._draft: Draft | None = draft
        self._packed = b""
        position = draft.stated.get("position")
        self.point: Point | None = None if position is None else (position.lon, position.lat)
        self.row, self.name, self.key, self.told = draft.row, draft.name, key, told
        self.code, self.source_key = draft.code, draft.source_key
        self.area_code, self.area_name = draft.area_code, draft.stated.get("area_name", "")
        self.ready: ReadyRow | None = None

    @property
    def draft(self) -> Draft:
        """What the row states."""
        if self._draft is None:
            if not self._packed:
                raise RuntimeError("the draft was dropped")
            self._draft = pickle.loads(self._packed)  # what this program's own process packed
            self._packed = b""
        return self._draft

    def drop_draft(self) -> None:
        """Keep the row of the store alone."""
        self._draft, self._packed = None, b""

    def __reduce__(self) -> tuple[Any, ...]:
        """Pack the draft apart, so that it can stay packed."""
        packed = self._packed
        if self._draft is not None:
            packed = pickle.dumps(self._draft, pickle.HIGHEST_PROTOCOL)
        plain = (self.row, self.name, self.key, self.code, self.source_key, self.area_code, self.area_name, self.point)
        return _arrived, (packed, self.told, self.ready, *plain)


def _arrived(packed: bytes, told: tuple[Issue, ...], ready: ReadyRow | None, *plain: Any) -> Prepared:
    item = Prepared.__new__(Prepared)
    item._draft, item._packed, item.told, item.ready = None, packed, told, ready
    item.row, item.name, item.key, item.code, item.source_key, item.area_code, item.area_name, item.point = plain
    return item


def ready_rows(items: Sequence[Prepared], encoder: SiteEncoder) -> list[ReadyRow]:
    """Return the rows of the store for drafts; they and their search words are made once and kept.

    Raises
    ------
    ValueUnusableError
        If a value cannot be kept.
    """
    lacking = [item for item in items if item.ready is None]
    drafts = [item.draft for item in lacking]
    for draft in drafts:
        names = draft.stated.get("labels", ()), draft.stated.get("former_names", ())
        draft.search = draft.search or search_text(draft.name, *names)
    rows = encoder.ready_stated(list(map(attributes, drafts)), [draft.search for draft in drafts])
    for item, row in zip(lacking, rows, strict=True):
        item.ready = row
    return [item.ready for item in items if item.ready is not None]


def search_of(site: Site, draft: Draft) -> str:
    """Return what a site is found by; the draft's, if it was made already and the names are the same."""
    stated = draft.stated
    names = (draft.name, stated.get("labels", ()), stated.get("former_names", ()))
    if draft.search and names == (site.name, site.labels, site.former_names):
        return draft.search
    return search_text(site.name, site.labels, site.former_names)
