"""Planning at size: 100,000 demand points × 2,000 candidates on streets of 500,000 nodes, from positions to effects.

``python -m tests.benchmarks.planning [--nodes N] [--demand N] [--candidates N] [--p N] [--time-limit S]``. The streets
are a bent grid with gaps and one-ways, two thirds of the people live in forty towns on it. Each problem runs in a
process of its own; its parts are printed with the peak of its memory, which is to stay under 4 GB.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np

from geodata.calendar import WorkCalendar, official_days
from geodata.demand import DemandPoints, merged_to_nodes
from geodata.siting import warm_up
from geodata.siting.assembling import assemble
from geodata.siting.case import Case, Demand, Place
from geodata.siting.result import result_of
from geodata.siting.scenario import parse_scenario
from geodata.siting.solving import solve_case
from geodata.streets import StreetNetwork

KINDS = ("maximal_covering", "p_median")
WEST, SOUTH = 113.0, 22.5
#: Metres between two crossings.
BLOCK_M = 100.0
_DEGREE_M = 111_320.0


def town_streets(nodes: int, rng: np.random.Generator) -> StreetNetwork:
    """Return a bent grid of streets: every tenth piece is missing, every tenth one goes one way."""
    side = round(nodes**0.5)
    row, column = np.divmod(np.arange(side * side), side)
    wide = BLOCK_M / _DEGREE_M / np.cos(np.radians(SOUTH))
    lon = WEST + (column + rng.uniform(-0.25, 0.25, side * side)) * wide
    lat = SOUTH + (row + rng.uniform(-0.25, 0.25, side * side)) * BLOCK_M / _DEGREE_M
    number = np.arange(side * side).reshape(side, side)
    first = np.concatenate((number[:, :-1].ravel(), number[:-1].ravel()))
    last = np.concatenate((number[:, 1:].ravel(), number[1:].ravel()))
    kept = rng.random(len(first)) > 0.1
    first, last = first[kept], last[kept]
    foot, back = np.full(len(first), 4.8), np.where(rng.random(len(first)) > 0.1, 4.8, 0.0)
    return StreetNetwork.from_arrays(lon, lat, first, last, kmh={"foot": (foot, back)})


def spots(network: StreetNetwork, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return positions of which two thirds lie in forty towns, the rest anywhere."""
    west, south, east, north = network.bbox
    towns = np.column_stack((rng.uniform(west, east, 40), rng.uniform(south, north, 40)))
    near = towns[rng.integers(0, 40, count)] + rng.normal(0, 0.02, (count, 2))
    anywhere = np.column_stack((rng.uniform(west, east, count), rng.uniform(south, north, count)))
    chosen = np.where(rng.random((count, 1)) < 2 / 3, near, anywhere)
    return np.clip(chosen[:, 0], west, east), np.clip(chosen[:, 1], south, north)


@contextmanager
def part(name: str) -> Iterator[None]:
    """Print how long a part takes, and the peak of the memory so far."""
    begun, spent = time.perf_counter(), time.process_time()
    yield
    seconds, used = time.perf_counter() - begun, time.process_time() - spent
    print(f"  {name:36} {seconds:8.2f} s {used:8.2f} s of processor   peak {peak_mb():6.0f} MB", flush=True)


def peak_mb() -> float:
    """Return the peak of this process's memory."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def case_of(kind: str, given: argparse.Namespace) -> Case:
    """Return the case: streets, demand merged to their nodes, candidates and the ways between them."""
    rng = np.random.default_rng(9)
    with part(f"streets of {given.nodes} nodes"):
        network = town_streets(given.nodes, rng)
    west, south, east, north = network.bbox
    layer = DemandPoints.of(*spots(network, given.demand, rng), rng.integers(1, 20, given.demand).astype(float))
    with part(f"{given.demand} points of demand to nodes"):
        merged = merged_to_nodes(layer, network).demand
    demand = Demand(
        merged.lon,
        merged.lat,
        merged.weight,
        np.repeat(merged.weight[:, None], 24, axis=1),
        [None] * len(merged),
    )
    places = [
        Place(f"C{at}", f"Candidate {at}", lon, lat, existing=False)
        for at, (lon, lat) in enumerate(np.column_stack(spots(network, given.candidates, rng)).tolist())
    ]
    scenario = parse_scenario(
        f'name = "Size"\n[area]\nbbox = [{west}, {south}, {east}, {north}]\n[travel]\nminutes = 15\nways = "streets"\n'
        f'[[demand]]\nlayer = "people"\n'
        f'[problem]\nkind = "{kind}"\np = {given.p}\ncurve = false\ntime_limit_s = {given.time_limit}\n'
    )
    calendar, zone = WorkCalendar(official_days()), ZoneInfo("Asia/Shanghai")
    with part(f"ways from {len(merged)} nodes to {len(places)}"):
        case = assemble(scenario, places, demand, network, day=date(2026, 5, 20), calendar=calendar, tz=zone)
    print(f"  {'':36} {len(case.travel.data):8} ways within {case.horizon_min:g} minutes", flush=True)
    return case


def run(kind: str, given: argparse.Namespace) -> None:
    """Solve one problem and print its parts."""
    begun = time.perf_counter()
    print(kind, flush=True)
    with part("loading and compiling"):
        warm_up()
    case = case_of(kind, given)
    with part(f"solving, p={given.p}"):
        solved = solve_case(case)
    with part("effects"):
        result = result_of(solved)
    answer, after = result["answer"], result["after"]
    print(
        f"  objective {answer['objective']:.6g}, bound {answer['bound']:.6g}, gap {answer['gap']:.3%},"
        f" {answer['status']}; {after['share']:.1%} within 15 minutes\n"
        f"  in all {time.perf_counter() - begun:.1f} s, peak memory {peak_mb():.0f} MB",
        flush=True,
    )


def main() -> None:
    """Run each problem in a process of its own."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.planning", description=__doc__)
    parser.add_argument("--nodes", type=int, default=500_000)
    parser.add_argument("--demand", type=int, default=100_000)
    parser.add_argument("--candidates", type=int, default=2_000)
    parser.add_argument("--p", type=int, default=50)
    parser.add_argument("--time-limit", type=float, default=60, help="seconds for each problem's solver")
    parser.add_argument("--only", choices=KINDS, help="one problem, in this process")
    given = parser.parse_args()
    if given.only:
        run(given.only, given)
        return
    for kind in KINDS:
        subprocess.run([sys.executable, "-m", "tests.benchmarks.planning", *sys.argv[1:], "--only", kind], check=True)


if __name__ == "__main__":
    main()
