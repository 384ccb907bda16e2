"""An import that is killed leaves all of its rows or none, on both stores; of two at once, one waits or is told."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from geodata.errors import StoreBusyError
from geodata.store import BatchInfo, Store, open_store, schema
from importers.sites import import_sites

ROWS = 200
MOMENTS = 20
#: Loads everything once, then forks a process for each file it is told of, which is the one to be killed.
PROGRAM = """
import os, sys
from pathlib import Path
from geodata.store import open_store
from importers.sites import import_sites
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        import_sites(open_store(sys.argv[1]), Path(line.strip()), kind="rest_station", datum="gcj02")
        os._exit(0)
    print(child, flush=True)
    sys.stdin.readline()  # until it is waited for, the number is the child's
    print(os.waitpid(child, 0)[1], flush=True)
"""


@pytest.fixture(params=["sqlite", "postgis"])
def url(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue(f"fresh_{request.param}")
    return found


@contextmanager
def program(url: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    ) as process:
        yield process


def run(process: subprocess.Popen[str], path: Path, kill_after: float | None) -> int:
    """Import a file and return how the import ended; kill it on the way."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{path}\n")
    process.stdin.flush()
    child = int(process.stdout.readline())
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    process.stdin.write("\n")
    process.stdin.flush()
    return int(process.stdout.readline())


def write_list(path: Path, number: int) -> Path:
    """Write a list of places that are nowhere near those of another number."""
    lines = [
        f"k{number}-{n},第{number}区驿站{n},{81 + 2 * number + n / 1e4:.5f},37.5,某路{n}号,周一至周五 8:30-17:30,饮水"
        for n in range(ROWS)
    ]
    path.write_text("编号,名称,经度,纬度,地址,开放时间,设施\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_killed_at_random_moments(url: str, tmp_path: Path) -> None:
    store = open_store(url)
    moments = random.Random(4)
    with program(url) as process:
        run(process, write_list(tmp_path / "list.csv", 0), None)  # the first one also warms up
        began = time.monotonic()
        assert run(process, write_list(tmp_path / "list.csv", 1), None) == 0
        lasts = time.monotonic() - began
        assert size(store) == 2 * ROWS
        killed = 0
        for number in range(2, MOMENTS + 2):
            before, batches = size(store), len(store.batches())
            moment = moments.uniform(0.02, 0.98) * lasts
            if run(process, write_list(tmp_path / "list.csv", number), moment) == signal.SIGKILL:
                killed += 1
            else:  # the machine is faster by now than when it was measured
                lasts = moment
            after = settled(store, before)
            assert after - before in (0, ROWS)
            assert (len(store.batches()) > batches) == (after > before)
        assert process.stdin is not None
        process.stdin.close()
    assert killed > MOMENTS / 4
    assert store.check() == []
    again = import_sites(store, tmp_path / "list.csv", kind="rest_station", datum="gcj02")
    assert again.rows.created + again.rows.unchanged == ROWS
    store.dispose()


def test_of_two_imports_at_once_one_waits_or_is_told(url: str, tmp_path: Path) -> None:
    path = write_list(tmp_path / "list.csv", 0)
    store, hasty = open_store(url), open_store(url, busy_timeout_s=0.2)
    reports = []
    with store.write(BatchInfo("edit", "staff")):
        with pytest.raises(StoreBusyError) as caught:
            import_sites(hasty, path, kind="rest_station", datum="gcj02")
        assert "nothing was written" in caught.value.message.text("en")
        patient = threading.Thread(
            target=lambda: reports.append(import_sites(store, path, kind="rest_station", datum="gcj02"))
        )
        patient.start()
        time.sleep(0.5)
        assert not reports
    patient.join()
    assert reports[0].rows.created == ROWS
    # Both read the store before either wrote: the second finds what the first wrote.
    threads = [
        threading.Thread(
            target=lambda: reports.append(import_sites(store, path, kind="rest_station", datum="gcj02", source="b"))
        )
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert size(store) == ROWS
    assert sorted(report.rows.updated for report in reports[1:]) == [0, ROWS]
    for opened in (store, hasty):
        opened.dispose()


def size(store: Store) -> int:
    with store.snapshot() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(schema.sites)).scalar_one())


def settled(store: Store, before: int) -> int:
    """Wait a moment: a server may still be finishing the killed program's last statement."""
    for _ in range(10):
        if (found := size(store)) != before:
            return found
        time.sleep(0.03)
    return before
