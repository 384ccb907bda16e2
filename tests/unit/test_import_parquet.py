"""Parquet and GeoParquet files become rows like any other list, and hostile ones are refused."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import shapely
from pyarrow.parquet import write_table
from pyproj import CRS, Transformer

from geodata.errors import FileError
from geodata.store import Store
from importers.reading import limits, open_source
from importers.sites import import_sites

POINTS = [(121.39, 37.53), (121.41, 37.55)]


def write(path: Path, columns: dict[str, Any], shapes: list[Any] | None = None, **geo: Any) -> Path:
    """Write a table, with a geometry column and what GeoParquet says of it where there are shapes."""
    table = pa.table(columns)
    if shapes is not None:
        table = table.append_column("geometry", pa.array([None if s is None else shapely.to_wkb(s) for s in shapes]))
        column = {"encoding": "WKB", "geometry_types": [], **geo}
        about = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
        table = table.replace_schema_metadata({"geo": json.dumps(about)})
    write_table(table, path, compression="zstd")
    return path


def test_points_in_wgs84_are_places(sqlite_store: Store, tmp_path: Path) -> None:
    names = {"名称": ["人民路驿站", "无位置的驿站"], "地址": ["人民路1号", "解放路2号"], "bbox": [{"xmin": 1.0}, None]}
    path = write(tmp_path / "sites.parquet", names, [shapely.Point(*POINTS[0]), None])
    report = import_sites(sqlite_store, path, kind="rest_station", datum="wgs84")
    assert (report.rows.created, report.recognised["format"], report.recognised["crs"]) == (2, "parquet", "OGC:CRS84")
    assert "bbox" not in report.recognised["unknown_columns"]
    found = {site.site.name: site.site.position for site in sqlite_store.sites()}
    at = found["人民路驿站"]
    assert at is not None
    assert (at.lon, at.lat) == POINTS[0]
    assert found["无位置的驿站"] is None
    assert import_sites(sqlite_store, path, kind="rest_station", datum="wgs84").rows.unchanged == 2


def test_another_crs_is_transformed_and_shapes_give_points(tmp_path: Path) -> None:
    crs = CRS.from_epsg(4547)
    forth = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    shapes = [shapely.Point(forth.transform(*POINTS[0])), shapely.Point(forth.transform(*POINTS[1])).buffer(30)]
    path = write(tmp_path / "sites.parquet", {"name": ["A", "B"]}, shapes, crs=crs.to_json_dict())
    (grid,) = open_source(path).grids
    assert grid.headings == ("geometry.lon", "geometry.lat", "geometry.precision", "name")
    rows = [row.cells for row in grid.rows()]
    assert [row[3] for row in rows] == ["A", "B"]
    for row, point in zip(rows, POINTS, strict=True):
        assert row[:2] == pytest.approx(point, abs=1e-4)


def test_a_table_without_geometry_is_a_list(tmp_path: Path) -> None:
    columns = {"name": ["A", None], "lon": [121.39, None], "facilities": [["饮水", "微波炉"], []], "raw": [b"x", b"y"]}
    (grid,) = open_source(write(tmp_path / "sites.parquet", columns)).grids
    assert grid.headings == ("name", "lon", "facilities", "raw")
    assert [list(row.cells) for row in grid.rows()] == [["A", 121.39, ["饮水", "微波炉"], None], [None, None, [], None]]
    assert [row.number for row in grid.rows()] == [2, 3]


def test_without_the_library_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "sites.parquet", {"name": ["A"]})
    monkeypatch.setattr("importers.reading.parquet.find_spec", lambda _: None)
    with pytest.raises(FileError, match=r"pip install 'stationmap\[parquet\]'"):
        open_source(path)


def test_broken_files_and_unknown_geometries_are_refused(tmp_path: Path) -> None:
    point = [shapely.Point(1, 2)]
    bad = {
        "point": write(tmp_path / "point.parquet", {"name": ["A"]}, point, encoding="point"),
        "EPSG:0": write(tmp_path / "crs.parquet", {"name": ["A"]}, point, crs="EPSG:0"),
    }
    for told, path in bad.items():
        with pytest.raises(FileError, match=told):
            [list(grid.rows()) for grid in open_source(path).grids]
    torn = tmp_path / "torn.parquet"
    torn.write_bytes(bad["point"].read_bytes()[:-40])
    with pytest.raises(FileError, match=r"torn\.parquet"):
        open_source(torn)
    wide = tmp_path / "wide.parquet"
    write(wide, {f"c{number}": [1] for number in range(limits.MAX_COLUMNS + 1)})
    with pytest.raises(FileError, match=r"wide\.parquet"):
        open_source(wide)


def test_texts_that_unpack_without_end_take_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    note = pa.DictionaryArray.from_arrays(pa.array([0] * 3000, pa.int32()), ["x" * 1_000_000])
    path = write(tmp_path / "bomb.parquet", {"name": ["A"] * 3000, "note": note})
    assert path.stat().st_size < 100_000
    unit = 1 if sys.platform == "darwin" else 1024
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    (grid,) = open_source(path).grids
    assert sum(len(str(row.cells[1])) for row in grid.rows()) == 3_000_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit - before < 200_000_000
    lists = write(tmp_path / "lists.parquet", {"name": ["A"] * 300, "n": [[1] * 100_000] * 300})
    with pytest.raises(FileError, match=r"lists\.parquet"):
        open_source(lists)
    monkeypatch.setattr(limits, "MAX_ROWS", 100)
    with pytest.raises(FileError, match=r"bomb\.parquet"):
        open_source(path)
