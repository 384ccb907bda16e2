"""The index as one file: a worker starts from it within a second, mapped into memory, also while the store is down.

The file is a head (magic, length, checksum), a description in JSON and sections of plain bytes: the arrays and byte
strings of the index, each with its checksum. It holds nothing that could run. What another program version, another
vocabulary or time zone wrote, what is cut short or damaged, and what belongs to another user is left alone.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import mmap
import os
import struct
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from geodata.calendar import WorkCalendar
from geodata.index.lifecycle import Parts
from geodata.index.packing import Packer, Section, Unpacker, UnusableError, mapped
from geodata.index.siteindex import SiteIndex
from geodata.vocabulary import Vocabulary

log = logging.getLogger(__name__)

_MAGIC = b"stationmap-index"
#: Raised when the layout of the file changes; a change of what is in it shows in the digest.
_FORMAT = 1
#: Magic, format, length and checksum of the description, length of the whole file.
_HEAD = struct.Struct("<16sIIIQ")
_ALIGN = 64


@dataclass(frozen=True, slots=True)
class Restored:
    """What a file held.

    Attributes
    ----------
    index : SiteIndex
    lineage : str
        What :meth:`geodata.store.Store.lineage` said of the index's version when it was written.
    known_current : float
        Unix time at which the data was last known to be that of the store.
    """

    index: SiteIndex
    lineage: str
    known_current: float


@dataclass(frozen=True, slots=True)
class Held:
    """Of which data an index or a file is, and the days whose timetables are worked out."""

    store_id: str
    version: int
    days: tuple[date, ...]

    @classmethod
    def of(cls, index: SiteIndex) -> Held:
        """Return it of an index."""
        return cls(index.store_id, index.version, index.prepared_days())


def write_snapshot(index: SiteIndex, path: Path, *, lineage: str) -> bool:
    """Write the index to a file, whole or not at all; at most one process of a host does so at a time.

    Parameters
    ----------
    index : SiteIndex
    path : Path
        Its folder is made if need be, for this user alone.
    lineage : str
        Kept with it (:class:`Restored`).

    Returns
    -------
    bool
        ``False`` if another process is writing.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(path) as first:
        if not first:
            return False
        for left in path.parent.glob(f".{path.name}.*"):  # by a writer that was killed
            left.unlink(missing_ok=True)
        passing = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            _write(index, passing, lineage)
            passing.replace(path)
        finally:
            passing.unlink(missing_ok=True)
        _sync_folder(path.parent)
    return True


def read_snapshot(path: Path, *, vocabulary: Vocabulary, tz: ZoneInfo) -> Restored | None:
    """Return the index of a file; ``None``, with a line in the log, if there is none that can be used.

    Parameters
    ----------
    path : Path
    vocabulary : Vocabulary
    tz : ZoneInfo
        As for :meth:`geodata.index.SiteIndex.load`.
    """
    try:
        return _read(path, vocabulary, tz)
    except FileNotFoundError:
        log.info("there is no snapshot of the index yet")
    except (UnusableError, OSError) as error:
        log.warning("the snapshot %s is not used and will be written anew: %s", path, error)
    return None


def peek_snapshot(path: Path, *, vocabulary: Vocabulary, tz: ZoneInfo) -> Held | None:
    """Return of which data a file is, without looking at the data; ``None`` if it is not to be used."""
    try:
        with path.open("rb") as file:
            content = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        description, _ = _description(content)
        if description["digest"] == _digest(vocabulary, tz):
            return Held(
                description["store_id"], description["version"], tuple(map(date.fromisoformat, description["days"]))
            )
    except (UnusableError, OSError, KeyError, TypeError, ValueError, struct.error):
        pass
    return None


def confirm_snapshot(path: Path) -> None:
    """Note on the file that its data is still that of the store."""
    with suppress(OSError):
        os.utime(path)


def _write(index: SiteIndex, path: Path, lineage: str) -> None:
    parts = index.parts()
    packer = Packer()
    description = {
        "digest": _digest(parts.vocabulary, parts.tz),
        "store_id": parts.store_id,
        "version": parts.version,
        "lineage": lineage,
        "days": [tables.day.isoformat() for tables in parts.timetables],
        "content": packer.pack(
            [
                parts.columns,
                parts.search,
                list(parts.calendar.days),
                list(parts.areas),
                parts.timetables,
                list(parts.organisations),
            ]
        ),
    }
    table, begin = [], 0
    for section in packer.sections:
        table.append([begin, len(section.data), section.dtype, section.shape, zlib.crc32(section.data)])
        begin += _aligned(len(section.data))
    text = orjson.dumps({**description, "sections": table})
    size = _aligned(_HEAD.size + len(text)) + begin
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(_HEAD.pack(_MAGIC, _FORMAT, len(text), zlib.crc32(text), size))
        file.write(text)
        file.write(bytes(_aligned(file.tell()) - file.tell()))
        for section in packer.sections:
            file.write(section.data)
            file.write(bytes(_aligned(len(section.data)) - len(section.data)))
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path, vocabulary: Vocabulary, tz: ZoneInfo) -> Restored:
    with path.open("rb") as file:
        about = os.fstat(file.fileno())
        if about.st_uid not in (os.geteuid(), 0):
            raise UnusableError("it belongs to another user")
        if about.st_size < _HEAD.size:
            raise UnusableError("it is cut short")
        content = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    description, first = _description(content)
    if description["digest"] != _digest(vocabulary, tz):
        raise UnusableError("it was written by another version or with other settings")
    try:
        sections = [
            Section(dtype, shape, content[first + begin : first + begin + size])
            for begin, size, dtype, shape, _ in description["sections"]
        ]
        _check(sections, [checksum for *_, checksum in description["sections"]])
        unpacker = Unpacker([mapped(section) for section in sections])
        columns, search, days, areas, timetables, organisations = unpacker.unpack(description["content"])
        parts = Parts(
            store_id=description["store_id"],
            version=description["version"],
            vocabulary=vocabulary,
            tz=tz,
            columns=columns,
            search=search,
            calendar=WorkCalendar(days),
            areas=tuple(areas),
            timetables=timetables,
            organisations=tuple(organisations),
        )
        return Restored(SiteIndex.restored(parts), description["lineage"], about.st_mtime)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise UnusableError(f"its description does not fit its content ({error!r})") from error


def _description(content: memoryview) -> tuple[Mapping[str, Any], int]:
    """Return the description of a file, checked, and where its sections begin."""
    magic, form, length, checksum, size = _HEAD.unpack_from(content)
    if (magic, form) != (_MAGIC, _FORMAT):
        raise UnusableError("it is no snapshot of this program, or one of another version")
    text = content[_HEAD.size : _HEAD.size + length]
    if size != len(content) or len(text) != length:
        raise UnusableError("it is cut short")
    if zlib.crc32(text) != checksum:
        raise UnusableError("it is damaged")
    found: Mapping[str, Any] = orjson.loads(text)
    return found, _aligned(_HEAD.size + length)


def _check(sections: Sequence[Section], checksums: Sequence[int]) -> None:
    with ThreadPoolExecutor(2) as pool:
        if list(pool.map(zlib.crc32, [section.data for section in sections])) != list(checksums):
            raise UnusableError("it is damaged")


def _aligned(size: int) -> int:
    return -(-size // _ALIGN) * _ALIGN


def _digest(vocabulary: Vocabulary, tz: ZoneInfo) -> str:
    """Return what differs when the same rows would make another index: words, time zone, the program itself."""
    return hashlib.sha256(repr((_program(), vocabulary, tz.key, sys.byteorder)).encode()).hexdigest()


@cache
def _program() -> str:
    # Not the version: a changed attribute of a class makes old files unusable in the midst of a version, too.
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()


@contextmanager
def _alone(path: Path) -> Iterator[bool]:
    """Hold the lock of a file; the value tells whether it was free. The system lets go of it if the process dies."""
    with open(os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600), "wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
