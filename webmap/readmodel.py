"""The site index of a worker process, and the thread that keeps it up to date."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from geodata.errors import StationmapError, StoreUnavailableError, ValueUnusableError
from geodata.index import SiteIndex
from geodata.store import Store, open_store
from geodata.vocabulary import Vocabulary
from webmap.indexfile import IndexFile
from webmap.memory import release_memory
from webmap.privacy import describe_exception
from webmap.settings import Settings
from webmap.streetfiles import StreetFiles

if TYPE_CHECKING:
    from geodata.streets import Walks

log = logging.getLogger(__name__)

#: How long the very first request of a process may wait for the first load.
FIRST_WAIT_S = 0.8
#: Data that was not confirmed for so long, or for five looks, counts as old.
LATE_S = 5.0
#: A look for new data gives up soon: nobody waits for it, but until it ends there is no next one.
READER_LIMITS = {"connect_timeout_s": 2.0, "statement_timeout_s": 10.0, "busy_timeout_s": 2.0, "pool_size": 1}


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
        self._streets_failing = False
        #: Told at every look of the bytes that streets take, by part.
        self.streets_observer: Callable[[dict[str, int]], None] | None = None
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
        self._file = IndexFile.of(self._settings, self._vocabulary)
        self._mapped = False
        self._unproven: str | None = None
        self._streets = StreetFiles(None if self._file is None else self._file.path)

    @property
    def walks(self) -> Walks | None:
        """Ways on foot along the streets that are loaded; ``None`` without any."""
        return self._streets.walks

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

    @property
    def ready(self) -> bool:
        """Whether there is an index to answer from."""
        return self._index is not None

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

    def wait_first(self, timeout_s: float) -> bool:
        """Wait until data is loaded, or could not be; return whether it is."""
        self._tried.wait(timeout_s)
        return self._index is not None

    def stop(self) -> None:
        """End the thread and close the store."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        if self._file is not None:
            self._file.stop()
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
                if self._index is None:
                    self._restore()
                if self._store is None:
                    self._store = open_store(self._settings.store.database_url, **READER_LIMITS)
                replaced = self._follow(self._store)
                self._follow_streets(self._store)
            except Exception as error:
                self._failure = type(error).__name__
                self._observed(time.monotonic() - begun, error)
                raise
            finally:
                self._tried.set()
            self._observed(time.monotonic() - begun, None)
            if replaced:
                release_memory()

    def _restore(self) -> None:
        """Take the data that the host's file holds, until the store answers."""
        self._streets.restore()
        restored = None if self._file is None else self._file.read()
        if restored is not None:
            index = restored.index.dated(self._clock())
            index.prepare(self._clock())
            self._checked_at = time.monotonic() - max(0.0, time.time() - restored.known_current)
            self._unproven, self._mapped = restored.lineage, True
            self._index = index
            self._tried.set()
            log.info("started from the file of the index, version %d", restored.index.version)

    def _follow(self, store: Store) -> bool:
        """Bring the index to the store's present version, and the file to the index.

        Returns whether all of the index was made anew, which leaves much memory free.
        """
        index, mapped = self._index, self._mapped
        loaded = False
        if index is None or not self._of_this_store(index, store):
            tz = self._settings.place.tz
            today = self._clock().astimezone(tz).date()
            index = SiteIndex.load(store, vocabulary=self._vocabulary, tz=tz, today=today)
            self._mapped = False
            loaded = True
        else:
            index = index.refreshed(store)
        self._unproven = None
        if index is self._index and not self._mapped:
            index = self._shared(index)
        # Scores change with the day, and what its first question needs is ready before anyone asks it.
        index = index.dated(self._clock())
        index.prepare(self._clock())
        self._failure, self._checked_at = "", time.monotonic()
        self._index = index
        if self._file is not None:
            self._file.keep(index, lambda: store.lineage(index.version))
        return loaded or self._mapped != mapped

    def _follow_streets(self, store: Store) -> None:
        """Bring the streets to those of the store; the map goes on without if they are unusable."""
        index = self._index
        if index is None:
            return
        try:
            self._streets.follow(store, index.store_id, index.version)
        except ValueUnusableError as error:
            if not self._streets_failing:
                log.error("the streets cannot be used: %s", error)
            self._streets_failing = True
        else:
            self._streets_failing = False
        if self.streets_observer is not None:
            self.streets_observer(self._streets.memory())

    def _shared(self, index: SiteIndex) -> SiteIndex:
        """Return the same data from the host's file, if it is there: all workers then share the memory it takes."""
        if self._file is None or not self._file.holds(index):
            return index
        self._mapped = True
        restored = self._file.read()
        if restored is None or (restored.index.store_id, restored.index.version) != (index.store_id, index.version):
            return index
        return restored.index

    def _of_this_store(self, index: SiteIndex, store: Store) -> bool:
        """Tell whether an index from a file shows what the store had at its version.

        It does not where a backup was put back in between: the versions after it were given out a second time.
        """
        return self._unproven is None or self._unproven == store.lineage(index.version)

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
        late = age > max(LATE_S, 5 * self._interval)
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
