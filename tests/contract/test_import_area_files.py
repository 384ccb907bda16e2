"""Areas from files of other programs: their codes, their columns of names one in another, files without codes."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
import shapely

from geodata.store import Store
from importers.areacodes import area_code, area_name
from importers.areas import import_areas
from tests.contract.test_import_others import areas_file, square
from tests.importing import Write


def told(store: Store) -> list[tuple[str, str, str]]:
    return [(area.adcode, area.name, area.level) for area in sorted(store.areas(), key=lambda area: area.adcode)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("370602", "370602"),
        ("156370602", "370602"),
        ("370602000000", "370602"),
        ("370602000", "370602"),
        ("370602009000", "370602009"),
        ("370602009001", "370602009001"),
        ("150602001", "150602001"),
        ("relation/370602", None),
        ("3706", None),
    ],
)
def test_codes_without_what_fills_them_up(text: str, code: str | None) -> None:
    assert area_code(text) == code


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        ({"name": "山东省烟台市芝罘区"}, "芝罘区"),
        ({"name": "芝罘区幸福街道", "district": "芝罘区"}, "幸福街道"),
        ({"name": "城区街道", "district": "城区"}, "城区街道"),
        ({"name": "沙市区"}, "沙市区"),
        ({"name": "山东省烟台市"}, "烟台市"),
        ({"name": "西藏自治区"}, "西藏自治区"),
        ({"district": "芝罘区", "city": "烟台市", "province": "山东省"}, "芝罘区"),
        ({"street": "幸福街道", "district": "芝罘区"}, "幸福街道"),
        ({}, ""),
    ],
)
def test_the_own_name_of_an_area(texts: dict[str, str], name: str) -> None:
    assert area_name(texts)[0] == name


def test_streets_beside_their_district_have_their_own_names(store: Store, write: Write) -> None:
    rows: list[Any] = [
        (square(121, 37), {"街道": "幸福街道", "区县": "芝罘区", "代码": "370602009000"}),
        (square(123, 37), {"街道": "", "区县": "芝罘区", "代码": "370602010"}),
    ]
    report = import_areas(store, areas_file(write, rows), datum="wgs84")
    assert told(store) == [("370602009", "幸福街道", "street")]
    assert [issue.message.code for issue in report.issues] == ["row_no_name"]


def test_codes_with_a_country_before_them_are_no_streets(store: Store, write: Write) -> None:
    row: dict[str, Any] = {"name": "芝罘区", "gb": "156370602"}
    import_areas(store, areas_file(write, [(square(121, 37), row)]), datum="wgs84")
    assert told(store) == [("370602", "芝罘区", "district")]


def test_the_column_with_codes_goes_before_other_ids(store: Store, write: Write) -> None:
    row: dict[str, Any] = {"@id": "relation/123", "name": "芝罘区", "ref:CN:adcode": "370602"}
    import_areas(store, areas_file(write, [(square(121, 37), row)]), datum="wgs84")
    assert told(store) == [("370602", "芝罘区", "district")]


def test_a_file_without_codes_gives_known_areas_their_outlines(store: Store, write: Write) -> None:
    row: dict[str, Any] = {"XZQDM": "370602", "XZQMC": "芝罘区"}
    import_areas(store, areas_file(write, [(square(121, 37), row)]), datum="wgs84")
    rows: list[Any] = [
        (square(122, 37), {"NAME_1": "Shandong", "NL_NAME_1": "山东省", "NL_NAME_2": "烟台市", "NL_NAME_3": "芝罘区"}),
        (square(124, 37), {"NAME_1": "Shandong", "NL_NAME_1": "山东省", "NL_NAME_2": "烟台市", "NL_NAME_3": "福山区"}),
    ]
    report = import_areas(store, areas_file(write, rows), datum="wgs84")
    assert told(store) == [("370602", "芝罘区", "district")]
    assert store.areas()[0].polygon.bounds[0] == 122
    assert (report.rows.updated, report.rows.rejected) == (1, 1)
    assert "area_code_missing" in [issue.message.code for issue in report.issues]


@pytest.mark.parametrize("zipped", [False, True])
def test_a_surveyors_shapefile_in_the_encoding_of_its_table(store: Store, tmp_path: Path, *, zipped: bool) -> None:
    path = tmp_path / "xzq.shp"
    shapes = np.array([shapely.to_wkb(shapely.box(121.2, 37.4, 121.5, 37.7))], dtype=object)
    columns = [np.array([text], dtype=object) for text in ("芝罘区", "370602")]
    pyogrio.raw.write(
        path, shapes, columns, ["XZQMC", "XZQDM"], crs="EPSG:4490", geometry_type="Polygon", encoding="GBK"
    )
    path.with_suffix(".cpg").unlink()
    if zipped:
        parts = [part for part in tmp_path.iterdir() if part.stem == "xzq"]
        path = tmp_path / "区划.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for part in parts:
                archive.write(part, part.name)
    report = import_areas(store, path)
    assert told(store) == [("370602", "芝罘区", "district")]
    assert [issue.message.code for issue in report.issues] == []  # CGCS2000 says its datum
