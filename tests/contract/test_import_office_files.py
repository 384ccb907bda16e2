"""Lists as offices send them: what once went in wrong, or was told badly, goes in right."""

from __future__ import annotations

import json
import re
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pyproj
import pytest

from geodata.errors import FileError
from geodata.sites import Site
from geodata.store import open_store
from importers.reading import Row
from importers.reading.grid import Span
from importers.report import ImportReport
from importers.sites import import_sites
from importers.spans import Spans

POINTS = [(121.38, 37.53), (121.39, 37.54)]


def imported(url: str, path: Path) -> tuple[ImportReport, dict[str, Site]]:
    store = open_store(url)
    report = import_sites(store, path, kind="rest_station")
    sites = {stored.site.name: stored.site for stored in store.sites()}
    store.dispose()
    return report, sites


def codes(report: ImportReport) -> set[str]:
    return {issue.message.code for issue in report.issues}


def where(site: Site) -> tuple[float, float] | None:
    return site.position and (round(site.position.lon, 4), round(site.position.lat, 4))


def test_headings_that_name_the_place_too_are_understood(fresh_sqlite: str, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "工会驿站名称,驿站地址,所属单位名称,网点服务时间,主要设施情况,站点负责人\n"
        "滨江驿站,江南大道588号,滨江城管,8:00-20:00,饮水、微波炉,张三\n",
        encoding="utf-8",
    )
    report, sites = imported(fresh_sqlite, path)
    site = sites["滨江驿站"]
    assert (site.address, site.hours and site.hours.osm) == ("江南大道588号", "Mo-Su 08:00-20:00")
    assert set(site.facilities) == {"drinking_water", "microwave"}
    assert set(report.recognised["unknown_columns"]) == {"所属单位名称", "站点负责人"}


def test_numbers_of_units_are_no_keys_and_questions_are_facilities(fresh_sqlite: str, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "单位编号,站点名称,地址,有无障碍设施,能否充电\n7,甲驿站,南大街1号,有,能\n7,乙驿站,南大街2号,无,不能\n",
        encoding="utf-8",
    )
    report, sites = imported(fresh_sqlite, path)
    assert (report.rows.created, report.rows.rejected) == (2, 0)
    found = {name: {code: item.value for code, item in site.facilities.items()} for name, site in sites.items()}
    assert found == {
        "甲驿站": {"wheelchair": "yes", "phone_charging": "yes"},
        "乙驿站": {"wheelchair": "no", "phone_charging": "no"},
    }


def test_an_object_for_one_thing_is_that_thing(fresh_sqlite: str, tmp_path: Path) -> None:
    district = {"code": "330108", "name": "滨江区"}
    rows = [{"stationName": f"驿站{n}", "address": f"江南大道{n}号", "district": district} for n in (1, 2)]
    (tmp_path / "list.json").write_text(json.dumps({"data": {"rows": rows}}, ensure_ascii=False), encoding="utf-8")
    report, sites = imported(fresh_sqlite, tmp_path / "list.json")
    assert set(sites) == {"驿站1", "驿站2"}
    assert report.recognised["columns"]["district.name"] == "area"
    assert report.recognised["unknown_columns"] == ["district.code"]
    assert "code_not_found" not in codes(report)


def test_hours_in_several_columns_are_put_together(fresh_sqlite: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "名称,地址,开门时间,关门时间,是否有空调,联系电话\n"
        '甲驿站,南大街1号,8:00,18:00,是,"=""0535-6612345"""\n'
        "乙驿站,南大街2号,00:00,24:00,否,\n丙驿站,南大街3号,9:00,,,\n",
        encoding="utf-8",
    )
    report, sites = imported(fresh_sqlite, tmp_path / "a.csv")
    assert {name: site.hours and site.hours.osm for name, site in sites.items()} == {
        "甲驿站": "Mo-Su 08:00-18:00",
        "乙驿站": "24/7",
        "丙驿站": None,  # nobody knows until when
    }
    assert sites["甲驿站"].phone == "0535-6612345"
    assert [sites[name].facilities["air_conditioning"].value for name in ("甲驿站", "乙驿站")] == ["yes", "no"]
    assert [(issue.row, issue.column) for issue in report.issues if issue.message.code == "hours_not_understood"] == [
        (4, "开门时间")
    ]


def test_hours_of_some_days_are_put_together(fresh_sqlite: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "名称,地址,夏季开放时间,冬季（开放时间）,节假日开放时间\n"
        "甲驿站,南大街1号,5月1日至9月30日8:00-19:00,8:30-17:30,9:00-17:00\n",
        encoding="utf-8",
    )
    (tmp_path / "b.csv").write_text(
        "名称,地址,周一至周五开放时间,周六周日开放时间\n丁驿站,北大街1号,08:00-18:00,9:00-17:00\n戊驿站,北大街2号,08:00-18:00,休息\n",
        encoding="utf-8",
    )
    _, sites = imported(fresh_sqlite, tmp_path / "a.csv")
    assert sites["甲驿站"].hours is not None
    assert sites["甲驿站"].hours.text.startswith("夏季 5月1日至9月30日8:00-19:00；冬季 8:30-17:30")
    store = open_store(fresh_sqlite)
    import_sites(store, tmp_path / "b.csv", kind="rest_station", write_profile=tmp_path / "p.toml")
    again = import_sites(store, tmp_path / "b.csv", profile=tmp_path / "p.toml")
    found = {stored.site.name: stored.site.hours and stored.site.hours.osm for stored in store.sites()}
    store.dispose()
    assert again.rows.unchanged == 2
    assert found["丁驿站"] == "Mo-Fr 08:00-18:00; Sa-Su 09:00-17:00"
    assert found["戊驿站"] == "Mo-Fr 08:00-18:00"


MERGED = (
    ["芝罘区站点台账"],
    ["序号", "所属街道", "站点名称", "地址", "联系人及电话", "开放时间", "服务设施", "备注"],
    [1, "幸福街道", "幸福驿站", "幸福中路1号", "张三 13812345678", "8:00-18:00", "饮水", ""],
    [2, "", "中正驿站", "幸福中路20号", "李四：0535-6612345", "", "微波炉", ""],
    [3],
    [4, "向阳街道", "向阳驿站", "北马路4号", "6611111", "24小时", "饮水", "甲"],
    ["", "", "", "", "", "", "空调、微波炉", "乙"],
    [5, "", "工会驿站", "朝阳街5号", "", "9:00-17:00", "饮水", ""],
    [6, "", "", "朝阳街50号", "", "", "饮水", ""],
)
SPANS = ("B3:B5", "F3:F4", "A6:A7", "B6:B9", "C6:C7", "D6:D7", "E6:E7", "F6:F7", "C8:C9")


def merged_sheet(sheet: Any, first: int) -> None:
    for row in MERGED:
        sheet.append(row)
    for cells in (f"A{first}:H{first}", *(re.sub(r"\d", lambda n: str(int(n[0]) + first - 1), span) for span in SPANS)):
        sheet.merge_cells(cells)


def test_a_cell_that_is_merged_very_often_is_filled_once() -> None:
    rows = [Row(number, ["", f"驿站{number}"]) for number in range(1, 2_001)]
    spans = [Span(1, 2_000, 0)] * 200_000
    with_value = [Row(1, ["区", "驿站1"]), *rows[1:]]
    filled = list(Spans(spans, {0: "area", 1: "name"}, ()).filled(with_value))
    assert {row.cells[0] for row in filled} == {"区"}
    assert len(filled) == 2_000


@pytest.mark.parametrize("stacked", [False, True])
def test_merged_cells_hold_for_all_their_rows(fresh_sqlite: str, tmp_path: Path, stacked: bool) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    if stacked:
        for row in (["职工之家一览"], ["序号", "名称", "地址"], [1, "万达职工之家", "万达广场B座"], []):
            sheet.append(row)
        sheet.merge_cells("A1:C1")
    merged_sheet(sheet, 5 if stacked else 1)
    book.save(tmp_path / "台账.xlsx")
    store = open_store(fresh_sqlite)
    report = import_sites(store, tmp_path / "台账.xlsx", kind="rest_station")
    sites = {stored.site.address: stored.site for stored in store.sites() if "驿站" in stored.site.name}
    store.dispose()
    assert {address: (site.name, site.area_name, site.phone) for address, site in sites.items()} == {
        "幸福中路1号": ("幸福驿站", "幸福街道", "13812345678"),
        "幸福中路20号": ("中正驿站", "幸福街道", "0535-6612345"),
        "北马路4号": ("向阳驿站", "向阳街道", "6611111"),
        "朝阳街5号": ("工会驿站", "向阳街道", ""),
        "朝阳街50号": ("工会驿站", "向阳街道", ""),
    }
    hours = {address: site.hours.osm if site.hours else None for address, site in sites.items()}
    assert hours["幸福中路20号"] == hours["幸福中路1号"] == "Mo-Su 08:00-18:00"
    assert hours["朝阳街50号"] is None  # not merged, only empty
    assert set(sites["北马路4号"].facilities) == {"drinking_water", "air_conditioning", "microwave"}
    assert sites["北马路4号"].note == "甲；乙"
    assert {"row_joined", "phone_of_a_person"} <= codes(report)
    assert report.rows.rejected == 0


def test_a_total_below_a_table_is_no_place(fresh_sqlite: str, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["芝罘区户外劳动者服务站点台账（2024年）"],
        ["序号", "站点基本情况", "", "位置", "", "服务设施", ""],
        ["", "站点名称", "详细地址", "经度", "纬度", "饮水", "微波炉"],
        [1, "大海阳路驿站", "大海阳路46号", 121.3812, 37.5365, "√", "×"],
        [2, "南大街驿站", "南大街100号", 121.3912, 37.5401, "√", ""],
        ["合计", "2个"],
        [],
        ["职工之家"],
        ["序号", "名称", "地址"],
        [1, "万达职工之家", "万达广场B座"],
    ):
        sheet.append(row)
    for merged in ("A1:G1", "B2:C2", "D2:E2", "F2:G2", "A8:G8"):
        sheet.merge_cells(merged)
    book.save(tmp_path / "台账.xlsx")
    report, sites = imported(fresh_sqlite, tmp_path / "台账.xlsx")
    assert set(sites) == {"大海阳路驿站", "南大街驿站", "万达职工之家"}
    assert (report.rows.created, report.exit_code) == (3, 0)
    assert {code: part.value for code, part in sites["大海阳路驿站"].facilities.items()} == {
        "drinking_water": "yes",
        "microwave": "no",
    }
    assert sites["大海阳路驿站"].labels == ("芝罘区户外劳动者服务站点",)
    assert sites["万达职工之家"].kind == "worker_home"


def test_a_heading_that_names_a_map_says_the_datum(fresh_sqlite: str, tmp_path: Path) -> None:
    path = tmp_path / "汇总表.csv"
    text = (
        "附件2：\r\n芝罘区爱心驿站汇总表,,,,\r\n编号,驿站名称,地址,坐标（高德）,联系电话\r\n"
        'ZF001,幸福路驿站,幸福路12号,"121.3523,37.5312",0535-6821111\r\n'
        "制表人：张三,,,审核人：李四,\r\n合计,1个,,,\r\n"
    )
    path.write_bytes(text.encode("gb18030"))
    report, sites = imported(fresh_sqlite, path)
    position = sites["幸福路驿站"].position
    assert position is not None
    assert (position.given_datum, position.given_lon) == ("gcj02", 121.3523)
    assert abs(position.lon - 121.3523) > 0.003
    assert (report.rows.created, report.rows.skipped, report.exit_code) == (1, 2, 0)
    assert {"datum_in_heading", "row_total"} <= codes(report)
    assert "datum_assumed" not in codes(report)


KML = """<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Folder><name>司机之家</name><Placemark><name>服务区</name><description><![CDATA[<style>td {}</style>
<table border=1><tr><td><b>地址</b></td><td>沈海高速K512</td></tr><tr><td>开放时间</td><td>24小时</td></tr></table>
<script>alert(1)</script>]]></description><Point><coordinates>121.30,37.50,0</coordinates></Point></Placemark></Folder>
<Folder><name>驿家</name><Placemark><name>滨海驿家</name><description>&lt;br&gt;临海 &amp;amp; 近公园</description>
<ExtendedData><Data name="设施"><value>饮水、充电</value></Data><Data name="地址"><value>滨海路1号</value></Data>
</ExtendedData><Point><coordinates>121.41,37.52</coordinates></Point></Placemark></Folder></Document></kml>"""


@pytest.mark.parametrize("archived", [False, True])
def test_members_and_tables_of_a_kml_are_columns(fresh_sqlite: str, tmp_path: Path, archived: bool) -> None:
    path = tmp_path / ("地图.kmz" if archived else "地图.kml")
    if archived:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("doc.kml", KML)
    else:
        path.write_text(KML, encoding="utf-8")
    _, sites = imported(fresh_sqlite, path)
    assert (sites["服务区"].address, sites["服务区"].hours.osm) == ("沈海高速K512", "24/7")
    assert "alert" not in sites["服务区"].note
    assert (sites["滨海驿家"].address, sites["滨海驿家"].note) == ("滨海路1号", "临海 & 近公园")
    assert set(sites["滨海驿家"].facilities) == {"drinking_water", "phone_charging"}


def write_shapefile(path: Path, encoding: str, rows: Sequence[tuple[str, str]], crs: int) -> None:
    """Write a zipped shapefile without a .cpg, as many programs in China do."""
    move = pyproj.Transformer.from_crs(4326, crs, always_xy=True)
    places = [move.transform(*point) for point in POINTS]
    shapes, index = b"", b""
    for number, place in enumerate(places, start=1):
        index += struct.pack(">ii", 50 + len(shapes) // 2, 10)
        shapes += struct.pack(">ii", number, 10) + struct.pack("<idd", 1, *place)
    box = struct.pack("<8d", *map(min, zip(*places, strict=True)), *map(max, zip(*places, strict=True)), 0, 0, 0, 0)

    def head(size: int) -> bytes:
        return struct.pack(">7i", 9994, 0, 0, 0, 0, 0, 50 + size // 2) + struct.pack("<ii", 1000, 1) + box

    fields = [("名称", 40), ("地址", 60)]
    table = struct.pack("<B3BIHH20x", 3, 124, 1, 1, len(rows), 97, 101)
    for name, width in fields:
        table += name.encode(encoding).ljust(11, b"\0") + b"C" + bytes(4) + bytes([width, 0]) + bytes(14)
    table += b"\r"
    for row in rows:
        table += b" " + b"".join(
            cell.encode(encoding).ljust(width) for cell, (_, width) in zip(row, fields, strict=True)
        )
    parts = {"shp": head(len(shapes)) + shapes, "shx": head(len(index)) + index, "dbf": table + b"\x1a"}
    with zipfile.ZipFile(path, "w") as archive:
        for suffix, content in parts.items():
            archive.writestr(f"站点.{suffix}", content)
        archive.writestr("站点.prj", pyproj.CRS(crs).to_wkt("WKT1_ESRI"))


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_a_shapefile_that_does_not_say_its_encoding(fresh_sqlite: str, tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "站点.zip"
    write_shapefile(path, encoding, [("工会驿站一号", "大马路10号"), ("工会驿站二号", "二马路20号")], 4528)
    report, sites = imported(fresh_sqlite, path)
    assert {name: site.address for name, site in sites.items()} == {
        "工会驿站一号": "大马路10号",
        "工会驿站二号": "二马路20号",
    }
    assert [where(site) for site in sites.values()] == POINTS
    # CGCS2000 is what surveyors use: nothing has to be assumed.
    assert codes(report) == set()


def test_places_without_a_name_are_called_like_the_shapefile(fresh_sqlite: str, tmp_path: Path) -> None:
    write_shapefile(tmp_path / "a.zip", "gbk", [("", ""), ("", "")], 4490)
    _, sites = imported(fresh_sqlite, tmp_path / "a.zip")
    assert all(name.startswith("站点") for name in sites)


@pytest.mark.parametrize(("crs", "assumed"), [(4490, False), (4528, False), (4326, True)])
def test_geojson_in_the_national_system(fresh_sqlite: str, tmp_path: Path, crs: int, assumed: bool) -> None:
    report, sites = imported(fresh_sqlite, write_geojson(tmp_path / "a.geojson", crs, stated=True))
    assert [where(site) for site in sites.values()] == POINTS
    assert ("datum_assumed" in codes(report)) == assumed


def test_metres_of_an_unknown_system_are_told_as_such(fresh_sqlite: str, tmp_path: Path) -> None:
    report, sites = imported(fresh_sqlite, write_geojson(tmp_path / "a.geojson", 4528, stated=False))
    assert [site.position for site in sites.values()] == [None, None]
    told = [issue.message for issue in report.issues if issue.severity == "warning"]
    assert [(message.code, message.params["zone"]) for message in told] == [("position_gauss_krueger", 40)] * 2


def write_geojson(path: Path, crs: int, *, stated: bool) -> Path:
    move = pyproj.Transformer.from_crs(4326, crs, always_xy=True)
    features = [
        {
            "type": "Feature",
            "properties": {"名称": f"驿站{number}"},
            "geometry": {"type": "Point", "coordinates": move.transform(*point)},
        }
        for number, point in enumerate(POINTS)
    ]
    named = {"crs": {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{crs}"}}} if stated else {}
    path.write_text(json.dumps({"type": "FeatureCollection", **named, "features": features}), encoding="utf-8")
    return path


def test_the_answer_of_a_web_service(fresh_sqlite: str, tmp_path: Path) -> None:
    station = {
        "id": 1001,
        "stationName": "幸福驿站",
        "detailAddress": "幸福路8号",
        "longitude": "121.35",
        "latitude": "37.53",
        "openTime": "08:00-18:00",
        "contactPhone": "0535-6612345",
        "facilityList": [{"code": "f01", "name": "饮水"}, {"code": "f02", "name": "卫生间"}],
        "remark": None,
        "extra": "",
    }
    path = tmp_path / "list.json"
    path.write_text(json.dumps({"code": 0, "data": {"total": 1, "list": [station]}}), encoding="utf-8")
    report, sites = imported(fresh_sqlite, path)
    site = sites["幸福驿站"]
    assert (site.address, site.hours.osm, site.phone) == ("幸福路8号", "Mo-Su 08:00-18:00", "0535-6612345")
    assert set(site.facilities) == {"drinking_water", "toilet"}
    assert "column_unknown" not in codes(report)  # a column with nothing in it is not worth a word


@pytest.mark.parametrize(
    "cell",
    [
        "121°22′48″E 37°31′48″N",
        "“121°22′48″，37°31′48″”",
        "121°22’48’’  37°31’48’’",
        "121º22'48'' 37º31'48''",
        "东经121度22分48秒 北纬37度31分48秒",
        "N37.53,E121.38",
        "「121.38，37.53」",
    ],
)
def test_coordinates_in_one_cell_with_any_marks(fresh_sqlite: str, tmp_path: Path, cell: str) -> None:
    path = tmp_path / "a.tsv"
    path.write_bytes(f"\ufeff名称\t经纬度\t地址\t\t\r\n一号站\t{cell}\t一路1号\t\t\r\n".encode())
    report, sites = imported(fresh_sqlite, path)
    assert where(sites["一号站"]) == POINTS[0], report.issues


def test_a_web_page_that_is_called_a_workbook(fresh_sqlite: str, tmp_path: Path) -> None:
    path = tmp_path / "导出.xls"
    path.write_text("<html><body><table><tr><td>名称</td></tr></table></body></html>", encoding="gbk")
    with pytest.raises(FileError) as caught:
        imported(fresh_sqlite, path)
    assert caught.value.code == "file_web_page"
