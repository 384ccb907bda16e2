"""Instances too large for brute force, in the range where branching is needed, against the plain model in HiGHS."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, milp

from geodata.siting import Rules, maximal_covering, p_center, p_median, set_covering


def points(rng: np.random.Generator, demand: int, sites: int) -> np.ndarray:
    return np.hypot(*(rng.random((demand, 1, 2)) - rng.random((1, sites, 2))).transpose(2, 0, 1))


def solve(cost: np.ndarray, constraints: list[LinearConstraint], whole: int) -> float:
    kinds = np.r_[np.ones(whole), np.zeros(len(cost) - whole)]
    result = milp(cost, integrality=kinds, bounds=Bounds(0, 1), constraints=constraints, options={"mip_rel_gap": 0})
    assert result.status == 0
    return float(result.fun)


def covering_by_milp(cover: np.ndarray, weights: np.ndarray, price: np.ndarray, budget: float) -> float:
    rows, columns = cover.shape
    served = LinearConstraint(sp.hstack([sp.csr_array(-cover.astype(float)), sp.eye_array(rows)]), -np.inf, 0)
    spent = LinearConstraint(np.r_[price, np.zeros(rows)][None], -np.inf, budget)
    return -solve(np.r_[np.zeros(columns), -weights], [served, spent], columns)


@pytest.mark.parametrize("seed", range(10))
def test_coverings_that_need_branching(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cover = points(rng, 250, 35) <= 0.14
    weights = rng.integers(1, 100, 250).astype(float) if seed % 2 else rng.random(250)
    price = np.ones(35) if seed % 3 else rng.integers(1, 6, 35).astype(float)
    rules: dict[str, Any] = {"p": 10} if seed % 3 else {"budget": 30.0, "costs": price}
    answer = maximal_covering(cover, Rules(**rules), weights=weights)
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(covering_by_milp(cover, weights, price, 10 if seed % 3 else 30), rel=1e-7)


@pytest.mark.parametrize("seed", range(8))
def test_medians_that_need_branching(seed: int) -> None:
    rng = np.random.default_rng(seed)
    times = np.floor(points(rng, 45, 45) * (12 if seed % 2 else 1000))
    rows, columns = times.shape
    cost = np.r_[np.zeros(columns), times.ravel()]
    one = sp.hstack([sp.csr_array((rows, columns)), sp.kron(sp.eye_array(rows), np.ones((1, columns)))])
    link = sp.hstack([-sp.kron(np.ones((rows, 1)), sp.eye_array(columns)), sp.eye_array(rows * columns)])
    count = np.r_[np.ones(columns), np.zeros(rows * columns)][None]
    constraints = [LinearConstraint(one, 1, 1), LinearConstraint(link, -np.inf, 0), LinearConstraint(count, 0, 6)]
    answer = p_median(times, Rules(p=6))
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(solve(cost, constraints, columns), rel=1e-7)


@pytest.mark.parametrize("seed", range(8))
def test_set_coverings_and_centers_that_need_branching(seed: int) -> None:
    rng = np.random.default_rng(seed)
    times = points(rng, 200, 60)
    cover = times <= 0.16
    cover[np.flatnonzero(~cover.any(1))] = True
    price = rng.integers(1, 9, 60).astype(float)
    expected = solve(price, [LinearConstraint(cover.astype(float), 1, np.inf)], 60)
    answer = set_covering(cover, Rules(costs=price))
    assert (answer.objective, answer.status) == (pytest.approx(expected), "optimal")
    center = p_center(times, Rules(p=9))
    assert center.status == "optimal"
    assert set_covering(times, within=center.objective).objective <= 9
    nearer = set_covering(times, within=np.nextafter(center.objective, 0))
    assert nearer.objective > 9 or len(nearer.unreachable)


@pytest.mark.parametrize("share", [0.6, 0.9])
def test_a_share_of_the_demand_takes_the_fewest_sites(share: float) -> None:
    rng = np.random.default_rng(4)
    cover, weights = points(rng, 300, 40) <= 0.13, rng.integers(1, 50, 300).astype(float)
    answer = set_covering(cover, weights=weights, share=share)
    enough = min(share * weights.sum(), weights[cover.any(1)].sum())
    assert answer.weight_covered >= enough
    assert covering_by_milp(cover, weights, np.ones(40), answer.objective - 1) < enough
