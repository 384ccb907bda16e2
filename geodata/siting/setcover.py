"""Set covering: the fewest or cheapest sites that cover a share of the demand."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from geodata.errors import ValueUnusableError
from geodata.siting.answer import Answer, make_answer, serve
from geodata.siting.cheapest import cheapest_cover
from geodata.siting.clock import Limits, start_clock
from geodata.siting.median import check_reach
from geodata.siting.prepare import covering_model
from geodata.siting.rules import Rules, check_rules
from geodata.siting.travel import Times, Travel, check_weights


def set_covering(
    times: Times | Travel,
    rules: Rules | None = None,
    *,
    within: float | None = None,
    weights: ArrayLike | None = None,
    share: float = 1.0,
    limits: Limits | None = None,
) -> Answer:
    """Choose the fewest (or cheapest) sites that cover a share of the demand (Toregas et al. 1971).

    Demand that no allowed site reaches is named in the answer's ``unreachable``; when the share cannot be had because
    of it, everything that can be reached is covered. Equal demand is merged, dominated sites and, for full cover,
    implied rows are dropped (Beasley 1987); the rest is solved by HiGHS from a greedy start.

    Parameters
    ----------
    times, within, weights, limits
        As in :func:`~geodata.siting.covering.maximal_covering`.
    rules : Rules, optional
        Existing, required and forbidden sites, and ``costs`` where sites do not count alike; no number and no budget.
        An existing site that may close costs its price while it stays.
    share : float
        Share of all demand weight that has to be covered, above 0 and at most 1.

    Returns
    -------
    Answer
        ``objective`` is the cost (or number) of the sites that were free to choose: new ones, and existing ones that
        could have closed.

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
    choice = check_rules(rules or Rules(), travel.shape[1], limited=False)
    limit = check_reach("within", within, np.inf)
    prepared = covering_model(travel, choice, weight, limit)
    possible = travel.nearest(choice.held | choice.free, limit)[0] >= 0
    target = min(share * float(weight.sum()), float(weight[possible].sum()))
    missing = float(weight.sum()) - target
    found = cheapest_cover(prepared.model, missing, clock)
    opened = prepared.opened(found.sites, lambda mask: travel.nearest(mask, limit)[0], choice)
    service = serve(travel, choice, opened, limit, weight)
    must = choice.held & ~choice.existing
    fixed = float(choice.price[must].sum())
    return make_answer(
        "set_covering",
        choice,
        opened,
        service,
        weight,
        clock,
        objective=float(choice.price[opened & (choice.free | must)].sum()),
        bound=fixed + found.bound * prepared.unit,
        maximise=False,
        nodes=found.nodes,
    )
