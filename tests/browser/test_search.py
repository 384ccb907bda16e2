"""Search: by pinyin initials as a courier types them, by name, by area, and what is said when nothing fits."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.serving import PHONE


@pytest.mark.parametrize("typed", ["dhyl", "DHYL", "dahaiyang"], ids=["initials", "capitals", "pinyin"])
def test_initials_lead_to_the_place(open_page: Open, typed: str) -> None:
    page = open_page(size=PHONE)
    page.get_by_role("combobox").press_sequentially(typed)
    expect(page.get_by_role("option").first).to_contain_text("大海阳路爱心驿家")
    page.get_by_role("option").first.click()
    expect(page.locator("#panel-title")).to_have_text("大海阳路爱心驿家")
    expect(page.locator("#panel .go .primary")).to_be_visible()


def test_search_by_area_lists_the_area(open_page: Open) -> None:
    page = open_page()
    page.get_by_role("combobox").fill("芝罘")
    page.get_by_role("option", name="芝罘区 区域").click()
    expect(page).to_have_url(page.url.split("?")[0] + "?area=370602")
    expect(page.locator("#chips .given")).to_have_text("区域：芝罘区")
    expect(page.locator("#status")).to_contain_text("8 个地点")


def test_search_for_a_word_lists_all_that_fit(open_page: Open) -> None:
    page = open_page()
    box = page.get_by_role("combobox")
    box.fill("驿站")
    box.press("Enter")
    expect(page.locator("#status")).to_contain_text("“驿站”：3 个地点")
    page.get_by_role("button", name="清除搜索").click()
    expect(page.locator("#status")).to_contain_text("8 个地点")


def test_search_without_result_says_what_to_try(open_page: Open) -> None:
    page = open_page("/?q=不存在的地方")
    expect(page.locator(".nothing h2")).to_have_text("没有符合条件的地点")
    page.get_by_role("button", name="清除筛选").first.click()
    expect(page.locator("#results .row-link").first).to_be_visible()
