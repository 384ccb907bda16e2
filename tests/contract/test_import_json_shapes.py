"""JSON as portals and map services hand it out: every shape of a table gives the same places."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from geodata.errors import FileError
from geodata.store import Store
from importers.sites import import_sites
from tests.importing import by_name, codes

NAMES = ["name", "address", "lng", "lat"]
ROWS: list[list[Any]] = [["甲驿站", "南大街1号", 121.38, 37.53], ["乙驿站", "南大街2号", 121.39, 37.54]]
OBJECTS = [dict(zip(NAMES, row, strict=True)) for row in ROWS]
FEATURES = [
    {"type": "Feature", "properties": {"name": row[0]}, "geometry": {"type": "Point", "coordinates": row[2:]}}
    for row in ROWS
]
SOCRATA = [{"name": name, "dataTypeName": "text", "fieldName": f"f_{name}"} for name in NAMES[:2]]
ESRI = {"fields": [{"name": "ID"}, {"name": "F1", "alias": "站点名称"}], "spatialReference": {"wkid": 102100}}
SHAPES: dict[str, Any] = {
    "rows of objects": {"success": True, "result": {"fields": [{"id": name} for name in NAMES], "records": OBJECTS}},
    "rows of cells": {"fields": [{"id": name, "type": "text"} for name in NAMES], "records": ROWS},
    "columns and data": {"columns": NAMES, "index": [0, 1], "data": ROWS},
    "names above cells": [NAMES, *ROWS],
    "labels": {"columns": [{"prop": "a", "label": "名称"}, *({"prop": name} for name in NAMES[1:])],
               "data": [{"a": row[0], **dict(zip(NAMES[1:], row[1:], strict=True))} for row in ROWS]},
    "columns of cells": {name: [row[at] for row in ROWS] for at, name in enumerate(NAMES)},
    "numbered columns": {name: {str(n): row[at] for n, row in enumerate(ROWS)} for at, name in enumerate(NAMES)},
    "under keys": {"data": {f"S{n}": item for n, item in enumerate(OBJECTS)}},
    "Socrata": {
        "meta": {"view": {"columns": [*SOCRATA, {"name": "Location", "dataTypeName": "location",
                                                 "subColumnTypes": ["latitude", "longitude"]}]}},
        "data": [[*row[:2], [str(row[3]), str(row[2])]] for row in ROWS],
    },
    "geometries": {"results": [{**item, "lng": None, "lat": None, "geom": feature["geometry"]}
                               for item, feature in zip(OBJECTS, FEATURES, strict=True)]},
    "ArcGIS": {**ESRI, "geometryType": "esriGeometryPoint", "features": [
        {"attributes": {"ID": 1, "F1": "甲驿站"}, "geometry": {"x": 13511959.7, "y": 4513240.2}},
        {"attributes": {"ID": 2, "F1": "乙驿站"}, "geometry": {"rings": [
            [[13513072.7, 4514644.3], [13513072.8, 4514644.3], [13513072.8, 4514644.4], [13513072.7, 4514644.3]]]}},
    ]},
    "SuperMap": {"features": [
        {"fieldNames": ["SMID", "NAME"], "fieldValues": [str(at), row[0]],
         "geometry": {"center": {"x": row[2], "y": row[3]}}} for at, row in enumerate(ROWS)
    ]},
    "TopoJSON": {"type": "Topology", "transform": {"scale": [0.01, 0.01], "translate": [121, 37]}, "arcs": [],
                 "objects": {"a": {"type": "GeometryCollection", "geometries": [
                     {"type": "Point", "coordinates": [38, 53], "properties": {"name": "甲驿站"}},
                     {"type": "Point", "coordinates": [39, 54], "properties": {"name": "乙驿站"}}]}}},
    "Overpass": {"elements": [
        {"type": "node", "id": 1, "lat": 37.53, "lon": 121.38, "tags": {"amenity": "toilets", "name": "甲驿站"}},
        {"type": "way", "id": 2, "center": {"lat": 37.54, "lon": 121.39},
         "tags": {"amenity": "toilets", "name": "乙驿站"}},
        {"type": "way", "id": 3, "center": {"lat": 37.5, "lon": 121.3}, "tags": {"amenity": "bank", "name": "丙银行"}},
        {"type": "node", "id": 4, "lat": 37.53, "lon": 121.38},
    ]},
}  # fmt: skip
LINES: dict[str, list[Any]] = {"objects": OBJECTS, "features": FEATURES}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_the_places(sqlite_store: Store, tmp_path: Path, shape: str) -> None:
    path = tmp_path / "list.json"
    path.write_text(json.dumps(SHAPES[shape], ensure_ascii=False), encoding="utf-8")
    assert_the_places(sqlite_store, path)


@pytest.mark.parametrize("mark", ["", "\x1e"])
@pytest.mark.parametrize("items", LINES)
def test_one_document_a_line(sqlite_store: Store, tmp_path: Path, items: str, mark: str) -> None:
    path = tmp_path / "list.jsonl"
    path.write_text("".join(f"{mark}{json.dumps(item)}\n" for item in LINES[items]), encoding="utf-8")
    assert_the_places(sqlite_store, path)


def assert_the_places(store: Store, path: Path) -> None:
    report = import_sites(store, path, kind="rest_station")
    assert (report.rows.created, report.rows.rejected) == (2, 0), codes(report)
    sites = {name: stored.site.position for name, stored in by_name(store).items()}
    found = {name: position and (round(position.lon, 4), round(position.lat, 4)) for name, position in sites.items()}
    assert found == {"甲驿站": (121.38, 37.53), "乙驿站": (121.39, 37.54)}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"type": "Topology", "objects": {"a": {"type": "Polygon", "arcs": [[7]]}}, "arcs": []}, "file_no_features"),
        ({"elements": [{"type": "node", "id": 1, "lat": 1, "lon": 2, "tags": {}}]}, "file_osm_no_places"),
        ({"features": [{"attributes": {"a": 1}}], "spatialReference": {"wkid": 1}}, "file_crs_unknown"),
        ([["a", "b"], [1, 2, 3]], "file_json_no_rows"),
        ({"a": {"x": 1}, "b": {"y": 2}}, "file_json_no_rows"),
    ],
)
def test_what_cannot_be_read_is_refused(sqlite_store: Store, tmp_path: Path, content: Any, code: str) -> None:
    path = tmp_path / "list.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(FileError) as caught:
        import_sites(sqlite_store, path, kind="rest_station")
    assert caught.value.code == code
