"""A courier reports that a place moved, staff put it right, and everybody sees it; hostile words do nothing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from geodata.errors import StoreUnavailableError
from geodata.store import BatchInfo, NewReport
from tests.browser.desk import Desk, log_in
from tests.browser.places import HOSTILE
from tests.browser.serving import DESK, PHONE, Visit


def open_at(
    browser: Browser, visits: list[Visit], address: str, size: tuple[int, int] = DESK, *, scripts: bool = True
) -> Page:
    phone = size[0] < 900
    context: BrowserContext = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        is_mobile=phone,
        has_touch=phone,
        java_script_enabled=scripts,
        reduced_motion="reduce",
    )
    visits.append(Visit(context))
    visits[-1].watch()
    page = context.new_page()
    page.goto(address)
    return page


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_moved_place_is_reported_with_a_pin_and_put_right(
    browser: Browser, visits: list[Visit], desk: Desk, codes: dict[str, str], size: tuple[int, int]
) -> None:
    code = codes["near" if size == PHONE else "always"]
    before = desk.store.site(code).site.position
    page = open_at(browser, visits, f"{desk.address}/en/s/{code}", size)
    page.get_by_role("link", name="Report a problem").click()
    page.get_by_label("Moved, or wrong on the map").check()
    page.wait_for_selector("#report[data-map=ready]", state="attached")
    expect(page.get_by_label("Right opening hours")).to_be_hidden()
    pin_map = page.locator(".pin-map")
    pin_map.scroll_into_view_if_needed()
    pin_map.click(position={"x": 60, "y": 60})
    expect(page.locator("#pin-state")).to_contain_text("The pin is set")
    page.get_by_label("In your own words").fill("Now next to the bank")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#report-thanks")).to_be_visible()
    assert page.context.cookies() == []
    (report,) = [item for item in desk.store.reports() if item.site == code]
    assert report.told.lon is not None
    assert before is not None
    assert report.told.lon < before.lon  # to the upper left of the middle

    staff = open_at(browser, visits, f"{desk.address}/en/staff/reports/{report.id}", size)
    log_in(staff)
    staff.wait_for_selector(".pin-map[data-map=ready]")
    expect(staff.locator(".report-pin")).to_have_count(2)
    staff.get_by_role("button", name="Apply to the place").click()
    staff.wait_for_url("**/en/staff/reports")
    desk.app.extensions["stationmap"].read_model.refresh()
    page.get_by_role("link", name="Back to the place").click()
    expect(page.locator("body")).to_contain_text(re.compile(r"Last verified\s*(10 Oct|Oct 10)"))
    after = page.request.get(f"{desk.address}/api/v1/sites/{code}").json()
    assert after["geometry"]["coordinates"] == pytest.approx([report.told.lon, report.told.lat])
    assert after["properties"]["verified_on"] == "2026-10-10"


def test_what_was_written_survives_a_lost_connection_and_a_lost_database(
    browser: Browser, visits: list[Visit], desk: Desk, codes: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_at(browser, visits, f"{desk.address}/en/s/{codes['near']}/report", PHONE)
    page.get_by_label("Something else").check()
    page.get_by_label("In your own words").fill("kept words")
    visits[-1].complaints.clear()
    page.context.set_offline(True)
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#report-message")).to_contain_text("could not be sent")
    page.context.set_offline(False)

    def fail(*_: object) -> None:
        raise StoreUnavailableError("read_model_loading")

    with monkeypatch.context() as patch:
        patch.setattr("geodata.store.store.Store.write", fail)
        page.get_by_role("button", name="Send").click()
        expect(page.locator("#report-message")).to_be_focused()
        expect(page.get_by_label("In your own words")).to_have_value("kept words")
        expect(page.get_by_role("button", name="Send")).to_be_enabled()
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#report-thanks")).to_be_visible()
    # The browser tells of the requests that failed, as it should.
    visits[-1].complaints[:] = [text for text in visits[-1].complaints if "Failed to load resource" not in text]


def test_the_form_works_without_scripts(
    browser: Browser, visits: list[Visit], desk: Desk, codes: dict[str, str]
) -> None:
    page = open_at(browser, visits, f"{desk.address}/s/{codes['near']}/report", PHONE, scripts=False)
    page.get_by_label("开放时间不对").check()
    page.get_by_label("正确的开放时间（如果知道）").fill("周一至周六 8:00-20:00")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("main")).to_contain_text("谢谢您")
    assert desk.store.reports()[0].told.hours == "周一至周六 8:00-20:00"


def test_hostile_words_are_inert_on_the_form_and_for_staff(
    browser: Browser, visits: list[Visit], desk: Desk, codes: dict[str, str]
) -> None:
    site = desk.store.site(codes["hostile"])
    with desk.store.write(BatchInfo("report", "public")) as writer:
        told = NewReport(site.id, "facility", "hostile", HOSTILE, "toilet", "no", HOSTILE, 121.4, 37.53)
        number = writer.add_report(told)
    page = open_at(browser, visits, f"{desk.address}/s/{codes['hostile']}/report")
    staff = open_at(browser, visits, f"{desk.address}/login?next=/staff/reports")
    log_in(staff)
    staff.locator("a.task", has_text="<img src=x").first.click()
    staff.wait_for_selector(".pin-map[data-map=ready]")
    assert staff.url.endswith(f"/staff/reports/{number}")
    expect(staff.locator(".told-text")).to_contain_text("<img src=x onerror=")
    page.locator("input[value=moved]").check()
    page.wait_for_selector("#report[data-map=ready]", state="attached")
    for shown in (page, staff):
        expect(shown.locator("main")).to_contain_text("<img src=x onerror=")
        assert shown.locator("img[src=x]").count() == 0
        assert shown.evaluate("window.hurt") is None
