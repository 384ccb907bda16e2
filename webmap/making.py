"""Files that are made by a process of their own, since what makes them is too heavy for a web worker.

A request that misses a file begins the process and goes on; the file is there for a later one, and stays while the
database is away.
"""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from geodata.errors import StationmapError

log = logging.getLogger(__name__)

#: While the data changes, a file that is not older is taken as it is.
FRESH_S = 60.0
#: After a failure, nothing is tried for so long.
PAUSE_S = 10.0
LONGEST_S = 900.0


class Making:
    """The process that makes files of one sort, for one application; one at a time.

    Parameters
    ----------
    folder : Path, optional
        Where the files are kept; without it in a folder that is gone with this process.
    module : str
        Whose ``main`` the process runs; the job is on its standard input.
    what : str
        What is made, for the log.
    """

    def __init__(self, folder: Path | None, module: str, what: str) -> None:
        self._given = folder
        self._command = [sys.executable, "-c", f"from {module} import main; main()"]
        self._what = what
        self._lock = threading.Lock()
        self._temporary: Path | None = None
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
                self._temporary = Path(tempfile.mkdtemp(prefix="stationmap-data-"))
                # It ends with whoever has it, at the latest with the process.
                weakref.finalize(self, shutil.rmtree, self._temporary, ignore_errors=True)
            return self._temporary

    @property
    def failed(self) -> bool:
        """Whether the last process failed."""
        return self._failed_at is not None

    @property
    def busy(self) -> bool:
        """Whether a process is at work."""
        return self._thread is not None and self._thread.is_alive()

    def begin(self, job: dict[str, Any]) -> None:
        """Begin a process unless one is at work or has just failed; returns at once."""
        with self._lock:
            if self.busy or (self._failed_at is not None and time.monotonic() - self._failed_at < PAUSE_S):
                return
            self._thread = threading.Thread(
                target=self._make, args=(orjson.dumps(job),), name="stationmap-data", daemon=True
            )
            self._thread.start()

    def wait(self, timeout_s: float) -> None:
        """Wait for what is being made."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _make(self, job: bytes) -> None:
        try:
            done = subprocess.run(self._command, input=job, capture_output=True, timeout=LONGEST_S, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            self._failed_at = time.monotonic()
            log.error("%s could not be made: %s", self._what, type(error).__name__)
            return
        if done.returncode:
            self._failed_at = time.monotonic()
            lines = done.stderr.decode(errors="replace").strip().splitlines()
            log.error("%s could not be made: %s", self._what, lines[-1] if lines else done.returncode)
        else:
            self._failed_at = None


def carry_out(make: Callable[[dict[str, Any]], None]) -> None:
    """Do the job that stands on standard input; what such a process is for."""
    try:
        make(orjson.loads(sys.stdin.buffer.read()))
    except StationmapError as error:
        sys.exit(str(error))
