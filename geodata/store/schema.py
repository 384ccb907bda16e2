"""The one schema of both stores.

A ``sites`` row holds a whole site: its parts are JSON columns, because a site is read and written whole, its version
belongs to the whole, and the read model loads all of them at once. The shapes of the JSON parts stand in
:mod:`geodata.store.fields`. PostGIS adds a generated ``geog geography(Point,4326)`` with an index to ``sites``
(migration ``0001``), which this program only reads.

``data_version`` of a row is the data version that last wrote it. A migration must follow every change here;
``alembic check`` is part of the tests.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, Date, Double, ForeignKey, Index, Integer, Table, Text

from geodata.store.types import Bytes, Json, Polygons, UtcDateTime

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: 64 bits on PostgreSQL; SQLite's own row id, which only a column declared INTEGER is.
Id = sa.BigInteger().with_variant(Integer(), "sqlite")


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


store_state = Table(
    "store_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("store_id", Text, nullable=False),
    Column("data_version", Id, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)

batches = Table(
    "batches",
    metadata,
    _id(),
    _text("kind"),
    _text("actor"),
    _text("source"),
    _text("file_name"),
    _text("file_sha256"),
    _text("note"),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("counts", Json, nullable=False),
    Column("data_version", Id),
    sqlite_autoincrement=True,
)

sites = Table(
    "sites",
    metadata,
    _id(),
    Column("code", Text, nullable=False, unique=True),
    _text("name"),
    _text("kind"),
    Column("labels", Json, nullable=False),
    Column("former_names", Json, nullable=False),
    Column("lon", Double),
    Column("lat", Double),
    _text("precision"),
    _text("position_note"),
    Column("given_lon", Double),
    Column("given_lat", Double),
    Column("given_datum", Text),
    Column("entrance_lon", Double),
    Column("entrance_lat", Double),
    _text("floor"),
    _text("directions"),
    _text("address"),
    Column("area", Text),
    _text("area_name"),
    Column("hours_osm", Text),
    _text("hours_text"),
    Column("closures", Json, nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
    _text("state"),
    Column("facilities", Json, nullable=False),
    Column("services", Json, nullable=False),
    Column("access", Json, nullable=False),
    Column("level", Text),
    _text("operator"),
    Column("operator_code", Text),
    _text("host"),
    Column("capacity", Integer),
    Column("area_m2", Double),
    _text("phone"),
    _text("website"),
    _text("note"),
    Column("awards", Json, nullable=False),
    Column("photos", Json, nullable=False),
    Column("verified_on", Date),
    _text("search"),
    Column("version", Integer, nullable=False),
    Column("data_version", Id, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    CheckConstraint("lon BETWEEN -180 AND 180", name="lon"),
    CheckConstraint("lat BETWEEN -90 AND 90", name="lat"),
    CheckConstraint("(lon IS NULL) = (lat IS NULL)", name="lon_with_lat"),
    CheckConstraint("(lon IS NULL) = (precision = 'none')", name="precision"),
    CheckConstraint("entrance_lon BETWEEN -180 AND 180", name="entrance_lon"),
    CheckConstraint("entrance_lat BETWEEN -90 AND 90", name="entrance_lat"),
    CheckConstraint("(entrance_lon IS NULL) = (entrance_lat IS NULL)", name="entrance_lon_with_lat"),
    CheckConstraint("version >= 1", name="version"),
    sqlite_autoincrement=True,
)
Index(None, sites.c.data_version)

site_sources = Table(
    "site_sources",
    metadata,
    Column("source", Text, primary_key=True),
    Column("source_key", Text, primary_key=True),
    Column("site_id", Id, ForeignKey("sites.id"), nullable=False),
    Column("last_seen", Date),
)
Index(None, site_sources.c.site_id)

site_aliases = Table(
    "site_aliases",
    metadata,
    Column("code", Text, primary_key=True),
    Column("site_id", Id, ForeignKey("sites.id"), nullable=False),
)
Index(None, site_aliases.c.site_id)

# No foreign keys here: one statement for each row of an import took more time than writing the row. Only the
# transaction that writes batch and sites writes this table, neither is ever deleted, and ``db check`` looks.
changes = Table(
    "changes",
    metadata,
    _id(),
    Column("batch_id", Id, nullable=False),
    Column("site_id", Id),
    _text("record"),
    _text("field"),
    Column("before", Json, nullable=False),
    Column("after", Json, nullable=False),
    sqlite_autoincrement=True,
)
Index(None, changes.c.batch_id)
Index(None, changes.c.site_id)

evidence = Table(
    "evidence",
    metadata,
    _id(),
    Column("site_id", Id, ForeignKey("sites.id"), nullable=False),
    _text("source"),
    _text("evidence_key"),
    _text("scheme"),
    Column("value", Double),
    Column("scale", Double),
    Column("count", Integer, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("level", Text),
    _text("name"),
    _text("note"),
    Column("batch_id", Id, ForeignKey("batches.id"), nullable=False),
    sa.UniqueConstraint("site_id", "source", "evidence_key"),
    sqlite_autoincrement=True,
)

reviews = Table(
    "reviews",
    metadata,
    _id(),
    _text("kind"),
    _text("state"),
    _text("source"),
    _text("source_key"),
    Column("site_id", Id, ForeignKey("sites.id"), nullable=False),
    Column("score", Double),
    Column("reasons", Json, nullable=False),
    Column("payload", Json, nullable=False),
    Column("batch_id", Id, ForeignKey("batches.id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime),
    _text("decided_by"),
    sa.UniqueConstraint("kind", "source", "source_key"),
    CheckConstraint("state IN ('open', 'accepted', 'rejected', 'gone')", name="state"),
    sqlite_autoincrement=True,
)
Index(None, reviews.c.state)

users = Table(
    "users",
    metadata,
    _id(),
    Column("name", Text, nullable=False, unique=True),
    _text("password_hash"),
    Column("epoch", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("password_changed_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
    sqlite_autoincrement=True,
)

reports = Table(
    "reports",
    metadata,
    _id(),
    Column("site_id", Id, ForeignKey("sites.id"), nullable=False),
    _text("kind"),
    _text("text"),
    Column("facility", Text),
    Column("value", Text),
    _text("hours"),
    Column("lon", Double),
    Column("lat", Double),
    _text("photo"),
    Column("nonce", Text, nullable=False, unique=True),
    _text("state"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    _text("closed_by"),
    _text("note"),
    CheckConstraint("kind IN ('closed', 'moved', 'supplies', 'hours', 'facility', 'other')", name="kind"),
    CheckConstraint("state IN ('open', 'applied', 'resolved', 'rejected')", name="state"),
    CheckConstraint("(lon IS NULL) = (lat IS NULL)", name="lon_with_lat"),
    sqlite_autoincrement=True,
)
Index(None, reports.c.state)
Index(None, reports.c.site_id)

indicators = Table(
    "indicators",
    metadata,
    Column("key", Text, primary_key=True),
    Column("site_id", Id, ForeignKey("sites.id")),
    Column("area", Text),
    _text("metric"),
    _text("name"),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("value", Double, nullable=False),
    _text("unit"),
    _text("source"),
    _text("note"),
    Column("data_version", Id, nullable=False),
    CheckConstraint("(site_id IS NULL) <> (area IS NULL)", name="subject"),
    CheckConstraint("first_day <= last_day", name="days"),
)
Index(None, indicators.c.site_id)

scores = Table(
    "scores",
    metadata,
    Column("site_id", Id, ForeignKey("sites.id"), primary_key=True, autoincrement=False),
    Column("score", Double, nullable=False),
    Column("stars", Integer),
    Column("count", Integer, nullable=False),
    Column("confidence", Double, nullable=False),
    CheckConstraint("score BETWEEN 0 AND 5", name="score"),
    CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
    CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"),
)

organisations = Table(
    "organisations",
    metadata,
    Column("code", Text, primary_key=True),
    _text("name"),
    _text("name_en"),
    Column("level", Text),
    Column("parent", Text),
    Column("area", Text),
    _text("phone"),
    _text("address"),
    _text("website"),
    _text("note"),
    _text("source"),
    Column("data_version", Id, nullable=False),
    Column("hours_osm", Text),
    _text("hours_text"),
)

areas = Table(
    "areas",
    metadata,
    Column("adcode", Text, primary_key=True),
    _text("name"),
    _text("name_en"),
    _text("level"),
    Column("parent", Text),
    Column("polygon", Polygons, nullable=False),
    _text("source"),
    Column("approximate", sa.Boolean, nullable=False),
    Column("data_version", Id, nullable=False),
)

blobs = Table(
    "blobs",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("data", Bytes, nullable=False),
)

street_networks = Table(
    "street_networks",
    metadata,
    Column("name", Text, primary_key=True),
    *(Column(side, Double, nullable=False) for side in ("west", "south", "east", "north")),
    Column("nodes", Integer, nullable=False),
    Column("edges", Integer, nullable=False),
    Column("length_km", Double, nullable=False),
    _text("source"),
    _text("file_name"),
    _text("file_sha256"),
    _text("blob"),
    Column("data_version", Id, nullable=False),
)

demand_layers = Table(
    "demand_layers",
    metadata,
    Column("name", Text, primary_key=True),
    _text("kind"),
    *(Column(side, Double, nullable=False) for side in ("west", "south", "east", "north")),
    Column("points", Integer, nullable=False),
    Column("weight", Double, nullable=False),
    Column("hours", Integer, nullable=False),
    _text("source"),
    _text("file_name"),
    _text("file_sha256"),
    _text("blob"),
    Column("data_version", Id, nullable=False),
    CheckConstraint("kind IN ('points', 'cells', 'trips')", name="kind"),
    CheckConstraint("hours IN (0, 24, 168)", name="hours"),
)

calendar_days = Table(
    "calendar_days",
    metadata,
    Column("day", Date, primary_key=True),
    _text("kind"),
    _text("name_zh"),
    _text("name_en"),
    _text("source"),
    Column("data_version", Id, nullable=False),
    CheckConstraint("kind IN ('holiday', 'workday')", name="kind"),
)

candidates = Table(
    "candidates",
    metadata,
    Column("code", Text, primary_key=True),
    _text("source"),
    _text("source_key"),
    _text("name"),
    Column("lon", Double, nullable=False),
    Column("lat", Double, nullable=False),
    _text("address"),
    _text("host"),
    Column("hours_osm", Text),
    _text("hours_text"),
    Column("cost", Double),
    Column("checks", Json, nullable=False),
    Column("area", Text),
    _text("note"),
    Column("data_version", Id, nullable=False),
    CheckConstraint("lon BETWEEN -180 AND 180", name="lon"),
    CheckConstraint("lat BETWEEN -90 AND 90", name="lat"),
    CheckConstraint("cost >= 0", name="cost"),
)

runs = Table(
    "runs",
    metadata,
    _id(),
    _text("name"),
    _text("scenario"),
    _text("actor"),
    Column("today", Date, nullable=False),
    Column("repeats", Id, ForeignKey("runs.id")),
    _text("state"),
    Column("cancel", sa.Boolean, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("claimed_by", Text),
    Column("heartbeat_at", UtcDateTime),
    Column("delivered_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("progress", Json, nullable=False),
    Column("inputs", Json, nullable=False),
    Column("error", Json, nullable=False),
    Column("result", Text),
    CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="state"),
    sqlite_autoincrement=True,
)
Index(None, runs.c.state)
