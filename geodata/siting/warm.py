"""Making the compiled kernels ready, once a process, outside of anybody's time limit."""

from __future__ import annotations

from functools import cache

import numpy as np

from geodata.siting import entries, kernels, lagrange, search
from geodata.siting.compiled import announce, compiled_before


@cache
def warm_up() -> None:
    """Compile every kernel, or load it from disk, by running it on two rows.

    The first time on a machine this takes some seconds, and the log says so.
    """
    if not compiled_before():
        announce()
    indptr, sites, costs = np.array([0, 1, 2]), np.array([0, 1], np.int32), np.array([1.0, 2.0])
    pen, price, flags = np.array([3.0, 3.0]), np.ones(2), np.zeros(2, np.bool_)
    number = np.array([0, 1], np.int32)
    entries.first_repeat(indptr, sites)
    entries.of_dense(np.ones((2, 2)), 1.0, number)
    entries.of_sparse(indptr, sites, costs, 1.0, number)
    entries.row_least(indptr, sites, costs)
    entries.sort_rows(indptr, sites, costs)
    kernels.merge_rows(indptr, sites, costs.view(np.int64), True)
    kernels.keep_entries(indptr, sites, costs, pen, flags, number)
    kernels.take_rows(indptr, sites, costs, np.array([0]))
    kernels.value_of(indptr, sites, costs, pen, flags)
    columns = kernels.transpose(indptr, sites, costs, 2)
    opened = flags.copy()
    search.greedy(*columns, pen, price, 1.0, opened)
    search.near_costs(indptr, sites, costs, pen, opened)
    rows = (indptr, sites, costs, pen, *columns, price, 1.0)
    search.interchange(*rows, flags, 0, opened, np.array([0, 1]))
    state = (pen / 2, pen / 2, price / 2, np.zeros(2, np.int32), np.zeros(2), np.array([1.0, -np.inf, 0.0]))
    lagrange.ascend(*rows, True, flags, 0, *state, 4.0, 3.0, 2, 2)
