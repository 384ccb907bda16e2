"""A long list whose rows several processes prepare gives what one process gives, and leaves no process behind."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from geodata.errors import FileError
from geodata.store import Store, open_store
from importers import pooling
from importers.report import ImportReport
from importers.sites import import_sites

ROWS = 400
#: Prints its processes once rows are written, and then waits to be killed.
PROGRAM = """
import multiprocessing, sys, time
from pathlib import Path
from geodata.store import open_store
from importers import pooling
from importers.sites import import_sites
pooling.FEWEST_ROWS, pooling.CHUNK = 1, 10
def wait(done, rows):
    print(*[child.pid for child in multiprocessing.active_children()], flush=True)
    time.sleep(600)
import_sites(open_store(sys.argv[1]), Path(sys.argv[2]), datum="wgs84", processes=2, progress=wait)
"""


@pytest.fixture
def long_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a list of which every sort of row is in several of the parts that are prepared apart."""
    monkeypatch.setattr(pooling, "FEWEST_ROWS", 10)
    monkeypatch.setattr(pooling, "CHUNK", 10)
    path = tmp_path / "list.csv"
    lines = ["编号,名称,类型,经度,纬度,地址,开放时间,设施,入口经度,入口纬度"]
    for n in range(ROWS):
        name = "" if n % 97 == 5 else f"第{n}区驿站"
        key = f"k{n - 50}" if n % 89 == 60 else f"k{n}"
        lon = "东边" if n % 71 == 7 else "121.1" if n % 50 == 3 else f"{81 + n / 100:.5f}"
        lat = "37.1" if n % 50 == 3 else "37.5"
        hours = "周一至周五 8:30-17:30" if n % 3 else "看心情"
        entrance = (lon, "37.5001") if n % 11 == 0 else ("", "")
        lines.append(",".join((key, name, "户外劳动者驿站", lon, lat, f"某路{n}号", hours, "饮水；飞船", *entrance)))
        lines += ["", "编号,名称,类型,经度,纬度,地址,开放时间,设施,入口经度,入口纬度"] if n == 200 else []
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", ["sqlite", "postgis"])
def test_several_processes_give_what_one_gives(kind: str, long_list: Path, request: pytest.FixtureRequest) -> None:
    store = open_store(request.getfixturevalue(f"fresh_{kind}"))
    plain = import_sites(store, long_list, datum="gcj02", dry_run=True)
    seen: list[tuple[int, int]] = []
    pooled = import_sites(store, long_list, datum="gcj02", processes=2, progress=lambda *done: seen.append(done))
    assert seen[-1] == (ROWS, ROWS)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert pooled.rows.created > 300
    assert pooled.rows.rejected == 9  # five without a name, four of another row's key
    assert _told(pooled) == _told(plain)
    again = import_sites(store, long_list, datum="gcj02")
    assert again.rows.unchanged == pooled.rows.created
    store.dispose()


def test_a_process_that_ends_on_its_own_is_told_and_nothing_is_written(fresh_sqlite: str, long_list: Path) -> None:
    store = open_store(fresh_sqlite)

    def end_one(done: int, rows: int) -> None:
        multiprocessing.active_children()[0].kill()
        time.sleep(0.2)

    with pytest.raises(FileError) as caught:
        import_sites(store, long_list, datum="wgs84", processes=2, progress=end_one)
    assert caught.value.code == "import_process_ended"
    _nothing_is_left(store)


def test_an_import_that_is_stopped_ends_its_processes(fresh_sqlite: str, long_list: Path) -> None:
    store = open_store(fresh_sqlite)

    def stop(done: int, rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_sites(store, long_list, datum="wgs84", processes=2, progress=stop)
    _nothing_is_left(store)


def test_the_processes_of_a_killed_import_end(fresh_sqlite: str, long_list: Path) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", PROGRAM, fresh_sqlite, str(long_list)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as program:
        assert program.stdout is not None
        children = [int(word) for word in program.stdout.readline().split()]
        program.kill()
    assert len(children) == 2
    given_up = time.monotonic() + 60
    while any(map(_runs, children)) and time.monotonic() < given_up:
        time.sleep(0.05)
    assert not any(map(_runs, children))
    _nothing_is_left(open_store(fresh_sqlite))


def _told(report: ImportReport) -> list[object]:
    return [report.rows, report.by_code(), report.issues, report.recognised]


def _runs(number: int) -> bool:
    """Tell whether a process runs; one that only waits to be asked how it ended does not."""
    try:
        status = Path(f"/proc/{number}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return status != "Z"


def _nothing_is_left(store: Store) -> None:
    assert multiprocessing.active_children() == []
    assert store.batches() == []
    assert list(store.sites()) == []
    store.dispose()
