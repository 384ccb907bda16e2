"""The shapes in which services hand out tables as JSON, each as a list of objects.

Beside arrays of objects these are: names of columns with arrays of cells (``{"columns": […], "data": [[…]]}``), arrays
of cells below an array of names, one object or array for each column, and objects under keys of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Item = Mapping[str, Any]

#: Members that name the columns of a table beside it, and members in which such a table stands.
_COLUMNS = ("columns", "fields", "headers", "header", "heads", "cols", "names")
_ROWS = ("data", "records", "rows", "values", "items", "list", "results", "result", "features")
#: Members of the description of a column: what it is called for programs, and for people.
_NAMES = ("prop", "field", "fieldName", "name", "key", "id", "dataIndex")
_LABELS = ("label", "alias", "title", "text")
#: How deep in a document tables are looked for.
_DEEPEST = 3


def tables(content: object, name: str = "", depth: int = 0) -> Iterator[tuple[str, list[Item]]]:
    """Yield the tables of a JSON document with the keys that lead to them.

    Tables stand at the top, or in objects down to the third level: ``{"city": "…", "data": {"stations": [{…}]}}``.
    """
    if isinstance(content, list):
        if items := _of_list(content):
            yield name, items
    elif isinstance(content, dict) and depth < _DEEPEST:
        described = _described(content)
        if described is not None:
            rows, columns, items = described
            yield (f"{name}.{rows}" if name else rows), items
            content = {key: value for key, value in content.items() if key not in (rows, columns, "meta")}
        for key, value in content.items():
            yield from tables(value, f"{name}.{key}" if name else str(key), depth + 1)


def keyed_tables(content: object, name: str = "", depth: int = 0) -> Iterator[tuple[str, list[Item]]]:
    """Yield tables without arrays of objects: an object for each place or column, an array for each column."""
    if not isinstance(content, dict) or depth >= _DEEPEST:
        return
    items = _by_column(content) or _by_key(content)
    if items:
        yield name, items
        return
    for key, value in content.items():
        yield from keyed_tables(value, f"{name}.{key}" if name else str(key), depth + 1)


def _of_list(content: list[Any]) -> list[Item]:
    """Return an array of objects as it is, and arrays of cells below one of names as objects."""
    if all(isinstance(item, dict) for item in content):
        return content
    if len(content) < 2 or not all(isinstance(item, list) for item in content):
        return []
    names, *rows = content
    if len(names) < 2 or not _are_names(names) or max(map(len, rows)) > len(names):
        return []
    return [dict(zip(names, row, strict=False)) for row in rows]


def _are_names(names: Sequence[Any]) -> bool:
    return all(isinstance(name, str) and name.strip() for name in names) and len(set(names)) == len(names)


def _described(content: Item) -> tuple[str, str, list[Item]] | None:
    """Return a table that stands beside the description of its columns: the keys of both, and its rows as objects."""
    rows_key = next((key for key in _ROWS if isinstance(content.get(key), list) and content[key]), None)
    if rows_key is None:
        return None
    rows = content[rows_key]
    columns_key = next((key for key in _COLUMNS if key != rows_key and isinstance(content.get(key), list)), "")
    columns = content.get(columns_key) or _socrata(content)
    if not columns:
        return None
    names = [_name(column) for column in columns]
    if not _are_names(names):
        return None
    if all(isinstance(row, list) and len(row) <= len(names) for row in rows):
        labels = labels_of(columns)
        shown = [labels.get(name, name) for name in names]
        return rows_key, columns_key, [_record(columns, shown, row) for row in rows]
    if all(isinstance(row, dict) for row in rows) and all(isinstance(column, dict) for column in columns):
        labels = labels_of(columns)
        return rows_key, columns_key, [{labels.get(key, key): value for key, value in row.items()} for row in rows]
    return None


def _socrata(content: Item) -> list[Any]:
    """Return the columns that an answer of Socrata describes: ``{"meta": {"view": {"columns": […]}}, "data": …}``."""
    meta = content.get("meta")
    view = meta.get("view") if isinstance(meta, dict) else None
    columns = view.get("columns") if isinstance(view, dict) else None
    return columns if isinstance(columns, list) else []


def _name(column: object) -> Any:
    if not isinstance(column, dict):
        return column
    if isinstance(column.get("dataTypeName"), str):  # Socrata's: the name is for people
        return column.get("name")
    return next((column[key] for key in _NAMES if isinstance(column.get(key), str)), None)


def labels_of(columns: Sequence[Any]) -> dict[str, str]:
    """Return what columns are called for people, by their names for programs, where no two are called the same."""
    found = {
        name: label
        for column in columns
        if isinstance(column, dict) and isinstance(name := _name(column), str)
        for label in [next((column[key] for key in _LABELS if isinstance(column.get(key), str)), "").strip()]
        if label
    }
    others = [name for column in columns if isinstance(name := _name(column), str) and name not in found]
    taken = Counter([*found.values(), *others])
    return {name: label for name, label in found.items() if taken[label] == 1}


def _record(columns: Sequence[Any], names: Sequence[str], row: Sequence[Any]) -> Item:
    """Return a row of cells as an object; cells in parts, whose names the column gives, as objects within."""
    record: dict[str, Any] = {}
    for column, name, cell in zip(columns, names, row, strict=False):
        parts = column.get("subColumnTypes") if isinstance(column, dict) else None
        if isinstance(cell, list) and isinstance(parts, list) and len(parts) == len(cell):
            cell = dict(zip(map(str, parts), cell, strict=True))
        record[name] = cell
    return record


def _by_column(content: Item) -> list[Item]:
    """Return the rows of columns: ``{"名称": ["甲", "乙"], …}``, or with the rows' numbers for keys."""
    columns = list(content.values())
    if len(columns) < 2:
        return []
    if all(isinstance(column, list) and column for column in columns):
        plain = all(not isinstance(cell, dict | list) for column in columns for cell in column)
        if plain and len({len(column) for column in columns}) == 1:
            return [dict(zip(content, cells, strict=True)) for cells in zip(*columns, strict=True)]
        return []
    if all(isinstance(column, dict) and column for column in columns):
        numbers = list(columns[0])
        if all(number.isdecimal() for number in numbers) and all(list(column) == numbers for column in columns):
            return [{name: column[number] for name, column in content.items()} for number in numbers]
    return []


def _by_key(content: Item) -> list[Item]:
    """Return objects that stand under keys of their own, which become their ``key``; alike in half of their members."""
    items = list(content.values())
    if len(items) < 2 or not all(isinstance(item, dict) and len(item) > 1 for item in items):
        return []
    shared = set(items[0]).intersection(*items)
    if len(shared) < 2 or any(2 * len(shared) < len(item) for item in items):
        return []
    return [{"key": key, **item} for key, item in content.items()]
