"""How smoothly the map moves over China with very many places: times between frames while it is dragged and zoomed.

The times are those of the browser's own trace. Run: python -m tests.benchmarks.panning DATABASE_URL
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.serving import DESK, Visit, launch, served
from webmap import close_app, create_app
from webmap.settings import Settings

#: Keeps the browser making frames, also while nothing moves; what happens at one is only in the trace.
GO_ON = """() => {
  const again = () => requestAnimationFrame(again);
  again();
}"""
#: The event of the trace with which the page's thread begins a frame, and its categories.
FRAME = "BeginMainThreadFrame"
CATEGORIES = [
    "devtools.timeline",
    "disabled-by-default-devtools.timeline",
    "disabled-by-default-devtools.timeline.frame",
]
PLACES = {5: (34, 110), 7: (31, 118), 10: (31.2, 121.4)}


def drag(page: Page, dx: float, dy: float) -> None:
    """Drag the map by its middle, as a hand does."""
    x, y = 850, 460
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 21):
        page.mouse.move(x + dx * step / 20, y + dy * step / 20)
    page.mouse.up()
    page.wait_for_timeout(600)


def drag_about(page: Page) -> None:
    for dx, dy in ((-250, 60), (220, 120), (-180, -150), (240, 40)):
        drag(page, dx, dy)


def zoom_out(page: Page) -> None:
    for _ in range(3):
        page.evaluate("void map_page.zoomOut()")
        page.wait_for_timeout(1000)


def traced(browser: Browser, page: Page, act: Callable[[Page], object]) -> dict[str, float]:
    """Do something; return the milliseconds between the frames of the page meanwhile, from the browser's trace."""
    browser.start_tracing(page=page, categories=CATEGORIES)
    act(page)
    events: list[dict[str, Any]] = json.loads(browser.stop_tracing())["traceEvents"]
    frames = [event for event in events if event["name"] == FRAME]
    ((process, _),) = Counter(event["pid"] for event in frames).most_common(1)
    moments = sorted(event["ts"] for event in frames if event["pid"] == process)
    times = np.diff(moments) / 1000
    p50, p95, p99 = np.percentile(times, (50, 95, 99))
    return {"frames": len(times), "p50_ms": p50, "p95_ms": p95, "p99_ms": p99, "max_ms": float(times.max())}


def measure(url: str) -> dict[str, dict[str, float]]:
    """Return the times between frames by what was done meanwhile, on the sites of a store."""
    app = create_app(Settings.load(env_file=None, database_url=url, rate_limit="off", snapshot_dir="off"))
    app.extensions["stationmap"].read_model.refresh()
    found: dict[str, dict[str, float]] = {}
    with sync_playwright() as playwright, served(app) as address:
        browser = launch(playwright)
        context = browser.new_context(viewport={"width": DESK[0], "height": DESK[1]}, locale="zh-CN")
        Visit(context).watch()
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector(".cluster")
        page.evaluate(GO_ON)
        found["at rest"] = traced(browser, page, lambda page: page.wait_for_timeout(1000))
        for zoom, (lat, lon) in PLACES.items():
            page.evaluate(f"void map_page.setView([{lat}, {lon}], {zoom}, {{ animate: false }})")
            page.wait_for_timeout(1500)
            found[f"dragged at zoom {zoom}"] = traced(browser, page, drag_about)
        found["zoomed out"] = traced(browser, page, zoom_out)
        browser.close()
    close_app(app)
    return found


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1])))
