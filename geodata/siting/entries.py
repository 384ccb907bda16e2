"""Compiled loops that read travel times: entries within a limit, nearest sites, sorting of rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geodata.siting.compiled import kernel
from geodata.siting.types import Floats, Ints, Longs


@kernel
def first_repeat(indptr: Longs, indices: Ints) -> int:
    """Return the place of the first column that stands twice in a row of sorted columns, or -1."""
    for i in range(len(indptr) - 1):
        for k in range(indptr[i] + 1, indptr[i + 1]):
            if indices[k] == indices[k - 1]:
                return int(k)
    return -1


@kernel
def of_dense(times: NDArray[Any], limit: float, number: Ints) -> tuple[Longs, Ints, Floats]:
    """Return the entries of at most ``limit`` in the columns with a number, as sparse rows."""
    rows = len(times)
    kept = np.flatnonzero(number >= 0)
    start = np.zeros(rows + 1, np.int64)
    for i in range(rows):
        count = 0
        for j in kept:
            if times[i, j] <= limit:
                count += 1
        start[i + 1] = start[i] + count
    sites = np.empty(start[rows], np.int32)
    values = np.empty(start[rows], np.float64)
    for i in range(rows):
        at = start[i]
        for j in kept:
            if times[i, j] <= limit:
                sites[at] = number[j]
                values[at] = times[i, j]
                at += 1
    return start, sites, values


@kernel
def of_sparse(indptr: Longs, indices: Ints, data: Floats, limit: float, number: Ints) -> tuple[Longs, Ints, Floats]:
    """Return the entries of at most ``limit`` in the columns with a number, as sparse rows."""
    rows = len(indptr) - 1
    start = np.zeros(rows + 1, np.int64)
    for i in range(rows):
        count = 0
        for k in range(indptr[i], indptr[i + 1]):
            if data[k] <= limit and number[indices[k]] >= 0:
                count += 1
        start[i + 1] = start[i] + count
    sites = np.empty(start[rows], np.int32)
    values = np.empty(start[rows], np.float64)
    for i in range(rows):
        at = start[i]
        for k in range(indptr[i], indptr[i + 1]):
            if data[k] <= limit and number[indices[k]] >= 0:
                sites[at] = number[indices[k]]
                values[at] = data[k]
                at += 1
    return start, sites, values


@kernel
def row_least(indptr: Longs, sites: Ints, values: Floats) -> tuple[Longs, Floats]:
    """Return each row's site of least value (the first of equals, -1 for an empty row) and that value (``inf``)."""
    rows = len(indptr) - 1
    site = np.full(rows, -1, np.int64)
    least = np.full(rows, np.inf)
    for i in range(rows):
        for k in range(indptr[i], indptr[i + 1]):
            if values[k] < least[i]:
                least[i] = values[k]
                site[i] = sites[k]
    return site, least


@kernel
def sort_rows(indptr: Longs, sites: Ints, values: Floats) -> None:
    """Sort each row, in place, by ascending value."""
    for i in range(len(indptr) - 1):
        start, end = indptr[i], indptr[i + 1]
        order = np.argsort(values[start:end])
        sites[start:end] = sites[start:end][order]
        values[start:end] = values[start:end][order]
