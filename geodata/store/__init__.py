"""The store of sites: PostGIS as the system of record, SQLite embedded, one schema for both."""

from __future__ import annotations

from geodata.store.accounts import User
from geodata.store.copying import copy_store
from geodata.store.layers import DemandInfo, StreetsInfo
from geodata.store.merging import merge_sites
from geodata.store.ready import SiteEncoder
from geodata.store.records import (
    Batch,
    BatchChange,
    BatchInfo,
    Change,
    Limits,
    NewReview,
    NewSite,
    ReadySite,
    Review,
    SiteColumns,
    SiteOutline,
    SiteRow,
    SiteRows,
    SiteUpdate,
    StoreState,
)
from geodata.store.reporting import NewReport, Report
from geodata.store.reverting import Left, Reverted, revert_batch
from geodata.store.store import Store, open_store
from geodata.store.writer import Writer

__all__ = [
    "Batch",
    "BatchChange",
    "BatchInfo",
    "Change",
    "DemandInfo",
    "Left",
    "Limits",
    "NewReport",
    "NewReview",
    "NewSite",
    "ReadySite",
    "Report",
    "Reverted",
    "Review",
    "SiteColumns",
    "SiteEncoder",
    "SiteOutline",
    "SiteRow",
    "SiteRows",
    "SiteUpdate",
    "Store",
    "StoreState",
    "StreetsInfo",
    "User",
    "Writer",
    "copy_store",
    "merge_sites",
    "open_store",
    "revert_batch",
]
