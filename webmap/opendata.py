"""The files of the open data: made in a process of their own, kept beside the index's file, sent from there.

A file belongs to one version of the data. It is made when someone first looks at the page or asks for it, and stays
until one of a newer version is there: it can be had while the database is down.
"""

from __future__ import annotations

import gzip
import hashlib
import logging
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from geodata.errors import StationmapError
from geodata.messages import Lang
from webmap.settings import Settings

if TYPE_CHECKING:
    from geodata.index import SiteIndex

log = logging.getLogger(__name__)

#: Format → its media type, in the order in which they are offered.
FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
}
#: Formats with headings and words of a language; the others have codes.
WORDED = ("xlsx", "csv")
#: Kept compressed as well: these are sent so to whoever takes it.
PACKED = ("csv", "geojson")
#: While the data changes, a file that is not older is sent as it is.
FRESH_S = 60.0
#: After a failure, nothing is tried for so long.
PAUSE_S = 10.0
LONGEST_S = 900.0

_COMMAND = [sys.executable, "-c", "from webmap.opendata import main; main()"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file: the code of its area (empty: all places), its format, its language."""

    area: str
    format: str
    lang: Lang

    @property
    def stem(self) -> str:
        """What its name has in every version."""
        return f"{self.area or 'all'}-{self.lang if self.format in WORDED else 'codes'}"


@dataclass(frozen=True, slots=True)
class Ready:
    """A file that is there."""

    path: Path
    made_at: float
    current: bool

    @property
    def packed(self) -> Path | None:
        """The same in gzip, where that is kept."""
        path = self.path.with_name(f"{self.path.name}.gz")
        return path if path.is_file() else None


class OpenData:
    """What an application keeps of its open data.

    Parameters
    ----------
    folder : Path, optional
        Where the files are kept; without it in a folder that is gone with the process.
    settings : Settings
    """

    def __init__(self, folder: Path | None, settings: Settings) -> None:
        self._given = folder
        self._settings = settings
        self._lock = threading.Lock()
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._thread: threading.Thread | None = None
        self._failed_at: float | None = None

    @property
    def folder(self) -> Path:
        """The folder, which is made if it is not there."""
        if self._given is not None:
            self._given.mkdir(mode=0o700, parents=True, exist_ok=True)
            return self._given
        with self._lock:
            if self._temporary is None:
                self._temporary = tempfile.TemporaryDirectory(prefix="stationmap-data-")
            return Path(self._temporary.name)

    @property
    def failed(self) -> bool:
        """Whether the last file could not be made."""
        return self._failed_at is not None

    def find(self, index: SiteIndex, wanted: Wanted) -> Ready | None:
        """Return a file: of the index's data, or else the last one that was made."""
        tag = _tag(index)
        found = []
        for path in self.folder.glob(f"*-{wanted.stem}.{wanted.format}"):
            try:
                found.append(Ready(path, path.stat().st_mtime, path.name.startswith(f"{tag}-")))
            except FileNotFoundError:  # a newer one has just taken its place
                continue
        return max(found, key=lambda ready: (ready.current, ready.made_at), default=None)

    def prepare(self, index: SiteIndex, wanted: Iterable[Wanted]) -> None:
        """Have those files made that are not there, or too old; returns at once."""
        missing = [each for each in wanted if not _good(self.find(index, each))]
        if not missing:
            return
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return
            if self._failed_at is not None and time.monotonic() - self._failed_at < PAUSE_S:
                return
            job = self._job(index, missing)
            self._thread = threading.Thread(target=self._make, args=(job,), name="stationmap-data", daemon=True)
        self._thread.start()

    def wait(self, timeout_s: float) -> None:
        """Wait for what is being made."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _job(self, index: SiteIndex, wanted: list[Wanted]) -> bytes:
        vocabulary = self._settings.place.vocabulary
        folder = self._given or (self._temporary and self._temporary.name)
        return orjson.dumps(
            {
                "database_url": self._settings.store.database_url,
                "vocabulary": str(vocabulary) if vocabulary else None,
                "folder": str(folder),
                "tag": _tag(index),
                "wanted": [[each.area, each.format, each.lang] for each in wanted],
            }
        )

    def _make(self, job: bytes) -> None:
        try:
            done = subprocess.run(_COMMAND, input=job, capture_output=True, timeout=LONGEST_S, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            self._failed_at = time.monotonic()
            log.error("the files of the open data could not be made: %s", type(error).__name__)
            return
        if done.returncode:
            self._failed_at = time.monotonic()
            lines = done.stderr.decode(errors="replace").strip().splitlines()
            log.error("the files of the open data could not be made: %s", lines[-1] if lines else done.returncode)
        else:
            self._failed_at = None


def _good(ready: Ready | None) -> bool:
    return ready is not None and (ready.current or time.time() - ready.made_at < FRESH_S)


def _tag(index: SiteIndex) -> str:
    return hashlib.sha256(f"{index.store_id}-{index.version}".encode()).hexdigest()[:16]


def main() -> None:
    """Make the files that standard input asks for; what this process is for."""
    try:
        make_files(orjson.loads(sys.stdin.buffer.read()))
    except StationmapError as error:
        sys.exit(str(error))


def make_files(job: dict[str, Any]) -> None:
    """Make files, one process of the host at a time; those that are there by then are left alone."""
    import fcntl

    from geodata.store import open_store
    from geodata.vocabulary import load_vocabulary
    from webmap.exports import Selection, export_sites

    folder = Path(job["folder"])
    vocabulary = load_vocabulary(Path(job["vocabulary"]) if job["vocabulary"] else None)
    with (folder / "making.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with open_store(job["database_url"]) as store:
            for area, format_, lang in job["wanted"]:
                wanted = Wanted(area, format_, lang)
                name = f"{wanted.stem}.{format_}"
                path = folder / f"{job['tag']}-{name}"
                if path.is_file():
                    continue
                # Not yet under its name: a file that is found has its compressed one beside it.
                with tempfile.TemporaryDirectory(prefix=".making-", dir=folder) as passing:
                    made = Path(passing) / path.name
                    export_sites(store, made, selection=Selection(area or None), lang=lang, vocabulary=vocabulary)
                    if format_ in PACKED:
                        _pack(made).replace(path.with_name(f"{path.name}.gz"))
                    made.replace(path)
                _tidy(folder, name, path.name)


def _pack(path: Path) -> Path:
    packed = path.with_name(f"{path.name}.gz")
    with path.open("rb") as source, gzip.open(packed, "wb", compresslevel=6) as target:
        shutil.copyfileobj(source, target)
    return packed


def _tidy(folder: Path, name: str, kept: str) -> None:
    """Remove what the file of a newer version replaces; who is being sent it goes on reading."""
    for path in folder.glob(f"*-{name}*"):
        if not path.name.startswith(kept):
            path.unlink(missing_ok=True)
