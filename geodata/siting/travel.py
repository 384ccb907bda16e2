"""Travel times from demand to candidate sites, dense or sparse, checked once and read by rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from geodata.errors import ValueUnusableError
from geodata.siting import entries
from geodata.siting.types import Bools, Floats, Ints, Longs

Times: TypeAlias = ArrayLike | sp.sparray | sp.spmatrix


@dataclass(frozen=True, slots=True)
class Travel:
    """A matrix demand × sites of travel times (or distances).

    A missing entry of a sparse matrix, and ``inf`` in a dense one, means out of reach. A stored 0 is a time of 0: build
    sparse matrices from their entries, for ``scipy.sparse.csr_array(dense)`` drops zeros. A matrix of booleans says who
    is covered: True is a time of 0, False is out of reach. Times may differ by direction (one-way streets): they are
    taken as given, from the row's demand to the column's site.
    """

    shape: tuple[int, int]
    dense: NDArray[Any] | None
    indptr: Longs
    indices: Ints
    data: Floats

    @classmethod
    def of(cls, times: Times | Travel) -> Travel:
        """Check ``times`` and wrap it; values are not copied where their type allows it.

        Raises
        ------
        ValueUnusableError
            If it is no matrix of times of at least 0, or holds an entry twice.
        """
        if isinstance(times, Travel):
            return times
        if sp.issparse(times):
            return cls._sparse(sp.csr_array(times))
        dense = np.asarray(times)
        if dense.ndim != 2 or dense.dtype.kind not in "fiub":
            raise ValueUnusableError("siting_matrix_shape", shape=dense.shape, dtype=str(dense.dtype))
        if dense.dtype.kind == "b":
            return cls._sparse(sp.csr_array(dense))
        dense = np.ascontiguousarray(dense, dtype=dense.dtype if dense.dtype in (np.float32, np.float64) else float)
        if dense.size and not dense.min() >= 0:
            row, column = np.argwhere(~(dense >= 0))[0]
            raise ValueUnusableError("siting_time_value", row=int(row), column=int(column), value=dense[row, column])
        empty = np.zeros(1, np.int64)
        return cls((dense.shape[0], dense.shape[1]), dense, empty, np.empty(0, np.int32), np.empty(0))

    @classmethod
    def _sparse(cls, matrix: sp.csr_array) -> Travel:
        if not matrix.has_sorted_indices:
            matrix = matrix.sorted_indices()
        if matrix.dtype.kind == "b":
            matrix.eliminate_zeros()
            data = np.zeros(matrix.nnz)
        elif matrix.dtype.kind in "fiu":
            data = np.asarray(matrix.data, np.float64)
        else:
            raise ValueUnusableError("siting_matrix_shape", shape=matrix.shape, dtype=str(matrix.dtype))
        travel = cls(
            (int(matrix.shape[0]), int(matrix.shape[1])),
            None,
            np.asarray(matrix.indptr, np.int64),
            np.asarray(matrix.indices, np.int32),
            data,
        )
        if data.size and not data.min() >= 0:
            at = int(np.flatnonzero(~(data >= 0))[0])
            row = int(np.searchsorted(travel.indptr, at, side="right")) - 1
            column = int(travel.indices[at])
            raise ValueUnusableError("siting_time_value", row=row, column=column, value=data[at])
        if (at := int(entries.first_repeat(travel.indptr, travel.indices))) >= 0:
            row = int(np.searchsorted(travel.indptr, at, side="right")) - 1
            raise ValueUnusableError("siting_entry_twice", row=row, column=int(travel.indices[at]))
        return travel

    def within(self, limit: float, number: Ints) -> tuple[Longs, Ints, Floats]:
        """Return the rows' entries of at most ``limit`` in columns renumbered by ``number`` (-1: left out)."""
        finite = min(float(limit), float(np.finfo(np.float64).max))
        if self.dense is not None:
            return entries.of_dense(self.dense, finite, number)
        return entries.of_sparse(self.indptr, self.indices, self.data, finite, number)

    def nearest(self, opened: Bools, limit: float = np.inf) -> tuple[Longs, Floats]:
        """Return every row's nearest open site within ``limit`` (-1: none) and its time (``inf``: none)."""
        columns = np.flatnonzero(opened)
        number = np.full(self.shape[1], -1, np.int32)
        number[columns] = np.arange(len(columns), dtype=np.int32)
        site, time = entries.row_least(*self.within(limit, number))
        return np.where(site >= 0, columns[site] if len(columns) else -1, -1), time

    def longest(self, limit: float = np.inf) -> float:
        """Return the longest time that is within ``limit``; 0 when there is none."""
        values = self.data if self.dense is None else self.dense
        return float(np.max(values, where=(values <= limit) & np.isfinite(values), initial=0.0))


def only(times: Times | Travel, usable: ArrayLike) -> Travel:
    """Return ``times`` in which the sites that are not ``usable`` serve nobody.

    Use it for a requirement on quality or opening hours: ``usable`` says, for each site, whether it meets it.
    """
    travel = Travel.of(times)
    mask = np.asarray(usable, np.bool_)
    if mask.shape != (travel.shape[1],):
        raise ValueUnusableError("siting_length", name="usable", length=mask.size, expected=travel.shape[1])
    number = np.where(mask, np.arange(travel.shape[1]), -1).astype(np.int32)
    return Travel(travel.shape, None, *travel.within(np.inf, number))


def by_hour(times: Times | Travel, opened: Sequence[ArrayLike], weights: Sequence[ArrayLike]) -> tuple[Travel, Floats]:
    """Return demand by hour as rows of one matrix: for each hour the demand, reached only by the sites open then.

    Parameters
    ----------
    times
        Travel times, demand × sites.
    opened
        For each hour, whether each site is open.
    weights
        For each hour, the demand's weights.

    Returns
    -------
    Travel
        Rows are hour × demand (row ``h * demand + i``); use it with any of the problems.
    ndarray
        The weights of these rows.
    """
    travel = Travel.of(times)
    if len(opened) != len(weights):
        raise ValueUnusableError("siting_length", name="weights", length=len(weights), expected=len(opened))
    parts = [only(travel, mask) for mask in opened]
    load = [check_weights(one, travel.shape[0]) for one in weights]
    counts = np.concatenate([np.diff(part.indptr) for part in parts]) if parts else np.empty(0, np.int64)
    stacked = Travel(
        (travel.shape[0] * len(parts), travel.shape[1]),
        None,
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        np.concatenate([np.empty(0, np.int32), *(part.indices for part in parts)]),
        np.concatenate([np.empty(0), *(part.data for part in parts)]),
    )
    return stacked, np.concatenate([np.empty(0), *load])


def check_weights(weights: ArrayLike | None, rows: int) -> Floats:
    """Return demand weights as an array: 1 each when none are given.

    Raises
    ------
    ValueUnusableError
        If there are not as many as rows, or one is negative or not finite.
    """
    if weights is None:
        return np.ones(rows)
    array = np.asarray(weights, np.float64)
    if array.shape != (rows,):
        raise ValueUnusableError("siting_length", name="weights", length=array.size, expected=rows)
    bad = np.flatnonzero(~((array >= 0) & np.isfinite(array)))
    if len(bad):
        raise ValueUnusableError("siting_weight_value", row=int(bad[0]), value=float(array[bad[0]]))
    return array
