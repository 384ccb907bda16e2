"""Shapes into points: one that stands for each shape, in WGS-84, and whether the shape is too wide for that."""

from __future__ import annotations

from typing import Any, TypeGuard

import numpy as np
import orjson
import pyproj
import shapely
from numpy.typing import NDArray

from geodata.errors import FileError

#: A shape wider than this many metres gives a point that is only roughly the place.
_SMALL_SHAPE_M = 200.0
#: Columns that a grid of features begins with.
HEADINGS = ("geometry.lon", "geometry.lat", "geometry.precision")
FIELDS = {0: "lon", 1: "lat", 2: "geometry_precision"}

#: What GeoJSON calls the geometries that have coordinates (RFC 7946, section 1.4).
_GEOMETRIES = frozenset({"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"})

Floats = NDArray[np.float64]


def crs_of(name: object, file: str) -> pyproj.CRS | None:
    """Return the CRS to transform from, ``None`` for WGS-84.

    Raises
    ------
    FileError
        If it is unknown.
    """
    try:
        crs = pyproj.CRS.from_user_input(name)
    except pyproj.exceptions.CRSError as error:
        raise FileError("file_crs_unknown", file=file, crs=str(name)[:100]) from error
    return None if crs.equals("EPSG:4326", ignore_axis_order=True) else crs


def is_geometry(value: object) -> TypeGuard[dict[str, Any]]:
    """Tell whether an object is a geometry of GeoJSON."""
    if not isinstance(value, dict) or not isinstance(value.get("coordinates"), list):
        return False
    kind = value.get("type")
    return isinstance(kind, str) and kind in _GEOMETRIES


def shape_of(geometry: object) -> shapely.Geometry | None:
    """Return the shape of a geometry of GeoJSON; ``None`` for what is none, or empty."""
    if not isinstance(geometry, dict):
        return None
    try:
        shape = shapely.from_geojson(orjson.dumps(geometry).decode())
    except (shapely.errors.GEOSException, orjson.JSONEncodeError):
        return None
    return None if shape.is_empty else shape


def point_text(geometry: dict[str, Any]) -> str | None:
    """Return a point on a geometry of GeoJSON as well-known text, which says that the longitude is the first."""
    shape = shape_of(geometry)
    if shape is None:
        return None
    point = shapely.point_on_surface(shape)
    return f"POINT ({point.x!r} {point.y!r})"


def points_of(shapes: NDArray[Any], crs: pyproj.CRS | None) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return lon and lat of a point on each shape (NaN without one) and whether the shape is wide."""
    points = shapely.point_on_surface(shapes)
    lon, lat = shapely.get_x(points), shapely.get_y(points)
    wide = np.zeros(len(shapes), dtype=bool)
    bounds = shapely.bounds(shapes)
    if crs is not None:
        transformer = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
        lon, lat = (_finite(values) for values in transformer.transform(lon, lat))
        corners = (transformer.transform(*bounds[:, pair : pair + 2].T) for pair in (0, 2))
        bounds = np.column_stack([_finite(values) for corner in corners for values in corner])
    shaped = np.isfinite(bounds).all(axis=1) & (shapely.get_type_id(shapes) != 0)
    if shaped.any():
        west, south, east, north = bounds[shaped].T
        wide[shaped] = pyproj.Geod(ellps="WGS84").inv(west, south, east, north)[2] > _SMALL_SHAPE_M
    return lon, lat, wide


def cells_of(lon: float, lat: float, *, wide: bool) -> tuple[float | None, float | None, str | None]:
    """Return the first three cells of a feature's row."""
    known = not np.isnan(lon)
    return (float(lon) if known else None, float(lat) if known else None, "approximate" if wide else None)


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)
