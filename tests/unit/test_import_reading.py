"""Files of every shape, and what is refused."""

from __future__ import annotations

import json
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from geodata.errors import FileError
from importers.reading import limits, open_source
from importers.reading.encoding import detect_encoding

TABLE = "名称,地址,经度,纬度\n大海阳路驿站,芝罘区大海阳路,121.39,37.53\n北马路驿站,北马路1号,121.40,37.54\n"


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, bytes], Path]:
    def write(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def cells(path: Path) -> list[list[object]]:
    return [list(row.cells) for row in open_source(path).grids[0].rows()]


def read_all(path: Path) -> list[object]:
    return [row for grid in open_source(path).grids for row in grid.rows()]


def code_of(path: Path) -> str:
    with pytest.raises(FileError) as caught:
        read_all(path)
    return caught.value.code


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("utf-8", TABLE.encode()),
        ("utf-8-sig", b"\xef\xbb\xbf" + TABLE.encode()),
        ("gb18030", TABLE.encode("gb18030")),
        ("utf-16", TABLE.encode("utf-16")),
        ("utf-16-le", TABLE.encode("utf-16-le")),
        ("utf-16-be", TABLE.encode("utf-16-be")),
        ("utf-8", b"name,lat\nA,1\n"),
    ],
)
def test_encodings(write: Callable[[str, bytes], Path], encoding: str, content: bytes) -> None:
    path = write("list.csv", content)
    assert detect_encoding(path) == encoding
    expected = content.decode(encoding).splitlines()
    assert cells(path) == [line.split(",") for line in expected]


@pytest.mark.parametrize(("delimiter", "name"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "bar")])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(write: Callable[[str, bytes], Path], delimiter: str, name: str, end: str) -> None:
    rows = [["name", "hours", "lat"], ["A", "Mo-Fr 08:00-12:00", "1.5"], ["B", "24/7", "2.5"]]
    path = write("list.txt", end.join(delimiter.join(row) for row in rows).encode())
    source = open_source(path)
    assert source.grids[0].facts["delimiter"] == name
    assert cells(path) == rows


def test_a_comma_inside_a_cell_does_not_decide_the_delimiter(write: Callable[[str, bytes], Path]) -> None:
    path = write("list.csv", b"name;hours\nA;8:00-12:00,14:00-18:00\nB;9:00-17:00\nC;8:00-9:00,10:00-11:00\n")
    assert cells(path)[1] == ["A", "8:00-12:00,14:00-18:00"]


def test_rows_are_counted_as_in_a_spreadsheet(write: Callable[[str, bytes], Path]) -> None:
    path = write("list.csv", b'name,hours\nA,"Mo 8:00\n-12:00"\n\nB,24/7\n')
    rows = {str(row.cells[0]): row.number for row in open_source(path).grids[0].rows() if row.cells}
    assert rows == {"name": 1, "A": 2, "B": 4}


def test_an_unclosed_quotation_mark_costs_some_rows_not_the_file(write: Callable[[str, bytes], Path]) -> None:
    filler = b"".join(b"row %d,x\n" % number for number in range(30_000))
    path = write("list.csv", b'name,note\nA,"never closed\n' + filler)
    rows = list(open_source(path).grids[0].rows())
    problems = [row for row in rows if row.problem]
    assert [row.number for row in problems] == [2]
    assert problems[0].problem is not None
    assert problems[0].problem.code == "row_quote_open"
    assert rows[-1].cells == ["row 29999", "x"]


def test_refused_files(write: Callable[[str, bytes], Path], tmp_path: Path) -> None:
    assert code_of(tmp_path / "none.csv") == "file_missing"
    assert code_of(tmp_path) == "file_missing"
    assert code_of(write("empty.csv", b"")) == "file_empty"
    assert code_of(write("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(500))) == "file_binary"
    assert code_of(write("program.csv", bytes(range(256)) * 40)) == "file_binary"
    assert code_of(write("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))) == "file_workbook_unreadable"
    assert code_of(write("nul.csv", b"name,lat\nA\x00B,1\n")) == "file_binary"


def test_a_late_nul_is_found(write: Callable[[str, bytes], Path]) -> None:
    path = write("late.csv", b"name,lat\n" + b"A,1\n" * 60_000 + b"B\x00,2\n")
    assert code_of(path) == "file_binary"


def test_damaged_utf8_names_the_line(write: Callable[[str, bytes], Path]) -> None:
    damaged = (TABLE + "坏行".encode().decode() + ",x,1,2\n").encode().replace("坏".encode(), b"\xe5\x9d")
    with pytest.raises(FileError) as caught:
        detect_encoding(write("damaged.csv", damaged))
    assert caught.value.code == "file_damaged_text"
    assert caught.value.message.params["line"] == 4


def test_a_western_list_is_not_taken_for_chinese(write: Callable[[str, bytes], Path]) -> None:
    text = "nome,endereço\nEstação São João,Praça da República\nAlvalade,Avenida de Roma à esquina, café\n" * 5
    (grid,) = open_source(write("lista.csv", text.encode("cp1252"))).grids
    assert str(next(iter(grid.rows())).cells[0]) == "nome"
    assert grid.facts["encoding"] != "gb18030"
    assert [doubt.code for doubt in grid.doubts] == ["encoding_guessed"]


def test_a_line_without_end_is_refused(write: Callable[[str, bytes], Path]) -> None:
    assert code_of(write("line.csv", b"name,lat\n" + b"x" * (limits.MAX_LINE + 10))) == "file_line_endless"
    assert code_of(write("wide.csv", b"," * 1_000_000 + b"\nA,B\n")) == "file_too_many_columns"


def test_bounds(write: Callable[[str, bytes], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("list.csv", TABLE.encode())
    monkeypatch.setattr(limits, "MAX_ROWS", 2)
    assert code_of(path) == "file_too_many_rows"
    monkeypatch.setitem(limits.MAX_FILE_BYTES, "csv", 10)
    assert code_of(path) == "file_too_large"


def test_a_large_file_is_streamed(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("w", encoding="utf-8") as stream:
        stream.write("name,address,note\n")
        for number in range(6_000):
            stream.write(f"驿站{number},某区某路{number}号,{'备注' * 600}\n")
    assert path.stat().st_size > 20_000_000
    tracemalloc.start()
    try:
        count = sum(1 for _ in open_source(path).grids[0].rows())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 6_001
    assert peak < 8_000_000


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_workbooks_keep_types_and_row_numbers(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "list.xlsx", {"空": [], "站点": [[None], ["名称", "面积"], ["A", 30.5], [None], ["=1+1", 2]]}
    )
    (grid,) = open_source(path).grids
    assert grid.name == "站点"
    rows = [row for row in grid.rows() if any(cell is not None for cell in row.cells)]
    assert [(row.number, row.cells[1]) for row in rows] == [(2, "面积"), (3, 30.5), (5, 2.0)]


def test_a_workbook_that_unpacks_too_large_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(3_000_000))
    assert path.stat().st_size < 10_000
    monkeypatch.setattr(limits, "MAX_UNPACKED_BYTES", 2_000_000)
    assert code_of(path) == "file_unpacks_too_large"
    monkeypatch.undo()
    assert code_of(path) == "file_workbook_unreadable"


def test_a_cell_far_out_does_not_fill_the_memory(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "name"
    book.worksheets[0]["XFD1048576"] = "far"
    book.save(tmp_path / "far.xlsx")
    assert code_of(tmp_path / "far.xlsx") == "file_sheet_too_wide"


def test_archives_and_torn_workbooks(write: Callable[[str, bytes], Path], tmp_path: Path) -> None:
    path = tmp_path / "archive.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("list.csv", "name\nA\n")
    assert code_of(path) == "file_archive"
    whole = workbook(tmp_path / "whole.xlsx", {"A": [["name"], ["x"]]}).read_bytes()
    assert code_of(write("torn.xlsx", whole[: len(whole) // 2])) == "file_workbook_unreadable"


def collection(features: list[object], **members: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features, **members}).encode()


def feature(geometry: object, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def test_geojson_gives_a_point_of_every_geometry(write: Callable[[str, bytes], Path]) -> None:
    square = [[[0, 0], [0.0005, 0], [0.0005, 0.0005], [0, 0.0005], [0, 0]]]
    large = [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]
    path = write(
        "list.geojson",
        collection(
            [
                feature({"type": "Point", "coordinates": [121.5, 37.5]}, name="A", facilities={"wifi": True}),
                feature({"type": "Polygon", "coordinates": square}, name="B", tags=["x", "y"]),
                feature({"type": "Polygon", "coordinates": large}, name="C"),
                feature(None, name="D"),
                feature({"type": "Point", "coordinates": ["x"]}, name="E"),
            ]
        ),
    )
    (grid,) = open_source(path).grids
    assert grid.headings == ("geometry.lon", "geometry.lat", "geometry.precision", "name", "facilities.wifi", "tags")
    rows = list(grid.rows())
    assert [row.number for row in rows] == [2, 3, 4, 5, 6]
    assert rows[0].cells == (121.5, 37.5, None, "A", True, None)
    assert rows[1].cells[:3] == (0.00025, 0.00025, None)
    assert rows[2].cells[2] == "approximate"
    assert rows[3].cells[0] is None
    assert rows[4].cells[0] is None


def test_geojson_of_another_crs_is_transformed(write: Callable[[str, bytes], Path]) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    point = feature({"type": "Point", "coordinates": [13525920.4, 4516700.1]}, name="A")
    (grid,) = open_source(write("list.geojson", collection([point], crs=crs))).grids
    lon, lat = next(iter(grid.rows())).cells[:2]
    assert (lon, lat) == pytest.approx((121.5054, 37.5546), abs=1e-4)
    assert grid.facts["crs"] == "EPSG:3857"


def test_refused_geojson(write: Callable[[str, bytes], Path]) -> None:
    assert code_of(write("broken.geojson", b'{"type": "FeatureCollection", ')) == "file_json_invalid"
    assert code_of(write("list.json", b'{"type": "FeatureCollection", "features": 3}')) == "file_no_features"
    crs = {"type": "name", "properties": {"name": "EPSG:999999"}}
    assert code_of(write("crs.geojson", collection([], crs=crs))) == "file_crs_unknown"
    assert code_of(write("deep.json", b'{"features":' + b"[" * 100_000)) == "file_json_invalid"
