"""A store with many places over all of China."""

from __future__ import annotations

from geodata.sites import SourceRef
from geodata.store import BatchInfo, NewSite, Store
from tests.benchmarks.national import sites


def fill_crowd(store: Store, n: int) -> None:
    """Bring ``n`` generated sites into an upgraded store; they are not spelt out in pinyin, which would take long."""
    with store.write(BatchInfo(kind="sites", actor="test")) as writer:
        writer.add([NewSite(site, (SourceRef("crowd", str(i)),), "") for i, site in enumerate(sites(n))])
