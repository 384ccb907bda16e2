"""The page in English, with no Chinese left but in what the sources gave."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.serving import DESK, PHONE


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_list_in_english(open_page: Open, size: tuple[int, int]) -> None:
    page = open_page("/en/", size=size, position=True)
    assert page.locator("html").get_attribute("lang") == "en"
    first = page.locator("#results .row").first
    expect(first.locator(".distance")).to_have_text("180 m")
    expect(first.locator(".walk")).to_have_text("3 min walk (straight line)")
    expect(first.locator(".status")).to_have_text("Open · closes 17:30")
    expect(page.locator("#origin-text")).to_have_text("From your position")
    expect(page.locator("#results .row", has_text="夜间司机").locator(".status")).to_have_text("Closed · opens 18:00")


def test_place_in_english(open_page: Open) -> None:
    page = open_page("/en/", position=True)
    page.get_by_role("link", name="大海阳路爱心驿家", exact=True).click()
    panel = page.locator("#panel")
    expect(panel.locator(".go .primary")).to_have_text("Go there · Amap")
    expect(panel.locator(".access")).to_have_text("Scan a codeFree")
    expect(panel.locator(".week tr.today")).to_contain_text("make-up workday")
    expect(panel.locator(".trust")).to_contain_text("Last verified")


def test_frame_of_the_page_has_no_chinese(open_page: Open) -> None:
    page = open_page("/en/", position=True)
    expect(page.locator("#results .row .distance").first).to_be_visible()
    page.locator("#filters-open").click()
    text = page.evaluate(
        """() => {
          const row = "#results h3, #results .where, #results .door, #results .row-go";
          const given = `${row}, .remark, #status .spoken, [lang=zh-CN]`;
          document.querySelectorAll(given).forEach((element) => element.remove());
          const labels = [...document.querySelectorAll("[aria-label], [title], [placeholder]")]
            .filter((element) => !element.closest(".map"))
            .flatMap((element) => ["aria-label", "title", "placeholder"].map((name) => element.getAttribute(name)));
          return [document.title, document.body.innerText, ...labels].join(" ");
        }"""
    )
    assert "Step-free access" in text
    assert re.findall(r"[\u4e00-\u9fff]+", text) == []
