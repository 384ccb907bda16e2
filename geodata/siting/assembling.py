"""A case put together from places, demand and streets: the ways, the hours, and what to tell about them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import astuple
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from geodata.calendar import WorkCalendar
from geodata.errors import ScenarioError, ValueUnusableError
from geodata.messages import Message
from geodata.siting.case import Basis, Case, Demand, Place, states_by_hour
from geodata.siting.scenario import Scenario
from geodata.siting.solving import Watcher
from geodata.siting.straight import DETOUR, straight_minutes
from geodata.siting.travel import Travel

if TYPE_CHECKING:
    from geodata.streets import StreetNetwork

#: Minutes beyond which ways are not worked out: for coverings so many times the scenario's, else this.
COVERING_HORIZON = 3.0
LONGEST_MIN = 240.0
#: Part of places and demand that has to lie on the streets for them to be used.
ON_STREETS = 0.5


def assemble(
    scenario: Scenario,
    places: Sequence[Place],
    demand: Demand,
    network: StreetNetwork | None,
    *,
    day: date,
    calendar: WorkCalendar,
    tz: ZoneInfo,
    watcher: Watcher | None = None,
) -> Case:
    """Work out the ways and the opening hours of a scenario's places and demand.

    Raises
    ------
    ScenarioError
        If the scenario wants streets and there are none.
    """
    watcher = watcher or Watcher()
    watcher.at("travel", 0.0)
    horizon = horizon_of(scenario)
    travel, basis, notes = _ways(scenario, places, demand, network, horizon)
    watcher.at("travel", 0.9)
    hours = [place.hours_osm for place in places]
    unknown = sum(osm is None for osm in hours)
    if unknown and (scenario.travel.hours or demand.tells_hours):
        notes.append(Message(f"plan_hours_unknown_{scenario.travel.unknown_hours}", {"count": unknown}))
    versions = {"day": day.isoformat(), "digest": _digest(places, demand, travel)}
    if basis == "streets" and network is not None:
        versions["streets"] = str(network.facts.get("source", ""))
    return Case(
        scenario,
        places,
        demand,
        travel,
        horizon,
        basis,
        states_by_hour(hours, day, calendar, tz),
        day,
        notes=tuple(notes),
        versions=versions,
        network=network if basis == "streets" else None,
    )


def horizon_of(scenario: Scenario) -> float:
    """Return the minutes beyond which ways do not matter to a scenario."""
    problem, minutes = scenario.problem, scenario.travel.minutes
    if problem.kind in ("p_median", "p_center"):
        return LONGEST_MIN
    farthest = minutes * COVERING_HORIZON
    if problem.decay is not None:
        farthest = max(farthest, problem.decay.zero or 0.0, 8 * (problem.decay.half or 0.0))
    return min(LONGEST_MIN, farthest)


def _ways(
    scenario: Scenario, places: Sequence[Place], demand: Demand, network: StreetNetwork | None, horizon: float
) -> tuple[Travel, Basis, list[Message]]:
    """Return the minutes, by street where that is wanted and there are streets."""
    wanted, mode = scenario.travel.ways, scenario.travel.mode
    lon, lat = (np.array([getattr(place, axis) for place in places], np.float64) for axis in ("lon", "lat"))
    if network is None and wanted == "streets":
        raise ScenarioError([ValueUnusableError("plan_no_streets")])
    if network is not None and wanted != "straight":
        snapped = [network.snap(*ends, profile=mode) for ends in ((demand.lon, demand.lat), (lon, lat))]
        found = [snap.edge >= 0 for snap in snapped]
        enough = float(demand.weight[found[0]].sum()) >= ON_STREETS * float(demand.weight.sum())
        if wanted == "streets" or (enough and found[1].mean() >= ON_STREETS):
            minutes = network.travel_times(*snapped, cutoff_s=horizon * 60.0)
            minutes.data /= 60.0  # in place: there may be tens of millions
            notes = []
            if not (found[0].all() and found[1].all()):
                counts = {"demand": int((~found[0]).sum()), "places": int((~found[1]).sum())}
                notes.append(Message("plan_off_streets", counts))
            return Travel.of(minutes), "streets", notes
        notes = [Message("plan_streets_elsewhere")]
    else:
        notes = []
    minutes = straight_minutes(demand.lon, demand.lat, lon, lat, mode, horizon)
    return Travel.of(minutes), "straight_line", [*notes, Message("plan_straight_line", {"detour": DETOUR})]


def _digest(places: Sequence[Place], demand: Demand, travel: Travel) -> str:
    """Return what tells the numbers of one problem from those of another."""
    sum_: Any = hashlib.sha256()
    for place in places:
        sum_.update(repr(astuple(place)).encode())
    for array in (demand.lon, demand.lat, demand.weight, demand.hourly, travel.indptr, travel.indices, travel.data):
        sum_.update(np.ascontiguousarray(array).tobytes())
    return str(sum_.hexdigest())
