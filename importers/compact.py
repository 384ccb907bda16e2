"""What must be kept of every row of a file until its end, in few bytes: keys as numbers, unsure rows on disk."""

from __future__ import annotations

import pickle
import tempfile
from array import array
from collections.abc import Iterator
from typing import IO, Generic, TypeVar

T = TypeVar("T")
_FEWEST = 1 << 12


class RowsByKey:
    """The first row of every key, some 30 bytes each; a dictionary takes ten times as much.

    Of a key its 64-bit hash is kept, in a table of open addressing: that two of a million keys share one happens in one
    of forty million files.
    """

    def __init__(self) -> None:
        self._hashes = array("q", bytes(8 * _FEWEST))
        self._rows = array("q", bytes(8 * _FEWEST))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, key: object) -> bool:
        return self._hashes[self._place(_hash(key))] != 0

    def setdefault(self, key: str, row: int) -> int:
        """Return the first row that had a key; that is this one if none had."""
        hashed, hashes = hash(key) or 1, self._hashes
        mask = len(hashes) - 1
        at = hashed & mask
        while (there := hashes[at]) and there != hashed:  # as _place does: a call for each row takes longer
            at = (at + 1) & mask
        if there:
            return self._rows[at]
        hashes[at], self._rows[at] = hashed, row
        self._count += 1
        if 3 * self._count > 2 * mask:
            self._grow()
        return row

    def _place(self, hashed: int) -> int:
        """Return where a hash stands or, if it does not, where it would."""
        hashes = self._hashes
        mask = len(hashes) - 1
        at = hashed & mask
        while (there := hashes[at]) != hashed and there:
            at = (at + 1) & mask
        return at

    def _grow(self) -> None:
        hashes, rows = self._hashes, self._rows
        self._hashes = array("q", bytes(16 * len(hashes)))
        self._rows = array("q", bytes(16 * len(rows)))
        for hashed, row in zip(hashes, rows, strict=True):
            if hashed:
                at = self._place(hashed)
                self._hashes[at], self._rows[at] = hashed, row


def _hash(key: object) -> int:
    return hash(key) or 1


class Spool(Generic[T]):
    """A queue that is kept in a nameless temporary file, to be read once, in the order of writing."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def append(self, item: T) -> None:
        """Add an item."""
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="stationmap-")  # noqa: SIM115 - closed when all is read
        pickle.dump(item, self._file, pickle.HIGHEST_PROTOCOL)
        self._count += 1

    def __iter__(self) -> Iterator[T]:
        if self._file is None:
            return
        with self._file as file:
            file.seek(0)
            for _ in range(self._count):
                yield pickle.load(file)  # what this process has written itself
        self._file, self._count = None, 0
