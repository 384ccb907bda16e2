"""Requests as fast as a server answers them: by ``wrk`` where it is installed, else by processes of Python."""

from __future__ import annotations

import multiprocessing
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence

CONNECTIONS = 8
_UNITS_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


def tool() -> str:
    return "wrk" if shutil.which("wrk") else "python"


def load(port: int, paths: Sequence[str], seconds: float, *, gzip: bool = False) -> dict[str, float]:
    """Ask for ``paths`` in turn on several kept connections; requests per second, and latencies in milliseconds."""
    return (_wrk if tool() == "wrk" else _python)(port, paths, seconds, gzip)


def _wrk(port: int, paths: Sequence[str], seconds: float, gzip: bool) -> dict[str, float]:
    encoding = 'wrk.headers["Accept-Encoding"] = "gzip"\n' if gzip else ""
    table = ",".join(f'"{path}"' for path in paths)
    script = f"{encoding}local paths = {{{table}}}\nlocal n = 0\nrequest = function()\n  n = n % #paths + 1\n"
    script += "  return wrk.format(nil, paths[n])\nend\n"
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{int(seconds)}s", "--latency", "-s", file.name]
        done = subprocess.run(
            [*command, f"http://127.0.0.1:{port}"], capture_output=True, text=True, timeout=seconds + 30, check=True
        )
    if refused := re.search(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)", done.stdout):
        raise RuntimeError(f"the server refused requests: {refused[0]}")
    rate = re.search(r"Requests/sec:\s*([\d.]+)", done.stdout)
    found = {"requests_s": float(rate[1]) if rate else float("nan")}
    for share in (50, 99):
        spot = re.search(rf"^\s+{share}%\s+([\d.]+)(us|ms|s|m)$", done.stdout, re.MULTILINE)
        found[f"p{share}_ms"] = float(spot[1]) * _UNITS_MS[spot[2]] if spot else float("nan")
    return found


def _python(port: int, paths: Sequence[str], seconds: float, gzip: bool) -> dict[str, float]:
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        jobs = [(port, list(paths)[part::2] or list(paths), seconds, gzip) for part in range(2)]
        parts = pool.starmap(_ask, jobs)
    taken = sorted(time_s for part in parts for time_s in part)
    return {
        "requests_s": len(taken) / seconds,
        "p50_ms": taken[len(taken) // 2] * 1000,
        "p99_ms": taken[len(taken) * 99 // 100] * 1000,
    }


def _ask(port: int, paths: list[str], seconds: float, gzip: bool) -> list[float]:
    """Time requests one after the other on half of the connections, with all of them always under way."""
    encoding = "Accept-Encoding: gzip\r\n" if gzip else ""
    requests = [f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{encoding}\r\n".encode() for path in paths]
    connections = [socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS // 2)]
    begun = [0.0] * len(connections)
    taken: list[float] = []
    turn, end = 0, time.perf_counter() + seconds
    for place, connection in enumerate(connections):
        begun[place] = time.perf_counter()
        connection.sendall(requests[turn % len(requests)])
        turn += 1
    while time.perf_counter() < end:
        for place, connection in enumerate(connections):
            _answer(connection)
            now = time.perf_counter()
            taken.append(now - begun[place])
            begun[place] = now
            connection.sendall(requests[turn % len(requests)])
            turn += 1
    for connection in connections:
        connection.close()
    return taken


def _answer(connection: socket.socket) -> None:
    """Read one whole answer."""
    data = connection.recv(65536)
    while (head := data.find(b"\r\n\r\n")) < 0:
        data += connection.recv(65536)
    if not data.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"the server refused a request: {data[:30]!r}")
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", data[: head + 2])
    missing = head + 4 + int(length[1] if length else 0) - len(data)
    while missing > 0:
        missing -= len(connection.recv(min(missing, 65536)))
