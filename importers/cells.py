"""Cells of some rows, column by column: what can be said of a column at once need not be asked of every cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import zip_longest

from importers.cleaning import column_texts
from importers.reading import Row
from importers.reading.limits import MAX_CELL


class Cells:
    """Rows that follow one another, by column; rows are told by their place among them, the first is 0."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self._columns: list[tuple[object, ...]] = list(zip_longest(*(row.cells for row in rows)))
        self._texts: dict[int, Sequence[str]] = {}
        self._nothing = ("",) * len(rows)

    def texts(self, index: int) -> Sequence[str]:
        """Return a column as texts (:func:`importers.cleaning.cell_text`), empty ones where rows are shorter."""
        if index not in self._texts:
            column = self._columns[index] if index < len(self._columns) else ()
            empty = column.count(None) == len(column)  # a row may be far longer than all others
            self._texts[index] = self._nothing if empty else column_texts(column)
        return self._texts[index]

    def blank(self, numbering: Collection[int]) -> set[int]:
        """Return the rows that have nothing but a running number."""
        found = set(range(len(self.rows)))
        for index in range(len(self._columns)):
            if found and index not in numbering:
                texts = self.texts(index)
                found = {place for place in found if not texts[place]}
        return found

    def too_long(self) -> set[int]:
        """Return the rows with a cell that is longer than a cell may be."""
        found: set[int] = set()
        for column in self._columns:
            try:
                if max(map(len, column)) <= MAX_CELL:  # type: ignore[arg-type] # what has no length is looked at below
                    continue
            except TypeError:
                pass
            found.update(at for at, cell in enumerate(column) if isinstance(cell, str) and len(cell) > MAX_CELL)
        return found

    def having_two(self, words: frozenset[str]) -> set[int]:
        """Return the rows of which two cells or more are, as they stand, among some words."""
        found: Counter[int] = Counter()
        for column in self._columns:
            found.update(place for place, cell in enumerate(column) if cell.__class__ is str and cell in words)
        return {place for place, count in found.items() if count > 1}

    def first_texts(self) -> Sequence[str]:
        """Return the first text of each row that says something."""
        found: Sequence[str] = self._nothing
        for index in range(len(self._columns)):
            if "" not in found:
                break
            found = [text or other for text, other in zip(found, self.texts(index), strict=True)]
        return found
