"""From a case to its answer: the rules in numbers, the solver, and the curve over more or fewer sites."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from geodata.errors import ScenarioError, ValueUnusableError
from geodata.messages import Message
from geodata.siting.answer import Answer
from geodata.siting.case import Case
from geodata.siting.center import p_center
from geodata.siting.clock import Limits, Progress
from geodata.siting.covering import Decay, half_life_decay, linear_decay, maximal_covering
from geodata.siting.median import p_median
from geodata.siting.rules import Rules
from geodata.siting.scenario import ProblemPart
from geodata.siting.setcover import set_covering
from geodata.siting.travel import Travel, by_hour
from geodata.siting.types import Floats

Stage = Literal["reading", "travel", "solving", "curve", "effects"]

#: Points of a curve at most.
CURVE_POINTS = 16
#: Parts of the budget that a curve looks at.
BUDGET_PARTS = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
#: How much of a run is done when a stage begins, and when it ends.
STAGES: dict[Stage, tuple[float, float]] = {
    "reading": (0.0, 0.05),
    "travel": (0.05, 0.3),
    "solving": (0.3, 0.6),
    "curve": (0.6, 0.9),
    "effects": (0.9, 1.0),
}


@dataclass(frozen=True, slots=True)
class RunProgress:
    """Where a run stands: its stage, the part of it that is done, and the best answer with its bound so far."""

    stage: Stage
    share: float
    objective: float | None = None
    bound: float | None = None

    @property
    def gap(self) -> float | None:
        """The relative gap between objective and bound; ``None`` while there is no answer."""
        if self.objective is None or self.bound is None or not np.isfinite([self.objective, self.bound]).all():
            return None
        return abs(self.bound - self.objective) / max(abs(self.objective), 1e-12)


Watch = Callable[[RunProgress], bool]


@dataclass(slots=True)
class Watcher:
    """Tells whoever looks on how far a run is, and remembers that they want it to end."""

    watch: Watch | None = None
    stopped: bool = False

    def at(self, stage: Stage, part: float, objective: float | None = None, bound: float | None = None) -> bool:
        """Tell that ``part`` (0…1) of a stage is done; return whether to go on."""
        first, last = STAGES[stage]
        share = first + (last - first) * min(1.0, max(0.0, part))
        if self.watch is not None and not self.watch(RunProgress(stage, share, objective, bound)):
            self.stopped = True
        return not self.stopped

    def solving(self, stage: Stage, seconds: float) -> Callable[[Progress], bool]:
        """Return the watcher of a solver that has ``seconds``."""
        return lambda now: self.at(stage, now.seconds / seconds, now.objective, now.bound)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that the solver sees: the demand, once for each hour that is asked about."""

    travel: Travel
    weight: Floats
    #: Which demand point each row is.
    point: np.ndarray


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The best answer for one number of sites, or one budget."""

    sites: int
    budget: float | None
    answer: Answer


@dataclass(frozen=True, slots=True)
class Solved:
    """An answer with what it was made from.

    ``cut`` says that somebody ended the run: the answer is the best one so far.
    """

    case: Case
    rows: Rows
    rules: Rules
    answer: Answer
    curve: tuple[CurvePoint, ...] = ()
    cut: bool = False
    notes: tuple[Message, ...] = field(default=())


def solve_case(case: Case, watcher: Watcher | None = None) -> Solved:
    """Solve a case and, where the scenario wants it, its curve.

    Raises
    ------
    ScenarioError
        If a code that the scenario names is no candidate or no station, or there is nothing to choose from.
    ValueUnusableError
        If the rules contradict each other.
    """
    watcher = watcher or Watcher()
    problem = case.scenario.problem
    rows, notes = rows_of(case), list(case.notes)
    rules = rules_of(case, notes)
    last = problem.sites[1]
    answer = _solve(case, rows, rules, problem.time_limit_s, watcher, "solving", last)
    curve: tuple[CurvePoint, ...] = ()
    if problem.curve and not watcher.stopped:
        curve = _curve(case, rows, rules, answer, watcher)
    return Solved(case, rows, rules, answer, curve, watcher.stopped, tuple(notes))


def rows_of(case: Case) -> Rows:
    """Return the rows of the problem: with hours, the demand of each, reached by who is open then."""
    hours, count = case.scenario.travel.hours, len(case.demand.weight)
    if not hours:
        return Rows(case.travel, case.demand.weight, np.arange(count))
    travel, weight = by_hour(
        case.travel, [case.open_at(hour) for hour in hours], [case.demand.hourly[:, hour] for hour in hours]
    )
    return Rows(travel, weight, np.tile(np.arange(count), len(hours)))


def rules_of(case: Case, notes: list[Message]) -> Rules:
    """Return the scenario's rules by column; what is left out for a reason is told in ``notes``.

    Raises
    ------
    ScenarioError
        If a code is unknown, or nothing can be chosen.
    """
    scenario, places = case.scenario, case.places
    column = {place.code: at for at, place in enumerate(places)}
    existing = [at for at, place in enumerate(places) if place.existing]
    wanted = scenario.existing.may_close
    closable = [at for at in existing if wanted == "all" or (wanted != "none" and places[at].code in wanted)]
    problems: list[ValueUnusableError] = []
    named = () if isinstance(wanted, str) else wanted
    for key, codes in (
        ("existing.may_close", named),
        ("candidates.must", scenario.candidates.must),
        ("candidates.must_not", scenario.candidates.must_not),
    ):
        for code in codes:
            if code not in column or (key == "existing.may_close" and not places[column[code]].existing):
                problems.append(ValueUnusableError("scenario_no_such_place", key=key, value=code))
    if problems:
        raise ScenarioError(problems)
    must = [column[code] for code in scenario.candidates.must]
    out = {column[code] for code in scenario.candidates.must_not}
    refused = [at for at, place in enumerate(places) if place.refused and at not in must]
    if refused:
        notes.append(Message("plan_refused", {"count": len(refused)}))
    out |= set(refused)
    budget = scenario.problem.budget
    if budget is not None:
        unpriced = {at for at, place in enumerate(places) if not place.existing and place.cost is None} - out
        if unpriced:
            notes.append(Message("plan_unpriced", {"count": len(unpriced)}))
        if wrong := unpriced & set(must):
            raise ScenarioError([ValueUnusableError("plan_must_unpriced", value=places[min(wrong)].code)])
        out |= unpriced
    if not [at for at, place in enumerate(places) if not place.existing and at not in out]:
        raise ScenarioError([ValueUnusableError("plan_no_candidates", name=scenario.name)])
    return Rules(
        p=scenario.problem.sites[1] if scenario.problem.p is not None else None,
        budget=budget,
        costs=None if budget is None else [place.cost or 0.0 for place in places],
        existing=existing,
        may_close=closable,
        max_closed=scenario.existing.max_closed if closable else None,
        must=must,
        must_not=sorted(out - (set(existing) - set(closable))),
    )


def decay_of(problem: ProblemPart) -> Decay | None:
    """Return the decay of a scenario's problem."""
    part = problem.decay
    if part is None:
        return None
    if part.half is not None:
        return half_life_decay(part.half)
    return linear_decay(part.full or 0.0, part.zero or 0.0)


def _solve(
    case: Case, rows: Rows, rules: Rules, seconds: float, watcher: Watcher, stage: Stage, sites: int | None = None
) -> Answer:
    """Solve one problem; a number of sites takes the place of the rules' own."""
    problem, within = case.scenario.problem, case.scenario.travel.minutes
    if rules.p is not None and sites is not None:
        rules = _with_sites(rules, sites)
    limits = Limits(seconds, problem.gap, watcher.solving(stage, seconds))
    travel, weight = rows.travel, rows.weight
    match problem.kind:
        case "maximal_covering":
            decay = decay_of(problem)
            reach = case.horizon_min if decay else within
            return maximal_covering(travel, rules, within=reach, decay=decay, weights=weight, limits=limits)
        case "set_covering":
            return set_covering(travel, rules, within=within, share=problem.share, weights=weight, limits=limits)
        case "p_median":
            return p_median(travel, rules, unserved=case.horizon_min, weights=weight, limits=limits)
        case "p_center":
            return p_center(travel, rules, share=problem.share, weights=weight, limits=limits)


def _with_sites(rules: Rules, sites: int) -> Rules:
    """Return the rules for another number of sites; what must be chosen is chosen as long as there is room."""
    new = [at for at in rules.must if at not in rules.existing]
    kept = [at for at in rules.must if at in rules.existing]
    return replace(rules, p=sites, must=[*kept, *new[:sites]])


def _curve(case: Case, rows: Rows, rules: Rules, answer: Answer, watcher: Watcher) -> tuple[CurvePoint, ...]:
    """Solve for other numbers of sites or budgets; together they may take as long as the run's own problem."""
    problem = case.scenario.problem
    steps: Sequence[tuple[int, float | None]]
    if rules.budget is not None:
        steps = [(0, rules.budget * part) for part in BUDGET_PARTS]
    else:
        steps = [(number, None) for number in _numbers(case, answer)]
    ends = time.perf_counter() + problem.time_limit_s
    points: list[CurvePoint] = []
    for done, (number, budget) in enumerate(steps):
        if not watcher.at("curve", done / len(steps)):
            break
        seconds = max(0.5, (ends - time.perf_counter()) / (len(steps) - done))
        found = answer
        if budget is not None and budget != rules.budget:
            found = _for_budget(case, rows, rules, budget, seconds, watcher)
        elif budget is None and number != (len(answer.chosen) if rules.p is None else rules.p):
            found = _for_sites(case, rows, rules, number, seconds, watcher)
        if watcher.stopped:
            break
        points.append(CurvePoint(number if budget is None else len(found.chosen), budget, found))
    return tuple(points)


def _numbers(case: Case, answer: Answer) -> list[int]:
    """Return the numbers of sites that a curve looks at."""
    problem = case.scenario.problem
    first, last = problem.sites
    most = sum(not place.existing for place in case.places)
    if first == last:
        first, last = 1, (max(last + 3, 2 * last) if problem.p is not None else len(answer.chosen) + 2)
    last = min(last, most)
    own = problem.sites[1] if problem.p is not None else len(answer.chosen)
    even = np.unique(np.linspace(first, last, min(CURVE_POINTS, max(1, last - first + 1))).round().astype(int))
    return sorted({*even.tolist(), *([own] if own <= most else [])})


def _for_budget(case: Case, rows: Rows, rules: Rules, budget: float, seconds: float, watcher: Watcher) -> Answer:
    costs = np.asarray(rules.costs, np.float64)
    must = [at for at in rules.must if at in rules.existing]
    left = budget
    for at in rules.must:
        if at not in rules.existing and costs[at] <= left:
            must.append(at)
            left -= float(costs[at])
    return _solve(case, rows, replace(rules, budget=budget, must=must), seconds, watcher, "curve")


def _for_sites(case: Case, rows: Rows, rules: Rules, sites: int, seconds: float, watcher: Watcher) -> Answer:
    """Return the best answer for a number of sites; for set covering the most that so many can cover."""
    if case.scenario.problem.kind != "set_covering":
        return _solve(case, rows, rules, seconds, watcher, "curve", sites)
    limits = Limits(seconds, case.scenario.problem.gap, watcher.solving("curve", seconds))
    within = case.scenario.travel.minutes
    return maximal_covering(rows.travel, _with_sites(rules, sites), within=within, weights=rows.weight, limits=limits)
