"""Published figures of sites and areas, as rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from geodata.indicators import Indicator, Period
from geodata.store import schema
from geodata.store.fields import refuse_unstorable

_PLAIN = ("metric", "name", "value", "unit", "source", "note")


def as_row(subject: int | str, item: Indicator) -> dict[str, Any]:
    """Return the row of a figure about a site, by its id, or an area, by its code.

    Raises
    ------
    ValueUnusableError
        If a value cannot be kept.
    """
    row: dict[str, Any] = {name: getattr(item, name) for name in _PLAIN}
    of_site = isinstance(subject, int)
    row |= {"key": item.key(subject), "site_id": subject if of_site else None, "area": None if of_site else subject}
    for name, value in row.items():
        refuse_unstorable(f"indicator.{name}", value)
    return row | {"first_day": item.period.start, "last_day": item.period.end}


def as_indicator(row: Mapping[str, Any]) -> Indicator:
    """Return a row as the domain's record."""
    return Indicator(period=Period(row["first_day"], row["last_day"]), **{name: row[name] for name in _PLAIN})


def by_key(connection: Connection, keys: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """Return the rows of keys."""
    table = schema.indicators
    found: dict[str, Mapping[str, Any]] = {}
    wanted = sorted(set(keys))
    for begin in range(0, len(wanted), 1000):
        query = sa.select(table).where(table.c.key.in_(wanted[begin : begin + 1000]))
        found.update({row["key"]: dict(row) for row in connection.execute(query).mappings()})
    return found


def of_areas(connection: Connection) -> list[tuple[str, Indicator]]:
    """Return the figures of areas with their codes, the latest first."""
    table = schema.indicators
    query = sa.select(table).where(table.c.area.is_not(None))
    query = query.order_by(table.c.area, table.c.last_day.desc(), table.c.first_day.desc(), table.c.key)
    return [(row["area"], as_indicator(dict(row))) for row in connection.execute(query).mappings()]


def of_sites(connection: Connection, where: sa.ColumnElement[bool] | None) -> Iterator[tuple[int, Indicator]]:
    """Stream the figures of sites of a condition, or of all, by id of the site, the latest first."""
    table, sites = schema.indicators, schema.sites
    query = sa.select(table).where(table.c.site_id.is_not(None))
    if where is not None:
        query = query.join_from(table, sites).where(where)
    query = query.order_by(table.c.site_id, table.c.last_day.desc(), table.c.first_day.desc(), table.c.key)
    for row in connection.execute(query, execution_options={"yield_per": 2000}).mappings():
        yield int(row["site_id"]), as_indicator(dict(row))


def for_history(row: Mapping[str, Any] | None) -> Any:
    """Return a row as the history of a site has it."""
    if row is None:
        return None
    hidden = ("data_version", "site_id")
    return {
        str(name): value.isoformat() if isinstance(value, date) else value
        for name, value in row.items()
        if name not in hidden
    }


def from_history(value: Mapping[str, Any], site_id: int) -> dict[str, Any]:
    """Return what the history has as the values of a row."""
    days = {name: date.fromisoformat(value[name]) for name in ("first_day", "last_day")}
    return {**value, **days, "site_id": site_id}


def moved(rows: Iterable[Mapping[str, Any]], site_id: int) -> list[dict[str, Any]]:
    """Return rows as those of another site."""
    return [as_row(site_id, as_indicator(row)) | {"data_version": row["data_version"]} for row in rows]
