"""On a weak network: the list comes before the map, and what was taken along before the server's answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Open
from tests.browser.places import LAT, LON, NOW
from tests.browser.serving import DESK, PHONE, Visit, await_map
from tests.browser.test_offline import kept_places

#: A device that finds itself only when the test says so.
LATE = "navigator.geolocation.getCurrentPosition = (found) => { window.find = found; };"


def hold_back(page: Page, pattern: str) -> Callable[[], None]:
    """Let requests of the page wait; return what lets them go."""
    held: list[Route] = []
    page.context.route(pattern, lambda route: held.append(route))

    def let_go() -> None:
        page.context.unroute(pattern)
        for route in held:
            route.continue_()

    return let_go


def asked(page: Page) -> list[str]:
    """Collect the questions of the list to the server; those of the map name the part that it shows."""
    found: list[str] = []
    page.on("request", lambda request: found.append(request.url) if "/api/v1/sites" in request.url else None)
    return found


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_list_can_be_used_while_the_map_is_awaited(open_page: Open, site: str, size: tuple[int, int]) -> None:
    page = open_page("/healthz", size=size, position=True)
    let_go = hold_back(page, "**/made/map.js")
    page.goto(site, wait_until="commit")
    expect(page.locator("#results .row .distance").first).to_have_text("180 米")
    go = page.locator("#results .row-go").first
    assert (go.get_attribute("href") or "").endswith("/go")
    page.locator('[data-chip="facility-microwave"]').click()
    expect(page.locator("#results .row")).to_have_count(1)
    page.locator("#results .row-link").click()
    expect(page.locator("#panel .go .primary")).to_be_visible()
    page.locator("#panel-close").click()
    page.locator('[data-chip="facility-microwave"]').click()
    expect(page.locator("#results .row")).not_to_have_count(1)
    before = page.locator("#results .row").first.bounding_box()
    assert page.locator(".leaflet-control-zoom").count() == 0
    let_go()
    await_map(page)
    # It shows what the list has, and where the person is, and nothing has moved.
    expect(page.locator(".leaflet-marker-pane .origin.own")).to_be_visible()
    expect(page.locator(".leaflet-marker-pane .marker .sign, .leaflet-marker-pane .cluster").first).to_be_visible()
    assert page.locator("#results .row").first.bounding_box() == before


def test_a_map_that_does_not_come_is_asked_for_again(open_page: Open, site: str, visits: list[Visit]) -> None:
    page = open_page("/healthz", size=PHONE)
    page.context.route("**/made/map.js", lambda route: route.abort())
    page.goto(site)
    expect(page.locator("#results .row-link").first).to_be_visible()
    page.wait_for_function("() => !document.querySelector('script[src*=\"made/map.js\"]')")
    page.context.unroute("**/made/map.js")
    page.locator(".map").tap(position={"x": 180, "y": 250})
    await_map(page)
    visits[0].complaints.clear()  # the browser notes the file that did not come


def test_the_server_is_asked_once_where_the_position_is_known_soon(open_page: Open, site: str) -> None:
    page = open_page("/healthz", position=True)
    questions = asked(page)
    page.goto(site)
    expect(page.locator("#results .row .distance").first).to_be_visible()
    await_map(page)
    assert len([url for url in questions if "/nearby" in url]) == 1
    assert [url for url in questions if "/nearby" not in url and "bbox" not in url] == []


def test_places_are_shown_while_the_device_looks_for_itself(open_page: Open, site: str) -> None:
    page = open_page("/healthz", position=True)
    page.add_init_script(LATE)
    page.goto(site)
    expect(page.locator("#origin-text")).to_have_text("正在定位…")
    expect(page.locator("#status")).to_have_text("8 个地点")
    page.evaluate(f"void find({{ coords: {{ longitude: {LON}, latitude: {LAT}, accuracy: 20 }} }})")
    expect(page.locator("#results .row .distance").first).to_be_visible()
    expect(page.locator("#origin-text")).to_have_text("从您的位置算起")


def test_a_link_to_an_area_is_not_left_for_the_position(open_page: Open) -> None:
    page = open_page("/?area=370602", position=True)
    expect(page.locator("#chips .given")).to_contain_text("芝罘区")
    expect(page.locator("#status")).to_contain_text("8 个地点")
    assert page.url.endswith("?area=370602")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_places_taken_along_come_before_the_answer(open_page: Open, visits: list[Visit], size: tuple[int, int]) -> None:
    page = open_page(size=size, position=True, service_workers="allow")
    kept_places(page)
    let_go = hold_back(page, "**/api/v1/sites/nearby*")
    page.clock.install(time=NOW + timedelta(hours=4))  # evening by the phone; the server's clock stands still
    page.reload()
    status = page.locator("#status")
    expect(status.locator(".aged")).to_contain_text(f"{NOW:%-H:%M}")
    row = page.locator("#results .row", has_text="大海阳路爱心驿家")
    expect(row.locator(".status")).to_contain_text("休息中")
    names = page.locator("#results .row-link").all_inner_texts()
    link = page.locator("#results .row-link").nth(2)
    link.focus()
    link.scroll_into_view_if_needed()
    page.locator(".sheet-scroll").evaluate("(scroller) => { scroller.scrollTop = 260; }")
    before = link.bounding_box()
    let_go()
    expect(status.locator(".aged")).to_have_count(0)
    expect(row.locator(".status")).to_have_text("开放中 · 17:30 关门")
    assert page.locator("#results .row-link").all_inner_texts() == names
    expect(link).to_be_focused()
    after = link.bounding_box()
    assert before
    assert after
    assert abs(after["y"] - before["y"]) <= 1


def test_filters_of_a_link_hold_for_places_taken_along(open_page: Open, site: str) -> None:
    page = open_page(size=PHONE, position=True, service_workers="allow")
    kept_places(page)
    hold_back(page, "**/api/v1/sites/nearby*")
    page.clock.install(time=NOW)
    page.goto(f"{site}/?facility=microwave")
    expect(page.locator("#status .aged")).to_be_visible()
    expect(page.locator("#results .row")).to_have_count(1)
