"""Files as grids of cells. What a file is, is told by its content, and by its suffix only where that is not enough."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from geodata.errors import FileError
from importers.reading import limits
from importers.reading.archive import map_in
from importers.reading.delimited import read_delimited
from importers.reading.geojson import read_geojson
from importers.reading.grid import Grid, Row
from importers.reading.workbook import read_workbook

__all__ = ["Grid", "Row", "Source", "open_source"]

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SQLITE = b"SQLite format 3\x00"
_SHAPE = b"\x00\x00\x27\x0a"
_PARQUET = b"PAR1"
_FLATGEOBUF = b"fgb\x03"
_PBF = b"OSMHeader"
_BINARY = {
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"%PDF": "PDF",
    b"\x1f\x8b": "gzip",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"\x7fELF": "ELF",
}


#: Suffixes of JSON, and of JSON by the line.
_JSON = frozenset({".json", ".geojson", ".jsonl", ".ndjson", ".geojsonl", ".geojsons"})
#: Suffixes under which programs hand out web pages as tables.
_TABLES = frozenset({".xls", ".xlsx", ".et", ".csv", ".htm", ".html"})


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was opened: its name, its SHA-256, what it was taken for and the grids in it."""

    path: Path
    sha256: str
    format: str
    grids: tuple[Grid, ...]


def open_source(path: Path) -> Source:
    """Open a file of any format that can be read: text, workbook, JSON, map, OSM extract.

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
    limit = limits.MAX_FILE_BYTES.get(name, limits.MAX_MAP_BYTES)
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
        return _in_archive(path)
    if head.startswith(_OLE):
        return "xls", read_workbook
    if head.startswith(_SQLITE):
        return "gpkg", _vector
    if head.startswith(_SHAPE):
        return "shp", _vector
    if head.startswith(_FLATGEOBUF):
        return "fgb", _vector
    if head.startswith(_PARQUET):
        return "parquet", _parquet
    if _PBF in head[:64]:
        return "osm.pbf", _osm
    for magic, kind in _BINARY.items():
        if head.startswith(magic):
            raise FileError("file_binary", file=path.name, found=kind)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<"):
        return _in_xml(path, text)
    text = text.removeprefix(b"\x1e")
    if text.startswith((b"{", b"[")) and (path.suffix.lower() in _JSON or b'"' in text[:64]):
        return "geojson", read_geojson
    return "csv", read_delimited


def _in_archive(path: Path) -> tuple[str, Callable[[Path], list[Grid]]]:
    """Tell a workbook from a zipped map."""
    try:
        suffix = map_in(path)
    except FileError as error:
        if error.code == "file_archive_broken" and path.suffix.lower() in {".xlsx", ".xlsm"}:
            return "xlsx", read_workbook
        raise
    if suffix is None:
        return "xlsx", read_workbook
    name = {".shp": "shp.zip", ".kml": "kmz"}.get(suffix, f"{suffix[1:]}.zip")
    return name, _archived


def _in_xml(path: Path, text: bytes) -> tuple[str, Callable[[Path], list[Grid]]]:
    root = re.search(rb"<([A-Za-z][\w:.-]*)", re.sub(rb"(?s)<\?.*?\?>|<!--.*?-->", b"", text))
    name = root[1].split(b":")[-1].lower() if root else b""
    if name in (b"kml", b"gpx"):
        return name.decode(), _vector
    if name == b"osm":
        return "osm", _osm
    if path.suffix.lower() in _TABLES and re.search(rb"(?i)<(?:html|table)\b", text):
        raise FileError("file_web_page", file=path.name)
    raise FileError("file_binary", file=path.name, found="XML")


# Loading what reads maps takes longer than reading a short list, and the processes that prepare rows never read one.


def _vector(path: Path) -> list[Grid]:
    from importers.reading.vector import read_vector

    return read_vector(path)


def _archived(path: Path) -> list[Grid]:
    from importers.reading.vector import read_archived

    return read_archived(path)


def _parquet(path: Path) -> list[Grid]:
    from importers.reading.parquet import read_parquet

    return read_parquet(path)


def _osm(path: Path) -> list[Grid]:
    from importers.reading.osm import read_osm

    return read_osm(path)
