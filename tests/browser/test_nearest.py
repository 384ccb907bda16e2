"""A courier opens the page, is located, sees what is near and open, and goes there."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.serving import DESK, PHONE, Visit


def names(page: Page) -> list[str]:
    page.wait_for_selector("#results:not([aria-busy]) .row-link")
    return page.locator("#results .row-link").all_inner_texts()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_finds_the_nearest_with_locate(open_page: Open, size: tuple[int, int]) -> None:
    page = open_page(size=size, geolocation={"latitude": 37.5360, "longitude": 121.3900, "accuracy": 20})
    page.context.grant_permissions(["geolocation"])
    page.locator("[data-locate]:visible").first.click()
    expect(page.locator("#origin-text")).to_have_text("从您的位置算起")
    assert names(page)[:3] == ["大海阳路爱心驿家", "万达广场骑手驿站", "夜间司机之家"]
    first = page.locator("#results .row").first
    expect(first.locator(".distance")).to_have_text("180 米")
    expect(first.locator(".walk")).to_have_text("步行 3 分钟（直线）")
    expect(first.locator(".status")).to_have_text("开放中 · 17:30 关门")  # a Saturday that is a workday
    expect(page.locator("#status")).to_contain_text("最近的是大海阳路爱心驿家，距离 180 米。")


def test_locates_without_a_press_where_that_was_allowed_before(open_page: Open) -> None:
    page = open_page(position=True)
    expect(page.locator("#origin-text")).to_have_text("从您的位置算起")


def test_says_how_uncertain_the_position_is(open_page: Open) -> None:
    page = open_page(position=True, accuracy=800)
    expect(page.locator("#origin-text")).to_have_text("从您的位置算起，误差约 800 米")
    expect(page.locator("path.accuracy")).to_be_attached()


def test_states_are_open_closed_and_unknown_with_the_next_change(open_page: Open) -> None:
    page = open_page(position=True)
    names(page)

    def status(name: str) -> str:
        return page.locator("#results .row", has_text=name).locator(".status").inner_text()

    assert status("万达广场") == "24 小时开放"
    assert status("夜间司机") == "休息中 · 18:00 开"
    assert status("幸福路") == "时间未知"
    assert "≈" in page.locator("#results .row", has_text="夜间司机").locator(".distance").inner_text()


def test_two_taps_lead_to_the_navigation_link(open_page: Open) -> None:
    page = open_page(size=PHONE, position=True)
    page.locator("#results .row-link").first.tap()
    expect(page.locator("#panel-title")).to_have_text("大海阳路爱心驿家")
    go = page.locator("#panel .go .primary")
    expect(go).to_be_in_viewport()
    href = go.get_attribute("href") or ""
    assert href.startswith("https://uri.amap.com/navigation?to=121.39")
    apps = page.locator("#panel .apps a")
    shown = {link.get_attribute("data-app") for link in apps.all()}
    assert {"baidu", "tencent", "apple", "geo"} <= shown
    geo = page.locator("#panel .apps a[data-app=geo]").get_attribute("href") or ""
    # To the entrance, in WGS-84; Amap's link above has the same point moved by some 500 m.
    assert geo.startswith("geo:37.536100,121.392100")
    amap = re.search(r"to=([\d.]+),([\d.]+)", href)
    assert amap
    assert 0.003 < float(amap[1]) - 121.3921 < 0.009


def test_panel_tells_what_there_is_and_how_to_get_in(open_page: Open) -> None:
    page = open_page(position=True)
    page.get_by_role("link", name="大海阳路爱心驿家", exact=True).click()
    panel = page.locator("#panel")
    expect(panel.locator(".access")).to_have_text("扫码进入免费")
    expect(panel.locator(".lines").first).to_contain_text("银行大厅左侧")
    values = dict(
        zip(panel.locator(".tile b").all_inner_texts(), panel.locator(".tile .value").all_inner_texts(), strict=True)
    )
    assert values["热水"] == "有"
    assert values["微波炉"] == "有限"
    assert values["床位"] == "无"
    expect(panel.locator(".not-known").first).to_contain_text("手机充电")
    today = panel.locator(".week tr.today")
    expect(today).to_contain_text("8:30–17:30")
    expect(today).to_contain_text("国庆节调休上班")
    expect(panel.locator(".as-given")).to_have_text("原文：周一至周五 8:30-17:30")
    expect(panel.locator(".trust")).to_contain_text("2026年9月1日")
    expect(panel.locator(".trust")).to_contain_text("总工会名单")
    expect(panel.locator(".rating")).to_contain_text("4.3")


def test_closure_is_named_in_the_panel(open_page: Open) -> None:
    page = open_page()
    page.get_by_role("link", name="城市书房", exact=True).click()
    expect(page.locator("#panel .notices")).to_contain_text("修缮")
    expect(page.locator("#panel .status")).to_contain_text("休息中")


def test_position_stands_neither_in_the_address_nor_in_the_log_of_visits(open_page: Open, visits: list[Visit]) -> None:
    page = open_page(position=True)
    page.locator("#results .row-link").first.click()
    expect(page.locator("#panel-title")).to_be_visible()
    assert "37.5" not in page.url
    assert "121.3" not in page.url
    stored = page.evaluate("JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}])")
    assert stored == '["",{},{}]'


def test_places_without_a_position_are_listed_and_marked(open_page: Open) -> None:
    page = open_page()
    row = page.locator("#results .row", has_text="没有坐标的驿站")
    expect(row.locator(".tag")).to_have_text("暂无坐标")
    row.locator(".row-link").click()
    expect(page.locator("#panel-title")).to_have_text("没有坐标的驿站")
    expect(page.locator("#panel .go")).to_have_count(0)
