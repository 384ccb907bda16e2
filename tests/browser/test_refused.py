"""The position is refused or cannot be had: the page says why and offers other ways to find places."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.places import LAT, LON
from tests.browser.serving import DESK, PHONE


def refuse(page: Page) -> None:
    page.locator("[data-locate]:visible").first.click()
    notice = page.locator("#locate-notice")
    expect(notice.get_by_role("heading")).to_have_text("没有获得您的位置")
    expect(notice.get_by_role("heading")).to_be_focused()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("typed", ["wdgc", "wanda", "万达", "西关南街"], ids=["initials", "pinyin", "name", "address"])
def test_refused_then_found_by_search(open_page: Open, size: tuple[int, int], typed: str) -> None:
    page = open_page(size=size)
    refuse(page)
    page.get_by_role("button", name="按名称、拼音、地址或区域搜索").click()
    box = page.get_by_role("combobox")
    expect(box).to_be_focused()
    box.press_sequentially(typed)
    page.get_by_role("option", name="万达广场骑手驿站").click()
    expect(page.locator("#panel-title")).to_have_text("万达广场骑手驿站")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_refused_then_a_point_on_the_map(open_page: Open, size: tuple[int, int]) -> None:
    page = open_page(size=size)
    refuse(page)
    page.get_by_role("button", name="在地图上选点").click()
    page.locator(".map").click(position={"x": 150, "y": 200})
    page.wait_for_timeout(100)
    page.get_by_role("button", name="用这个点").click()
    expect(page.locator("#origin-text")).to_have_text("从您选的点算起")
    expect(page.locator("#results .row .distance").first).to_be_visible()


def test_tap_on_the_map_counts_from_there(open_page: Open) -> None:
    page = open_page("/?area=370602")
    expect(page.locator("#results .row-link").first).to_be_visible()
    page.wait_for_function("() => document.querySelector('path.area')")
    # Bare ground well to the north of the places and of the sign that gathers them.
    point = page.evaluate(f"map_page.latLngToContainerPoint([{LAT} + 0.045, {LON}])")
    page.locator(".map").click(position={"x": point["x"], "y": point["y"]})
    page.get_by_role("button", name="用这个点").click()
    expect(page.locator("#origin-text")).to_have_text("从您选的点算起")
    distances = page.locator("#results .row .distance")
    expect(distances.first).to_be_visible()
    assert "area=" not in page.url


def test_insecure_connection_is_named(open_page: Open) -> None:
    page = open_page()
    expect(page.locator("#results .row-link").first).to_be_visible()
    page.evaluate("void Object.defineProperty(window, 'isSecureContext', { value: false })")
    page.locator("[data-locate]:visible").first.click()
    expect(page.locator("#locate-notice h2")).to_have_text("当前连接不安全，无法定位")


def test_device_without_a_position_is_named(open_page: Open) -> None:
    page = open_page()
    expect(page.locator("#results .row-link").first).to_be_visible()
    page.evaluate(
        "void (navigator.geolocation.getCurrentPosition = (_, fail) => fail({ code: 2, PERMISSION_DENIED: 1 }))"
    )
    page.locator("[data-locate]:visible").first.click()
    expect(page.locator("#locate-notice h2")).to_have_text("没能定位到您的位置")
    page.locator("#locate-notice").get_by_role("button", name="关闭").click()
    expect(page.locator("#locate-notice")).to_be_hidden()
