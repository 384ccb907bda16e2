"""From the desk's page to five proposed stations in six clicks, with the sample data and a real worker."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from geodata.store import Store, open_store, runs
from tests.browser.conftest import running
from tests.browser.serving import DESK, PHONE, Visit
from tests.web.staff import PASSWORD, SECRET, add_user
from webmap.demo import fill_demo

#: A worker on a slow machine that has to compile the solvers first.
PATIENCE_MS = 180_000
MOST_CLICKS = 6
_WORKER = [sys.executable, "-c", "from webmap.cli import main; main()", "worker"]


@pytest.fixture(scope="module")
def planned(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, str]]:
    """A store with the sample data, a server and a worker on it; yields the store and the server's address."""
    folder = tmp_path_factory.mktemp("planned")
    path = folder / "sample.db"
    path.write_bytes(sqlite_template.read_bytes())
    url = f"sqlite:///{path}"
    store = open_store(url)
    fill_demo(store)
    add_user(store)
    environment = {**os.environ, "STATIONMAP_DATABASE_URL": url, "STATIONMAP_LOG_LEVEL": "warning"}
    worker = subprocess.Popen(_WORKER, env=environment, cwd=folder)
    try:
        with running(url, secret_key=SECRET, data_dir=str(folder)) as (_, address):
            yield store, address
    finally:
        worker.terminate()
        worker.wait()
        store.dispose()


def context_of(browser: Browser, visits: list[Visit], size: tuple[int, int]) -> BrowserContext:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
    visits.append(Visit(context))
    visits[-1].watch()
    context.set_default_timeout(60_000)
    return context


def log_in(page: Page) -> None:
    page.locator("#name").fill("li")
    page.locator("#password").fill(PASSWORD)
    page.locator("main button").click()
    page.wait_for_selector("body[data-desk=ready]")


def test_five_stations_in_six_clicks(browser: Browser, visits: list[Visit], planned: tuple[Store, str]) -> None:
    _, address = planned
    clicks: list[int] = []
    context = context_of(browser, visits, DESK)
    context.expose_function("counted", lambda: clicks.append(1))
    page = context.new_page()
    page.add_init_script("addEventListener('click', (event) => event.isTrusted && counted(), true)")
    page.goto(f"{address}/en/plan")
    log_in(page)
    page.wait_for_selector("#stage[data-drawn=gap]")
    expect(page.locator("#headline")).to_contain_text("of the demand has a station within 15 minutes on foot")
    page.get_by_role("button", name="Propose 5 stations").click()
    page.wait_for_selector("#stage[data-drawn=result]", timeout=PATIENCE_MS)
    expect(page.locator(".proposed")).to_have_count(5)
    expect(page.locator("#result-chosen > li")).to_have_count(5)
    expect(page.locator(".proof")).to_have_text("Proven best")
    assert 0 < len(clicks) <= MOST_CLICKS
    with page.expect_download() as download:
        page.get_by_role("link", name="Places for GIS (GeoJSON)").click()
    assert b'"role": "new"' in Path(download.value.path()).read_bytes()
    page.reload()  # the address names the run
    page.wait_for_selector("#stage[data-drawn=result]")
    expect(page.locator(".proposed")).to_have_count(5)


def test_by_keyboard_with_a_place_that_must_be_chosen(
    browser: Browser, visits: list[Visit], planned: tuple[Store, str]
) -> None:
    store, address = planned
    page = context_of(browser, visits, PHONE).new_page()
    page.goto(f"{address}/plan")
    log_in(page)
    page.wait_for_selector("#stage[data-drawn=gap]")
    page.locator("#p").focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("2")
    page.locator("#add").press("Enter")
    page.locator("#add-centre").press("Enter")
    page.locator("#candidates-count").press("Enter")
    mine = page.locator("#candidates-list li", has_text="新地点 1")
    mine.locator("select").focus()
    mine.locator("select").select_option("must")
    expect(page.locator(".candidate.is-must")).to_have_count(1)
    page.locator("#run").press("Enter")
    page.wait_for_selector("#stage[data-drawn=result]", timeout=PATIENCE_MS)
    expect(page.locator("#result-chosen")).to_contain_text("新地点 1")
    expect(page.locator("#result-title")).to_be_focused()
    newest = runs.listed(store, limit=1)[0]
    assert "新地点 1" in newest.scenario
    page.locator("#back").press("Enter")
    page.wait_for_selector("#stage[data-drawn=gap]")
    expect(page.locator("#p")).to_have_value("2")
    expect(page.locator(".candidate.is-must")).to_have_count(1)
