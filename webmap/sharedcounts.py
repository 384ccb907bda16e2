"""Counts that all worker processes of a host add to: one table in memory, made before they are forked.

It holds no address: a client stands there as a keyed digest, until the window of its count has passed and someone else
needs the cell. A worker that is killed leaves nothing locked, for the system gives a dead process's locks back.
"""

from __future__ import annotations

import fcntl
import hashlib
import mmap
import os
import struct
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

#: Digest of who is counted, when the window ends (seconds since 1970), count.
_CELL = struct.Struct("=8sQQ")
#: So many cells may be a client's. Where all are taken by others, it shares the first of them with one of these.
_PLACES = 8
#: Cells for each client to be told apart, so that few have to share.
_SPACE = 2


class SharedCounts:
    """A table of counts for fixed windows of time, of a fixed size; processes forked after it was made share it.

    Parameters
    ----------
    most : int
        Clients that are told apart at a time, about.
    """

    def __init__(self, most: int) -> None:
        self._cells = _SPACE * most + _PLACES
        self._table = mmap.mmap(-1, self._cells * _CELL.size)
        self._file = tempfile.TemporaryFile(prefix="stationmap-limits-")  # noqa: SIM115  it is there to be locked
        self._thread = threading.Lock()
        self._key = os.urandom(16)

    def add(self, who: str, span: int) -> int:
        """Add one to the count of ``who`` in the present window of ``span`` seconds, and return it."""
        now = int(time.time())
        end = (now // span + 1) * span
        digest = hashlib.blake2b(f"{span}/{who}".encode(), digest_size=16, key=self._key).digest()
        first = int.from_bytes(digest[8:], "big") % (self._cells - _PLACES + 1)
        with self._thread:
            fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                return self._add(digest[:8], first, end, now)
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)

    def _add(self, digest: bytes, first: int, end: int, now: int) -> int:
        free, count = None, 0
        for cell in range(first, first + _PLACES):
            held, until, counted = _CELL.unpack_from(self._table, cell * _CELL.size)
            if held == digest and until == end:
                free, count = cell, counted
                break
            if free is None and until <= now:
                free = cell
        if free is None:
            free = first
            digest, end, count = _CELL.unpack_from(self._table, first * _CELL.size)
        _CELL.pack_into(self._table, free * _CELL.size, digest, end, count + 1)
        return count + 1

    def close(self) -> None:
        """Give the memory back."""
        self._table.close()
        self._file.close()


_counts: SharedCounts | None = None


@contextmanager
def shared_counts(most: int) -> Iterator[None]:
    """Let all processes that are forked within count together.

    Parameters
    ----------
    most : int
        Clients that are told apart at a time, about.
    """
    global _counts  # as the processes that are forked find it
    before, _counts = _counts, SharedCounts(most)
    try:
        yield
    finally:
        _counts.close()
        _counts = before


def present_counts() -> SharedCounts | None:
    """Return the counts that this process shares with others, if it does."""
    return _counts
