"""How soon a courier with an old phone and a weak network can use the list, on the first visit and on the second.

Chromium on a phone's screen with a processor four times slower and a network of 400 kbit/s and 400 ms, the position
allowed before; the second visit comes after the service worker has taken the page along. Times are from the start of
the visit to the first row with its button to go there, and to the list sorted by distance. Run as ``python -m
tests.benchmarks.phone``.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.benchmarks.pages import fill
from tests.benchmarks.serving import served
from tests.browser.serving import CHROMIUM, FLAGS, PHONE

SLOWER, BYTES_S, LATENCY_MS = 4, 400_000 / 8, 400
BUDGETS_S = {"first visit": 5, "second visit": 1}
#: No tile server is asked, nor anything else outside this machine.
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
#: Keeps the longest of the tasks during which the page answers to no touch.
WATCH = """window.longest = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) window.longest = Math.max(window.longest, duration);
}).observe({ type: "longtask", buffered: true });"""
ROW = "() => document.querySelector('#results .row .row-go') && performance.now()"
SORTED = "() => document.querySelector('#results:not([aria-busy]) .row .distance') && performance.now()"
LOADED = """() => performance.getEntriesByType("resource").map(({ name, startTime, responseEnd, transferSize }) =>
  ({ name: new URL(name).pathname, from: startTime, to: responseEnd, bytes: transferSize }))"""
KEPT = "async () => (await navigator.serviceWorker.ready).active.state === 'activated'"
TAKEN = """async () => {
  const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
  const counts = await Promise.all(caches_.map(async (cache) => (await cache.keys()).length));
  return counts.reduce((a, b) => a + b, 0) > 5;
}"""


@dataclass(frozen=True, slots=True)
class Found:
    """One visit: seconds to the first row and to the sorted list; requests and kilobytes until then; longest task."""

    row_s: float
    sorted_s: float
    requests: int
    kilobytes: float
    longest_ms: float


def visit(context: BrowserContext, address: str, *, tell: bool = False) -> tuple[Found, Page]:
    """Open the page as on a slow phone."""
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": LATENCY_MS, "downloadThroughput": BYTES_S, "uploadThroughput": BYTES_S},
    )
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(address, wait_until="commit")
    row = page.wait_for_function(ROW, timeout=120_000).json_value()
    done = page.wait_for_function(SORTED, timeout=120_000).json_value()
    loaded = [entry for entry in page.evaluate(LOADED) if entry["from"] < done]
    if tell:
        for entry in loaded:
            print(f"{entry['from']:8.0f} to {entry['to']:6.0f} ms {entry['bytes']:8} bytes  {entry['name']}")
    kilobytes = sum(entry["bytes"] for entry in loaded) / 1000
    return Found(row / 1000, done / 1000, len(loaded) + 1, kilobytes, page.evaluate("() => longest")), page


def both(browser: Browser, address: str, *, tell: bool = False) -> dict[str, Found]:
    """Visit the page twice with the storage of one person."""
    context = browser.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]},
        is_mobile=True,
        has_touch=True,
        locale="zh-CN",
        geolocation={"latitude": 37.5405, "longitude": 121.39, "accuracy": 15},
        permissions=["geolocation"],
    )
    context.add_init_script(WATCH)
    first, page = visit(context, address, tell=tell)
    page.wait_for_function(KEPT, timeout=120_000)
    page.wait_for_function(TAKEN, timeout=120_000)
    page.wait_for_timeout(4000)  # the places are taken along when the page has had some time to itself
    page.close()
    second, page = visit(context, address, tell=tell)
    context.close()
    return {"first visit": first, "second visit": second}


def main() -> None:
    """Measure on a store of its own."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.phone", description=__doc__)
    parser.add_argument("--sites", type=int, default=20_000, help="how many sites (default: 20000)")
    parser.add_argument("--rounds", type=int, default=3, help="how many people visit twice (default: 3)")
    parser.add_argument("--tell", action="store_true", help="name every request")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        url = f"sqlite:///{Path(folder)}/phone.db"
        fill(url, given.sites)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, ALONE, "--no-sandbox"])
        with served(url) as (port, _):
            rounds = [both(browser, f"http://127.0.0.1:{port}/", tell=given.tell) for _ in range(given.rounds)]
        browser.close()
    print(f"{'':14}{'first row':>10}{'sorted':>9}{'budget':>8}{'requests':>10}{'kB':>8}{'longest task':>14}   medians")
    for name, budget in BUDGETS_S.items():
        found = [each[name] for each in rounds]
        row, done, requests, size, task = (
            statistics.median(getattr(each, field) for each in found) for field in Found.__dataclass_fields__
        )
        print(f"{name:14}{row:8.2f} s{done:7.2f} s{budget:6} s{requests:10.0f}{size:8.1f}{task:11.0f} ms")


if __name__ == "__main__":
    main()
