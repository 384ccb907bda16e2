"""What map services send as JSON instead of GeoJSON: features of ArcGIS and SuperMap, TopoJSON; as GeoJSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

from importers.reading.jsonshapes import labels_of

#: Codes of CRS that belong to Esri begin here (``ESRI:102100``).
_ESRI_FROM = 32_768


def overpass_elements(content: object) -> list[dict[str, Any]]:
    """Return the objects of OpenStreetMap in an answer of Overpass; none of another document."""
    elements = content.get("elements") if isinstance(content, dict) else None
    if not isinstance(elements, list) or not all(isinstance(item, dict) for item in elements):
        return []
    placed = all(item.get("type") in ("node", "way", "relation") for item in elements)
    return elements if placed and any("tags" in item for item in elements) else []


def as_geojson(content: object) -> dict[str, Any] | None:
    """Return the features of a document of ArcGIS, SuperMap or TopoJSON as a feature collection; ``None`` for another.

    The CRS that the document states is kept in the member ``crs``.
    """
    if not isinstance(content, dict):
        return None
    if content.get("type") == "Topology" and isinstance(content.get("objects"), dict):
        return _collection(_of_topology(content), None)
    features = content.get("features")
    if not isinstance(features, list) or not features or not all(isinstance(item, dict) for item in features):
        return None
    if all(isinstance(item.get("attributes"), dict) for item in features):
        return _collection(_of_arcgis(features, content.get("fields")), _crs(content))
    if all(isinstance(item.get("fieldNames"), list) for item in features):
        return _collection(map(_of_supermap, features), None)
    return None


def _collection(features: Iterator[dict[str, Any]], crs: str | None) -> dict[str, Any]:
    named = {"crs": {"type": "name", "properties": {"name": crs}}} if crs else {}
    return {"type": "FeatureCollection", "features": list(features), **named}


def _feature(properties: Mapping[str, Any], geometry: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"type": "Feature", "properties": dict(properties), "geometry": geometry}


def _crs(content: Mapping[str, Any]) -> str | None:
    """Return the CRS that a document of ArcGIS states by its code or in well-known text."""
    stated = content.get("spatialReference")
    if not isinstance(stated, dict):
        return None
    code = stated.get("latestWkid") or stated.get("wkid")
    if isinstance(code, int):
        return f"{'ESRI' if code >= _ESRI_FROM and code != stated.get('latestWkid') else 'EPSG'}:{code}"
    wkt = stated.get("wkt")
    return wkt if isinstance(wkt, str) else None


def _of_arcgis(features: Sequence[Mapping[str, Any]], fields: object) -> Iterator[dict[str, Any]]:
    described = [field for field in fields if isinstance(field, dict)] if isinstance(fields, list) else []
    labels = labels_of(described)
    days = {field.get("name") for field in described if field.get("type") == "esriFieldTypeDate"}
    for item in features:
        properties = {
            labels.get(name, name): _moment(value) if name in days else value
            for name, value in item["attributes"].items()
        }
        yield _feature(properties, _esri_geometry(item.get("geometry")))


def _moment(value: object) -> object:
    """Return the day of a moment that is given in milliseconds since 1970."""
    if not isinstance(value, int | float) or not 0 < value < 4e12:
        return value
    return datetime.fromtimestamp(value / 1000, UTC).date().isoformat()


def _esri_geometry(geometry: object) -> dict[str, Any] | None:
    """Return a geometry of ArcGIS: a point, points, ways, or the outer ring of an area."""
    if not isinstance(geometry, dict):
        return None
    if "x" in geometry and "y" in geometry:
        numbers = all(isinstance(geometry[axis], int | float) for axis in "xy")
        return {"type": "Point", "coordinates": [geometry["x"], geometry["y"]]} if numbers else None
    for name, kind in (("points", "MultiPoint"), ("paths", "MultiLineString"), ("rings", "Polygon")):
        parts = geometry.get(name)
        if isinstance(parts, list) and parts:
            return {"type": kind, "coordinates": parts[:1] if kind == "Polygon" else parts}
    return None


def _of_supermap(item: Mapping[str, Any]) -> dict[str, Any]:
    values = item.get("fieldValues")
    properties = dict(zip(item["fieldNames"], values, strict=False)) if isinstance(values, list) else {}
    geometry = item.get("geometry")
    center = geometry.get("center") if isinstance(geometry, dict) else None
    return _feature(properties, _esri_geometry(center))


def _of_topology(content: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the features of TopoJSON: objects of geometries that share arcs, often in steps of a grid."""
    grid = content.get("transform")
    scale, move = ((1.0, 1.0), (0.0, 0.0)) if not isinstance(grid, dict) else (grid["scale"], grid["translate"])

    def degrees(point: Sequence[float]) -> list[float]:
        return [point[axis] * scale[axis] + move[axis] for axis in (0, 1)]

    def line(arc: Sequence[Sequence[float]]) -> list[list[float]]:
        if grid is None:
            return [degrees(point) for point in arc]
        steps = accumulate(arc, lambda here, step: [here[0] + step[0], here[1] + step[1]])
        return [degrees(point) for point in steps]

    arcs = [line(arc) for arc in content.get("arcs", ())]

    def ring(numbers: Sequence[int]) -> list[list[float]]:
        return [point for number in numbers for point in (arcs[number] if number >= 0 else arcs[~number][::-1])]

    for item in content["objects"].values():
        for part in item.get("geometries", [item]):
            kind, geometry = part.get("type"), None
            if kind == "Point":
                geometry = {"type": "Point", "coordinates": degrees(part["coordinates"])}
            elif kind == "MultiPoint":
                geometry = {"type": "MultiPoint", "coordinates": [degrees(point) for point in part["coordinates"]]}
            elif kind in ("LineString", "Polygon", "MultiPolygon", "MultiLineString"):
                numbers = part["arcs"]
                while numbers and isinstance(numbers[0], list):
                    numbers = numbers[0]
                geometry = {"type": "LineString", "coordinates": ring(numbers)}
                if "Polygon" in kind:
                    geometry = {"type": "Polygon", "coordinates": [ring(numbers)]}
            named = {"id": part["id"]} if "id" in part else {}
            yield _feature({**named, **part.get("properties", {})}, geometry)
