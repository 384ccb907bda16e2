"""How often a row of another list finds the place that it means, and how long that takes at national size.

Run with ``python -m tests.benchmarks.matching [ROWS]``; by default 200,000 rows against 200,000 sites. Precision and
recall are those of :mod:`tests.labelled`, on the list that CONTRIBUTING.md names; they count only what is taken without
asking.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from pathlib import Path

from geodata.store import SiteOutline
from importers.matching import Directory, traits_of_site
from tests.labelled import labelled, measured, real_list

SEEDS = 10
CHUNK = 2_000
PRECISION, RECALL = 0.99, 0.95
ROADS = ("人民", "解放", "中山", "建设", "和平", "新华", "文化", "北京", "长江", "东风", "光明", "青年")
HOSTS = ("农商银行", "中石化", "党群服务中心", "快递网点", "环卫所", "邮政支局", "地铁站", "图书馆", "菜鸟驿站")
TAILS = ("户外劳动者驿站", "爱心驿家", "工会驿站", "司机之家", "")


def national(count: int) -> list[SiteOutline]:
    """Places of a made-up country with few different words in their names, in cities."""
    rng = random.Random(7)
    cities = [(rng.uniform(100, 122), rng.uniform(23, 42)) for _ in range(300)]
    found = []
    for n in range(count):
        lon, lat = rng.choice(cities)
        road = rng.choice(ROADS)
        name = f"{road}{rng.choice('东西南北中')}路{rng.choice(HOSTS)}{rng.choice(TAILS)}"
        where = (lon + rng.gauss(0, 0.1), lat + rng.gauss(0, 0.1), "exact", f"{road}路{rng.randint(1, 999)}号")
        found.append(SiteOutline(n, f"C{n}", name, "rest_station", [], [], *where, None, "", "open", "", ()))
    return found


def main() -> None:
    """Print precision, recall and time; fail below the bounds."""
    data = Path(os.environ.get("STATIONMAP_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
    with tempfile.TemporaryDirectory() as folder:
        sites = real_list(data, Path(folder))
    results = [measured(*labelled(sites, seed)) for seed in range(SEEDS)]
    right, wrong = sum(r.right for r in results), sum(len(r.wrong) for r in results)
    asked, positives = sum(r.unsure for r in results), sum(r.positives for r in results)
    precision, recall = right / (right + wrong), right / positives
    sys.stdout.write(
        f"{SEEDS} × {results[0].rows} rows: precision {precision:.4f}, recall {recall:.4f}; "
        f"{asked / sum(r.rows for r in results):.1%} of the rows go to review\n"
    )
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    made = national(count)
    begin = time.perf_counter()
    directory = Directory.of(made)
    built = time.perf_counter() - begin
    rng = random.Random(8)
    rows = [site._replace(lon=(site.lon or 0) + rng.gauss(0, 0.0003), address="") for site in made]
    begin = time.perf_counter()
    found = 0
    for at in range(0, count, CHUNK):
        found += sum(map(bool, directory.matches([traits_of_site(row) for row in rows[at : at + CHUNK]])))
    took = time.perf_counter() - begin
    sys.stdout.write(
        f"{count:,} rows × {count:,} sites: built in {built:.1f} s, compared in {took:.1f} s, {found:,} alike\n"
    )
    if precision < PRECISION or recall < RECALL:
        raise SystemExit(f"below {PRECISION} and {RECALL}")


if __name__ == "__main__":
    main()
