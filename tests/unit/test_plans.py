"""What a plan says: checked against sums over every point of a small town."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from pyproj import Geod

from geodata.errors import ScenarioError
from geodata.siting.case import Case
from geodata.siting.result import result_of
from geodata.siting.solving import RunProgress, Solved, Watcher, solve_case
from geodata.siting.straight import DETOUR, PACE_M_PER_MIN, ground_m, straight_minutes
from tests.plans import scenario_text, town_case


@pytest.fixture(scope="module")
def town() -> Solved:
    return solve_case(town_case())


@pytest.fixture(scope="module")
def result(town: Solved) -> dict:
    return result_of(town)


def minutes_between(case: Case) -> np.ndarray:
    """Return all ways by the geodesic, which knows nothing of the code under test."""
    geod = Geod(ellps="WGS84")
    demand = case.demand
    table = np.empty((len(demand.lon), len(case.places)))
    for at, place in enumerate(case.places):
        ones = np.ones(len(demand.lon))
        table[:, at] = geod.inv(demand.lon, demand.lat, place.lon * ones, place.lat * ones)[2]
    return table * DETOUR / PACE_M_PER_MIN["foot"]


def test_straight_ways_are_those_of_the_geodesic() -> None:
    case = town_case()
    ways = minutes_between(case)
    lon, lat = (np.array([getattr(place, axis) for place in case.places]) for axis in ("lon", "lat"))
    found = straight_minutes(case.demand.lon, case.demand.lat, lon, lat, "foot", 25.0).toarray()
    assert np.array_equal(found > 0, ways <= 25)
    assert np.abs(found - np.where(ways <= 25, ways, 0)).max() < 1e-4


def test_straight_ways_cross_the_date_line_and_keep_a_way_of_nothing() -> None:
    across = ground_m(np.array([179.999]), np.array([0.0]), np.array([-179.999]), np.array([0.0]))
    assert across[0] == pytest.approx(Geod(ellps="WGS84").inv(179.999, 0, -179.999, 0)[2], rel=1e-6)
    here = straight_minutes(np.array([121.0]), np.array([37.0]), np.array([121.0]), np.array([37.0]), "foot", 5.0)
    assert here.nnz == 1
    assert here.data[0] == 0


def test_before_and_after_are_the_sums_over_all_points(town: Solved, result: dict) -> None:
    case = town.case
    ways, weight = minutes_between(case), case.demand.weight
    existing = [at for at, place in enumerate(case.places) if place.existing]
    chosen = town.answer.chosen.tolist()
    for name, opened in (("before", existing), ("after", existing + chosen)):
        near = ways[:, opened].min(axis=1)
        told = result[name]
        assert told["covered"] == weight[near <= 10].sum()
        seen = near <= case.horizon_min
        assert told["mean_minutes"] == pytest.approx(np.average(near[seen], weights=weight[seen]), abs=1e-3)
        assert told["beyond"] == pytest.approx(weight[~seen].sum())
        inside = np.sort(np.repeat(near, weight.astype(int)))
        last = inside[math.ceil(0.95 * len(inside)) - 1]
        expected = None if last > case.horizon_min else pytest.approx(last, abs=1e-3)
        assert told["p95_minutes"] == expected
    assert result["after"]["covered"] == result["answer"]["objective"] == result["answer"]["bound"]


def test_no_other_three_sites_cover_more(town: Solved) -> None:
    from itertools import combinations

    case = town.case
    near = minutes_between(case) <= 10
    existing = [at for at, place in enumerate(case.places) if place.existing]
    usable = [at for at, place in enumerate(case.places) if not place.existing and not place.refused]
    best = max(case.demand.weight[near[:, [*existing, *three]].any(axis=1)].sum() for three in combinations(usable, 3))
    assert town.answer.objective == best


def test_each_site_is_worth_what_is_lost_without_it(town: Solved, result: dict) -> None:
    case = town.case
    near, weight = minutes_between(case) <= 10, case.demand.weight
    existing = [at for at, place in enumerate(case.places) if place.existing]
    opened = existing + town.answer.chosen.tolist()
    column = {place.code: at for at, place in enumerate(case.places)}
    before = near[:, existing].any(axis=1)
    for site in [*result["sites"], *result["others"]]:
        at = column[site["code"]]
        assert site["alone"] == weight[near[:, at] & ~before].sum()
        if site["role"] == "new":
            rest = [other for other in opened if other != at]
            assert site["lost_without"] == weight[near[:, at] & ~near[:, rest].any(axis=1)].sum()


def test_areas_hours_and_cells_add_up_to_the_whole(town: Solved, result: dict) -> None:
    after = result["after"]
    assert {area["adcode"] for area in result["areas"]} == {"A", None}
    for name in ("weight", "covered"):
        assert sum(area["after"][name] for area in result["areas"]) == after[name]
    assert sum(cell["weight"] for cell in result["cells"]) == after["weight"]
    assert sum(cell["unserved_after"] for cell in result["cells"]) == after["weight"] - after["covered"]
    four, noon = result["hours"][4], result["hours"][12]
    assert four["open_before"] == 2, "the station open round the clock, and the one of unknown hours"
    assert noon["open_before"] == 4
    assert result["hours"][2]["weight"] == 0
    assert all(hour["covered_before"] <= hour["covered_after"] <= hour["weight"] for hour in result["hours"])


def test_a_curve_rises_and_each_point_is_bounded(result: dict) -> None:
    curve = result["curve"]
    assert [point["sites"] for point in curve] == [1, 2, 3, 4, 5, 6]
    assert [point["share"] for point in curve] == sorted(point["share"] for point in curve)
    assert all(point["share"] <= point["share_bound"] + 1e-9 for point in curve)


def test_what_was_refused_is_not_chosen_and_told(town: Solved, result: dict) -> None:
    refused = next(site for site in result["others"] if site["refused"])
    assert refused["code"] == "list#13"
    assert "plan_refused" in [note["code"] for note in result["notes"]]
    assert {check["code"]: check["state"] for check in refused["checks"]} == {
        "owner_consent": "refused",
        "fire_lanes": "open",
        "toilet": "settled",
        "opening_hours": "open",
        "upkeep": "open",
    }


def test_at_four_in_the_morning_only_who_is_open_counts() -> None:
    case = town_case(scenario_text(travel='minutes = 10\nhours = 4\nunknown_hours = "closed"'))
    solved = solve_case(case)
    chosen = [case.places[at] for at in solved.answer.chosen]
    serving = [place for place in chosen if place.hours_osm == "24/7"]
    assert len(serving) == 3, "only what is open round the clock is of use at four"
    assert result_of(solved)["before"]["weight"] == case.demand.hourly[:, 4].sum()


def test_hours_are_added_up() -> None:
    both = solve_case(town_case(scenario_text(travel="minutes = 10\nhours = [4, 12]")))
    demand = both.case.demand
    assert both.rows.weight.sum() == demand.hourly[:, 4].sum() + demand.hourly[:, 12].sum()
    near = minutes_between(both.case) <= 10
    opened = both.case.existing
    opened[both.answer.chosen] = True
    expected = sum(demand.hourly[near[:, opened & both.case.open_at(hour)].any(axis=1), hour].sum() for hour in (4, 12))
    assert both.answer.objective == expected


@pytest.mark.parametrize(
    ("problem", "check"),
    [
        ('kind = "p_median"\np = 2', lambda answer, case: len(answer.chosen) == 2),
        ('kind = "p_center"\np = 2', lambda answer, case: answer.objective == answer.times.max()),
        ('kind = "set_covering"\nshare = 0.2', lambda answer, case: answer.weight_covered >= 0.2 * answer.weight_total),
        ("budget = 35000.0", lambda answer, case: answer.cost <= 35_000),
        ("p = 2\ndecay = { half = 6 }", lambda answer, case: answer.objective <= answer.weight_total),
        ("p = [1, 4]", lambda answer, case: len(answer.chosen) == 4),
    ],
)
def test_every_problem_gives_a_whole_and_finite_result(problem: str, check: object) -> None:
    solved = solve_case(town_case(scenario_text(problem)))
    assert solved.answer.status == "optimal"
    assert check(solved.answer, solved.case)  # type: ignore[operator]
    json.dumps(result_of(solved), allow_nan=False)


def test_stations_that_may_close_give_their_place_to_others() -> None:
    stay = solve_case(town_case(scenario_text("p = 2")))
    move = solve_case(town_case(scenario_text("p = 2", existing='may_close = "all"\nmax_closed = 1')))
    assert move.answer.objective >= stay.answer.objective
    assert len(move.answer.chosen) == 2 + len(move.answer.closed) <= 3
    named = solve_case(town_case(scenario_text("p = 2", existing='may_close = ["S1"]')))
    assert set(named.answer.closed) <= {1}


def test_must_and_must_not_are_kept() -> None:
    text = scenario_text("p = 2", candidates='must = ["list#3"]\nmust_not = ["list#8"]')
    case = town_case(text)
    codes = [case.places[at].code for at in solve_case(case).answer.chosen]
    assert "list#3" in codes
    assert "list#8" not in codes


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (scenario_text(candidates='must = ["nowhere"]'), "“nowhere” in candidates.must"),
        (scenario_text(existing='may_close = ["list#1"]'), "“list#1” in existing.may_close"),
    ],
)
def test_a_code_that_is_not_there_is_named(text: str, told: str) -> None:
    with pytest.raises(ScenarioError, match=told):
        solve_case(town_case(text))


def test_candidates_without_cost_are_left_out_of_a_budget() -> None:
    from dataclasses import replace

    case = town_case(scenario_text("budget = 35000.0"))
    case = replace(
        case, places=[replace(place, cost=None) if place.code == "list#8" else place for place in case.places]
    )
    solved = solve_case(case)
    assert "list#8" not in [case.places[at].code for at in solved.answer.chosen]
    assert "plan_unpriced" in [note.code for note in solved.notes]


def test_who_ends_a_run_gets_the_best_so_far() -> None:
    seen: list[RunProgress] = []

    def watch(now: RunProgress) -> bool:
        seen.append(now)
        return now.stage != "curve"

    solved = solve_case(town_case(), Watcher(watch))
    assert solved.cut
    assert len(solved.answer.chosen) == 3
    assert not solved.curve
    assert result_of(solved)["answer"]["stopped"]


def test_the_same_case_gives_the_same_answer(town: Solved, result: dict) -> None:
    again = result_of(solve_case(town_case()))
    for told in (again, result):
        told["answer"]["seconds"] = 0
    assert again == result
