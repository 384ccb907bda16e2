"""Mixed models handed to HiGHS whole, with the time limit and the watcher of a run."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp

from geodata.siting.clock import Clock
from geodata.siting.model import Model
from geodata.siting.types import Bools, Floats


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


def solve(problem: Mixed, clock: Clock, seconds: float, start: Bools) -> MixedAnswer:
    """Solve a mixed model within ``seconds``; ``start`` is a known solution of the first variables."""
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("time_limit", float(max(0.01, min(seconds, clock.left))))
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 1e-9)
    solver.setOptionValue("threads", 1)
    solver.passModel(_highs_model(problem))
    solver.setSolution(len(start), np.arange(len(start), dtype=np.int32), start.astype(np.float64))

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


def size_of(model: Model) -> int:
    """Return how many entries the compact model has, about."""
    return 3 * len(model.sites) + len(model.pen)


def opened_of(values: Floats) -> Bools:
    """Return which sites are open in HiGHS's values."""
    return np.asarray(values > 0.5)
