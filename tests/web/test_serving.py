"""A real server with two workers: what people see of edits, crashes and logs."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

import orjson
import pytest

from geodata.store import BatchInfo, SiteUpdate, open_store
from tests.web.conftest import LAT, LON, Filled, fill

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from webmap.cli import main; main()"]
#: Each on a new connection, which the kernel gives to one of the workers; with two workers both answer.
ENOUGH = 40
#: How long anything may take on a machine that is busy with much else; what comes sooner ends the wait.
PATIENCE_S = 240


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(check: Callable[[], bool], timeout_s: float = PATIENCE_S) -> bool:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if check():
            return True
        time.sleep(0.05)
    return check()


@dataclass
class Server:
    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def get(self, path: str) -> Any:
        # No proxy of the environment may come between.
        with build_opener(ProxyHandler({})).open(f"http://127.0.0.1:{self.port}{path}", timeout=60) as answer:
            return orjson.loads(answer.read())

    def answers(self) -> bool:
        try:
            return bool(self.get("/healthz")["status"] == "ok")
        except OSError:
            return False

    def is_up(self) -> bool:
        """Whether both workers are there and one answers; a server that has ended will never be."""
        assert self.process.poll() is None, self.log.read_text()
        return self.answers() and len(self.workers()) == 2

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def workers(self) -> set[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return set(map(int, children.split()))


def environment(url: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STATIONMAP_")}
    own = {"STATIONMAP_DATABASE_URL": url, "STATIONMAP_PLAN_WORKERS": "0", "STATIONMAP_LANG": "en"}
    return {**kept, **own, "PYTHONPATH": str(ROOT)}


def start_server(url: str, folder: Path) -> Server:
    """Start a server of two workers on a store, and do not wait for it."""
    port, log = free_port(), folder / "server.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--port", str(port), "--workers", "2"],
            env=environment(url),
            cwd=folder,
            stdout=output,
            stderr=output,
        )
    return Server(process, port, log)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[str], Server]]:
    """Return a function that starts a server of two workers on a store and waits until it answers."""
    started: list[Server] = []

    def start(url: str) -> Server:
        server = start_server(url, tmp_path)
        started.append(server)
        assert eventually(server.is_up), server.log.read_text()
        return server

    yield start
    for server in started:
        server.end()


def rename(filled: Filled, new: str) -> None:
    before = filled.store.site(filled.code("always"))
    with filled.store.write(BatchInfo(kind="edit", actor="test")) as writer:
        writer.update([SiteUpdate(before, replace(before.site, name=new))])


@pytest.mark.parametrize("kind", ["fresh_sqlite", "fresh_postgis"])
def test_an_edit_is_soon_seen_by_every_worker(
    kind: str, request: pytest.FixtureRequest, serve: Callable[[str], Server]
) -> None:
    url: str = request.getfixturevalue(kind)
    store = open_store(url)
    try:
        filled = fill(store)
        server = serve(url)
        path = f"/api/v1/sites/{filled.code('always')}"
        assert all(server.get(path)["properties"]["name"] == "万达24小时驿站" for _ in range(ENOUGH))
        rename(filled, "改名驿站")
        assert eventually(lambda: all(server.get(path)["properties"]["name"] == "改名驿站" for _ in range(ENOUGH)))
    finally:
        store.dispose()


def test_a_killed_worker_comes_back(filled: Filled, serve: Callable[[str], Server]) -> None:
    server = serve(filled.store.url)
    before = server.workers()
    os.kill(min(before), signal.SIGKILL)
    assert eventually(lambda: len(server.workers() - before) == 1 and len(server.workers()) == 2)
    assert eventually(server.answers)
    path = f"/api/v1/sites/nearby?lat={LAT}&lon={LON}"
    assert all(len(server.get(path)["features"]) == 7 for _ in range(ENOUGH))


def test_positions_are_in_no_log(filled: Filled, serve: Callable[[str], Server]) -> None:
    server = serve(filled.store.url)
    lat, lon = "37.53617", "121.39018"
    server.get(f"/api/v1/sites/nearby?lat={lat}&lon={lon}")
    server.get(f"/api/v1/sites?bbox={lon},{lat},122,38&q=secretword")
    for query in (f"lat={lat}&lon={lon}&foo={lat}", f"lat={lat}{lon}&lon={lon}", f"lat={lat}&lon={lon}&open={lat}"):
        with pytest.raises(OSError, match="400"):
            server.get(f"/api/v1/sites/nearby?{query}")
    with pytest.raises(OSError, match="404"):
        server.get(f"/api/v1/sites/ZZZZZZ?lang=en&mode=walk#{lat}")
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(PATIENCE_S)
    log = server.log.read_text()
    assert log.count("path=/api/v1/sites/nearby status=200") == 1
    assert log.count("path=/api/v1/sites/nearby status=400") == 3
    for trace in (lat, lon, "37.53", "121.39", "secretword", "bbox", "?"):
        assert trace not in log


def test_a_second_server_does_not_share_the_port(filled: Filled, serve: Callable[[str], Server]) -> None:
    server = serve(filled.store.url)
    second = subprocess.run(
        [*COMMAND, "serve", "--port", str(server.port)],
        env=environment(filled.store.url),
        cwd=server.log.parent,
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert second.returncode == 1
    assert f"127.0.0.1:{server.port}" in second.stderr.decode()
    assert server.answers()


def test_a_stopped_server_leaves_no_worker(filled: Filled, serve: Callable[[str], Server]) -> None:
    server = serve(filled.store.url)
    workers = server.workers()
    server.process.terminate()
    assert server.process.wait(PATIENCE_S) == 0
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]


def test_metrics_add_up_over_the_workers_and_outlive_one(filled: Filled, serve: Callable[[str], Server]) -> None:
    server = serve(filled.store.url)

    def metric(name: str) -> float:
        opener = build_opener(ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{server.port}/metrics", timeout=60) as answer:
            lines = answer.read().decode().splitlines()
        return next(float(line.split()[-1]) for line in lines if line.startswith(name))

    counted = 'stationmap_requests_total{method="GET",route="/api/v1/stats",status="200"}'
    for _ in range(ENOUGH):
        server.get("/api/v1/stats")
    assert [metric(counted) for _ in range(10)] == [ENOUGH] * 10
    assert eventually(lambda: metric("stationmap_workers ") == 2)
    killed = min(server.workers())
    os.kill(killed, signal.SIGKILL)
    assert eventually(lambda: len(server.workers() - {killed}) == 2 and server.answers())
    assert eventually(lambda: metric("stationmap_workers ") == 2)
    assert metric(counted) == ENOUGH
    folder = next(Path(tempfile.gettempdir()).glob(f"stationmap-metrics-{server.process.pid}-*"))
    server.process.terminate()
    server.process.wait(PATIENCE_S)
    assert not folder.exists()
