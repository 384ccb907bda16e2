"""The cheapest choice that leaves at most a given weight uncovered: HiGHS on the small model, our own search beyond."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from geodata.siting import mip
from geodata.siting.branch import minimise
from geodata.siting.clock import Clock
from geodata.siting.kernels import take_rows
from geodata.siting.model import Model, granularity
from geodata.siting.prepare import PAIRS
from geodata.siting.search import greedy
from geodata.siting.types import Bools, Floats, Longs

#: Entries up to which HiGHS gets all the time; beyond, it gets a part of it first.
COMPACT = 3_000_000


@dataclass(frozen=True, slots=True)
class Cheapest:
    """The sites found, the proven lower bound on their cost, and how many subproblems were looked at."""

    sites: Longs
    bound: float
    nodes: int


def cheapest_cover(model: Model, missing: float, clock: Clock) -> Cheapest:
    """Find the cheapest sites of a covering ``model`` that leave at most ``missing`` uncovered.

    Parameters
    ----------
    model : Model
        A covering; its budget is not used.
    missing : float
        Weight that may stay uncovered; what all sites together leave uncovered must not be more.
    clock : Clock
        Time limit and progress.
    """
    room = missing - model.constant
    room += 1e-9 * max(1.0, abs(missing), float(model.pen.sum()))
    best = _greedy_cover(model, room)
    cost, floor = float(model.price[best].sum()), _ratio_bound(model, room)
    step = granularity(model.price)
    full = len(model.pen) == 0 or room < float(model.pen.min())
    nodes = 0
    if not _meets(floor, cost) and mip.size_of(model) <= COMPACT:
        problem = _problem(_without_implied_rows(model) if full else model, room, full)
        seconds = clock.left if full else 0.5 * clock.left
        best, floor = _by_highs(model, problem, room, best, floor, clock, seconds)
        cost = float(model.price[best].sum())
    while not _meets(floor, cost) and not clock.over:
        less = cost - step if step else cost * (1 - 1e-9)
        if floor > less + 1e-6 * max(1.0, less):
            floor = cost
            break
        clock.report(cost, floor)
        found = minimise(replace(model, budget=less), clock, 0.0, lambda _: 0.0, aim=room + model.constant)
        nodes += found.nodes
        if found.cost <= room + model.constant:
            best = _thinned(model, np.isin(np.arange(len(model.price)), found.opened), room)
            cost = float(model.price[best].sum())
        elif not clock.over:
            floor = cost
    return Cheapest(np.flatnonzero(best), cost if _meets(floor, cost) else floor, nodes)


def _meets(floor: float, cost: float) -> bool:
    """Whether the bound equals the cost but for rounding."""
    return cost <= floor + 4e-9 * max(1.0, cost)


def _uncovered(model: Model, opened: Bools) -> float:
    return model.value(opened) - model.constant


def _greedy_cover(model: Model, room: float) -> Bools:
    """Return a choice that covers enough: greedy by weight per price, then without what is not needed."""
    opened = np.zeros(len(model.price), np.bool_)
    members = np.flatnonzero(model.group)
    opened[members[np.argsort(model.price[members], kind="stable")[: model.least]]] = True
    greedy(*model.columns, model.pen, model.price, np.inf, opened)
    return _thinned(model, opened, room)


def _thinned(model: Model, opened: Bools, room: float) -> Bools:
    """Close, dearest and least useful first, the sites without which enough is still covered."""
    size = np.bincount(model.sites, weights=np.repeat(model.pen, np.diff(model.indptr)), minlength=len(model.price))
    kept = opened.copy()
    for site in sorted(np.flatnonzero(opened), key=lambda j: (size[j] / model.price[j], j)):
        kept[site] = False
        if _uncovered(model, kept) > room or int((kept & model.group).sum()) < model.least:
            kept[site] = True
    return kept


def _ratio_bound(model: Model, room: float) -> float:
    """Return what covering enough costs at least if sites never overlapped."""
    size = np.bincount(model.sites, weights=np.repeat(model.pen, np.diff(model.indptr)), minlength=len(model.price))
    need = float(model.pen.sum()) - room
    if need <= 0:
        return float(np.sort(model.price[model.group])[: model.least].sum())
    order = np.argsort(-size / model.price, kind="stable")
    total = np.cumsum(size[order])
    spent = np.cumsum(model.price[order])
    at = int(np.searchsorted(total, need * (1 - 1e-9)))
    if at >= len(order):
        return float(spent[-1]) if len(order) else 0.0
    before = float(total[at - 1]) if at else 0.0
    return max(0.0, float(spent[at] - model.price[order[at]] * (1 - (need - before) / size[order[at]])) * (1 - 1e-9))


def _without_implied_rows(model: Model) -> Model:
    """Return a full covering without the rows that are covered whenever some other row is."""
    lengths = np.diff(model.indptr)
    columns = np.bincount(model.sites, minlength=len(model.price)).astype(np.float64)
    if not len(lengths) or float((columns**2).sum()) > PAIRS:
        return model
    ones = np.ones(len(model.sites), np.float32)
    cover = sp.csr_array((ones, model.sites, model.indptr), shape=(len(lengths), len(model.price)))
    common = sp.coo_array(cover @ cover.T)
    holds = (common.data == lengths[common.row]) & (common.row != common.col)
    implied = np.zeros(len(lengths), np.bool_)
    implied[common.col[holds]] = True
    rows = np.flatnonzero(~implied)
    indptr, sites, costs = take_rows(model.indptr, model.sites, model.costs, rows)
    return replace(model, indptr=indptr, sites=sites, costs=costs, pen=model.pen[rows])


def _problem(model: Model, room: float, full: bool) -> mip.Mixed:
    """Return the compact model: sites, and unless all is to be covered, which rows are left out."""
    count, rows = len(model.price), len(model.pen)
    cover = sp.csr_array((np.ones(len(model.sites)), model.sites, model.indptr), shape=(rows, count))
    blocks: list[list[sp.sparray | None]] = [[cover]]
    lower = [np.ones(rows)]
    cost = model.price
    if not full:
        scale = float(model.pen.max())
        blocks = [[cover, sp.eye_array(rows)], [None, sp.csr_array(-model.pen[None, :] / scale)]]
        lower.append(np.array([-room / scale]))
        cost = np.concatenate([cost, np.zeros(rows)])
    if model.least:
        members = sp.csr_array(model.group[None, :].astype(float))
        blocks.append([members] if full else [members, None])
        lower.append(np.array([float(model.least)]))
    return mip.Mixed(cost, sp.csc_array(sp.block_array(blocks)), np.concatenate(lower), count)


def _by_highs(
    model: Model, problem: mip.Mixed, room: float, best: Bools, floor: float, clock: Clock, seconds: float
) -> tuple[Bools, float]:
    """Solve by HiGHS; what its tolerances let through but does not cover enough is cut off and it is run again."""
    until = clock.left - seconds
    while clock.left > until:
        answer = mip.solve(problem, clock, clock.left - until)
        if answer.infeasible:  # by rounding only: the greedy choice is feasible
            return best, floor
        floor = max(floor, _rounded_up(min(answer.bound, float(model.price[best].sum())), model.price))
        if answer.values is None:
            return best, floor
        opened = mip.opened_of(answer.values)
        if _uncovered(model, opened) <= room:
            opened = _thinned(model, opened, room)
            return (opened, floor) if model.price[opened].sum() < model.price[best].sum() else (best, floor)
        if not answer.finished:
            return best, floor
        cut = np.zeros((1, problem.matrix.shape[1]))
        cut[0, : problem.whole] = ~opened
        matrix = sp.csc_array(sp.vstack([problem.matrix, sp.csr_array(cut)]))
        problem = replace(problem, matrix=matrix, lower=np.append(problem.lower, 1.0))
    return best, floor


def _rounded_up(bound: float, prices: Floats) -> float:
    """Return the least possible cost that is not below ``bound``."""
    step = granularity(prices)
    return float(np.ceil(bound / step - 1e-6) * step) if step else bound * (1 - 1e-9)
