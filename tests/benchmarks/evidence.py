"""Evidence of all China into PostGIS: how long the importer of ratings takes, and whether it grows with the list alone.

Run with ``python -m tests.benchmarks.evidence [PIECES [SITES]]``; by default 100,000 pieces over 20,000 sites. A tenth
of the pieces is imported first: seconds a piece should be those of the rest.
"""

from __future__ import annotations

import csv
import random
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from geodata.sites import SourceRef
from geodata.store import BatchInfo, NewSite, Store, open_store
from importers.ratings import import_ratings
from tests.benchmarks.importing import prepared_database
from tests.benchmarks.machine import processor_s
from tests.benchmarks.national import sites
from tests.postgres import PostgisServer

TODAY = date(2026, 11, 21)
HEADINGS = ("站点编号", "评价类型", "评分", "评价数", "日期", "评价名称")


def write_pieces(path: Path, numbers: Sequence[int], count: int) -> None:
    """Write some of the pieces of evidence about so many sites."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for number in numbers:
            day = TODAY - timedelta(number % 2_000)
            kind = ("star", "inspection", "review")[number % 3]
            value = (1 + number % 5, number % 101, number % 50 / 10)[number % 3]
            # Each piece of a site has a name of its own: none replaces another.
            name = f"评价{number // count}"
            writer.writerow((f"k{number % count}", kind, value, 1 + number % 300, day.isoformat(), name))


def fill(store: Store, count: int) -> None:
    """Add sites that have keys of a source."""
    with store.write(BatchInfo("sites", "bench", "list")) as writer:
        writer.add([NewSite(site, (SourceRef("list", f"k{number}"),)) for number, site in enumerate(sites(count))])


def measured(server: PostgisServer, store: Store, path: Path, pieces: int) -> float:
    """Import a list and tell what it took; returns seconds of the processors."""
    begun, here, there = time.perf_counter(), time.process_time(), processor_s(server.pid or 0)
    report = import_ratings(store, path, source="bench", today=TODAY)
    took = time.perf_counter() - begun
    here, there = time.process_time() - here, processor_s(server.pid or 0) - there
    if report.rows.created != pieces:
        raise SystemExit(f"{report.rows.to_json()} of {pieces}")
    sys.stdout.write(
        f"{pieces:,} pieces: {took:.1f} s; of the processor {here:.1f} s here, {there:.1f} s in PostgreSQL;"
        f" {(here + there) * 1e6 / pieces:.0f} µs a piece\n"
    )
    return here + there


def main() -> None:
    """Print times, memory, and how much longer a piece takes in the long list than in the short one."""
    given = [int(word) for word in sys.argv[1:3]]
    pieces, count = [*given, *(100_000, 20_000)[len(given) :]]
    server = PostgisServer()
    try:
        server.start()
        store = open_store(prepared_database(server))
        fill(store, count)
        short = pieces // 10
        order = random.Random(7).sample(range(pieces), pieces)  # in no order of the sites
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "pieces.csv"
            write_pieces(path, order[:short], count)
            first = measured(server, store, path, short) / short
            write_pieces(path, order[short:], count)
            rest = measured(server, store, path, pieces - short) / (pieces - short)
        store.dispose()
    finally:
        server.remove()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    sys.stdout.write(f"a piece of the long list takes {rest / first:.2f} × that of the short one; peak {peak:.0f} MB\n")


if __name__ == "__main__":
    main()
