"""Candidates for stations in the store: written by imports, with history, and read by planning."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Literal

import sqlalchemy as sa

from geodata.candidates import Candidate, Check
from geodata.store import schema
from geodata.store.store import Store
from geodata.store.translating import translated
from geodata.store.writer import Writer

_NAMES = (
    "source",
    "source_key",
    "name",
    "lon",
    "lat",
    "address",
    "host",
    "hours_osm",
    "hours_text",
    "cost",
    "area",
    "note",
)


def read_candidates(store: Store, *, sources: Collection[str] | None = None) -> list[Candidate]:
    """Return the candidates by code: all, or those of these lists."""
    table = schema.candidates
    query = sa.select(table).order_by(table.c.code)
    if sources is not None:
        query = query.where(table.c.source.in_(sources))
    with store.snapshot() as connection:
        return [_candidate(row) for row in connection.execute(query).mappings()]


def put_candidates(writer: Writer, candidates: Iterable[Candidate]) -> int:
    """Add candidates or overwrite those of the same source and key; return how many were new or different.

    Raises
    ------
    ValueUnusableError
        If a text cannot be kept.
    """
    rows = {item.code: _row(item) for item in candidates}
    with translated(writer.backend):
        return writer.put_records(schema.candidates, "candidate", "code", rows)


def _row(item: Candidate) -> dict[str, Any]:
    checks = {code: [check.state, check.note] for code, check in sorted(item.checks.items())}
    return {"code": item.code, "checks": checks} | {name: getattr(item, name) for name in _NAMES}


def _candidate(row: Mapping[Any, Any]) -> Candidate:
    return Candidate(
        **{name: row[name] for name in _NAMES},
        checks={code: Check(_state(state), note) for code, (state, note) in row["checks"].items()},
    )


def _state(text: str) -> Literal["open", "settled", "refused"]:
    return "settled" if text == "settled" else "refused" if text == "refused" else "open"
