"""The site index of a worker process, and the thread that keeps it up to date."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from geodata.errors import StationmapError, StoreUnavailableError
from geodata.index import SiteIndex
from geodata.store import Store, open_store
from geodata.vocabulary import Vocabulary
from webmap.privacy import describe_exception
from webmap.settings import Settings

log = logging.getLogger(__name__)

#: How long the very first request of a process may wait for the first load.
FIRST_WAIT_S = 1.0


@dataclass(frozen=True, slots=True)
class Health:
    """How a worker stands to its store.

    Attributes
    ----------
    status : str
        ``starting`` until data is loaded first, ``degraded`` while the store fails or does not answer, else ``ok``.
    data_version : int, optional
        The version that is being shown.
    data_age_s : float, optional
        Seconds since the data was last known to be current.
    sites : int
    failure : str
        Class of the error that the store last failed with, or empty.
    """

    status: Literal["ok", "degraded", "starting"]
    data_version: int | None
    data_age_s: float | None
    sites: int
    failure: str


class ReadModel:
    """Holds the index that public reads are answered from.

    The store is opened and the polling thread started by :meth:`start`, in the process that answers requests and never
    before a fork. Readers take one reference to :attr:`index` and use it to the end of the request; the thread swaps
    the reference. When the store fails the last index stays.

    Parameters
    ----------
    settings : Settings
    vocabulary : Vocabulary
    clock : callable
        Returns the present time.
    """

    def __init__(self, settings: Settings, vocabulary: Vocabulary, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._vocabulary = vocabulary
        self._interval = settings.store.refresh_interval
        self._start_lock = threading.Lock()
        self._index: SiteIndex | None = None
        self._checked_at: float | None = None
        self._failure = ""
        #: Told of every look for new data: what is shown, how long the look took, why it failed.
        self.observer: Callable[[SiteIndex | None, float, BaseException | None], None] | None = None
        self._begin()

    def _begin(self) -> None:
        """Make what belongs to one process: a fork inherits the data, but no thread, and no connection it may use."""
        self._pid = os.getpid()
        self._refresh_lock = threading.Lock()
        self._store: Store | None = None
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._tried = threading.Event()

    @property
    def index(self) -> SiteIndex:
        """The present index.

        Raises
        ------
        StoreUnavailableError
            If nothing was loaded yet.
        """
        if self._index is None or self._pid != os.getpid():
            self.start()
            if self._index is None:
                self._tried.wait(FIRST_WAIT_S)
        index = self._index
        if index is None:
            raise StoreUnavailableError("read_model_loading", detail=self._failure)
        return index

    def start(self) -> None:
        """Start the polling thread in this process unless it runs."""
        with self._start_lock:
            if self._pid != os.getpid():
                self._begin()
            if self._thread is None or not self._thread.is_alive():
                self._stopping.clear()
                self._thread = threading.Thread(target=self._poll, name="stationmap-refresh", daemon=True)
                self._thread.start()

    def wait(self, timeout_s: float) -> bool:
        """Wait until data is loaded; return whether it is."""
        deadline = time.monotonic() + timeout_s
        while self._index is None and time.monotonic() < deadline:
            time.sleep(0.02)
        return self._index is not None

    def stop(self) -> None:
        """End the thread and close the store."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        if self._store is not None:
            self._store.dispose()
            self._store = None

    def refresh(self) -> None:
        """Load the index, or bring it up to date, now.

        Raises
        ------
        StationmapError
            If the store cannot be read; the last index stays.
        """
        with self._refresh_lock:
            begun = time.monotonic()
            try:
                if self._store is None:
                    self._store = open_store(self._settings.store.database_url)
                if self._index is None:
                    index = SiteIndex.load(self._store, vocabulary=self._vocabulary, tz=self._settings.place.tz)
                else:
                    index = self._index.refreshed(self._store)
                # What the first question of a day needs is ready before anyone asks it.
                index.prepare(self._clock())
                self._index = index
            except Exception as error:
                self._failure = type(error).__name__
                self._observed(time.monotonic() - begun, error)
                raise
            finally:
                self._tried.set()
            self._failure = ""
            self._checked_at = time.monotonic()
            self._observed(self._checked_at - begun, None)

    def _observed(self, seconds: float, error: BaseException | None) -> None:
        if self.observer is not None:
            self.observer(self._index, seconds, error)

    def health(self) -> Health:
        """Return the present state; never waits for the store."""
        index, checked_at = self._index, self._checked_at
        if index is None or checked_at is None:
            return Health("starting", None, None, 0, self._failure)
        age = time.monotonic() - checked_at
        # A store that hangs raises nothing: too old an answer says the same.
        late = age > max(10.0, 5 * self._interval)
        return Health("degraded" if self._failure or late else "ok", index.version, age, index.size, self._failure)

    def _poll(self) -> None:
        failing = False
        while not self._stopping.is_set():
            try:
                self.refresh()
            except Exception as error:  # whatever it is, the thread goes on: without it the data would stand still
                if not failing:
                    log.error("the store cannot be read, the last data stays: %s", _reason(error))
                failing = True
            else:
                if failing:
                    log.info("the store can be read again")
                failing = False
            self._stopping.wait(self._interval)


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, StationmapError) else describe_exception(error)
