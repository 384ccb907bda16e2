"""Siting: how long a proof takes. ``python -m tests.benchmarks.siting [--peer-limit S] [--only WORD]``.

OR-Library instances come from the test data (``STATIONMAP_TEST_DATA``), where they are there; forty graphs made by the
same recipe stand for the whole series. Where ``spopt`` is installed it solves the same problems in the same run, with
PuLP's CBC and HiGHS, each up to the peer limit. Times are without distance matrices and without compiling.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.spatial import cKDTree

from geodata.siting import Answer, Limits, Rules, Travel, maximal_covering, p_center, p_median, set_covering, warm_up
from importers.orlib import read_instance, shortest_paths

SERIES = {
    100: (5, 10, 10, 20, 33),
    200: (5, 10, 20, 40, 67),
    300: (5, 10, 30, 60, 100),
    400: (5, 10, 40, 80, 133),
    500: (5, 10, 50, 100, 167),
    600: (5, 10, 60, 120, 200),
    700: (5, 10, 70, 140),
    800: (5, 10, 80),
    900: (5, 10, 90),
}


def like_pmed(vertices: int, seed: int) -> np.ndarray:
    """Distances of a random graph as Beasley (1985) made them: n²/50 edges, costs 1 to 100."""
    rng = np.random.default_rng(seed)
    more = vertices * vertices // 50 - vertices + 1
    tails = np.r_[np.arange(vertices - 1), rng.integers(0, vertices, more)].tolist()
    heads = np.r_[np.arange(1, vertices), rng.integers(0, vertices, more)].tolist()
    costs = rng.integers(1, 101, len(tails)).astype(float).tolist()
    edges = {(min(i, j), max(i, j)): cost for i, j, cost in zip(tails, heads, costs, strict=True) if i != j}
    return shortest_paths(vertices, edges)


def uniform(demand: int, sites: int, part: float, seed: int) -> sp.csr_array:
    """Distances in a unit square between uniform points, as far as a site covers ``part`` of the square."""
    rng = np.random.default_rng(seed)
    people, places = rng.random((demand, 2)), rng.random((sites, 2))
    near = cKDTree(people).query_ball_point(places, np.sqrt(part / np.pi))
    rows = np.concatenate(near).astype(np.int64)
    columns = np.repeat(np.arange(sites), [len(one) for one in near])
    distance = np.hypot(*(people[rows] - places[columns]).T)
    return sp.csr_array(sp.coo_array((distance, (rows, columns)), shape=(demand, sites)))


def show(name: str, answer: Answer) -> None:
    print(
        f"{name:44} {answer.objective:14.6g}  gap {100 * answer.gap:6.3f} %  {answer.status:10}"
        f" {answer.seconds:8.3f} s  {answer.nodes:6} nodes",
        flush=True,
    )


def show_peer(name: str, solve: Callable[[Any], Any], limit: float, ours: Answer) -> None:
    """Run spopt's model with each solver, when there is spopt."""
    if limit <= 0 or importlib.util.find_spec("spopt") is None:
        return
    import pulp

    for solver in (pulp.PULP_CBC_CMD(msg=False, timeLimit=limit), pulp.HiGHS(msg=False, timeLimit=limit)):
        start = time.perf_counter()
        try:
            value = float(pulp.value(solve(solver).problem.objective))
        except (RuntimeError, TypeError):
            value = float("nan")
        seconds = time.perf_counter() - start
        times = seconds / max(ours.seconds, 1e-9)
        print(f"  {'spopt ' + solver.name:42} {value:14.6g}  {'':23} {seconds:8.3f} s  {times:6.0f} times", flush=True)


def published() -> Iterator[tuple[str, np.ndarray, int]]:
    """Instances of OR-Library that are at hand, else such as are like them."""
    folder = Path(os.environ.get("STATIONMAP_TEST_DATA", Path(__file__).parents[3] / "shared" / "data")) / "siting"
    for number, (vertices, p) in {1: (100, 5), 6: (200, 5), 11: (300, 5), 16: (400, 5), 21: (500, 5)}.items():
        path = folder / f"pmed{number}.txt"
        if path.is_file():
            instance = read_instance(path)
            yield instance.name, instance.distance, instance.p
        else:
            yield f"like pmed{number}", like_pmed(vertices, number), p


def medians(peer: float, limits: Limits) -> None:
    for name, distance, p in published():
        answer = p_median(distance, Rules(p=p), limits=limits)
        show(f"p-median {name} n={len(distance)} p={p}", answer)
        weights = np.ones(len(distance))

        def solve(solver: Any, distance: np.ndarray = distance, p: int = p, weights: np.ndarray = weights) -> Any:
            from spopt.locate import PMedian

            return PMedian.from_cost_matrix(distance, weights, p_facilities=p).solve(solver)

        show_peer(name, solve, peer, answer)
    points = np.random.default_rng(5).integers(0, 20000, (1000, 2))
    distance = np.floor(np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1)))
    for p in (5, 100, 300):
        show(f"p-median Euclidean n=1000 p={p}", p_median(distance, Rules(p=p), limits=limits))


def series(peer: float, limits: Limits) -> None:
    del peer
    total, spent, proven, number = 0.0, 0.0, 0, 0
    for vertices, numbers in SERIES.items():
        for p in numbers:
            number += 1
            distance, start = like_pmed(vertices, number), time.process_time()
            answer = p_median(distance, Rules(p=p), limits=limits)
            spent += time.process_time() - start
            total += answer.seconds
            proven += answer.status == "optimal"
    print(
        f"{'p-median, 40 graphs like pmed1-40':44} {proven:>11} proven {'':24} {total:8.3f} s"
        f"  {spent:6.1f} s of processor",
        flush=True,
    )


def coverings(peer: float, limits: Limits) -> None:
    for demand, sites, with_peer in ((10_000, 200, True), (100_000, 100, True), (1_000_000, 100, False)):
        times = uniform(demand, sites, 0.05, 0)
        weights = np.random.default_rng(0).integers(1, 101, demand).astype(float)
        travel = Travel.of(times)
        for p in (5, 10, 15):
            answer = maximal_covering(travel, Rules(p=p), weights=weights, limits=limits)
            show(f"maximal covering {demand}x{sites} p={p}", answer)
            if with_peer and p == 10 and peer > 0:
                dense = np.full(times.shape, 9.0)
                dense[np.repeat(np.arange(demand), np.diff(times.indptr)), times.indices] = times.data

                def solve(solver: Any, dense: np.ndarray = dense, weights: np.ndarray = weights) -> Any:
                    from spopt.locate import MCLP

                    return MCLP.from_cost_matrix(dense, weights, 1.0, p_facilities=10).solve(solver)

                show_peer("", solve, peer, answer)


def others(peer: float, limits: Limits) -> None:
    del peer
    times = uniform(100_000, 100, 0.05, 0)
    for share in (1.0, 0.9):
        show(f"set covering 100000x100, {share:.0%}", set_covering(times, share=share, limits=limits))
    for vertices, p in ((300, 30), (900, 5), (900, 90)):
        show(f"p-center like pmed n={vertices} p={p}", p_center(like_pmed(vertices, 1), Rules(p=p), limits=limits))


PARTS = {"medians": medians, "series": series, "coverings": coverings, "others": others}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.siting", description=__doc__)
    parser.add_argument("--peer-limit", type=float, default=60, help="seconds for each run of spopt; 0 leaves it out")
    parser.add_argument("--time-limit", type=float, default=60, help="seconds for each of our own")
    parser.add_argument("--only", choices=PARTS, help="one part alone")
    given = parser.parse_args()
    warm_up()
    for name, part in PARTS.items():
        if given.only in (None, name):
            part(given.peer_limit, Limits(time_limit_s=given.time_limit))
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
