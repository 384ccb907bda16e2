"""Backups put back, files deleted or replaced under a running program: whoever follows the store must notice."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from geodata.errors import StoreSchemaError
from geodata.store import BatchInfo, NewSite, Store, open_store
from tests.sites import a_site


def write(store: Store, name: str) -> None:
    with store.write(BatchInfo("edit", "wang")) as writer:
        writer.add([NewSite(a_site(name))])


def backup_of(url: str, path: Path) -> Store:
    """Copy a file as a backup does: the copy is the same store."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target)
    return open_store(f"sqlite:///{path}")


def test_a_history_told_anew_is_told_from_the_first_one(sqlite_store: Store, fresh_sqlite: str, tmp_path: Path) -> None:
    write(sqlite_store, "first")
    version = sqlite_store.state().data_version
    backup = backup_of(fresh_sqlite, tmp_path / "backup.db")
    try:
        write(sqlite_store, "second")
        write(backup, "another second")
        assert backup.state() == sqlite_store.state()
        assert backup.lineage(version) == sqlite_store.lineage(version)
        assert backup.lineage(version + 1) != sqlite_store.lineage(version + 1)
    finally:
        backup.dispose()


def test_a_version_keeps_its_lineage(store: Store) -> None:
    write(store, "first")
    version = store.state().data_version
    first = store.lineage(version)
    write(store, "second")
    assert store.lineage(version) == first != store.lineage(version + 1)


def test_a_store_nobody_wrote_to_has_a_lineage(store: Store) -> None:
    assert store.lineage(store.state().data_version) == ""


def test_a_deleted_file_is_missed_and_a_new_one_in_its_place_is_read(
    sqlite_store: Store, fresh_sqlite: str, tmp_path: Path
) -> None:
    path = Path(fresh_sqlite.removeprefix("sqlite:///"))
    write(sqlite_store, "first")
    backup_of(fresh_sqlite, tmp_path / "backup.db").dispose()
    write(sqlite_store, "second")
    assert len(list(sqlite_store.sites())) == 2
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    with pytest.raises(StoreSchemaError) as caught:
        sqlite_store.state()
    assert caught.value.code == "store_missing"
    shutil.copy(tmp_path / "backup.db", path)
    assert [stored.site.name for stored in sqlite_store.sites()] == ["first"]
