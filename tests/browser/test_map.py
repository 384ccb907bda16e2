"""The map: markers that differ by kind and state, areas, and a base map that cannot be reached."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, running
from tests.browser.places import LAT, LON
from tests.browser.serving import DESK, PHONE, Visit, await_map


def spread_out(page: Page) -> None:
    """Zoom so far in that markers stand alone."""
    expect(page.locator("#results .row-link").first).to_be_visible()
    await_map(page)
    page.evaluate(f"map_page.setView([{LAT}, {LON + 0.006}], 15, {{ animate: false }})")
    expect(page.locator(".leaflet-marker-pane .sign").first).to_be_visible()


def test_markers_differ_by_shape_and_filling(open_page: Open) -> None:
    page = open_page()
    spread_out(page)
    pane = page.locator(".leaflet-marker-pane")
    expect(pane.locator(".kind-rest_station.is-open").first).to_be_visible()
    expect(pane.locator(".kind-worker_home.is-closed")).to_be_visible()
    expect(pane.locator(".kind-rest_station.is-unknown .mark-text").first).to_be_visible()
    # Not by colour alone: another outline for another kind, and a sign for what is not open.
    outlines = {
        kind: pane.locator(f".kind-{kind} .body").first.get_attribute("d") for kind in ("rest_station", "worker_home")
    }
    assert outlines["rest_station"] != outlines["worker_home"]
    # A position that is not exact has a dashed ring.
    expect(pane.locator(".kind-worker_home .ring")).to_be_visible()
    assert pane.locator(".kind-rest_station .ring").count() == 0


def test_near_markers_are_gathered(open_page: Open) -> None:
    page = open_page()
    expect(page.locator("#results .row-link").first).to_be_visible()
    await_map(page)
    page.evaluate(f"map_page.setView([{LAT}, {LON}], 9, {{ animate: false }})")
    # As a list: while the marks of the former scale go, there is more than one.
    expect(page.locator(".cluster .number")).to_have_text(["7"])


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_press_on_a_marker_opens_the_place(open_page: Open, codes: dict[str, str], size: tuple[int, int]) -> None:
    page = open_page(size=size)
    spread_out(page)
    page.evaluate(f"map_page.setView([{LAT} - 0.002, {LON} + 0.002], 16, {{ animate: false }})")
    page.locator(".leaflet-marker-pane .marker", has=page.locator("[title='大海阳路爱心驿家']")).click()
    expect(page.locator("#panel-title")).to_have_text("大海阳路爱心驿家")
    expect(page.locator(".chosen")).to_be_visible()


def test_list_follows_the_map(open_page: Open) -> None:
    page = open_page()
    expect(page.locator("#status")).to_have_text("8 个地点")
    await_map(page)
    page.wait_for_timeout(800)  # what the page does to the map itself is no wish of the person
    page.evaluate(f"map_page.setView([{LAT}, {LON} + 0.002], 19, {{ animate: false }})")
    expect(page.locator("#status")).to_have_text("地图范围内 1 个地点")
    assert page.locator("#results .row-link").all_inner_texts() == ["大海阳路爱心驿家"]


def test_row_points_at_its_marker(open_page: Open) -> None:
    page = open_page()
    spread_out(page)
    page.get_by_role("link", name="大海阳路爱心驿家", exact=True).focus()
    expect(page.locator(".marker.pointed [title='大海阳路爱心驿家']")).to_be_visible()


def test_row_keeps_focus_and_marker_when_the_list_is_filled_anew(open_page: Open) -> None:
    page = open_page()
    spread_out(page)
    row = page.get_by_role("link", name="大海阳路爱心驿家", exact=True)
    row.focus()
    before = row.element_handle()
    assert before is not None
    page.evaluate("void map_page.panBy([30, 0], { animate: false })")
    page.wait_for_function("(row) => !row.isConnected", arg=before)
    expect(row).to_be_focused()
    expect(page.locator(".marker.pointed [title='大海阳路爱心驿家']")).to_be_visible()


def test_without_tiles_markers_and_areas_are_shown(open_page: Open, visits: list[Visit]) -> None:
    page = open_page(tiles=False)
    expect(page.locator("#tiles-notice")).to_have_text("底图暂时无法访问，地点和区域照常显示。")
    expect(page.locator(".leaflet-marker-pane .marker").first).to_be_visible()
    expect(page.locator("path.area.rough")).to_be_attached()
    expect(page.locator("#results .row-link").first).to_be_visible()
    assert visits[0].tiles_asked > 0


def test_with_tiles_there_is_no_notice(open_page: Open) -> None:
    page = open_page()
    page.wait_for_selector(".leaflet-tile-loaded")
    expect(page.locator("#tiles-notice")).to_be_hidden()
    expect(page.locator(".leaflet-control-attribution")).to_contain_text("OpenStreetMap")
    assert page.locator("img.leaflet-tile").first.get_attribute("referrerpolicy") == "strict-origin-when-cross-origin"


def test_no_base_map_and_footer_as_set(
    open_page: Open, store_url: str, codes: dict[str, str], visits: list[Visit]
) -> None:
    wishes = {"base_map": "none", "map_approval": "GS(2026)1234号", "icp_filing": "鲁ICP备1号", "contact": "区总工会"}
    with running(store_url, **wishes) as (_, address):
        page = open_page()
        page.goto(address)
        expect(page.locator("#results .row-link").first).to_be_visible()
        expect(page.locator(".leaflet-control-attribution")).to_have_text("审图号：GS(2026)1234号")
        expect(page.locator("footer.foot")).to_contain_text("鲁ICP备1号")
        expect(page.locator("footer.foot")).to_contain_text("区总工会")
        assert page.locator("img.leaflet-tile").count() == 0
        expect(page.locator("#tiles-notice")).to_be_hidden()
        page.goto("about:blank")


def test_server_out_of_reach_is_said_and_asked_again(open_page: Open, visits: list[Visit]) -> None:
    page = open_page()
    expect(page.locator("#results .row-link").first).to_be_visible()
    page.context.set_offline(True)
    page.locator("#chips").get_by_role("button", name="热水").click()
    # Either what was taken along is shown, or that nothing can be had; both offer to try again.
    expect(page.locator(".nothing, #offline-notice:not([hidden])")).to_contain_text(re.compile("连不上服务器|没有网络"))
    expect(page.get_by_role("button", name="重试")).to_be_visible()
    page.context.set_offline(False)  # the page hears of it, and asks again by itself
    expect(page.locator("#status")).to_have_text("2 个地点")
    expect(page.locator("#offline-notice")).to_be_hidden()
    visits[0].complaints.clear()  # the browser notes the lost connection
