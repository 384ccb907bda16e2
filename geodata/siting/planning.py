"""The whole way of a run: from a scenario and a store to the result."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from geodata.siting.gathering import gather
from geodata.siting.result import result_of
from geodata.siting.scenario import Scenario
from geodata.siting.solving import Watch, Watcher, solve_case
from geodata.store import Store


def plan(store: Store, scenario: Scenario, *, tz: ZoneInfo, today: date, watch: Watch | None = None) -> dict[str, Any]:
    """Answer a scenario with what the store knows.

    Parameters
    ----------
    store : Store
    scenario : Scenario
    tz : ZoneInfo
        Of the opening hours.
    today : date
        The day from which the scenario's kind of day is looked for; the same one gives the same result again.
    watch : callable, optional
        Told where the run stands; returning False ends it with the best answer so far.

    Returns
    -------
    dict
        As :func:`geodata.siting.result.result_of` describes it.

    Raises
    ------
    ScenarioError
        If something that the scenario names is not there, or it asks for what cannot be.
    ValueUnusableError
        If its rules contradict each other.
    """
    watcher = Watcher(watch)
    case = gather(store, scenario, tz=tz, today=today, watcher=watcher)
    solved = solve_case(case, watcher)
    if not watcher.stopped:
        watcher.at("effects", 0.0)
    return result_of(solved)
