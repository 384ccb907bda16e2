"""XLSX workbooks, read with calamine; what a formula last gave is its value."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from geodata.errors import FileError
from importers.reading import limits
from importers.reading.grid import Grid, Row


def read_workbook(path: Path) -> list[Grid]:
    """Return a grid for each worksheet that holds anything.

    Raises
    ------
    FileError
        If the file is no workbook, is protected or damaged, or unpacks to more than the bound.
    """
    _check_archive(path)
    try:
        workbook = CalamineWorkbook.from_path(path)
        sheets = [workbook.get_sheet_by_name(name) for name in workbook.sheet_names]
    except (CalamineError, OSError, ValueError) as error:
        raise FileError("file_workbook_unreadable", file=path.name, detail=str(error)) from error
    return [_grid(path, sheet) for sheet in sheets if sheet.height]


def _grid(path: Path, sheet: CalamineSheet) -> Grid:
    if sheet.total_height > limits.MAX_ROWS:
        raise FileError("file_too_many_rows", file=path.name, limit=limits.MAX_ROWS)
    if sheet.total_width > limits.MAX_COLUMNS:
        raise FileError("file_too_many_columns", file=path.name, row=1, limit=limits.MAX_COLUMNS)

    def rows() -> Iterator[Row]:
        first = (sheet.start or (0, 0))[0]
        for number, cells in enumerate(sheet.to_python(skip_empty_area=True), start=first + 1):
            yield Row(number, [None if cell == "" else cell for cell in cells])

    return Grid(name=sheet.name, rows=rows, facts={"sheet": sheet.name})


def _check_archive(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise FileError("file_workbook_unreadable", file=path.name, detail=str(error)) from error
    if len(members) > limits.MAX_MEMBERS or sum(member.file_size for member in members) > limits.MAX_UNPACKED_BYTES:
        raise FileError("file_unpacks_too_large", file=path.name, limit=f"{limits.MAX_UNPACKED_BYTES / 1e6:.0f}")
    if not any(member.filename.startswith("xl/") for member in members):
        raise FileError("file_archive", file=path.name)
