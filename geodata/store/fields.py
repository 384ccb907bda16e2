"""A site as a row of the ``sites`` table, and its changes field by field.

Shapes of the JSON columns; dates are ISO texts, keys whose value is the default of the dataclass are left out:

- ``labels``, ``former_names``: ``["爱心驿家"]``
- ``facilities``, ``services``: ``{code: {"value", "basis", "as_of", "note", "hours": {"osm", "text"}}}``; ``value`` and
  ``basis`` are always there
- ``closures``: ``[{"start", "end", "reason"}]``
- ``access``: ``{"ways": [code], "fee", "note"}``
- ``awards``: ``[{"name", "level", "year"}]``; ``photos``: ``[{"file", "caption", "credit", "taken_on"}]``

In the history a field has the name it has in :class:`~geodata.sites.Site`; facilities and services go down to one of
them, as ``facilities.toilet``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from functools import cache, lru_cache
from itertools import repeat
from operator import attrgetter, is_
from typing import Any

import orjson

from geodata.errors import ValueUnusableError
from geodata.sites import Access, Amenity, Award, Closure, Entrance, Hours, Photo, Position, Site

#: Fields that stand in the row as they are.
PLAIN = (
    "name", "kind", "floor", "directions", "address", "area", "area_name", "valid_from", "valid_to", "state", "level",
    "operator", "operator_code", "host", "capacity", "area_m2", "phone", "website", "note", "verified_on",
)  # fmt: skip
#: Fields with one entry a code, compared and kept in the history one by one.
KEYED = ("facilities", "services")
_LISTS = ("labels", "former_names", "closures", "awards", "photos")
_ATOMS = frozenset({str, int, float, bool, type(None)})
_ALWAYS = frozenset({"value", "basis"})
_DATES = frozenset({"valid_from", "valid_to", "verified_on"})
#: The greatest whole number of a column that has 32 bits on PostgreSQL.
_MOST = 2**31 - 1

FieldChange = tuple[str, Any, Any]


def to_row(site: Site) -> dict[str, Any]:
    """Return the columns of ``sites`` that describe the site itself.

    Raises
    ------
    ValueUnusableError
        If a text holds a NUL or half a character, or a number is not finite or too great: see
        :func:`refuse_unstorable`.
    """
    columns = to_columns([site])
    refuse_unstorable_columns(columns)
    return {name: values[0] for name, values in columns.items()}


def to_columns(sites: Sequence[Site]) -> dict[str, list[Any]]:
    """Return the columns of ``sites`` that describe sites themselves, not checked and not to be changed."""
    return _columns(lambda name: list(map(attrgetter(name), sites)))


def stated_columns(stated: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Do as :func:`to_columns` does for sites of which only those attributes are given that are not the default.

    Making a site takes longer than all else that a row of a long list needs on its way to the store.
    """
    present = frozenset[str]().union(*stated)

    def values(name: str) -> list[Any]:
        default = _site_defaults()[name]
        return [one.get(name, default) for one in stated] if name in present else [default] * len(stated)

    return _columns(values)


def _columns(values: Callable[[str], list[Any]]) -> dict[str, list[Any]]:
    """Return columns for the attributes of sites, which are handed out by name."""
    columns: dict[str, list[Any]] = {name: values(name) for name in PLAIN}
    places, entrances, hours = values("position"), values("entrance"), values("hours")
    for name in ("lon", "lat", "given_lon", "given_lat", "given_datum"):
        columns[name] = _of_parts(places, name, None)
    columns["position_note"] = _of_parts(places, "note", "")
    columns["precision"] = _of_parts(places, "precision", "none")
    for name in ("lon", "lat"):
        columns[f"entrance_{name}"] = _of_parts(entrances, name, None)
    columns["hours_osm"] = [one.osm for one in hours]
    columns["hours_text"] = [one.text for one in hours]
    columns["access"] = mapped(_plain_part, values("access"))
    for name in _LISTS:
        columns[name] = mapped(_plain, values(name))
    for name in KEYED:
        columns[name] = mapped(_plain_entries, values(name))
    return columns


def _plain_entries(entries: Mapping[str, Amenity]) -> dict[str, Any]:
    """Return the JSON form of facilities."""
    return {code: _plain_part(part) for code, part in entries.items()}


def mapped(convert: Callable[[Any], Any], values: Sequence[Any]) -> list[Any]:
    """Return what becomes of values; those that are one object are converted once, and share what becomes of them."""
    if all_one(values):
        return [convert(values[0])] * len(values)
    known = {id(value): value for value in values}
    results = {key: convert(value) for key, value in known.items()}
    return [results[key] for key in map(id, values)]


def all_one(values: Sequence[Any]) -> bool:
    """Tell whether all values of a column are one object, as what no site states is."""
    return all(map(is_, values, repeat(values[0]))) if values else False


def _of_parts(parts: Sequence[Any], name: str, missing: Any) -> list[Any]:
    value = attrgetter(name)
    return [missing if part is None else value(part) for part in parts]


@cache
def _site_defaults() -> Mapping[str, Any]:
    """Return the attributes of a site that says nothing."""
    nothing = Site("", "")
    return {part.name: getattr(nothing, part.name) for part in fields(Site)}


def from_row(row: Mapping[str, Any]) -> Site:
    """Return the site that a row of ``sites`` describes (further columns are not looked at)."""
    return Site(
        **{name: row[name] for name in PLAIN},
        labels=tuple(row["labels"]),
        former_names=tuple(row["former_names"]),
        position=_position(row),
        entrance=None if row["entrance_lon"] is None else Entrance(row["entrance_lon"], row["entrance_lat"]),
        hours=Hours(row["hours_osm"], row["hours_text"]),
        closures=tuple(_closure(part) for part in row["closures"]),
        facilities={code: amenity(part) for code, part in row["facilities"].items()},
        services={code: amenity(part) for code, part in row["services"].items()},
        access=_access(row["access"]),
        awards=tuple(_award(part) for part in row["awards"]),
        photos=tuple(_photo(part) for part in row["photos"]),
    )


def field_changes(before: Site, after: Site) -> list[FieldChange]:
    """Return what differs, as (field, before, after) with JSON values; ``None`` where a facility was not mentioned."""
    found: list[FieldChange] = []
    for part in fields(Site):
        old, new = getattr(before, part.name), getattr(after, part.name)
        if old == new:
            continue
        if part.name not in KEYED:
            found.append((part.name, _plain(old), _plain(new)))
            continue
        for code in sorted({*old, *new}):
            if old.get(code) != new.get(code):
                found.append((f"{part.name}.{code}", _plain(old.get(code)), _plain(new.get(code))))
    return found


def apply_changes(site: Site, values: Iterable[tuple[str, Any]]) -> Site:
    """Return the site with fields set to JSON values of its history, as (field, value).

    Applying the ``after`` values of :func:`field_changes` leads from the one site to the other, the ``before`` values
    back.
    """
    new: dict[str, Any] = {}
    for name, value in values:
        group, _, code = name.partition(".")
        if group in KEYED:
            entries = dict(new.get(group, getattr(site, group)))
            if value is None:
                entries.pop(code, None)
            else:
                entries[code] = amenity(value)
            new[group] = entries
        else:
            new[name] = _from_plain(name, value)
    return replace(site, **new)


def field_value(site: Site, name: str) -> Any:
    """Return the JSON value of a field as the history has it; ``None`` for a facility that is not mentioned."""
    group, _, code = name.partition(".")
    return _plain(getattr(site, group).get(code)) if group in KEYED else _plain(getattr(site, name))


def amenity(part: Mapping[str, Any]) -> Amenity:
    """Return one facility or service from its JSON form."""
    hours = part.get("hours")
    return Amenity(
        value=part["value"],
        basis=part["basis"],
        as_of=_date(part.get("as_of")),
        note=part.get("note", ""),
        hours=None if hours is None else Hours(hours.get("osm"), hours.get("text", "")),
    )


def refuse_unstorable(name: str, value: Any) -> None:
    """Raise if a text, number or JSON value could not be kept unchanged by both stores.

    Raises
    ------
    ValueUnusableError
        ``store_text`` or ``store_number``, naming the field.
    """
    if isinstance(value, str):
        if not storable(value):
            raise ValueUnusableError("store_text", field=name, value=ascii(value)[:80])
    elif isinstance(value, float | int):
        if not math.isfinite(value) or (isinstance(value, int) and abs(value) > _MOST):
            raise ValueUnusableError("store_number", field=name, value=str(value))
    elif isinstance(value, Mapping):
        for key, part in value.items():
            refuse_unstorable(name, key)
            refuse_unstorable(f"{name}.{key}", part)
    elif isinstance(value, Sequence):
        for part in value:
            refuse_unstorable(name, part)


def refuse_unstorable_columns(columns: Mapping[str, Sequence[Any]]) -> None:
    """Do as :func:`refuse_unstorable` does for every value of every column; most need no closer look.

    Raises
    ------
    ValueUnusableError
        ``store_text`` or ``store_number``, naming the field.
    """
    for name, values in columns.items():
        looked_at = values[:1] if all_one(values) else values
        if not _surely_storable(looked_at):
            for value in looked_at:
                refuse_unstorable(name, value)


def _surely_storable(values: Sequence[Any]) -> bool:
    """Return whether the values of a column can be kept without looking closely."""
    kinds = set(map(type, values)) - {type(None)}
    if not kinds or kinds == {date}:
        return True
    if kinds == {str}:  # neither NUL nor half a character is printable, but a line end is not, either
        return "".join(filter(None, values)).isprintable()
    if kinds <= {int, float}:
        return all(-_MOST <= value <= _MOST for value in values if value is not None)
    try:
        return b"\\u0000" not in orjson.dumps(values)
    except TypeError:
        return False


def storable(text: str) -> bool:
    """Return whether both stores can keep a text: without NUL and without halves of surrogate pairs."""
    if "\0" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _plain(value: Any) -> Any:
    """Return the JSON form of a field or part: of a part what is not its default, and what always stands there."""
    kind = value.__class__
    if kind in _ATOMS:
        return value
    if kind is tuple:
        return [_plain(part) for part in value] if value else []
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {code: _plain(part) for code, part in value.items()}
    values = ((name, getattr(value, name), default) for name, default in _defaults(kind))
    return {name: _plain(part) for name, part, default in values if part != default or name in _ALWAYS}


@lru_cache(maxsize=8192)
def _plain_part(part: Amenity | Access) -> Any:
    """Return the JSON form of a part, one for all that say the same; not to be changed."""
    return _plain(part)


@cache
def _defaults(kind: type) -> tuple[tuple[str, Any], ...]:
    return tuple((part.name, part.default) for part in fields(kind))


def _from_plain(name: str, value: Any) -> Any:
    match name:
        case "labels" | "former_names":
            return tuple(value)
        case "closures":
            return tuple(_closure(part) for part in value)
        case "awards":
            return tuple(_award(part) for part in value)
        case "photos":
            return tuple(_photo(part) for part in value)
        case "position":
            return None if value is None else Position(**value)
        case "entrance":
            return None if value is None else Entrance(**value)
        case "hours":
            return Hours(**value)
        case "access":
            return _access(value)
        case _:
            return _date(value) if name in _DATES else value


def _position(row: Mapping[str, Any]) -> Position | None:
    if row["lon"] is None:
        return None
    return Position(
        lon=row["lon"],
        lat=row["lat"],
        precision=row["precision"],
        note=row["position_note"],
        given_lon=row["given_lon"],
        given_lat=row["given_lat"],
        given_datum=row["given_datum"],
    )


def _closure(part: Mapping[str, Any]) -> Closure:
    return Closure(_date(part.get("start")), _date(part.get("end")), part.get("reason", ""))


def _access(part: Mapping[str, Any]) -> Access:
    return Access(tuple(part.get("ways", ())), part.get("fee"), part.get("note", ""))


def _award(part: Mapping[str, Any]) -> Award:
    return Award(part.get("name", ""), part.get("level"), part.get("year"))


def _photo(part: Mapping[str, Any]) -> Photo:
    return Photo(**{"file": "", **part, "taken_on": _date(part.get("taken_on"))})


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
