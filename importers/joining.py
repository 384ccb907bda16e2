"""Rows of several tables of a file that mean the same place, made one row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from geodata.messages import Message
from importers.cleaning import JOIN, cell_text, key_of
from importers.columns import Note

#: Fields of which a place may have several: what two tables say is put together.
_LISTS = frozenset({"label", "facilities", "services", "phone", "former_names", "awards", "note"})
#: An address that holds another one is the same, only more exact; from this many signs on.
_ADDRESS_LENGTH = 4


@dataclass(slots=True)
class Placed:
    """A row among those of all tables.

    ``part`` is the table it comes from, ``joined`` the number of the row that it became part of.
    """

    number: int
    part: int
    cells: list[object]
    problem: Message | None = None
    joined: int = 0


@dataclass(slots=True)
class Joiner:
    """Finds rows of other tables that mean the same place and puts them together.

    Attributes
    ----------
    headings : sequence of str
    fields : sequence of str
        What each column is, empty for unknown ones.
    """

    headings: Sequence[str]
    fields: Sequence[str]
    notes: list[Note] = field(default_factory=list)
    _by_name: dict[str, list[Placed]] = field(default_factory=dict)

    def add(self, row: Placed) -> None:
        """Take a row as a place, or join it to the row of another table that has the same name and address."""
        name = self._key(row.cells, "name")
        known = self._by_name.setdefault(name, [])
        found = [other for other in known if other.part != row.part and self._same(other.cells, row.cells)]
        if name and len(found) == 1:
            self._join(found[0], row)
            row.joined = found[0].number
        else:
            known.append(row)

    def complete(self, row: Placed) -> bool:
        """Join a row that only adds to a place; tell whether one was found."""
        found = self._meant(row)
        if found is not None:
            self._join(found, row)
        return found is not None

    def knows(self, row: Placed) -> bool:
        """Tell whether a row means one place."""
        return self._meant(row) is not None

    def _meant(self, row: Placed) -> Placed | None:
        name = self._key(row.cells, "name")
        others = self._by_name.get(name, []) if name else []
        found = [other for other in others if self._same(other.cells, row.cells, loosely=True)]
        return found[0] if len(found) == 1 else None

    def _same(self, one: Sequence[object], other: Sequence[object], *, loosely: bool = False) -> bool:
        for name in ("source_key", "lon", "lat", "lonlat"):
            keys = self._key(one, name), self._key(other, name)
            if all(keys) and keys[0] != keys[1]:
                return False
        first, second = self._key(one, "address"), self._key(other, "address")
        if not (first and second):
            return loosely
        short, long = sorted((first, second), key=len)
        return short == long or (len(short) >= _ADDRESS_LENGTH and short in long)

    def _key(self, cells: Sequence[object], name: str) -> str:
        return next((key for text in self._texts(cells).get(name, ()) if (key := key_of(text))), "")

    def _texts(self, cells: Sequence[object]) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, cell in zip(self.fields, cells, strict=True):
            if name and (text := cell_text(cell)):
                found.setdefault(name, []).append(text)
        return found

    def _join(self, row: Placed, more: Placed) -> None:
        """Put what another row says into a row; where both speak of one thing, the first stands and that is noted."""
        for index, cell in enumerate(more.cells):
            text, name = cell_text(cell), self.fields[index]
            if not text:
                continue
            own = self._filled(row.cells, index)
            if own is None:
                row.cells[index] = cell
            elif name in _LISTS:
                row.cells[own] = JOIN.join(_distinct(cell_text(row.cells[own]), text))
            elif name and key_of(cell_text(row.cells[own])) != key_of(text) and name != "address":
                shown = cell_text(row.cells[own])[:80]
                message = Message("row_joined_differs", {"kept": shown})
                self.notes.append(Note("warning", message, more.number, self.headings[index], text))

    def _filled(self, cells: Sequence[object], index: int) -> int | None:
        """Return the column that already says what a column would, of those for the same field."""
        name = self.fields[index]
        same = [index] if not name else [place for place, other in enumerate(self.fields) if other == name]
        return next((place for place in same if cell_text(cells[place])), None)


def _distinct(first: str, second: str) -> Iterator[str]:
    yield first
    if second not in first:
        yield second
