"""What tests of imports ask of a report and of the store."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from geodata.sites import StoredSite
from geodata.store import Store
from importers.report import ImportReport

Rows = Sequence[Mapping[str, object]]
Load = Callable[..., ImportReport]
Write = Callable[..., Path]


def write_rows(path: Path, rows: Rows) -> Path:
    """Write rows, given as dicts, as a CSV file."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(dict.fromkeys(key for row in rows for key in row)))
        writer.writeheader()
        writer.writerows(rows)
    return path


def by_name(store: Store) -> dict[str, StoredSite]:
    return {stored.site.name: stored for stored in store.sites()}


def only(store: Store) -> StoredSite:
    (stored,) = store.sites()
    return stored


def codes(report: ImportReport) -> list[str]:
    return [issue.message.code for issue in report.issues]


def counts(report: ImportReport) -> tuple[int, ...]:
    """Rows read, created, updated, unchanged, skipped, rejected; every message of the report has its texts."""
    assert all(text for issue in report.issues for text in issue.message.texts().values())
    rows = report.rows
    return rows.read, rows.created, rows.updated, rows.unchanged, rows.skipped, rows.rejected
