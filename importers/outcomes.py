"""What would become of each row, told while a file is gone through: for a map of an import before it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from geodata.sites import Position
from importers.drafting import Draft

Becomes = Literal["created", "updated", "unchanged", "review"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A row that was taken, where it is in WGS-84 (``None`` without a position), and what becomes of it."""

    row: int
    name: str
    address: str
    position: Position | None
    becomes: Becomes


#: Told of each row, in no particular order.
Listener = Callable[[Outcome], None]


def outcome_of(draft: Draft, becomes: Becomes) -> Outcome:
    """Return what becomes of a draft."""
    return Outcome(draft.row, draft.name, draft.stated.get("address", ""), draft.stated.get("position"), becomes)
