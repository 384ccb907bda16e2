"""The file from which a worker starts, shared by all workers of a host: read once, then kept up to date."""

from __future__ import annotations

import hashlib
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from geodata.errors import StationmapError
from geodata.index import SiteIndex
from geodata.index.snapshot import Held, Restored, confirm_snapshot, peek_snapshot, read_snapshot, write_snapshot
from geodata.vocabulary import Vocabulary
from webmap.privacy import describe_exception
from webmap.settings import Settings

log = logging.getLogger(__name__)

#: While the data stays the same, this often its file is noted to be still current.
CONFIRM_S = 10.0


class IndexFile:
    """The snapshot of one store on this host; one for each process, as it may have a thread that writes.

    Parameters
    ----------
    path : Path
    settings : Settings
    vocabulary : Vocabulary
    """

    def __init__(self, path: Path, settings: Settings, vocabulary: Vocabulary) -> None:
        self.path = path
        self._interval = settings.store.snapshot_interval
        self._vocabulary = vocabulary
        self._tz = settings.place.tz
        self._thread: threading.Thread | None = None
        self._tried_at: float | None = None
        self._held: Held | None = None
        self._seen: tuple[int, int] | None = None
        self._failing = False

    @classmethod
    def of(cls, settings: Settings, vocabulary: Vocabulary) -> IndexFile | None:
        """Return the file for the store that is set; ``None`` where that is switched off or no place can be found."""
        folder = snapshot_folder(settings)
        if folder is None:
            return None
        return cls(folder / f"index-{_name(settings)}.snapshot", settings, vocabulary)

    def read(self) -> Restored | None:
        """Return what the file holds; ``None``, with a line in the log, if it is not there or not usable."""
        return read_snapshot(self.path, vocabulary=self._vocabulary, tz=self._tz)

    def holds(self, index: SiteIndex) -> bool:
        """Tell whether the file is of the index's data."""
        held = self._look()
        return held is not None and (held.store_id, held.version) == (index.store_id, index.version)

    def keep(self, index: SiteIndex, lineage: Callable[[], str]) -> None:
        """Write the index, which is known to be current, if it is due; the writing itself goes on in a thread.

        Parameters
        ----------
        index : SiteIndex
        lineage : callable
            Asks the store for the lineage of the index's version.
        """
        if self._thread is not None and self._thread.is_alive():
            return
        held, current, age = self._look(), Held.of(index), self._age()
        if held is not None and self.holds(index):
            if age is not None and age > CONFIRM_S:
                confirm_snapshot(self.path)
            if set(current.days[-1:]) <= set(held.days):
                return
        waited = self._tried_at is None or time.monotonic() - self._tried_at >= self._interval
        fresh = held is not None and held.store_id == current.store_id and age is not None and age < self._interval
        if waited and not fresh:
            self._tried_at = time.monotonic()
            arguments = (index, lineage())
            self._thread = threading.Thread(target=self._write, args=arguments, name="stationmap-snapshot", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Wait for the thread that writes."""
        if self._thread is not None:
            self._thread.join()

    def _write(self, index: SiteIndex, lineage: str) -> None:
        begun = time.monotonic()
        try:
            if not write_snapshot(index, self.path, lineage=lineage):
                return
        except Exception as error:  # the map goes on without; it is tried again
            if not self._failing:
                log.warning("the index cannot be kept in %s: %s", self.path, _reason(error))
            self._failing = True
        else:
            log.info("wrote the index of version %d to its file in %.1f s", index.version, time.monotonic() - begun)
            self._failing = False

    def _look(self) -> Held | None:
        """Return of which data the file is, looking into it when another one has taken its place."""
        try:
            about = os.stat(self.path)
        except OSError:
            self._seen = self._held = None
            return None
        seen = (about.st_ino, about.st_size)
        if seen != self._seen:
            self._held = peek_snapshot(self.path, vocabulary=self._vocabulary, tz=self._tz)
            self._seen = seen
        return self._held

    def _age(self) -> float | None:
        """Return for how many seconds nobody has noted the file to be current."""
        try:
            return max(0.0, time.time() - self.path.stat().st_mtime)
        except OSError:
            return None


def snapshot_folder(settings: Settings) -> Path | None:
    """Return the folder for snapshots: the one that is set, or this user's folder for such files."""
    chosen = settings.store.snapshot_dir
    if chosen == "off":
        return None
    if chosen:
        return Path(chosen)
    try:
        caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    except RuntimeError:  # a user without a home
        return None
    return Path(caches).absolute() / "stationmap"


def data_folder(settings: Settings) -> Path | None:
    """Return the folder for the files of the open data of the store that is set, beside its snapshot."""
    folder = snapshot_folder(settings)
    return None if folder is None else folder / f"data-{_name(settings)}"


def _name(settings: Settings) -> str:
    return hashlib.sha256(_place(settings.store.database_url).encode()).hexdigest()[:16]


def _place(url: str) -> str:
    """Return what tells one store from another: its address without user and password, a file's whole path."""
    if url.startswith("sqlite:///"):
        return str(Path(url.removeprefix("sqlite:///").partition("?")[0]).absolute())
    return url.rpartition("@")[2]


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, StationmapError | OSError) else describe_exception(error)
