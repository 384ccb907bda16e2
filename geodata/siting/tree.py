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
        self.master.fix(node.fixed)
        rounds = ROOT_ROUNDS if self.nodes == 1 else NODE_ROUNDS
        while True:
            feasible = self.cut(node, rounds)
            if not feasible or node.bound > self.enough:
                self.given_up = min(self.given_up, max(node.bound, self.enough)) if feasible else self.given_up
                return []
            if self.clock.over:
                return [node]
            y = self.master.point
            loose = (y > HAIR) & (y < 1 - HAIR)
            if loose.any():
                break
            choice = y > 0.5
            cost = self.model.value(choice) - self.model.constant
            self.enough = self.offer(choice)
            if cost <= self.master.value + 1e-7 * max(1.0, abs(cost)):
                self.given_up = min(self.given_up, cost)
                return []
            rounds = NODE_ROUNDS
        if self.nodes % ROUNDING == 1:
            self.enough = self.offer(self.rounded())
        self.master.fix_by_cost(node.fixed, self.enough)
        site = int(np.argmin(np.where(loose, np.abs(y - 0.6), 2.0)))
        children = [Branch(node.bound, node.fixed.copy()) for _ in range(2)]
        children[0].fixed[site], children[1].fixed[site] = 0.0, 1.0
        return children

    def cut(self, node: Branch, rounds: int) -> bool:
        """Solve and cut while it pays; return whether the node has any solution."""
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
