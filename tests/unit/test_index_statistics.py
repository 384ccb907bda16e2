"""What is said of many places together, against values worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from geodata.index import SiteQuery
from geodata.indicators import Indicator, parse_period
from geodata.sites import Hours, Site
from tests.indexes import NOON, RowStore, index_of, load
from tests.web.conftest import ZHIFU

TODAY = NOON.date()
SITES = [
    Site("一", "rest_station", hours=Hours("24/7", ""), area="370602", verified_on=TODAY),
    Site("二", "rest_station", hours=Hours("Mo-Fr 08:00-12:00", ""), area="370602", verified_on=TODAY - timedelta(31)),
    Site("三", "worker_home", hours=Hours("Sa 22:00-26:00", ""), area="440604", verified_on=TODAY - timedelta(366)),
    Site("四", "rest_station"),
    Site("五", "rest_station", hours=Hours("24/7", ""), state="paused"),
]


def share(week: dict[str, object], day: int, hour: int) -> object:
    return week["open"][24 * day + hour]  # type: ignore[index]


def test_the_share_open_by_hour_of_an_ordinary_week() -> None:
    week = index_of(*SITES).statistics(SiteQuery(), now=NOON)["week"]
    assert (week["known"], week["unknown"], len(week["open"])) == (3, 1, 168)
    assert share(week, 0, 7) == pytest.approx(1 / 3, abs=1e-4)  # Monday, 7:30: only the one that is always open
    assert share(week, 0, 8) == share(week, 4, 11) == pytest.approx(2 / 3, abs=1e-4)
    assert share(week, 4, 12) == pytest.approx(1 / 3, abs=1e-4)
    assert share(week, 5, 10) == pytest.approx(1 / 3, abs=1e-4)
    assert share(week, 5, 23) == share(week, 6, 1) == pytest.approx(2 / 3, abs=1e-4)  # past midnight
    # the national holidays in October change nothing: it is an ordinary week
    assert index_of(*SITES).statistics(SiteQuery(), now=NOON.replace(month=10, day=1))["week"] == week
    nothing = index_of(SITES[3]).statistics(SiteQuery(), now=NOON)["week"]
    assert (nothing["known"], nothing["unknown"], set(nothing["open"])) == (0, 1, {None})


def test_numbers_by_area_and_freshness() -> None:
    store = RowStore(SITES)
    store.areas = [ZHIFU]
    found = load(store).statistics(SiteQuery(), now=NOON)
    assert found["total"] == 5
    assert [(entry["area"], entry["name"], entry["total"]) for entry in found["areas"]] == [
        (None, "", 2),
        ("370602", "芝罘区", 2),
        ("440604", "", 1),
    ]
    assert found["freshness"]["verified"] == {"d30": 1, "d90": 1, "d365": 0, "older": 1, "never": 2}
    assert found["freshness"]["last_change"] == "2026-09-01"
    only = load(store).statistics(SiteQuery(area="370602"), now=NOON, area="370602")
    assert (only["total"], [entry["area"] for entry in only["areas"]]) == (2, ["370602"])
    assert only["freshness"]["verified"]["never"] == 0
    empty = index_of().statistics(SiteQuery(), now=NOON)
    assert (empty["total"], empty["areas"], empty["freshness"]["last_change"]) == (0, [], None)


def test_published_figures_are_added_up_by_metric_and_period() -> None:
    def figure(value: float, period: str = "2025", source: str = "a") -> Indicator:
        return Indicator("visits", "", parse_period(period), value, "person_times", source)

    store = RowStore(SITES)
    store.indicators = [(1, figure(10)), (1, figure(7, "2024")), (2, figure(5.5, source="b"))]
    store.area_indicators = [("370602", figure(99)), ("440604", figure(1))]
    found = load(store).statistics(SiteQuery(), now=NOON)
    assert [(item["period"], item["value"], item["sites"], item["sources"]) for item in found["indicators"]] == [
        ("2025", 15.5, 2, ["a", "b"]),
        ("2024", 7, 1, ["a"]),
    ]
    assert [item["area"] for item in found["area_indicators"]] == ["370602", "440604"]
    only = load(store).statistics(SiteQuery(kinds=frozenset({"worker_home"}), area="440604"), now=NOON, area="440604")
    assert (only["indicators"], [item["value"] for item in only["area_indicators"]]) == ([], [1])


def test_answers_are_kept_as_long_as_they_hold() -> None:
    store = RowStore(SITES)
    index = load(store)
    first = index.statistics(SiteQuery(), now=NOON)
    assert index.statistics(SiteQuery(), now=NOON) == first
    store.put({3: replace(SITES[3], hours=Hours("24/7", ""), verified_on=date(2026, 9, 15))})
    after = index.refreshed(store).statistics(SiteQuery(), now=NOON)  # type: ignore[arg-type]
    assert (after["week"]["known"], after["freshness"]["verified"]["never"]) == (4, 1)
    later = index.statistics(SiteQuery(), now=NOON + timedelta(days=40))
    assert later["freshness"]["verified"] == {"d30": 0, "d90": 2, "d365": 0, "older": 1, "never": 2}
