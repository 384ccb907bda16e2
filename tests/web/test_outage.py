"""The database stops, hangs, or is taken away under a real server of two workers, while people ask for places."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import orjson
import pytest

from geodata.errors import StationmapError, StoreUnavailableError
from geodata.store import BatchInfo, Store, open_store
from geodata.vocabulary import load_vocabulary
from tests.postgres import PostgisServer
from tests.web.conftest import LAT, LON, Filled, fill, settings_for
from tests.web.test_serving import COMMAND, ENOUGH, Server, environment, eventually, rename, start_server
from webmap import create_app
from webmap.errors import status_of
from webmap.indexfile import IndexFile

#: What a person may have to wait for at most, whatever the database does.
LONGEST_S = 1.0
#: Locks the marks by which readers of a SQLite file tell that they read, as a hanging program would.
LOCK_READERS = """
import fcntl, sys
with open(sys.argv[1] + "-shm", "r+b") as marks:
    fcntl.lockf(marks, fcntl.LOCK_EX, 5, 123)
    print("locked", flush=True)
    sys.stdin.read()
"""


@dataclass
class Outage:
    """A store with the places of the tests, and what can happen to it."""

    filled: Filled
    begin: Callable[[], None]
    end: Callable[[], None]

    @property
    def url(self) -> str:
        return self.filled.store.backend.url.render_as_string(hide_password=False)


@pytest.fixture
def own_server() -> Iterator[PostgisServer]:
    server = PostgisServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()


def of_postgis(server: PostgisServer, begin: str, end: str) -> Outage:
    store = open_store(server.create_database(), connect_timeout_s=2, statement_timeout_s=1)
    return Outage(fill(store), getattr(server, begin), getattr(server, end))


def of_missing_file(url: str) -> Outage:
    path = Path(url.removeprefix("sqlite:///"))
    away = path.with_name("away.db")
    return Outage(fill(open_store(url)), lambda: void(path.rename(away)), lambda: void(away.rename(path)))


def of_locked_file(url: str) -> Outage:
    lockers: list[subprocess.Popen[str]] = []

    def begin() -> None:
        command = [sys.executable, "-c", LOCK_READERS, url.removeprefix("sqlite:///")]
        lockers.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        stdout = lockers[0].stdout
        assert stdout is not None
        assert stdout.readline() == "locked\n"

    def end() -> None:
        lockers[0].communicate()

    return Outage(fill(open_store(url)), begin, end)


def void(_: object) -> None:
    """Take what nobody needs."""


@pytest.fixture(params=["stopped", "hanging", "missing", "locked"])
def outage(request: pytest.FixtureRequest) -> Iterator[Outage]:
    match request.param:
        case "stopped":
            made = of_postgis(request.getfixturevalue("own_server"), "stop", "start")
        case "hanging":
            made = of_postgis(request.getfixturevalue("own_server"), "freeze", "thaw")
        case "missing":
            made = of_missing_file(request.getfixturevalue("fresh_sqlite"))
        case _:
            made = of_locked_file(request.getfixturevalue("fresh_sqlite"))
    yield made
    made.filled.store.dispose()


@contextmanager
def serving(url: str, folder: Path) -> Iterator[Server]:
    server = start_server(url, folder)
    try:
        yield server
    finally:
        server.end()


@dataclass
class Crowd:
    """People who ask all the time, each time on a new connection."""

    server: Server
    waits: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @contextmanager
    def asking(self) -> Iterator[None]:
        done = threading.Event()
        threads = [threading.Thread(target=self._ask, args=(done, path)) for path in self._paths()]
        for thread in threads:
            thread.start()
        yield
        done.set()
        for thread in threads:
            thread.join()

    def _paths(self) -> list[str]:
        return [f"/api/v1/sites/nearby?lat={LAT}&lon={LON}", "/api/v1/sites?limit=5&q=驿站", "/api/v1/stats"]

    def _ask(self, done: threading.Event, path: str) -> None:
        while not done.wait(0.05):
            begun = time.monotonic()
            try:
                status, _, _ = ask(self.server, path)
            except OSError as error:
                self.failures.append(f"{path}: {error!r}")
            else:
                if status != 200:
                    self.failures.append(f"{path}: {status}")
            self.waits.append(time.monotonic() - begun)


def ask(server: Server, path: str) -> tuple[int, Any, Any]:
    """Return status, body and headers, whatever the status is."""
    request = Request(f"http://127.0.0.1:{server.port}{path}".replace("驿站", "%E9%A9%BF%E7%AB%99"))
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=10) as answer:
            return answer.status, orjson.loads(answer.read()), answer.headers
    except HTTPError as error:
        return error.code, orjson.loads(error.read()), error.headers


def health(server: Server) -> list[dict[str, Any]]:
    return [ask(server, "/healthz")[1] for _ in range(ENOUGH)]


def all_say(server: Server, status: str) -> bool:
    try:
        return {each["status"] for each in health(server)} == {status}
    except OSError:
        return False


def kept(url: str) -> bool:
    file = IndexFile.of(settings_for(url), load_vocabulary())
    assert file is not None
    return file.path.exists()


def error_of_writing(store: Store) -> StationmapError:
    with pytest.raises(StationmapError) as caught, store.write(BatchInfo(kind="edit", actor="test")):
        pass
    return caught.value


def test_reads_go_on_and_all_recovers_by_itself(outage: Outage, tmp_path: Path) -> None:
    path = f"/api/v1/sites/{outage.filled.code('always')}"
    with serving(outage.url, tmp_path) as server:
        assert eventually(lambda: all_say(server, "ok") and len(server.workers()) == 2), server.log.read_text()
        assert eventually(lambda: kept(outage.url)), server.log.read_text()
        crowd = Crowd(server)
        with crowd.asking():
            assert eventually(lambda: len(crowd.waits) >= 30)
            at_rest = max(crowd.waits)
            outage.begin()
            assert eventually(lambda: all_say(server, "degraded"))
            status, body, _ = ask(server, "/healthz")
            assert (status, body["sites"]) == (200, 10)
            first = body["data_age_s"]
            time.sleep(1.5)
            assert min(each["data_age_s"] for each in health(server)) > first
            assert status_of(error_of_writing(outage.filled.store)) == 503

        killed = min(server.workers())
        os.kill(killed, signal.SIGKILL)
        assert eventually(lambda: server.log.read_text().count("Started worker-") == 3), server.log.read_text()
        assert len(server.workers() - {killed}) == 2
        assert all_say(server, "degraded")
        with crowd.asking():
            assert [server.get(path)["properties"]["name"] for _ in range(ENOUGH)] == ["万达24小时驿站"] * ENOUGH
            outage.end()
            assert eventually(lambda: all_say(server, "ok")), server.log.read_text()
            rename(outage.filled, "改名驿站")
            time.sleep(2)
            assert [server.get(path)["properties"]["name"] for _ in range(ENOUGH)] == ["改名驿站"] * ENOUGH
        assert crowd.failures == []
        assert len(crowd.waits) > 100
        # A busy machine makes all wait, before the outage as well; who waited for the database waited for two seconds.
        assert max(crowd.waits) < LONGEST_S + 2 * at_rest
        log = server.log.read_text()
        assert log.count("the store cannot be read, the last data stays") <= 3, "more than once in a worker"
        assert "started from the file of the index" in log
        assert "crash loop" not in log


@pytest.mark.parametrize(("begin", "end"), [("stop", "start"), ("freeze", "thaw")])
def test_a_start_without_the_database_waits_for_it(
    begin: str, end: str, own_server: PostgisServer, tmp_path: Path
) -> None:
    """Without a file to start from: 503 until there is data, and no worker gives up. With one: answers at once."""
    outage = of_postgis(own_server, begin, end)
    outage.filled.store.dispose()
    outage.begin()
    with serving(outage.url, tmp_path) as server:
        assert eventually(lambda: all_say(server, "starting") and len(server.workers()) == 2), server.log.read_text()
        workers = server.workers()
        assert len(workers) == 2
        for path in ("/api/v1/stats", "/healthz"):
            status, body, headers = ask(server, path)
            assert (status, headers["Retry-After"]) == (503, "5")
        assert body["data_age_s"] is None
        time.sleep(6)  # granian gives up on a worker that ends twice within 5.5 s
        assert server.workers() == workers
        outage.end()
        assert eventually(lambda: all_say(server, "ok")), server.log.read_text()
        assert server.workers() == workers
        assert eventually(lambda: kept(outage.url))
    outage.begin()
    with serving(outage.url, tmp_path) as server:
        assert eventually(lambda: all_say(server, "degraded")), server.log.read_text()
        assert ask(server, "/api/v1/stats")[1]["total"] == 8
        outage.end()
        assert eventually(lambda: all_say(server, "ok")), server.log.read_text()


@pytest.mark.parametrize("begin", ["stop", "freeze"])
def test_an_import_says_that_the_database_is_away(begin: str, own_server: PostgisServer, tmp_path: Path) -> None:
    url = own_server.create_database()
    store = open_store(url)
    store.upgrade()
    store.dispose()
    (tmp_path / "list.csv").write_text("名称,经度,纬度\n驿站,121.39,37.53\n", encoding="utf-8")
    getattr(own_server, begin)()
    command = [*COMMAND, "import", "sites", "list.csv", "--kind", "rest_station"]
    done = subprocess.run(
        command, env=environment(url), cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "cannot be reached" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_write_that_the_database_does_not_take_is_a_503(tmp_path: Path) -> None:
    app = create_app(settings_for("postgresql+psycopg2://nobody@127.0.0.1:1/none"))
    store = open_store("postgresql+psycopg2://nobody@127.0.0.1:1/none")

    @app.post("/api/v1/write")
    def write() -> str:
        with store.write(BatchInfo(kind="edit", actor="test")):
            return "written"

    answer = app.test_client().post("/api/v1/write", headers={"Accept-Language": "en"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    body = orjson.loads(answer.data)
    assert body["type"] == "urn:stationmap:problem:store_unavailable"
    assert "cannot be reached" in body["detail"]
    assert "无法连接" in body["detail_zh"]
    with pytest.raises(StoreUnavailableError):
        store.state()
