"""The read model follows its store, in the process that answers."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from geodata.errors import StoreUnavailableError
from geodata.store import BatchInfo, SiteUpdate
from tests.web.conftest import Filled, settings_for
from webmap import create_app

#: A parent that has loaded its data and runs its thread forks; the child must follow the store by itself.
FORKED = """
import os, sys, time
from webmap import create_app
from webmap.settings import Settings
model = create_app(Settings.load(env_file=None, refresh_interval=0.1)).extensions["stationmap"].read_model
model.start()
assert model.wait(20)
version = model.index.version
if os.fork() == 0:
    assert model.index.version == version  # the parent's data serves until there is newer
    print("ready", flush=True)
    deadline = time.monotonic() + 10
    while model.index.version == version and time.monotonic() < deadline:
        time.sleep(0.05)
    os._exit(0 if model.index.version > version else 1)
os._exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""


def edit(filled: Filled) -> None:
    before = filled.store.site(filled.code("always"))
    with filled.store.write(BatchInfo(kind="edit", actor="test")) as writer:
        writer.update([SiteUpdate(before, replace(before.site, note="neu"))])


def test_making_the_application_touches_no_store(tmp_path: Path) -> None:
    app = create_app(settings_for(f"sqlite:///{tmp_path}/none.db"))
    assert app.extensions["stationmap"].read_model.health().status == "starting"
    assert list(tmp_path.iterdir()) == []


def test_the_first_request_starts_the_thread_and_waits_for_it(own: Filled) -> None:
    model = create_app(settings_for(own.store.url, refresh_interval=0.1)).extensions["stationmap"].read_model
    try:
        first = model.index
        edit(own)
        deadline = time.monotonic() + 5
        # An index of the same version may take its place: the one that is mapped from the file of it.
        while model.index.version == first.version and time.monotonic() < deadline:
            time.sleep(0.02)
        assert model.index.version == first.version + 1
        assert first.version == own.store.state().data_version - 1  # who still holds the old one reads on
    finally:
        model.stop()


def test_an_index_that_is_current_stays(make_app: Callable[..., Flask]) -> None:
    model = make_app().extensions["stationmap"].read_model
    before = model.index
    model.refresh()
    assert model.index is before


def test_a_hanging_store_shows_as_degraded(make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch) -> None:
    model = make_app().extensions["stationmap"].read_model
    assert model.health().status == "ok"
    later = time.monotonic() + 11
    monkeypatch.setattr("webmap.readmodel.time.monotonic", lambda: later)
    health = model.health()
    assert health.status == "degraded"
    assert health.data_age_s is not None
    assert health.data_age_s > 10


def test_the_thread_survives_a_store_that_fails_and_comes_back(
    own: Filled, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    model = create_app(settings_for(own.store.url, refresh_interval=0.1)).extensions["stationmap"].read_model
    broken = [True]
    real = type(own.store).read_since

    def read_since(self: object, version: int) -> object:
        if broken[0]:
            raise StoreUnavailableError("read_model_loading", detail="down")
        return real(self, version)  # type: ignore[arg-type]

    monkeypatch.setattr(type(own.store), "read_since", read_since)
    try:
        with pytest.raises(StoreUnavailableError):
            _ = model.index
        assert model.health().failure == "StoreUnavailableError"
        broken[0] = False
        assert model.wait(5)
        assert model.health().status == "ok"
    finally:
        model.stop()
    assert caplog.text.count("the store cannot be read") == 1


def test_a_forked_process_follows_the_store_by_itself(own: Filled, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORKED],
        env={"STATIONMAP_DATABASE_URL": own.store.url, "PYTHONPATH": str(Path(__file__).parents[2])},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        edit(own)
        assert process.wait(30) == 0


def test_memory_is_given_back_after_a_load_and_not_after_a_look(own: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    released: list[bool] = []
    monkeypatch.setattr("webmap.readmodel.release_memory", lambda: released.append(True))
    model = create_app(settings_for(own.store.url)).extensions["stationmap"].read_model
    model.refresh()
    assert released == [True]
    model.refresh()
    edit(own)
    model.refresh()
    assert released == [True]
    model.stop()
