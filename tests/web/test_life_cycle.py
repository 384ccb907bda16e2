"""A worker's data from start to end: from the file of the host, from the store, and what it leaves for the next one."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from geodata.errors import StoreError, StoreUnavailableError
from geodata.store import BatchInfo, SiteUpdate
from tests.contract.test_store_lineage import backup_of
from tests.web.conftest import Filled, settings_for
from tests.web.test_readmodel import edit
from tests.web.test_serving import eventually
from webmap import create_app
from webmap.indexfile import IndexFile, snapshot_folder
from webmap.readmodel import ReadModel

Make = Callable[..., ReadModel]


@pytest.fixture
def model(own: Filled, tmp_path: Path) -> Iterator[Make]:
    """Return a function that makes a read model as a new worker would, which does not poll by itself."""
    made: list[ReadModel] = []

    def make(**values: Any) -> ReadModel:
        given = {"snapshot_dir": str(tmp_path / "kept"), "snapshot_interval": 0, **values}
        made.append(create_app(settings_for(own.store.url, **given)).extensions["stationmap"].read_model)
        return made[-1]

    yield make
    for each in made:
        each.stop()


def file_of(model: ReadModel) -> IndexFile:
    assert model._file is not None
    return model._file


def refresh(model: ReadModel) -> None:
    model.refresh()
    file_of(model).stop()


def take_away(own: Filled) -> Path:
    own.store.dispose()
    path = Path(own.store.url.removeprefix("sqlite:///"))
    return path.rename(path.with_name("away.db"))


def test_a_worker_starts_without_the_store_and_catches_up(own: Filled, model: Make) -> None:
    refresh(model())
    away = take_away(own)
    late = model()
    with pytest.raises(StoreError):
        late.refresh()
    assert late.index.size == 10
    health = late.health()
    assert (health.status, health.failure) == ("degraded", "StoreSchemaError")
    away.rename(away.with_name("own.db"))
    edit(own)
    late.refresh()
    assert late.index.version == own.store.state().data_version
    assert late.health().status == "ok"


def test_the_age_is_counted_from_when_the_data_was_last_current(own: Filled, model: Make) -> None:
    first = model()
    refresh(first)
    path = file_of(first).path
    os.utime(path, (time.time() - 3600,) * 2)
    refresh(first)  # the store says that it is still current
    assert time.time() - path.stat().st_mtime < 60
    os.utime(path, (time.time() - 3600,) * 2)
    take_away(own)
    late = model()
    with pytest.raises(StoreError):
        late.refresh()
    age = late.health().data_age_s
    assert age is not None
    assert 3600 <= age < 3700


def test_an_edit_reaches_the_file_once_it_is_due(own: Filled, model: Make) -> None:
    eager, patient = model(), model(snapshot_interval=3600)
    refresh(eager)
    first = file_of(eager).path.stat().st_ino
    edit(own)
    refresh(patient)
    assert file_of(eager).path.stat().st_ino == first
    refresh(eager)
    assert file_of(eager).path.stat().st_ino != first
    assert file_of(patient).holds(patient.index)


def test_all_workers_take_the_data_from_the_one_file(own: Filled, model: Make) -> None:
    first, second = model(), model()
    second.refresh()
    file_of(second).stop()
    refresh(first)
    loaded = second.index
    second.refresh()
    assert second.index is not loaded
    assert second.index.version == loaded.version
    shared = second.index
    second.refresh()
    assert second.index is shared


def test_a_backup_that_was_put_back_is_not_mixed_with_later_data(own: Filled, model: Make, tmp_path: Path) -> None:
    backup = backup_of(own.store.url, tmp_path / "backup.db")
    edit(own)
    refresh(model())
    before = backup.site(own.code("unknown"))
    with backup.write(BatchInfo(kind="edit", actor="test")) as writer:
        writer.update([SiteUpdate(before, replace(before.site, note="anders"))])
    assert backup.state() == own.store.state()
    backup.dispose()
    path = Path(own.store.url.removeprefix("sqlite:///"))
    for end in ("-wal", "-shm", ""):
        path.with_name(path.name + end).unlink(missing_ok=True)
    (tmp_path / "backup.db").rename(path)
    late = model()
    late.refresh()
    now = late._clock()
    assert late.index.detail(own.code("always"), now)["properties"]["note"] == ""
    assert late.index.detail(own.code("unknown"), now)["properties"]["note"] == "anders"


def test_another_store_at_the_same_address_is_read_anew(own: Filled, model: Make, sqlite_template: Path) -> None:
    refresh(model())
    take_away(own)
    path = Path(own.store.url.removeprefix("sqlite:///"))
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    path.write_bytes(sqlite_template.read_bytes())
    late = model()
    late.refresh()
    assert late.index.size == 0
    file_of(late).stop()
    assert file_of(late).holds(late.index)


def test_a_damaged_file_is_replaced(own: Filled, model: Make, caplog: pytest.LogCaptureFixture) -> None:
    first = model()
    refresh(first)
    path = file_of(first).path
    path.write_bytes(path.read_bytes()[:-1000])
    second = model()
    refresh(second)
    assert f"the snapshot {path} is not used" in caplog.text
    assert file_of(second).holds(second.index)
    caplog.clear()
    refresh(model())
    assert caplog.text == ""


def test_a_folder_that_cannot_be_written_is_told_once(
    own: Filled, model: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")
    hindered = model(snapshot_dir=str(tmp_path / "file"))
    for _ in range(3):
        refresh(hindered)
    assert hindered.health().status == "ok"
    assert caplog.text.count("the index cannot be kept") == 1


def test_it_can_be_switched_off(own: Filled, model: Make) -> None:
    without = model(snapshot_dir="off")
    without.refresh()
    assert without._file is None
    assert without.health().status == "ok"


def test_the_file_lies_with_the_users_caches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = settings_for("sqlite:///x.db")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert snapshot_folder(settings) == tmp_path / "stationmap"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert snapshot_folder(settings) == tmp_path / "home" / ".cache" / "stationmap"


def test_stores_do_not_share_a_file_and_a_password_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def path(url: str) -> Path:
        return file_of(create_app(settings_for(url)).extensions["stationmap"].read_model).path

    old = path("postgresql+psycopg2://a:secret@db/map")
    assert path("postgresql+psycopg2://b:other@db/map") == old != path("postgresql+psycopg2://a:secret@db/other")
    here = path("sqlite:///stationmap.db")
    monkeypatch.chdir(tmp_path)
    assert path("sqlite:///stationmap.db") != here


def test_the_first_wait_ends_with_the_first_failure(own: Filled, model: Make) -> None:
    take_away(own)
    late = model()
    late.start()
    begun = time.monotonic()
    assert not late.wait_first(20)
    assert time.monotonic() - begun < 5
    with pytest.raises(StoreUnavailableError):
        _ = late.index


def test_the_thread_keeps_the_file_by_itself(own: Filled, model: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    polling = model(refresh_interval=0.1)
    polling.start()
    assert polling.wait(20)
    assert eventually(lambda: file_of(polling).holds(polling.index))
    edit(own)
    assert eventually(lambda: polling.index.version == own.store.state().data_version)
    assert eventually(lambda: file_of(polling).holds(polling.index))
