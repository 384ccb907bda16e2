"""What every reader gives: grids of rows of cells that can be gone through more than once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from geodata.messages import Message


class Row(NamedTuple):
    """One row of a grid.

    Attributes
    ----------
    number : int
        The row as a person counts it in a spreadsheet: the first one is 1, blank rows count.
    cells : sequence
        Text, numbers, booleans, dates and times as the format knows them; ``None`` for an empty cell.
    problem : Message, optional
        Why the row cannot be read.
    joined : int
        The row above of the same place, to which this one was joined; 0 for a row of its own.
    """

    number: int
    cells: Sequence[object]
    problem: Message | None = None
    joined: int = 0

    def cell(self, index: int) -> object:
        """Return a cell; ``None`` beyond the last one."""
        return self.cells[index] if index < len(self.cells) else None


class Span(NamedTuple):
    """A merged cell that reaches over several rows: numbers of the first and the last, index of the (first) column."""

    first: int
    last: int
    column: int


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet, a text file or a layer.

    Attributes
    ----------
    name : str
        Name of the sheet or layer; empty where the format has none.
    rows : callable
        Starts from the first row each time it is called.
    headings : tuple of str, optional
        Where the format itself names the columns; else a row of the grid does.
    fields : mapping
        Column index → field, where the format itself says what a column is (a geometry's lon and lat).
    facts : mapping
        What was found out about the file, for the report: encoding, delimiter, sheet, CRS.
    doubts : tuple of Message
        What was only guessed.
    spread : frozenset of (int, int)
        Merged cells that reach over several columns: the row's number, the index of the first column.
    spans : tuple of Span
        Merged cells that reach over several rows.
    """

    name: str
    rows: Callable[[], Iterator[Row]]
    headings: tuple[str, ...] | None = None
    fields: Mapping[int, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    doubts: tuple[Message, ...] = ()
    spread: frozenset[tuple[int, int]] = frozenset()
    spans: tuple[Span, ...] = ()
