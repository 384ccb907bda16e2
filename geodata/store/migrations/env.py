"""Alembic's environment: runs on the connection, and inside the transaction, that the store hands over."""

from __future__ import annotations

from alembic import context

from geodata.store.migrating import OPTIONS
from geodata.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, **OPTIONS)
with context.begin_transaction():
    context.run_migrations()
