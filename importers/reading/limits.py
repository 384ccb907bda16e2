"""Bounds on what an importer takes from a file, so that a hostile or broken one cannot exhaust the machine."""

from __future__ import annotations

#: Largest file in bytes, by format. Delimited text is streamed; the other formats are held in memory as a whole.
MAX_FILE_BYTES = {
    "csv": 2_000_000_000,
    "geojson": 300_000_000,
    "json": 300_000_000,
    "xlsx": 200_000_000,
    "xls": 200_000_000,
}

#: Largest file of all other formats.
MAX_MAP_BYTES = 1_000_000_000

#: Largest sum of the unpacked members of a workbook, in bytes.
MAX_UNPACKED_BYTES = 1_000_000_000

#: Most members of a workbook's archive.
MAX_MEMBERS = 10_000

#: Most cells between the first and the last filled one of a worksheet, blank ones included: all take memory.
MAX_CELLS = 30_000_000

#: Most rows of a table, its header included.
MAX_ROWS = 2_000_000

#: Most columns of a table.
MAX_COLUMNS = 2_000

#: Most characters of a line of delimited text.
MAX_LINE = 4_000_000

#: Most characters of a cell; a row with a longer one is rejected.
MAX_CELL = 20_000
