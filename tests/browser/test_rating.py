"""A person asks why a place has its score, and sees what was published about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from geodata.indicators import Indicator, parse_period
from geodata.ratings import Evidence
from geodata.store import BatchInfo, open_store
from tests.browser.conftest import running
from tests.browser.places import NOW, fill
from tests.browser.serving import Visit

TODAY = NOW.date()
EVIDENCE = (
    Evidence("star", 4, 5, 1, TODAY - timedelta(400), None, "年度星级评定", "区总工会", ""),
    Evidence("inspection", 91.7, 100, 1, TODAY - timedelta(60), None, "六有", "市总工会", "有统一标识 1/1"),
    Evidence("review", 4.6, 5, 38, TODAY - timedelta(10), None, "来站评价", "地图平台", ""),
    Evidence("award", None, None, 1, TODAY - timedelta(200), "city", "最美驿站", "市总工会", ""),
)


@pytest.fixture
def rated(browser: Browser, sqlite_template: Path, tmp_path: Path) -> Iterator[tuple[Visit, str, str]]:
    """A visit to a server of its own with a rated place: the visit, the server's address and the place's code."""
    path = tmp_path / "rated.db"
    path.write_bytes(sqlite_template.read_bytes())
    store = open_store(f"sqlite:///{path}")
    code = next(iter(fill(store).values()))
    with store.write(BatchInfo("ratings", "test")) as writer:
        site = writer.site(code).id
        writer.put_evidence_many((site, piece.scheme, piece) for piece in EVIDENCE)
        writer.rate([site], TODAY)
        figure = Indicator("visitors", "", parse_period("2022"), 1597, "person_times", "区总工会")
        writer.put_indicators([(site, figure)])
    store.dispose()
    with running(f"sqlite:///{path}") as (_, address):
        context = browser.new_context(viewport={"width": 360, "height": 780}, locale="zh-CN", reduced_motion="reduce")
        visit = Visit(context, True)
        visit.watch()
        yield visit, address, code
        context.close()
        assert (visit.outside, visit.complaints) == ([], [])


def test_why_the_score_is_what_it_is(rated: tuple[Visit, str, str]) -> None:
    visit, address, code = rated
    page = visit.context.new_page()
    page.goto(f"{address}/#s={code}")
    expect(page.locator(".panel")).to_be_visible()
    expect(page.locator(".panel .rating")).to_contain_text("星级年度复查已逾期")
    page.get_by_text(re.compile("为什么是 4\\.\\d 分")).click()
    reasons = page.locator(".reasons li")
    expect(reasons).to_have_count(len(EVIDENCE) + 1)
    text = page.locator(".why").inner_text()
    for told in (
        "星级评定 · 年度星级评定",
        "区总工会",
        "六有",
        "91.7",
        "38 条评价",
        "市级",
        "起算分",
        "合计 4.",
        "已逾期 35 天",
    ):
        assert told in text, told
    figures = page.locator(".figures")
    expect(figures).to_contain_text("1,597 人次")
    expect(figures).to_contain_text("2022 年 · 区总工会")
