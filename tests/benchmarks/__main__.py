"""All benchmarks, beside the budgets of the design: ``python -m tests.benchmarks`` (``make bench``).

Prints what it finds and writes it to ``build/bench.json``. ``--table`` instead puts the table of the last run into both
READMEs. Ratios come from one run; no number is asserted.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from geodata.store import copy_store, open_store
from tests.benchmarks import importing, machine, serving, tipg_peer
from tests.benchmarks.tables import rows, write_tables
from tests.postgres import PostgisServer

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "build" / "bench.json"
#: Benchmarks that are programs of their own; what they print is kept as it is.
OTHERS = ("ratings", "matching", "siting", "planning", "pages", "phone")


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--sites", type=int, default=200_000, help="how many sites (default: 200000)")
    parser.add_argument("--seconds", type=float, default=8, help="length of one round of requests (default: 8)")
    parser.add_argument("--skip-others", action="store_true", help="leave out: " + ", ".join(OTHERS))
    parser.add_argument("--table", action="store_true", help="write the last run's table into the READMEs")
    given = parser.parse_args()
    if given.table:
        write_tables(ROOT, json.loads(RESULTS.read_text(encoding="utf-8")))
        return
    found: dict[str, Any] = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine.described()}
    measure(found, given.sites, given.seconds)
    if not given.skip_others:
        found["others"] = {name: printed(name) for name in OTHERS if (Path(__file__).parent / f"{name}.py").exists()}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    tell(json.dumps(found["machine"], ensure_ascii=False))
    for row in rows(found):
        tell(f"{row.en:74} {row.value_en:>44}   {row.budget_en}")
    for name, text in found.get("others", {}).items():
        tell(f"\n{name}\n{text}")
    tell(f"all numbers: {RESULTS}")


def measure(found: dict[str, Any], sites: int, seconds: float) -> None:
    """Fill both stores and measure the product on them."""
    with tempfile.TemporaryDirectory() as folder:
        places = Path(folder) / "places.csv"
        note("writing a list of the places")
        importing.write_list(places, sites)
        sqlite = f"sqlite:///{folder}/bench.db"
        server = PostgisServer()
        try:
            server.start()
            postgis = server.create_database()
            for url in (postgis, sqlite):
                store = open_store(url)
                store.upgrade()
                store.dispose()
            note("importing into PostGIS")
            found["import"] = importing.measure(server, postgis, places)
            note("copying from PostGIS into SQLite")
            begun = time.perf_counter()
            copy(postgis, sqlite)
            found["db_copy_s"] = time.perf_counter() - begun
            for name, url in (("postgis", postgis), ("sqlite", sqlite)):
                note(f"reading from {name}")
                found[name] = json.loads(run("tests.benchmarks.reading", url))
            note("asking over HTTP")
            found["http"] = serving.measure(postgis, seconds)
            found["tipg"] = tipg_peer.measure(postgis, seconds)
            note("moving the map in the browser")
            found["panning"] = json.loads(run("tests.benchmarks.panning", sqlite))
        finally:
            server.remove()


def copy(source: str, target: str) -> None:
    """Copy a store as ``stationmap db copy`` does."""
    stores = open_store(source), open_store(target)
    try:
        copy_store(*stores)
    finally:
        for store in stores:
            store.dispose()


def printed(name: str) -> str:
    """What another benchmark prints; its failure is told, and stops nothing."""
    note(name)
    try:
        return run(f"tests.benchmarks.{name}")
    except subprocess.CalledProcessError as error:
        return f"failed with exit code {error.returncode}"


def run(module: str, *arguments: str) -> str:
    """Run a module in a process that has loaded nothing else; return what it prints."""
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout


def note(text: str) -> None:
    """Say what is being done, to whom it may bore."""
    print(f"… {text}", file=sys.stderr, flush=True)


def tell(text: str) -> None:
    """Print a result."""
    print(text, flush=True)


if __name__ == "__main__":
    main()
