"""How much faster the scores of many sites are computed as columns than one by one, and what the index does daily.

Run with ``python tests/benchmarks/ratings.py [PIECES [SITES]]``; by default 1,000,000 pieces over 200,000 sites. The
formula for single sites is timed on a part of them, in the same run.
"""

from __future__ import annotations

import sys
import time
from datetime import date, timedelta

import numpy as np

from geodata.index.evidence import ratings, read_evidence, scores
from geodata.rating_columns import LEVELS, EvidenceColumns, score_columns
from geodata.ratings import SCHEMES, Evidence, score

TODAY = date(2026, 11, 21)
SEED = 20_260_921
PART = 4_000


def made_up(pieces: int, sites: int) -> EvidenceColumns:
    """Evidence of all schemes over eight years, always the same for one size."""
    rng = np.random.default_rng(SEED)
    scheme = rng.choice(4, pieces, p=(0.3, 0.2, 0.1, 0.4)).astype(np.int8)
    top = np.array([5.0, 100.0, np.nan, 5.0])[scheme]
    return EvidenceColumns(
        site=rng.integers(0, sites, pieces),
        scheme=scheme,
        value=np.round(rng.random(pieces) * top, 1),
        scale=np.full(pieces, np.nan),
        count=np.where(scheme == SCHEMES.index("review"), rng.integers(1, 500, pieces), 1),
        as_of=np.datetime64(TODAY, "D") - rng.integers(0, 8 * 365, pieces),
        level=np.where(scheme == SCHEMES.index("award"), rng.integers(0, len(LEVELS), pieces), -1),
        name=rng.integers(0, 50, pieces),
        source=rng.integers(0, 20, pieces),
    )


def one_by_one(columns: EvidenceColumns, sites: int) -> dict[int, list[Evidence]]:
    """The evidence of the first sites as objects."""
    found: dict[int, list[Evidence]] = {}
    for row in np.flatnonzero(columns.site < sites).tolist():
        value, level = float(columns.value[row]), int(columns.level[row])
        piece = Evidence(
            SCHEMES[columns.scheme[row]],
            None if np.isnan(value) else value,
            None,
            int(columns.count[row]),
            TODAY - timedelta(int((np.datetime64(TODAY) - columns.as_of[row]).astype(int))),
            LEVELS[level] if level >= 0 else None,
            str(columns.name[row]),
            str(columns.source[row]),
            "",
        )
        found.setdefault(int(columns.site[row]), []).append(piece)
    return found


def in_index(columns: EvidenceColumns) -> tuple[float, float, int]:
    """Read the evidence as the index does and work out the scores of a day; returns both processor times and bytes."""
    order = np.argsort(columns.site, kind="stable").tolist()
    level = [LEVELS[number] if number >= 0 else None for number in columns.level.tolist()]
    days = columns.as_of.tolist()
    rows = (
        (
            int(columns.site[at]),
            SCHEMES[columns.scheme[at]],
            None if np.isnan(columns.value[at]) else float(columns.value[at]),
            None,
            int(columns.count[at]),
            days[at],
            level[at],
            str(columns.name[at]),
            str(columns.source[at]),
            "",
        )
        for at in order
    )
    given = list(rows)
    begin = time.process_time()
    table = read_evidence(given, None)
    read = time.process_time() - begin
    begin = time.process_time()
    for part in scores(table, TODAY):
        ratings(part)
    return read, time.process_time() - begin, table.nbytes


def main() -> None:
    """Print the times and their ratio."""
    given = [int(word) for word in sys.argv[1:3]]
    pieces, sites = [*given, *(1_000_000, 200_000)[len(given) :]]
    columns = made_up(pieces, sites)
    took = []
    for _ in range(3):
        begin = time.perf_counter()
        got = score_columns(columns, TODAY)
        took.append(time.perf_counter() - begin)
    part = min(sites, PART)
    single = one_by_one(columns, part)
    begin = time.perf_counter()
    one = {site: score(items, TODAY) for site, items in single.items()}
    alone = (time.perf_counter() - begin) * sites / part
    for site, found in one.items():
        row = int(np.searchsorted(got.site, site))
        if found is None or abs(got.score[row] - found.score) > 1e-9:
            raise SystemExit(f"site {site}: {found} one by one, {got.score[row]} as columns")
    ratio = alone / min(took)
    sys.stdout.write(
        f"{pieces:,} pieces of evidence, {sites:,} sites, {len(got.site):,} scores\n"
        f"as columns {min(took):.2f} s; one by one {alone:.1f} s (from {part:,} sites); ratio {ratio:.1f}\n"
    )
    read, day, size = in_index(columns)
    sys.stdout.write(
        f"in the index: {read:.2f} s to take up, {size / 1e6:.0f} MB; ratings of a new day {day:.2f} s (processor)\n"
    )


if __name__ == "__main__":
    main()
