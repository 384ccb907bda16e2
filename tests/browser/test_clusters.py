"""Very many places: the map shows the server's clusters, which stay what they are while it is moved."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Response, expect

from geodata.store import open_store
from tests.browser.conftest import Open, running
from tests.browser.crowd import fill_crowd
from tests.browser.serving import PHONE

SITES = 20_000
MARKERS = ".leaflet-marker-pane .marker > div"
SEEN = f"""() => [...document.querySelectorAll("{MARKERS}")].map(
  (element) => element.querySelector(".cluster") ? Number(element.title.replace(/\\D/g, "")) : 1)"""


@pytest.fixture(scope="module")
def crowd(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with very many places."""
    path = tmp_path_factory.mktemp("crowd") / "crowd.db"
    path.write_bytes(sqlite_template.read_bytes())
    store = open_store(url := f"sqlite:///{path}")
    fill_crowd(store, SITES)
    store.dispose()
    with running(url, rate_limit="off") as (_, address):
        yield address


@pytest.fixture
def open_crowd(open_page: Open, crowd: str) -> Callable[..., Page]:
    """Return a function that opens the map of very many places and waits for its clusters."""

    def open_it(path: str = "/", **options: Any) -> Page:
        page = open_page(**options)
        with page.expect_response(lambda answer: "/sites/clusters" in answer.url):
            page.goto(crowd + path)
        expect(page.locator(".cluster").first).to_be_visible()
        page.wait_for_timeout(900)  # what the page does to the map itself is no wish of the person
        return page

    return open_it


def body_of(page: Page, answer: Response) -> dict[str, Any]:
    """Return what was answered; asked once more, for the browser may have thrown the first answer away already."""
    found: dict[str, Any] = page.request.get(answer.url).json()
    return found


def after(page: Page, script: str) -> dict[str, Any]:
    """Do something that makes the page ask for clusters; return the answer when it is drawn."""
    with page.expect_response(lambda answer: "/sites/clusters" in answer.url and answer.ok) as answer:
        page.evaluate(script)
    found = body_of(page, answer.value)
    page.wait_for_function(f"n => document.querySelectorAll('{MARKERS}').length === n", arg=len(found["features"]))
    return found


def counts(found: dict[str, Any]) -> list[int]:
    return sorted(feature["properties"].get("count", 1) for feature in found["features"])


@pytest.mark.parametrize("where", ["[36, 104], 5", "[31, 118], 7", "[31.2, 121.5], 10", "[39.9, 116.4], 12"])
def test_what_is_shown_is_what_the_api_counts(open_crowd: Callable[..., Page], where: str) -> None:
    page = open_crowd()
    found = after(page, f"void map_page.setView({where}, {{ animate: false }})")
    assert sorted(page.evaluate(SEEN)) == counts(found)
    assert sum(counts(found)) == found["total"] > 300


def test_markers_that_stay_are_not_drawn_anew(open_crowd: Callable[..., Page]) -> None:
    page = open_crowd()
    before = after(page, "void map_page.setView([31, 118], 7, { animate: false })")
    page.evaluate(f"""() => document.querySelectorAll("{MARKERS}").forEach((element) => (element.known = true))""")
    later = after(page, "void map_page.panBy([-700, 0], { animate: false })")
    alike = {feature["id"] for feature in before["features"]} & {feature["id"] for feature in later["features"]}
    assert 0 < len(alike) < len(later["features"])
    kept = page.evaluate(f"""() => [...document.querySelectorAll("{MARKERS}")].filter(({{ known }}) => known).length""")
    assert kept == len(alike)


def test_a_little_step_asks_for_nothing(open_crowd: Callable[..., Page]) -> None:
    page = open_crowd()
    after(page, "void map_page.setView([31, 118], 7, { animate: false })")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("void map_page.panBy([120, 80], { animate: false })")
    expect(page.locator("#status")).to_contain_text("地图范围内")
    page.wait_for_timeout(600)
    assert [url for url in asked if "/sites/clusters" in url] == []
    assert [url for url in asked if "/sites?" in url] != []


def test_press_on_a_cluster_shows_all_of_it_from_nearer(open_crowd: Callable[..., Page]) -> None:
    page = open_crowd()
    found = after(page, "void map_page.setView([40, 95], 5, { animate: false })")
    # Far from the others, so that nothing lies above it.
    far = min(
        (feature for feature in found["features"] if feature["properties"].get("count", 0) > 100),
        key=lambda feature: feature["geometry"]["coordinates"][0],
    )
    west, south, east, north = far["bbox"]
    lon, lat = far["geometry"]["coordinates"]
    at = page.evaluate(f"(() => {{ const p = map_page.latLngToContainerPoint([{lat}, {lon}]); return [p.x, p.y] }})()")
    box = page.locator(".map").bounding_box()
    assert box
    page.mouse.click(box["x"] + at[0], box["y"] + at[1])
    page.wait_for_function("() => map_page.getZoom() > 5")
    assert page.evaluate(f"map_page.getBounds().contains([[{south}, {west}], [{north}, {east}]])")


def test_filters_hold_for_clusters(open_crowd: Callable[..., Page]) -> None:
    page = open_crowd()
    everything = after(page, "void map_page.setView([31, 118], 7, { animate: false })")
    with page.expect_response(lambda answer: "/sites/clusters" in answer.url and "microwave" in answer.url) as answer:
        page.locator("#chips").get_by_role("button", name="微波炉").click()
    filtered = body_of(page, answer.value)
    assert 0 < filtered["total"] < everything["total"]
    page.wait_for_function(f"n => document.querySelectorAll('{MARKERS}').length === n", arg=len(filtered["features"]))
    assert sorted(page.evaluate(SEEN)) == counts(filtered)


def test_from_near_places_stand_alone_and_the_list_has_them(open_crowd: Callable[..., Page]) -> None:
    page = open_crowd()
    page.evaluate("void map_page.setView([31.2, 121.5], 15, { animate: false })")
    expect(page.locator("#status")).to_have_text(re.compile(r"地图范围内 \d+ 个地点"))
    page.wait_for_timeout(500)
    total = int(re.sub(r"\D", "", page.locator("#status").inner_text().split("个")[0]))
    seen = page.evaluate(SEEN)
    assert sum(seen) == total < 300
    found = after(page, "void map_page.setView([31.2, 121.5], 8, { animate: false })")
    assert sorted(page.evaluate(SEEN)) == counts(found)


def test_a_row_points_at_the_cluster_that_holds_it(open_crowd: Callable[..., Page]) -> None:
    page = open_crowd()
    after(page, "void map_page.setView([36, 104], 5, { animate: false })")
    expect(page.locator("#status")).to_contain_text("地图范围内")
    page.locator("#results .row-link").first.focus()
    expect(page.locator(".marker.pointed")).to_have_count(1)


def test_the_phone_has_clusters_too(open_crowd: Callable[..., Page]) -> None:
    page = open_crowd(size=PHONE)
    found = after(page, "void map_page.setView([36, 104], 5, { animate: false })")
    assert sorted(page.evaluate(SEEN)) == counts(found)
