"""The one small model behind covering and p-median: rows with sorted costs, a penalty, prices and a budget.

Minimise the sum over rows of ``min(pen, cheapest open site)`` so that the open sites' prices stay within the budget.
Maximal covering is the case of costs 0 and ``pen`` the demand's weight: what is minimised is the demand not covered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from geodata.siting.kernels import keep_entries, merge_rows, take_rows, transpose, value_of
from geodata.siting.types import Bools, Floats, Ints, Longs, sum_by


@dataclass(frozen=True)
class Model:
    """Rows (demand) with their sites in ascending cost, and what may be opened.

    Attributes
    ----------
    indptr, sites, costs : ndarray
        Compressed sparse rows; costs ascend within a row and are below the row's ``pen``.
    pen : ndarray
        Cost of a row when none of its sites is open.
    price : ndarray
        Price of each site, above 0.
    budget : float
        What may be spent.
    group : ndarray of bool
        Sites of which at least ``least`` must be open.
    least : int
        See ``group``.
    constant : float
        Cost of rows that were taken out.
    binary : bool
        Whether all costs are 0 (covering): rows with the same sites may be merged.
    """

    indptr: Longs
    sites: Ints
    costs: Floats
    pen: Floats
    price: Floats
    budget: float
    group: Bools
    least: int = 0
    constant: float = 0.0
    binary: bool = False
    names: Longs = field(default_factory=lambda: np.empty(0, np.int64))

    def __post_init__(self) -> None:
        if not len(self.names):
            object.__setattr__(self, "names", np.arange(len(self.price)))

    @property
    def alike(self) -> bool:
        """Whether all sites have price 1: the budget is a number of sites."""
        return bool(np.all(self.price == 1.0))

    @cached_property
    def columns(self) -> tuple[Longs, Ints, Floats]:
        """The same costs by site: starts, rows, costs."""
        return transpose(self.indptr, self.sites, self.costs, len(self.price))

    def value(self, opened: Bools) -> float:
        """Return the cost with the sites ``opened``."""
        return self.constant + float(value_of(self.indptr, self.sites, self.costs, self.pen, opened))

    def affordable(self, opened: Bools) -> bool:
        """Whether ``opened`` keeps to the budget and to ``least``."""
        spent = float(self.price[opened].sum())
        return spent <= self.budget * (1 + 1e-12) and int((opened & self.group).sum()) >= self.least

    def restricted(self, opened: Bools, closed: Bools, pen: Floats | None = None) -> tuple[Model, Longs]:
        """Return the model left when sites are opened and closed for good, and which rows it kept.

        ``pen``, where given, are lower penalties: a row's sites that cost as much are dropped.
        """
        free = ~(opened | closed)
        budget = self.budget - float(self.price[opened].sum())
        free &= self.price <= budget * (1 + 1e-12) + 1e-12
        number = np.full(len(free), -1, np.int32)
        number[free] = np.arange(int(free.sum()), dtype=np.int32)
        indptr, sites, costs, pen = keep_entries(
            self.indptr, self.sites, self.costs, self.pen if pen is None else pen, opened, number
        )
        filled = np.diff(indptr) > 0
        rows = np.flatnonzero(filled)
        constant = self.constant + float(pen[~filled].sum())
        if len(rows) < len(pen):
            indptr, sites, costs = take_rows(indptr, sites, costs, rows)
            pen = pen[rows]
        left = Model(
            indptr,
            sites,
            costs,
            pen,
            self.price[free],
            max(0.0, budget),
            self.group[free],
            max(0, self.least - int((opened & self.group).sum())),
            constant,
            self.binary,
            self.names[free],
        )
        return left, rows

    def merged(self) -> tuple[Model, Longs]:
        """Return the model with equal rows of a covering merged, and the group of each row."""
        group, first = merge_rows(self.indptr, self.sites, self.costs.view(np.int64), False)
        if len(first) == len(group):
            return self, group
        indptr, sites, costs = take_rows(self.indptr, self.sites, self.costs, first)
        pen = sum_by(group, self.pen, len(first))
        merged = Model(
            indptr,
            sites,
            costs,
            pen,
            self.price,
            self.budget,
            self.group,
            self.least,
            self.constant,
            self.binary,
            self.names,
        )
        return merged, group


def granularity(values: Floats) -> float:
    """Return the step of which all sums of ``values`` are multiples, or 0 when they are no integers."""
    if len(values) == 0 or not np.all(np.isfinite(values)) or np.any(values != np.rint(values)):
        return 0.0
    if np.abs(values).sum() > 2.0**52:
        return 0.0
    return float(np.gcd.reduce(np.abs(values).astype(np.int64)))
