"""The sheet for the door: one page of A4, printed by its button."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.serving import PHONE


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.mark.parametrize(
    ("prefix", "name"), [("", "near"), ("/en", "always"), ("", "unknown"), ("/en", "center"), ("", "hostile")]
)
def test_sheet_is_one_page_of_a4(open_page: Open, codes: dict[str, str], prefix: str, name: str) -> None:
    page = open_page(f"{prefix}/s/{codes[name]}/print", color_scheme="dark")
    pdf = page.pdf(prefer_css_page_size=True)
    assert pages_of(pdf) == 1
    (size,) = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert [round(float(value)) for value in size] == pytest.approx([595, 842], abs=1)
    # As wide as the paper between its margins: rules for phones must not take hold there.
    page.set_viewport_size({"width": 680, "height": 1009})
    page.emulate_media(media="print")
    expect(page.locator(".sheet-bar")).to_be_hidden()
    # Black on white also where the person's system is dark, or a phone could not read the code.
    assert (
        page.locator(".door").evaluate("element => getComputedStyle(element).backgroundColor") == "rgb(255, 255, 255)"
    )
    assert (
        page.locator(".door-foot").evaluate("element => getComputedStyle(element).gridTemplateColumns").count("px") == 2
    )
    box, foot = page.locator(".door").bounding_box(), page.locator(".door-foot").bounding_box()
    assert box is not None
    assert foot is not None
    assert foot["y"] + foot["height"] <= box["y"] + box["height"] + 1, "the code is cut off"


def test_sheet_is_printed_by_its_button(open_page: Open, codes: dict[str, str]) -> None:
    page = open_page(f"/s/{codes['near']}/print", size=PHONE)
    page.evaluate("() => { window.print = () => { window.printed = true; }; }")
    page.get_by_role("button", name="打印").click()
    page.wait_for_function("() => window.printed")
    expect(page.locator(".qr")).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")
