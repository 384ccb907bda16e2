"""New sites made ready for a store: their rows in the form that it takes in fastest.

That hangs on nothing in the store, so further processes can do it for long lists. PostgreSQL takes lines of COPY,
SQLite tuples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.psycopg2 import PGDialect_psycopg2
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Dialect

from geodata.sites import Site
from geodata.store import schema
from geodata.store.fields import all_one, mapped, refuse_unstorable_columns, stated_columns, to_columns
from geodata.store.types import dump_json

Columns = Mapping[str, Sequence[Any]]
ReadyRow = str | tuple[Any, ...]

#: Columns of ``sites`` that a ready row lacks: what the transaction adds, and the area, which other data decides.
ADDED = ("id", "code", "area", "version", "data_version", "created_at", "updated_at")
#: Columns of a ready row, in its order.
READY = tuple(column.name for column in schema.sites.columns if column.name not in ADDED)

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_NULL = "\\N"


@dataclass(frozen=True, slots=True)
class SiteEncoder:
    """Makes sites ready for one kind of store; it can be sent to another process."""

    dialect: Literal["postgresql", "sqlite"]

    def ready(self, sites: Sequence[Site], searches: Sequence[str]) -> list[ReadyRow]:
        """Return sites with their search words as rows, but for the columns :data:`ADDED`.

        Raises
        ------
        ValueUnusableError
            If a value cannot be kept (:func:`geodata.store.fields.refuse_unstorable`).
        """
        return self._encoded(to_columns(sites), searches)

    def ready_stated(self, stated: Sequence[Mapping[str, Any]], searches: Sequence[str]) -> list[ReadyRow]:
        """Do as :meth:`ready` does with what of sites is stated, by attribute (:func:`stated_columns`)."""
        return self._encoded(stated_columns(stated), searches)

    def _encoded(self, columns: dict[str, list[Any]], searches: Sequence[str]) -> list[ReadyRow]:
        if not searches:
            return []
        columns["search"] = list(searches)
        refuse_unstorable_columns(columns)
        ordered = {name: columns[name] for name in READY}
        return list(encoded_rows(_dialect(self.dialect), schema.sites, ordered))


@cache
def _dialect(name: str) -> Dialect:
    if name == "postgresql":
        return PGDialect_psycopg2(json_serializer=dump_json)  # type: ignore[no-untyped-call]
    return SQLiteDialect_pysqlite()


def encoded_rows(dialect: Dialect, table: sa.Table, columns: Columns) -> Sequence[ReadyRow]:
    """Return columns as rows in their order: lines of COPY without their end, or tuples of what the driver takes."""
    values = bound_columns(dialect, table, columns)
    if dialect.name == "postgresql":
        return list(map("\t".join, zip(*map(_copy_texts, values), strict=True)))
    return list(zip(*values, strict=True))


def bound_columns(dialect: Dialect, table: sa.Table, columns: Columns) -> list[Sequence[Any]]:
    """Return columns in their order, each value as the driver takes it."""
    found: list[Sequence[Any]] = []
    for name, values in columns.items():
        convert = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
        found.append(mapped(convert, values) if convert else values)
    return found


def _copy_texts(values: Sequence[Any]) -> Sequence[str]:
    r"""Return a column in COPY's text format, in which ``\N`` is null."""
    if all_one(values):
        return [_copy_text(values[0])] * len(values)
    kinds = set(map(type, values)) - {type(None)}
    if kinds == {int}:
        return [_NULL if value is None else str(value) for value in values]
    if kinds == {float}:  # finite ones; repr takes far longer
        return orjson.dumps(values).decode().strip("[]").replace("null", _NULL).split(",")
    if kinds == {str}:
        whole = "".join(filter(None, values))
        if whole.isprintable() and "\\" not in whole:
            return [_NULL if value is None else value for value in values]
    return mapped(_copy_text, values)


def _copy_text(value: Any) -> str:
    if value is None:
        return _NULL
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    return orjson.dumps(value).decode() if isinstance(value, float) else str(value)
