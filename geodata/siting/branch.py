"""Exact branch and bound on :class:`~geodata.siting.model.Model` with Lagrangian bounds and reduced-cost fixing.

The order of work: greedy opening and interchange from several starts; subgradient steps at the root with fixing of
sites and interchange from the sites they choose; then depth-first search whose nodes start from their parent's
multipliers. Sites that are fixed leave the model at once, and rows of a covering that become equal merge again.
Coverings, and p-medians of which little is left, go on by linear programs over the sites instead, see
:mod:`geodata.siting.tree`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from geodata.siting.clock import Clock
from geodata.siting.lagrange import ascend
from geodata.siting.model import Model
from geodata.siting.polish import polish
from geodata.siting.search import greedy, interchange, near_costs
from geodata.siting.tree import Tree
from geodata.siting.types import Bools, Floats, Longs, sum_by

ROOT_STEPS = 60
ROOT_CHUNKS = 40
NODE_STEPS = 25
#: How often the root is solved as a linear program at most.
SHARPENINGS = 4
#: Entries up to which linear programs bound a p-median better than subgradient steps do.
SLIM = 20_000
#: Seconds for one of them at the root.
POLISH_SECONDS = 5.0
#: Step scale of the subgradient below which more steps do not pay.
FINE = 2e-3


@dataclass(slots=True)
class Outcome:
    """What a search found: the open sites (names of the model), their cost and the proven lower bound."""

    opened: Longs
    cost: float
    bound: float
    nodes: int


@dataclass(slots=True)
class Node:
    """An open subproblem: the model left, the sites opened on the way, multipliers to start from, and a branch to take.

    ``branch`` is the site (of ``model``) to open or close before the node is bounded; it is taken late so that waiting
    nodes share their parent's model.
    """

    model: Model
    opened: Longs
    u: Floats
    average: Floats
    bound: float
    branch: tuple[int, bool] | None = None

    def take(self, opened: Bools, closed: Bools, pen: Floats | None = None) -> None:
        """Fix sites for good and leave them out of the model, with lower penalties where given."""
        free_before = self.model
        self.opened = np.concatenate([self.opened, free_before.names[opened]])
        self.model, rows = free_before.restricted(opened, closed, pen)
        self.u = np.minimum(self.u[rows], self.model.pen)
        keep = np.isin(free_before.names, self.model.names, assume_unique=True)
        self.average = self.average[keep]
        if self.model.binary and len(rows):
            self.model, group = self.model.merged()
            self.u = sum_by(group, self.u, len(self.model.pen))


@dataclass(slots=True)
class Search:
    """One run of branch and bound; see :func:`minimise` for ``step``, ``slack`` and ``aim``."""

    root: Model
    clock: Clock
    step: float
    slack: Callable[[float], float]
    aim: float = -np.inf
    best: Bools = field(init=False)
    cost: float = field(init=False, default=np.inf)
    nodes: int = 0
    left: float = np.inf
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(7))

    def __post_init__(self) -> None:
        self.best = np.zeros(len(self.root.price), np.bool_)

    @property
    def enough(self) -> float:
        """The bound above which a subproblem holds nothing better than the best found."""
        tiny = 1e-9 * max(1.0, abs(self.cost))
        exact = 0.99 * self.step if self.step > 1e3 * tiny else tiny
        return min(self.cost - max(exact, self.slack(self.cost)), self.ceiling)

    @property
    def inexact(self) -> bool:
        """Whether subproblems are given up above something less than the best cost."""
        return self.slack(self.cost) > 0 or np.isfinite(self.aim)

    @property
    def ceiling(self) -> float:
        """The cost that is asked for, with room for rounding; infinite when the least is asked for."""
        return self.aim + 1e-9 * max(1.0, abs(self.aim)) if np.isfinite(self.aim) else np.inf

    @property
    def done(self) -> bool:
        """Whether the cost that was asked for is reached."""
        return self.cost <= self.ceiling < np.inf

    def run(self) -> Outcome:
        """Search until the optimum is proven, the allowed gap is reached or the time is up."""
        self.start()
        if self.done:
            return Outcome(np.flatnonzero(self.best), self.cost, -np.inf, 0)
        model = self.root
        near1, near2 = near_costs(model.indptr, model.sites, model.costs, model.pen, self.best)
        stack = [Node(model, np.empty(0, np.int64), (near1 + near2) / 2, np.full(len(model.price), 0.5), -np.inf)]
        closed = np.inf
        while stack and not self.clock.over and not self.done:
            self.clock.report(self.cost, min(closed, *(node.bound for node in stack)))
            node = stack.pop()
            if node.bound <= self.enough:
                self.nodes += 1
                stack.extend(self.explore(node))
            if not stack or stack[-1] is not node:
                closed = min(closed, max(node.bound, self.enough) if self.inexact else np.inf)
        bound = min([self.cost, self.left, closed, *(node.bound for node in stack)])
        return Outcome(np.flatnonzero(self.best), self.cost, bound, self.nodes)

    def start(self) -> None:
        """Find a first choice: greedy, interchange and a few disturbed repeats."""
        model = self.root
        opened = np.zeros(len(model.price), np.bool_)
        if model.least:
            members = np.flatnonzero(model.group)
            opened[members[np.argsort(model.price[members], kind="stable")[: model.least]]] = True
        greedy(*model.columns, model.pen, model.price, model.budget, opened)
        self.improve(opened)
        for _ in range(int(np.clip(1.5e7 / (1 + len(model.sites)), 2, 40))):
            if self.clock.over:
                return
            self.improve(self.disturbed())

    def disturbed(self) -> Bools:
        """Return the best choice with a few sites taken out and others put in at random."""
        model = self.root
        opened = self.best.copy()
        inside, outside = np.flatnonzero(opened), np.flatnonzero(~opened)
        count = min(len(inside), len(outside), max(1, len(inside) // 5))
        opened[self.rng.choice(inside, count, replace=False)] = False
        for j in self.rng.choice(outside, count, replace=False):
            opened[j] = True
            if float(model.price[opened].sum()) > model.budget * (1 + 1e-12):
                opened[j] = False
        return opened

    def improve(self, opened: Bools) -> None:
        """Run the interchange from ``opened`` (sites of the root, changed in place) and keep what is better."""
        m = self.root
        if not m.affordable(opened):
            return
        order = self.rng.permutation(len(opened))
        rows = (m.indptr, m.sites, m.costs, m.pen)
        value = m.constant + interchange(*rows, *m.columns, m.price, m.budget, m.group, m.least, opened, order)
        if value < self.cost:
            self.cost, self.best = value, opened.copy()

    def explore(self, node: Node) -> list[Node]:
        """Bound one node; return its children, the node itself when the time is up, or nothing when it is closed."""
        root = self.nodes == 1
        if node.branch is not None:
            site, opens = node.branch
            node.branch = None
            mark = np.zeros(len(node.model.price), np.bool_)
            mark[site] = True
            node.take(mark & opens, mark & (not opens))
        control = np.array([1.0 if root else 0.5, -np.inf, 0.0])
        for _ in range(ROOT_CHUNKS if root else 1):
            if self.leaf(node) or self.raise_bound(node, control, root):
                return []
            if self.clock.over:
                return [node]
            if control[0] < FINE:
                break
        if root and self.slim(node) and self.sharpen(node):
            return []
        if self.leaf(node):
            return []
        if root and self.slim(node):
            return self.grow(node)
        return self.children(node)

    def slim(self, node: Node) -> bool:
        """Whether linear programs over the sites are the better way to bound this model."""
        return node.model.binary or len(node.model.sites) <= SLIM

    def grow(self, node: Node) -> list[Node]:
        """Search what the root left by branch and Benders cut."""
        m = node.model

        def offer(choice: Bools | None) -> float:
            if choice is not None:
                opened = np.zeros(len(self.root.price), np.bool_)
                opened[node.opened] = True
                opened[m.names[choice]] = True
                self.improve(opened)
            return -np.inf if self.done else self.enough - m.constant

        tree = Tree(m, self.clock, node.average, offer)
        left = tree.run(lambda bound: self.clock.report(self.cost, max(node.bound, bound + m.constant)))
        self.nodes += tree.nodes
        if left + m.constant <= self.enough or self.inexact:
            self.left = max(node.bound, left + m.constant)
        return []

    def sharpen(self, node: Node) -> bool:
        """Go on from the linear relaxation's multipliers while they let sites be fixed; return whether it is closed."""
        for _ in range(SHARPENINGS):
            before = len(node.model.price)
            best = polish(node.model, node.average, self.enough - node.model.constant, self.clock, POLISH_SECONDS)
            if best is None:
                return False
            node.u, node.average = np.minimum(best.u, node.model.pen), best.y.copy()
            if self.raise_bound(node, np.array([0.02, -np.inf, 0.0]), True) or self.leaf(node):
                return True
            if len(node.model.price) > 0.8 * before or self.clock.over:
                return False
        return False

    def raise_bound(self, node: Node, control: Floats, root: bool) -> bool:
        """Take subgradient steps at a node and fix sites; return whether the node is closed."""
        m = node.model
        best_u, chosen, fixed = node.u.copy(), np.zeros(len(m.price)), np.zeros(len(m.price), np.int32)
        steps = int(np.clip(1e8 / (1 + len(m.sites)), 4, ROOT_STEPS if root else NODE_STEPS))
        rows = (m.indptr, m.sites, m.costs, m.pen, *m.columns, m.price, m.budget, m.alike, m.group, m.least)
        aim, enough = self.cost - m.constant, self.enough - m.constant
        bound = ascend(
            *rows, node.u, best_u, node.average, fixed, chosen, control, aim, enough, steps, 12 if root else 6
        )
        node.bound = max(node.bound, float(bound) + m.constant)
        if node.bound > self.enough:
            return True
        if root or self.nodes % 16 == 0:
            opened = np.zeros(len(self.root.price), np.bool_)
            opened[node.opened] = True
            opened[m.names[chosen > 0.999]] = True
            self.improve(opened)
        if float(m.price[fixed == 1].sum()) > m.budget * (1 + 1e-12):
            return True
        pen = self.caps(node, best_u, float(bound), enough)
        if np.any(fixed) or pen is not None:
            node.u = best_u
            node.take(fixed == 1, fixed == -1, pen)
            control[1:] = -np.inf, 0.0
        return node.bound > self.enough

    def caps(self, node: Node, u: Floats, bound: float, enough: float) -> Floats | None:
        """Return lower penalties for the rows where they drop a good part of the entries.

        A choice that serves row ``i`` at a cost ``c`` above ``u_i`` costs at least ``bound + c − u_i``. Where that is
        above ``enough`` it is of no use, so neither are the row's sites from there on.
        """
        m = node.model
        if m.binary:
            return None
        pen = np.minimum(m.pen, u + (enough - bound) + 1e-9 * max(1.0, abs(enough)))
        kept = np.count_nonzero(m.costs < np.repeat(pen, np.diff(m.indptr)))
        return pen if kept < 0.9 * len(m.costs) else None

    def leaf(self, node: Node) -> bool:
        """Close a node that can be solved at sight: too few sites to choose from, or one site left to choose."""
        m = node.model
        count = len(m.price)
        if int(m.group.sum()) < m.least or (m.alike and m.least > m.budget):
            return True
        take: Longs
        if not np.any(m.price <= m.budget * (1 + 1e-12)):
            take = np.empty(0, np.int64)
        elif float(m.price.sum()) <= m.budget * (1 + 1e-12):
            take = np.arange(count)
        elif m.alike and m.budget < 2:
            gain = np.bincount(m.sites, weights=np.repeat(m.pen, np.diff(m.indptr)) - m.costs, minlength=count)
            if m.least:
                gain[~m.group] = -1.0
            take = np.array([int(gain.argmax())])
        else:
            return False
        opened = np.zeros(len(self.root.price), np.bool_)
        opened[node.opened] = True
        opened[m.names[take]] = True
        cost = self.root.value(opened)
        if cost < self.cost:
            self.cost, self.best = cost, opened
        return True

    def children(self, node: Node) -> list[Node]:
        """Branch on the site about which the subgradient steps were least sure; the one to search first comes last."""
        site = int(np.argmin(np.abs(node.average - 0.7)))
        return [
            Node(node.model, node.opened, node.u, node.average, node.bound, (site, opens)) for opens in (False, True)
        ]


def minimise(model: Model, clock: Clock, step: float, slack: Callable[[float], float], aim: float = -np.inf) -> Outcome:
    """Solve ``model`` to proven optimality, to the allowed gap or to the time limit.

    Parameters
    ----------
    model : Model
        Rows, prices and budget.
    clock : Clock
        Time limit and progress.
    step : float
        A step of which every possible cost difference is a multiple; 0 when none is known.
    slack : callable
        Absolute gap that is allowed at a cost.
    aim : float
        Stop as soon as a cost of this or less is found, or when it is proven that there is none.
    """
    return Search(replace(model, names=np.arange(len(model.price))), clock, step, slack, aim).run()
