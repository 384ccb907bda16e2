"""Limits hold over all workers of a host."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.error import HTTPError

import pytest

from tests.web.conftest import LAT, LON, Filled
from tests.web.test_serving import ENOUGH, ROOT, Server, serve  # noqa: F401  a fixture
from webmap.limits import ClientLimits
from webmap.settings import rates
from webmap.sharedcounts import SharedCounts, shared_counts

#: Two processes count at the same time, one of them is killed; then the parent counts.
COUNTING = """
import os, signal
from webmap.sharedcounts import present_counts, shared_counts
with shared_counts(100):
    counts, children = present_counts(), []
    for _ in range(2):
        child = os.fork()
        if not child:
            for _ in range(2000):
                counts.add("api/192.0.2.1", 10**9)
            os.kill(os.getpid(), signal.SIGKILL)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    print(counts.add("api/192.0.2.1", 10**9), counts.add("login/192.0.2.1", 10**9))
"""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that the counts see; 1,000,020 is the beginning of a minute."""
    now = [1_000_020.0]
    monkeypatch.setattr("webmap.sharedcounts.time.time", lambda: now[0])
    return now


def status(server: Server, path: str) -> int:
    try:
        server.get(path)
    except HTTPError as error:
        return error.code
    return 200


def test_two_workers_grant_a_client_one_share(
    filled: Filled,
    serve: Callable[[str], Server],  # noqa: F811
    tmp_path: Path,
) -> None:
    (tmp_path / ".env").write_text("STATIONMAP_RATE_LIMIT=20/year\n")
    server = serve(filled.store.url)
    answers = [status(server, f"/api/v1/sites/nearby?lat={LAT}&lon={LON}") for _ in range(2 * ENOUGH)]
    assert answers == [200] * 20 + [429] * (2 * ENOUGH - 20)


def test_no_count_is_lost_between_processes() -> None:
    done = subprocess.run([sys.executable, "-c", COUNTING], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["4001", "1"]


def test_each_limit_has_counts_of_its_own_and_each_window(clock: list[float]) -> None:
    with shared_counts(100):
        api, login = (ClientLimits(rates("2/minute"), 100, what) for what in ("api", "login"))
        assert [api.refusal("192.0.2.1") is None for _ in range(3)] == [True, True, False]
        assert login.refusal("192.0.2.1") is None
        assert api.refusal("192.0.2.2") is None
        assert api.refusal("2001:db8:1:2::1") is None
        assert api.refusal("2001:db8:1:2:ffff::9") is None
        assert api.refusal("2001:db8:1:2::2") is not None
        clock[0] += 60
        assert api.refusal("192.0.2.1") is None


def test_a_full_table_lets_late_comers_share_and_is_free_again_later(clock: list[float]) -> None:
    counts = SharedCounts(10)
    told_apart = [counts.add(str(number), 60) for number in range(1000)]
    assert 10 <= told_apart.count(1) < 100
    assert sum(one > 1 for one in told_apart) > 900
    clock[0] += 60
    assert [counts.add(str(number), 60) for number in range(10)] == [1] * 10
    counts.close()


def test_no_address_stands_in_the_table() -> None:
    counts = SharedCounts(10)
    counts.add("api/203.0.113.77", 60)
    assert any(counts._table[:])
    assert b"203.0.113" not in counts._table[:]
    counts.close()
