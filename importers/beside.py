"""Tables that stand side by side on a sheet, under the same headings: taken apart, each a table of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from importers.cleaning import cell_text, key_of
from importers.headers import is_numbering
from importers.reading import Row
from importers.sections import Section


def apart(section: Section) -> list[Section]:
    """Return the tables of a section whose headings come again to the right; the section itself where they do not."""
    keys = [key_of(heading) for heading in section.header.headings]
    starts = _starts(keys)
    if len(starts) < 2:
        return [section]
    ends = [*starts[1:], len(keys)]
    return [part for first, last in zip(starts, ends, strict=True) if (part := _part(section, first, last)).rows]


def _starts(keys: Sequence[str]) -> list[int]:
    """Return where the headings begin anew: at least two of them, in the same order."""
    first = next((index for index, key in enumerate(keys) if key), len(keys))
    starts = [index for index, key in enumerate(keys) if key and key == keys[first]] if first < len(keys) else []
    ends = [*starts[1:], len(keys)]
    blocks = {tuple(filter(None, keys[start:end])) for start, end in zip(starts, ends, strict=True)}
    return starts if len(starts) > 1 and len(blocks) == 1 and len(blocks.pop()) > 1 else []


def _part(section: Section, first: int, last: int) -> Section:
    inside = range(first, last)
    headings = tuple(heading if index in inside else "" for index, heading in enumerate(section.header.headings))
    numbers = {index for index, heading in enumerate(headings) if is_numbering(heading)}
    rows = []
    for row in section.rows:
        cells = [cell if index in inside else None for index, cell in enumerate(row.cells)]
        if any(cell_text(cell) for index, cell in enumerate(cells) if index not in numbers):
            rows.append(Row(row.number, cells, row.problem, row.joined))
    notes = section.notes if first == 0 or not any(section.header.headings[:first]) else []
    return replace(section, header=replace(section.header, headings=headings), rows=rows, notes=notes)
