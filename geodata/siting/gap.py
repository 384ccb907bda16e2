"""The gap as it stands: who needs a station and has none within reach, before anything is planned.

Light enough for a web worker: one look at the nearest stations, no solver and nothing compiled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import scipy.sparse as sp

from geodata.areas import AreaFinder
from geodata.calendar import WorkCalendar
from geodata.siting.case import CLOSED, UNKNOWN, Demand, Place, day_of, states_by_hour
from geodata.siting.gathering import demand_within, layers_of, new_places, outline_of, rings, stations
from geodata.siting.scenario import Scenario
from geodata.siting.squares import squares
from geodata.siting.straight import DETOUR, PACE_M_PER_MIN, straight_minutes
from geodata.siting.types import Bools, sum_by
from geodata.store import Store

if TYPE_CHECKING:
    from geodata.streets import StreetNetwork

#: Part of the demand that has to lie on the streets for them to be used, as for a run.
ON_STREETS = 0.5
#: Points of lines up to which the reach along streets is drawn.
MAX_LINE_POINTS = 40_000
#: Candidates that are sent to a map.
MAX_CANDIDATES = 5_000


@dataclass(frozen=True, slots=True)
class Gap:
    """What the stations of today leave open.

    Attributes
    ----------
    demand : Demand
    stations : sequence of Place
    near : csr_array of bool, shape (demand, stations)
        Who has which station within the minutes.
    open : ndarray of bool, shape (24, stations)
    unknown : ndarray of bool, shape (24, stations)
        Of which stations the hours are not known; these count as the scenario says.
    candidates : sequence of Place
    outline : list
    network : StreetNetwork, optional
        The streets along which the ways go; straight lines without.
    scenario : Scenario
    day : date
    """

    demand: Demand
    stations: Sequence[Place]
    near: sp.csr_array
    open: Bools
    unknown: Bools
    candidates: Sequence[Place]
    outline: list[list[list[float]]]
    network: StreetNetwork | None
    scenario: Scenario
    day: date

    def shown(self, hour: int | None) -> dict[str, Any]:
        """Return what a map draws, as plain data: cells, stations, candidates, reach, and who is served.

        Parameters
        ----------
        hour : int, optional
            Demand and stations at this hour of the day; the whole demand and all stations without it.
        """
        usable = np.ones(len(self.stations), np.bool_) if hour is None else self.open[hour]
        weight = self.demand.weight if hour is None else self.demand.hourly[:, hour]
        served = self._served(usable)
        grid = squares(self.demand.lon, self.demand.lat)
        count = len(grid.lon)
        whole, lacking = sum_by(grid.of, weight, count), sum_by(grid.of, weight * ~served, count)
        return {
            "weight": float(weight.sum()),
            "covered": float(weight[served].sum()),
            "cells": [
                [float(grid.lon[at]), float(grid.lat[at]), round(float(whole[at]), 3), round(float(lacking[at]), 3)]
                for at in np.flatnonzero(whole > 0)
            ],
            "cell_size": grid.size,
            "cell_m": grid.side_m,
            "hours": self._hours() if self.demand.tells_hours else [],
            "stations": [
                [place.name, place.lon, place.lat, bool(usable[at]), hour is not None and bool(self.unknown[hour, at])]
                for at, place in enumerate(self.stations)
            ],
            "candidates": [_candidate(place) for place in self.candidates[:MAX_CANDIDATES]],
            "candidates_total": len(self.candidates),
            "reach": self._reach(usable),
            "outline": self.outline,
            "basis": "straight_line" if self.network is None else "streets",
            "day": self.day.isoformat(),
        }

    def _served(self, usable: Bools) -> Bools:
        return np.asarray(self.near @ usable.astype(np.int32) > 0, np.bool_)

    def _hours(self) -> list[list[float]]:
        """Return demand and what of it is served, for each hour of the day."""
        hourly = self.demand.hourly
        served = [self._served(self.open[hour]) for hour in range(24)]
        return [[float(hourly[:, hour].sum()), float(hourly[served[hour], hour].sum())] for hour in range(24)]

    def _reach(self, usable: Bools) -> dict[str, Any]:
        travel = self.scenario.travel
        if self.network is None:
            return {"radius_m": round(travel.minutes * PACE_M_PER_MIN[travel.mode] / DETOUR)}
        ends = [[getattr(place, axis) for place, on in zip(self.stations, usable, strict=True) if on] for axis in _AXES]
        snapped = self.network.snap(*ends, profile=travel.mode)
        lines = self.network.reach(snapped, cutoff_s=travel.minutes * 60.0, towards=True).lines()
        if sum(map(len, lines)) > MAX_LINE_POINTS:
            return {"lines": []}
        return {"lines": [np.asarray(line).round(5).tolist() for line in lines]}


_AXES = ("lon", "lat")


def gap_of(store: Store, scenario: Scenario, *, tz: ZoneInfo, today: date) -> Gap:
    """Look at how a scenario's demand is served by the stations of today.

    Parameters
    ----------
    store : Store
    scenario : Scenario
        Its problem does not matter.
    tz : ZoneInfo
        Of the opening hours.
    today : date

    Raises
    ------
    ScenarioError
        If the area or a layer is not there, or there would be too many candidates.
    """
    areas, calendar, travel = store.areas(), WorkCalendar(store.calendar_days()), scenario.travel
    polygon, day = outline_of(scenario.area, areas), day_of(travel.day, today, calendar)
    known = {info.name for info in store.demand_layers()}
    # whose district each point is in does not matter here, and takes a while to find
    demand = demand_within(layers_of(store, scenario, known), polygon, AreaFinder([]), day)
    sites = list(store.sites())
    existing = stations(sites, scenario, polygon, travel.minutes, day)
    network = store.streets_around(polygon.bounds) if travel.ways != "straight" else None
    candidates = new_places(store, sites, scenario, polygon, network)
    near, used = _near(scenario, demand, existing, network)
    states = states_by_hour([place.hours_osm for place in existing], day, calendar, tz)
    unknown = states == UNKNOWN
    opened = (states != CLOSED) & (~unknown | (travel.unknown_hours == "open"))
    return Gap(demand, existing, near, opened, unknown, candidates, rings(polygon), used, scenario, day)


def _near(
    scenario: Scenario, demand: Demand, existing: Sequence[Place], network: StreetNetwork | None
) -> tuple[sp.csr_array, StreetNetwork | None]:
    """Return who has which station within the minutes, and the streets if the ways go along them."""
    travel = scenario.travel
    lon, lat = (np.array([getattr(place, axis) for place in existing], np.float64) for axis in _AXES)
    if not len(existing) or not len(demand.lon):
        return _pattern(sp.csr_array((len(demand.lon), len(existing)))), None
    if network is not None:
        starts = network.snap(demand.lon, demand.lat, profile=travel.mode)
        ends = network.snap(lon, lat, profile=travel.mode)
        enough = float(demand.weight[starts.found].sum()) >= ON_STREETS * float(demand.weight.sum())
        if enough and ends.found.mean() >= ON_STREETS:
            return _pattern(network.travel_times(starts, ends, cutoff_s=travel.minutes * 60.0)), network
    return _pattern(straight_minutes(demand.lon, demand.lat, lon, lat, travel.mode, travel.minutes)), None


def _pattern(times: sp.csr_array) -> sp.csr_array:
    """Return which entries there are: a time of 0 is one."""
    return sp.csr_array((np.ones(times.nnz, np.int32), times.indices, times.indptr), shape=times.shape)


def _candidate(place: Place) -> dict[str, Any]:
    return {
        "code": place.code,
        "name": place.name,
        "lon": round(place.lon, 6),
        "lat": round(place.lat, 6),
        "host": place.host,
        "hours": place.hours_text or place.hours_osm or "",
        "cost": place.cost,
        "refused": place.refused,
    }
