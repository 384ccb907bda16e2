"""What a choice changes: who is served before and after, where, at which hour, and what each site is worth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from geodata.siting.served import coverage
from geodata.siting.solving import Rows, Solved
from geodata.siting.squares import squares
from geodata.siting.travel import Travel, only
from geodata.siting.types import Bools, Floats, sum_by

#: Chosen sites up to which the mean minutes without each are worked out.
MAX_WITHOUT = 60


@dataclass(frozen=True, slots=True)
class Service:
    """How well the demand is served by the sites that are open.

    Attributes
    ----------
    weight, covered, share : float
        Demand weight in all and within the minutes, and the part of it.
    mean_minutes : float, optional
        Weighted mean of the way to the nearest site of all demand that has one within the horizon.
    p95_minutes : float, optional
        Within which 95 % of all demand reaches a site; ``None`` where that lies beyond the horizon.
    beyond : float
        Weight of the demand that has no site within the horizon.
    """

    weight: float
    covered: float
    share: float
    mean_minutes: float | None
    p95_minutes: float | None
    beyond: float


@dataclass(frozen=True, slots=True)
class AreaEffect:
    """One district or street before and after; ``adcode`` is ``None`` for demand in no known area."""

    adcode: str | None
    name: str
    before: Service
    after: Service


@dataclass(frozen=True, slots=True)
class HourEffect:
    """One hour of the day: demand, sites open, and demand covered by these, before and after."""

    hour: int
    weight: float
    open_before: int
    open_after: int
    covered_before: float
    covered_after: float


@dataclass(frozen=True, slots=True)
class Worth:
    """What one place is worth.

    Attributes
    ----------
    alone : float
        Demand that would be newly covered if it alone were added to the stations of today.
    nearest : float
        Demand for which it is the nearest site, within the minutes, after the choice (0 where it is not open).
    lost_without : float
        Demand that would no longer be covered after the choice if it alone were missing.
    mean_without : float, optional
        Mean minutes after the choice if it alone were missing.
    """

    alone: float
    nearest: float
    lost_without: float
    mean_without: float | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A square of demand: its middle, its weight, the part not served before and after, mean minutes after."""

    lon: float
    lat: float
    weight: float
    unserved_before: float
    unserved_after: float
    minutes_after: float | None


@dataclass(frozen=True, slots=True)
class Effects:
    """All effects of a choice; ``cell_size`` is a cell's extent in degrees of longitude and latitude."""

    before: Service
    after: Service
    areas: tuple[AreaEffect, ...]
    hours: tuple[HourEffect, ...]
    worth: tuple[Worth, ...]
    cells: tuple[Cell, ...]
    cell_size: tuple[float, float]
    cell_m: float

    def to_json(self) -> dict[str, object]:
        """Return the effects as plain data."""
        return asdict(self)


def measure(times: Floats, weight: Floats, minutes: float) -> Service:
    """Return how well rows with these times to their nearest site (``inf``: none) are served."""
    total = float(weight.sum())
    covered = float(weight[times <= minutes].sum())
    near = np.isfinite(times)
    served = float(weight[near].sum())
    mean = float(weight[near] @ times[near]) / served if served > 0 else None
    p95 = None
    if total > 0:
        order = np.argsort(times, kind="stable")
        at = int(np.searchsorted(np.cumsum(weight[order]), 0.95 * total * (1 - 1e-12)))
        last = float(times[order[min(at, len(order) - 1)]])
        p95 = last if math.isfinite(last) else None
    return Service(total, covered, covered / total if total else 1.0, mean, p95, total - served)


def effects_of(solved: Solved) -> Effects:
    """Work out what the answer of a solved case changes."""
    case, rows = solved.case, solved.rows
    before, after = case.existing, np.zeros(len(case.places), np.bool_)
    after[solved.answer.opened] = True
    minutes = case.scenario.travel.minutes
    shown = only(rows.travel, before | after)
    times = [shown.nearest(mask)[1] for mask in (before, after)]
    cells, size, cell_m = _cells(solved, times[0], times[1])
    return Effects(
        before=measure(times[0], rows.weight, minutes),
        after=measure(times[1], rows.weight, minutes),
        areas=_areas(solved, times[0], times[1]),
        hours=_hours(solved, before, after),
        worth=_worth(solved, shown, before, after),
        cells=cells,
        cell_size=size,
        cell_m=cell_m,
    )


def _areas(solved: Solved, before: Floats, after: Floats) -> tuple[AreaEffect, ...]:
    demand, rows, names = solved.case.demand, solved.rows, solved.case.area_names
    minutes = solved.case.scenario.travel.minutes
    codes = sorted(set(demand.area), key=lambda code: (code is None, code or ""))
    number = {code: at for at, code in enumerate(codes)}
    group = np.array([number[code] for code in demand.area], np.int64)[rows.point]
    found = []
    for at, code in enumerate(codes):
        own = group == at
        pair = [measure(times[own], rows.weight[own], minutes) for times in (before, after)]
        found.append(AreaEffect(code, names.get(code or "", ""), pair[0], pair[1]))
    return tuple(found)


def _hours(solved: Solved, before: Bools, after: Bools) -> tuple[HourEffect, ...]:
    """Return every hour of the day, whatever hours the scenario asks about."""
    case = solved.case
    travel, minutes = only(case.travel, before | after), case.scenario.travel.minutes
    found = []
    for hour in range(24):
        weight, usable = case.demand.hourly[:, hour], case.open_at(hour)
        covered = [float(weight[travel.nearest(mask & usable, minutes)[0] >= 0].sum()) for mask in (before, after)]
        counts = [int((mask & usable).sum()) for mask in (before, after)]
        found.append(HourEffect(hour, float(weight.sum()), *counts, *covered))
    return tuple(found)


def _worth(solved: Solved, shown: Travel, before: Bools, after: Bools) -> tuple[Worth, ...]:
    case, rows = solved.case, solved.rows
    minutes, columns = case.scenario.travel.minutes, len(case.places)
    alone = _alone(rows, before, minutes)
    done = coverage(shown, after, within=minutes, weights=rows.weight)
    chosen = solved.answer.chosen
    mean: dict[int, float | None] = {}
    for at in chosen if len(chosen) <= MAX_WITHOUT else ():
        mask = after.copy()
        mask[at] = False
        mean[int(at)] = measure(shown.nearest(mask)[1], rows.weight, minutes).mean_minutes
    return tuple(
        Worth(float(alone[at]), float(done.site_weight[at]), float(done.lost_without[at]), mean.get(at))
        for at in range(columns)
    )


def _alone(rows: Rows, before: Bools, minutes: float) -> Floats:
    """Return the demand that each place would newly cover by itself."""
    columns = rows.travel.shape[1]
    indptr, sites, _ = rows.travel.within(minutes, np.arange(columns, dtype=np.int32))
    row = np.repeat(np.arange(rows.travel.shape[0]), np.diff(indptr))
    open_ = rows.travel.nearest(before, minutes)[0] < 0
    return sum_by(sites, rows.weight[row] * open_[row], columns)


def _cells(solved: Solved, before: Floats, after: Floats) -> tuple[tuple[Cell, ...], tuple[float, float], float]:
    """Return the demand in squares, few enough to draw."""
    demand, rows = solved.case.demand, solved.rows
    minutes, grid = solved.case.scenario.travel.minutes, squares(demand.lon, demand.lat)
    cell, count = grid.of[rows.point], len(grid.lon)
    near = np.isfinite(after)
    weight = sum_by(cell, rows.weight, count)
    served = sum_by(cell[near], rows.weight[near], count)
    spent = sum_by(cell[near], rows.weight[near] * after[near], count)
    open_before = sum_by(cell, rows.weight * (before > minutes), count)
    open_after = sum_by(cell, rows.weight * (after > minutes), count)
    found = tuple(
        Cell(
            float(grid.lon[at]),
            float(grid.lat[at]),
            float(weight[at]),
            float(open_before[at]),
            float(open_after[at]),
            round(float(spent[at] / served[at]), 2) if served[at] > 0 else None,
        )
        for at in range(count)
        if weight[at] > 0
    )
    return found, grid.size, grid.side_m


def chosen_first(order: Sequence[Worth]) -> list[int]:
    """Return the columns by what they are worth, the greatest first."""
    return sorted(range(len(order)), key=lambda at: (-order[at].lost_without, -order[at].alone, at))
