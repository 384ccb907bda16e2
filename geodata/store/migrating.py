"""Bringing a store's schema to this program's revision, and finding out which one it has."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from geodata.errors import StoreSchemaError
from geodata.store.backend import Backend
from geodata.store.postgis import has_postgis
from geodata.store.sqlite import VERSION_TABLE

if TYPE_CHECKING:  # loaded by those who look at the schema: it takes as long as all of SQLAlchemy's core
    from alembic.config import Config
    from alembic.script import ScriptDirectory


def include_object(item: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    """Return whether Alembic compares an object of the database with the schema.

    Left out are PostGIS's own tables and the generated position column with its index, which the schema, being the
    same for both stores, does not name.
    """
    if not reflected or compare_to is not None:
        return True
    return not (
        (kind == "table" and name == "spatial_ref_sys")
        or (kind == "column" and name == "geog")
        or (kind == "index" and name == "ix_sites_geog")
    )


OPTIONS: dict[str, Any] = {
    "version_table": VERSION_TABLE,
    "include_object": include_object,
    "compare_type": True,
    "compare_server_default": True,
    "render_as_batch": True,
}


def upgrade(backend: Backend, connection: Connection) -> None:
    """Run the missing migrations inside the connection's transaction.

    Raises
    ------
    StoreSchemaError
        If the database belongs to another program, has been written by a newer stationmap, or lacks PostGIS.
    """
    from alembic import command

    if revision(connection) is None and (foreign := backend.tables_without_revision(connection)):
        raise StoreSchemaError("store_foreign", store=backend.place, tables=", ".join(sorted(foreign)[:5]))
    refuse_newer(backend, connection)
    if backend.dialect == "postgresql":
        _add_postgis(backend, connection)
    command.upgrade(configuration(connection), "head")


def revision(connection: Connection) -> str | None:
    """Return the revision of the database's schema; ``None`` without one."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(sa.text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()


def require_current(backend: Backend, connection: Connection) -> None:
    """Return only if the schema is this program's.

    Raises
    ------
    StoreSchemaError
        Saying whether the schema is missing, older or newer.
    """
    found = revision(connection)
    if found == _scripts().get_current_head():
        return
    if found is None:
        foreign = backend.tables_without_revision(connection)
        code = "store_foreign" if foreign else "store_schema_missing"
        raise StoreSchemaError(
            code, store=backend.place, **({"tables": ", ".join(sorted(foreign)[:5])} if foreign else {})
        )
    refuse_newer(backend, connection)
    raise StoreSchemaError("store_schema_old", store=backend.place, found=found, expected=_scripts().get_current_head())


def refuse_newer(backend: Backend, connection: Connection) -> None:
    """Return only if the schema's revision is one that this program knows.

    Raises
    ------
    StoreSchemaError
        If a newer program has written the schema.
    """
    found = revision(connection)
    if found is not None and found not in {script.revision for script in _scripts().walk_revisions()}:
        expected = _scripts().get_current_head()
        raise StoreSchemaError("store_schema_new", store=backend.place, found=found, expected=expected)


def _add_postgis(backend: Backend, connection: Connection) -> None:
    if has_postgis(connection):
        return
    try:
        with connection.begin_nested():
            connection.execute(sa.text("CREATE EXTENSION postgis"))
    except sa.exc.DBAPIError as error:
        raise StoreSchemaError("store_postgis_missing", store=backend.place, detail=str(error.orig)) from error


def configuration(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration for the packed migrations, to run on a connection."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", "geodata.store:migrations")
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made


@cache
def _scripts() -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(configuration())
