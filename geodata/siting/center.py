"""The p-center problem: the least longest way, over all demand or over a share of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from geodata.errors import ValueUnusableError
from geodata.siting.answer import Answer, make_answer, serve
from geodata.siting.branch import minimise
from geodata.siting.cheapest import cheapest_cover
from geodata.siting.clock import Clock, Limits, start_clock
from geodata.siting.median import check_reach
from geodata.siting.prepare import covering_model
from geodata.siting.rules import Choice, Rules, check_rules
from geodata.siting.travel import Times, Travel, check_weights
from geodata.siting.types import Bools, Floats, Longs

#: Seconds for a covering search before the question is put as set covering.
QUICK_SECONDS = 1.5


def p_center(
    times: Times | Travel,
    rules: Rules,
    *,
    weights: ArrayLike | None = None,
    share: float = 1.0,
    within: float | None = None,
    limits: Limits | None = None,
) -> Answer:
    """Choose sites so that the longest time to the nearest open site is least.

    Bisection on the distinct times with a covering problem at each (Minieka 1970; Daskin 1995). No step assumes
    that ways are symmetric or keep the triangle inequality, so one-way networks are safe.

    Parameters
    ----------
    times, rules, limits
        As in :func:`~geodata.siting.median.p_median`.
    weights : array_like, optional
        Demand weights, for ``share``; rows of weight 0 are left out. They do not stretch the times.
    share : float
        Share of the demand weight for which the time has to hold.
    within : float, optional
        Cut-off: a site further away than this does not serve.

    Returns
    -------
    Answer
        ``objective`` is the longest time. Demand that no allowed site reaches is named in ``unreachable`` and left out.
        When no choice reaches the rest within the times given, ``objective`` is ``inf`` (proven when the status is
        optimal) and the choice covers as much as was found.

    Raises
    ------
    ValueUnusableError
        If an argument cannot be used.
    """
    clock = start_clock(limits)
    if not 0 < share <= 1:
        raise ValueUnusableError("siting_share", value=share)
    travel = Travel.of(times)
    weight = check_weights(weights, travel.shape[0])
    choice = check_rules(rules, travel.shape[1])
    limit = check_reach("within", within, np.inf)
    search = _Search.over(travel, choice, weight, limit, share, clock)
    search.run()
    service = serve(travel, choice, search.opened, limit, weight)
    return make_answer(
        "p_center",
        choice,
        search.opened,
        service,
        weight,
        clock,
        objective=search.reached,
        bound=search.proven(),
        maximise=False,
        nodes=search.nodes,
    )


@dataclass(slots=True)
class _Search:
    """Bisection on the distinct times ``radii``: below ``low`` no choice will do; ``reached`` is the best one's."""

    travel: Travel
    choice: Choice
    weight: Floats
    limit: float
    target: float
    clock: Clock
    radii: Floats
    low: int
    opened: Bools
    reached: float
    nodes: int = 0

    @classmethod
    def over(cls, travel: Travel, choice: Choice, weight: Floats, limit: float, share: float, clock: Clock) -> _Search:
        allowed = choice.held | choice.free
        number = np.where(allowed, np.arange(len(allowed)), -1).astype(np.int32)
        radii = np.unique(travel.within(limit, number)[2])
        _, least = travel.nearest(allowed, limit)
        load = weight if share < 1 else (weight > 0).astype(np.float64)
        target = min(share * float(load.sum()), float(load[np.isfinite(least)].sum()))
        found = cls(travel, choice, load, limit, target, clock, radii, 0, choice.held | choice.group, np.inf)
        found.low = int(np.searchsorted(radii, found.radius(least)))
        found.reached = found.radius(travel.nearest(found.opened, limit)[1])
        return found

    def radius(self, times: Floats) -> float:
        """Return the least time within which these rows' times reach the demand asked for."""
        order = np.argsort(times, kind="stable")
        reached = np.cumsum(self.weight[order])
        room = 1e-9 * max(1.0, self.target)
        if self.target <= room:
            return 0.0
        at = int(np.searchsorted(reached, self.target - room))
        return float(times[order[at]]) if at < len(order) else float("inf")

    def proven(self) -> float:
        """Return the proven lower bound."""
        return min(self.reached, float(self.radii[self.low]) if self.low < len(self.radii) else np.inf)

    def run(self) -> None:
        """Narrow the times down until one is proven or the time is up."""
        high = len(self.radii)
        if np.isfinite(self.reached):
            high = int(np.searchsorted(self.radii, self.reached))
        else:
            high -= 1
        while self.low < high or (not np.isfinite(self.reached) and self.low <= high):
            self.clock.report(self.reached, self.proven())
            if self.clock.over or self._near_enough():
                return
            middle = (self.low + high) // 2
            verdict = self.possible(float(self.radii[middle]))
            if verdict is None:
                return
            if verdict:
                high = min(middle, int(np.searchsorted(self.radii, self.reached)))
            else:
                self.low = middle + 1

    def _near_enough(self) -> bool:
        gap = self.clock.limits.gap
        return gap > 0 and np.isfinite(self.reached) and self.reached - self.proven() <= gap * self.reached

    def possible(self, radius: float) -> bool | None:
        """Return whether some choice covers enough within ``radius``; ``None`` when the time was up first."""
        prepared = covering_model(self.travel, self.choice, self.weight, radius)
        missing = float(self.weight.sum()) - self.target
        room = missing + 1e-9 * max(1.0, float(self.weight.sum()))
        short = Clock(replace(self.clock.limits, time_limit_s=max(1e-3, min(QUICK_SECONDS, self.clock.left))))
        found = minimise(prepared.model, short, 0.0, lambda _: 0.0, aim=room)
        self.nodes += found.nodes
        self.clock.cancelled |= short.cancelled
        verdict: bool | None = found.cost <= room
        sites = found.opened
        if not verdict and short.over:
            verdict = None
            if not self.clock.over:
                cheapest = cheapest_cover(prepared.model, missing, self.clock)
                self.nodes += cheapest.nodes
                budget = prepared.model.budget * (1 + 1e-9)
                if float(prepared.model.price[cheapest.sites].sum()) <= budget:
                    verdict, sites = True, cheapest.sites
                elif cheapest.bound > budget:
                    verdict = False
        opened = prepared.opened(sites, self._nearest, self.choice)
        time = self.radius(self._times(opened))
        if time < self.reached or not np.isfinite(self.reached):
            self.reached, self.opened = time, opened
        return verdict

    def _nearest(self, opened: Bools) -> Longs:
        return self.travel.nearest(opened, self.limit)[0]

    def _times(self, opened: Bools) -> Floats:
        return self.travel.nearest(opened, self.limit)[1]
