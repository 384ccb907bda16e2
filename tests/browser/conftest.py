"""A browser before a server with a few places; every test also fails on a request that leaves this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright

from geodata.store import open_store
from tests.browser.desk import Desk, opened_desk
from tests.browser.places import LAT, LON, NOW, fill
from tests.browser.serving import DESK, Visit, launch, served
from webmap import close_app, create_app
from webmap.settings import Settings

expect.set_options(timeout=10_000)


@pytest.fixture(scope="session")
def store_url(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("browser") / "places.db"
    path.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def codes(store_url: str) -> dict[str, str]:
    """The codes of the places by their keys in :mod:`tests.browser.places`."""
    store = open_store(store_url)
    try:
        return fill(store)
    finally:
        store.dispose()


@contextmanager
def running(store_url: str, **values: Any) -> Iterator[tuple[Flask, str]]:
    app = create_app(Settings.load(env_file=None, database_url=store_url, **values), clock=lambda: NOW)
    app.extensions["stationmap"].read_model.refresh()
    try:
        with served(app) as address:
            yield app, address
    finally:
        close_app(app)


@pytest.fixture(scope="session")
def site(store_url: str, codes: dict[str, str]) -> Iterator[str]:
    """The address of a server with the places; its clock stands still."""
    with running(store_url) as (_, address):
        yield address


@pytest.fixture(scope="session")
def desk(store_url: str, codes: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A server of its own with a copy of the places: tests write to it, staff log in and reports come in."""
    with opened_desk(store_url, tmp_path_factory.mktemp("desk"), running) as desk:
        yield desk


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


Open = Callable[..., Page]


@pytest.fixture
def visits() -> Iterator[list[Visit]]:
    """The contexts of a test: at its end none has asked for anything outside this machine, or complained."""
    made: list[Visit] = []
    yield made
    for visit in made:
        visit.context.close()
        assert visit.outside == [], "the page asked for something outside this machine"
        assert visit.complaints == [], "the browser complained"


@pytest.fixture
def open_page(browser: Browser, site: str, visits: list[Visit]) -> Open:
    """Return a function that opens a page of the site in a context of its own and waits until it shows something."""

    def open_it(
        path: str = "/",
        *,
        size: tuple[int, int] = DESK,
        position: bool = False,
        accuracy: float = 20,
        tiles: bool = True,
        address: str = site,
        cookies: Sequence[Any] = (),
        **options: Any,
    ) -> Page:
        phone = size[0] < 900
        settings = {
            "viewport": {"width": size[0], "height": size[1]},
            "locale": "en-GB" if path.startswith("/en/") else "zh-CN",
            "has_touch": phone,
            "is_mobile": phone,
            "reduced_motion": "reduce",
            # Far from the places' own time zone, which is the one that the page has to show.
            "timezone_id": "America/New_York",
            **options,
        }
        if position:
            settings |= {
                "geolocation": {"latitude": LAT, "longitude": LON, "accuracy": accuracy},
                "permissions": ["geolocation"],
            }
        context = browser.new_context(**settings)
        visit = Visit(context, tiles)
        visit.watch()
        visits.append(visit)
        context.add_cookies(cookies)
        page = context.new_page()
        page.goto(address + path)
        return page

    return open_it
