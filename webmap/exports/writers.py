"""Rows into files. A text never becomes a formula: programs that calculate take one for it by its first sign."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from webmap.exports.fields import NUMBERS, WHOLE, Columns, Value

Rows = Iterable[Mapping[str, Value]]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
#: Features that are written at once.
_PART = 5_000
#: The most rows and the longest text of a worksheet.
SHEET_ROWS = 1_048_575
_SHEET_TEXT = 32_767


def neutral(text: str) -> str:
    """Return a text for a cell: one that a spreadsheet would take for a formula has an apostrophe before it.

    An import takes the apostrophe away again.
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def write_csv(path: Path, columns: Columns, rows: Rows) -> None:
    """Write UTF-8 with a byte order mark, by which spreadsheets know it, and commas."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns.headings())
        for row in rows:
            writer.writerow([neutral(row[name]) if isinstance(row[name], str) else row[name] for name in columns.names])  # type: ignore[arg-type]


def write_xlsx(path: Path, columns: Columns, rows: Rows) -> None:
    """Write a workbook with one sheet; texts stay texts, also those that look like formulas, numbers or links."""
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, {**options, "strings_to_numbers": False}) as workbook:
        bold, text = workbook.add_format({"bold": True}), workbook.add_format({"quote_prefix": True})
        sheet = workbook.add_worksheet("stationmap")
        sheet.freeze_panes(1, 2)
        for at, heading in enumerate(columns.headings()):
            sheet.write_string(0, at, heading, bold)
        for number, row in enumerate(rows, 1):
            for at, name in enumerate(columns.names):
                value = row[name]
                if isinstance(value, str):
                    marked = text if value.startswith(_FORMULA) else None
                    sheet.write_string(number, at, value[:_SHEET_TEXT], marked)
                elif value is not None:
                    sheet.write_number(number, at, value)


def write_geojson(path: Path, columns: Columns, rows: Rows) -> None:
    """Write a FeatureCollection after RFC 7946, one feature a line; a site without a position has no geometry."""
    with path.open("wb") as file:
        file.write(b'{"type":"FeatureCollection","features":[')
        mark = b"\n"
        for row in rows:
            file.write(mark + orjson.dumps(_feature(row)))
            mark = b",\n"
        file.write(b"\n]}\n")


def _feature(row: Mapping[str, Value]) -> dict[str, Any]:
    lon, lat = row["lon"], row["lat"]
    geometry = None if lon is None or lat is None else {"type": "Point", "coordinates": [lon, lat]}
    properties = {name: value for name, value in row.items() if name not in ("lon", "lat") and value is not None}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def write_gpkg(path: Path, columns: Columns, rows: Rows) -> None:
    """Write a GeoPackage with one layer of points."""
    import numpy as np
    import pyogrio.raw
    import shapely

    names = [name for name in columns.names if name not in ("lon", "lat")]
    for number, part in enumerate(_parts(rows)):
        points = [
            None if row["lon"] is None or row["lat"] is None else shapely.Point(float(row["lon"]), float(row["lat"]))
            for row in part
        ]
        values, masks = zip(*(_column(name, [row[name] for row in part]) for name in names), strict=True)
        pyogrio.raw.write(
            path,
            geometry=shapely.to_wkb(np.array(points, dtype=object)),
            field_data=list(values),
            field_mask=list(masks),
            fields=np.array(names, dtype=object),
            geometry_type="Point",
            crs="EPSG:4326",
            driver="GPKG",
            layer="sites",
            append=number > 0,
        )


def _parts(rows: Rows) -> Iterator[Sequence[Mapping[str, Value]]]:
    """Yield the rows in parts; one without rows where there are none, which makes a layer with its fields."""
    iterator = iter(rows)
    part = list(islice(iterator, _PART))
    while True:
        yield part
        part = list(islice(iterator, _PART))
        if not part:
            return


def _column(name: str, values: Sequence[Value]) -> tuple[Any, Any]:
    import numpy as np

    mask = np.array([value is None for value in values], dtype=np.bool_)
    if name not in NUMBERS:
        return np.array(values, dtype=object), mask
    kind = np.int32 if name in WHOLE else np.float64
    return np.array([0 if value is None else value for value in values], dtype=kind), mask
