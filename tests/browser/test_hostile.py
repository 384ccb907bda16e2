"""Names that try to be HTML are shown as they are and do nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.places import HOSTILE
from tests.browser.serving import DESK, PHONE


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_hostile_texts_are_inert_everywhere(open_page: Open, codes: dict[str, str], size: tuple[int, int]) -> None:
    page = open_page(size=size, position=True)
    row = page.locator(f"[data-code='{codes['hostile']}']")
    expect(row.locator("h3")).to_have_text(HOSTILE)
    row.locator(".row-link").click()
    panel = page.locator("#panel")
    expect(page.locator("#panel-title")).to_have_text(HOSTILE)
    for part in (".place-head .kind", ".notices", ".lines", ".tile", ".as-given", ".facts"):
        expect(panel.locator(part).first).to_contain_text("<img src=x onerror=")
    page.get_by_role("combobox").fill("img src")
    expect(page.get_by_role("option").first).to_contain_text("<img src=x")
    assert page.locator("main img[src=x], header img").count() == 0
    assert page.evaluate("window.hurt") is None
    links = [link.get_attribute("href") or "" for link in panel.locator("a").all()]
    assert links
    assert not [link for link in links if link.lower().startswith("javascript:")]


@pytest.mark.parametrize(
    "path", ["/o/ZF-1", "/o/ZF", "/stats", "/data", "/embed", "/embed/new", "/s/{hostile}/report", "/api/docs"]
)
def test_hostile_texts_are_inert_on_other_pages(open_page: Open, codes: dict[str, str], path: str) -> None:
    page = open_page(path.format_map(codes))
    page.wait_for_load_state("networkidle")
    if path in {"/o/ZF-1", "/o/ZF", "/embed", "/s/{hostile}/report"}:
        expect(page.locator("body")).to_contain_text("<img src=x onerror=")
    assert page.locator("img[src=x]").count() == 0
    assert page.evaluate("() => window.hurt") is None
    links = page.locator("a").evaluate_all("links => links.map((link) => link.protocol)")
    assert links
    assert "javascript:" not in links


def test_hostile_link_is_inert(open_page: Open) -> None:
    page = open_page(
        "/?q=%3Cimg%20src%3Dx%20onerror%3D%22window.hurt%3D1%22%3E&area=%3Cscript%3Ewindow.hurt%3D1%3C%2Fscript%3E"
    )
    expect(page.locator("#chips .given").first).to_contain_text("<img src=x")
    assert page.evaluate("window.hurt") is None
