"""From travel times and rules to the small model: what exists is taken in, equal demand merged, useless sites dropped.

Merging rows with the same sites is lossless, as is dropping a site that another covers at no higher price (Church and
ReVelle 1974; Chen, Chen, Chen, Dai, Zhang, Zhang 2023, "Efficient presolving methods for the maximal covering location
problem"). Rows are compared whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from geodata.siting.entries import sort_rows
from geodata.siting.kernels import merge_rows, take_rows
from geodata.siting.model import Model, granularity
from geodata.siting.rules import Choice
from geodata.siting.travel import Travel
from geodata.siting.types import Bools, Floats, Ints, Longs, sum_by

#: Products of row lengths up to which pairs of sites are compared for dominance.
PAIRS = 40_000_000


@dataclass(frozen=True, slots=True)
class Prepared:
    """A model, the columns its sites stand for, columns open from the start, and the step of its costs.

    ``unit`` is the price that the model's price of 1 stands for: sites that all cost the same count as a number.
    """

    model: Model
    columns: Longs
    held: Bools
    step: float
    unit: float

    def opened(self, sites: Longs, service: Callable[[Bools], Longs], choice: Choice) -> Bools:
        """Return which columns are open when the model's ``sites`` are.

        Sites that cost nothing are left out again where they serve nobody, and no existing site closes needlessly.
        """
        opened = self.held.copy()
        opened[self.columns[self.model.names[sites]]] = True
        free = opened & ~choice.held & ~choice.group & (choice.price == 0)
        if free.any():
            used = np.zeros(len(opened), np.bool_)
            site = service(opened)
            used[site[site >= 0]] = True
            opened &= used | ~free
        if np.isfinite(choice.budget):
            for column in np.flatnonzero(choice.group & ~opened):
                opened[column] = True
                if choice.price[opened & choice.free].sum() > choice.budget * (1 + 1e-12):
                    opened[column] = False
        return opened


def median_model(travel: Travel, choice: Choice, weights: Floats, limit: float, unserved: float) -> Prepared:
    """Return the p-median model: cost is weight × time, and weight × ``unserved`` beyond ``limit``."""
    held, number, columns = _columns(choice)
    _, base = travel.nearest(held, limit)
    cap = np.minimum(base, unserved)
    indptr, sites, values = travel.within(limit, number)
    sort_rows(indptr, sites, values)
    group, _ = merge_rows(indptr, sites, values.view(np.int64), True)
    _, first, group = np.unique(np.column_stack([group, cap]), axis=0, return_index=True, return_inverse=True)
    weight = sum_by(group.ravel(), weights, len(first))
    some = weight > 0
    first, weight = first[some], weight[some]
    indptr, sites, values = take_rows(indptr, sites, values, first)
    costs = values * np.repeat(weight, np.diff(indptr))
    return _prepared(choice, held, columns, (indptr, sites, costs, cap[first] * weight), False)


def covering_model(travel: Travel, choice: Choice, weights: Floats, limit: float) -> Prepared:
    """Return the covering model: the cost is the weight that is not covered within ``limit``."""
    held, number, columns = _columns(choice)
    left = weights.copy()
    if held.any():
        left[travel.nearest(held, limit)[0] >= 0] = 0.0
    indptr, sites, _ = travel.within(limit, number)
    group, first = merge_rows(indptr, sites, np.empty(0, np.int64), False)
    pen = sum_by(group, left, len(first))
    some = pen > 0
    first, pen = first[some], pen[some]
    indptr, sites, _ = take_rows(indptr, sites, np.zeros(len(sites)), first)
    prepared = _prepared(choice, held, columns, (indptr, sites, np.zeros(len(sites)), pen), True)
    closed = dominated(prepared.model)
    if not closed.any():
        return prepared
    model, _ = prepared.model.restricted(np.zeros(len(closed), np.bool_), closed)
    return Prepared(model.merged()[0], columns, held, prepared.step, prepared.unit)


def _columns(choice: Choice) -> tuple[Bools, Ints, Longs]:
    held = choice.held | (choice.free & (choice.price == 0))
    free = choice.free & ~held
    number = np.where(free, np.cumsum(free) - 1, -1).astype(np.int32)
    return held, number, np.flatnonzero(free)


def _prepared(
    choice: Choice, held: Bools, columns: Longs, rows: tuple[Longs, Ints, Floats, Floats], binary: bool
) -> Prepared:
    price, budget = choice.price[columns], choice.budget
    unit = 1.0
    if len(price) and np.all(price == price[0]):
        unit = float(price[0])
        budget = np.floor(min(budget / price[0], len(price)) + 1e-9)
        price = np.ones(len(columns))
    step = granularity(np.concatenate([rows[2], rows[3]]))
    least = max(0, choice.least - int((choice.group & held).sum()))
    model = Model(*rows, price, float(budget), choice.group[columns], least, binary=binary)
    nothing = np.zeros(len(columns), np.bool_)
    model, _ = model.restricted(nothing, nothing)
    return Prepared(model, columns, held, step, unit)


def dominated(model: Model) -> Bools:
    """Return the sites of a covering model that another site makes useless: it covers as much for no more."""
    count = len(model.price)
    closed = np.zeros(count, np.bool_)
    lengths = np.diff(model.indptr).astype(np.float64)
    if model.least or not count or float((lengths**2).sum()) > PAIRS:
        return closed
    cover = sp.csr_array(
        (np.ones(len(model.sites), np.float32), model.sites, model.indptr), shape=(len(lengths), count)
    )
    common = sp.coo_array(cover.T @ cover)
    size = np.bincount(model.sites, minlength=count)
    inside = (common.data == size[common.row]) & (common.row != common.col)
    less, more = common.row[inside], common.col[inside]
    dear = model.price[less] >= model.price[more]
    equal = (size[less] == size[more]) & (model.price[less] == model.price[more])
    closed[less[dear & (~equal | (less > more))]] = True
    closed[size == 0] = True
    return closed
