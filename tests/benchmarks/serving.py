"""Nearby over HTTP beside an empty Flask view, on the same server in the same run."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.load import load, tool
from tests.benchmarks.national import SEED
from tests.benchmarks.reading import NEARBY_FACILITY, NEARBY_KIND, points
from tests.benchmarks.server import EMPTY

ROUNDS = 3


@contextlib.contextmanager
def served(url: str) -> Iterator[tuple[int, int]]:
    """Run the server on a store; yields its port and its process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "tests.benchmarks.server", url, str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _await(port)
            yield port, process.pid
        finally:
            process.terminate()


def _await(port: int) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if json.loads(fetch(port, "/healthz"))["status"] == "ok":
                time.sleep(3)  # for the other worker
                return
        time.sleep(0.2)
    raise RuntimeError("the server did not answer within two minutes")


def watched(pid: int, port: int, paths: list[str], seconds: float, *, gzip: bool = False) -> dict[str, float]:
    """Load the server; its processor time for one request, too, which others on the machine hardly disturb."""
    before, begun = processor_s(pid), time.perf_counter()
    found = load(port, paths, seconds, gzip=gzip)
    requests = found["requests_s"] * (time.perf_counter() - begun)
    return {**found, "cpu_ms": (processor_s(pid) - before) * 1000 / requests}


def processor_s(pid: int) -> float:
    """Processor time that a process and its children have taken; nan where the system does not tell."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    if not children.exists():
        return float("nan")
    ticks = 0
    for one in (pid, *map(int, children.read_text(encoding="ascii").split())):
        fields = Path(f"/proc/{one}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def fetch(port: int, path: str) -> bytes:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        body: bytes = answer.read()
    return body


def nearby_paths(count: int) -> list[str]:
    """Questions for 20 places with two filters, from where people are."""
    rng = random.Random(SEED)
    filters = f"kind={NEARBY_KIND}&facility={NEARBY_FACILITY}&radius=20000&limit=20"
    asked = points(count)
    rng.shuffle(asked)
    return [f"/api/v1/sites/nearby?lat={lat:.5f}&lon={lon:.5f}&{filters}" for lon, lat in asked]


def measure(url: str, seconds: float) -> dict[str, object]:
    """Requests per second and latencies: the median of several rounds, the two in turn."""
    paths = nearby_paths(1000)
    with served(url) as (port, pid):
        sizes = [len(json.loads(fetch(port, path))["features"]) for path in paths[:50]]
        rounds = []
        for _ in range(ROUNDS):
            rounds.append(
                {
                    "empty": watched(pid, port, [EMPTY], seconds),
                    "nearby": watched(pid, port, paths, seconds),
                    "nearby_gzip": watched(pid, port, paths, seconds, gzip=True),
                }
            )
        rows = re.findall(r"stationmap_index_bytes\{[^}]*\} ([\d.e+]+)", fetch(port, "/metrics").decode())
    middle = sorted(rounds, key=lambda one: one["nearby"]["requests_s"] / one["empty"]["requests_s"])[ROUNDS // 2]
    return {
        "tool": tool(),
        "features_mean": sum(sizes) / len(sizes),
        **middle,
        "ratio": middle["nearby"]["requests_s"] / middle["empty"]["requests_s"],
        "ratio_cpu": middle["empty"]["cpu_ms"] / middle["nearby"]["cpu_ms"],
        "ratio_gzip": middle["nearby_gzip"]["requests_s"] / middle["empty"]["requests_s"],
        "index_mb_all_workers": sum(map(float, rows)) / 1e6,
    }
