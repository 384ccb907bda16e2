"""What every solver answers: the chosen sites, how good they are and how far that is proven, and who is served."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from geodata.siting.clock import Clock
from geodata.siting.rules import Choice
from geodata.siting.travel import Travel
from geodata.siting.types import Bools, Floats, Longs

Status = Literal["optimal", "gap", "time_limit"]
Problem = Literal["maximal_covering", "set_covering", "p_median", "p_center"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A choice of sites with its proof.

    Attributes
    ----------
    problem : Problem
        Which problem was solved.
    chosen : ndarray of int
        New sites (columns), ascending.
    kept, closed : ndarray of int
        Existing sites that stay and that close.
    objective : float
        Covered weight; cost or number of sites; weighted time; or longest time: see the solver.
    bound : float
        No choice can be better than this: proven.
    gap : float
        ``|bound − objective|`` relative to the objective; 0 when proven optimal.
    status : Status
        ``"optimal"`` (proven), ``"gap"`` (stopped at the wanted gap, or by the watcher) or ``"time_limit"``.
    seconds : float
        Time taken.
    assignment : ndarray of int
        For each demand row the open site it is nearest to, -1 when none is within reach.
    times : ndarray of float
        The time to that site; ``inf`` when there is none.
    covered : ndarray of bool
        Which demand rows are served.
    unreachable : ndarray of int
        Demand rows with weight that no site could serve, existing and allowed ones together.
    weight_covered, weight_total : float
        Demand weight served, and in all.
    cost : float
        Cost of the new sites (their number when there are no costs).
    nodes : int
        Subproblems looked at.
    """

    problem: Problem
    chosen: Longs
    kept: Longs
    closed: Longs
    objective: float
    bound: float
    gap: float
    status: Status
    seconds: float
    assignment: Longs
    times: Floats
    covered: Bools
    unreachable: Longs
    weight_covered: float
    weight_total: float
    cost: float
    nodes: int

    @property
    def opened(self) -> Longs:
        """All sites that are open: new and kept."""
        return np.sort(np.concatenate([self.chosen, self.kept]))


@dataclass(frozen=True, slots=True)
class Service:
    """Who is served when the sites ``opened`` are open."""

    site: Longs
    time: Floats
    unreachable: Longs


def serve(travel: Travel, choice: Choice, opened: Bools, limit: float, weights: Floats) -> Service:
    """Return every row's nearest open site within ``limit`` and the rows that no allowed site reaches."""
    site, time = travel.nearest(opened, limit)
    possible, _ = travel.nearest(choice.held | choice.free, limit)
    return Service(site, time, np.flatnonzero((possible < 0) & (weights > 0)))


def make_answer(
    problem: Problem,
    choice: Choice,
    opened: Bools,
    service: Service,
    weights: Floats,
    clock: Clock,
    *,
    objective: float,
    bound: float,
    maximise: bool,
    nodes: int,
) -> Answer:
    """Put an answer together; a bound within rounding of the objective is a proof of optimality."""
    room = 1e-9 * max(1.0, abs(objective))
    worse = bound < objective if maximise else bound > objective
    if worse or abs(bound - objective) <= room or (np.isinf(objective) and np.isinf(bound)):
        bound = objective
    scale = abs(objective) if objective else max(abs(bound), 1e-300)
    gap = 0.0 if bound == objective else abs(bound - objective) / scale
    status: Status = "optimal" if gap == 0 else "gap"
    if status == "gap" and gap > clock.limits.gap and not clock.cancelled:
        status = "time_limit"
    covered = service.site >= 0
    new = opened & ~choice.existing
    return Answer(
        problem=problem,
        chosen=np.flatnonzero(new),
        kept=np.flatnonzero(opened & choice.existing),
        closed=np.flatnonzero(choice.existing & ~opened),
        objective=objective,
        bound=bound,
        gap=gap,
        status=status,
        seconds=clock.seconds,
        assignment=service.site,
        times=service.time,
        covered=covered,
        unreachable=service.unreachable,
        weight_covered=float(weights[covered].sum()),
        weight_total=float(weights.sum()),
        cost=float(choice.price[new].sum()),
        nodes=nodes,
    )
