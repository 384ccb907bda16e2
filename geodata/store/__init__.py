"""The store of sites: PostGIS as the system of record, SQLite embedded, one schema for both."""

from __future__ import annotations

from geodata.store.copying import copy_store
from geodata.store.records import (
    Batch,
    BatchChange,
    BatchInfo,
    Change,
    Limits,
    NewSite,
    SiteRow,
    SiteRows,
    SiteUpdate,
    StoreState,
)
from geodata.store.reverting import Left, Reverted, revert_batch
from geodata.store.store import Store, open_store
from geodata.store.writer import Writer

__all__ = [
    "Batch",
    "BatchChange",
    "BatchInfo",
    "Change",
    "Left",
    "Limits",
    "NewSite",
    "Reverted",
    "SiteRow",
    "SiteRows",
    "SiteUpdate",
    "Store",
    "StoreState",
    "Writer",
    "copy_store",
    "open_store",
    "revert_batch",
]
