"""An import that is killed leaves all of its rows or none, on both stores."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from geodata.store import Store, open_store, schema
from importers.sites import import_sites

ROWS = 3_000
PROGRAM = """
import sys
from pathlib import Path
from geodata.store import open_store
from importers.sites import import_sites
store = open_store(sys.argv[1])
print("ready", flush=True)
import_sites(store, Path(sys.argv[2]), kind="rest_station", datum="gcj02")
print("done", flush=True)
"""


@pytest.fixture(params=["sqlite", "postgis"])
def url(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue(f"fresh_{request.param}")
    return found


@contextmanager
def running(url: str, path: Path) -> Iterator[subprocess.Popen[str]]:
    """Start an import in a program of its own and wait until it is about to begin."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, url, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process


def test_killed_at_random_moments(url: str, tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    lines = [f"{n},驿站{n},{121 + n / 1e5:.5f},37.5,某路{n}号,周一至周五 8:30-17:30,饮水;微波炉" for n in range(ROWS)]
    path.write_text("编号,名称,经度,纬度,地址,开放时间,设施\n" + "\n".join(lines) + "\n", encoding="utf-8")
    store = open_store(url)
    began = time.monotonic()
    with running(url, path) as process:
        assert process.wait() == 0
    lasts = time.monotonic() - began
    assert size(store) == ROWS
    for seed in range(3):
        # New keys each time, so that every try would add all its rows again.
        path.write_text(path.read_text(encoding="utf-8").replace("\n", f"\nk{seed}-", ROWS), encoding="utf-8")
        before = size(store)
        batches = len(store.batches())
        with running(url, path) as process:
            time.sleep(random.Random(seed).uniform(0.05, 0.9) * lasts)
            process.send_signal(signal.SIGKILL)
        after = settled(store, before)
        assert after - before in (0, ROWS)
        assert (len(store.batches()) > batches) == (after > before)
    assert store.check() == []
    report = import_sites(store, path, kind="rest_station", datum="gcj02", source="after")
    assert report.rows.created == ROWS
    store.dispose()


def size(store: Store) -> int:
    with store.snapshot() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(schema.sites)).scalar_one())


def settled(store: Store, before: int) -> int:
    """Wait a moment: a server may still be finishing the killed program's last statement."""
    for _ in range(20):
        if (found := size(store)) != before:
            return found
        time.sleep(0.05)
    return before
