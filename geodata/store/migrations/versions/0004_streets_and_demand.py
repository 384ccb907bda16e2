"""Networks of streets and layers of demand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from geodata.store.types import Bytes

revision = "0004"
down_revision = "0003"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Lead to revision ``0004``."""
    op.create_table(
        "blobs",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("data", Bytes(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "part", name=op.f("pk_blobs")),
    )
    op.create_table(
        "street_networks",
        sa.Column("name", sa.Text(), nullable=False),
        *(sa.Column(side, sa.Double(), nullable=False) for side in ("west", "south", "east", "north")),
        sa.Column("nodes", sa.Integer(), nullable=False),
        sa.Column("edges", sa.Integer(), nullable=False),
        sa.Column("length_km", sa.Double(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.Text(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("data_version", Id, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_street_networks")),
    )
    op.create_table(
        "demand_layers",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        *(sa.Column(side, sa.Double(), nullable=False) for side in ("west", "south", "east", "north")),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.Text(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("data_version", Id, nullable=False),
        sa.CheckConstraint("kind IN ('points', 'cells', 'trips')", name=op.f("ck_demand_layers_kind")),
        sa.CheckConstraint("hours IN (0, 24, 168)", name=op.f("ck_demand_layers_hours")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_demand_layers")),
    )
