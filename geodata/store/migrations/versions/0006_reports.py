"""What people report about places."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from geodata.store.types import UtcDateTime

revision = "0006"
down_revision = "0005"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Lead to revision ``0006``."""
    op.create_table(
        "reports",
        sa.Column("id", Id, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("facility", sa.Text()),
        sa.Column("value", sa.Text()),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("lon", sa.Double()),
        sa.Column("lat", sa.Double()),
        sa.Column("photo", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("closed_at", UtcDateTime),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('closed', 'moved', 'supplies', 'hours', 'facility', 'other')", name=op.f("ck_reports_kind")
        ),
        sa.CheckConstraint("state IN ('open', 'applied', 'resolved', 'rejected')", name=op.f("ck_reports_state")),
        sa.CheckConstraint("(lon IS NULL) = (lat IS NULL)", name=op.f("ck_reports_lon_with_lat")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_reports_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("nonce", name=op.f("uq_reports_nonce")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_reports_state"), "reports", ["state"])
    op.create_index(op.f("ix_reports_site_id"), "reports", ["site_id"])
