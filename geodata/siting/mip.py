"""Small models handed to HiGHS: the p-median and covering model in radius form, and set covering.

The radius form counts, for each row and each distinct cost, whether the row is served no nearer than that (Cornuéjols,
Nemhauser and Wolsey 1980; recursive constraints of Elloumi 2010). For covering it is the usual ``z ≤ Σ y``.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp

from geodata.siting.clock import Clock
from geodata.siting.model import Model
from geodata.siting.types import Bools, Floats, Longs


@dataclass(frozen=True, slots=True)
class MixedAnswer:
    """What HiGHS found: values of the first variables (``None``: none feasible), proven bound, whether it finished."""

    values: Floats | None
    bound: float
    finished: bool
    infeasible: bool = False


@dataclass(frozen=True, slots=True)
class Mixed:
    """Minimise ``cost·x`` with ``lower ≤ Ax`` and ``0 ≤ x ≤ 1``; the first ``whole`` variables are 0 or 1."""

    cost: Floats
    matrix: sp.csc_array
    lower: Floats
    whole: int


def solve(problem: Mixed, clock: Clock, seconds: float, start: Floats | None = None) -> MixedAnswer:
    """Solve a mixed model within ``seconds``; ``start`` gives the first variables of a known solution."""
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("time_limit", float(max(0.01, min(seconds, clock.left))))
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 1e-9)
    solver.setOptionValue("threads", 1)
    solver.passModel(_highs_model(problem))
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = list(start)
        solver.setSolution(solution)

    def interrupt(event: highspy.highs.HighsCallbackEvent) -> None:
        clock.report(np.inf, float(event.data_out.mip_dual_bound))
        if clock.over:
            event.interrupt()

    if clock.limits.watch is not None:
        solver.cbMipInterrupt.subscribe(interrupt)
    solver.run()
    status = solver.getModelStatus()
    info = solver.getInfo()
    if status == highspy.HighsModelStatus.kInfeasible:
        return MixedAnswer(None, np.inf, True, True)
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = np.array(solver.getSolution().col_value)[: problem.whole] if found else None
    return MixedAnswer(values, float(info.mip_dual_bound), status == highspy.HighsModelStatus.kOptimal)


def _highs_model(problem: Mixed) -> highspy.HighsLp:
    model = highspy.HighsLp()
    rows, columns = problem.matrix.shape
    model.num_col_, model.num_row_ = columns, rows
    model.col_cost_ = problem.cost
    model.col_lower_, model.col_upper_ = np.zeros(columns), np.ones(columns)
    model.row_lower_, model.row_upper_ = problem.lower, np.full(rows, highspy.kHighsInf)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = problem.matrix.indptr
    model.a_matrix_.index_ = problem.matrix.indices
    model.a_matrix_.value_ = problem.matrix.data
    kinds = [highspy.HighsVarType.kInteger] * problem.whole
    model.integrality_ = kinds + [highspy.HighsVarType.kContinuous] * (columns - problem.whole)
    return model


def radius_model(model: Model) -> Mixed:
    """Return ``model`` in radius form; its constant is left out of the cost."""
    count = len(model.price)
    row_of = np.repeat(np.arange(len(model.pen)), np.diff(model.indptr))
    fresh = np.ones(len(model.sites), np.bool_)
    fresh[1:] = (row_of[1:] != row_of[:-1]) | (model.costs[1:] != model.costs[:-1])
    level = np.cumsum(fresh) - 1
    level_row, level_cost = row_of[fresh], model.costs[fresh]
    last = np.r_[level_row[1:] != level_row[:-1], True] if len(level_row) else np.zeros(0, np.bool_)
    following = np.r_[level_cost[1:], 0.0] if len(level_cost) else level_cost
    rise = np.where(last, model.pen[level_row], following) - level_cost
    levels = len(level_row)
    first = np.r_[True, level_row[1:] != level_row[:-1]] if levels else np.zeros(0, np.bool_)
    numbers = np.arange(levels)
    later = numbers[~first]
    spend = np.full(count, levels)
    rows = [level, numbers, later, spend]
    columns = [model.sites, count + numbers, count + later - 1, np.arange(count)]
    values = [np.ones(len(model.sites)), np.ones(levels), -np.ones(len(later)), -model.price]
    lower = np.r_[first.astype(float), -model.budget * (1 + 1e-12)]
    if model.least:
        members = np.flatnonzero(model.group)
        rows.append(np.full(len(members), levels + 1))
        columns.append(members)
        values.append(np.ones(len(members)))
        lower = np.r_[lower, float(model.least)]
    entries = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    matrix = sp.csc_array(sp.coo_array(entries, shape=(len(lower), count + levels)))
    return Mixed(np.r_[np.zeros(count), rise], matrix, lower, count)


def constant_of(model: Model) -> float:
    """Return what :func:`radius_model` leaves out: the constant and each row's least cost."""
    starts = model.indptr[:-1]
    return model.constant + float(model.costs[starts].sum()) if len(starts) else model.constant


def size_of(model: Model) -> int:
    """Return how many entries the radius form has, about."""
    return 3 * len(model.sites) + len(model.pen)


def opened_of(values: Floats) -> Bools:
    """Return which sites are open in HiGHS's values."""
    return np.asarray(values > 0.5)


__all__ = ["Longs", "Mixed", "MixedAnswer", "constant_of", "opened_of", "radius_model", "size_of", "solve"]
