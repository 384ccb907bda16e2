"""The store of a web worker, for what cannot be answered from the index: staff, and everything that is written."""

from __future__ import annotations

import os
import threading

from flask import Flask, current_app

from geodata.store import Store, open_store
from webmap.settings import Settings

#: Somebody waits for the answer: what takes longer is told as "not available".
LIMITS = {"connect_timeout_s": 3.0, "statement_timeout_s": 10.0, "busy_timeout_s": 5.0, "pool_size": 4}


class WorkerStore:
    """Opens the store when it is needed first, in the process that needs it and never before a fork.

    Parameters
    ----------
    settings : Settings
    """

    def __init__(self, settings: Settings) -> None:
        self._url = settings.store.database_url
        self._lock = threading.Lock()
        self._store: Store | None = None
        self._pid = 0

    def get(self) -> Store:
        """Return the store of this process."""
        with self._lock:
            if self._store is None or self._pid != os.getpid():
                self._store, self._pid = open_store(self._url, **LIMITS), os.getpid()
            return self._store


def register_store(app: Flask, settings: Settings) -> None:
    """Give ``app`` a store of its own."""
    app.extensions["stationmap.store"] = WorkerStore(settings)


def worker_store() -> Store:
    """Return the store of the application that answers the present request; nothing is reached before it is used."""
    store: WorkerStore = current_app.extensions["stationmap.store"]
    return store.get()
