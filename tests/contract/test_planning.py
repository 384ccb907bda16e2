"""Planning from the store, on both kinds: stations, candidates, demand and areas meet in one plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import shapely

from geodata.areas import Area
from geodata.candidates import Candidate, Check
from geodata.demand import DemandPoints
from geodata.errors import ScenarioError
from geodata.sites import Hours, Position, Site
from geodata.siting.planning import plan
from geodata.siting.scenario import parse_scenario
from geodata.store import BatchInfo, NewSite, Store
from geodata.store.candidates import put_candidates, read_candidates
from geodata.store.reverting import revert_batch
from geodata.streets import StreetNetwork
from tests.plans import EAST, NORTH, SHANGHAI, SOUTH, WEST, scenario_text

TODAY = date(2026, 5, 20)
BANK = Candidate(
    "网点",
    "1",
    "烟台银行一支行",
    121.33,
    37.53,
    address="北马路1号",
    host="烟台银行",
    hours_osm="Mo-Fr 08:30-17:00",
    cost=20_000.0,
    checks={"toilet": Check("settled"), "upkeep": Check("open", "银行负责")},
)


def fill(store: Store) -> None:
    """A town with one station, two candidates, three spots of demand and a district in its west."""
    box = shapely.MultiPolygon([shapely.box(WEST, SOUTH, 121.35, NORTH)])
    district = Area("370602", "芝罘区", "Zhifu", "district", None, box, "test", False)
    station = Site("老站点", "rest_station", position=Position(121.31, 37.51), hours=Hours("24/7"))
    library = Site("图书馆", "public_facility", position=Position(121.39, 37.55))
    hourly = np.zeros((3, 24))
    hourly[:, 4] = [10, 20, 5]
    demand = DemandPoints.of([121.31, 121.33, 121.385], [37.511, 37.531, 37.551], hourly=hourly)
    with store.write(BatchInfo("sites", "test")) as writer:
        writer.put_areas([district])
        writer.add([NewSite(station), NewSite(library)])
        writer.put_demand("workers", demand)
    with store.write(BatchInfo("candidates", "test")) as writer:
        assert put_candidates(writer, [BANK, replace(BANK, source_key="2", name="加油站", lon=121.385, lat=37.55)]) == 2


def run(store: Store, text: str) -> dict:
    return plan(store, parse_scenario(text), tz=SHANGHAI, today=TODAY)


def names(result: dict, role: str = "new") -> list[str]:
    return [site["name"] for site in result["sites"] if site["role"] == role]


def test_a_plan_from_the_store(store: Store) -> None:
    fill(store)
    result = run(store, scenario_text("p = 1"))
    assert names(result) == ["烟台银行一支行"]
    assert names(result, "kept") == ["老站点"]
    assert (result["before"]["covered"], result["after"]["covered"]) == (10, 30)
    assert result["sites"][0]["checks"][4] == {"code": "upkeep", "state": "open", "note": "银行负责"}
    assert [area["name"] for area in result["areas"]] == ["芝罘区", ""]
    assert result["basis"] == "straight_line"
    assert result["inputs"]["data_version"] == store.state().data_version
    assert run(store, scenario_text("p = 1"))["inputs"] == result["inputs"]


def test_the_area_by_its_code_and_other_sources_of_candidates(store: Store) -> None:
    fill(store)
    within = scenario_text("p = 1").replace(f"bbox = [{WEST}, {SOUTH}, {EAST}, {NORTH}]", 'adcode = "370602"')
    assert run(store, within)["before"]["weight"] == 30
    library = run(store, scenario_text("p = 1", candidates='source = "facilities"'))
    assert names(library) == ["图书馆"]
    corners = run(store, scenario_text("p = 2", candidates='source = "streets"\nspacing_m = 300'))
    assert corners["after"]["covered"] == 35
    other = run(store, scenario_text("p = 1", candidates='list = "网点"\nmust = ["网点#2"]'))
    assert names(other) == ["加油站"]


def test_at_four_the_bank_is_closed(store: Store) -> None:
    fill(store)
    result = run(store, scenario_text("p = 1", travel="minutes = 10\nhours = 4"))
    assert result["before"]["weight"] == 35
    assert result["after"]["covered"] == result["before"]["covered"] == 10


def test_with_streets_the_ways_go_along_them(store: Store) -> None:
    fill(store)
    lon, lat = np.meshgrid(np.linspace(WEST, EAST, 41), np.linspace(SOUTH, NORTH, 31))
    number = np.arange(lon.size).reshape(lon.shape)
    begin = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    end = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    network = StreetNetwork.from_arrays(lon.ravel(), lat.ravel(), begin, end)
    with store.write(BatchInfo("streets", "test")) as writer:
        writer.put_streets("town", network)
    result = run(store, scenario_text("p = 1"))
    assert result["basis"] == "streets"
    assert names(result) == ["烟台银行一支行"]
    assert result["reach"]["after"]
    straight = run(store, scenario_text("p = 1", travel='minutes = 10\nways = "straight"'))
    assert straight["basis"] == "straight_line"
    corners = run(store, scenario_text("p = 2", candidates='source = "streets"\nspacing_m = 300'))
    nodes = {(round(x, 5), round(y, 5)) for x, y in zip(lon.ravel(), lat.ravel(), strict=True)}
    assert {(round(s["lon"], 5), round(s["lat"], 5)) for s in corners["others"]} <= nodes


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("workers", "nobody"), "no layer of demand called “nobody”; there are: workers"),
        ((f"bbox = [{WEST}, {SOUTH}, {EAST}, {NORTH}]", 'adcode = "999999"'), "no area with the code “999999”"),
        ((f"bbox = [{WEST}", "bbox = [121.395"), "has no demand in its area"),
        (("minutes = 10", 'minutes = 10\nways = "streets"'), "no streets are loaded"),
        (("[problem]", '[candidates]\nlist = "none"\n[problem]'), "no candidates to choose from"),
    ],
)
def test_what_is_missing_is_named(store: Store, change: tuple[str, str], told: str) -> None:
    fill(store)
    with pytest.raises(ScenarioError, match=told):
        run(store, scenario_text("p = 1").replace(*change))


def test_candidates_have_a_history_and_can_be_taken_back(store: Store) -> None:
    fill(store)
    first = store.batches()[-1].id
    assert [item.name for item in read_candidates(store)] == ["烟台银行一支行", "加油站"]
    assert read_candidates(store)[0] == BANK
    with store.write(BatchInfo("candidates", "test")) as writer:
        assert put_candidates(writer, [BANK]) == 0
        assert put_candidates(writer, [replace(BANK, cost=None)]) == 1
    second = store.batches()[-1].id
    assert [change.record for change in store.changes(second)] == ["candidate:网点#1"]
    revert_batch(store, second, "test")
    assert read_candidates(store)[0] == BANK
    revert_batch(store, first, "test")
    assert read_candidates(store) == []
