"""Compiled searches for good choices: greedy opening and interchange of sites.

The interchange is the fast swap evaluation of Whitaker (1983) in the form of Resende and Werneck, "A fast swap-based
local search procedure for location problems", Annals of Operations Research 150 (2007), on sparse sorted rows and with
prices: a site may be opened as long as the budget lasts, and swapped for one that the budget then allows.
"""

from __future__ import annotations

import numpy as np

from geodata.siting.compiled import kernel
from geodata.siting.types import Bools, Floats, Ints, Longs


@kernel
def greedy(col_ptr: Longs, rows: Ints, costs: Floats, pen: Floats, price: Floats, budget: float, opened: Bools) -> None:
    """Open, in place, the site with the greatest gain per price while the budget lasts.

    Gains only shrink as sites open, so an old gain is an upper bound and few are worked out again (Minoux 1978).
    """
    sites = len(price)
    near = pen.copy()
    slack = budget * (1.0 + 1e-12)
    for j in range(sites):
        if opened[j]:
            slack -= price[j]
            for k in range(col_ptr[j], col_ptr[j + 1]):
                near[rows[k]] = min(near[rows[k]], costs[k])
    gain = np.full(sites, np.inf)
    fresh = np.full(sites, -1, np.int64)
    opened_count = 0
    while True:
        best = -1
        for j in range(sites):
            if not opened[j] and price[j] <= slack and (best < 0 or gain[j] > gain[best]):
                best = j
        if best < 0:
            return
        if fresh[best] == opened_count:
            opened[best] = True
            slack -= price[best]
            opened_count += 1
            for k in range(col_ptr[best], col_ptr[best + 1]):
                near[rows[k]] = min(near[rows[k]], costs[k])
        else:
            total = 0.0
            for k in range(col_ptr[best], col_ptr[best + 1]):
                total += max(0.0, near[rows[k]] - costs[k])
            gain[best] = total / price[best]
            fresh[best] = opened_count


@kernel
def two_nearest(
    i: int, indptr: Longs, sites: Ints, costs: Floats, pen: Floats, opened: Bools
) -> tuple[int, float, int, float]:
    """Return the nearest and the second nearest open site of row ``i`` with their costs (-1: none)."""
    first, near = -1, float(pen[i])
    for k in range(indptr[i], indptr[i + 1]):
        if opened[sites[k]]:
            if first >= 0:
                return first, near, int(sites[k]), costs[k]
            first, near = int(sites[k]), costs[k]
    return first, near, -1, pen[i]


@kernel
def near_costs(indptr: Longs, sites: Ints, costs: Floats, pen: Floats, opened: Bools) -> tuple[Floats, Floats]:
    """Return every row's cost at its nearest and at its second nearest open site."""
    near1 = np.empty(len(pen))
    near2 = np.empty(len(pen))
    for i in range(len(pen)):
        _, near1[i], _, near2[i] = two_nearest(i, indptr, sites, costs, pen, opened)
    return near1, near2


@kernel
def interchange(
    indptr: Longs,
    sites: Ints,
    costs: Floats,
    pen: Floats,
    col_ptr: Longs,
    col_rows: Ints,
    col_costs: Floats,
    price: Floats,
    budget: float,
    group: Bools,
    least: int,
    opened: Bools,
    order: Longs,
) -> float:
    """Swap and add sites, in place, until no single move helps; return the cost reached.

    ``group`` marks sites of which at least ``least`` must stay open. Sites are tried in ``order``.
    """
    n, m = len(pen), len(price)
    site1 = np.empty(n, np.int64)
    site2 = np.empty(n, np.int64)
    near1 = np.empty(n)
    near2 = np.empty(n)
    loss = np.zeros(m)
    extra = np.zeros(m)
    total = 0.0
    for i in range(n):
        site1[i], near1[i], site2[i], near2[i] = two_nearest(i, indptr, sites, costs, pen, opened)
        total += near1[i]
        if site1[i] >= 0:
            loss[site1[i]] += near2[i] - near1[i]
    open_list = np.flatnonzero(opened)
    slack = budget * (1.0 + 1e-12)
    grouped = 0
    for r in open_list:
        slack -= price[r]
        grouped += group[r]
    idle = 0
    at = 0
    while idle < m:
        j = order[at]
        at = (at + 1) % m
        idle += 1
        if opened[j]:
            continue
        gain = 0.0
        for k in range(col_ptr[j], col_ptr[j + 1]):
            i = col_rows[k]
            cost = col_costs[k]
            if cost < near2[i]:
                if cost < near1[i]:
                    gain += near1[i] - cost
                    if site1[i] >= 0:
                        extra[site1[i]] += near2[i] - near1[i]
                elif site1[i] >= 0:
                    extra[site1[i]] += near2[i] - cost
        leaving = -1
        place = -1
        best = -np.inf
        if price[j] <= slack:
            best = gain
        for q in range(len(open_list)):
            r = open_list[q]
            allowed = price[j] <= slack + price[r] and (not group[r] or group[j] or grouped > least)
            if allowed and gain + extra[r] - loss[r] > best:
                best = gain + extra[r] - loss[r]
                leaving = r
                place = q
            extra[r] = 0.0
        if best <= 1e-9 * (1.0 + total * 1e-3):
            continue
        idle = 0
        total -= best
        opened[j] = True
        slack -= price[j]
        grouped += group[j]
        if leaving >= 0:
            opened[leaving] = False
            slack += price[leaving]
            grouped -= group[leaving]
            open_list[place] = j
        else:
            open_list = np.append(open_list, j)
        for turn in range(2):
            column = j if turn == 0 else leaving
            if column < 0:
                continue
            for k in range(col_ptr[column], col_ptr[column + 1]):
                i = col_rows[k]
                gained = turn == 0 and col_costs[k] < near2[i]
                lost = turn == 1 and (site1[i] == leaving or site2[i] == leaving)
                if gained or lost:
                    if site1[i] >= 0:
                        loss[site1[i]] -= near2[i] - near1[i]
                    site1[i], near1[i], site2[i], near2[i] = two_nearest(i, indptr, sites, costs, pen, opened)
                    if site1[i] >= 0:
                        loss[site1[i]] += near2[i] - near1[i]
    total = 0.0
    for i in range(n):
        total += near1[i]
    return total
