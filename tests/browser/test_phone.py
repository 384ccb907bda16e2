"""The phone: the sheet moves under a thumb, and everything to press is large enough."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.serving import PHONE


def drag_handle(page: Page, to_y: float) -> None:
    box = page.locator("#sheet-handle").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 11):
        page.mouse.move(x, y + (to_y - y) * step / 10)
        page.wait_for_timeout(30)
    page.wait_for_timeout(150)
    page.mouse.move(x, to_y + 1)
    page.mouse.up()


@pytest.mark.parametrize(("to_y", "height"), [(90, "full"), (640, "peek"), (400, "half")])
def test_sheet_follows_the_thumb_to_three_heights(open_page: Open, to_y: float, height: str) -> None:
    page = open_page(size=PHONE)
    expect(page.locator("#results .row-link").first).to_be_visible()
    drag_handle(page, to_y)
    expect(page.locator("#sheet")).to_have_attribute("data-height", height)


def test_list_scrolls_to_its_end_at_half_height(open_page: Open) -> None:
    page = open_page(size=PHONE)
    expect(page.locator("#results .row-link").first).to_be_visible()
    last = page.locator("#results .row").last
    last.scroll_into_view_if_needed()
    expect(last).to_be_in_viewport()
    page.locator("footer.foot a").last.scroll_into_view_if_needed()
    expect(page.locator("footer.foot a").last).to_be_in_viewport()


@pytest.mark.parametrize("place", [False, True], ids=["list", "place"])
def test_targets_are_large_enough_for_gloves(open_page: Open, codes: dict[str, str], place: bool) -> None:
    page = open_page(f"/#s={codes['near']}" if place else "/", size=PHONE, position=True)
    expect(page.locator("#panel-title" if place else "#results .row .distance").first).to_be_visible()
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, .button, .app, .chip, .language, input, .row")]
          .filter((element) => element.checkVisibility())
          .map((element) => [element, element.getBoundingClientRect()])
          .filter(([element, box]) => element.id !== "sheet-handle" && (box.height < 44 || box.width < 44))
          .map(([element, box]) => `${element.outerHTML.slice(0, 80)} ${box.width}x${box.height}`)"""
    )
    assert small == []


def test_handle_can_be_hit_over_44_pixels(open_page: Open) -> None:
    page = open_page(size=PHONE)
    box = page.locator("#sheet-handle").bounding_box()
    assert box
    for offset in (-12, 0, 28):
        hit = page.evaluate(
            "([x, y]) => document.elementFromPoint(x, y)?.closest('button')?.id", [180, box["y"] + offset]
        )
        assert hit == "sheet-handle"


@pytest.mark.parametrize("width", [320, 360, 899])
def test_nothing_sticks_out_sideways(open_page: Open, codes: dict[str, str], width: int) -> None:
    page = open_page(f"/#s={codes['near']}", size=(width, 780))
    expect(page.locator("#panel-title")).to_have_text("大海阳路爱心驿家")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    scroll = page.evaluate(
        "(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('.sheet-scroll'))"
    )
    assert scroll <= 0
