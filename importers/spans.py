"""Cells that a spreadsheet merges over several rows: what they say holds for each of these rows."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from importers.cleaning import JOIN, cell_text
from importers.reading import Row
from importers.reading.grid import Span

#: What a row without it says of the place of the row above, if the name is merged over both.
_WHERE = frozenset({"address", "street", "lon", "lat", "lonlat"})


@dataclass(frozen=True, slots=True)
class Spans:
    """Fills the cells of rows below merged ones, row by row in their order.

    Where the name itself is merged and a row below says nothing of where it is, the rows are one place: what they say
    is put together in the first one.

    Attributes
    ----------
    spans : sequence of Span
    fields : mapping of int to str
        What each known column is.
    numbering : collection of int
        Columns that only number the rows: a row with nothing else stays empty.
    """

    spans: Sequence[Span]
    fields: Mapping[int, str]
    numbering: Collection[int]

    def filled(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Return all rows, each as what its own and the merged cells say together."""
        waiting = deque(sorted(self.spans))
        active: dict[int, tuple[Span, object]] = {}  # by column: however many cells say they are merged
        held: Row | None = None
        parts: list[Row] = []  # rows that were joined to the one that is held
        for row in rows:
            while waiting and waiting[0].first <= row.number:
                span = waiting.popleft()
                if span.first == row.number and cell_text(value := row.cell(span.column)):
                    active[span.column] = (span, value)
            carried = {
                column: value for column, (span, value) in active.items() if span.first < row.number <= span.last
            }
            own = {index for index, cell in enumerate(row.cells) if index not in carried and cell_text(cell)}
            own -= set(self.numbering)
            if carried and own and held is not None and self._same_place(carried, own):
                held = Row(held.number, _joined(held.cells, row.cells, own), held.problem)
                parts.append(Row(row.number, [None] * len(row.cells), row.problem, joined=held.number))
                continue
            if held is not None:
                yield held
                yield from parts
            held, parts = (_with(row, carried) if carried and own else row), []
        if held is not None:
            yield held
            yield from parts

    def _same_place(self, carried: Collection[int], own: Collection[int]) -> bool:
        named = any(self.fields.get(index) == "name" for index in carried)
        return named and not any(self.fields.get(index) in _WHERE for index in own)


def _with(row: Row, carried: Mapping[int, object]) -> Row:
    cells = [*row.cells, *[None] * (max(carried) + 1 - len(row.cells))]
    for index, value in carried.items():
        if not cell_text(cells[index]):
            cells[index] = value
    return Row(row.number, cells, row.problem, row.joined)


def _joined(cells: Sequence[object], more: Sequence[object], own: Collection[int]) -> list[object]:
    joined = [*cells, *[None] * (len(more) - len(cells))]
    for index in own:
        text, further = cell_text(joined[index]), cell_text(more[index])
        if not text:
            joined[index] = more[index]
        elif further not in text:
            joined[index] = f"{text}{JOIN}{further}"
    return joined
