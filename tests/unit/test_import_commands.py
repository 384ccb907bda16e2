"""``stationmap import``: what it prints, where, and how it ends."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click.testing
import pytest

from geodata.store import open_store
from webmap.cli import main

ROWS = "编号,名称,经度,纬度,吉祥物\n1,大海阳路驿站,121.39,37.53,x\n2,北马路驿站,0,0,y\n"
Run = Callable[..., click.testing.Result]


@pytest.fixture
def run(fresh_sqlite: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.setenv("STATIONMAP_DATABASE_URL", fresh_sqlite)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STATIONMAP_LANG", raising=False)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "C.UTF-8")
    return lambda *words: click.testing.CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def write(content: str) -> Path:
        path = tmp_path / "list.csv"
        path.write_text(content, encoding="utf-8")
        return path

    return write


def test_a_list_goes_in(run: Run, write: Callable[[str], Path], fresh_sqlite: str) -> None:
    result = run("import", "sites", write(ROWS), "--kind", "rest_station")
    assert result.exit_code == 0
    assert result.stderr == ""
    lines = result.stdout.splitlines()
    assert lines[0].startswith("list.csv was imported")
    assert lines[1] == "2 rows read: 2 created, 0 updated, 0 unchanged, 0 to review, 0 skipped, 0 rejected."
    assert any(line.startswith("  warning · row 3 · 经度") for line in lines)
    assert any("吉祥物" in line and line.startswith("  info") for line in lines)
    store = open_store(fresh_sqlite)
    assert [batch.info.source for batch in store.batches()] == ["list"]
    assert store.batches()[0].info.actor
    store.dispose()


def test_in_chinese(run: Run, write: Callable[[str], Path]) -> None:
    result = run("--lang", "zh", "import", "sites", write(ROWS), "--kind", "rest_station", "--dry-run")
    assert result.exit_code == 0
    assert "未写入任何内容" in result.stdout
    assert "读取 2 行：新增 2" in result.stdout


def test_rejected_rows_end_with_3_and_all_of_them_with_1(run: Run, write: Callable[[str], Path]) -> None:
    assert run("import", "sites", write(ROWS + "3,,121,37,\n"), "--kind", "rest_station").exit_code == 3
    result = run("import", "sites", write("编号,名称\n1,\n"), "--kind", "rest_station")
    assert result.exit_code == 1
    assert "nothing was written" in result.stdout


def test_what_fails_says_so_on_stderr(run: Run, write: Callable[[str], Path], tmp_path: Path) -> None:
    result = run("import", "sites", tmp_path / "none.csv", "--kind", "rest_station")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "none.csv" in result.stderr
    assert run("import", "sites", write(ROWS)).exit_code == 1
    result = run("import", "sites", write(ROWS), "--kind", "castle")
    assert result.exit_code == 2
    assert "castle" in result.stderr
    assert run("import", "sites", write(ROWS), "--datum", "mars").exit_code == 2
    assert run("import", "sites", write(ROWS), "--frobnicate").exit_code == 2


def test_a_store_without_schema_is_named(
    write: Callable[[str], Path], run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("STATIONMAP_DATABASE_URL", f"sqlite:///{tmp_path}/other.db")
    result = run("import", "sites", write(ROWS), "--kind", "rest_station")
    assert result.exit_code == 1
    assert "stationmap db upgrade" in result.stderr


def test_the_report_is_complete_where_the_terminal_is_short(
    run: Run, write: Callable[[str], Path], tmp_path: Path
) -> None:
    rows = "名称,地址,容量\n" + "".join(f"驿站{n},{n}号,若干\n" for n in range(40))
    out = tmp_path / "report.json"
    result = run("import", "sites", write(rows), "--kind", "rest_station", "--report", out)
    assert result.stdout.count("若干") == 10
    assert "35 more of value_not_a_number" in result.stdout
    report = json.loads(out.read_text(encoding="utf-8"))
    assert len(report["issues"]) == 40
    assert report["rows"]["created"] == 40


def test_a_failure_leaves_a_report_too(run: Run, write: Callable[[str], Path], tmp_path: Path) -> None:
    out = tmp_path / "report.json"
    assert run("import", "sites", write(""), "--kind", "rest_station", "--report", out).exit_code == 1
    report = json.loads(out.read_text(encoding="utf-8"))
    assert [issue["code"] for issue in report["issues"]] == ["file_empty"]
    assert report["rows"]["created"] == 0


def test_a_report_that_cannot_be_written_stops_the_import_before_it_begins(
    run: Run, write: Callable[[str], Path], tmp_path: Path, fresh_sqlite: str
) -> None:
    result = run("import", "sites", write(ROWS), "--kind", "rest_station", "--report", tmp_path / "no" / "r.json")
    assert result.exit_code == 1
    store = open_store(fresh_sqlite)
    assert store.batches() == []
    store.dispose()


def test_names_cannot_steer_the_terminal(run: Run, write: Callable[[str], Path]) -> None:
    result = run("import", "sites", write("名称,容量\nA,\x1b[2J若干\x07\n"), "--kind", "rest_station")
    assert "\x1b" not in result.stdout
    assert "\x07" not in result.stdout


def test_ratings_areas_and_calendar(run: Run, write: Callable[[str], Path], test_data: Path) -> None:
    run("import", "sites", write(ROWS), "--kind", "rest_station", "--datum", "wgs84")
    rated = run("import", "ratings", write("编号,scheme,value,date\n1,star,4,2026-05-01\n"), "--source", "list")
    assert rated.exit_code == 0
    assert "1 created" in rated.stdout
    file = test_data / "areas" / "yantai_foshan_districts_wgs84.geojson"
    areas = run("import", "areas", file, "--datum", "wgs84")
    assert areas.exit_code == 0
    assert "1 places that had no area were given one." in areas.stdout
    days = run("import", "calendar", write("日期,类型,名称\n2028-01-01,休,元旦\n"))
    assert days.exit_code == 0
    assert "1 created" in days.stdout


def test_a_bar_is_shown_on_a_terminal(run: Run, write: Callable[[str], Path]) -> None:
    path = write(ROWS)
    watcher, terminal = pty.openpty()
    program = "import sys; from webmap.cli import main; main()"
    words = [sys.executable, "-c", program, "import", "sites", str(path), "--kind", "rest_station"]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "TERM": "xterm"}
    ended = subprocess.run(words, stdout=subprocess.PIPE, stderr=terminal, env=environment, check=False)
    os.close(terminal)
    shown = os.read(watcher, 100_000).decode()
    os.close(watcher)
    assert ended.returncode == 0
    assert "100%" in shown
    assert "100%" not in ended.stdout.decode()
