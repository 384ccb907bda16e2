"""Candidates for stations, and runs of planning."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from geodata.store.types import Json, UtcDateTime

revision = "0005"
down_revision = "0004"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def upgrade() -> None:
    """Lead to revision ``0005``."""
    op.create_table(
        "candidates",
        *_texts("code", "source", "source_key", "name"),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        *_texts("address", "host"),
        sa.Column("hours_osm", sa.Text()),
        *_texts("hours_text"),
        sa.Column("cost", sa.Double()),
        sa.Column("checks", Json, nullable=False),
        sa.Column("area", sa.Text()),
        *_texts("note"),
        sa.Column("data_version", Id, nullable=False),
        sa.CheckConstraint("lon BETWEEN -180 AND 180", name=op.f("ck_candidates_lon")),
        sa.CheckConstraint("lat BETWEEN -90 AND 90", name=op.f("ck_candidates_lat")),
        sa.CheckConstraint("cost >= 0", name=op.f("ck_candidates_cost")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_candidates")),
    )
    op.create_table(
        "runs",
        sa.Column("id", Id, nullable=False),
        *_texts("name", "scenario", "actor"),
        sa.Column("today", sa.Date(), nullable=False),
        sa.Column("repeats", Id),
        *_texts("state"),
        sa.Column("cancel", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.Text()),
        sa.Column("heartbeat_at", UtcDateTime),
        sa.Column("delivered_at", UtcDateTime),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("started_at", UtcDateTime),
        sa.Column("finished_at", UtcDateTime),
        sa.Column("progress", Json, nullable=False),
        sa.Column("inputs", Json, nullable=False),
        sa.Column("error", Json, nullable=False),
        sa.Column("result", sa.Text()),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name=op.f("ck_runs_state")),
        sa.ForeignKeyConstraint(["repeats"], ["runs.id"], name=op.f("fk_runs_repeats")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_runs_state"), "runs", ["state"])
