"""Everything by keyboard, with the focus where one expects it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.serving import PHONE


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.innerText.trim() || document.activeElement.id")


def test_list_place_and_back(open_page: Open) -> None:
    page = open_page(position=True)
    expect(page.locator("#results .row .distance").first).to_be_visible()
    page.keyboard.press("Tab")
    assert focused(page) == "跳到地点列表"
    page.keyboard.press("Enter")
    expect(page.locator("#results")).to_be_focused()
    page.keyboard.press("Tab")
    assert focused(page) == "大海阳路爱心驿家"
    page.keyboard.press("ArrowDown")
    assert focused(page) == "万达广场骑手驿站"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("#panel .go")).to_be_visible()
    expect(page.locator("#panel-title")).to_be_focused()
    page.keyboard.press("Tab")
    assert "去这里" in focused(page)
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    assert focused(page) == "大海阳路爱心驿家"


def test_search_with_arrows(open_page: Open) -> None:
    page = open_page()
    box = page.get_by_role("combobox")
    box.focus()
    page.keyboard.type("wdgc")
    expect(page.get_by_role("option").first).to_contain_text("万达广场骑手驿站")
    expect(page.locator("#suggestions-count")).to_have_text("1 条建议")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", "suggestion-0")
    page.keyboard.press("Enter")
    expect(page.locator("#panel-title")).to_have_text("万达广场骑手驿站")


def test_escape_closes_suggestions_first(open_page: Open, codes: dict[str, str]) -> None:
    page = open_page(f"/#s={codes['near']}")
    expect(page.locator("#panel-title")).to_be_focused()
    page.get_by_role("combobox").focus()
    page.keyboard.type("wdgc")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#suggestions")).to_be_hidden()
    expect(page.locator("#panel")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()


def test_chips_and_dialog(open_page: Open) -> None:
    page = open_page()
    expect(page.locator("#results .row-link").first).to_be_visible()
    page.locator("#chips").get_by_role("button", name="热水").focus()
    page.keyboard.press("Space")
    expect(page.locator("#status")).to_have_text("2 个地点")
    expect(page.locator("#chips").get_by_role("button", name="热水")).to_be_focused()
    page.locator("#filters-open").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("#filters-open")).to_be_focused()


def test_point_on_the_map(open_page: Open) -> None:
    page = open_page()
    page.locator("[data-locate]:visible").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="在地图上选点").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="用这个点")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    before = page.evaluate("map_page.getCenter().lng")
    page.locator(".map").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"() => map_page.getCenter().lng > {before}")
    page.get_by_role("button", name="用这个点").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#origin-text")).to_have_text("从您选的点算起")


def test_markers_are_no_stops(open_page: Open) -> None:
    page = open_page(position=True)
    expect(page.locator(".leaflet-marker-pane .marker").first).to_be_visible()
    assert page.locator(".leaflet-marker-pane [tabindex]").count() == 0


def test_sheet_handle_is_a_button(open_page: Open) -> None:
    page = open_page(size=PHONE)
    expect(page.locator("#results .row-link").first).to_be_visible()
    handle = page.get_by_role("button", name="展开列表")
    handle.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#sheet")).to_have_attribute("data-height", "full")
    page.get_by_role("button", name="收起列表").press("Enter")
    expect(page.locator("#sheet")).to_have_attribute("data-height", "half")
