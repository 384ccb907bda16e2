"""Files as grids of cells. What a file is, is told by its content, and by its suffix only where that is not enough."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from geodata.errors import FileError
from importers.reading import limits
from importers.reading.delimited import read_delimited
from importers.reading.geojson import read_geojson
from importers.reading.grid import Grid, Row
from importers.reading.workbook import read_workbook

__all__ = ["Grid", "Row", "Source", "open_source"]

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BINARY = {
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"%PDF": "PDF",
    b"\x1f\x8b": "gzip",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"SQLite format 3": "SQLite",
    b"PAR1": "Parquet",
    b"\x7fELF": "ELF",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was opened: its name, its SHA-256, what it was taken for and the grids in it."""

    path: Path
    sha256: str
    format: str
    grids: tuple[Grid, ...]


def open_source(path: Path) -> Source:
    """Open a CSV, XLSX or GeoJSON file.

    Parameters
    ----------
    path : Path
        The file; its rows are read when the grids are iterated.

    Raises
    ------
    FileError
        If the file is missing, empty, too large, or nothing that can be read.
    """
    size = file_size(path)
    with path.open("rb") as stream:
        head = stream.read(4096)
    name, reader = _reader(path, head)
    limit = limits.MAX_FILE_BYTES[name]
    if size > limit:
        raise FileError("file_too_large", file=path.name, size=f"{size / 1e6:.0f}", limit=f"{limit / 1e6:.0f}")
    digest = sha256_of(path)
    grids = tuple(reader(path))
    if name == "geojson" and not any(grid.fields for grid in grids):
        name = "json"
    return Source(path, digest, name, grids)


def file_size(path: Path) -> int:
    """Return the size of a file in bytes.

    Raises
    ------
    FileError
        If it does not exist, is no file, cannot be read or is empty.
    """
    try:
        if not path.is_file():
            raise FileError("file_missing", file=str(path))
        with path.open("rb"):
            size = path.stat().st_size
    except OSError as error:
        raise FileError("file_unreadable", file=str(path), reason=error.strerror or type(error).__name__) from error
    if not size:
        raise FileError("file_empty", file=path.name)
    return size


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's content as hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _reader(path: Path, head: bytes) -> tuple[str, Callable[[Path], list[Grid]]]:
    if head.startswith(_ZIP):
        return "xlsx", read_workbook
    if head.startswith(_OLE):
        raise FileError("file_old_excel", file=path.name)
    for magic, kind in _BINARY.items():
        if head.startswith(magic):
            raise FileError("file_binary", file=path.name, found=kind)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<"):
        raise FileError("file_binary", file=path.name, found="XML / HTML")
    if text.startswith((b"{", b"[")) and (path.suffix.lower() in {".json", ".geojson"} or b'"' in text[:64]):
        return "geojson", read_geojson
    return "csv", read_delimited
