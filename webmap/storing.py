"""The store of a web worker, for what cannot be answered from the index: staff, and everything that is written."""

from __future__ import annotations

import os
import threading

from flask import Flask, current_app, g

from geodata.errors import StoreBusyError
from geodata.store import Store, open_store
from webmap.settings import Settings

#: Somebody waits for the answer: what takes longer is told as "not available".
LIMITS = {"connect_timeout_s": 3.0, "statement_timeout_s": 10.0, "busy_timeout_s": 5.0, "pool_size": 4}

#: A request that finds too many others at the store is refused after this time: it holds a thread while it waits.
TURN_S = 0.3


class WorkerStore:
    """Opens the store when it is needed first, in the process that needs it and never before a fork.

    One thread of the process stays free of it: when the database hangs, that one goes on to answer from the index.

    Parameters
    ----------
    settings : Settings
    """

    def __init__(self, settings: Settings) -> None:
        self._url = settings.store.database_url
        self._lock = threading.Lock()
        self._store: Store | None = None
        self._pid = 0
        self._turns = threading.BoundedSemaphore(max(1, settings.server.threads - 1))

    def take_turn(self) -> None:
        """Let the present request, and few others beside it, use the store.

        Raises
        ------
        StoreBusyError
            If as many requests as may are at it already.
        """
        if not self._turns.acquire(timeout=TURN_S):
            raise StoreBusyError("store_awaited")

    def end_turn(self) -> None:
        """Let another request use the store."""
        self._turns.release()

    def get(self) -> Store:
        """Return the store of this process."""
        with self._lock:
            if self._store is None or self._pid != os.getpid():
                self._store, self._pid = open_store(self._url, **LIMITS), os.getpid()
            return self._store

    def close(self) -> None:
        """Close the connections that this process has."""
        with self._lock:
            if self._store is not None and self._pid == os.getpid():
                self._store.dispose()
            self._store = None


def register_store(app: Flask, settings: Settings) -> None:
    """Give ``app`` a store of its own."""
    store = app.extensions["stationmap.store"] = WorkerStore(settings)

    def release(_: BaseException | None) -> None:
        if g.pop("store_turn", False):
            store.end_turn()

    app.teardown_appcontext(release)


def worker_store() -> Store:
    """Return the store of the application that answers the present request; nothing is reached before it is used.

    Raises
    ------
    StoreBusyError
        If so many other requests are at the store that no thread would be left for what is answered without it.
    """
    store: WorkerStore = current_app.extensions["stationmap.store"]
    if "store_turn" not in g:
        store.take_turn()
        g.store_turn = True
    return store.get()
