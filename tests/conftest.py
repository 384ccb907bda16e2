"""Fixtures that all tests share: real data, and stores of both kinds."""

from __future__ import annotations

import os
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from geodata.store import Store, open_store
from tests.postgres import PostgisServer

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def test_data() -> Path:
    """Real lists that nobody in this project wrote; see CONTRIBUTING.md."""
    given = os.environ.get("STATIONMAP_TEST_DATA")
    # Absolute: some tests change the folder they run in.
    folder = Path(given).absolute() if given else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no test data at {folder}: set STATIONMAP_TEST_DATA to a folder that has it")
    return folder


@pytest.fixture(scope="session", autouse=True)
def _own_caches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what servers write for their next start away from the files of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("caches")))
        yield


@pytest.fixture(scope="session")
def postgis_server() -> Iterator[PostgisServer]:
    """The tests' own PostgreSQL. A test that stops or freezes a server starts one for itself."""
    server = PostgisServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="session")
def postgis_template(postgis_server: PostgisServer) -> str:
    """The name of a database with PostGIS and the schema, to make others from."""
    url = postgis_server.create_database()
    store = open_store(url)
    store.upgrade()
    store.dispose()
    return postgis_server.name_of(url)


@pytest.fixture
def postgis_url(postgis_server: PostgisServer) -> Iterator[str]:
    """The URL of an empty database: no PostGIS, no schema."""
    url = postgis_server.create_database()
    yield url
    postgis_server.drop_database(url)


@pytest.fixture
def fresh_postgis(postgis_server: PostgisServer, postgis_template: str) -> Iterator[str]:
    """The URL of a database with an upgraded, empty store of its own id."""
    url = postgis_server.create_database(postgis_template)
    postgis_server.execute("UPDATE store_state SET store_id = gen_random_uuid()", postgis_server.name_of(url))
    yield url
    postgis_server.drop_database(url)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with an upgraded, empty store."""
    path = tmp_path_factory.mktemp("template") / "store.db"
    store = open_store(f"sqlite:///{path}")
    store.upgrade()
    store.dispose()
    return path


@pytest.fixture
def fresh_sqlite(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a SQLite file with an upgraded, empty store of its own id."""
    path = tmp_path / "store.db"
    path.write_bytes(sqlite_template.read_bytes())
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE store_state SET store_id = ?", [str(uuid.uuid4())])
    return f"sqlite:///{path}"


@pytest.fixture
def sqlite_store(fresh_sqlite: str) -> Iterator[Store]:
    """An upgraded, empty store in a SQLite file."""
    store = open_store(fresh_sqlite)
    yield store
    store.dispose()


@pytest.fixture
def postgis_store(fresh_postgis: str) -> Iterator[Store]:
    """An upgraded, empty store on PostGIS."""
    store = open_store(fresh_postgis)
    yield store
    store.dispose()


@pytest.fixture(params=["sqlite", "postgis"])
def store(request: pytest.FixtureRequest) -> Store:
    """An upgraded, empty store of each kind in turn."""
    opened: Store = request.getfixturevalue(f"{request.param}_store")
    return opened
