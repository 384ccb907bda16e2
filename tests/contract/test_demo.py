"""The sample data of the demo, brought into both kinds of store."""

from __future__ import annotations

import csv
from datetime import date
from zoneinfo import ZoneInfo

from geodata.areas import AreaFinder
from geodata.siting.planning import plan
from geodata.siting.scenario import parse_scenario
from geodata.store import Store
from webmap.demo import CANDIDATES, DEMAND, SCENARIO, SITES, fill_demo
from webmap.paths import sample_folder


def test_demo_takes_every_row_and_a_second_run_changes_nothing(store: Store) -> None:
    first = fill_demo(store)
    assert [report.rows.created for report in first] == [report.rows.read for report in first]
    assert {issue.message.code for report in first for issue in report.issues} == {"demand_made", "hours_refers"}
    version = store.state().data_version
    again = fill_demo(store)
    assert [report.rows.unchanged for report in again] == [report.rows.read for report in again]
    assert store.state().data_version == version


def test_sample_says_that_it_is_one_and_lies_in_its_district(sqlite_store: Store) -> None:
    fill_demo(sqlite_store)
    finder = AreaFinder(sqlite_store.areas())
    stored = list(sqlite_store.sites())
    assert {site.site.area for site in stored} == {"370602", "440604"}
    for site in stored:
        invented = {ref.source for ref in site.sources} == {"sample"}
        assert invented == ("示例" in site.site.name), site.site.name
        if site.site.position is not None:
            assert site.site.position.precision == "approximate", site.site.name
            position = site.site.position
            assert finder.find([position.lon], [position.lat]) == [site.site.area], site.site.name
    assert all(area.approximate for area in sqlite_store.areas())


def test_published_places_say_what_their_unions_published(sqlite_store: Store) -> None:
    fill_demo(sqlite_store)
    places = {site.site.name: site.site for site in sqlite_store.sites()}
    road = places["大海阳路户外劳动者服务站点"]
    assert [(award.name, award.level) for award in road.awards] == [("全省最美工会户外劳动者服务站", "provincial")]
    assert road.hours.osm is None
    assert set(places["芝罘区职工服务中心"].services) == {"legal_aid", "mediation", "counselling"}
    assert set(places["万达广场职工之家"].facilities) == {"table_tennis", "gym", "books", "meeting_room", "cafe"}
    assert places["万达广场职工之家"].floor == "B座顶楼"
    desk = places["禅城区总工会职工互助保障代办点"]
    assert set(desk.services) == {"mutual_aid"}
    assert desk.note.count("保障计划；") + desk.note.count("保障计划（") + desk.note.count("保障计划。") == 4


def test_what_the_unions_published_has_period_and_source(sqlite_store: Store) -> None:
    fill_demo(sqlite_store)
    centre = next(site for site in sqlite_store.sites() if site.site.name == "芝罘区职工服务中心")
    figures = sqlite_store.site_indicators([centre.id])[centre.id]
    assert {(item.metric, item.value, item.period.code) for item in figures} == {
        ("matters", 747, "2022"),
        ("visitors", 1597, "2022"),
        ("documents", 97, "2022"),
    }
    of_areas = sqlite_store.area_indicators()
    assert {(area, item.source, item.period.code) for area, item in of_areas} == {
        ("370602", "芝罘区总工会", "2022"),
        ("440604", "禅城区总工会", "2024-01-01/2024-07-31"),
    }
    mutual_aid = {item.metric: item.value for _, item in of_areas if item.name.startswith("四项职工互助保障计划")}
    assert mutual_aid == {"payments": 759, "money": 1_851_000}
    help_given = {item.name: item.value for _, item in of_areas if item.metric == "money" and "帮扶" in item.name}
    assert help_given["困难帮扶"] == help_given["困难帮扶（区属职工）"] + help_given["困难帮扶（直属单位）"] == 96_900


def test_sample_leaves_unknown_what_is_not_said(sqlite_store: Store) -> None:
    fill_demo(sqlite_store)
    sites = [site.site for site in sqlite_store.sites()]
    assert any(site.hours.osm is None for site in sites)
    assert any(site.position is None for site in sites)
    assert any(site.closures for site in sites)
    assert any(site.valid_from for site in sites)
    assert {site.state for site in sites} == {"open", "paused", "planned"}
    assert {amenity.value for site in sites for amenity in site.facilities.values()} == {"yes", "no", "limited"}
    for name in SITES:
        with (sample_folder() / name).open(encoding="utf-8") as file:
            assert "phone" not in (csv.DictReader(file).fieldnames or [])


def test_the_sample_can_be_planned_with(sqlite_store: Store) -> None:
    fill_demo(sqlite_store)
    scenario = parse_scenario((sample_folder() / SCENARIO).read_text(encoding="utf-8"))
    result = plan(sqlite_store, scenario, tz=ZoneInfo("Asia/Shanghai"), today=date(2026, 5, 20))
    assert result["answer"]["status"] == "optimal"
    assert result["answer"]["chosen"] == 5
    assert result["after"]["share"] > result["before"]["share"] + 0.05
    invented = [scenario.name, *DEMAND.values(), *CANDIDATES.values()]
    invented += [site["name"] for site in result["sites"] if site["role"] == "new"]
    assert all("示例" in name for name in invented)
    assert set(DEMAND.values()) == {info.name for info in sqlite_store.demand_layers()}
