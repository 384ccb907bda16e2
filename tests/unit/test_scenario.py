"""Scenarios: what a file says, and what a person is told of one that cannot be used."""

from __future__ import annotations

from datetime import date

import pytest

from geodata.errors import ScenarioError
from geodata.messages import LANGS
from geodata.siting.scenario import DecayPart, DemandPart, Scenario, parse_scenario, scenario_toml
from tests.plans import scenario_text


def refusals(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(text)
    assert all(problem.message.text(lang) for problem in caught.value.problems for lang in LANGS)
    return [problem.message.text("en") for problem in caught.value.problems]


def test_everything_a_scenario_can_say() -> None:
    scenario = parse_scenario("""
        name = "芝罘区凌晨"
        note = "环卫工人"
        [area]
        polygon = [[121.3, 37.5], [121.4, 37.5], [121.4, 37.6]]
        [travel]
        mode = "ebike"
        minutes = 8
        hours = [4, 22]
        day = 2026-10-10
        unknown_hours = "closed"
        ways = "straight"
        [[demand]]
        layer = "环卫"
        [[demand]]
        layer = "骑手"
        weight = 0.5
        [existing]
        kinds = ["rest_station", "worker_home"]
        min_stars = 3
        may_close = ["ABC234"]
        max_closed = 1
        [candidates]
        source = "imported"
        list = "网点"
        must = ["网点#1"]
        must_not = ["网点#2"]
        [problem]
        kind = "maximal_covering"
        p = [1, 10]
        decay = { full = 5, zero = 20 }
        time_limit_s = 30
        gap = 0.01
    """)
    assert scenario.travel.hours == (4, 22)
    assert scenario.travel.day == date(2026, 10, 10)
    assert scenario.problem.sites == (1, 10)
    assert scenario.candidates.list_name == "网点"
    assert [part.weight for part in scenario.demand] == [1.0, 0.5]


def test_a_single_hour_and_the_least_that_is_needed() -> None:
    assert parse_scenario(scenario_text(travel="hours = 4")).travel.hours == (4,)
    least = parse_scenario('name="x"\n[area]\nadcode="370602"\n[[demand]]\nlayer="w"\n[problem]\np=5')
    assert (least.travel.mode, least.travel.minutes, least.problem.kind) == ("foot", 15, "maximal_covering")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name = ", "no valid TOML"),
        (scenario_text(travel="minutes = -3"), "travel.minutes is “-3”; expected: 0 < minutes ≤ 240"),
        (scenario_text(travel='mode = "car"'), 'travel.mode is “car”; expected: "foot" | "ebike"'),
        (scenario_text(travel="hours = [4, 25]"), "travel.hours[2] is “25”; expected: 0…23"),
        (scenario_text(travel="minuets = 3"), "travel.minuets is no known key; there are: mode, minutes, hours"),
        (scenario_text("p = 0.5"), "problem.p is “0.5”; expected: 1…1000 | [1, 10]"),
        (scenario_text("p = 3\nbudget = 5.0"), "problem is “p, budget”; expected: p | budget"),
        (scenario_text('kind = "p_median"'), "problem is “–”; expected: p | budget"),
        (scenario_text('kind = "set_covering"\np = 3'), "problem.p is “3”"),
        (scenario_text('kind = "p_center"\np = 3\ndecay = { half = 3 }'), "problem.decay is “p_center”"),
        (scenario_text("p = 3\ndecay = { full = 9, zero = 3 }"), "problem.decay is"),
        (scenario_text(candidates='must = ["a"]\nmust_not = ["a"]'), "candidates.must_not is “a”"),
        (scenario_text(demand="layer = 3"), "no valid TOML"),
        ("name = 'x'", "lacks area; expected: [area]"),
        (scenario_text().replace("bbox = [121.3", "bbox = [131.3"), "area.bbox is “[131.3, 37.5, 121.4, 37.56]”"),
        (scenario_text().replace("bbox", 'adcode = "1"\nbbox'), "area is “adcode, bbox”"),
    ],
)
def test_a_person_is_told_key_value_and_what_was_expected(text: str, told: str) -> None:
    assert any(told in refusal for refusal in refusals(text)), refusals(text)


def test_all_mistakes_are_told_at_once() -> None:
    assert len(refusals(scenario_text("p = -1", travel='mode = "car"\nminutes = 0'))) == 3


def test_a_union_is_complained_about_once() -> None:
    assert len(refusals(scenario_text('p = "many"'))) == 1


def test_every_key_says_what_it_expects() -> None:
    tables = [info.annotation for info in Scenario.model_fields.values() if hasattr(info.annotation, "model_fields")]
    assert len(tables) == 5
    for table in [Scenario, DemandPart, DecayPart, *tables]:
        for name, info in table.model_fields.items():
            assert info.json_schema_extra["expected"], name


def test_a_scenario_becomes_toml_and_is_the_same_again() -> None:
    text = scenario_text(
        'kind = "maximal_covering"\np = [1, 4]\ndecay = { full = 5, zero = 20.5 }\ngap = 1e-5\ncurve = false',
        travel="minutes = 10\nhours = [4, 22]\nday = 2026-05-20",
        candidates='list = "网点 \\"A\\"\\\\ \\u007f"\nmust = ["a#1"]\n[[candidates.pin]]\n'
        'code = "pin-1"\nname = "新\\n"\n'
        "lon = 121.3\nlat = 37.5",
        existing='may_close = ["S1"]\nmax_closed = 1',
    )
    scenario = parse_scenario(text)
    assert parse_scenario(scenario_toml(scenario)) == scenario


def test_two_pins_of_one_code_are_refused() -> None:
    pin = '[[candidates.pin]]\ncode = "pin-1"\nlon = 121.3\nlat = 37.5\n'
    with pytest.raises(ScenarioError, match=r"candidates\.pin\.code"):
        parse_scenario(scenario_text() + pin + pin)
