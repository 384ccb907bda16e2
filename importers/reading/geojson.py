"""JSON: GeoJSON of any geometry and CRS, as a grid with lon and lat in front; else arrays of objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyproj

from geodata.errors import FileError
from importers.reading import limits
from importers.reading.geometry import FIELDS, HEADINGS, cells_of, crs_of, points_of, shape_of
from importers.reading.grid import Grid, Row
from importers.reading.jsontable import flat, json_grids
from importers.reading.mapjson import as_geojson, overpass_elements


def read_geojson(path: Path) -> list[Grid]:
    """Return the grids of a JSON file; one document a line is read as well.

    GeoJSON has one, and so has what map services send instead (:mod:`importers.reading.mapjson`): lon, lat and
    precision of the geometry, then the properties. Other JSON has one for each table
    (:func:`importers.reading.jsontable.json_grids`).

    Geometries other than points give a point within them; another CRS (the old ``crs`` member) is transformed to
    WGS-84. A feature's row is its place in the collection, counted from 2, as if the property names stood above.

    Raises
    ------
    FileError
        If the file is no JSON, no feature collection, or names an unknown CRS.
    """
    content = _content(path)
    if elements := overpass_elements(content):
        from importers.reading.osm import read_elements  # not loaded for every other file

        return read_elements(path, elements)
    try:
        content = as_geojson(content) or content
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise FileError("file_no_features", file=path.name) from error
    if not is_geojson(content):
        return json_grids(path, content)
    features, crs = _features(path, content)
    if len(features) > limits.MAX_ROWS:
        raise FileError("file_too_many_rows", file=path.name, limit=limits.MAX_ROWS)
    records = [_flat(feature) for feature in features]
    names = list(dict.fromkeys(name for record in records for name in record))
    if len(names) > limits.MAX_COLUMNS:
        raise FileError("file_too_many_columns", file=path.name, row=1, limit=limits.MAX_COLUMNS)
    shapes = np.array([shape_of(feature.get("geometry")) for feature in features], dtype=object)
    lon, lat, wide = points_of(shapes, crs)

    def rows() -> Iterator[Row]:
        for index, record in enumerate(records):
            geometry = cells_of(lon[index], lat[index], wide=wide[index])
            yield Row(index + 2, (*geometry, *(record.get(name) for name in names)))

    return [
        Grid(
            name=path.stem,
            rows=rows,
            headings=(*HEADINGS, *names),
            fields=FIELDS,
            facts={"crs": crs.to_string() if crs else "EPSG:4326"},
        )
    ]


def is_geojson(content: object) -> bool:
    """Tell whether a document says that it is GeoJSON, or has features with a geometry."""
    if not isinstance(content, dict):
        return False
    if content.get("type") in ("FeatureCollection", "Feature"):
        return True
    features = content.get("features")
    return isinstance(features, list) and any(isinstance(item, dict) and "geometry" in item for item in features)


def _content(path: Path) -> Any:
    text = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if (lines := _lines(text)) is not None:
            return lines
        raise FileError("file_json_invalid", file=path.name, line=error.lineno, column=error.colno) from error


def _lines(text: bytes) -> Any:
    """Return a document of one JSON text a line (JSON Lines, RFC 8142): features or objects; ``None`` if it is none."""
    lines = [line for line in text.replace(b"\x1e", b"").splitlines() if line.strip()]
    try:
        items = [orjson.loads(line) for line in lines]
    except orjson.JSONDecodeError:
        return None
    if not items or not all(isinstance(item, dict) for item in items):
        return None
    features = all(item.get("type") == "Feature" for item in items)
    return {"type": "FeatureCollection", "features": items} if features else items


def _features(path: Path, content: dict[str, Any]) -> tuple[list[dict[str, Any]], pyproj.CRS | None]:
    if content.get("type") == "Feature":
        content = {"features": [content]}
    features = content.get("features")
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        raise FileError("file_no_features", file=path.name)
    return features, _crs(path, content.get("crs"))


def _crs(path: Path, member: object) -> pyproj.CRS | None:
    """Return the CRS to transform from, ``None`` for WGS-84."""
    if member is None:
        return None
    name = member
    if isinstance(member, Mapping) and isinstance(member.get("properties"), Mapping):
        name = member["properties"].get("name")
    return crs_of(name, path.name)


def _flat(feature: Mapping[str, Any]) -> dict[str, object]:
    """Return a feature's properties with those of objects within under dotted names, and its id."""
    properties = feature.get("properties")
    record = flat(properties) if isinstance(properties, dict) else {}
    if "id" in feature and not isinstance(feature["id"], dict | list):
        record.setdefault("id", feature["id"])
    return record
