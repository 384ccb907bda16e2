"""How soon a courier with an old phone and a weak network can use the list, on the first visit and on the second.

Chromium on a phone's screen with a processor four times slower and a network of 400 kbit/s and 400 ms, the position
allowed before; the second visit comes after the service worker has taken the page along. Times are from the start of
the visit to the first row with its button to go there, and to the list sorted by distance. Of the latter it is told how
long the page waited (its network is emulated and holds on any machine), worked (processor time, four times what it
takes here) and stood still because other programs had the processor: on a machine with nothing else to do that is
little, and the first two are what a phone would take. Run as ``python -m tests.benchmarks.phone``.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from geodata.sites import Position
from tests.benchmarks.national import sites
from tests.benchmarks.pages import fill
from tests.benchmarks.serving import served
from tests.browser.serving import CHROMIUM, FLAGS, PHONE

SLOWER, BYTES_S, LATENCY_MS = 4, 400_000 / 8, 400
BUDGETS_S = {"first visit": 5, "second visit": 1}
#: No tile server is asked, nor anything else outside this machine.
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
#: Looks only when something changed, so that nothing else works in the page, and says when the list is sorted. It adds
#: up how far things jump after the first row, too, and keeps the longest task: during it the page answers to no touch.
WATCH = """window.seen = { longest: 0, jumps: 0 };
const watch = (type, act) => new PerformanceObserver((list) => list.getEntries().forEach(act)).observe({ type, buffered: true });
watch("longtask", ({ duration }) => { seen.longest = Math.max(seen.longest, duration); });
watch("layout-shift", ({ value, startTime }) => { if (startTime > (seen.row ?? Infinity)) seen.jumps += value; });
new MutationObserver((_, observer) => {
  const row = document.querySelector("#results .row-go");
  const sorted = row && document.querySelector("#results:not([aria-busy]) .distance");
  if (sorted) observer.disconnect();
  if (row) requestAnimationFrame(() => {
    seen.row ??= performance.now();
    if (sorted) seen.sorted ??= performance.now();
    if (sorted) console.info("sorted");
  });
}).observe(document, { subtree: true, childList: true, attributeFilter: ["aria-busy"] });"""  # noqa: E501
ANSWERED = "() => document.querySelector('#results .row') && !document.querySelector('#status .aged')"
LOADED = """() => performance.getEntriesByType("resource").map(({ name, startTime, responseEnd, transferSize }) =>
  ({ name: new URL(name).pathname, from: startTime, to: responseEnd, bytes: transferSize }))"""
#: Page and places are kept for the second visit.
TAKEN = """() => Promise.all([caches.keys(), caches.match("/places-taken-along"), navigator.serviceWorker.ready])
  .then(([names, places, { active }]) => names.length > 1 && places && active.state === "activated")"""


@dataclass(frozen=True, slots=True)
class Found:
    """One visit: seconds to the first row and to the sorted list, and what went into them; requests and kilobytes.

    Beside these the longest task, and how far things jumped (the share of the window, as browsers count it).
    """

    row_s: float
    sorted_s: float
    waiting_s: float
    working_s: float
    standing_s: float
    requests: int
    kilobytes: float
    longest_ms: float
    jumps: float


def visit(context: BrowserContext, address: str, *, tell: bool = False) -> tuple[Found, Page]:
    """Open the page as on a slow phone."""
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Performance.enable")
    processor = context.new_cdp_session(page)
    processor.send("Performance.enable", {"timeDomain": "threadTicks"})
    devtools.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": LATENCY_MS, "downloadThroughput": BYTES_S, "uploadThroughput": BYTES_S},
    )
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    with page.expect_console_message(lambda message: message.text == "sorted", timeout=120_000):
        page.goto(address, wait_until="commit")
    spent, worked = (
        {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
        for session in (devtools, processor)
    )
    page.wait_for_function(ANSWERED, timeout=120_000)
    seen = page.evaluate("() => seen")
    loaded = [entry for entry in page.evaluate(LOADED) if entry["from"] < seen["sorted"]]
    if tell:
        for entry in loaded:
            print(f"{entry['from']:8.0f} to {entry['to']:6.0f} ms {entry['bytes']:8} bytes  {entry['name']}")
        names = ("ScriptDuration", "RecalcStyleDuration", "LayoutDuration", "TaskDuration")
        print("        " + ", ".join(f"{name} {1000 * worked[name]:.0f} ms" for name in names))
    found = Found(
        row_s=seen["row"] / 1000,
        sorted_s=seen["sorted"] / 1000,
        waiting_s=max(0, seen["sorted"] / 1000 - spent["TaskDuration"]),
        working_s=worked["TaskDuration"],
        standing_s=spent["TaskDuration"] - worked["TaskDuration"],
        requests=len(loaded) + 1,
        kilobytes=sum(entry["bytes"] for entry in loaded) / 1000,
        longest_ms=seen["longest"],
        jumps=seen["jumps"],
    )
    return found, page


def downtown(count: int) -> Position:
    """Return a place in a city where the list is full."""
    return next(site.position for site in sites(count) if site.area and site.position)


def both(browser: Browser, address: str, where: Position, *, tell: bool = False) -> dict[str, Found]:
    """Visit the page twice with the storage of one person."""
    context = browser.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]},
        is_mobile=True,
        has_touch=True,
        locale="zh-CN",
        geolocation={"latitude": where.lat, "longitude": where.lon, "accuracy": 15},
        permissions=["geolocation"],
    )
    context.add_init_script(WATCH)
    first, page = visit(context, address, tell=tell)
    while not page.evaluate(TAKEN):
        page.wait_for_timeout(500)
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
            rounds = []
            for number in range(given.rounds):
                load, _, _ = os.getloadavg()
                rounds.append(both(browser, f"http://127.0.0.1:{port}/", downtown(given.sites), tell=given.tell))
                times = ", ".join(f"{name} {one.sorted_s:.2f} s" for name, one in rounds[-1].items())
                print(f"round {number + 1}, load {load:.1f} on {os.cpu_count()} processors: {times}", flush=True)
        browser.close()
    print(
        f"\n{'medians':14}{'first row':>10}{'sorted':>9}{'budget':>8}{'waiting':>10}{'working':>10}{'standing':>10}",
        end="",
    )
    print(f"{'requests':>10}{'kB':>7}{'longest task':>14}{'jumps':>7}")
    for name, budget in BUDGETS_S.items():
        one = Found(*(statistics.median(getattr(each[name], field) for each in rounds) for field in Found.__slots__))
        print(f"{name:14}{one.row_s:8.2f} s{one.sorted_s:7.2f} s{budget:6} s", end="")
        print(f"{one.waiting_s:8.2f} s{one.working_s:8.2f} s{one.standing_s:8.2f} s", end="")
        print(f"{one.requests:10.0f}{one.kilobytes:7.1f}{one.longest_ms:11.0f} ms{one.jumps:7.3f}")


if __name__ == "__main__":
    main()
