"""Keeping worker processes alive: ``serve`` and ``demo`` start one process that does nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from webmap.settings import PREFIX, Settings

#: A worker that ends sooner than this is started again only after a pause.
SOON_S = 5.0
#: Seconds that workers have to give their runs back before they are killed.
PATIENCE_S = 8.0

#: Programs of their own, since they take what no person would give them: the number of workers, their parent.
_KEEPER = [sys.executable, "-c", "import sys; from webmap.keeping import keep; keep(*map(int, sys.argv[1:]))"]
_WORKER = [
    sys.executable,
    "-c",
    "import sys; from webmap.settings import Settings; from webmap.worker import work; "
    "work(Settings.load(), parent=int(sys.argv[1]))",
]


@contextmanager
def workers_beside(settings: Settings) -> Iterator[None]:
    """Have as many workers as are set beside this process, which may fork: no thread is started in it."""
    count = settings.jobs.plan_workers
    if not count:
        yield
        return
    command = [*_KEEPER, str(count), str(os.getpid())]
    keeper = subprocess.Popen(command, env={**os.environ, **_environment(settings)}, start_new_session=True)
    try:
        yield
    finally:
        _end([keeper])


def keep(count: int, parent: int | None = None) -> None:
    """Keep so many workers alive until told to end, or until the process ``parent`` is gone."""
    ending = False

    def end(number: int, frame: object) -> None:
        nonlocal ending
        ending = True

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    command = [*_WORKER, str(os.getpid())]
    began: list[float] = [0.0] * count
    workers: list[subprocess.Popen[bytes] | None] = [None] * count
    while not ending and (parent is None or os.getppid() == parent):
        for place, worker in enumerate(workers):
            gone = worker is None or worker.poll() is not None
            if gone and time.monotonic() - began[place] > SOON_S:
                began[place] = time.monotonic()
                workers[place] = subprocess.Popen(command)
        time.sleep(0.5)
    _end([worker for worker in workers if worker is not None])


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    until = time.monotonic() + PATIENCE_S
    for process in processes:
        try:
            process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _environment(settings: Settings) -> Mapping[str, str]:
    """Return the settings that a worker needs as variables: some came from the command line."""
    values = {
        "database_url": settings.store.database_url,
        "timezone": settings.place.timezone,
        "redis_url": settings.jobs.redis_url.get_secret_value(),
        "queue_file": str(settings.jobs.queue_file or ""),
        "data_dir": settings.reports.data_dir,
        "report_days": str(settings.reports.report_days),
        "worker_silence": str(settings.jobs.worker_silence),
        "log_level": settings.server.log_level,
        "log_format": settings.server.log_format,
    }
    return {PREFIX + name.upper(): value for name, value in values.items()}
