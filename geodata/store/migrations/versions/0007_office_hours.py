"""Opening hours of the offices of organisations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Lead to revision ``0007``."""
    op.add_column("organisations", sa.Column("hours_osm", sa.Text()))
    op.add_column("organisations", sa.Column("hours_text", sa.Text(), nullable=False, server_default=""))
    # The default was for the rows that are there; SQLite drops one only by making the table anew.
    with op.batch_alter_table("organisations") as batch:
        batch.alter_column("hours_text", server_default=None)
