"""A link shows the same again: filters in the query, a place in the fragment; Back goes back."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open


def listed(page: Page) -> list[str]:
    page.wait_for_selector("#results:not([aria-busy]) .row-link")
    return sorted(page.locator("#results .row-link").all_inner_texts())


def test_filters_stand_in_the_link_and_reopen_the_same(open_page: Open, site: str) -> None:
    page = open_page()
    listed(page)
    page.locator("#chips").get_by_role("button", name="热水").click()
    expect(page).to_have_url(re.compile(r"\?facility=hot_water$"))
    expect(page.locator("#status")).to_have_text("2 个地点")
    page.locator("#chips").get_by_role("button", name="现在开放").click()
    expect(page.locator("#status")).to_have_text("1 个地点")
    here, address = listed(page), page.url
    assert here == ["大海阳路爱心驿家"]
    again = open_page(address.removeprefix(site))
    expect(again.locator("#status")).to_have_text("1 个地点")
    assert listed(again) == here
    pressed = again.locator("#chips [aria-pressed=true]").all_inner_texts()
    assert pressed == ["热水", "现在开放"]


def test_open_now_keeps_unknown_hours_and_marks_them(open_page: Open) -> None:
    page = open_page("/?open=now&kind=rest_station")
    found = listed(page)
    assert "夜间司机之家" not in found
    assert "幸福路驿站" in found
    expect(page.locator("#results .row", has_text="幸福路").locator(".status")).to_have_text("时间未知")


def test_all_filters_in_the_dialog(open_page: Open) -> None:
    page = open_page()
    listed(page)
    page.get_by_role("button", name="筛选", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("checkbox", name="法律援助").check()
    dialog.get_by_role("button", name="查看地点").click()
    expect(page).to_have_url(re.compile(r"\?service=legal_aid$"))
    assert listed(page) == ["芝罘区职工服务中心"]
    expect(page.get_by_role("button", name="筛选（1）")).to_be_visible()
    page.get_by_role("button", name="筛选（1）").click()
    expect(page.get_by_role("dialog").get_by_role("checkbox", name="法律援助")).to_be_checked()
    page.get_by_role("dialog").get_by_role("button", name="清除筛选").click()
    expect(page).to_have_url(re.compile(r"/$"))
    expect(page.locator("#status")).to_have_text("8 个地点")


def test_back_undoes_a_filter_and_closes_a_place(open_page: Open) -> None:
    page = open_page()
    listed(page)
    page.locator("#chips").get_by_role("button", name="厕所").click()
    expect(page.locator("#status")).to_have_text("3 个地点")
    page.get_by_role("link", name="万达广场骑手驿站", exact=True).click()
    expect(page.locator("#panel-title")).to_have_text("万达广场骑手驿站")
    page.go_back()
    expect(page.locator("#panel")).to_be_hidden()
    expect(page.get_by_role("link", name="万达广场骑手驿站", exact=True)).to_be_focused()
    page.go_back()
    expect(page.locator("#status")).to_have_text("8 个地点")
    page.go_forward()
    expect(page.locator("#status")).to_have_text("3 个地点")


def test_share_gives_the_permanent_link_without_filters(open_page: Open, codes: dict[str, str], site: str) -> None:
    page = open_page("/?facility=toilet", position=True)
    page.context.grant_permissions(["clipboard-read", "clipboard-write", "geolocation"])
    page.get_by_role("link", name="大海阳路爱心驿家", exact=True).click()
    page.get_by_role("button", name="分享链接").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == f"{site}/s/{codes['near']}"
    page.get_by_role("button", name="复制地址").click()
    page.wait_for_function("async () => (await navigator.clipboard.readText()) === '大海阳路8号'")


def test_the_other_language_keeps_filters_and_place(open_page: Open, codes: dict[str, str]) -> None:
    page = open_page(f"/?facility=toilet#s={codes['near']}")
    expect(page.locator("#panel-title")).to_be_visible()
    page.locator("header").get_by_role("link", name="English").click()
    expect(page).to_have_url(re.compile(rf"/en/\?facility=toilet#s={codes['near']}$"))
    expect(page.locator("#panel").get_by_role("heading", name="Facilities")).to_be_visible()
