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

from geodata.remembering import Remembered

#: Texts of one column whose values are kept while a query is read.
_DISTINCT = 4000


def dump_json(value: Any) -> str:
    """Return ``value`` as JSON text."""
    return orjson.dumps(value).decode()


class _JsonText(TypeDecorator[Any]):
    """A JSON value as TEXT in SQLite.

    Not SQLAlchemy's ``JSON``: a column declared so has numeric affinity in SQLite, which turns ``1.0`` into ``1``.
    """

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        """Return the JSON text; ``None`` is the JSON value ``null``."""
        return dump_json(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Return the decoded value."""
        return orjson.loads(value)


class _UtcText(TypeDecorator[datetime]):
    """A moment in SQLite, which knows no time zones: kept in UTC without saying so."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment with its time zone."""
        return None if value is None else value.replace(tzinfo=UTC)


#: A JSON value, ``null`` included; JSONB on PostgreSQL, whose engine is told to use :func:`dump_json` and orjson.
Json = _JsonText().with_variant(JSONB(), "postgresql")
#: A moment with microseconds in UTC; connections to PostgreSQL have that as their time zone.
UtcDateTime = _UtcText().with_variant(sa.DateTime(timezone=True), "postgresql")


class SharedJson(UserDefinedType[Any]):
    """A JSON value read by way of its text: rows in which a column says the same share one value of a query.

    For reading alone, and the values are not to be changed. Most texts stand in many rows, and decoding them takes
    longer than all else in reading a row.
    """

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """Return a function that decodes what it has not seen before."""
        return Remembered[str, Any](orjson.loads, _DISTINCT).__getitem__


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


class _HexBytes(UserDefinedType[Any]):
    """``bytea``, written as hexadecimal digits: COPY and parameters alike take that as text."""

    cache_ok = True

    def get_col_spec(self, **_kw: Any) -> str:
        """Return the type's name in DDL."""
        return "BYTEA"

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """Return the function that makes the digits."""
        return lambda value: None if value is None else "\\x" + bytes(value).hex()

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """Return the function that takes what the driver returns as bytes."""
        return lambda value: None if value is None else bytes(value)


class Bytes(TypeDecorator[bytes]):
    """Bytes: BYTEA on PostgreSQL, a BLOB in SQLite."""

    impl = sa.LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the dialect's own type."""
        return dialect.type_descriptor(_HexBytes() if dialect.name == "postgresql" else sa.LargeBinary())


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
