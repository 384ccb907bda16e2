"""In the dark: every page follows the system, and what a person needs stands out from its ground."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.serving import DESK, PHONE


def brightness(page: Page, selector: str = "body") -> float:
    """Return how bright the ground of an element is, 0 to 255."""
    colour: str = page.locator(selector).first.evaluate("element => getComputedStyle(element).backgroundColor")
    parts = [float(part) for part in colour[colour.index("(") + 1 : -1].split(",")]
    return sum(parts[:3]) / 3


@pytest.mark.parametrize("path", ["/s/{near}", "/list", "/embed/new", "/login", "/o/ZF", "/stats", "/api/docs"])
def test_pages_follow_the_system(open_page: Open, codes: dict[str, str], path: str) -> None:
    page = open_page(path.format_map(codes), size=PHONE, color_scheme="dark")
    assert brightness(page) < 60
    page.emulate_media(color_scheme="light")
    assert brightness(page) > 225


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_map_at_night(open_page: Open, size: tuple[int, int]) -> None:
    page = open_page(size=size, color_scheme="dark", position=True)
    page.locator("#results .row-link").first.click()
    expect(page.locator("#panel .go .primary")).to_be_visible()
    assert brightness(page) < 60
    # The tiles are dimmed, the signs upon them are not.
    assert "brightness" in page.locator(".leaflet-tile-pane").evaluate("element => getComputedStyle(element).filter")
    assert page.locator(".leaflet-marker-pane").evaluate("element => getComputedStyle(element).filter") == "none"
    page.locator("#panel-close").click()
    page.locator("#filters-open").click()
    assert brightness(page, "#filters") < 60
