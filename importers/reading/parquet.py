"""GeoParquet 1.0 and 1.1, and Parquet tables without a geometry, read with pyarrow (an optional library: it is large).

https://geoparquet.org/releases/v1.1.0/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely

from geodata.errors import FileError
from geodata.messages import Message
from importers.reading import limits
from importers.reading.geometry import FIELDS, HEADINGS, cells_of, crs_of, points_of
from importers.reading.grid import Grid, Row

#: Rows that are decoded at once.
_BATCH = 10_000
_NO_CELL = (bytes, dict, list)
#: What says where a row lies a second time, for programs that filter.
_COVERING = "bbox"


def read_parquet(path: Path) -> list[Grid]:
    """Return the one grid of a Parquet file; with a geometry its lon, lat and precision come first.

    Raises
    ------
    FileError
        If pyarrow is not installed, or the file is damaged, too large once unpacked, or says something of its geometry
        that is not known; while iterating, if a part of it is damaged.
    """
    if find_spec("pyarrow") is None:
        raise FileError("file_needs_library", file=path.name, format="Parquet", install="stationmap[parquet]")
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    try:
        with ParquetFile(path, thrift_string_size_limit=1 << 27) as file:
            about, schema = file.metadata, file.schema_arrow
            leaves = [file.schema.column(at) for at in range(len(file.schema))]
            groups = [about.row_group(at) for at in range(about.num_row_groups)]
            unpacked = sum(group.total_byte_size for group in groups)
            counts = [sum(group.column(at).num_values for group in groups) for at in range(len(leaves))]
    except (ArrowException, OSError, ValueError) as error:
        raise FileError("file_parquet_unreadable", file=path.name, reason=_reason(error)) from error
    _check_size(path, about.num_rows, len(schema.names), unpacked)
    if max(counts, default=0) > 10 * limits.MAX_ROWS:  # lists, each as long as it likes
        raise FileError("file_unpacks_too_large", file=path.name, limit=f"{limits.MAX_UNPACKED_BYTES / 1e6:.0f}")
    # A text that stands in every row is a few bytes in the file; read as a dictionary it is a few in memory, too.
    texts = [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]
    geo = _geo(path, about.metadata or {})
    if geo is not None and (geo[0] not in schema.names or not _is_binary(schema.field(geo[0]).type)):
        raise FileError("file_parquet_unreadable", file=path.name, reason=f"no WKB in {geo[0][:40]!r}")
    columns = [name for name in schema.names if name != _COVERING and (geo is None or name not in geo[2])]

    def rows() -> Iterator[Row]:
        try:
            with ParquetFile(path, read_dictionary=texts) as file:
                wanted = columns if geo is None else [geo[0], *columns]
                number = 1
                for batch in file.iter_batches(_BATCH, columns=wanted, use_threads=False):
                    for cells in _cells(path, batch, columns, geo):
                        number += 1
                        yield Row(number, cells)
        except (ArrowException, OSError, ValueError) as error:
            raise FileError("file_parquet_unreadable", file=path.name, reason=_reason(error)) from error

    if geo is None:
        return [Grid(name="", rows=rows, headings=tuple(columns))]
    doubts = (Message("crs_missing", {"layer": geo[0]}),) if geo[1] is None else ()
    return [
        Grid(
            name=path.stem,
            rows=rows,
            headings=(*HEADINGS, *columns),
            fields=FIELDS,
            facts={"crs": geo[3]},
            doubts=doubts,
        )
    ]


def _is_binary(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_binary(kind) or types.is_large_binary(kind))


def _check_size(path: Path, rows: int, columns: int, unpacked: int) -> None:
    if rows > limits.MAX_ROWS:
        raise FileError("file_too_many_rows", file=path.name, limit=limits.MAX_ROWS)
    if columns > limits.MAX_COLUMNS:
        raise FileError("file_too_many_columns", file=path.name, row=1, limit=limits.MAX_COLUMNS)
    if unpacked > limits.MAX_UNPACKED_BYTES:
        raise FileError("file_unpacks_too_large", file=path.name, limit=f"{limits.MAX_UNPACKED_BYTES / 1e6:.0f}")


#: The geometry's column, its CRS, the columns of all geometries, and the CRS as the report shows it.
_Geo = tuple[str, Any, frozenset[str], str]


def _geo(path: Path, metadata: Mapping[bytes, bytes]) -> _Geo | None:
    """Return what the file says of its geometry, ``None`` for a table without one.

    Raises
    ------
    FileError
        If the geometry is not well-known binary, or the CRS is unknown.
    """
    if b"geo" not in metadata:
        return None
    try:
        about = orjson.loads(metadata[b"geo"])
        primary = str(about["primary_column"])
        column = about["columns"][primary]
        encoding, named = str(column["encoding"]), frozenset(map(str, about["columns"]))
        crs = column.get("crs", "OGC:CRS84")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FileError("file_parquet_unreadable", file=path.name, reason="metadata “geo”") from error
    if encoding != "WKB":
        raise FileError("file_parquet_encoding", file=path.name, encoding=encoding[:40])
    shown = str((crs.get("id") or {}).get("code") or crs.get("name") if isinstance(crs, dict) else crs or "EPSG:4326")
    if crs == "OGC:CRS84" or crs is None:
        return primary, None if crs is None else "OGC:CRS84", named, shown[:100]
    return primary, crs, named, shown[:100]


def _cells(path: Path, batch: Any, columns: Sequence[str], geo: _Geo | None) -> Iterator[Sequence[object]]:
    plain = [_values(batch.column(name)) for name in columns]
    rows: Iterator[Sequence[object]] = zip(*plain, strict=True) if plain else iter([()] * batch.num_rows)
    if geo is None:
        yield from rows
        return
    words, places = _dictionary(batch.column(geo[0]))
    shapes = shapely.from_wkb(np.array([*words, None], dtype=object), on_invalid="ignore")
    shapes[shapely.is_empty(shapes)] = None
    crs = None if geo[1] in (None, "OGC:CRS84") else crs_of(geo[1], path.name)
    lon, lat, wide = (values[places] for values in points_of(shapes, crs))
    for index, cells in enumerate(rows):
        yield (*cells_of(lon[index], lat[index], wide=wide[index]), *cells)


def _dictionary(column: Any) -> tuple[list[Any], list[int]]:
    """Return the different values of a column and the place of each row's one among them, -1 for none."""
    encoded = column if hasattr(column, "dictionary") else column.dictionary_encode()
    places = [-1 if at is None else at for at in encoded.indices.to_pylist()]
    return encoded.dictionary.to_pylist(), places


def _values(column: Any) -> list[object]:
    if not hasattr(column, "dictionary"):
        return [_cell(value) for value in column.to_pylist()]
    words, places = _dictionary(column)
    cells = [*map(_cell, words), None]
    return [cells[at] for at in places]


def _cell(value: Any) -> object:
    """Return a value as a cell: nothing for bytes and for what is nested deeper than a list."""
    if isinstance(value, list):
        return [
            item[: limits.MAX_CELL] if isinstance(item, str) else item
            for item in value
            if not isinstance(item, _NO_CELL)
        ]
    if isinstance(value, _NO_CELL):
        return None
    if isinstance(value, datetime) and value.tzinfo is not None and value.time() == time():
        return value.date().isoformat()
    return value


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
