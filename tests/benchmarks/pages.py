"""The pages that people open: how fast a worker makes them beside an empty view, and what they weigh on the way.

Run as ``python -m tests.benchmarks.pages``. A page that was asked for lately comes as ready bytes; more different pages
than a worker keeps are made anew each time. Weights are those of a first visit, as a browser asks for them.
"""

from __future__ import annotations

import argparse
import random
import re
import tempfile

from geodata.sites import SourceRef
from geodata.store import BatchInfo, NewSite, open_store
from geodata.text import search_text
from tests.benchmarks.national import SEED, sites
from tests.benchmarks.server import EMPTY
from tests.benchmarks.serving import fetch, served, watched
from webmap import close_app, create_app
from webmap.compression import gzipped
from webmap.settings import Settings

#: Of so many pages each is still kept when it comes up again; of so many none is.
KEPT, TOO_MANY = 100, 4000


def fill(url: str, count: int) -> list[str]:
    """Bring sites as in all of China into a new store; return the codes."""
    store = open_store(url)
    store.upgrade()
    with store.write(BatchInfo(kind="sites", actor="bench")) as writer:
        items = [
            NewSite(site, (SourceRef("national", str(number)),), search_text(site.name, site.labels))
            for number, site in enumerate(sites(count))
        ]
        codes = writer.add(items)
    store.dispose()
    return list(codes)


def speeds(url: str, codes: list[str], seconds: float) -> None:
    """Print requests per second and processor time of pages beside those of the empty view."""
    chosen = random.Random(SEED).sample(codes, min(TOO_MANY, len(codes)))
    questions = {
        "empty view": [EMPTY],
        "/": ["/"],
        "/embed": ["/embed"],
        "/s/CODE, kept": [f"/s/{code}" for code in chosen[:KEPT]],
        "/s/CODE, made": [f"/s/{code}" for code in chosen],
        "/list": ["/list"],
        "/stats": ["/stats"],
    }
    with served(url) as (port, pid):
        first = ("/", "/embed", "/list", "/stats", *questions["/s/CODE, kept"])
        for path in first * 4:
            fetch(port, path)  # so that both workers have made all of them once, and compiled the templates
        found = {name: watched(pid, port, paths, seconds) for name, paths in questions.items()}
    plain = found["empty view"]
    print(f"{'':16}{'requests/s':>12}{'of empty':>10}{'cpu ms':>9}{'of empty':>10}{'p99 ms':>9}")
    for name, one in found.items():
        share, cost = one["requests_s"] / plain["requests_s"], one["cpu_ms"] / plain["cpu_ms"]
        print(f"{name:16}{one['requests_s']:12.0f}{share:10.1%}{one['cpu_ms']:9.3f}{cost:9.1f}x{one['p99_ms']:9.1f}")


def weights(url: str, code: str) -> None:
    """Print the bytes of pages, and of the scripts and styles that come with them, as they are sent."""
    app = create_app(Settings.load(env_file=None, database_url=url))
    app.extensions["stationmap"].read_model.refresh()
    client = app.test_client()
    print(f"\n{'':22}{'page':>10}{'with files':>12}   compressed bytes")
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    for path in ("/", f"/s/{code}", f"/s/{code}/print", "/list", "/embed"):
        if path == "/embed" and path not in rules:
            continue
        page = client.get(path)
        own = len(gzipped(page.data))
        files = {address.partition("#")[0] for address in re.findall(r'"(/assets/[^"]+)"', page.text)}
        sent = [client.get(address, headers={"Accept-Encoding": "br, gzip"}) for address in files]
        print(f"{path.replace(code, 'CODE'):22}{own:10}{own + sum(len(answer.data) for answer in sent):12}")
    close_app(app)


def main() -> None:
    """Measure on a store of its own."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.pages", description=__doc__)
    parser.add_argument("--sites", type=int, default=20_000, help="how many sites (default: 20000)")
    parser.add_argument("--seconds", type=float, default=5, help="length of each round (default: 5)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/pages.db"
        codes = fill(url, given.sites)
        speeds(url, codes, given.seconds)
        weights(url, codes[0])


if __name__ == "__main__":
    main()
