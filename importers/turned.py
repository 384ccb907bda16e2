"""Sheets on which fields stand below one another: one column for each place, or a form of names and values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from geodata.messages import Message
from importers.cleaning import cell_text, heading_keys
from importers.reading import Grid, Row

#: A sheet with more rows, or more cells in one, is no such thing.
_MOST_ROWS, _WIDEST = 100, 500
#: So many known fields are needed, the name among them.
_FEWEST = 3


def upright(grid: Grid, known: Mapping[str, Sequence[str]]) -> Grid:
    """Return a sheet with its fields side by side and a row for each place, if they stand otherwise; else as it is.

    Parameters
    ----------
    grid : Grid
    known : mapping
        Keys of known headings → the fields that they may be.
    """
    if grid.headings is not None:
        return grid
    rows = [row for row in islice(grid.rows(), _MOST_ROWS + 1) if any(map(cell_text, row.cells))]
    if not _FEWEST <= len(rows) <= _MOST_ROWS or max(len(row.cells) for row in rows) > _WIDEST:
        return grid
    places = _columns(rows, known) or _forms(rows, known)
    if not places:
        return grid
    headings = tuple(dict.fromkeys(heading for place in places for heading in place.said))

    def turned() -> Iterator[Row]:
        for place in places:
            yield Row(place.number, [place.said.get(heading) for heading in headings])

    return replace(
        grid, rows=turned, headings=headings, spread=frozenset(), spans=(), doubts=(Message("table_turned"),)
    )


@dataclass(slots=True)
class _Place:
    """What is said of a place, by heading; where it begins: the number of the row or of the column."""

    number: int
    said: dict[str, object] = field(default_factory=dict)


def _fields(cell: object, known: Mapping[str, Sequence[str]]) -> set[str]:
    if not isinstance(cell, str) or len(cell) > 40:
        return set()
    found = {name for key in heading_keys(cell_text(cell)) for name in known.get(key, ())}
    return found - {"open24"}  # 24小时 is rather said of the hours


def _columns(rows: Sequence[Row], known: Mapping[str, Sequence[str]]) -> list[_Place]:
    """Return the places of a sheet with a field in each row; none if it is no such sheet."""
    first = min(index for row in rows for index, cell in enumerate(row.cells) if cell_text(cell))
    below = [row for row in rows if cell_text(row.cell(first)) and len([*filter(cell_text, row.cells)]) > 1]
    named = [_fields(row.cell(first), known) for row in below]
    if not _are_fields(named) or 2 * sum(map(bool, named)) < len(below):
        return []
    places: dict[int, _Place] = {}
    for row in below:
        for index, cell in enumerate(row.cells):
            if index > first and cell_text(cell):
                places.setdefault(index, _Place(index + 1)).said.setdefault(cell_text(row.cell(first)), cell)
    beside = sum(bool(_fields(cell, known)) for row in below for cell in row.cells[first + 1 :])
    return [places[index] for index in sorted(places)] if len(places) > 1 and not beside else []


def _forms(rows: Sequence[Row], known: Mapping[str, Sequence[str]]) -> list[_Place]:
    """Return the places of forms, each a place, in which a value stands beside the name of its field."""
    places: list[_Place] = []
    fields: list[set[str]] = []
    for row in rows:
        label = ""
        cells = [cell for cell in row.cells if cell_text(cell)]
        if len(cells) == 1 and not places:
            continue  # a title
        for cell in cells:
            found = _fields(cell, known)
            if label and found and _fields(label, known):
                return []  # two headings beside each other: a table
            if label and not found:
                _last(places, row, label, known).said.setdefault(label, cell)
                fields.append(_fields(label, known))
                label = ""
            else:
                label = cell_text(cell) if isinstance(cell, str) else ""
    known_ones = sum(map(bool, fields))
    return places if _are_fields(fields) and 2 * known_ones >= len(fields) else []


def _last(places: list[_Place], row: Row, label: str, known: Mapping[str, Sequence[str]]) -> _Place:
    """Return the form that a field belongs to: a new one where the name of a place comes again."""
    again = bool(places) and label in places[-1].said and "name" in _fields(label, known)
    if not places or again:
        places.append(_Place(row.number))
    return places[-1]


def _are_fields(fields: Sequence[set[str]]) -> bool:
    return sum(map(bool, fields)) >= _FEWEST and any("name" in found for found in fields)
