"""Candidates for stations in the store: written by imports, with history, and read by planning."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Literal

import sqlalchemy as sa

from geodata.candidates import Candidate, Check
from geodata.store import schema
from geodata.store.fields import refuse_unstorable
from geodata.store.store import Store
from geodata.store.translating import translated
from geodata.store.writer import Writer, as_json

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
    table, rows = schema.candidates, {item.code: _row(item) for item in candidates}
    with translated(writer.backend):
        present = _present(writer, rows)
        news = {code: row for code, row in rows.items() if code not in present or _differs(present[code], row)}
        for code, row in news.items():
            for name, value in row.items():
                refuse_unstorable(f"candidate.{name}", value)
            writer.record_of(f"candidate:{code}", as_json(present.get(code)), as_json(row))
        stamped = [row | {"data_version": writer.stamp()["data_version"]} for row in news.values()]
        writer.backend.upsert(writer.connection, table, stamped)
    return len(news)


def _present(writer: Writer, codes: Collection[str]) -> dict[str, dict[str, Any]]:
    table, wanted = schema.candidates, list(codes)
    found: dict[str, dict[str, Any]] = {}
    for first in range(0, len(wanted), 500):
        query = sa.select(table).where(table.c.code.in_(wanted[first : first + 500]))
        found |= {row["code"]: dict(row) for row in writer.connection.execute(query).mappings()}
    return found


def _differs(before: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    return any(before[name] != value for name, value in row.items())


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
