"""The index alone, in process: how long it takes to make, to start from a file and to follow an edit; its answers."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from geodata.index import SiteIndex, SiteQuery
from geodata.index.snapshot import read_snapshot, write_snapshot
from geodata.store import BatchInfo, SiteUpdate, Store, open_store
from geodata.vocabulary import load_vocabulary
from tests.benchmarks import machine, peers
from tests.benchmarks.national import CITIES, SEED
from tests.benchmarks.peers import timed_ms

TZ = ZoneInfo("Asia/Shanghai")
NEARBY_FACILITY, NEARBY_KIND = "drinking_water", "rest_station"
#: Rows of an import that running workers take in.
IMPORTED = 10_000
CHINA = (73.0, 18.0, 135.0, 54.0)
#: What people type: beginnings and pieces of names, pinyin, initials, one character, one wrong.
TYPED = ("人", "人民", "中山路", "中国银行", "社区服务", "zhongshan", "zgyh", "jianshe", "加油站", "驿站", "建设银航")


def points(count: int) -> list[tuple[float, float]]:
    """Places where people ask: around the large cities, by their weight; longitude and latitude."""
    rng = random.Random(SEED)
    cities = rng.choices(list(CITIES.values()), [weight for _, _, weight in CITIES.values()], k=count)
    return [(lon + rng.gauss(0, 0.12), lat + rng.gauss(0, 0.09)) for lon, lat, _ in cities]


def measure(url: str) -> dict[str, object]:
    """All measurements on one store; writes one edit into it."""
    store = open_store(url)
    vocabulary = load_vocabulary(None)
    try:
        before = machine.resident_mb()
        begun = time.perf_counter()
        index = SiteIndex.load(store, vocabulary=vocabulary, tz=TZ)
        index.prepare(datetime.now(UTC))
        built = time.perf_counter() - begun
        found: dict[str, object] = {
            "sites": index.size,
            "build_s": built,
            "worker_mb": machine.resident_mb() - before,
            "memory_mb": {part: round(size / 1e6, 1) for part, size in index.memory().items()},
        }
        found["snapshot"] = _snapshot(index)
        found["edit_s"] = _edit(store, index)
        found["refresh"] = _refresh(store, index, built)
        found |= _answers(index)
        found["peers"] = peers.measure(index, points(1000))
        return found
    finally:
        store.dispose()


def _snapshot(index: SiteIndex) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        begun = time.perf_counter()
        write_snapshot(index, path, lineage="bench")
        written = time.perf_counter() - begun
        code = f"from tests.benchmarks.reading import started; started({str(path)!r})"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        return {"write_s": written, "file_mb": path.stat().st_size / 1e6, **json.loads(done.stdout)}


def started(path: str) -> None:
    """Start from a snapshot in a process that has nothing, and print how that went."""
    vocabulary = load_vocabulary(None)
    before = machine.resident_mb()
    begun = time.perf_counter()
    restored = read_snapshot(Path(path), vocabulary=vocabulary, tz=TZ)
    if restored is None:
        raise RuntimeError(f"no snapshot at {path}")
    restored.index.prepare(datetime.now(UTC))
    taken = time.perf_counter() - begun
    print(json.dumps({"start_s": taken, "worker_mb": machine.resident_mb() - before}))


def _edit(store: Store, index: SiteIndex) -> float:
    """Seconds from the commit of an edit to an index that has it."""
    stored = next(store.sites(codes=[json.loads(index.features(_nearby(index, *points(1)[0]))[0])["id"]]))
    with store.write(BatchInfo(kind="edit", actor="bench")) as writer:
        writer.update([SiteUpdate(stored, replace(stored.site, note=f"edited {time.time()}"))])
    begun = time.perf_counter()
    following = index.refreshed(store)
    following.prepare(datetime.now(UTC))
    taken = time.perf_counter() - begun
    if following.version == index.version:
        raise RuntimeError("the edit was not seen")
    return taken


def _refresh(store: Store, index: SiteIndex, built: float) -> dict[str, float]:
    """Seconds from the commit of an import of many rows to an index that has them, and beside a build."""
    stored = list(islice(store.sites(), IMPORTED))
    with store.write(BatchInfo(kind="edit", actor="bench")) as writer:
        writer.update([SiteUpdate(site, replace(site.site, note=f"imported {time.time()}")) for site in stored])
    begun, used = time.perf_counter(), time.process_time()
    following = index.refreshed(store)
    following.prepare(datetime.now(UTC))
    taken, used = time.perf_counter() - begun, time.process_time() - used
    if following.version == index.version:
        raise RuntimeError("the import was not seen")
    return {"rows": len(stored), "seconds": taken, "cpu_s": used, "of_build": taken / built}


def _nearby(index: SiteIndex, lon: float, lat: float) -> object:
    query = SiteQuery(kinds=frozenset({NEARBY_KIND}), facilities=((NEARBY_FACILITY, False),))
    return index.nearby(lon, lat, query, radius_m=20_000, limit=20, now=datetime.now(UTC))


def _answers(index: SiteIndex) -> dict[str, object]:
    asked = points(2000)
    found: dict[str, object] = {
        "nearby": timed_ms([lambda lon=lon, lat=lat: index.features(_nearby(index, lon, lat)) for lon, lat in asked]),
        "suggest": timed_ms(
            [
                lambda text=text, near=near: index.suggest(text, limit=10, near=near, now=datetime.now(UTC))
                for near in (None, *asked[:40])
                for text in TYPED
            ]
        ),
    }
    filters = (SiteQuery(), SiteQuery(kinds=frozenset({NEARBY_KIND}), facilities=((NEARBY_FACILITY, False),)))
    found["clusters"] = timed_ms(
        [
            lambda query=query, zoom=zoom: index.cluster_features(
                index.clusters(query, bbox=CHINA, zoom=zoom, now=datetime.now(UTC))
            )
            for _ in range(20)
            for zoom in range(3, 19)
            for query in filters
        ]
    )
    return found


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1])))
