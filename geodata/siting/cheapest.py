"""The cheapest choice that leaves at most a given weight uncovered: HiGHS on the small model, our own search beyond."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from geodata.siting import mip
from geodata.siting.branch import Search
from geodata.siting.clock import Clock
from geodata.siting.kernels import take_rows
from geodata.siting.model import Model, granularity
from geodata.siting.prepare import PAIRS
from geodata.siting.search import greedy
from geodata.siting.types import Bools, Floats, Longs

#: Entries up to which HiGHS is given the compact model.
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
    run = _Run(model, room, clock, _greedy_cover(model, room), _ratio_bound(model, room))
    run.descend()
    full = len(model.pen) == 0 or room < float(model.pen.min())
    for part in (run.by_highs, run.by_decisions) if full else (run.by_decisions, run.by_highs):
        if not run.proven and not clock.over:
            part(full)
    return Cheapest(np.flatnonzero(run.best), run.cost if run.proven else run.floor, run.nodes)


@dataclass(slots=True)
class _Run:
    """The best choice so far that leaves at most ``room`` uncovered, and the proven ``floor`` of its cost."""

    model: Model
    room: float
    clock: Clock
    best: Bools
    floor: float
    nodes: int = 0

    @property
    def cost(self) -> float:
        return float(self.model.price[self.best].sum())

    @property
    def proven(self) -> bool:
        return _meets(self.floor, self.cost)

    @property
    def step(self) -> float:
        return granularity(self.model.price)

    def take(self, opened: Bools) -> bool:
        """Keep a choice if it covers enough and costs less."""
        if _uncovered(self.model, opened) > self.room or int((opened & self.model.group).sum()) < self.model.least:
            return False
        thin = _thinned(self.model, opened, self.room)
        better = float(self.model.price[thin].sum()) < self.cost * (1 - 1e-12)
        if better:
            self.best = thin
        return better

    def search(self, budget: float, seconds: float) -> Search:
        """Return a search for a choice within ``budget`` that covers enough."""
        clock = Clock(replace(self.clock.limits, time_limit_s=max(1e-3, min(seconds, self.clock.left))))
        model = replace(self.model, budget=budget, names=np.arange(len(self.model.price)))
        return Search(model, clock, 0.0, lambda _: 0.0, self.room + self.model.constant)

    def descend(self) -> None:
        """Look for cheaper choices by interchange alone."""
        while not self.proven and not self.clock.over:
            search = self.search(self.cost - self.step if self.step else self.cost * 0.99, self.clock.left)
            if search.root.budget < 0:
                return
            search.start()
            if not self.take(search.best):
                return

    def by_decisions(self, full: bool) -> None:
        """Halve the range of costs with covering decisions until one of them is too hard."""
        while not self.proven and not self.clock.over:
            self.clock.report(self.cost, self.floor)
            high = self.cost - self.step if self.step else self.cost * (1 - 1e-9)
            low = self.floor
            budget = np.floor((low + high) / 2 / self.step + 1e-6) * self.step if self.step else high
            search = self.search(max(0.0, budget), self.clock.left if full else 0.4 * self.clock.left)
            found = search.run()
            self.nodes += found.nodes
            if search.done:
                self.take(search.best)
            elif search.clock.over:
                self.clock.cancelled |= search.clock.cancelled
                return
            else:
                self.floor = max(self.floor, budget + self.step if self.step else self.cost)

    def by_highs(self, full: bool) -> None:
        """Solve the compact model by HiGHS; what its tolerances let through is cut off and it is run again."""
        model = self.model
        if mip.size_of(model) > COMPACT:
            return
        problem = _problem(_without_implied_rows(model) if full else model, self.room, full)
        until = 0.4 * self.clock.left if full else 0.0
        while self.clock.left > until and not self.proven:
            answer = mip.solve(problem, self.clock, self.clock.left - until, self.best)
            if answer.infeasible:  # by rounding only: the best choice so far is feasible
                return
            self.floor = max(self.floor, _rounded_up(min(answer.bound, self.cost), model.price))
            if answer.values is None:
                return
            opened = mip.opened_of(answer.values)
            if self.take(opened) or not answer.finished or _uncovered(model, opened) <= self.room:
                return
            cut = np.zeros((1, problem.matrix.shape[1]))
            cut[0, : problem.whole] = ~opened
            matrix = sp.csc_array(sp.vstack([problem.matrix, sp.csr_array(cut)]))
            problem = replace(problem, matrix=matrix, lower=np.append(problem.lower, 1.0))


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


def _rounded_up(bound: float, prices: Floats) -> float:
    """Return the least possible cost that is not below ``bound``."""
    step = granularity(prices)
    return float(np.ceil(bound / step - 1e-6) * step) if step else bound * (1 - 1e-9)
