"""The map as one file: opened from a disk without any network it shows the places and what is open."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, expect

from tests.browser.places import HOSTILE, NOW
from tests.browser.serving import DESK, PHONE, TILE_HOST
from webmap.cli import main


@pytest.fixture(scope="module")
def file(store_url: str, codes: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("map") / "map.html"
    environment = {"STATIONMAP_DATABASE_URL": store_url, "STATIONMAP_PUBLIC_URL": "https://map.example.org"}
    result = CliRunner().invoke(main, ["export", str(out), "--area", "370602"], env=environment)
    assert result.exit_code == 0, result.output
    return out


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_file_opens_by_itself(browser: Browser, file: Path, codes: dict[str, str], size: tuple[int, int]) -> None:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
    asked: list[str] = []
    complaints: list[str] = []
    context.route("http**", lambda route: (asked.append(route.request.url), route.abort()))
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(file.as_uri())
    expect(page.get_by_role("heading", level=1)).to_have_text("芝罘区户外劳动者服务站点地图")
    rows = page.locator("#places li")
    expect(rows).to_have_count(8)
    expect(page.locator("body")).to_contain_text(HOSTILE)
    page.get_by_label("按名称或地址查找").fill("大海阳")
    expect(rows).to_have_count(1)
    more = rows.get_by_role("link", name="详细信息")
    expect(more).to_have_attribute("href", f"https://map.example.org/s/{codes['near']}")
    rows.get_by_role("button", name="大海阳路爱心驿家").click()
    expect(page.locator(".leaflet-popup")).to_contain_text("大海阳路8号")
    assert page.evaluate("window.hurt") is None
    assert [url for url in asked if TILE_HOST not in url] == []
    assert complaints == []
    context.close()


def test_what_is_open_goes_by_the_readers_clock(browser: Browser, file: Path) -> None:
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    context.route("http**", lambda route: route.abort())
    page = context.new_page()
    page.goto(file.as_uri())
    row = page.locator("#places li", has_text="万达广场骑手驿站")
    expect(row.locator(".status")).to_have_text("开放中")
    page.clock.install(time=NOW.replace(year=NOW.year + 2))
    page.reload()
    expect(row.locator(".status")).to_have_text("时间未知")
    context.close()


def test_a_file_that_cannot_be_made_leaves_nothing(store_url: str, codes: dict[str, str], tmp_path: Path) -> None:
    environment = {"STATIONMAP_DATABASE_URL": store_url}
    for words in (["--area", "nowhere"], ["--kind", "castle"]):
        result = CliRunner().invoke(main, ["export", str(tmp_path / "map.html"), *words], env=environment)
        assert result.exit_code in (1, 2)
    assert list(tmp_path.iterdir()) == []
    wrong = CliRunner().invoke(main, ["export", str(tmp_path / "map.doc")], env=environment)
    assert wrong.exit_code in (1, 2)
    assert ".html" in wrong.output
