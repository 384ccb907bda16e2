"""Published figures of places and areas."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Lead to revision ``0008``."""
    op.create_table(
        "indicators",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("site_id", Id),
        sa.Column("area", sa.Text()),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("data_version", Id, nullable=False),
        sa.CheckConstraint("(site_id IS NULL) <> (area IS NULL)", name=op.f("ck_indicators_subject")),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_indicators_days")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_indicators_site_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_indicators")),
    )
    op.create_index(op.f("ix_indicators_site_id"), "indicators", ["site_id"])
