"""Fixtures that the tests of imports share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from geodata.store import Store
from importers.report import ImportReport
from importers.sites import import_sites
from tests.importing import Load, Rows, Write, write_rows


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a text as a file."""

    def write(content: str, name: str = "file.csv") -> Path:
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return path

    return write


@pytest.fixture
def load(store: Store, tmp_path: Path) -> Load:
    """Import rows, given as dicts, as a CSV file."""

    def load(rows: Rows, name: str = "list.csv", **options: Any) -> ImportReport:
        path = write_rows(tmp_path / name, rows)
        report = import_sites(store, path, **{"kind": "rest_station", "datum": "wgs84", **options})
        assert all(text for issue in report.issues for text in issue.message.texts().values())
        return report

    return load
