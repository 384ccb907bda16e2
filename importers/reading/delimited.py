"""Delimited text (CSV, TSV and their kin), streamed."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from geodata.errors import FileError
from geodata.messages import Message
from importers.reading import limits
from importers.reading.encoding import detect_encoding, is_guess
from importers.reading.grid import Grid, Row

_DELIMITERS = ",;\t|"
#: Tried where none of the usual ones cuts the lines alike.
_RARE = "^~#\x1f\x1e，；、: "
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


def read_delimited(path: Path) -> list[Grid]:
    """Return the one grid of a delimited text file.

    Raises
    ------
    FileError
        If the file is no text, or its encoding cannot be found; while iterating, if a line has no end.
    """
    encoding = detect_encoding(path)
    delimiter = _sniff(path, encoding)

    def rows() -> Iterator[Row]:
        return _rows(path, encoding, delimiter)

    facts = {"encoding": encoding.removesuffix("-sig"), "delimiter": _NAMES.get(delimiter, delimiter)}
    doubts = (Message("encoding_guessed", {"encoding": encoding}),) if is_guess(encoding) else ()
    return [Grid(name="", rows=rows, facts=facts, doubts=doubts)]


def _lines(path: Path, encoding: str) -> Iterator[str]:
    # newline="" keeps the line ends inside quotation marks as they are and still ends lines at a lone CR.
    with path.open(encoding=encoding, newline="") as stream:
        number = 0
        while line := stream.readline(limits.MAX_LINE):
            number += 1
            if len(line) == limits.MAX_LINE and not line.endswith(("\n", "\r")):
                raise FileError("file_line_endless", file=path.name, line=number, limit=limits.MAX_LINE)
            yield line


def _rows(path: Path, encoding: str, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(_lines(path, encoding), delimiter=delimiter)
    number = 0
    while True:
        number += 1
        if number > limits.MAX_ROWS:
            raise FileError("file_too_many_rows", file=path.name, limit=limits.MAX_ROWS)
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            # The module's own bound on a field: mostly a quotation mark that is never closed.
            yield Row(number, (), Message("row_quote_open", {"limit": csv.field_size_limit()}))
            continue
        if len(cells) > limits.MAX_COLUMNS:
            raise FileError("file_too_many_columns", file=path.name, row=number, limit=limits.MAX_COLUMNS)
        yield Row(number, cells)


def _sniff(path: Path, encoding: str) -> str:
    """Choose the delimiter that cuts the first records into most cells, the same number in each."""
    lines = list(islice(_lines(path, encoding), 60))
    best, score = _best(lines, _DELIMITERS)
    if score < 1:
        other, better = _best(lines, _RARE)
        if better >= 1:
            return other
    return best


def _best(lines: list[str], delimiters: str) -> tuple[str, float]:
    best, best_score = ",", 0.0
    for delimiter in delimiters:
        try:
            widths = [len(cells) for cells in csv.reader(lines, delimiter=delimiter) if cells]
        except csv.Error:
            continue
        if not widths:
            continue
        width, times = Counter(widths).most_common(1)[0]
        score = (width - 1) * times / len(widths)
        if score > best_score:
            best, best_score = delimiter, score
    return best, best_score
