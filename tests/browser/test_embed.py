"""The map in a frame of another site, and the page that makes the code for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.conftest import Open
from tests.browser.places import LAT, LON
from tests.browser.serving import DESK, PHONE, served

Host = Callable[[str], str]


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    """Return a function that puts HTML into a page of another origin and returns the page's address."""
    elsewhere, body = Flask("elsewhere"), {"html": ""}

    @elsewhere.get("/")
    def page() -> str:
        return (
            f"<!doctype html><html lang=zh-CN><title>区总工会</title><h1>区总工会</h1>{body['html']}<p>页脚</p></html>"
        )

    @elsewhere.get("/favicon.ico")
    def icon() -> tuple[str, int]:
        return "", 204

    with served(elsewhere) as address:

        def show(code: str) -> str:
            body["html"] = code
            return address + "/"

        yield show


def frame_of(page: Page) -> FrameLocator:
    return page.frame_locator("iframe")


def iframe(site: str, query: str = "", allow: str = ' allow="geolocation"') -> str:
    return f'<iframe src="{site}/embed{query}" title="map" width="100%" height="560"{allow}></iframe>'


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_foreign_page_shows_the_nearest(open_page: Open, site: str, host: Host, size: tuple[int, int]) -> None:
    page = open_page("/healthz", size=size, position=True)
    page.goto(host(iframe(site, "?kind=rest_station")))
    frame = frame_of(page)
    expect(frame.locator("#results .row-link").first).to_be_visible()
    frame.locator("[data-locate]:visible").first.click()
    expect(frame.locator("#results .row .distance").first).to_be_visible()
    frame.locator("#results .row-link").first.click()
    expect(frame.locator("#panel-title")).to_be_visible()
    expect(frame.locator(".go a").first).to_have_attribute("target", "_blank")
    assert page.url.endswith("/")
    # What happens in the frame leaves Back to the page around it.
    assert page.evaluate("history.length") <= 3
    frame.locator("#panel-close").click()
    expect(frame.locator("#results .row-link").first).to_be_visible()


def test_where_the_host_strips_allow_there_are_other_ways(open_page: Open, site: str, host: Host) -> None:
    page = open_page("/healthz", position=True)
    page.goto(host(iframe(site, "?kind=rest_station", allow="")))
    frame = frame_of(page)
    frame.locator("[data-locate]:visible").first.click()
    notice = frame.locator("#locate-notice")
    expect(notice.get_by_role("link", name="打开完整地图")).to_have_attribute("href", "/?kind=rest_station")
    notice.get_by_role("button", name="在地图上选点").click()
    frame.get_by_role("button", name="用这个点").click()
    expect(frame.locator("#results .row .distance").first).to_be_visible()


def test_a_frame_keeps_to_what_its_site_has_chosen(open_page: Open, site: str, host: Host) -> None:
    page = open_page("/healthz")
    query = f"?kind=worker_home&facility=hot_water&lat={LAT}&lon={LON}&zoom=14&colour=0b5a8a&search=off&list=off"
    page.goto(host(iframe(site, query)))
    frame = frame_of(page)
    expect(frame.locator("#search")).to_be_hidden()
    expect(frame.locator("#sheet")).to_be_hidden()
    expect(frame.locator('[data-chip^="kind-"]')).to_have_count(0)
    expect(frame.locator('[data-chip="facility-hot_water"]')).to_have_count(0)
    marker = frame.locator(".leaflet-marker-icon")
    expect(marker).to_have_count(1)
    assert frame.locator("body").evaluate("() => map_page.getZoom()") == 14
    colour = frame.locator("html").evaluate("(html) => getComputedStyle(html).getPropertyValue('--red')")
    assert colour == "#0b5a8a"
    marker.click()
    expect(frame.locator("#panel-title")).to_have_text("夜间司机之家")
    frame.locator("#panel-close").click()
    expect(frame.locator("#sheet")).to_be_hidden()


def test_an_area_is_listed_with_distances(open_page: Open, site: str, host: Host) -> None:
    page = open_page("/healthz", position=True)
    page.goto(host(iframe(site, "?area=370602")))
    frame = frame_of(page)
    expect(frame.locator("#status")).to_contain_text("8 个地点")
    expect(frame.locator("#chips .given")).to_have_count(0)
    frame.locator("[data-locate]:visible").first.click()
    expect(frame.locator("#results .row .distance").first).to_be_visible()
    expect(frame.locator("#status")).to_contain_text("8 个地点")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_theme_is_the_sites_choice(open_page: Open, site: str, host: Host, theme: str) -> None:
    page = open_page("/healthz", color_scheme="light" if theme == "dark" else "dark")
    page.goto(host(iframe(site, f"?theme={theme}")))
    ground = frame_of(page).locator("body").evaluate("(body) => getComputedStyle(body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", ground)[:3])) < 300) == (theme == "dark")


def test_the_page_scrolls_past_the_frame(open_page: Open, site: str, host: Host) -> None:
    page = open_page("/healthz")
    page.goto(host(iframe(site) + '<div style="height:2000px"></div>'))
    frame = frame_of(page)
    expect(frame.locator("#results .row-link").first).to_be_visible()
    expect(frame.locator(".leaflet-control-zoom")).to_be_visible()
    zoom = frame.locator("body").evaluate("() => map_page.getZoom()")
    box = frame.locator(".map").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.wheel(0, 300)
    page.wait_for_function("() => window.scrollY > 0")
    assert frame.locator("body").evaluate("() => map_page.getZoom()") == zoom


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_code_follows_the_choices_and_works(open_page: Open, host: Host, size: tuple[int, int]) -> None:
    page = open_page("/embed/new", size=size)
    preview = page.frame_locator("#preview")
    expect(preview.locator("#results .row-link").first).to_be_visible()
    page.get_by_label("职工之家").check()
    page.get_by_label("带列表").uncheck()
    page.get_by_label("语言").select_option("en")
    page.get_by_label("高度").fill("480")
    code = page.get_by_label("放到网页里的代码")
    expect(code).to_have_value(re.compile(r'/en/embed\?kind=worker_home&amp;list=off" .*height="480"'))
    expect(preview.locator('[data-chip="open"]')).to_have_text("Open now")
    expect(preview.locator(".leaflet-marker-icon")).to_have_count(1)
    page.get_by_role("button", name="以预览当前显示的范围为起点").click()
    expect(code).to_have_value(re.compile(r"lat=37\.\d+&amp;lon=121\.\d+&amp;zoom=\d+"))
    made = code.input_value()
    page.goto(host(made))
    expect(frame_of(page).locator(".leaflet-marker-icon")).to_have_count(1)


def test_copying_says_so(open_page: Open) -> None:
    page = open_page("/embed/new", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="复制代码").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("<iframe src=")
