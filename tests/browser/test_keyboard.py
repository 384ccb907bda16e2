"""Everything by keyboard, with the focus where one expects it."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.desk import Desk
from tests.browser.serving import PHONE
from tests.web.staff import PASSWORD


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.innerText.trim() || document.activeElement.id")


def tab_to(page: Page, wanted: Locator, key: str = "Tab") -> None:
    """Press Tab until the focus is where it is wanted; it has to be seen there."""
    for _ in range(80):
        page.keyboard.press(key)
        if wanted.evaluate("element => element === document.activeElement"):
            shown = wanted.evaluate(
                "element => { const style = getComputedStyle(element.closest('label') ?? element);"
                " const own = getComputedStyle(element); return [style.outlineStyle, own.outlineStyle]; }"
            )
            assert set(shown) != {"none"}, "the focus cannot be seen"
            return
    raise AssertionError(f"Tab does not lead to {wanted}")


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


# --- the other pages ------------------------------------------------------------------------------------------------


def test_list_in_text_to_a_place_and_its_navigation(open_page: Open) -> None:
    page = open_page("/list")
    tab_to(page, page.get_by_role("link", name="跳到地点列表"))
    tab_to(page, page.get_by_label("名称、拼音或地址"))
    page.keyboard.type("dhyl")
    page.keyboard.press("Enter")
    expect(page.locator(".text-list h3")).to_have_text(["大海阳路爱心驿家"])
    tab_to(page, page.locator(".text-list h3 a"))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("大海阳路爱心驿家")
    tab_to(page, page.get_by_role("link", name="跳到地点信息"))
    page.keyboard.press("Enter")
    tab_to(page, page.locator(".go .primary"))
    tab_to(page, page.get_by_role("button", name="分享链接"))


def test_report_with_a_pin_by_keyboard(open_page: Open, desk: Desk, codes: dict[str, str]) -> None:
    page = open_page(f"/s/{codes['unknown']}", address=desk.address)
    tab_to(page, page.locator("a[href$='/report']").first)
    page.keyboard.press("Enter")
    first = page.locator("input[name=kind]").first
    tab_to(page, first)
    while not page.locator("input[value=moved]").is_checked():
        page.keyboard.press("ArrowDown")
    page.wait_for_selector("#report[data-map=ready]", state="attached")
    tab_to(page, page.locator(".pin-map"))
    page.keyboard.press("ArrowRight")
    tab_to(page, page.locator("#pin-centre"))
    page.keyboard.press("Enter")
    expect(page.locator("#pin-state")).to_contain_text("已")
    tab_to(page, page.locator("#text"))
    page.keyboard.type("two doors on")
    tab_to(page, page.locator("#report-send"))
    page.keyboard.press("Enter")
    expect(page.locator("#report-thanks")).to_be_focused()
    assert [report.told.text for report in desk.store.reports() if report.site == codes["unknown"]] == ["two doors on"]


def test_code_for_a_site_by_keyboard(open_page: Open) -> None:
    page = open_page("/en/embed/new")
    tab_to(page, page.locator("input[name=kind]").first)
    page.keyboard.press("Space")
    expect(page.locator("#code")).to_have_value(re.compile("kind=rest_station"))
    tab_to(page, page.locator("select[name=theme]"))
    page.keyboard.press("ArrowDown")
    expect(page.locator("#code")).to_have_value(re.compile("theme=light"))
    page.locator("#code").focus()
    tab_to(page, page.locator("[data-copy=code]"))


def test_staff_log_in_and_out(open_page: Open, desk: Desk) -> None:
    page = open_page("/login?next=/staff/reports", address=desk.address)
    expect(page.locator("#name")).to_be_focused()
    page.keyboard.type("li")
    tab_to(page, page.locator("#password"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/reports")
    tab_to(page, page.get_by_role("button", name="退出登录"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/login")
