"""Which organisation belongs to which where no column says so: by indents, by numbers in steps, by a column a level."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice, pairwise

from geodata.organisations import level_of_name
from importers.cleaning import cell_text, key_of
from importers.columns import heading_index
from importers.headers import HEADER_WITHIN, is_numbering
from importers.opening import Opened
from importers.reading import Grid, Row, Source

#: From the largest down.
_LEVELS = ("national", "provincial", "city", "district", "street", "grassroots")
#: A blank too many is no indent.
_STEP = 2
#: What stands before a name in a tree that is drawn with signs.
_SIGNS = "├└│┃┣┗─━|+· \t\u3000-—"
_INDENT = re.compile(r"^[\s\u3000├└│┃┣┗─━|+·\-—]*")
_STEPS = re.compile(r"\d{1,3}(?:[.\-]\d{1,3})*\.?")
_LEVEL = re.compile(
    r"(?:全国|省级?|市级?|区级?|县级?|区县级?|县区级?|街道|镇街|街镇|乡镇|镇|基层|企业|社区|村|[一二三四五]级|第[一二三四五]级|上级|下级)"
    r"(?:级|总)?(?:工会|组织|单位|机构)(?:组织)?(?:名称)?"
)


def plain_name(text: str) -> str:
    """Return a name without the signs of a tree before it."""
    return text.lstrip(_SIGNS)


def parents_told(opened: Opened) -> tuple[Mapping[int, str], str]:
    """Return by row the name that a row's organisation belongs to, and what tells it: ``indents`` or ``numbers``.

    Both are empty where a column says it, or nothing does.
    """
    fields = opened.table.fields()
    if "parent" in fields or "name" not in fields:
        return {}, ""
    index = fields["name"][0].index
    rows = [row for row in opened.table.rows() if cell_text(row.cell(index))]
    names = [plain_name(cell_text(row.cell(index))) for row in rows]
    depths = [_depth(row.cell(index)) for row in rows]
    if _is_tree(depths):
        found = _by_depth(rows, names, depths)
        return (found, "indents") if _descends(rows, names, found) else ({}, "")
    for place in sorted(opened.table.numbering):
        steps = [cell_text(row.cell(place)).rstrip(".").replace("-", ".") for row in rows]
        found = _by_steps(rows, names, steps)
        if found and _descends(rows, names, found):
            return found, "numbers"
    return {}, ""


def _depth(cell: object) -> int:
    """Return how far a cell's text is indented; a full-width blank is as wide as two."""
    text = cell if isinstance(cell, str) else ""
    before = _INDENT.match(text)
    return sum(2 if unicodedata.east_asian_width(sign) in "FWA" else 1 for sign in before[0]) if before else 0


def _is_tree(depths: Sequence[int]) -> bool:
    """Tell whether indents are those of a tree: in steps of two or more, down by one step at a time."""
    if len(set(depths)) < 2 or depths[0] != min(depths):
        return False
    steps = {depth: place for place, depth in enumerate(sorted(set(depths)))}
    widths = [after - before for before, after in pairwise(sorted(set(depths)))]
    return min(widths) >= _STEP and all(steps[after] - steps[before] <= 1 for before, after in pairwise(depths))


def _descends(rows: Sequence[Row], names: Sequence[str], parents: Mapping[int, str]) -> bool:
    """Tell whether nothing belongs to what is of its own level or a lower one, grass-roots unions aside."""
    for row, name in zip(rows, names, strict=True):
        levels = [level_of_name(text) for text in (parents.get(row.number, ""), name)]
        if None in levels or levels[1] == _LEVELS[-1]:
            continue
        upper, lower = (_LEVELS.index(level) for level in levels if level is not None)
        if upper >= lower:
            return False
    return True


def _by_depth(rows: Sequence[Row], names: Sequence[str], depths: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    above: list[tuple[int, str]] = []
    for row, name, depth in zip(rows, names, depths, strict=True):
        while above and above[-1][0] >= depth:
            above.pop()
        if above:
            found[row.number] = above[-1][1]
        above.append((depth, name))
    return found


def _by_steps(rows: Sequence[Row], names: Sequence[str], steps: Sequence[str]) -> dict[int, str]:
    """Return what 1.1.2 belongs to, that of 1.1; nothing where numbers lack, come twice or have no steps."""
    if not all(map(_STEPS.fullmatch, steps)) or len(set(steps)) < len(steps):
        return {}
    named = dict(zip(steps, names, strict=True))
    upper = {row.number: step.rpartition(".")[0] for row, step in zip(rows, steps, strict=True)}
    if not all(step == "" or step in named for step in upper.values()):
        return {}
    return {number: named[step] for number, step in upper.items() if step}


def level_columns(source: Source) -> Source | None:
    """Return a file with a column for each level as one with names and what they belong to; ``None`` for others."""
    grids = [made for grid in source.grids if grid.headings is None and (made := _one_by_one(grid)) is not None]
    return replace(source, grids=tuple(grids)) if grids else None


def _one_by_one(grid: Grid) -> Grid | None:
    known = heading_index("organisations")
    for row in islice(grid.rows(), HEADER_WITHIN):
        headings = [cell_text(cell) for cell in row.cells]
        if any("name" in known.get(key_of(text), ()) for text in headings):
            return None
        levels = [index for index, text in enumerate(headings) if _LEVEL.fullmatch(text)]
        if len(levels) > 1:
            others = [index for index in range(len(headings)) if index not in levels and headings[index]]
            others = [index for index in others if not is_numbering(headings[index])]
            return replace(
                grid,
                headings=("名称", "上级", *(headings[index] for index in others)),
                rows=partial(_organisations, grid, row.number, levels, others),
                spans=(),
            )
    return None


def _organisations(grid: Grid, header: int, levels: Sequence[int], others: Sequence[int]) -> Iterator[Row]:
    """Yield each organisation once: what stands left of it, or above that, is what it belongs to."""
    path: list[str] = []
    seen: set[tuple[str, ...]] = set()
    for row in grid.rows():
        if row.number <= header:
            continue
        texts = [cell_text(row.cell(index)) for index in levels]
        stated = [place for place, text in enumerate(texts) if text]
        for place in stated:
            path = [*path[:place], *[""] * (place - len(path)), texts[place]]
            if tuple(path) in seen:
                continue
            seen.add(tuple(path))
            own = [row.cell(index) if place == stated[-1] else None for index in others]
            parent = next((name for name in reversed(path[:-1]) if name), None)
            yield Row(row.number, [texts[place], parent, *own])
