"""Make the pictures of the README from the sample data: ``make screenshots``.

The base map is left out: no tile server is asked.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

from geodata.store import open_store
from tests.browser.places import TZ
from tests.browser.serving import DESK, PHONE, Visit, await_map, launch, served
from webmap import close_app, create_app
from webmap.demo import fill_demo
from webmap.settings import Settings

FOLDER = Path(__file__).parents[2] / ".github"
#: An ordinary Tuesday, in the middle of a courier's afternoon.
NOW = datetime(2026, 11, 24, 14, 20, tzinfo=TZ)
#: In the middle of Zhifu.
POSITION = {"latitude": 37.5405, "longitude": 121.3900, "accuracy": 15}


class Picture(NamedTuple):
    """One picture: which page, how large, and what a person does there first."""

    name: str
    path: str
    size: tuple[int, int]
    act: Callable[[Page], None] | None = None
    dark: bool = False


def open_place(page: Page) -> None:
    """Open the first place of the list."""
    page.locator("#results .row-link").first.click()
    page.wait_for_selector("#panel:not([aria-busy]) .tile")


def whole_sheet(page: Page) -> None:
    """Open the first place, and draw the sheet up."""
    open_place(page)
    page.locator("#sheet-handle").click()


PICTURES = (
    Picture("map-desk", "/", DESK),
    Picture("map-desk-en", "/en/", DESK, open_place),
    Picture("map-phone", "/", PHONE),
    Picture("map-phone-en", "/en/", PHONE),
    Picture("place-phone", "/", PHONE, whole_sheet),
    Picture("map-phone-dark", "/", PHONE, open_place, dark=True),
)


def take(browser: Browser, address: str, picture: Picture, folder: Path) -> None:
    """Open the page as the picture wants it, and write it to ``folder``."""
    phone = picture.size[0] < 900
    context = browser.new_context(
        viewport={"width": picture.size[0], "height": picture.size[1]},
        locale="en-GB" if picture.path.startswith("/en/") else "zh-CN",
        geolocation=POSITION,
        permissions=["geolocation"],
        color_scheme="dark" if picture.dark else "light",
        reduced_motion="reduce",
        has_touch=phone,
        is_mobile=phone,
        device_scale_factor=2 if phone else 1,
    )
    Visit(context).watch()
    page = context.new_page()
    page.goto(address + picture.path)
    page.wait_for_selector("#results .row .distance")
    await_map(page)
    page.wait_for_selector("path.area", state="attached")
    if picture.act:
        picture.act(page)
    page.mouse.move(0, 0)
    page.wait_for_timeout(400)
    page.screenshot(path=folder / f"{picture.name}.png")
    context.close()


def main(folder: Path = FOLDER) -> None:
    """Fill a store with the sample data, serve it, and take all pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        url = f"sqlite:///{scratch}/demo.db"
        store = open_store(url)
        store.upgrade()
        fill_demo(store)
        store.dispose()
        app = create_app(Settings.load(env_file=None, database_url=url, base_map="none"), clock=lambda: NOW)
        app.extensions["stationmap"].read_model.refresh()
        browser = launch(playwright)
        with served(app) as address:
            for picture in PICTURES:
                take(browser, address, picture, folder)
        browser.close()
        close_app(app)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
