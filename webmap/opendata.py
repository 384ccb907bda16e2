"""The files of the open data: made in a process of their own, kept beside the index's file, sent from there.

A file belongs to one version of the data. It is made when someone first looks at the page or asks for it, and stays
until one of a newer version is there: it can be had while the database is down.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geodata.messages import Lang
from webmap.making import FRESH_S, Making, carry_out
from webmap.settings import Settings

if TYPE_CHECKING:
    from geodata.index import SiteIndex

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
        self.making = Making(folder, "webmap.opendata", "the files of the open data")
        self._settings = settings

    def find(self, index: SiteIndex, wanted: Wanted) -> Ready | None:
        """Return a file: of the index's data, or else the last one that was made."""
        tag = _tag(index)
        found = []
        for path in self.making.folder.glob(f"*-{wanted.stem}.{wanted.format}"):
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
        vocabulary = self._settings.place.vocabulary
        self.making.begin(
            {
                "database_url": self._settings.store.database_url,
                "vocabulary": str(vocabulary) if vocabulary else None,
                "folder": str(self.making.folder),
                "tag": _tag(index),
                "wanted": [[each.area, each.format, each.lang] for each in missing],
            }
        )


def _good(ready: Ready | None) -> bool:
    return ready is not None and (ready.current or time.time() - ready.made_at < FRESH_S)


def _tag(index: SiteIndex) -> str:
    return hashlib.sha256(f"{index.store_id}-{index.version}".encode()).hexdigest()[:16]


def main() -> None:
    """Make the files that standard input asks for."""
    carry_out(make_files)


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
