"""The same sites over HTTP from a server of features that asks PostGIS each time: tipg, where it is installed.

It gives no nearest ones: it is asked for 20 sites within a box around the same points.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from urllib.parse import quote

from sqlalchemy import make_url

from tests.benchmarks.load import load
from tests.benchmarks.reading import points

COUNT, WORKERS = 20, 2
#: About 20 km.
HALF_LON, HALF_LAT = 0.2, 0.18


def measure(url: str, seconds: float) -> dict[str, float] | str:
    """Requests per second and latencies of as many processes as the other server has; words where it is not there."""
    if not (importlib.util.find_spec("tipg") and importlib.util.find_spec("uvicorn")):
        return "not installed"
    paths = [
        f"/collections/public.sites/items?f=geojson&limit={COUNT}"
        f"&bbox={lon - HALF_LON:.5f},{lat - HALF_LAT:.5f},{lon + HALF_LON:.5f},{lat + HALF_LAT:.5f}"
        for lon, lat in points(1000)
    ]
    with _served(url) as port:
        given = len(json.loads(_fetch(port, paths[0]))["features"])
        if given != COUNT:
            raise RuntimeError(f"tipg gave {given} sites")
        return load(port, paths, seconds)


@contextlib.contextmanager
def _served(url: str) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    database = make_url(url)
    host = quote(str(database.query["host"]), safe="")
    place = {"DATABASE_URL": f"postgresql://{database.username}@{host}/{database.database}"}
    only = {"TIPG_DB_TABLES": '["public.sites"]', "TIPG_DB_SPATIAL_EXTENT": "false"}
    command = [sys.executable, "-m", "uvicorn", "tipg.main:app", "--port", str(port), "--workers", str(WORKERS)]
    environment = os.environ | place | only
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _await(port, process)
            yield port
        finally:
            process.terminate()


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            _fetch(port, "/collections/public.sites")
            return
        time.sleep(0.3)
    raise RuntimeError("tipg did not answer within a minute")


def _fetch(port: int, path: str) -> bytes:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        body: bytes = answer.read()
    return body
