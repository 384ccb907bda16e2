"""Two taps to go there; open at night; and when nothing fits, the wish that is to blame."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.serving import DESK, PHONE

FIRST = ["热水", "微波炉", "厕所", "手机充电", "现在开放", "夜间开放（23 点）"]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_each_row_leads_there(open_page: Open, codes: dict[str, str], site: str, size: tuple[int, int]) -> None:
    page = open_page(size=size, position=True)
    first = page.locator("#results .row").first
    expect(first.locator(".distance")).to_be_visible()
    go = first.get_by_role("link", name="去这里：大海阳路爱心驿家")
    expect(go).to_have_attribute("href", f"/s/{codes['near']}/go")
    expect(go).to_have_class(re.compile("primary"))
    expect(first.locator(".ways-in")).to_contain_text("扫码进入")
    expect(first.locator(".ways-in")).to_contain_text("银行大厅左侧")
    expect(page.locator("#results .row-go.primary")).to_have_count(1)
    expect(page.locator("#results .row", has_text="没有坐标的驿站").locator(".row-go")).to_have_count(0)
    answer = page.request.get(site + (go.get_attribute("href") or ""), max_redirects=0)
    assert answer.status == 302
    assert answer.headers["location"].startswith("https://uri.amap.com/navigation?to=121.39")


def test_big_choices_come_first(open_page: Open) -> None:
    page = open_page(size=PHONE)
    expect(page.locator("#chips .chip")).to_have_count(7)
    assert page.locator("#chips .chip").all_inner_texts()[:6] == FIRST
    expect(page.locator("#chips .chip").last).to_have_attribute("data-chip", "facility-truck_parking")


def test_open_at_night_stands_in_the_link(open_page: Open, site: str) -> None:
    page = open_page(size=DESK)
    with page.expect_request(re.compile("/api/v1/sites.*open=night")):
        page.locator('[data-chip="night"]').click()
    expect(page).to_have_url(re.compile(r"\?open=night$"))
    expect(page.locator("#results .row", has_text="万达广场骑手驿站")).to_be_visible()
    expect(page.locator("#results .row", has_text="大海阳路爱心驿家")).to_have_count(0)
    page.locator('[data-chip="open"]').click()
    expect(page).to_have_url(re.compile(r"\?open=now$"))
    expect(page.locator('[data-chip="night"]')).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_wish_to_blame_is_named_and_left_out(open_page: Open, codes: dict[str, str], size: tuple[int, int]) -> None:
    page = open_page("/?facility=hot_water&facility=truck_parking&open=now", size=size, position=True)
    foot = page.locator("#results-foot")
    expect(foot).to_contain_text("没有符合“货车停车”的地点")
    expect(foot.locator(".row")).to_contain_text("大海阳路爱心驿家")
    expect(foot.locator(".row .distance")).to_have_text("180 米")
    expect(foot.locator(".row-go")).to_have_attribute("href", f"/s/{codes['near']}/go")
    foot.get_by_role("button", name="不要求：货车停车").click()
    expect(page).to_have_url(re.compile(r"\?facility=hot_water&open=now$"))
    expect(page.locator("#results .row").first).to_contain_text("大海阳路爱心驿家")
