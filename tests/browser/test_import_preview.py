"""The map of an import before it is done: one file that needs nothing else and believes no text."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click.testing
import pytest
from playwright.sync_api import Browser

from geodata.store import open_store
from tests.browser.serving import overheard
from webmap.cli import main

HOSTILE = "</script><script>window.bad=1</script><img src=x onerror='window.bad=1'>"
ROWS = (
    "名称,经度,纬度,地址\n"
    "大海阳路驿站,121.39,37.53,大海阳路1号\n"
    f'"{HOSTILE}",121.40,37.54,"{HOSTILE}"\n'
    f'"{HOSTILE} 2",,,没有坐标\n'
    ",121.41,37.55,没有名称\n"
)


@pytest.fixture
def preview(fresh_sqlite: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Write the preview of a dry run, and see that nothing else was written."""
    monkeypatch.setenv("STATIONMAP_DATABASE_URL", fresh_sqlite)
    monkeypatch.setenv("STATIONMAP_BASE_MAP", "none")
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "C.UTF-8")
    Path("list.csv").write_text(ROWS, encoding="utf-8")
    words = ["import", "sites", "list.csv", "--kind", "rest_station", "--dry-run", "--preview", "out.html"]
    result = click.testing.CliRunner().invoke(main, words)
    assert result.exit_code == 3, result.output
    store = open_store(fresh_sqlite)
    assert list(store.sites()) == []
    store.dispose()
    return tmp_path / "out.html"


def test_the_preview_stands_alone(preview: Path, browser: Browser) -> None:
    page = browser.new_page()
    asked, said = overheard(page)
    page.goto(preview.as_uri())
    page.wait_for_selector(".leaflet-container canvas")
    assert asked == [preview.as_uri()]
    assert said == []
    assert page.locator("ul.legend li").all_inner_texts() == ["New: 3", "Rejected: 1"]
    listed = page.locator("table tr").all_inner_texts()
    assert len(listed) == 2
    assert HOSTILE in listed[0]
    # every point can be asked for what it is; its texts are texts
    texts = page.evaluate(
        """() => {
            const texts = [];
            map_page.eachLayer((layer) => {
                if (!layer.getPopup?.()) return;
                layer.openPopup();
                texts.push([...document.querySelectorAll(".leaflet-popup-content")].at(-1).innerText);
            });
            return texts;
        }"""
    )
    assert len(texts) == 2
    assert any(HOSTILE in text for text in texts)
    assert page.evaluate("() => window.bad") is None
    assert page.locator("img[src='x']").count() == 0
    page.close()


def test_only_the_scripts_of_the_page_may_run(preview: Path) -> None:
    html = preview.read_text(encoding="utf-8")
    assert "'unsafe-inline'" not in html.split("script-src", 1)[1].split(";", 1)[0]
    (data,) = re.findall(r'<script type="application/json" id="preview-data">(.*?)</script>', html)
    assert {row["becomes"] for row in json.loads(data)["rows"]} == {"created"}
    assert not re.search(r"<(?:script|link|img)[^>]+(?:src|href)=", html.split("<header>")[0])


def test_a_preview_that_cannot_be_written_is_refused_first(
    fresh_sqlite: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("STATIONMAP_DATABASE_URL", fresh_sqlite)
    monkeypatch.chdir(tmp_path)
    Path("list.csv").write_text(ROWS, encoding="utf-8")
    words = ["import", "sites", "list.csv", "--kind", "rest_station", "--preview", "no/where/out.html"]
    assert click.testing.CliRunner().invoke(main, words).exit_code == 1
    store = open_store(fresh_sqlite)
    assert list(store.sites()) == []
    store.dispose()
