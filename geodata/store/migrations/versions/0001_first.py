"""The first schema: sites with their sources, history, ratings, areas, calendar and organisations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from geodata.store.types import Json, Polygons, UtcDateTime

revision = "0001"
down_revision = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Lead to revision ``0001``."""
    op.create_table(
        "areas",
        sa.Column("adcode", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text()),
        sa.Column("polygon", Polygons(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("approximate", sa.Boolean(), nullable=False),
        sa.Column("data_version", Id, nullable=False),
        sa.PrimaryKeyConstraint("adcode", name=op.f("pk_areas")),
    )
    op.create_table(
        "batches",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("finished_at", UtcDateTime),
        sa.Column("counts", Json, nullable=False),
        sa.Column("data_version", Id),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "calendar_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("data_version", Id, nullable=False),
        sa.CheckConstraint("kind IN ('holiday', 'workday')", name=op.f("ck_calendar_days_kind")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_days")),
    )
    op.create_table(
        "organisations",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("level", sa.Text()),
        sa.Column("parent", sa.Text()),
        sa.Column("area", sa.Text()),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("website", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("data_version", Id, nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_organisations")),
    )
    op.create_table(
        "sites",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("labels", Json, nullable=False),
        sa.Column("former_names", Json, nullable=False),
        sa.Column("lon", sa.Double()),
        sa.Column("lat", sa.Double()),
        sa.Column("precision", sa.Text(), nullable=False),
        sa.Column("position_note", sa.Text(), nullable=False),
        sa.Column("given_lon", sa.Double()),
        sa.Column("given_lat", sa.Double()),
        sa.Column("given_datum", sa.Text()),
        sa.Column("entrance_lon", sa.Double()),
        sa.Column("entrance_lat", sa.Double()),
        sa.Column("floor", sa.Text(), nullable=False),
        sa.Column("directions", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("area", sa.Text()),
        sa.Column("area_name", sa.Text(), nullable=False),
        sa.Column("hours_osm", sa.Text()),
        sa.Column("hours_text", sa.Text(), nullable=False),
        sa.Column("closures", Json, nullable=False),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_to", sa.Date()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("facilities", Json, nullable=False),
        sa.Column("services", Json, nullable=False),
        sa.Column("access", Json, nullable=False),
        sa.Column("level", sa.Text()),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("operator_code", sa.Text()),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Integer()),
        sa.Column("area_m2", sa.Double()),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("website", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("awards", Json, nullable=False),
        sa.Column("photos", Json, nullable=False),
        sa.Column("verified_on", sa.Date()),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data_version", Id, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.CheckConstraint("(lon IS NULL) = (precision = 'none')", name=op.f("ck_sites_precision")),
        sa.CheckConstraint(
            "(entrance_lon IS NULL) = (entrance_lat IS NULL)", name=op.f("ck_sites_entrance_lon_with_lat")
        ),
        sa.CheckConstraint("(lon IS NULL) = (lat IS NULL)", name=op.f("ck_sites_lon_with_lat")),
        sa.CheckConstraint("entrance_lat BETWEEN -90 AND 90", name=op.f("ck_sites_entrance_lat")),
        sa.CheckConstraint("entrance_lon BETWEEN -180 AND 180", name=op.f("ck_sites_entrance_lon")),
        sa.CheckConstraint("lat BETWEEN -90 AND 90", name=op.f("ck_sites_lat")),
        sa.CheckConstraint("lon BETWEEN -180 AND 180", name=op.f("ck_sites_lon")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_sites_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sites")),
        sa.UniqueConstraint("code", name=op.f("uq_sites_code")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_sites_data_version"), "sites", ["data_version"])
    op.create_table(
        "store_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("data_version", Id, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_store_state_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store_state")),
    )
    op.create_table(
        "changes",
        sa.Column("id", Id, nullable=False),
        sa.Column("batch_id", Id, nullable=False),
        sa.Column("site_id", Id),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("before", Json, nullable=False),
        sa.Column("after", Json, nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_changes_batch_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_changes_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_changes_batch_id"), "changes", ["batch_id"])
    op.create_index(op.f("ix_changes_site_id"), "changes", ["site_id"])
    op.create_table(
        "evidence",
        sa.Column("id", Id, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("evidence_key", sa.Text(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("value", sa.Double()),
        sa.Column("scale", sa.Double()),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("level", sa.Text()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("batch_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_evidence_batch_id")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_evidence_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("site_id", "source", "evidence_key", name=op.f("uq_evidence_site_id_source_evidence_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "scores",
        sa.Column("site_id", Id, autoincrement=False, nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("stars", sa.Integer()),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_scores_confidence")),
        sa.CheckConstraint("score BETWEEN 0 AND 5", name=op.f("ck_scores_score")),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name=op.f("ck_scores_stars")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_scores_site_id")),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_scores")),
    )
    op.create_table(
        "site_aliases",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_site_aliases_site_id")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_site_aliases")),
    )
    op.create_index(op.f("ix_site_aliases_site_id"), "site_aliases", ["site_id"])
    op.create_table(
        "site_sources",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("last_seen", sa.Date()),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_site_sources_site_id")),
        sa.PrimaryKeyConstraint("source", "source_key", name=op.f("pk_site_sources")),
    )
    op.create_index(op.f("ix_site_sources_site_id"), "site_sources", ["site_id"])

    if op.get_bind().dialect.name == "postgresql":
        _add_geography()


def _add_geography() -> None:
    """Give PostGIS the position as a geography with an index; without its own index a cast is a sequential scan."""
    op.execute(
        "ALTER TABLE sites ADD COLUMN geog geography(Point,4326)"
        " GENERATED ALWAYS AS (ST_SetSRID(ST_MakePoint(lon, lat), 4326)::geography) STORED"
    )
    op.execute("CREATE INDEX ix_sites_geog ON sites USING gist (geog)")
