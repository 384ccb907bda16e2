"""Where streets are loaded, minutes follow them and the map shows the way to the chosen place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from geodata.store import BatchInfo, open_store
from geodata.streets import StreetNetwork
from tests.browser.conftest import running
from tests.browser.places import LAT, LON, fill
from tests.browser.serving import DESK, PHONE, Visit


def a_town() -> StreetNetwork:
    """Streets in a grid 170 to 220 m wide around the places."""
    columns, rows = np.meshgrid(np.arange(25), np.arange(25))
    number = np.arange(625).reshape(25, 25)
    first = np.concatenate((number[:, :-1].ravel(), number[:-1].ravel()))
    last = np.concatenate((number[:, 1:].ravel(), number[1:].ravel()))
    return StreetNetwork.from_arrays(121.3735 + columns.ravel() * 2e-3, 37.5173 + rows.ravel() * 2e-3, first, last)


@pytest.fixture(scope="module")
def site_with_streets(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = tmp_path_factory.mktemp("streets") / "places.db"
    path.write_bytes(sqlite_template.read_bytes())
    store = open_store(f"sqlite:///{path}")
    fill(store)
    with store.write(BatchInfo("streets", "test")) as writer:
        writer.put_streets("Zhifu", a_town())
    store.dispose()
    with running(f"sqlite:///{path}") as (_, address):
        yield address


def visit(browser: Browser, address: str, size: tuple[int, int], locale: str) -> tuple[Visit, Page]:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale=locale,
        geolocation={"latitude": LAT, "longitude": LON, "accuracy": 10},
        permissions=["geolocation"],
    )
    seen = Visit(context)
    seen.watch()
    page = context.new_page()
    page.goto(address + ("/en/" if locale == "en" else "/"))
    return seen, page


@pytest.mark.parametrize(
    ("size", "locale", "words"),
    [(PHONE, "zh-CN", "（按街道）"), (DESK, "en", "(by street)")],
    ids=["phone", "desk"],
)
def test_the_way_is_drawn_when_a_place_is_chosen(
    browser: Browser, site_with_streets: str, size: tuple[int, int], locale: str, words: str
) -> None:
    seen, page = visit(browser, site_with_streets, size, locale)
    page.wait_for_selector("#results:not([aria-busy]) .row-link")
    expect(page.locator("#results .row .walk").first).to_contain_text(words)
    expect(page.locator("path.way-line")).to_have_count(0)
    with page.expect_response(lambda answer: "/way?" in answer.url) as answered:
        page.locator("#results .row-link").first.click()
    assert answered.value.headers["cache-control"] == "private, no-store"
    expect(page.locator("path.way-line")).to_be_attached()
    assert page.locator("path.way-line").get_attribute("d").count("L") > 1  # type: ignore[union-attr]
    expect(page.locator("#panel .way")).to_contain_text(words)
    assert str(LAT) not in page.url
    page.locator("#panel-close").click()
    expect(page.locator("path.way-line")).to_have_count(0)
    assert seen.complaints == []
    assert seen.outside == []
    seen.context.close()
