"""The Lagrangian bound: compiled subgradient steps with fixing of sites by reduced cost.

Each row's demand to be served once is relaxed with a multiplier ``u`` (Cornuéjols, Fisher and Nemhauser 1977; Beasley
1993). What is left is to choose the sites with the most negative sums within the budget, which is solved exactly for
a number of sites and as a continuous knapsack for prices. Any ``u`` gives a valid lower bound. With ``pen`` as the
cost of an unserved row and costs of zero the same bound is that of maximal covering (Galvão and ReVelle 1996).
"""

from __future__ import annotations

import numpy as np

from geodata.siting.compiled import kernel
from geodata.siting.types import Bools, Floats, Ints, Longs


@kernel
def choose_number(rho: Floats, count: int, share: Floats) -> tuple[float, float, float, bool]:
    """Choose the ``count`` sites of least ``rho`` (fewer than there are); see :func:`choose`."""
    outside = np.partition(rho, count)[count]
    value = 0.0
    inside = -np.inf
    left = count
    for j in range(len(rho)):
        share[j] = 0.0
        if rho[j] < outside:
            share[j] = 1.0
            value += rho[j]
            inside = max(inside, rho[j])
            left -= 1
    for j in range(len(rho)):
        if left == 0:
            break
        if rho[j] == outside:
            share[j] = 1.0
            value += rho[j]
            inside = outside
            left -= 1
    return value, inside, outside, True


@kernel
def choose(
    rho: Floats, price: Floats, budget: float, alike: bool, group: Bools, least: int, share: Floats
) -> tuple[float, float, float, bool]:
    """Choose sites of least total ``rho`` (never above 0) within the budget, into ``share`` (0…1).

    Returns
    -------
    value : float
        The least total.
    inside, outside : float
        What a unit of budget is worth (at most 0): the worst one chosen and the best one left.
    exact : bool
        Whether these two may be used to fix sites.
    """
    m = len(rho)
    share[:] = 0.0
    value = 0.0
    slack = budget
    exact = True
    if alike and least == 0 and int(budget + 1e-9) < m:
        count = int(budget + 1e-9)
        return choose_number(rho, count, share)
    order = np.argsort(rho) if alike else np.argsort(rho / price)
    if least > 0 and alike:
        count = 0
        limit = min(int(budget + 1e-9), m)
        for q in range(limit):
            count += group[order[q]]
        if count < least:
            exact = False
            count = 0
            for j in order:
                if group[j] and count < least:
                    share[j] = 1.0
                    value += rho[j]
                    slack -= 1.0
                    count += 1
    inside = 0.0
    outside = 0.0
    for j in order:
        if share[j] > 0.0:
            continue
        if slack <= 1e-9:
            outside = rho[j] / price[j]
            break
        part = min(1.0, slack / price[j])
        if alike and part < 1.0 - 1e-9:
            outside = rho[j]
            break
        share[j] = part
        value += part * rho[j]
        slack -= part * price[j]
        inside = rho[j] / price[j]
        if part < 1.0:
            outside = inside
            break
    return value, inside, outside, exact


@kernel
def ascend(
    indptr: Longs,
    sites: Ints,
    costs: Floats,
    pen: Floats,
    col_ptr: Longs,
    col_rows: Ints,
    col_costs: Floats,
    price: Floats,
    budget: float,
    alike: bool,
    group: Bools,
    least: int,
    u: Floats,
    best_u: Floats,
    average: Floats,
    fixed: Ints,
    chosen: Floats,
    control: Floats,
    upper: float,
    enough: float,
    iterations: int,
    patience: int,
) -> float:
    """Raise the bound by subgradient steps; return the best bound seen.

    Parameters
    ----------
    u, best_u, average, fixed, chosen
        State, changed in place: multipliers now and at the best bound, running average of the choice, sites fixed so
        far (1 open, -1 closed), the choice at the best bound.
    control
        Step scale, best bound, steps since it rose.
    upper
        The best known cost (aim of the steps).
    enough
        A bound above this closes the node; the same threshold fixes sites.
    """
    n, m = len(pen), len(price)
    rho = np.empty(m)
    share = np.empty(m)
    way = np.zeros(n)
    step_of = np.empty(n)
    best = float(control[1])
    for _ in range(iterations):
        rho[:] = 0.0
        total = 0.0
        for i in range(n):
            ui = u[i]
            total += ui
            for k in range(indptr[i], indptr[i + 1]):
                if costs[k] >= ui:
                    break
                rho[sites[k]] += costs[k] - ui
        value, inside, outside, exact = choose(rho, price, budget, alike, group, least, share)
        bound = total + value
        for j in range(m):
            average[j] += 0.06 * (share[j] - average[j])
        if bound > best:
            if bound > best + 1e-4 * (upper - best):
                control[2] = 0.0
            best = bound
            best_u[:] = u
            chosen[:] = share
            if best > enough:
                control[1] = best
                return best
        else:
            control[2] += 1.0
            if control[2] >= patience:
                control[0] *= 0.5
                control[2] = 0.0
                u[:] = best_u
                way[:] = 0.0
                if control[0] < 1e-4:
                    break
                continue
        if exact:
            for j in range(m):
                if fixed[j] == 0:
                    if share[j] < 1.0 and bound + rho[j] - inside * price[j] > enough:
                        fixed[j] = -1
                    elif share[j] > 0.0 and bound - rho[j] + outside * price[j] > enough:
                        fixed[j] = 1
        step_of[:] = 1.0
        for j in range(m):
            if share[j] > 0.0:
                for k in range(col_ptr[j], col_ptr[j + 1]):
                    if col_costs[k] < u[col_rows[k]]:
                        step_of[col_rows[k]] -= share[j]
        norm = 0.0
        for i in range(n):
            step = step_of[i] + 0.6 * way[i]
            if step > 0.0 and u[i] >= pen[i]:
                step = 0.0
            way[i] = step
            norm += step * step
        if norm < 1e-12:
            break
        size = control[0] * max(upper - bound, 1e-9) / norm
        for i in range(n):
            u[i] = min(pen[i], u[i] + size * way[i])
    control[1] = best
    return best
