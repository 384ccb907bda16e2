"""Many small byte strings in few large ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: From this many chunks on those of the changes are written into one again.
_CHUNKS = 64
#: From this part of the first chunk on, what no row has any more is too much to keep.
_STALE = 0.5


@dataclass(frozen=True, slots=True)
class Blobs:
    """Byte strings by row, in chunks: the first may be a mapped file, a change adds a chunk and copies nothing.

    Attributes
    ----------
    chunks : tuple of bytes-like
    chunk, start, length : ndarray, shape (n,)
        Where the string of a row lies.
    """

    chunks: tuple[memoryview, ...]
    chunk: NDArray[np.uint8]
    start: NDArray[np.int64]
    length: NDArray[np.int32]

    @classmethod
    def of(cls, items: Sequence[bytes]) -> Blobs:
        """Return the strings as one chunk."""
        return cls._of_chunk(memoryview(b"".join(items)), lengths_of(items))

    @classmethod
    def joined(cls, parts: Iterable[tuple[bytes, NDArray[np.int32]]]) -> Blobs:
        """Return strings as one chunk, given piece by piece with the lengths of those in each piece."""
        chunk = bytearray()
        lengths = [np.empty(0, dtype=np.int32)]
        for piece, length in parts:
            chunk += piece
            lengths.append(length)
        return cls._of_chunk(memoryview(chunk), np.concatenate(lengths))

    @classmethod
    def _of_chunk(cls, chunk: memoryview, length: NDArray[np.int32]) -> Blobs:
        start = np.zeros(len(length), dtype=np.int64)
        np.cumsum(length[:-1], out=start[1:])
        return cls((chunk,), np.zeros(len(length), dtype=np.uint8), start, length)

    def many(self, rows: Sequence[int]) -> list[bytes]:
        """Return the strings of some rows."""
        at = np.asarray(rows, dtype=np.intp)
        start = self.start[at]
        places = zip(self.chunk[at].tolist(), start.tolist(), (start + self.length[at]).tolist(), strict=True)
        return [bytes(self.chunks[chunk][begin:end]) for chunk, begin, end in places]

    def __getitem__(self, row: int) -> bytes:
        start = int(self.start[row])
        return bytes(self.chunks[self.chunk[row]][start : start + int(self.length[row])])

    def patched(self, size: int, rows: NDArray[np.int32], new: Blobs) -> Blobs:
        """Return a copy of ``size`` rows in which ``rows`` have the strings of ``new``, which are in one chunk."""
        grown = size - len(self.length)
        chunk = np.concatenate((self.chunk, np.zeros(grown, dtype=np.uint8)))
        start = np.concatenate((self.start, np.zeros(grown, dtype=np.int64)))
        length = np.concatenate((self.length, np.zeros(grown, dtype=np.int32)))
        chunk[rows], start[rows], length[rows] = len(self.chunks), new.start, new.length
        patched = Blobs((*self.chunks, *new.chunks), chunk, start, length)
        return patched._compacted() if len(patched.chunks) > _CHUNKS else patched

    @property
    def nbytes(self) -> int:
        """The memory it takes, in bytes."""
        return sum(map(len, self.chunks)) + self.chunk.nbytes + self.start.nbytes + self.length.nbytes

    def _compacted(self) -> Blobs:
        """Return the same strings in two chunks; the first, maybe a mapped file, stays unless half of it is stale."""
        first = self.chunk == 0
        if int(self.length[first].sum()) < (1 - _STALE) * len(self.chunks[0]):
            return Blobs.of([self[row] for row in range(len(self.length))])
        later = np.flatnonzero(~first)
        new = Blobs.of(self.many(later.tolist()))
        chunk, start = self.chunk.copy(), self.start.copy()
        chunk[later], start[later] = 1, new.start
        return Blobs((self.chunks[0], *new.chunks), chunk, start, self.length)


def lengths_of(items: Sequence[bytes]) -> NDArray[np.int32]:
    """Return how long strings are."""
    return np.fromiter(map(len, items), dtype=np.int32, count=len(items))
