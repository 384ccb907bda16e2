"""The schema's migrations (Alembic); they travel inside the package."""
