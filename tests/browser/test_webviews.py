"""In the built-in browsers of WeChat and Amap: what they block is replaced, and what helps is said."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.serving import PHONE

ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; PJE110) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/130.0 Mobile "
    "Safari/537.36 "
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
)
WECHAT = "MicroMessenger/8.0.50.2701(0x28003255) NetType/4G Language/zh_CN"
AMAP = "AMapAPP/15.10.0 amap/15.10.0.2020"
VIEWS = pytest.mark.parametrize(
    ("agent", "host", "hint"),
    [
        (ANDROID + WECHAT, "https://apis.map.qq.com/", "在浏览器打开"),
        (IPHONE + WECHAT, "https://apis.map.qq.com/", "在浏览器打开"),
        (ANDROID + AMAP, "https://uri.amap.com/", "高德地图里打不开其他应用"),
        (IPHONE + AMAP, "https://uri.amap.com/", "高德地图里打不开其他应用"),
    ],
)


def assert_only_web_links(go: Locator) -> None:
    hrefs = [link.get_attribute("href") or "" for link in go.locator("a:visible").all()]
    assert hrefs
    assert [href for href in hrefs if not href.startswith(("https://", "/s/"))] == []


@VIEWS
def test_panel_offers_web_pages_and_says_what_helps(open_page: Open, agent: str, host: str, hint: str) -> None:
    page = open_page(size=PHONE, position=True, user_agent=agent)
    page.locator("#results .row-link").first.tap()
    expect(page.locator("#panel .go .primary")).to_have_attribute("href", re.compile("^" + re.escape(host)))
    expect(page.locator("#panel .view-hint")).to_contain_text(hint)
    expect(page.get_by_role("button", name="复制地址")).to_be_visible()
    assert_only_web_links(page.locator("#panel .go"))


@VIEWS
def test_page_of_a_place_and_its_short_way(
    open_page: Open, codes: dict[str, str], agent: str, host: str, hint: str
) -> None:
    page = open_page(f"/s/{codes['near']}", size=PHONE, user_agent=agent)
    expect(page.locator(".view-hint:visible")).to_contain_text(hint)
    expect(page.get_by_role("button", name="复制地址")).to_be_visible()
    assert_only_web_links(page.locator(".go"))
    href = page.locator(".go .primary").get_attribute("href") or ""
    answer = page.request.get(page.url.partition("/s/")[0] + href, max_redirects=0, headers={"User-Agent": agent})
    assert answer.status == 302
    assert answer.headers["location"].startswith(host)


def test_a_browser_of_its_own_keeps_the_links_to_apps(open_page: Open, codes: dict[str, str]) -> None:
    page = open_page(f"/s/{codes['near']}", size=PHONE, user_agent=ANDROID)
    expect(page.locator(".apps [href^='amapuri:']")).to_be_visible()
    expect(page.locator(".view-hint:visible")).to_have_count(0)


@pytest.mark.parametrize(
    ("agent", "path", "told"),
    [
        (ANDROID + WECHAT, "/", "在浏览器打开"),
        (IPHONE + AMAP, "/", "复制链接到浏览器打开"),
        (IPHONE + WECHAT, "/en/", "Open in browser"),
    ],
)
def test_without_a_position_it_says_what_to_do_there(open_page: Open, agent: str, path: str, told: str) -> None:
    page = open_page(path, size=PHONE, user_agent=agent)
    page.locator(".welcome [data-locate]").tap()
    notice = page.locator("#locate-notice")
    expect(notice).to_contain_text(told)
    expect(notice.get_by_role("button", name="Copy the link" if path == "/en/" else "复制链接")).to_be_visible()
    assert_fits(page)


def assert_fits(page: Page) -> None:
    assert page.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")
