"""The linear relaxation solved by Benders cuts, to start branch and bound from its multipliers.

Subgradient steps come near the bound of the linear relaxation but not onto it. Here it is closed by cutting planes in
the space of the sites alone: for a fractional choice ``y`` the best multipliers of each row are known in closed form,
and give the cut ``cost ≥ Σ u − Σ_j y_j Σ_i (u_i − c_ij)⁺`` (Cordeau, Furini and Ljubić 2019 for covering;
Duran-Mateluna, Ales and Elloumi 2023 for p-median). Cuts are taken between the best point so far and the linear
program's (Ben-Ameur and Neto 2007). The mean of the cuts' multipliers, weighted with their dual values, attains the
bound.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import highspy
import numpy as np

from geodata.siting.clock import Clock
from geodata.siting.compiled import kernel
from geodata.siting.model import Model
from geodata.siting.types import Floats, Ints, Longs

ROUNDS = 150
#: How far from the best point so far towards the linear program's a cut is taken.
STRIDE = 0.3
#: Cuts above which those that do not bind are dropped.
MANY = 4000


@kernel
def benders_cuts(
    indptr: Longs,
    sites: Ints,
    costs: Floats,
    pen: Floats,
    y: Floats,
    part: Longs,
    u: Floats,
    constant: Floats,
    slope: Floats,
) -> None:
    """Work out, for the cut at ``y`` of each part of the rows, the multipliers ``u``, constants and slopes per site.

    ``slope`` is flat: part by part, a number for each site.
    """
    constant[:] = 0.0
    slope[:] = 0.0
    for i in range(len(pen)):
        left = 1.0
        level = pen[i]
        for k in range(indptr[i], indptr[i + 1]):
            left -= y[sites[k]]
            if left <= 1e-9:
                level = costs[k]
                break
        u[i] = level
        constant[part[i]] += level
        base = part[i] * len(y)
        for k in range(indptr[i], indptr[i + 1]):
            if costs[k] >= level:
                break
            slope[base + sites[k]] += level - costs[k]


@dataclass(frozen=True, slots=True)
class Polished:
    """Multipliers that attain the bound of the linear relaxation, about, its choice of sites, and that bound."""

    u: Floats
    y: Floats
    bound: float


@dataclass(frozen=True, slots=True)
class Cut:
    """The cost of the rows of a part is at least ``constant − slope·y``; ``u`` are the multipliers it comes from."""

    part: int
    constant: float
    slope: Floats
    u: Floats


@dataclass(slots=True)
class Master:
    """The linear program over the sites and one cost for each part of the rows, with its cuts.

    ``point`` and ``value`` are its last solution; ``core`` is the best choice so far, of cost ``core_cost``.
    """

    solver: highspy.Highs
    model: Model
    part: Longs
    parts: int
    first: int
    core: Floats
    core_cost: float = np.inf
    point: Floats = field(init=False)
    theta: Floats = field(init=False)
    value: float = -np.inf
    slopes: Floats = field(init=False)
    duals: Floats = field(init=False)
    fixed: Floats = field(init=False)
    cuts: list[Cut] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.fixed = np.full(len(self.model.price), -1.0)
        self.point, self.theta = self.core, np.zeros(self.parts)
        self.cut(self.core)

    def cut(self, at: Floats) -> int:
        """Add the cuts at ``at`` that the last solution does not meet; return how many."""
        m, count = self.model, len(self.model.price)
        u, constant, flat = np.empty(len(m.pen)), np.empty(self.parts), np.empty(self.parts * count)
        benders_cuts(m.indptr, m.sites, m.costs, m.pen, at, self.part, u, constant, flat)
        slope = flat.reshape(self.parts, count)
        short = np.flatnonzero(constant - slope @ self.point - self.theta > 1e-7 * (1 + np.abs(self.theta)))
        for g in short:
            columns = np.flatnonzero(slope[g])
            index = np.append(columns, count + g).astype(np.int32)
            values = np.append(slope[g][columns], 1.0)
            self.solver.addRow(float(constant[g]), highspy.kHighsInf, len(index), index, values)
            self.cuts.append(Cut(int(g), float(constant[g]), slope[g].copy(), u[self.part == g]))
        cost = float(constant.sum() - (slope @ at).sum())
        if cost < self.core_cost:
            self.core, self.core_cost = at, cost
        return len(short)

    def cut_deep(self) -> int:
        """Cut between the core and the last solution, and at it; return how many cuts were added."""
        return self.cut(self.core + STRIDE * (self.point - self.core)) + self.cut(self.point)

    def solve(self) -> bool:
        """Solve the linear program and work out the bound; return whether it could be solved."""
        if len(self.cuts) > MANY:
            self.drop_loose()
        for _ in range(2):
            self.solver.run()
            if self.solver.getModelStatus() == highspy.HighsModelStatus.kOptimal:
                break
            self.solver.clearSolver()
        else:
            return False
        solution = self.solver.getSolution()
        values, duals = np.array(solution.col_value), np.array(solution.row_dual)
        count = len(self.model.price)
        self.point, self.theta = np.clip(values[:count], 0.0, 1.0), values[count:]
        self.duals = np.maximum(0.0, duals[self.first :])
        self.bound(max(0.0, -float(duals[0])), max(0.0, float(duals[1])) if self.first > 1 else 0.0)
        return True

    def bound(self, budget_dual: float, group_dual: float) -> None:
        """Work out ``value`` and the reduced costs ``slopes`` from the dual values, safe against the solver's rounding.

        A mean of a part's cuts is a cut, so any weights that sum to at most 1 give a valid bound, as do any dual values
        of at least 0 for the budget and the group.
        """
        m = self.model
        used = np.flatnonzero(self.duals > 1e-12)
        part = np.array([self.cuts[k].part for k in used], np.int64)
        total = np.zeros(self.parts)
        np.add.at(total, part, self.duals[used])
        weights = self.duals[used] / np.maximum(1.0, total)[part]
        constant = float(weights @ np.array([self.cuts[k].constant for k in used])) if len(used) else 0.0
        slopes = budget_dual * m.price - group_dual * m.group
        if len(used):
            slopes = slopes - weights @ np.array([self.cuts[k].slope for k in used])
        gain = np.where(self.fixed < 0, np.minimum(0.0, slopes), self.fixed * slopes)
        self.slopes = slopes
        self.value = constant + float(gain.sum()) - budget_dual * m.budget + group_dual * m.least

    def drop_loose(self) -> None:
        """Take out the cuts that did not bind in the last solution."""
        loose = np.flatnonzero(self.duals[: len(self.cuts)] <= 1e-9)
        self.solver.deleteRows(len(loose), (self.first + loose).astype(np.int32))
        gone = set(loose.tolist())
        self.cuts = [cut for number, cut in enumerate(self.cuts) if number not in gone]

    def fix(self, fixed: Floats) -> None:
        """Fix sites: 1 open, 0 closed, -1 free."""
        self.fixed = fixed
        columns = np.arange(len(fixed), dtype=np.int32)
        lower = np.where(fixed < 0, 0.0, fixed)
        self.solver.changeColsBounds(len(fixed), columns, lower, np.where(fixed < 0, 1.0, fixed))

    def fix_by_cost(self, enough: float) -> Floats:
        """Return ``fixed`` with the free sites added whose reduced cost lifts the bound above ``enough``."""
        fixed, free = self.fixed.copy(), self.fixed < 0
        fixed[free & (self.slopes > 0) & (self.value + self.slopes > enough)] = 0.0
        fixed[free & (self.slopes < 0) & (self.value - self.slopes > enough)] = 1.0
        return fixed

    def multipliers(self) -> Floats:
        """Return each row's multiplier: the mean over its part's cuts, weighted with their dual values."""
        mean, total = np.zeros(len(self.model.pen)), np.zeros(self.parts)
        for cut, weight in zip(self.cuts, self.duals, strict=False):
            if weight > 1e-12:
                mean[self.part == cut.part] += weight * cut.u
                total[cut.part] += weight
        return mean / np.where(total > 0, total, 1.0)[self.part]


def polish(model: Model, y: Floats, enough: float, clock: Clock, seconds: float) -> Polished | None:
    """Solve the linear relaxation of ``model`` (without its constant), from a fractional choice ``y`` of sites.

    It ends when the bound is above ``enough``, when it has closed on the relaxation's value, or after ``seconds``.
    """
    master = make_master(model, y)
    until = clock.left - seconds
    for _ in range(ROUNDS):
        if not master.solve():
            return None
        near = 0.02 * max(0.0, enough - master.value) + 1e-7 * abs(master.value)
        if master.value > enough or master.core_cost - master.value < near or clock.left <= until or clock.over:
            break
        duals = master.duals
        if not master.cut_deep():
            break
        master.duals = duals
    return Polished(master.multipliers(), master.core, master.value)


def make_master(model: Model, y: Floats) -> Master:
    """Return the linear program with the cuts at ``y``; a row belongs to the part of its nearest site of some ``y``."""
    count = len(model.price)
    spent = float(model.price @ y)
    core = y * min(1.0, model.budget / spent) if spent > 0 else y
    row = np.repeat(np.arange(len(model.pen)), np.diff(model.indptr))
    order = np.lexsort((np.arange(len(row)), -np.minimum(y[model.sites], 0.3), row))
    names, part = np.unique(model.sites[order[model.indptr[:-1]]], return_inverse=True)
    parts = len(names)
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("presolve", "off")
    solver.setOptionValue("primal_feasibility_tolerance", 1e-9)
    solver.setOptionValue("dual_feasibility_tolerance", 1e-9)
    solver.addVars(count + parts, np.zeros(count + parts), np.r_[np.ones(count), np.full(parts, highspy.kHighsInf)])
    theta = np.arange(count, count + parts, dtype=np.int32)
    solver.changeColsCost(parts, theta, np.ones(parts))
    solver.addRow(-highspy.kHighsInf, model.budget, count, np.arange(count, dtype=np.int32), model.price)
    if model.least:
        members = np.flatnonzero(model.group).astype(np.int32)
        solver.addRow(float(model.least), highspy.kHighsInf, len(members), members, np.ones(len(members)))
    return Master(solver, model, part.astype(np.int64), parts, solver.getNumRow(), core)
