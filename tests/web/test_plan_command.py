"""``stationmap plan`` and ``stationmap runs`` as a person uses them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click.testing
import pytest

from geodata.siting.compiled import cache_directory
from geodata.store import open_store
from tests.plans import scenario_text
from tests.web.test_workers import COMMAND, LONG, fill
from webmap.cli import main

Run = Callable[..., click.testing.Result]
SHORT = scenario_text("p = 2\ncurve = false")


@pytest.fixture
def run(fresh_sqlite: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    store = open_store(fresh_sqlite)
    fill(store)
    store.dispose()
    monkeypatch.setenv("STATIONMAP_DATABASE_URL", fresh_sqlite)
    monkeypatch.setenv("STATIONMAP_BASE_MAP", "none")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(cache_directory()))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "town.toml").write_text(SHORT, encoding="utf-8")
    return lambda *words: click.testing.CliRunner().invoke(main, ["--lang", "en", *words])


def test_a_plan_is_written_and_told(run: Run) -> None:
    done = run("plan", "town.toml", "--out", "out")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("With 2 new stations, the demand")
    assert "  1. Bank" in done.stdout
    assert "reading" in done.stderr
    assert {path.name for path in Path("out").iterdir()} >= {
        "report.html",
        "sites.xlsx",
        "result.json",
        "sites.geojson",
    }


def test_what_is_wrong_is_told_before_any_work(run: Run) -> None:
    Path("bad.toml").write_text(SHORT.replace("minutes = 10", 'minutes = 0\nmode = "car"'), encoding="utf-8")
    bad = run("plan", "bad.toml", "--out", "out")
    assert (bad.exit_code, bad.stdout) == (1, "")
    assert "travel.minutes is “0”" in bad.stderr
    assert "travel.mode is “car”" in bad.stderr
    assert not Path("out").exists()
    assert "none.toml cannot be read" in run("plan", "none.toml", "--out", "out").stderr
    Path("file").write_text("")
    assert run("plan", "town.toml", "--out", "file").exit_code != 0
    assert run("plan", "town.toml").exit_code == 2


def test_runs_are_queued_listed_cancelled_and_repeated(run: Run) -> None:
    assert "Run 1 is queued" in run("runs", "submit", "town.toml").stdout
    assert "Run 2 is queued" in run("runs", "repeat", "1").stdout
    assert "Run 1 is cancelled" in run("runs", "cancel", "1").stdout
    assert run("runs", "cancel", "1").exit_code == 1
    told = json.loads(run("runs", "list", "--json").stdout)
    assert [(item["id"], item["state"], item["repeats"]) for item in told] == [(2, "queued", 1), (1, "cancelled", None)]
    asked_at = datetime.fromisoformat(told[0]["created_at"]).astimezone(ZoneInfo("Asia/Shanghai"))
    assert f"{asked_at:%Y-%m-%d %H:%M}  queued  Town" in run("runs", "list").stdout
    none = run("runs", "export", "2", "--out", "out")
    assert (none.exit_code, none.stderr.strip()) == (1, "Run 2 has no result (queued).")


def test_ctrl_c_gives_the_best_so_far(run: Run, tmp_path: Path) -> None:
    (tmp_path / "long.toml").write_text(LONG, encoding="utf-8")
    paths = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "STATIONMAP_LANG": "en"}
    words = [*COMMAND, "plan", "long.toml", "--out", "out"]
    process = subprocess.Popen(words, env={**os.environ, **paths}, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if "solving" in line or "curve" in line:
            process.send_signal(signal.SIGINT)
            break
    rest = process.communicate(timeout=120)[1]
    assert process.returncode == 0, rest
    assert "Stopping with the best so far" in rest
    answer = json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8"))["answer"]
    assert answer["stopped"]
    assert answer["chosen"] == 30
