"""The same question put to what others use for it, where that is installed: Redis, by GEOSEARCH over its socket."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np

from geodata.index import SiteIndex, SiteQuery

RADIUS_M, COUNT = 20_000, 20
_KEY = "places"
_BATCH = 5000
#: Redis knows no place beyond.
_MOST_LAT = 85.05


def timed_ms(calls: list[Callable[[], object]]) -> dict[str, float]:
    """Median and 99th percentile of the calls, milliseconds."""
    taken = []
    for call in calls:
        begun = time.perf_counter()
        call()
        taken.append((time.perf_counter() - begun) * 1000)
    return {"p50_ms": float(np.percentile(taken, 50)), "p99_ms": float(np.percentile(taken, 99)), "calls": len(taken)}


def measure(index: SiteIndex, asked: list[tuple[float, float]]) -> dict[str, Any]:
    """The nearest 20 places within 20 km of where people ask, by one client, from the index and from its peers."""
    now = datetime.now(UTC)

    def here(lon: float, lat: float) -> object:
        return index.nearby(lon, lat, SiteQuery(), radius_m=RADIUS_M, limit=COUNT, now=now)

    found: dict[str, Any] = {"here": timed_ms([lambda at=at: here(*at) for at in asked]), "redis": "not installed"}
    if shutil.which("redis-server") and importlib.util.find_spec("redis"):
        found["redis"] = _redis(index, asked)
    return found


def _redis(index: SiteIndex, asked: list[tuple[float, float]]) -> dict[str, float]:
    table = index.parts().columns.table
    usable = np.flatnonzero(~np.isnan(table.lon) & (np.abs(table.lat) < _MOST_LAT))
    places = zip(table.lon[usable].tolist(), table.lat[usable].tolist(), table.code[usable].tolist(), strict=True)
    with _server() as client:
        while batch := list(islice(places, _BATCH)):
            client.geoadd(_KEY, list(chain.from_iterable(batch)))

        def nearby(lon: float, lat: float) -> object:
            return client.geosearch(
                _KEY, longitude=lon, latitude=lat, radius=RADIUS_M, unit="m", sort="ASC", count=COUNT, withdist=True
            )

        return timed_ms([lambda at=at: nearby(*at) for at in asked])


@contextmanager
def _server() -> Iterator[Any]:
    """Run a Redis server of our own that keeps nothing; yields a client of it."""
    import redis

    with tempfile.TemporaryDirectory() as folder:
        socket = Path(folder) / "redis.sock"
        command = ["redis-server", "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", folder]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            try:
                client = redis.Redis(unix_socket_path=str(socket))
                _await(client, process)
                yield client
            finally:
                process.terminate()


def _await(client: Any, process: subprocess.Popen[bytes]) -> None:
    import redis

    for _ in range(300):
        try:
            client.ping()
        except redis.ConnectionError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("redis-server did not answer")
