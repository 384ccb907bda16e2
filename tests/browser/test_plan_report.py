"""A plan's report in the browser: one file that asks for nothing and shows before, after, need and reach."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from geodata.siting.result import result_of
from geodata.siting.solving import solve_case
from tests.browser.serving import overheard
from tests.plans import EAST, NORTH, SOUTH, WEST, scenario_text, town_case
from webmap.planning.outputs import plan_files, write_files
from webmap.settings import TileLayer

HOSTILE = "</script><script>window.bad=1</script><img src=x onerror='window.bad=1'>"
TILE = TileLayer("https://tiles.example/{z}/{x}/{y}.png")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the report of a town whose names try to run scripts, with a base map that may not be asked for."""
    case = town_case()
    places = [replace(place, name=f"{HOSTILE} {place.code}") for place in case.places]
    outline = [[[WEST, SOUTH], [EAST, SOUTH], [EAST, NORTH], [WEST, NORTH], [WEST, SOUTH]]]
    result = result_of(solve_case(replace(case, places=places, outline=outline)))
    folder = tmp_path_factory.mktemp("plan")
    write_files(folder, plan_files(result, lang="zh", text=scenario_text(), tiles=[TILE], attribution="© Tiles"))
    return folder / "report.html"


def test_the_report_asks_for_nothing_before_the_base_map_is_ticked(report: Path, browser: Browser) -> None:
    page = browser.new_page()
    asked, said = overheard(page)
    page.route("https://tiles.example/**", lambda route: route.fulfill(status=204))
    page.goto(report.as_uri())
    page.wait_for_selector(".number")
    assert [url for url in asked if not url.startswith("data:")] == [report.as_uri()]
    assert said == []
    assert page.evaluate("window.bad") is None
    with page.expect_request("https://tiles.example/**"):
        page.get_by_label("底图（需联网）").check()
    page.close()


def test_layers_come_and_go_and_sites_tell_what_they_are(report: Path, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(report.as_uri())
    page.wait_for_selector(".number")
    assert page.locator(".number").all_inner_texts() == ["1", "2", "3"]
    drawn = "() => Object.values(planLayers).map((layer) => planMap.hasLayer(layer))"
    assert page.evaluate(drawn) == [True, True, False, True, False, True, False, False]
    for label in ("新站点", "未覆盖的需求：现在", "未选的候选点"):
        box = page.get_by_label(label, exact=True)
        box.set_checked(not box.is_checked())
    assert page.evaluate(drawn) == [True, False, True, True, False, True, True, False]
    page.get_by_label("新站点", exact=True).check()
    page.locator(".number").first.click()
    told = page.locator(".leaflet-popup-content").inner_text()
    assert HOSTILE in told
    assert "没有它会少覆盖" in told
    page.close()


def test_on_a_phone_nothing_sticks_out(report: Path, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 780})
    page.goto(report.as_uri())
    page.wait_for_selector(".number")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.close()


@pytest.mark.parametrize("size", [(360, 780), (1280, 800), (1700, 900)])
def test_the_area_fills_the_map(report: Path, browser: Browser, size: tuple[int, int]) -> None:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.goto(report.as_uri())
    page.wait_for_selector(".number")
    parts = page.evaluate(
        """() => {
          const [low, high] = [plan.outline[0][0], plan.outline[0][2]];
          const [a, b] = [low, high].map(([lon, lat]) => planMap.latLngToContainerPoint([lat, lon]));
          return [(b.x - a.x) / planMap.getSize().x, (a.y - b.y) / planMap.getSize().y];
        }"""
    )
    assert 0.8 < max(parts) <= 1
    page.close()
