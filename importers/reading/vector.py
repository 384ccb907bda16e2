"""Maps of every format that pyogrio reads: GeoPackage, Shapefile, KML, KMZ, GPX, FlatGeobuf; each layer a grid."""

from __future__ import annotations

import html
import re
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyogrio.raw
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

from geodata.errors import FileError
from geodata.messages import Message
from importers.reading import limits
from importers.reading.archive import unpack_map
from importers.reading.encoding import encoding_of_table
from importers.reading.geojson import read_geojson
from importers.reading.geometry import FIELDS, HEADINGS, cells_of, crs_of, points_of
from importers.reading.grid import Grid, Row
from importers.reading.kml import plain_kml

_ERRORS = (DataSourceError, DataLayerError, FeatureError, IndexError, ValueError, RuntimeError)
#: How the KML driver shows a placemark; nothing about the place.
_KML = frozenset(
    {"timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon", "snippet"}
)
#: The layers of a GPX file that are places; routes and tracks are ways.
_GPX = ("waypoints",)
_BREAK = re.compile(r"<\s*(?:br|/p|/div|/tr|/li)\s*/?>", re.IGNORECASE)
#: Parts of a page that are not for readers.
_UNSHOWN = re.compile(r"<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]{1,500}>")
#: What no map needs and what makes a parser read other files or blow up.
_DANGERS = (b"<!DOCTYPE", b"<!ENTITY", b"<OGRVRT", b"<NetworkLink")
_CHUNK = 1 << 20


def read_vector(path: Path, called: str = "") -> list[Grid]:
    """Return a grid for each layer of a map: lon, lat and precision of the geometry, then the attributes.

    Every CRS is transformed to WGS-84; other geometries than points give a point within. A feature's row is its place
    in the layer, counted from 2.

    Parameters
    ----------
    path : Path
    called : str
        What a layer is called that has its name from the file, if not like the file.

    Raises
    ------
    FileError
        If the file cannot be read, refers to other files, or is too large.
    """
    with path.open("rb") as stream:
        start = stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        check_xml(path)
    elif path.suffix.lower() in (".kml", ".gpx"):  # in UTF-16 or the like, of which the check would see nothing
        raise FileError("file_xml_refused", file=path.name, found="UTF-16")
    elif start.startswith(b"SQLite"):
        _check_geopackage(path)
    if path.suffix.lower() == ".kml" and (renamed := plain_kml(path)) is not None:
        return _renamed(*renamed, path)
    return _layers(path, called)


def _renamed(text: bytes, names: Mapping[str, str], path: Path) -> list[Grid]:
    """Return the layers of a KML file of which members were renamed for GDAL, under their own names."""
    with tempfile.TemporaryDirectory(prefix="stationmap-") as folder:
        plain = Path(folder) / path.name
        plain.write_bytes(text)
        grids = _layers(plain)
    return [replace(grid, headings=tuple(names.get(name, name) for name in grid.headings or ())) for grid in grids]


def _layers(path: Path, called: str = "") -> list[Grid]:
    try:
        layers = [str(name) for name, _ in pyogrio.list_layers(path)]
        gpx = "waypoints" in layers and "track_points" in layers
        chosen = [name for name in layers if not gpx or name in _GPX]
        grids = [grid for name in chosen if (grid := _layer(path, name, called)) is not None]
    except _ERRORS as error:
        raise FileError("file_map_unreadable", file=path.name, reason=_reason(path, error)) from error
    if not grids:
        raise FileError("file_nothing_in_it", file=path.name)
    return grids


def read_archived(path: Path) -> list[Grid]:
    """Return the grids of the one map in an archive: a zipped shapefile, a KMZ.

    Raises
    ------
    FileError
        As :func:`read_vector`; and if the archive has no map or several, or is none that may be unpacked.
    """
    with tempfile.TemporaryDirectory(prefix="stationmap-") as folder:
        inner, called = unpack_map(path, Path(folder))
        try:
            return read_geojson(inner) if inner.suffix in (".json", ".geojson") else read_vector(inner, called)
        except FileError as error:
            # The person knows the archive, not our name for what is in it.
            params = {**error.message.params, "file": path.name}
            raise FileError(error.code, **params) from error


def _layer(path: Path, name: str, called: str) -> Grid | None:
    encoding = encoding_beside(path) if path.suffix.lower() == ".shp" else None
    info = pyogrio.read_info(path, layer=name, encoding=encoding)
    if info["features"] > limits.MAX_ROWS:
        raise FileError("file_too_many_rows", file=path.name, limit=limits.MAX_ROWS)
    if len(info["fields"]) > limits.MAX_COLUMNS:
        raise FileError("file_too_many_columns", file=path.name, row=1, limit=limits.MAX_COLUMNS)
    kml = "KML" in info["driver"]
    meta, _, wkb, columns = pyogrio.raw.read(path, layer=name, force_2d=True, encoding=encoding)
    if wkb is None:
        return None
    kept = [index for index, field in enumerate(meta["fields"]) if not (kml and field in _KML)]
    values = [columns[index] for index in kept]
    if not len(wkb):
        return None
    shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    shapes[shapely.is_empty(shapes)] = None
    crs = crs_of(meta["crs"], path.name) if meta["crs"] else None
    lon, lat, wide = points_of(shapes, crs)
    if called and name == path.stem:
        name = called

    def rows() -> Iterator[Row]:
        for index in range(len(shapes)):
            cells = (_cell(column[index], markup=kml) for column in values)
            yield Row(index + 2, (*cells_of(lon[index], lat[index], wide=wide[index]), name, *cells))

    doubts = () if meta["crs"] else (Message("crs_missing", {"layer": name}),)
    return Grid(
        name=name,
        rows=rows,
        headings=(*HEADINGS, "layer", *(str(meta["fields"][index]) for index in kept)),
        fields=FIELDS,
        facts={"crs": str(meta["crs"] or "EPSG:4326")[:100], "driver": str(info["driver"])},
        doubts=doubts,
    )


def encoding_beside(path: Path) -> str | None:
    """Return the codec of a shapefile's table where nothing beside it says which."""
    beside = {other.suffix.lower(): other for other in path.parent.glob(f"{path.stem}.*")}
    return encoding_of_table(beside[".dbf"]) if ".dbf" in beside and ".cpg" not in beside else None


def _cell(value: Any, *, markup: bool) -> object:
    """Return a value of numpy's as Python's, what is not there as ``None``, and HTML in KML as plain text."""
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else value.item()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, float) and np.isnan(value):
        return None
    if markup and isinstance(value, str) and ("<" in value or "&" in value):
        return html.unescape(_TAG.sub(" ", _BREAK.sub("\n", _UNSHOWN.sub(" ", value))))
    return value


def check_xml(path: Path) -> None:
    """Refuse XML that defines entities or points to other files."""
    rest = b""
    longest = max(map(len, _DANGERS))
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            text = rest + chunk
            for danger in _DANGERS:
                if danger in text or danger.lower() in text.lower():
                    raise FileError("file_xml_refused", file=path.name, found=danger.decode())
            rest = text[-longest:]


def _check_geopackage(path: Path) -> None:
    """Refuse a database that is damaged or no GeoPackage before GDAL tries it."""
    try:
        database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            database.execute("SELECT count(*) FROM gpkg_contents").fetchone()
        finally:
            database.close()
    except sqlite3.Error as error:
        raise FileError("file_map_unreadable", file=path.name, reason=_reason(path, error)) from error


def _reason(path: Path, error: Exception) -> str:
    return str(error).replace(str(path), path.name)[:200]
