"""The history without foreign keys: checking each of its rows took a large part of the time of an import."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Lead to revision ``0009``."""
    with op.batch_alter_table("changes", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.drop_constraint("fk_changes_batch_id", type_="foreignkey")
        batch.drop_constraint("fk_changes_site_id", type_="foreignkey")
