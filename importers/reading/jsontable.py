"""JSON that is no map: an array of objects, or an object with such arrays in it, as grids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from geodata.errors import FileError
from importers.reading import limits
from importers.reading.grid import Grid, Row

#: Members that say what an object within a list is called, and those that web services send beside it for programs.
_NAMES = ("name", "名称", "title", "label", "text")
_CODES = frozenset({"id", "code", "key", "value", "icon", "iconUrl", "url", "sort", "编码", "代码"})


def json_grids(path: Path, content: object) -> list[Grid]:
    """Return a grid for each array of objects in a JSON document.

    Objects within an object give columns with dotted names (``facilities.wifi``). Arrays stand at the top, or in
    objects down to the second level: ``{"city": "…", "data": {"stations": [{…}]}}``. A grid is named by the keys that
    lead to its array; its rows count as the array does, from 2, as if the names stood above.

    Raises
    ------
    FileError
        If there is no array of objects, or it is too long or too wide.
    """
    grids = [_grid(path, name, items) for name, items in _arrays(content)]
    if not grids:
        raise FileError("file_json_no_rows", file=path.name)
    return grids


def _arrays(content: object, name: str = "", depth: int = 0) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    if isinstance(content, list):
        if content and all(isinstance(item, dict) for item in content):
            yield name, content
    elif isinstance(content, dict) and depth < 3:
        for key, value in content.items():
            yield from _arrays(value, f"{name}.{key}" if name else str(key), depth + 1)


def _grid(path: Path, name: str, items: list[Mapping[str, Any]]) -> Grid:
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
        if isinstance(value, dict):
            for inner, content in value.items():
                if isinstance(content, dict):
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
