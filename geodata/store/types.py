"""Column types that mean the same on both stores."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType


def dump_json(value: Any) -> str:
    """Return ``value`` as JSON text."""
    return orjson.dumps(value).decode()


class Json(TypeDecorator[Any]):
    """A JSON value: JSONB on PostgreSQL, TEXT in SQLite.

    Not SQLAlchemy's ``JSON`` for SQLite: a column declared so has numeric affinity there and turns ``1.0`` into ``1``.
    ``None`` is kept as the JSON value ``null``.
    """

    impl = sa.Text
    cache_ok = True
    should_evaluate_none = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the dialect's own type."""
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else sa.Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Return what the driver takes; PostgreSQL's own type makes the text itself."""
        return value if dialect.name == "postgresql" else dump_json(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Return the decoded value."""
        return value if dialect.name == "postgresql" else orjson.loads(value)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment with microseconds, given and returned in UTC (SQLite knows no time zones and keeps the bare digits)."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the dialect's own type."""
        return dialect.type_descriptor(sa.DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC."""
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment as an aware ``datetime`` in UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if dialect.name == "postgresql" else value.replace(tzinfo=UTC)


class Geometry(UserDefinedType[Any]):
    """A (multi)polygon in WGS-84: ``geometry(MultiPolygon,4326)`` in PostGIS, well-known binary in a BLOB in SQLite.

    Also stands for PostGIS's ``geometry`` and ``geography`` when a schema is read back.
    """

    cache_ok = True

    def __init__(self, kind: str = "MultiPolygon", srid: str | int = 4326) -> None:
        self.kind = kind
        self.srid = int(srid)

    def get_col_spec(self, **_kw: Any) -> str:
        """Return the type's name in DDL (SQLite's is given by :class:`Polygons`)."""
        return f"geometry({self.kind},{self.srid})"

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """Return the function that makes EWKB in hexadecimal digits, which PostGIS reads without a cast."""
        from shapely import set_srid, to_wkb

        srid = self.srid
        return lambda value: None if value is None else to_wkb(set_srid(value, srid), hex=True, include_srid=True)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """Return the function that reads what PostGIS returns."""
        from shapely import from_wkb, set_srid

        return lambda value: None if value is None else set_srid(from_wkb(value), 0)


class Polygons(TypeDecorator[Any]):
    """A ``shapely.MultiPolygon`` in WGS-84: :class:`Geometry` on PostGIS, well-known binary in a BLOB in SQLite."""

    impl = sa.LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the dialect's own type."""
        return dialect.type_descriptor(Geometry() if dialect.name == "postgresql" else sa.LargeBinary())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Return the binary form for SQLite."""
        if value is None or dialect.name == "postgresql":
            return value
        from shapely import to_wkb

        return to_wkb(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Return the polygon."""
        if value is None or dialect.name == "postgresql":
            return value
        from shapely import from_wkb

        return from_wkb(value)
