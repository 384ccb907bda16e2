"""Compiled loops over sparse rows: merging, greedy start, interchange and the Lagrangian bound.

Rows are demand, columns are sites. Every kernel works on the reduced form of :class:`geodata.siting.model.Model`:
each row holds its sites in ascending cost, and ``pen`` is what the row costs when none of them is open.
"""

from __future__ import annotations

import numpy as np

from geodata.siting.compiled import kernel
from geodata.siting.types import Bools, Floats, Ints, Longs


@kernel
def merge_rows(indptr: Longs, sites: Ints, values: Longs, use_values: bool) -> tuple[Longs, Longs]:
    """Group equal rows: return the group of each row and the first row of each group.

    Rows are compared whole; the hash only finds the place to look.
    """
    rows = len(indptr) - 1
    size = 16
    while size < 2 * rows:
        size *= 2
    table = np.full(size, -1, np.int64)
    group = np.empty(rows, np.int64)
    first = np.empty(rows, np.int64)
    groups = 0
    for i in range(rows):
        start, end = indptr[i], indptr[i + 1]
        code = np.uint64(end - start) * np.uint64(0x9E3779B97F4A7C15)
        for k in range(start, end):
            code = (code ^ np.uint64(sites[k])) * np.uint64(0xBF58476D1CE4E5B9)
            if use_values:
                code = (code ^ np.uint64(values[k])) * np.uint64(0x94D049BB133111EB)
            code ^= code >> np.uint64(29)
        slot = np.int64(code & np.uint64(size - 1))
        while True:
            other = table[slot]
            if other < 0:
                table[slot] = groups
                first[groups] = i
                group[i] = groups
                groups += 1
                break
            begin = indptr[first[other]]
            same = indptr[first[other] + 1] - begin == end - start
            k = start
            while same and k < end:
                same = sites[k] == sites[begin + k - start]
                if use_values and same:
                    same = values[k] == values[begin + k - start]
                k += 1
            if same:
                group[i] = other
                break
            slot = (slot + 1) & (size - 1)
    return group, first[:groups].copy()


@kernel
def keep_entries(
    indptr: Longs, sites: Ints, costs: Floats, pen: Floats, opened: Bools, number: Ints
) -> tuple[Longs, Ints, Floats, Floats]:
    """Open the sites ``opened`` and renumber the rest by ``number`` (-1: dropped), row by row.

    An opened site lowers the row's penalty; what costs as much as the penalty can never help and is dropped.
    """
    rows = len(pen)
    caps = pen.copy()
    start = np.zeros(rows + 1, np.int64)
    for i in range(rows):
        for k in range(indptr[i], indptr[i + 1]):
            if opened[sites[k]] and costs[k] < caps[i]:
                caps[i] = costs[k]
        count = 0
        for k in range(indptr[i], indptr[i + 1]):
            if costs[k] >= caps[i]:
                break
            if number[sites[k]] >= 0:
                count += 1
        start[i + 1] = start[i] + count
    out_sites = np.empty(start[rows], np.int32)
    out_costs = np.empty(start[rows], np.float64)
    for i in range(rows):
        at = start[i]
        for k in range(indptr[i], indptr[i + 1]):
            if costs[k] >= caps[i]:
                break
            if number[sites[k]] >= 0:
                out_sites[at] = number[sites[k]]
                out_costs[at] = costs[k]
                at += 1
    return start, out_sites, out_costs, caps


@kernel
def take_rows(indptr: Longs, sites: Ints, costs: Floats, rows: Longs) -> tuple[Longs, Ints, Floats]:
    """Return the named rows as a matrix of their own."""
    start = np.zeros(len(rows) + 1, np.int64)
    for i in range(len(rows)):
        start[i + 1] = start[i] + indptr[rows[i] + 1] - indptr[rows[i]]
    out_sites = np.empty(start[-1], np.int32)
    out_costs = np.empty(start[-1], np.float64)
    for i in range(len(rows)):
        begin = indptr[rows[i]]
        for k in range(start[i + 1] - start[i]):
            out_sites[start[i] + k] = sites[begin + k]
            out_costs[start[i] + k] = costs[begin + k]
    return start, out_sites, out_costs


@kernel
def transpose(indptr: Longs, sites: Ints, costs: Floats, columns: int) -> tuple[Longs, Ints, Floats]:
    """Return the same matrix by columns: starts, rows and costs."""
    start = np.zeros(columns + 1, np.int64)
    for k in range(len(sites)):
        start[sites[k] + 1] += 1
    for j in range(columns):
        start[j + 1] += start[j]
    at = start[:columns].copy()
    rows = np.empty(len(sites), np.int32)
    out = np.empty(len(sites), np.float64)
    for i in range(len(indptr) - 1):
        for k in range(indptr[i], indptr[i + 1]):
            j = sites[k]
            rows[at[j]] = i
            out[at[j]] = costs[k]
            at[j] += 1
    return start, rows, out


@kernel
def value_of(indptr: Longs, sites: Ints, costs: Floats, pen: Floats, opened: Bools) -> float:
    """Return the cost of all rows when the sites ``opened`` are open."""
    total = 0.0
    for i in range(len(pen)):
        cost = pen[i]
        for k in range(indptr[i], indptr[i + 1]):
            if opened[sites[k]]:
                cost = costs[k]
                break
        total += cost
    return total
