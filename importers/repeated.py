"""Cells that say only that they say the same as the cell above: 同上, 〃."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from importers.cleaning import cell_text
from importers.reading import Row

_SIGNS = frozenset({"同上", "〃", "″", "〞", '"', "''", "同前", "仝上", "ditto"})
_LONGEST = 10


def _repeats(cell: object) -> bool:
    return isinstance(cell, str) and len(cell) < _LONGEST and cell.strip().casefold() in _SIGNS


def have_repeated(rows: Iterable[Row]) -> bool:
    """Tell whether any cell stands for the one above."""
    return any(_repeats(cell) for row in rows for cell in row.cells)


def with_repeated(rows: Iterable[Row]) -> Iterator[Row]:
    """Return rows with what the cells above say in place of such signs; a sign below nothing is left out."""
    above: list[object] = []
    for row in rows:
        cells = list(row.cells)
        for index, cell in enumerate(cells):
            if _repeats(cell):
                cells[index] = above[index] if index < len(above) else None
        if any(cell_text(cell) for cell in cells):
            above = cells
        yield Row(row.number, cells, row.problem, row.joined)
