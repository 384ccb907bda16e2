"""Numbers for Prometheus at ``/metrics``, right over several worker processes, and without anything about a person.

Workers share a folder in which each keeps its numbers in files of its own (the client library's multiprocess mode);
the worker that is asked adds them up. The server makes the folder before it starts workers and removes it at the end.
"""

from __future__ import annotations

import glob
import ipaddress
import os
import re
import shutil
import struct
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, Response, abort, request

from webmap.settings import Network

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.metrics_core import Metric

    from geodata.index import SiteIndex

#: The client library reads it when it is imported, and only from the environment.
FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"

#: Upper ends of the classes of latency, seconds: small answers take well below a millisecond.
LATENCIES_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)

#: Requests by any other method are counted together: clients may invent methods without end.
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})

#: How often the files of the workers are read until all are whole, and how long each time is waited.
_TRIES, _PAUSE_S = 5, 0.05

_CHECKED = "stationmap_data_checked_timestamp_seconds"


@contextmanager
def shared_folder() -> Iterator[None]:
    """Let all processes that are started within share their numbers.

    Enter it before the client library is imported. The folder is removed at the end.
    """
    folder = tempfile.mkdtemp(prefix=f"stationmap-metrics-{os.getpid()}-")
    before = os.environ.get(FOLDER_VARIABLE)
    os.environ[FOLDER_VARIABLE] = folder
    try:
        yield
    finally:
        if before is None:
            del os.environ[FOLDER_VARIABLE]
        else:
            os.environ[FOLDER_VARIABLE] = before
        shutil.rmtree(folder, ignore_errors=True)


class Metrics:
    """The numbers of one process, and how those of all processes are told.

    Parameters
    ----------
    version : str
        Of the program.
    """

    def __init__(self, version: str) -> None:
        # Here and not at the top: the library decides at its import whether processes share their numbers.
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        registry = CollectorRegistry()
        self._registry = registry
        self._version = version
        self._requests = Counter(
            "stationmap_requests",
            "Requests by route, method and status",
            ("route", "method", "status"),
            registry=registry,
        )
        self._latency = Histogram(
            "stationmap_request_seconds",
            "Time in the application by route",
            ("route",),
            buckets=LATENCIES_S,
            registry=registry,
        )
        self._refreshes = Counter(
            "stationmap_refreshes",
            "Looks for new data: unchanged, changed (new data is shown) or failed",
            ("result",),
            registry=registry,
        )
        for result in ("unchanged", "changed", "failed"):
            self._refreshes.labels(result)
        self._refresh_seconds = Gauge(
            "stationmap_last_change_seconds",
            "How long it took to take in the newest data; the slowest worker",
            registry=registry,
            multiprocess_mode="livemax",
        )
        self._checked = Gauge(
            _CHECKED,
            "When the data was last known to be current; the worker that is furthest behind",
            registry=registry,
            multiprocess_mode="livemin",
        )
        self._data_version = Gauge(
            "stationmap_data_version",
            "The data version that is shown; the worker that is furthest behind",
            registry=registry,
            multiprocess_mode="livemin",
        )
        self._sites = Gauge(
            "stationmap_sites", "Sites in the index of a worker", registry=registry, multiprocess_mode="livemax"
        )
        self._memory = Gauge(
            "stationmap_index_bytes",
            "Memory of the index by part, all workers together",
            ("part",),
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._streets = Gauge(
            "stationmap_streets_bytes",
            "Memory of streets by part, all workers together; networks are mapped from one file that workers share",
            ("part",),
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._workers = Gauge(
            "stationmap_workers", "Worker processes with data", registry=registry, multiprocess_mode="livesum"
        )
        self._index: SiteIndex | None = None
        self._known: dict[tuple[str, str, str], tuple[Counter, Histogram]] = {}

    def request(self, route: str, method: str, status: str, seconds: float) -> None:
        """Count a request.

        Parameters
        ----------
        route : str
            The template of the address, such as ``/s/<code>``.
        method, status : str
        seconds : float
            How long it took.
        """
        key = (route, method, status)
        found = self._known.get(key)
        if found is None:
            method = method if method in METHODS else "other"
            found = self._requests.labels(route, method, status), self._latency.labels(route)
            if method in METHODS:
                self._known[key] = found
        found[0].inc()
        found[1].observe(seconds)

    def refreshed(self, index: SiteIndex | None, seconds: float, error: BaseException | None) -> None:
        """Note a look for new data.

        Parameters
        ----------
        index : SiteIndex, optional
            What is shown now.
        seconds : float
            How long the look took.
        error : BaseException, optional
            Why it failed.
        """
        changed = index is not self._index
        self._refreshes.labels("failed" if error else "changed" if changed else "unchanged").inc()
        if error is not None or index is None:
            return
        self._checked.set(time.time())
        if changed:
            self._index = index
            self._workers.set(1)
            self._refresh_seconds.set(seconds)
            self._data_version.set(index.version)
            self._sites.set(index.size)
            for part, size in index.memory().items():
                self._memory.labels(part).set(size)

    def streets(self, memory: Mapping[str, int]) -> None:
        """Note the bytes that streets take, by part."""
        for part, size in memory.items():
            self._streets.labels(part).set(size)

    def text(self) -> bytes:
        """Return the numbers of all processes in Prometheus' text format."""
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        folder = os.environ.get(FOLDER_VARIABLE)
        if not folder:
            return bytes(generate_latest(_WithAge(self._registry, self._version)))
        forget_ended_processes(Path(folder))
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]
        for _ in range(_TRIES - 1):
            # A worker that has just been started may be in the middle of making its files.
            with suppress(OSError, ValueError, struct.error):
                return bytes(generate_latest(_WithAge(registry, self._version)))
            time.sleep(_PAUSE_S)
        return bytes(generate_latest(_WithAge(registry, self._version)))


class _WithAge:
    """A registry with what is known only when it is asked for: the age of the data; and the program's version."""

    def __init__(self, registry: CollectorRegistry, version: str) -> None:
        self._registry = registry
        self._version = version

    def collect(self) -> Iterator[Metric]:
        from prometheus_client.metrics_core import GaugeMetricFamily

        for metric in self._registry.collect():
            yield metric
            if metric.name == _CHECKED and metric.samples and metric.samples[0].value:
                age = max(0.0, time.time() - metric.samples[0].value)
                text = "Seconds since the data was last known to be current; the worker that is furthest behind"
                yield GaugeMetricFamily("stationmap_data_age_seconds", text, value=round(age, 3))
        program = GaugeMetricFamily("stationmap_build", "The program", labels=("version",))
        program.add_metric((self._version,), 1)
        yield program


def forget_ended_processes(folder: Path) -> None:
    """Remove the present values of workers that are no more; what they have counted stays counted."""
    from prometheus_client.multiprocess import mark_process_dead

    pids = {
        int(found[1])
        for path in glob.glob(str(folder / "gauge_live*_*.db"))
        if (found := re.search(r"_(\d+)\.db$", path))
    }
    for pid in pids:
        try:
            os.kill(pid, 0)
        except OSError:  # there is none, or one of someone else, to which the number was given anew
            mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]


def register_metrics(app: Flask, metrics: Metrics, allowed: tuple[Network, ...], *, behind_proxy: bool) -> None:
    """Add ``/metrics`` to ``app`` for clients in the networks ``allowed``; for others there is no such page.

    Parameters
    ----------
    app : Flask
    metrics : Metrics
    allowed : tuple of networks
    behind_proxy : bool
        Whether a proxy is trusted. Where none is, a request that came through one is refused: its address is the
        proxy's, and often that of this machine.
    """

    def view() -> Response:
        if not behind_proxy and ("X-Forwarded-For" in request.headers or "Forwarded" in request.headers):
            abort(404)
        if not is_within(request.remote_addr or "", allowed):
            abort(404)
        response = Response(metrics.text(), content_type="text/plain; version=0.0.4; charset=utf-8")
        response.headers["Cache-Control"] = "no-store"
        return response

    app.add_url_rule("/metrics", endpoint="metrics", view_func=view)


def is_within(address: str, networks: tuple[Network, ...]) -> bool:
    """Return whether an address lies in one of the networks."""
    try:
        parsed: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return any(parsed in network for network in networks)
