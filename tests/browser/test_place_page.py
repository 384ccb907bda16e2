"""A place's own page, its sheet for the door and the list in text, without a script as well."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.places import HOSTILE
from tests.browser.serving import DESK, PHONE, Visit

SIZES = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
ANDROID = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36"


def assert_fits(page: Page) -> None:
    """Nothing makes the page wider than the screen."""
    assert page.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@SIZES
@pytest.mark.parametrize(("prefix", "scheme"), [("", "light"), ("/en", "dark")])
def test_page_of_a_place(
    open_page: Open, codes: dict[str, str], prefix: str, scheme: str, size: tuple[int, int]
) -> None:
    page = open_page(f"{prefix}/s/{codes['near']}", size=size, color_scheme=scheme)
    expect(page.get_by_role("heading", level=1)).to_have_text("大海阳路爱心驿家")
    expect(page.locator(".place-top .status")).to_have_text("Open · closes 17:30" if prefix else "开放中 · 17:30 关门")
    expect(page.locator(".week tr.today")).to_contain_text("8:30–17:30")
    expect(page.locator(".near li")).to_have_count(5)
    go = page.locator(".go .primary")
    expect(go).to_have_attribute("href", f"{prefix}/s/{codes['near']}/go")
    assert go.bounding_box()["y"] + 44 < size[1]  # type: ignore[index]
    assert_fits(page)


def test_code_in_small_letters_opens_the_place(open_page: Open, codes: dict[str, str]) -> None:
    page = open_page(f"/s/{codes['always'].lower()}", size=PHONE)
    expect(page.get_by_role("heading", level=1)).to_have_text("万达广场骑手驿站")
    assert page.url.endswith(f"/s/{codes['always']}")


def test_closed_place_leads_to_an_open_one(open_page: Open, codes: dict[str, str]) -> None:
    page = open_page(f"/s/{codes['evening']}", size=PHONE)
    expect(page.locator(".place-top .status")).to_have_text("休息中 · 18:00 开")
    page.locator(".instead a").click()
    expect(page.locator(".place-top .status").first).to_contain_text(re.compile("开放"))


def test_from_the_page_to_the_map_and_back(open_page: Open, codes: dict[str, str]) -> None:
    page = open_page(f"/s/{codes['near']}")
    page.get_by_role("link", name="在地图上看").click()
    expect(page.locator("#panel-title")).to_have_text("大海阳路爱心驿家")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("大海阳路爱心驿家")


def test_link_and_address_can_be_copied(open_page: Open, codes: dict[str, str], site: str) -> None:
    page = open_page(f"/s/{codes['near']}")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="分享链接").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    assert page.evaluate("() => navigator.clipboard.readText()") == f"{site}/s/{codes['near']}"
    page.get_by_role("button", name="复制地址").click()
    page.wait_for_function("async () => (await navigator.clipboard.readText()) === '大海阳路8号'")


def test_app_links_are_offered_where_the_apps_are(open_page: Open, codes: dict[str, str]) -> None:
    desk = open_page(f"/s/{codes['near']}")
    expect(desk.locator(".apps [href^='https://api.map.baidu.com']")).to_be_visible()
    expect(desk.locator(".apps [href^='amapuri:']")).to_be_hidden()
    phone = open_page(f"/s/{codes['near']}", size=PHONE, user_agent=ANDROID)
    expect(phone.locator(".apps [href^='amapuri:']")).to_be_visible()
    expect(phone.locator(".apps [href^='iosamap:']")).to_be_hidden()


def test_by_keyboard_past_the_head(open_page: Open, codes: dict[str, str]) -> None:
    page = open_page(f"/s/{codes['near']}")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到地点信息")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(".trail a").first).to_be_focused()


def test_unknown_code_leads_to_a_search(open_page: Open, visits: list[Visit]) -> None:
    page = open_page("/s/ZZZZZZ", size=PHONE)
    expect(page.locator("main")).to_contain_text("ZZZZZZ")
    page.get_by_role("searchbox").fill("wanda")
    page.get_by_role("button", name="搜索").click()
    expect(page.locator(".text-list h3")).to_have_text(["万达广场骑手驿站"])
    visits[0].complaints.clear()  # the browser notes the 404


@SIZES
def test_hostile_texts_are_inert(open_page: Open, codes: dict[str, str], size: tuple[int, int]) -> None:
    for path in (f"/s/{codes['hostile']}", f"/s/{codes['hostile']}/print", "/list"):
        page = open_page(path, size=size)
        expect(page.locator("h1, h3").filter(has_text=HOSTILE).first).to_be_visible()
        assert page.locator("img").count() == 0
        assert page.evaluate("() => window.hurt") is None
        links = [link.get_attribute("href") or "" for link in page.locator("a").all()]
        assert links
        assert not [link for link in links if link.lower().startswith("javascript:")]
        assert_fits(page)


# --- without a script -----------------------------------------------------------------------------------------------


def test_list_in_text_needs_no_script(open_page: Open) -> None:
    page = open_page("/", size=PHONE, java_script_enabled=False)
    page.locator(".noscript a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("全部地点")
    page.get_by_label("厕所").check()
    page.get_by_label("开放时间").select_option(label="现在开放")
    page.get_by_role("button", name="查看地点").click()
    expect(page.locator(".text-list h3")).to_have_text(["大海阳路爱心驿家", "万达广场骑手驿站"])
    page.locator(".text-list a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("大海阳路爱心驿家")
    expect(page.get_by_role("button", name="分享链接")).to_have_count(0)


@SIZES
def test_list_by_area_and_name_in_english(open_page: Open, size: tuple[int, int]) -> None:
    page = open_page("/en/list", size=size, color_scheme="dark")
    page.get_by_label("Area").select_option(label="Zhifu District")
    page.get_by_label("Name, pinyin or address").fill("wanda")
    page.get_by_role("button", name="Show places").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Zhifu District")
    expect(page.locator(".text-list h3")).to_have_text(["万达广场骑手驿站"])
    page.get_by_role("link", name="中文").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("芝罘区")
    expect(page.get_by_label("名称、拼音或地址")).to_have_value("wanda")
    assert_fits(page)
