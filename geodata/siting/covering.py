"""Maximal covering: the most demand within reach of an open site, or weighted by a decay with time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from geodata.errors import ValueUnusableError
from geodata.siting.answer import Answer, make_answer, serve
from geodata.siting.branch import minimise
from geodata.siting.clock import Limits, start_clock
from geodata.siting.median import check_reach
from geodata.siting.prepare import covering_model, median_model
from geodata.siting.rules import Rules, check_rules
from geodata.siting.travel import Times, Travel, check_weights
from geodata.siting.types import Floats

Decay = Callable[[Floats], ArrayLike]


def maximal_covering(
    times: Times | Travel,
    rules: Rules,
    *,
    within: float | None = None,
    weights: ArrayLike | None = None,
    decay: Decay | None = None,
    limits: Limits | None = None,
) -> Answer:
    """Choose sites so that the demand covered is greatest (Church and ReVelle 1974).

    Covered demand is taken out, equal demand merged and dominated sites dropped (Chen et al. 2023); then interchange,
    the Lagrangian bound (Galvão and ReVelle 1996) with fixing of sites, and branch and Benders cut (Cordeau, Furini
    and Ljubić 2019).

    Parameters
    ----------
    times : array_like or sparse
        Travel times, demand × sites, or booleans (who is covered); see :class:`~geodata.siting.travel.Travel`.
    rules : Rules
        Number of sites or budget, existing, required and forbidden sites.
    within : float, optional
        Cut-off: demand is covered by an open site no further than this; any site it can reach when missing.
    weights : array_like, optional
        Demand weights; 1 each when missing.
    decay : callable, optional
        Instead of a sharp edge: from an array of times to the part of the demand (1…0, not rising) that is served at
        that time (Church and Roberts 1983; Berman and Krass 2002). The nearest open site counts.
    limits : Limits, optional
        Time limit, wanted gap, watcher.

    Returns
    -------
    Answer
        ``objective`` is the covered weight (with a decay: the weight times the part served).

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
    if decay is None:
        prepared = covering_model(travel, choice, weight, limit)
    else:
        lost = decayed(travel, limit, decay)
        prepared = median_model(lost, choice, weight, np.inf, 1.0)
    total = float(weight.sum())
    found = minimise(prepared.model, clock, prepared.step, lambda cost: clock.limits.gap * max(0.0, total - cost))
    opened = prepared.opened(found.opened, lambda mask: travel.nearest(mask, limit)[0], choice)
    service = serve(travel, choice, opened, limit, weight)
    if decay is None:
        objective = float(weight[service.site >= 0].sum())
    else:
        objective = float(weight @ (1.0 - np.minimum(lost.nearest(opened)[1], 1.0)))
    return make_answer(
        "maximal_covering",
        choice,
        opened,
        service,
        weight,
        clock,
        objective=objective,
        bound=total - found.bound,
        maximise=True,
        nodes=found.nodes,
    )


def decayed(travel: Travel, limit: float, decay: Decay) -> Travel:
    """Return the part of the demand that is lost at each entry within ``limit``."""
    indptr, sites, values = travel.within(limit, np.arange(travel.shape[1], dtype=np.int32))
    part = np.asarray(decay(values), np.float64)
    if part.shape != values.shape:
        raise ValueUnusableError("siting_length", name="decay", length=part.size, expected=values.size)
    order = np.argsort(values, kind="stable")
    wrong = ~((part >= 0) & (part <= 1))
    wrong[order[1:]] |= part[order[1:]] > part[order[:-1]] + 1e-12
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        raise ValueUnusableError("siting_decay", time=float(values[at]), value=float(part[at]))
    return Travel(travel.shape, None, indptr, sites, 1.0 - part)


def linear_decay(full: float, zero: float) -> Decay:
    """Return a decay that is 1 up to the time ``full`` and falls in a line to 0 at ``zero``."""
    if not 0 <= full < zero:
        raise ValueUnusableError("siting_reach", name="zero", value=zero)
    return lambda times: np.clip((zero - times) / (zero - full), 0.0, 1.0)


def half_life_decay(half: float) -> Decay:
    """Return a decay that halves with every ``half`` of time."""
    if not half > 0:
        raise ValueUnusableError("siting_reach", name="half", value=half)
    return lambda times: np.exp2(-times / half)
