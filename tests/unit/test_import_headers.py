"""Headers of one row, of two, below a preamble, and tables without any; encodings, delimiters and JSON of all kinds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from geodata.errors import FileError
from geodata.vocabulary import load_vocabulary
from importers.columns import Table, choose_table
from importers.profile import Profile
from importers.reading import open_source
from importers.words import Words

WORDS = Words(load_vocabulary())
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(content: str | bytes, name: str = "list.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def table(path: Path, profile: Profile | None = None) -> Table:
    return choose_table(open_source(path), "sites", WORDS, profile or Profile(), ("name",))


def fields(path: Path) -> dict[str, str]:
    return {column.heading: column.field for column in table(path).columns}


def first(path: Path) -> list[object]:
    return list(next(table(path).rows()).cells)


def test_korean_is_not_read_as_chinese(write: Write) -> None:
    text = "name,address,lat,lon\n서울역 쉼터,중구 한강대로 405,37.5547,126.9707\n이동노동자 쉼터,서초구,37.48,127.03\n"
    path = write(text.encode("euc-kr"))
    assert first(path)[0] == "서울역 쉼터"
    assert table(path).grid.facts["encoding"] == "cp949"
    chinese = "名称,地址,电话\n芝罘区工会爱心驿站,幸福路与北大街交叉口,0535-6666666\n北岛,八八八,1\n".encode("gb18030")
    assert table(write(chinese)).grid.facts["encoding"] == "gb18030"


@pytest.mark.parametrize("delimiter", ["^", "~", "#", "，", "；"])
def test_unusual_delimiters(write: Write, delimiter: str) -> None:
    rows = [["名称", "地址", "开放时间"], ["甲站", "一路1号", "8:00-12:00"], ["乙站", "二路2号", "9:00-17:00"]]
    assert first(write("\n".join(delimiter.join(row) for row in rows))) == ["甲站", "一路1号", "8:00-12:00"]


def test_lines_above_the_header(write: Write) -> None:
    path = write("芝罘区户外劳动者服务站点一览表\n填表单位：区总工会,,\n\n名称,地址,电话\n甲站,一路1号,0535-1234567\n")
    assert fields(path) == {"名称": "name", "地址": "address", "电话": "phone"}
    assert table(path).header_row == 4
    assert first(path)[0] == "甲站"


def test_two_header_rows_with_groups(write: Write) -> None:
    path = write("名称,地址,位置,,设施,,\n,,经度,纬度,饮水,微波炉,厕所\n甲站,一路1号,121.39,37.53,是,否,是\n")
    assert fields(path) == {
        "名称": "name",
        "地址": "address",
        "经度": "lon",
        "纬度": "lat",
        "饮水": "facilities.drinking_water",
        "微波炉": "facilities.microwave",
        "厕所": "facilities.toilet",
    }
    assert table(path).header_row == 2
    assert first(path)[0] == "甲站"


def test_two_header_rows_in_two_languages(write: Write) -> None:
    path = write("名称,地址,经度,纬度\nname,address,lon,lat\n甲站,一路1号,121.39,37.53\n")
    assert list(fields(path).values()) == ["name", "address", "lon", "lat"]
    assert first(path)[0] == "甲站"


def test_a_row_of_facilities_is_no_second_header(write: Write) -> None:
    path = write("名称,设施,其他设施\n甲站,饮水,微波炉\n乙站,厕所,饮水\n")
    assert table(path).header_row == 1


def test_no_header(write: Write) -> None:
    rows = [
        "大海阳路驿站,芝罘区大海阳路12号,121.3912,37.5312,8:00-18:00,0535-6211234",
        "北马路驿站,芝罘区北马路1号,121.4012,37.5412,24小时,0535-6211235",
        "万达驿站,芝罘区西关南街6号,121.3812,37.5212,9:00-21:00,0535-6211236",
    ]
    path = write("\n".join(rows))
    assert {column.heading: column.field for column in table(path).columns} == {
        "column 1": "name",
        "column 2": "address",
        "column 3": "lon",
        "column 4": "lat",
        "column 5": "opening_hours",
        "column 6": "phone",
    }
    assert table(path).generated
    assert len(list(table(path).rows())) == 3


def test_a_profile_names_the_columns_of_a_file_without_header(write: Write) -> None:
    path = write("甲站,乙\n丙站,丁\n")
    named = table(path, Profile(columns={"name": ("column 1",), "note": ("column 2",)}))
    assert [row.cells[0] for row in named.rows()] == ["甲站", "丙站"]


def test_unknown_headings_are_no_rows(write: Write) -> None:
    with pytest.raises(FileError) as caught:
        table(write("foo,bar\n1,2\n3,4\n"))
    assert caught.value.code == "file_no_known_columns"


def test_json_arrays_of_objects(write: Write) -> None:
    stations = [
        {
            "name": "甲站",
            "facilities": {"wifi": True, "water": "partial"},
            "features": ["a", "b"],
            "pos": {"lat": 37.5, "lng": 121.4},
        },
        {"name": "乙站", "facilities": {"wifi": False}, "staff": [{"name": "x", "age": 3}], "pos": None},
    ]
    path = write(json.dumps(stations, ensure_ascii=False), "list.json")
    assert open_source(path).format == "json"
    assert fields(path) == {
        "name": "name",
        "facilities.wifi": "facilities.wifi",
        "facilities.water": "facilities.drinking_water",
        "pos.lat": "lat",
        "pos.lng": "lon",
    }
    rows = list(table(path).rows())
    assert [row.number for row in rows] == [2, 3]
    assert rows[0].cells[:4] == ["甲站", True, "partial", ["a", "b"]]
    assert "x 3" in str(rows[1].cells)


def test_json_arrays_inside_objects(write: Write) -> None:
    content = {
        "updated": "2026-01-01",
        "data": {"stations": [{"name": "甲站", "address": "一路"}], "staff": [{"who": "x"}]},
    }
    path = write(json.dumps(content, ensure_ascii=False), "list.json")
    assert [grid.name for grid in open_source(path).grids] == ["data.stations", "data.staff"]
    assert first(path) == ["甲站", "一路"]


@pytest.mark.parametrize("content", ['{"a": 1}', "[]", "[1, 2]", '{"features": []}', '["x"]'])
def test_json_without_rows(write: Write, content: str) -> None:
    with pytest.raises(FileError) as caught:
        open_source(write(content, "list.json"))
    assert caught.value.code == "file_json_no_rows"
    assert '([{"name": …}, …])' in caught.value.message.text("en")
