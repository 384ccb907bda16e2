"""Sheets that are laid out otherwise than as one table with one row of headings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import pytest

from geodata.sites import Site
from geodata.store import Store
from importers.report import ImportReport
from importers.sites import import_sites
from tests.importing import by_name, codes, write_rows

Sheet = Sequence[Sequence[object]]
HEADINGS = ["序号", "站点名称", "地址", "电话"]


def imported(
    store: Store, folder: Path, sheets: Mapping[str, Sheet], *, merged: Sequence[str] = (), hidden: Sequence[str] = ()
) -> tuple[ImportReport, dict[str, Site]]:
    book = openpyxl.Workbook()
    del book[book.sheetnames[0]]
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
        for cells in merged:
            sheet.merge_cells(cells)
        sheet.sheet_state = "hidden" if title in hidden else "visible"
    book.save(folder / "list.xlsx")
    report = import_sites(store, folder / "list.xlsx", kind="rest_station")
    return report, {name: stored.site for name, stored in by_name(store).items()}


def test_three_rows_of_headings(sqlite_store: Store, tmp_path: Path) -> None:
    rows: Sheet = [
        ["站点情况统计表"],
        ["序号", "站点名称", "位置", "", "", "服务设施", "", "面积（㎡）"],
        ["", "", "地址", "坐标", "", "饮水机", "微波炉", ""],
        ["", "", "", "经度", "纬度", "", "", ""],
        [1, "光明驿站", "光明路1号", 121.3812, 37.5312, "√", "×", 35.5],
    ]
    report, sites = imported(sqlite_store, tmp_path, {"S": rows}, merged=["C2:E2", "D3:E3", "F2:G2"])
    site = sites["光明驿站"]
    assert site.position is not None
    assert (site.position.given_lon, site.area_m2, site.address) == (121.3812, 35.5, "光明路1号")
    assert {code: item.value for code, item in site.facilities.items()} == {"drinking_water": "yes", "microwave": "no"}
    assert report.exit_code == 0


@pytest.mark.parametrize("stacked", [True, False])
def test_headings_for_programs_below_those_for_people(sqlite_store: Store, tmp_path: Path, stacked: bool) -> None:
    rows: Sheet = [
        ["站点名称", "详细地址", "经度", "纬度", "更新时间"],
        ["station_name", "address", "longitude", "latitude", "update_time"],
        ["VARCHAR(100)", "字符型", "DECIMAL(10,6)", "double", "date"],
        ["甲驿站", "南大街1号", 121.38, 37.53, "2024-05-01"],
    ]
    other: Sheet = [HEADINGS, [1, "乙驿站", "南大街2号", "6622222"]]
    sheets = {"S": rows, "T": other} if stacked else {"S": rows}
    _, sites = imported(sqlite_store, tmp_path, sheets)
    assert set(sites) == ({"甲驿站", "乙驿站"} if stacked else {"甲驿站"})


def test_codes_below_headings_may_be_data(sqlite_store: Store, tmp_path: Path) -> None:
    rows: Sheet = [["名称", "地址", "备注"], ["KFC", "Nanjie", "open"], ["ICBC", "Beilu", "text"]]
    _, sites = imported(sqlite_store, tmp_path, {"S": rows})
    assert set(sites) == {"KFC", "ICBC"}


@pytest.mark.parametrize("gap", [[""], []])
def test_tables_side_by_side(sqlite_store: Store, tmp_path: Path, gap: list[str]) -> None:
    rows: Sheet = [
        [*HEADINGS, *gap, *HEADINGS],
        [1, "甲驿站", "南大街1号", "6611111", *gap, 3, "丙驿站", "北大街1号", "6633333"],
        [2, "乙驿站", "南大街2号", "6622222", *gap, 4],
    ]
    report, sites = imported(sqlite_store, tmp_path, {"S": rows})
    assert {name: (site.address, site.phone) for name, site in sites.items()} == {
        "甲驿站": ("南大街1号", "6611111"),
        "乙驿站": ("南大街2号", "6622222"),
        "丙驿站": ("北大街1号", "6633333"),
    }
    assert report.recognised["unknown_columns"] == []


def test_a_column_for_each_place(sqlite_store: Store, tmp_path: Path) -> None:
    rows: Sheet = [
        ["站点一览"],
        ["站点名称", "甲驿站", "乙驿站"],
        ["地址", "南大街1号", "南大街2号"],
        ["开放时间", "8:00-18:00", "24小时"],
        ["站长", "张三", "李四"],
        ["微波炉", "有", "无"],
    ]
    report, sites = imported(sqlite_store, tmp_path, {"S": rows})
    assert {name: (site.address, site.hours.osm, site.facilities["microwave"].value) for name, site in sites.items()
            if site.hours} == {
        "甲驿站": ("南大街1号", "Mo-Su 08:00-18:00", "yes"),
        "乙驿站": ("南大街2号", "24/7", "no"),
    }  # fmt: skip
    assert "table_turned" in codes(report)
    assert report.recognised["unknown_columns"] == ["站长"]


def test_forms(sqlite_store: Store, tmp_path: Path) -> None:
    def form(name: str, number: int) -> Sheet:
        return [
            ["服务站点申报表"],
            ["站点名称", name, "建成时间", "2023年5月"],
            ["地址", f"南大街{number}号", "面积", "40平方米"],
            ["联系人", "张三", "联系电话", "13800138000"],
            ["开放时间", "24小时", "服务设施", "饮水机、微波炉"],
        ]

    report, sites = imported(
        sqlite_store, tmp_path, {"一": form("甲驿站", 1), "二": [*form("乙驿站", 2), *form("丙驿站", 3)]}
    )
    assert {name: (site.address, site.area_m2, site.phone) for name, site in sites.items()} == {
        "甲驿站": ("南大街1号", 40.0, "13800138000"),
        "乙驿站": ("南大街2号", 40.0, "13800138000"),
        "丙驿站": ("南大街3号", 40.0, "13800138000"),
    }
    assert report.rows.created == 3


def test_a_sheet_for_each_district_names_it(sqlite_store: Store, tmp_path: Path) -> None:
    names = {"1.芝罘区": "芝罘区", "福山区（1个）": "福山区", "服务区": ""}
    sheets: dict[str, Sheet] = {sheet: [HEADINGS, [1, f"{sheet}驿站", "人民路1号", ""]] for sheet in names}
    _, sites = imported(sqlite_store, tmp_path, sheets)
    assert {name.removesuffix("驿站"): site.area_name for name, site in sites.items()} == names


def test_titles_that_begin_with_a_district(sqlite_store: Store, tmp_path: Path) -> None:
    titled: list[list[object]] = []
    for area in ("芝罘区", "福山区"):
        titled += [[f"{area}户外劳动者服务站点名单"], ["名称", "地址"], [f"{area}驿站", "人民路1号"]]
    _, sites = imported(sqlite_store, tmp_path, {"S": titled}, merged=["A1:B1", "A4:B4"])
    assert {site.area_name: site.labels for site in sites.values()} == {
        "芝罘区": ("芝罘区户外劳动者服务站点",),
        "福山区": ("福山区户外劳动者服务站点",),
    }


def test_hidden_sheets_are_told_and_left_out(sqlite_store: Store, tmp_path: Path) -> None:
    sheets: dict[str, Sheet] = {name: [HEADINGS, [1, f"{name}驿站", "南大街1号", ""]] for name in ("现有", "去年")}
    report, sites = imported(sqlite_store, tmp_path, sheets, hidden=["去年"])
    assert set(sites) == {"现有驿站"}
    assert "table_hidden" in codes(report)


def test_signs_for_the_cell_above(sqlite_store: Store, tmp_path: Path) -> None:
    rows = [
        {
            "名称": "甲驿站",
            "地址": "南大街1号",
            "所属街道": "向阳街道",
            "开放时间": "8:00-18:00",
            "联系电话": "0535-\n6611111",
        },
        {"名称": "乙驿站", "地址": "南大街2号", "所属街道": "〃", "开放时间": "同上", "联系电话": '"'},
        {"名称": "丙驿站", "地址": "南大街3号", "所属街道": "″", "开放时间": "同上", "联系电话": ""},
    ]
    import_sites(sqlite_store, write_rows(tmp_path / "list.csv", rows), kind="rest_station")
    sites = {name: stored.site for name, stored in by_name(sqlite_store).items()}
    assert {(site.area_name, site.hours.osm) for site in sites.values() if site.hours} == {
        ("向阳街道", "Mo-Su 08:00-18:00")
    }
    assert [sites[name].phone for name in ("甲驿站", "乙驿站", "丙驿站")] == ["0535-6611111", "0535-6611111", ""]
