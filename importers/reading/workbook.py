"""XLSX and XLS workbooks, read with calamine; what a formula last gave is its value."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from functools import reduce
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from geodata.errors import FileError
from importers.reading import limits
from importers.reading.archive import BROKEN, check_members
from importers.reading.grid import Grid, Row, Span

_CHUNK = 1 << 20
#: Where a cell says that it is: r="B12".
_REFERENCE = re.compile(rb"""\sr\s*=\s*["']([A-Z]{1,3})(\d{1,7})["']""")
_LONGEST = 40


def read_workbook(path: Path) -> list[Grid]:
    """Return a grid for each worksheet that holds anything.

    Raises
    ------
    FileError
        If the file is no workbook, is protected or damaged, or unpacks to more than the bound.
    """
    if zipfile.is_zipfile(path):
        _check_archive(path)
    try:
        workbook = CalamineWorkbook.from_path(path)
        sheets = [workbook.get_sheet_by_name(name) for name in workbook.sheet_names]
        shown = {sheet.name for sheet in workbook.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible}
    except (CalamineError, OSError, ValueError) as error:
        raise FileError("file_workbook_unreadable", file=path.name, detail=str(error)) from error
    return [_grid(path, sheet, hidden=sheet.name not in shown) for sheet in sheets if sheet.height]


def _grid(path: Path, sheet: CalamineSheet, *, hidden: bool) -> Grid:
    if sheet.total_height > limits.MAX_ROWS:
        raise FileError("file_too_many_rows", file=path.name, limit=limits.MAX_ROWS)
    if sheet.total_width > limits.MAX_COLUMNS:
        raise FileError("file_too_many_columns", file=path.name, row=1, limit=limits.MAX_COLUMNS)

    def rows() -> Iterator[Row]:
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            yield Row(number, [None if cell == "" else cell for cell in cells])

    facts = {"sheet": sheet.name, **({"hidden": "yes"} if hidden else {})}
    merged = sheet.merged_cell_ranges or ()
    spread = frozenset((first[0] + 1, first[1]) for first, last in merged if last[1] > first[1])
    spans = tuple(Span(first[0] + 1, last[0] + 1, first[1]) for first, last in merged if last[0] > first[0])
    return Grid(name=sheet.name, rows=rows, facts=facts, spread=spread, spans=spans)


def _check_archive(path: Path) -> None:
    try:
        members = check_members(path)
        if not any(member.filename.startswith("xl/") for member in members):
            raise FileError("file_archive", file=path.name)
        with zipfile.ZipFile(path) as archive:
            for member in members:
                if member.filename.endswith((".xml", ".rels")):
                    _check_member(path, archive, member)
    except BROKEN as error:
        raise FileError("file_workbook_unreadable", file=path.name, detail=str(error)) from error


def _check_member(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Read a member through: it must be as large as it says, define no entities, and reach not too far."""
    row = column = 0
    rest = b""
    worksheet = member.filename.startswith("xl/worksheets/")
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            text = rest + chunk
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                raise FileError("file_xml_refused", file=path.name, found="<!DOCTYPE")
            for letters, digits in set(_REFERENCE.findall(text)) if worksheet else ():
                row, column = max(row, int(digits)), max(column, _column(letters))
            if row * column > limits.MAX_CELLS:
                raise FileError("file_sheet_too_wide", file=path.name, rows=row, columns=column)
            rest = text[-_LONGEST:]


def _column(letters: bytes) -> int:
    """Return the number of a column by its letters: A is 1, AA is 27."""
    return reduce(lambda number, letter: number * 26 + letter - ord("A") + 1, letters, 0)
