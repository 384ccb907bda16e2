"""The p-median problem: the least total way of all demand to its nearest open site."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from geodata.errors import ValueUnusableError
from geodata.siting.answer import Answer, make_answer, serve
from geodata.siting.branch import minimise
from geodata.siting.clock import Limits, start_clock
from geodata.siting.prepare import median_model
from geodata.siting.rules import Rules, check_rules
from geodata.siting.travel import Times, Travel, check_weights


def p_median(
    times: Times | Travel,
    rules: Rules,
    *,
    weights: ArrayLike | None = None,
    within: float | None = None,
    unserved: float | None = None,
    limits: Limits | None = None,
) -> Answer:
    """Choose sites so that the demand's weighted time to the nearest open site is least.

    Solved by interchange (Resende and Werneck 2007), a Lagrangian bound with reduced-cost fixing (Beasley 1993; Briant
    and Naddef 2004) and branch and bound; what is left small by Benders cuts (Duran-Mateluna, Ales and Elloumi 2023).

    Parameters
    ----------
    times : array_like or sparse
        Travel times (or distances), demand × sites; see :class:`~geodata.siting.travel.Travel`.
    rules : Rules
        Number of sites or budget, existing, required and forbidden sites.
    weights : array_like, optional
        Demand weights; 1 each when missing.
    within : float, optional
        Cut-off: a site further away than this does not serve.
    unserved : float, optional
        Time that counts for demand without a site within reach, and at most for any other; by default twice the
        longest time within reach, so that no demand is left unserved for the sake of shorter ways elsewhere alone.
    limits : Limits, optional
        Time limit, wanted gap, watcher.

    Returns
    -------
    Answer
        ``objective`` is the weighted time, with ``unserved`` for rows that are not served.

    Raises
    ------
    ValueUnusableError
        If an argument cannot be used.
    """
    clock = start_clock(limits)
    travel = Travel.of(times)
    weight = check_weights(weights, travel.shape[0])
    choice = check_rules(rules, travel.shape[1])
    limit = check_reach("within", within, np.inf)
    most = check_reach("unserved", unserved, 2 * travel.longest(limit))
    if not np.isfinite(most):
        raise ValueUnusableError("siting_reach", name="unserved", value=most)
    prepared = median_model(travel, choice, weight, limit, most)
    found = minimise(prepared.model, clock, prepared.step, lambda cost: clock.limits.gap * cost)
    opened = prepared.opened(found.opened, lambda mask: travel.nearest(mask, limit)[0], choice)
    service = serve(travel, choice, opened, limit, weight)
    objective = float(weight @ np.minimum(service.time, most))
    return make_answer(
        "p_median",
        choice,
        opened,
        service,
        weight,
        clock,
        objective=objective,
        bound=found.bound,
        maximise=False,
        nodes=found.nodes,
    )


def check_reach(name: str, value: float | None, default: float) -> float:
    """Return a cut-off that was given, or ``default``."""
    if value is None:
        return default
    if not value >= 0:
        raise ValueUnusableError("siting_reach", name=name, value=value)
    return float(value)
