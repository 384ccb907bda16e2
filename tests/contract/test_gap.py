"""The gap before anything is planned, on both kinds of store: who is served, at which hour, and by which ways."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from geodata.siting.gap import gap_of
from geodata.siting.planning import plan
from geodata.siting.scenario import parse_scenario
from geodata.store import BatchInfo, Store
from geodata.streets import StreetNetwork
from tests.contract.test_planning import TODAY, fill
from tests.plans import EAST, NORTH, SHANGHAI, SOUTH, WEST, scenario_text

PIN = '[[candidates.pin]]\ncode = "pin-1"\nname = "新地点"\nlon = 121.386\nlat = 37.55\n'


def shown(store: Store, text: str, hour: int | None = None) -> dict:
    return gap_of(store, parse_scenario(text), tz=SHANGHAI, today=TODAY).shown(hour)


def test_the_gap_is_what_a_plan_finds_before_it(store: Store) -> None:
    fill(store)
    gap, planned = (
        shown(store, scenario_text("p = 1")),
        plan(store, parse_scenario(scenario_text("p = 1")), tz=SHANGHAI, today=TODAY),
    )
    assert (gap["weight"], gap["covered"]) == (planned["before"]["weight"], planned["before"]["covered"]) == (35, 10)
    assert sum(need for *_, need in gap["cells"]) == 25
    assert [name for name, *_ in gap["stations"]] == ["老站点"]
    assert [item["name"] for item in gap["candidates"]] == ["烟台银行一支行", "加油站"]
    assert gap["reach"] == {"radius_m": 615}
    assert gap["hours"][4] == [35, 10]
    assert gap["hours"][5] == [0, 0]
    assert shown(store, scenario_text("p = 1"), hour=5)["weight"] == 0


def test_pins_are_candidates_that_a_plan_may_choose(store: Store) -> None:
    fill(store)
    moved = '[[candidates.pin]]\ncode = "网点#1"\nlon = 121.36\nlat = 37.52\n'
    text = scenario_text("p = 1") + PIN + moved
    found = {item["code"]: item for item in shown(store, text)["candidates"]}
    assert (found["网点#1"]["lon"], found["网点#1"]["name"]) == (121.36, "烟台银行一支行")
    must = scenario_text("p = 1", candidates='must = ["pin-1"]') + PIN
    result = plan(store, parse_scenario(must), tz=SHANGHAI, today=date(2026, 5, 20))
    assert [site["name"] for site in result["sites"] if site["role"] == "new"] == ["新地点"]


@pytest.mark.parametrize("ways", ["auto", "straight"])
def test_with_streets_the_reach_is_along_them(store: Store, ways: str) -> None:
    fill(store)
    lon, lat = np.meshgrid(np.linspace(WEST, EAST, 41), np.linspace(SOUTH, NORTH, 31))
    number = np.arange(lon.size).reshape(lon.shape)
    begin = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    end = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    with store.write(BatchInfo("streets", "test")) as writer:
        writer.put_streets("town", StreetNetwork.from_arrays(lon.ravel(), lat.ravel(), begin, end))
    text = scenario_text("p = 1", travel=f'minutes = 10\nways = "{ways}"')
    gap = shown(store, text)
    planned = plan(store, parse_scenario(text), tz=SHANGHAI, today=TODAY)
    assert gap["covered"] == planned["before"]["covered"]
    assert gap["basis"] == planned["basis"]
    assert bool(gap["reach"].get("lines")) == (ways == "auto")
