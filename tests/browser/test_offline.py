"""Without a network: the page opens, shows the places of the last area as they are open by the phone's clock."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.places import NOW
from tests.browser.serving import DESK, PHONE, Visit

#: The places taken along.
KEPT = "caches.open('stationmap-places').then((store) => store.keys())"


def wait_until(page: Page, question: str) -> None:
    """Ask a question that the page answers later until it says yes: ``wait_for_function`` takes a promise for a yes."""
    deadline = time.monotonic() + 60
    while not page.evaluate(question):
        assert time.monotonic() < deadline, question
        page.wait_for_timeout(100)


def kept_places(page: Page) -> None:
    """Wait until the worker has the page, and the places are taken along."""
    expect(page.locator("#results .row-link").first).to_be_visible()
    page.wait_for_function("() => navigator.serviceWorker.controller !== null", timeout=20_000)
    wait_until(page, f"() => {KEPT}.then((keys) => keys.length === 1)")


def visited(open_page: Open, visits: list[Visit], path: str = "/", size: tuple[int, int] = PHONE, **options) -> Page:
    """Open the page once with a network, until the worker and the places are there; then take the network away."""
    page = open_page(path, size=size, service_workers="allow", **options)
    kept_places(page)
    visits[-1].tiles = False  # without a network the browser complains of every question that gets no answer
    visits[-1].context.set_offline(True)
    return page


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_page_opens_and_shows_the_last_area(open_page: Open, visits: list[Visit], size: tuple[int, int]) -> None:
    page = visited(open_page, visits, size=size)
    page.clock.install(time=NOW)
    page.reload()
    notice = page.locator("#offline-notice")
    expect(notice).to_contain_text("没有网络")
    row = page.locator("#results .row", has_text="大海阳路爱心驿家")
    expect(row.locator(".status")).to_have_text("开放中 · 17:30 关门")
    row.locator(".row-link").click()
    expect(page.locator("#panel-body")).to_contain_text("没有网络")
    expect(page.locator("#panel-body")).to_contain_text("大海阳路8号")


@pytest.mark.parametrize(
    ("later", "text"),
    [(timedelta(hours=3), "休息中"), (timedelta(days=20), "时间未知")],
    ids=["tonight", "in weeks"],
)
def test_the_phone_works_out_what_is_open_by_its_clock(
    open_page: Open, visits: list[Visit], later: timedelta, text: str
) -> None:
    page = visited(open_page, visits)
    page.clock.install(time=NOW + later)
    page.reload()
    expect(page.locator("#offline-notice")).to_contain_text("没有网络")
    row = page.locator("#results .row", has_text="大海阳路爱心驿家")
    expect(row.locator(".status")).to_contain_text(text)


def test_filters_and_position_work_without_a_network(open_page: Open, visits: list[Visit]) -> None:
    page = visited(open_page, visits, position=True)
    page.clock.install(time=NOW)
    page.reload()
    expect(page.locator("#offline-notice")).to_contain_text("没有网络")
    expect(page.locator("#results .row .distance").first).to_be_visible()
    page.locator('[data-chip="facility-microwave"]').click()
    expect(page.locator("#results .row")).to_have_count(1)


def test_the_network_comes_back(open_page: Open, visits: list[Visit]) -> None:
    page = visited(open_page, visits)
    page.reload()
    expect(page.locator("#offline-notice")).to_contain_text("没有网络")
    visits[-1].context.set_offline(False)
    expect(page.locator("#offline-notice")).to_be_hidden()


def test_a_place_opens_in_the_map_page(open_page: Open, visits: list[Visit], site: str, codes: dict[str, str]) -> None:
    page = visited(open_page, visits, "/en/")
    page.goto(f"{site}/en/s/{codes['near']}")
    expect(page.locator("#panel-title")).to_have_text("大海阳路爱心驿家")
    assert page.url.endswith(f"/en/#s={codes['near']}")
