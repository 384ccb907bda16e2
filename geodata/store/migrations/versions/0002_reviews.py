"""The list of what a person has to decide."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from geodata.store.types import Json, UtcDateTime

revision = "0002"
down_revision = "0001"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Lead to revision ``0002``."""
    op.create_table(
        "reviews",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("score", sa.Double()),
        sa.Column("reasons", Json, nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("batch_id", Id, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("decided_at", UtcDateTime),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'accepted', 'rejected', 'gone')", name=op.f("ck_reviews_state")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_reviews_site_id")),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_reviews_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
        sa.UniqueConstraint("kind", "source", "source_key", name=op.f("uq_reviews_kind_source_source_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_reviews_state"), "reviews", ["state"])
