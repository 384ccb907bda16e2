"""JSON that is no map: an array of objects, or an object with such arrays in it, as grids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from geodata.errors import FileError
from importers.reading import limits
from importers.reading.geometry import is_geometry, point_text
from importers.reading.grid import Grid, Row
from importers.reading.jsonshapes import keyed_tables, tables

#: Members that say what an object within a list is called, and those that web services send beside it for programs.
_NAMES = ("name", "名称", "title", "label", "text")
_CODES = frozenset({"id", "code", "key", "value", "icon", "iconUrl", "url", "sort", "编码", "代码"})


def json_grids(path: Path, content: object) -> list[Grid]:
    """Return a grid for each table in a JSON document (:mod:`importers.reading.jsonshapes`).

    Objects within an object give columns with dotted names (``facilities.wifi``), a geometry is one column of
    well-known text. A grid is named by the keys that lead to its table; its rows count as the table does, from 2, as if
    the names stood above.

    Raises
    ------
    FileError
        If there is no table, or it is too long or too wide.
    """
    grids = [_grid(path, name, items) for name, items in tables(content)]
    grids = grids or [_grid(path, name, items) for name, items in keyed_tables(content)]
    if not grids:
        raise FileError("file_json_no_rows", file=path.name)
    return grids


def _grid(path: Path, name: str, items: Sequence[Mapping[str, Any]]) -> Grid:
    if len(items) > limits.MAX_ROWS:
        raise FileError("file_too_many_rows", file=path.name, limit=limits.MAX_ROWS)
    records = [flat(item) for item in items]
    headings = tuple(dict.fromkeys(heading for record in records for heading in record))
    if len(headings) > limits.MAX_COLUMNS:
        raise FileError("file_too_many_columns", file=path.name, row=1, limit=limits.MAX_COLUMNS)

    def rows() -> Iterator[Row]:
        for number, record in enumerate(records, start=2):
            yield Row(number, [record.get(heading) for heading in headings])

    return Grid(name=name, rows=rows, headings=headings, facts={"array": name} if name else {})


def flat(item: Mapping[str, Any]) -> dict[str, object]:
    """Return an object with the members of objects in it under dotted names, two levels down."""
    record: dict[str, object] = {}
    for key, value in item.items():
        if is_geometry(value):
            record[key] = point_text(value)
        elif isinstance(value, dict):
            for inner, content in value.items():
                if is_geometry(content):
                    record[f"{key}.{inner}"] = point_text(content)
                elif isinstance(content, dict):
                    record.update({f"{key}.{inner}.{last}": _plain(part) for last, part in content.items()})
                else:
                    record[f"{key}.{inner}"] = _plain(content)
        else:
            record[key] = _plain(value)
    return record


def _plain(value: object) -> object:
    """Return a value as a cell: an array of objects as their texts, what is still deeper as nothing."""
    if isinstance(value, list):
        parts = [_named(item) if isinstance(item, dict) else item for item in value]
        return [part for part in parts if isinstance(part, str | int | float) and part != ""] or None
    return None if isinstance(value, dict) else value


def _named(item: Mapping[str, Any]) -> str:
    """Return the texts and numbers of an object; without codes and numbers where it has a name."""
    named = any(isinstance(item.get(name), str) for name in _NAMES)
    said = [part for key, part in item.items() if isinstance(part, str | int | float) and not (named and key in _CODES)]
    return " ".join(str(part) for part in said)
