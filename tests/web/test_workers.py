"""Workers as processes of their own: killed in the middle, told to end, cancelled; over a file and over Redis."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import redis
import sqlalchemy as sa

from geodata.candidates import Candidate
from geodata.demand import DemandPoints
from geodata.errors import ScenarioError
from geodata.siting.compiled import cache_directory
from geodata.store import BatchInfo, NewReport, NewSite, Store, open_store, runs, schema
from geodata.store.candidates import put_candidates
from tests.contract.test_reports import PLACE
from tests.plans import EAST, NORTH, SOUTH, WEST, scenario_text
from tests.web.test_serving import eventually, free_port
from webmap.jobs import Queue, repeat, submit
from webmap.settings import Settings

COMMAND = [sys.executable, "-c", "from webmap.cli import main; main()"]
TODAY = date(2026, 5, 20)
#: Long enough that a worker can be killed in the middle of it.
LONG = scenario_text('kind = "p_median"\np = [1, 30]\ntime_limit_s = 10')
SHORT = scenario_text("p = 2\ncurve = false")
PATIENCE_S = 120.0


@dataclass
class Site:
    """A store, a queue and the workers started on it."""

    settings: Settings
    store: Store
    queue: Queue
    environment: dict[str, str]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def log(self) -> Path:
        """What all workers said."""
        return Path(self.environment["HOME"]) / "workers.log"

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        command = [*COMMAND, "worker", *words]
        with self.log.open("ab") as log:
            worker = subprocess.Popen(command, env=self.environment, cwd=self.environment["HOME"], stderr=log)
        self.workers.append(worker)
        return worker

    def holder(self, run_id: int) -> subprocess.Popen[bytes]:
        """The worker that has claimed a run."""
        with self.store.backend.reading() as connection:
            claimed = sa.select(schema.runs.c.claimed_by).where(schema.runs.c.id == run_id)
            pid = int(connection.execute(claimed).scalar_one().split(":")[-2])
        return next(worker for worker in self.workers if worker.pid == pid)

    def times(self, what: str) -> dict[int, int]:
        """How often the workers said that a run begins, or ended."""
        said = self.log.read_text(encoding="utf-8")
        return dict(Counter(int(number) for number in re.findall(rf"run (\d+) {what}(?!, but)", said)))

    def submit(self, text: str) -> int:
        return submit(self.store, self.queue, text, "test", today=TODAY)

    def until(self, run_id: int, check: Callable[[runs.Run], bool]) -> runs.Run:
        assert eventually(lambda: check(runs.status(self.store, run_id)), PATIENCE_S), runs.status(self.store, run_id)
        return runs.status(self.store, run_id)


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis of the tests' own on a free port."""
    port = free_port()
    words = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    server = subprocess.Popen(words, cwd=tmp_path_factory.mktemp("redis"), stdout=subprocess.DEVNULL)
    client = redis.Redis(port=port)

    def answers() -> bool:
        with suppress(redis.exceptions.ConnectionError):
            return bool(client.ping())
        return False

    assert eventually(answers, 30)
    client.close()
    yield f"redis://127.0.0.1:{port}/0"
    server.terminate()
    server.wait()


@pytest.fixture
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """SQLite with a file as the queue, or PostGIS with Redis."""
    over_redis = getattr(request, "param", "file") == "redis"
    url = request.getfixturevalue("fresh_postgis" if over_redis else "fresh_sqlite")
    given: dict[str, Any] = {"database_url": url, "worker_silence": 2.0}
    if over_redis:
        given["redis_url"] = request.getfixturevalue("redis_url")
    settings = Settings.load(env_file=None, **given)
    store = open_store(url)
    fill(store)
    variables = {"STATIONMAP_" + name.upper(): str(value) for name, value in given.items()}
    kept = {**os.environ, **variables, "HOME": str(tmp_path), "NUMBA_CACHE_DIR": str(cache_directory())}
    site = Site(settings, store, Queue(settings), kept | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)})
    yield site
    for worker in site.workers:
        if worker.poll() is None:
            worker.kill()
        worker.wait()
    site.queue.close()
    store.dispose()


def fill(store: Store) -> None:
    rng = np.random.default_rng(3)
    demand = DemandPoints.of(rng.uniform(WEST, EAST, 2500), rng.uniform(SOUTH, NORTH, 2500))
    spots = zip(rng.uniform(WEST, EAST, 250).tolist(), rng.uniform(SOUTH, NORTH, 250).tolist(), strict=True)
    with store.write(BatchInfo("demand", "test")) as writer:
        writer.put_demand("workers", demand)
        put_candidates(writer, [Candidate("list", str(at), f"Bank {at}", *spot) for at, spot in enumerate(spots)])


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two results are the same but for the seconds that they took."""
    timeless = [found | {"answer": found["answer"] | {"seconds": 0}} for found in (one, other)]
    return timeless[0] == timeless[1]


def test_a_worker_killed_in_the_middle_is_replaced_by_another(site: Site) -> None:
    first = site.start()
    run_id = site.submit(LONG)
    site.until(run_id, lambda run: run.state == "running" and run.progress.get("share", 0) >= 0.3)
    second = site.start()
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert runs.result(site.store, run_id) is None
    assert not runs.status(site.store, run_id).ended
    done = site.until(run_id, lambda run: run.ended)
    assert (done.state, done.attempts) == ("done", 2)
    result = runs.result(site.store, run_id)
    assert result is not None
    assert result["answer"]["chosen"] == 30
    assert second.poll() is None


@pytest.mark.parametrize("site", ["redis"], indirect=True)
def test_two_workers_on_redis_share_the_runs_and_one_carries_on_when_the_other_is_killed(site: Site) -> None:
    site.start()
    site.start()
    long = site.submit(LONG)
    site.until(long, lambda run: run.state == "running" and run.progress.get("share", 0) >= 0.3)
    short = {site.submit(scenario_text(f"p = {p}\ncurve = false")): p for p in (1, 2, 3, 4, 5)}
    victim = site.holder(long)
    first = min(short)
    assert site.until(first, lambda run: run.ended).state == "done"  # by the other one, meanwhile
    assert not runs.status(site.store, long).ended
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    wanted = {**short, long: 30}
    for run_id in wanted:
        assert site.until(run_id, lambda run: run.ended).state == "done"
    results = {run_id: runs.result(site.store, run_id) for run_id in wanted}
    assert {run_id: found and found["answer"]["chosen"] for run_id, found in results.items()} == wanted
    assert {run_id: runs.status(site.store, run_id).attempts for run_id in wanted} == dict.fromkeys(short, 1) | {
        long: 2
    }
    assert eventually(lambda: site.times("ended") == dict.fromkeys(wanted, 1), 10)
    assert site.times("begins") == dict.fromkeys(short, 1) | {long: 2}


def test_the_same_run_again_gives_the_same_answer(site: Site) -> None:
    site.start()
    first = site.submit(SHORT)
    again = repeat(site.store, site.queue, first, "test")
    for run_id in (first, again):
        assert site.until(run_id, lambda run: run.ended).state == "done"
    one, other = (runs.result(site.store, run_id) for run_id in (first, again))
    assert one is not None
    assert other is not None
    assert same(one, other)
    assert runs.status(site.store, again).repeats == first
    assert runs.status(site.store, again).inputs == runs.status(site.store, first).inputs


def test_who_cancels_gets_the_best_so_far_and_who_ends_gives_back(site: Site) -> None:
    worker = site.start()
    run_id = site.submit(LONG)
    site.until(run_id, lambda run: run.progress.get("share", 0) >= 0.3)
    worker.terminate()
    worker.wait(60)
    assert (runs.status(site.store, run_id).state, runs.status(site.store, run_id).attempts) == ("queued", 0)
    site.start()
    site.until(run_id, lambda run: run.progress.get("share", 0) >= 0.3)
    runs.cancel(site.store, run_id)
    done = site.until(run_id, lambda run: run.ended)
    result = runs.result(site.store, run_id)
    assert done.state == "done"
    assert result is not None
    assert result["answer"]["stopped"]
    assert result["answer"]["chosen"] == 30
    assert len(result["curve"]) < 16


def test_what_cannot_be_planned_says_why_and_the_worker_goes_on(site: Site) -> None:
    site.start()
    bad = site.submit(SHORT.replace('"workers"', '"nobody"'))
    good = site.submit(SHORT)
    failed = site.until(bad, lambda run: run.ended)
    assert failed.state == "failed"
    assert failed.error is not None
    assert "nobody" in failed.error.text("zh")
    assert site.until(good, lambda run: run.ended).state == "done"
    with pytest.raises(ScenarioError):
        site.submit("name = 3")


def test_a_run_whose_delivery_failed_is_found_by_the_sweep(site: Site) -> None:
    nowhere = Settings.load(env_file=None, redis_url=f"redis://127.0.0.1:{free_port()}/0")
    run_id = submit(site.store, Queue(nowhere), SHORT, "test", today=TODAY)
    site.start()
    assert site.until(run_id, lambda run: run.ended).state == "done"


def test_the_sweep_forgets_old_reports(site: Site) -> None:
    with site.store.write(BatchInfo("report", "test")) as writer:
        writer.add([NewSite(PLACE)])
    (stored,) = site.store.sites()
    with site.store.write(BatchInfo("report", "test")) as writer:
        for nonce in ("new", "old"):
            number = writer.add_report(NewReport(stored.id, "other", nonce))
            writer.close_report(number, "resolved", "")
        old = sa.update(schema.reports).where(schema.reports.c.nonce == "old")
        writer.connection.execute(old.values(closed_at=datetime.now(UTC) - timedelta(days=400)))
    site.start()
    assert eventually(lambda: [report.told.nonce for report in site.store.reports()] == ["new"], PATIENCE_S)


def test_a_keeper_replaces_its_workers_and_ends_with_its_parent(site: Site) -> None:
    keeper = site.start("--count", "1")

    assert eventually(lambda: len(children(keeper)) == 1, PATIENCE_S)
    first = children(keeper)[0]
    os.kill(first, signal.SIGKILL)
    assert eventually(lambda: bool(set(children(keeper)) - {first}), PATIENCE_S)
    last = next(iter(set(children(keeper)) - {first}))
    keeper.terminate()
    keeper.wait(60)
    assert eventually(lambda: gone(last), 60)


def test_serve_keeps_a_worker_and_takes_it_along_when_it_ends(site: Site) -> None:
    words = [*COMMAND, "serve", "--port", str(free_port()), "--workers", "1"]
    server = subprocess.Popen(words, env=site.environment, cwd=site.environment["HOME"])
    site.workers.append(server)
    run_id = site.submit(SHORT)
    assert site.until(run_id, lambda run: run.ended).state == "done"
    family = [pid for child in children(server) for pid in (child, *children(child))]
    server.terminate()
    server.wait(60)
    assert eventually(lambda: all(map(gone, family)), 60)


def children(process: subprocess.Popen[bytes] | int) -> list[int]:
    pid = process if isinstance(process, int) else process.pid
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
    return [int(pid) for pid in listed.stdout.split()]


def gone(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return False
    return True
