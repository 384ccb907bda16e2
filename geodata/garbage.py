"""Memory while a great many objects are made: fewer rounds of the garbage collector, and what is free given back."""

from __future__ import annotations

import ctypes
import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

#: New objects after which the collector looks at them, and how many such rounds pass before it looks at older ones.
#: With Python's own 700, 10 and 10 it takes a third of the time of reading 200,000 sites, and finds nothing.
SELDOM = (100_000, 20, 100)

_lock = threading.Lock()
_inside = 0
_usual = gc.get_threshold()


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Let the collector look seldom until the block ends; blocks may lie within each other and in several threads."""
    global _inside, _usual
    with _lock:
        if not _inside:
            _usual = gc.get_threshold()
            gc.set_threshold(*SELDOM)
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside:
                gc.set_threshold(*_usual)


def give_back_memory() -> None:
    """Give memory that is free back to the system, where the C library can.

    After 200,000 sites were read more lies free among the index's own arrays than these take, and would stay with the
    process for as long as it lives.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's; musl has none
        if trim is not None:
            trim(0)
