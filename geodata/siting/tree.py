"""Branch and Benders cut: exact search whose nodes are small linear programs over the sites alone.

The cuts of :mod:`geodata.siting.polish` hold for every node, so one linear program serves the whole tree: a node
changes the bounds of its sites and goes on from the last basis (Cordeau, Furini and Ljubić 2019).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from geodata.siting.clock import Clock
from geodata.siting.model import Model
from geodata.siting.polish import Master, make_master
from geodata.siting.types import Bools, Floats

NODE_ROUNDS = 8
ROOT_ROUNDS = 150
#: A node's rounds of cuts go on while each closes this part of what is missing.
WORTH = 0.02
#: Choices between two attempts to round the linear program's choice.
ROUNDING = 8
HAIR = 1e-6


@dataclass(slots=True)
class Branch:
    """An open node: proven bound, and which sites are fixed (1 open, 0 closed, -1 free)."""

    bound: float
    fixed: Floats


@dataclass(slots=True)
class Tree:
    """Exact search on ``model`` without its constant.

    ``offer`` takes a choice of sites and returns the bound above which nothing better is left; it may keep the choice.
    """

    model: Model
    clock: Clock
    core: Floats
    offer: Callable[[Bools | None], float]
    master: Master = field(init=False)
    enough: float = field(init=False)
    nodes: int = 0
    given_up: float = np.inf

    def __post_init__(self) -> None:
        self.master = make_master(self.model, self.core)
        self.enough = self.offer(None)

    def run(self, report: Callable[[float], None]) -> float:
        """Search to the end or until the time is up; return the least bound of what was left open or given up."""
        count = len(self.model.price)
        stack = [Branch(-np.inf, np.full(count, -1.0))]
        while stack and not self.clock.over and not np.isneginf(self.enough):
            report(min(node.bound for node in stack))
            node = stack.pop()
            if node.bound > self.enough:
                self.given_up = min(self.given_up, max(node.bound, self.enough))
                continue
            self.nodes += 1
            stack.extend(self.explore(node))
        return min([self.given_up, *(node.bound for node in stack)])

    def explore(self, node: Branch) -> list[Branch]:
        """Bound a node by its linear program; return its children, or itself when the time is up."""
        if not self.feasible(node.fixed):
            return []
        self.master.fix(node.fixed)
        y = node.fixed
        while True:
            if not self.cut(node, ROOT_ROUNDS if self.nodes == 1 else NODE_ROUNDS):
                return self.split(node, node.fixed < 0)
            if node.bound > self.enough:
                self.given_up = min(self.given_up, node.bound)
                return []
            if self.clock.over:
                return [node]
            y = self.master.point
            loose = (node.fixed < 0) & (y > HAIR) & (y < 1 - HAIR)
            if loose.any():
                break
            choice = y > 0.5
            cost = self.model.value(choice) - self.model.constant
            self.enough = self.offer(choice)
            if cost <= self.master.value + 1e-7 * max(1.0, abs(cost)):
                self.given_up = min(self.given_up, cost)
                return []
            if not self.master.cut(choice.astype(np.float64)):
                return self.split(node, node.fixed < 0)
        if self.nodes % ROUNDING == 1:
            self.enough = self.offer(self.rounded())
        return self.split(Branch(node.bound, self.master.fix_by_cost(self.enough)), loose)

    def feasible(self, fixed: Floats) -> bool:
        """Whether some choice keeps to what is fixed, to the budget and to the group."""
        model = self.model
        members = int((model.group & (fixed != 0)).sum())
        return float(model.price[fixed == 1].sum()) <= model.budget * (1 + 1e-12) and members >= model.least

    def split(self, node: Branch, loose: Bools) -> list[Branch]:
        """Return the children of a node on the loose site that is nearest to being open; close it if all are fixed."""
        loose = loose & (node.fixed < 0)
        if not loose.any():
            loose = node.fixed < 0
        if not loose.any():
            choice = node.fixed > 0.5
            self.enough = self.offer(choice)
            self.given_up = min(self.given_up, self.model.value(choice) - self.model.constant)
            return []
        site = int(np.argmin(np.where(loose, np.abs(self.master.point - 0.6), 2.0)))
        children = [Branch(node.bound, node.fixed.copy()) for _ in range(2)]
        children[0].fixed[site], children[1].fixed[site] = 0.0, 1.0
        return children

    def cut(self, node: Branch, rounds: int) -> bool:
        """Solve and cut while it pays; return whether the linear program could be solved."""
        last = -np.inf
        for turn in range(rounds):
            if not self.master.solve():
                return False
            node.bound = max(node.bound, self.master.value)
            if node.bound > self.enough or self.clock.over:
                return True
            fresh = self.master.cut_deep() if self.nodes == 1 else self.master.cut(self.master.point)
            if not fresh:
                return True
            slow = node.bound - last < WORTH * (self.enough - node.bound)
            if turn >= 2 and slow and self.nodes > 1:
                return True
            last = node.bound
        return True

    def rounded(self) -> Bools:
        """Return the sites of the greatest part in the linear program's choice that the budget allows."""
        chosen = np.zeros(len(self.model.price), np.bool_)
        left = self.model.budget * (1 + 1e-12)
        for site in np.argsort(-self.master.point, kind="stable"):
            if self.model.price[site] <= left and self.master.point[site] > HAIR:
                chosen[site] = True
                left -= float(self.model.price[site])
        return chosen
