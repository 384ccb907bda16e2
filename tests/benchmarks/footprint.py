"""What memory an import with further processes takes, and that it does not grow with the file.

Run with ``python -m tests.benchmarks.footprint [MB ...]``; by default lists of 30 and 90 MB. Told is the peak of
all processes together, what they share counted once.
"""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.importing import COLUMNS, cells
from tests.benchmarks.machine import footprint_mb
from tests.benchmarks.national import sites
from tests.postgres import PostgisServer

_STEP_S = 0.2
#: Makes rows of some kilobytes: as much text as a list of places has room for.
_NOTE = "门口有蓝色标牌，进门登记后可以休息、饮水、充电和热饭。" * 30
PROGRAM = """
import sys
from pathlib import Path
from geodata.store import open_store
from importers.sites import import_sites
if __name__ == "__main__":
    store = open_store(sys.argv[1])
    store.upgrade()
    print(import_sites(store, Path(sys.argv[2]), datum="wgs84", source="bench", processes=2).rows.to_json())
"""


def write_list(path: Path, megabytes: int) -> int:
    """Write a list of this size, of at least as many rows as further processes are started for; returns the rows."""
    rows = max(20_000, megabytes * 1_000_000 // (len(_NOTE.encode()) + 150))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow((*COLUMNS, "note"))
        writer.writerows((*cells(number, site), _NOTE) for number, site in enumerate(sites(rows)))
    return rows


def peak_mb(program: Path, url: str, path: Path) -> float:
    """Import a list by a process of its own, and return the greatest sum of its memory and that of its children."""
    peak = 0.0
    with subprocess.Popen([sys.executable, str(program), url, str(path)], stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, footprint_mb(process.pid))
            time.sleep(_STEP_S)
        if process.returncode:
            raise SystemExit(f"the import ended with {process.returncode}")
    return peak


def main() -> None:
    """Print the peak for each size."""
    sizes = [int(word) for word in sys.argv[1:]] or [30, 90]
    server = PostgisServer()
    try:
        server.start()
        with tempfile.TemporaryDirectory() as folder:
            program, path = Path(folder) / "program.py", Path(folder) / "places.csv"
            program.write_text(PROGRAM, encoding="utf-8")
            for size in sizes:
                rows = write_list(path, size)
                url = server.create_database()
                peak = peak_mb(program, url, path)
                server.drop_database(url)
                sys.stdout.write(f"{size} MB, {rows:,} rows: peak {peak:.0f} MB\n")
    finally:
        server.remove()


if __name__ == "__main__":
    main()
