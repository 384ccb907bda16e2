"""Every problem with every option against brute force over all subsets of sites, on many small random instances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from geodata.siting import Answer, Limits, Rules, linear_decay, maximal_covering, p_center, p_median, set_covering

SEEDS = range(8)
EACH = 60  # instances a seed and problem: 4 problems x 8 x 60 = 1,920


@dataclass
class Case:
    times: np.ndarray  # dense, inf out of reach
    given: Any  # as handed to the solver
    weights: np.ndarray | None
    within: float | None
    rules: dict[str, Any]

    @property
    def load(self) -> np.ndarray:
        return np.ones(len(self.times)) if self.weights is None else self.weights

    @property
    def reach(self) -> np.ndarray:
        limit = np.inf if self.within is None else self.within
        return np.where(self.times <= limit, self.times, np.inf)


def random_case(rng: np.random.Generator, *, limited: bool) -> Case:
    rows, columns = int(rng.integers(1, 15)), int(rng.integers(1, 9))
    times = (
        rng.integers(0, 12, (rows, columns)).astype(float) if rng.random() < 0.6 else rng.random((rows, columns)) * 10
    )
    if rng.random() < 0.5:
        times[rng.random((rows, columns)) < rng.random() * 0.8] = np.inf
    given: Any = times
    if rng.random() < 0.5:
        row, column = np.nonzero(np.isfinite(times))
        given = sp.csr_array(sp.coo_array((times[row, column], (row, column)), shape=times.shape))
    weights = None
    if rng.random() < 0.7:
        weights = rng.integers(0, 9, rows).astype(float) if rng.random() < 0.6 else rng.random(rows) * 5
    within = float(rng.integers(1, 9)) if rng.random() < 0.6 else None
    return Case(times, given, weights, within, random_rules(rng, columns, limited=limited))


def random_rules(rng: np.random.Generator, columns: int, *, limited: bool) -> dict[str, Any]:
    kind = rng.choice(5, columns, p=[0.65, 0.12, 0.08, 0.08, 0.07])  # free, existing, closable, must, must not
    rules: dict[str, Any] = {
        "existing": np.flatnonzero((kind == 1) | (kind == 2)).tolist(),
        "may_close": np.flatnonzero(kind == 2).tolist(),
        "must": np.flatnonzero(kind == 3).tolist(),
        "must_not": np.flatnonzero(kind == 4).tolist(),
    }
    if rng.random() < 0.3:
        rules = {}
    elif rng.random() < 0.5:
        rules["max_closed"] = int(rng.integers(0, 3))
    must = rules.get("must", [])
    costs = rng.integers(0, 6, columns).astype(float) if rng.random() < 0.7 else np.round(rng.random(columns) * 5, 3)
    if not limited:
        return {**rules, "costs": costs} if rng.random() < 0.6 else rules
    if rng.random() < 0.5:
        return {**rules, "p": int(len(must) + rng.integers(0, 4))}
    return {**rules, "budget": float(np.round(costs[must].sum() + rng.random() * 9, 2)), "costs": costs}


def allowed_choices(rules: dict[str, Any], columns: int) -> tuple[np.ndarray, np.ndarray]:
    """All choices (rows of booleans) that keep to the rules, and what each costs as set covering counts it."""
    every = (np.arange(2**columns)[:, None] >> np.arange(columns)) & 1 == 1
    existing, closable = np.zeros(columns, bool), np.zeros(columns, bool)
    existing[rules.get("existing", [])] = True
    closable[rules.get("may_close", [])] = True
    price = np.asarray(rules["costs"]) if rules.get("costs") is not None else np.ones(columns)
    fits = every[:, existing & ~closable].all(1) & every[:, rules.get("must", [])].all(1)
    fits &= ~every[:, rules.get("must_not", [])].any(1)
    closed = ~every & existing
    if rules.get("max_closed") is not None:
        fits &= closed.sum(1) <= rules["max_closed"]
    if "p" in rules or "budget" in rules:
        net = (every & ~existing) @ price - closed @ price
        fits &= net <= rules.get("p", rules.get("budget")) + 1e-9
    return every[fits], (every & (~existing | closable))[fits] @ price


def nearest(reach: np.ndarray, choices: np.ndarray) -> np.ndarray:
    """Choices x rows: the least time to an open site."""
    return np.where(choices[:, None, :], reach[None], np.inf).min(2, initial=np.inf)


def check(answer: Answer, case: Case, expected: float, value_of_choice: float) -> None:
    scale = max(1.0, abs(expected)) if np.isfinite(expected) else 1.0
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(expected, abs=1e-7 * scale), case
    assert answer.bound == answer.objective
    assert value_of_choice == pytest.approx(expected, abs=1e-7 * scale), case
    choices, _ = allowed_choices(case.rules, case.times.shape[1])
    opened = np.zeros(case.times.shape[1], bool)
    opened[answer.opened] = True
    assert (choices == opened).all(1).any(), case
    least = nearest(case.reach, opened[None])[0]
    assert np.array_equal(answer.covered, np.isfinite(least))
    assert np.array_equal(answer.times, least)
    rows = np.flatnonzero(answer.covered)
    assert np.array_equal(case.reach[rows, answer.assignment[rows]], least[rows])


def solve_case(seed: int, number: int, *, limited: bool) -> Case:
    rng = np.random.default_rng([seed, number, limited])
    while True:
        case = random_case(rng, limited=limited)
        if len(allowed_choices(case.rules, case.times.shape[1])[0]):
            return case


def opened_only(answer: Answer, case: Case) -> np.ndarray:
    opened = np.zeros((1, case.times.shape[1]), bool)
    opened[0, answer.opened] = True
    return nearest(case.reach, opened)[0]


@pytest.mark.parametrize("seed", SEEDS)
def test_maximal_covering_against_brute_force(seed: int) -> None:
    for number in range(EACH):
        case = solve_case(seed, number, limited=True)
        decay = linear_decay(1.0, 7.0) if number % 3 == 0 else None
        answer = maximal_covering(
            case.given, Rules(**case.rules), within=case.within, weights=case.weights, decay=decay, limits=Limits(20)
        )
        choices, _ = allowed_choices(case.rules, case.times.shape[1])

        def value(times: np.ndarray, decay: Any = decay, case: Case = case) -> Any:
            part = np.isfinite(times) if decay is None else np.where(np.isfinite(times), decay(times), 0.0)
            return part @ case.load

        check(answer, case, float(value(nearest(case.reach, choices)).max()), float(value(opened_only(answer, case))))


@pytest.mark.parametrize("seed", SEEDS)
def test_p_median_against_brute_force(seed: int) -> None:
    for number in range(EACH):
        case = solve_case(seed, number, limited=True)
        finite = case.reach[np.isfinite(case.reach)]
        unserved = 2 * finite.max(initial=0.0) if number % 2 else 6.5
        answer = p_median(
            case.given,
            Rules(**case.rules),
            within=case.within,
            weights=case.weights,
            unserved=None if number % 2 else unserved,
            limits=Limits(20),
        )
        choices, _ = allowed_choices(case.rules, case.times.shape[1])
        expected = float((np.minimum(nearest(case.reach, choices), unserved) @ case.load).min())
        check(answer, case, expected, float(np.minimum(opened_only(answer, case), unserved) @ case.load))


def needed(case: Case, share: float) -> tuple[np.ndarray, float]:
    """Weights of the rows and the weight that has to be covered: what is asked for, but at most what can be."""
    columns = case.times.shape[1]
    usable = np.ones(columns, bool)
    usable[case.rules.get("must_not", [])] = False
    possible = np.isfinite(nearest(case.reach, usable[None])[0])
    return case.load, min(share * case.load.sum(), case.load[possible].sum())


@pytest.mark.parametrize("seed", SEEDS)
def test_set_covering_against_brute_force(seed: int) -> None:
    for number in range(EACH):
        case = solve_case(seed, number, limited=False)
        share = 1.0 if number % 2 else 0.3 + 0.01 * (number % 60)
        answer = set_covering(
            case.given, Rules(**case.rules), within=case.within, weights=case.weights, share=share, limits=Limits(20)
        )
        load, target = needed(case, share)
        choices, costs = allowed_choices(case.rules, case.times.shape[1])
        enough = np.isfinite(nearest(case.reach, choices)) @ load >= target - 1e-9
        if not enough.any():  # sites that have to close may be needed for the last of the demand
            continue
        check(answer, case, float(costs[enough].min()), answer.objective)
        assert np.isfinite(opened_only(answer, case)) @ load >= target - 1e-7
        assert answer.weight_covered == pytest.approx(float(np.isfinite(opened_only(answer, case)) @ load))


def center_value(times: np.ndarray, load: np.ndarray, target: float) -> float:
    if target <= 1e-9:
        return 0.0
    order = np.argsort(times, kind="stable")
    return float(times[order][np.cumsum(load[order]) >= target - 1e-9][0])


@pytest.mark.parametrize("seed", SEEDS)
def test_p_center_against_brute_force(seed: int) -> None:
    for number in range(EACH):
        case = solve_case(seed, number, limited=True)
        share = 1.0 if number % 2 else 0.35 + 0.01 * (number % 60)
        answer = p_center(
            case.given, Rules(**case.rules), within=case.within, weights=case.weights, share=share, limits=Limits(20)
        )
        load, target = needed(case, share)
        if share == 1.0:
            load = (load > 0).astype(float)
            usable = np.ones(case.times.shape[1], bool)
            usable[case.rules.get("must_not", [])] = False
            target = float(load[np.isfinite(nearest(case.reach, usable[None])[0])].sum())
        choices, _ = allowed_choices(case.rules, case.times.shape[1])
        expected = min(center_value(row, load, target) for row in nearest(case.reach, choices))
        check(answer, case, expected, center_value(opened_only(answer, case), load, target))
