"""What a store does when others write at the same time, when the database is away, and when the program is killed."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from geodata.errors import ConflictError, StoreBusyError, StoreUnavailableError
from geodata.store import BatchInfo, NewSite, SiteUpdate, Store, open_store
from tests.postgres import PostgisServer
from tests.sites import a_site

BY_HAND = BatchInfo("edit", "wang")
ROOT = Path(__file__).parents[2]
NOBODY = 65534


def url_of(store: Store) -> str:
    return store.backend.url.render_as_string(hide_password=False)


@contextmanager
def opened(url: str, **limits: float) -> Iterator[Store]:
    store = open_store(url, **limits)
    try:
        yield store
    finally:
        store.dispose()


def test_a_second_writer_waits(store: Store) -> None:
    started, order = threading.Event(), []

    def write() -> None:
        started.set()
        with opened(url_of(store)) as other, other.write(BY_HAND) as writer:
            order.append("second")
            writer.add([NewSite(a_site("second"))])

    thread = threading.Thread(target=write)
    with store.write(BY_HAND) as writer:
        thread.start()
        started.wait()
        time.sleep(0.5)
        writer.add([NewSite(a_site("first"))])
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
    assert [stored.data_version - store.state().data_version for stored in store.sites()] == [-1, 0]


def test_a_writer_that_waited_too_long_says_so(store: Store) -> None:
    with opened(url_of(store), busy_timeout_s=0.2) as other, store.write(BY_HAND) as writer:
        writer.add([NewSite(a_site("first"))])
        with pytest.raises(StoreBusyError) as caught, other.write(BY_HAND):
            pass
        assert caught.value.code == "store_busy"
        assert list(other.sites()) == [], "readers do not wait, and see what was committed"
    assert [stored.site.name for stored in store.sites()] == ["first"]


def test_no_reader_ever_misses_a_row(store: Store) -> None:
    """Several write; one follows the data version. Rows of a version must be there when the version is."""
    writers, rounds = 4, 8
    wanted: list[str] = []
    errors: list[BaseException] = []

    def write(number: int) -> None:
        try:
            with opened(url_of(store), busy_timeout_s=60) as own:
                for turn in range(rounds):
                    with own.write(BY_HAND) as writer:
                        wanted.extend(writer.add([NewSite(a_site(f"{number}-{turn}-{i}")) for i in range(3)]))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=[number]) for number in range(writers)]
    found: set[str] = set()
    version = store.state().data_version
    last = version + writers * rounds
    for thread in threads:
        thread.start()
    limit = time.monotonic() + 90
    while version < last and not errors and time.monotonic() < limit:
        with store.read_since(version) as rows:
            new = list(rows.rows())
            assert {row.data_version for row in new} == set(range(version + 1, rows.state.data_version + 1))
            version = rows.state.data_version
            found |= {row.code for row in new}
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(wanted) == writers * rounds * 3
    assert found == set(wanted)


def test_of_two_edits_of_one_site_none_is_lost(store: Store) -> None:
    with store.write(BY_HAND) as writer:
        [code] = writer.add([NewSite(replace(a_site(), capacity=0))])
    conflicts: list[ConflictError] = []

    def count_up() -> None:
        with opened(url_of(store), busy_timeout_s=60) as own:
            done = 0
            while done < 5:
                before = own.site(code)
                after = replace(before.site, capacity=(before.site.capacity or 0) + 1)
                try:
                    with own.write(BY_HAND) as writer:
                        writer.update([SiteUpdate(before, after)])
                except ConflictError as error:
                    conflicts.append(error)
                else:
                    done += 1

    threads = [threading.Thread(target=count_up) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stored = store.site(code)
    assert (stored.site.capacity, stored.version) == (15, 16)
    values = [change.after for change in store.history(code) if change.field == "capacity"]
    assert values == list(range(1, 16))


WRITE_MANY = """
import sys
from geodata.store import BatchInfo, NewSite, open_store
from tests.sites import a_site
items = [NewSite(a_site(str(i))) for i in range(4000)]
store = open_store(sys.argv[1])
store.state()
print("ready", flush=True)
with store.write(BatchInfo("sites", "child")) as writer:
    for start in range(0, 4000, 200):
        writer.add(items[start : start + 200])
print("done", flush=True)
"""


def test_a_writer_killed_at_any_moment_leaves_all_or_nothing(store: Store) -> None:
    moments = random.Random(20261121)
    outcomes: list[bool] = []
    for _ in range(4):
        before = len(list(store.sites()))
        command = [sys.executable, "-W", "error", "-c", WRITE_MANY, url_of(store)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            time.sleep(moments.uniform(0, 0.5))
            child.send_signal(signal.SIGKILL)
            said_done = child.stdout.read() == "done\n"
        time.sleep(0.1)
        with opened(url_of(store), busy_timeout_s=5) as other:
            after = len(list(other.sites()))
            with other.write(BY_HAND):
                pass  # nobody is locked out
            assert other.check() == []
        assert after in ((before + 4000,) if said_done else (before, before + 4000))
        outcomes.append(after > before)
    assert not all(outcomes), "every child was done before it was killed"


@pytest.fixture
def own_server() -> Iterator[PostgisServer]:
    """A server for one test to maltreat."""
    server = PostgisServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()


START_AND_WAIT = """
from tests.postgres import PostgisServer
server = PostgisServer()
server.start()
print(server.pid, server.folder, flush=True)
input()
"""


def test_tests_that_are_killed_leave_no_server_running() -> None:
    command = [sys.executable, "-c", START_AND_WAIT]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        pid, folder = child.stdout.readline().split()
        running = Path(folder) / "data" / "postmaster.pid"
        assert running.read_text().split()[0] == pid
        child.kill()
    limit = time.monotonic() + 30
    try:
        while running.exists():
            assert time.monotonic() < limit
            time.sleep(0.1)
    finally:
        shutil.rmtree(folder)


def test_a_server_that_stops_hangs_or_comes_back(own_server: PostgisServer) -> None:
    url = own_server.create_database()
    limits = {"connect_timeout_s": 2.0, "statement_timeout_s": 1.0}
    with opened(url) as first:
        first.upgrade()
    with opened(url, **limits) as store:
        state = store.state()

        own_server.stop()
        for act in (store.state, lambda: list(store.sites()), store.check):
            with pytest.raises(StoreUnavailableError) as caught:
                act()
            assert caught.value.code == "store_unavailable"
        own_server.start()
        assert store.state() == state

        with store.write(BY_HAND) as writer:
            writer.add([NewSite(a_site())])
        own_server.kill()
        own_server.start()
        assert len(list(store.sites())) == 1

        own_server.freeze()
        begin = time.monotonic()
        with pytest.raises(StoreUnavailableError):
            store.state()
        with opened(url, **limits) as newcomer, pytest.raises(StoreUnavailableError):
            newcomer.state()
        assert time.monotonic() - begin < 25
        own_server.thaw()
        assert store.state().data_version == state.data_version + 1


def add_to_a_server_that_freezes(store: Store, server: PostgisServer) -> None:
    with store.write(BY_HAND) as writer:
        writer.add([NewSite(a_site())])
        server.freeze()
        writer.add([NewSite(a_site())])


def test_a_server_that_hangs_while_writing_leaves_nothing(own_server: PostgisServer) -> None:
    url = own_server.create_database()
    with opened(url) as first:
        first.upgrade()
    with opened(url, statement_timeout_s=1.0, connect_timeout_s=2.0) as store:
        with pytest.raises(StoreUnavailableError):
            add_to_a_server_that_freezes(store, own_server)
        own_server.thaw()
        assert list(store.sites()) == []


def test_a_statement_that_takes_too_long_is_ended(fresh_postgis: str) -> None:
    import sqlalchemy as sa

    with opened(fresh_postgis, statement_timeout_s=0.3) as store:
        with pytest.raises(StoreUnavailableError) as caught, store.snapshot() as connection:
            connection.execute(sa.select(sa.func.pg_sleep(10)))
        assert caught.value.code == "store_slow"
        assert store.state().data_version == 1


@pytest.mark.parametrize(
    "change", [("stationmap@", "nobody_here@"), ("/t", "/no_such_database_t"), ("host=", "host=/no/such/folder&x=")]
)
def test_a_wrong_account_database_or_host_is_unavailable(fresh_postgis: str, change: tuple[str, str]) -> None:
    if change[0] == "host=":
        url = "postgresql+psycopg2://stationmap@127.0.0.1:1/nothing"
    else:
        url = fresh_postgis.replace(*change, 1)
    with opened(url, connect_timeout_s=2) as store, pytest.raises(StoreUnavailableError) as caught:
        store.state()
    assert caught.value.code == "store_unavailable"


def test_every_connection_to_postgresql_has_its_limits(fresh_postgis: str) -> None:
    limits = {"statement_timeout_s": 7, "busy_timeout_s": 3, "idle_timeout_s": 60}
    with opened(fresh_postgis, **limits) as store, store.snapshot() as connection:
        names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "timezone")
        found = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in names]
        parameters = connection.connection.dbapi_connection.get_dsn_parameters()
    assert found == ["7s", "3s", "1min", "UTC"]
    for name in ("connect_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout"):
        assert int(parameters[name]) > 0


def test_a_file_that_can_only_be_read(sqlite_store: Store, fresh_sqlite: str) -> None:
    with sqlite_store.write(BY_HAND) as writer:
        writer.add([NewSite(a_site())])
    with opened(f"{fresh_sqlite}?mode=ro") as store:
        assert [stored.site.name for stored in store.sites()] == ["站点"]
        with pytest.raises(StoreUnavailableError) as caught, store.write(BY_HAND) as writer:
            writer.add([NewSite(a_site())])
        assert caught.value.code == "store_read_only"


def add_one(url: str) -> None:
    with opened(url) as store, store.write(BY_HAND) as writer:
        writer.add([NewSite(a_site())])


@contextmanager
def without_privileges() -> Iterator[None]:
    """Act as a user who owns nothing: file permissions do not bind root."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_without_permission_to_write_or_read(sqlite_store: Store, fresh_sqlite: str) -> None:
    with sqlite_store.write(BY_HAND) as writer:
        writer.add([NewSite(a_site())])
    sqlite_store.dispose()
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        path = Path(folder) / "store.db"
        path.write_bytes(Path(fresh_sqlite.removeprefix("sqlite:///")).read_bytes())
        Path(folder).chmod(0o777)
        for mode, code in ((0o444, "store_read_only"), (0o000, "store_unreadable")):
            path.chmod(mode)
            with pytest.raises(StoreUnavailableError) as caught, without_privileges():
                add_one(f"sqlite:///{path}")
            assert caught.value.code == code


def test_a_store_may_be_used_from_many_threads(store: Store) -> None:
    with store.write(BY_HAND) as writer:
        codes = writer.add([NewSite(a_site(str(i))) for i in range(50)])
    results: list[str] = []

    def read() -> None:
        for code in codes:
            results.append(store.site(code).code)

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == sorted(codes * 6)


def test_reading_half_of_the_sites_lets_go_of_the_connection(store: Store) -> None:
    with store.write(BY_HAND) as writer:
        writer.add([NewSite(a_site(str(i))) for i in range(5000)])
    with opened(url_of(store), pool_size=1) as other:
        for _ in range(12):
            stream = other.sites()
            assert next(stream).site.name == "0"
            stream.close()
        assert other.state() == store.state()
