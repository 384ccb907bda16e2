"""Two runs side by side: what both propose, what only one does, and maps that move together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from geodata.siting.planning import plan
from geodata.siting.scenario import parse_scenario
from geodata.store import Store, open_store, runs
from tests.browser.conftest import running
from tests.browser.serving import DESK, PHONE, Visit
from tests.browser.test_desk import context_of, log_in
from tests.contract.test_planning import TODAY, fill
from tests.plans import SHANGHAI, scenario_text
from tests.web.staff import SECRET, add_user


def run(store: Store, stations: int) -> int:
    """Keep a run that asks for so many stations, with its result; return its number."""
    text = scenario_text(f'kind = "maximal_covering"\np = {stations}')
    number = runs.submit(store, text, f"{stations} 个站点", "li", today=TODAY)
    assert runs.claim(store, number, "test") is not None
    assert runs.finish(store, number, "test", plan(store, parse_scenario(text), tz=SHANGHAI, today=TODAY))
    return number


@pytest.fixture(scope="module")
def compared(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[int]]]:
    """The address of a server that knows two runs, of one station and of two, and their numbers."""
    folder = tmp_path_factory.mktemp("compared")
    path = folder / "runs.db"
    path.write_bytes(sqlite_template.read_bytes())
    store = open_store(f"sqlite:///{path}")
    fill(store)
    add_user(store)
    numbers = [run(store, 1), run(store, 2)]
    try:
        with running(store.url, secret_key=SECRET, data_dir=str(folder)) as (_, address):
            yield address, numbers
    finally:
        store.dispose()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_what_two_runs_have_in_common(
    browser: Browser, visits: list[Visit], compared: tuple[str, list[int]], size: tuple[int, int]
) -> None:
    address, (one, two) = compared
    page = context_of(browser, visits, size).new_page()
    page.goto(f"{address}/en/plan/compare?a={one}&b={two}")
    log_in(page)
    expect(page.locator("#run-a")).to_have_value(str(one))
    expect(page.locator("#run-b")).to_have_value(str(two))
    expect(page.locator("#in-both li")).to_have_count(1)
    expect(page.locator("#only-a")).to_have_text("None")
    expect(page.locator("#only-b li:not(.muted)")).to_have_count(1)
    rows = page.locator("#compare-numbers tr")
    assert rows.count() > 2
    served = rows.first.locator("td").all_inner_texts()
    assert len(set(served)) == 3, "now, after one station and after two nobody else is served"
    expect(page.locator(".proposed")).to_have_count(3)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= size[0]

    page.locator("label", has=page.locator("#when-before")).click()
    expect(page.locator(".proposed")).to_have_count(0)
    page.locator("label", has=page.locator("#when-after")).click()
    expect(page.locator(".proposed")).to_have_count(3)

    page.locator("#run-b").select_option(str(one))
    expect(page).to_have_url(re.compile(rf"a={one}&b={one}$"))
    expect(page.locator("#only-b")).to_have_text("None")
