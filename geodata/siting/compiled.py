"""How the kernels of this package are compiled: by numba, cached on disk, without the GIL.

numba's cache needs a place that can be written to. An installed package often lies where it cannot, so the cache goes
to ``NUMBA_CACHE_DIR`` where that is set, else to the user's cache directory, else to the temporary directory.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import ParamSpec, TypeVar, cast

import numba

from geodata.messages import Message

P = ParamSpec("P")
R = TypeVar("R")
log = logging.getLogger("geodata.siting")


def _writable(directory: Path) -> bool:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(directory, os.W_OK | os.X_OK)


@cache
def cache_directory() -> Path:
    """Return the directory in which compiled kernels are kept; it exists and can be written to."""
    if given := os.environ.get("NUMBA_CACHE_DIR"):
        return Path(given)
    base = os.environ.get("XDG_CACHE_HOME")
    home = Path(base) if base else Path(os.path.expanduser("~")) / ".cache"
    user = os.getuid() if hasattr(os, "getuid") else "any"
    for directory in (home / "stationmap" / "numba", Path(tempfile.gettempdir()) / f"stationmap-numba-{user}"):
        if _writable(directory):
            return directory
    return Path(tempfile.mkdtemp(prefix="stationmap-numba-"))


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile ``function`` with numba at its first call and keep the machine code on disk."""
    vars(numba.config)["CACHE_DIR"] = str(cache_directory())
    return cast("Callable[P, R]", numba.njit(cache=True, nogil=True)(function))


def compiled_before() -> bool:
    """Whether kernels are kept on disk already."""
    return any(cache_directory().rglob("*.nbi"))


def announce() -> None:
    """Log that kernels are about to be compiled."""
    log.warning("%s", Message("siting_compiling", {"path": str(cache_directory())}).text("en"))
