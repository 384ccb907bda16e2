"""What the benchmarks of single questions share: an index of generated sites, and times in percentiles."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping

import numpy as np

from geodata.index import SiteIndex
from tests.benchmarks.national import sites
from tests.indexes import NOON, index_of

ROUNDS = 20


def national_index() -> SiteIndex:
    """Return an index of as many sites as the command line says, 200,000 by default, with this day worked out."""
    index = index_of(*sites(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000))
    index.prepare(NOON)
    return index


def report(questions: Mapping[str, Callable[[], object]]) -> None:
    """Ask each question several times; print its processor time in milliseconds, and the percentiles of all."""
    every: list[float] = []
    for name, ask in questions.items():
        times = []
        for _ in range(ROUNDS):
            start = time.process_time()
            ask()
            times.append(1000 * (time.process_time() - start))
        every += times
        print(f"{name:32} median {np.median(times):6.1f} ms  worst {max(times):6.1f} ms")
    p50, p95, p99 = np.percentile(every, (50, 95, 99))
    print(f"{'all':32} p50 {p50:.1f} ms  p95 {p95:.1f} ms  p99 {p99:.1f} ms")
