"""How smoothly the map moves over China with very many places: times between frames while it is dragged and zoomed.

Run: python -m tests.benchmarks.panning [SITES]
"""

from __future__ import annotations

import sys
import tempfile

import numpy as np
from playwright.sync_api import Page, sync_playwright

from geodata.store import open_store
from tests.browser.crowd import fill_crowd
from tests.browser.serving import DESK, Visit, launch, served
from webmap import create_app
from webmap.settings import Settings

SITES = 20_000
#: Starts to note the time of each frame.
WATCH = """() => {
  window.frames_at = [];
  const note = (at) => { window.frames_at.push(at); requestAnimationFrame(note); };
  requestAnimationFrame(note);
}"""


def drag(page: Page, dx: float, dy: float) -> None:
    """Drag the map by its middle, as a hand does."""
    x, y = 850, 460
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 21):
        page.mouse.move(x + dx * step / 20, y + dy * step / 20)
    page.mouse.up()
    page.wait_for_timeout(600)


def frame_times(page: Page) -> np.ndarray:
    """Return the milliseconds between frames noted so far, and forget them."""
    return np.diff(page.evaluate("window.frames_at.splice(0)"))


def measure(page: Page) -> dict[str, np.ndarray]:
    """Return the times between frames by what was done meanwhile."""
    page.evaluate(WATCH)
    times: dict[str, np.ndarray] = {}
    page.wait_for_timeout(1000)
    times["at rest"] = frame_times(page)
    for zoom, centre in ((5, [34, 110]), (7, [31, 118]), (10, [31.2, 121.4])):
        page.evaluate(f"void map_page.setView({centre}, {zoom}, {{ animate: false }})")
        page.wait_for_timeout(1500)
        frame_times(page)
        for dx, dy in ((-250, 60), (220, 120), (-180, -150), (240, 40)):
            drag(page, dx, dy)
        times[f"dragged at zoom {zoom}"] = frame_times(page)
    for _ in range(3):
        page.evaluate("void map_page.zoomOut()")
        page.wait_for_timeout(1000)
    times["zoomed out"] = frame_times(page)
    return times


def main(n: int) -> None:
    """Print median, 95th percentile and worst time between frames."""
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        url = f"sqlite:///{scratch}/crowd.db"
        store = open_store(url)
        store.upgrade()
        fill_crowd(store, n)
        store.dispose()
        app = create_app(Settings.load(env_file=None, database_url=url, rate_limit="off"))
        app.extensions["stationmap"].read_model.refresh()
        browser = launch(playwright)
        with served(app) as address:
            context = browser.new_context(viewport={"width": DESK[0], "height": DESK[1]}, locale="zh-CN")
            Visit(context).watch()
            page = context.new_page()
            page.goto(address)
            page.wait_for_selector(".cluster")
            for what, times in measure(page).items():
                median, late = np.percentile(times, (50, 95))
                print(
                    f"{what:20} {len(times):5} frames  median {median:5.1f} ms  p95 {late:5.1f}  max {times.max():6.1f}"
                )
        browser.close()
        app.extensions["stationmap"].read_model.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SITES)
