"""A worker: a process of its own that carries out the runs that the queue tells it of, one at a time.

While it computes, a thread tells the store that it is alive and how far it is, and asks whether it is to stop.
Another one sweeps: what lost its worker is delivered again, and old reports are forgotten.
"""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from geodata.errors import StationmapError, StoreError
from geodata.siting.scenario import parse_scenario
from geodata.store import Store, open_store, runs
from webmap.jobs import Queue
from webmap.logs import configure_logging
from webmap.reporting.forgetting import forget_reports
from webmap.settings import Settings

if TYPE_CHECKING:
    from geodata.siting.solving import RunProgress

log = logging.getLogger(__name__)

#: Seconds between two signs of life, and between two sweeps.
BEAT_S, SWEEP_S = 1.0, 3.0
#: Seconds between two looks for reports that are to be forgotten.
FORGET_S = 3600.0
#: How long a worker tries to keep a result while the database is away.
KEEP_TRYING_S = 120.0


class Worker:
    """Carries out runs of one store.

    Parameters
    ----------
    settings : Settings
    """

    def __init__(self, settings: Settings) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._settings = settings
        self._store: Store = open_store(settings.store.database_url)
        self.queue = Queue(settings, self.execute)
        self._ending = threading.Event()
        self._present: int | None = None

    def work(self) -> None:
        """Work until the process is told to end; a run that is under way then goes back to the queue."""
        consumer = self.queue.huey.create_consumer(workers=1, periodic=False, max_delay=1.0, shutdown_timeout=5)
        sweeper = threading.Thread(target=self._sweep, name="sweep", daemon=True)
        sweeper.start()
        log.info("worker %s waits for runs", self.name)
        try:
            consumer.run()
        finally:
            self._ending.set()
            if self._present is not None:
                _quietly(lambda: runs.give_back(self._store, self._present or 0, self.name))
            self.queue.close()
            self._store.dispose()

    def execute(self, run_id: int) -> None:
        """Carry out a run, if it is still to be had."""
        run = runs.claim(self._store, run_id, self.name)
        if run is None:
            return
        log.info("run %d begins (%s), attempt %d", run_id, run.name, run.attempts)
        self._present = run_id
        heart = Heart(self._store, run_id, self.name, self._ending)
        heart.start()
        try:
            from geodata.siting.planning import plan  # brings the solvers

            scenario = parse_scenario(run.scenario)
            made = plan(self._store, scenario, tz=self._settings.place.tz, today=run.today, watch=heart.watch)
            self._keep(run_id, heart, lambda: runs.finish(self._store, run_id, self.name, made))
        except StationmapError as error:
            failure = error  # Python forgets the name at the end of the block
            self._keep(run_id, heart, lambda: runs.fail(self._store, run_id, self.name, failure))
        except Exception:
            number = secrets.token_hex(4)
            log.exception("run %d failed, error id %s", run_id, number)
            unknown = StationmapError("run_failed", id=number)
            self._keep(run_id, heart, lambda: runs.fail(self._store, run_id, self.name, unknown))
        finally:
            heart.stop()
            self._present = None

    def _keep(self, run_id: int, heart: Heart, keep: Callable[[], bool]) -> None:
        """Write down how a run ended; tries again while the database is away."""
        if self._ending.is_set() or heart.lost:
            log.info("run %d is left to another worker", run_id)
            return
        until = time.monotonic() + KEEP_TRYING_S
        while True:
            try:
                log.info("run %d ended%s", run_id, "" if keep() else ", but was given to another worker")
                return
            except StoreError as error:
                if time.monotonic() > until or self._ending.wait(2.0):
                    log.warning("run %d could not be kept and will be run again: %s", run_id, error)
                    return

    def _sweep(self) -> None:
        silent = self._settings.jobs.worker_silence
        forgotten_at = -FORGET_S
        while not self._ending.wait(SWEEP_S):
            found = _quietly(lambda: runs.sweep(self._store, silent_s=silent, waiting_s=silent))
            for run_id in found or []:
                self.queue.deliver(run_id)
            if time.monotonic() - forgotten_at > FORGET_S:
                forgotten_at = time.monotonic()
                _quietly(lambda: forget_reports(self._store, self._settings, datetime.now(UTC)))


class Heart(threading.Thread):
    """Tells the store that a run's worker is alive, and the solver whether to go on."""

    def __init__(self, store: Store, run_id: int, worker: str, ending: threading.Event) -> None:
        super().__init__(name=f"run-{run_id}", daemon=True)
        self._store, self._run_id, self._worker, self._ending = store, run_id, worker, ending
        self._done = threading.Event()
        self._progress: dict[str, Any] = {}
        self._cancelled = False
        self.lost = False

    def watch(self, now: RunProgress) -> bool:
        """Take down where the run stands; return whether it is to go on."""
        self._progress = {
            "stage": now.stage,
            "share": round(now.share, 4),
            "objective": _finite(now.objective),
            "bound": _finite(now.bound),
            "gap": _finite(now.gap),
        }
        return not (self._cancelled or self.lost or self._ending.is_set())

    def run(self) -> None:
        """Beat until the run has ended."""
        while not self._done.wait(BEAT_S):
            orders = _quietly(lambda: runs.beat(self._store, self._run_id, self._worker, self._progress))
            self._cancelled |= orders == "cancel"
            self.lost |= orders == "lost"

    def stop(self) -> None:
        """End the beating."""
        self._done.set()
        self.join()


def work(settings: Settings, *, parent: int | None = None) -> None:
    """Be a worker until told to end, or until the process ``parent`` is gone."""
    configure_logging(settings.server.log_level, settings.server.log_format)
    logging.getLogger("huey").setLevel(logging.WARNING)  # the runs' own lines tell what there is to know
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), name="parent", daemon=True).start()
    Worker(settings).work()


def _end_with(parent: int) -> None:
    """End this process when its parent has ended, however that came about."""
    while os.getppid() == parent:
        time.sleep(1.0)
    os.kill(os.getpid(), signal.SIGTERM)


def _quietly(call: Callable[[], Any]) -> Any:
    """Return what a call returns, ``None`` when the store is away: it is tried again at the next turn."""
    try:
        return call()
    except StoreError as error:
        log.warning("the store does not answer: %s", error)
        return None


def _finite(value: float | None) -> float | None:
    return value if value is not None and abs(value) < float("inf") else None
