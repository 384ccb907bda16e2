"""Conditions that name many values, as one parameter: with one for each, writing the statement takes longest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection


def among(connection: Connection, column: sa.ColumnElement[Any], values: Iterable[Any]) -> sa.ColumnElement[bool]:
    """Return the condition that a column has one of many texts or whole numbers.

    Parameters
    ----------
    connection : Connection
        The one that will ask.
    column : sqlalchemy.ColumnElement
    values : iterable
        All of them of the column's type; none for a condition that never holds.
    """
    wanted = list(values)
    if connection.dialect.name == "postgresql":
        return column == sa.any_(sa.literal(wanted, ARRAY(column.type)))
    members = sa.func.json_each(orjson.dumps(wanted).decode()).table_valued("value")
    return column.in_(sa.select(members.c.value))
