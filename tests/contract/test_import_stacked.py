"""Worksheets as people make them: stacked tables, titles, notes, sheets that add to places, sheets of other things."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from geodata.errors import ProfileError
from geodata.store import Store
from importers.profile import Profile
from importers.report import ImportReport
from importers.sites import import_sites
from importers.stacking import clean_title
from tests.importing import by_name

Sheets = dict[str, list[list[object]]]


def book(path: Path, sheets: Sheets, merged: dict[str, list[str]] | None = None) -> Path:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for area in (merged or {}).get(name, []):
            sheet.merge_cells(area)
    workbook.save(path)
    return path


def codes(report: ImportReport) -> Counter[str]:
    return Counter(issue.message.code for issue in report.issues)


def uses(report: ImportReport) -> list[tuple[str, str, str]]:
    return [(part["sheet"], part["title"], part["use"]) for part in report.recognised["tables"]]


TOWN: Sheets = {
    "站点": [
        ["海港街道站点情况（2025年）"],
        ["一、爱心驿家"],
        ["序号", "站点名称", "详细地址", "开放时间", "设施"],
        [1, "海港驿家", "海港路1号", "8：00-18：00", "饮水、微波炉"],
        [2, "银行驿家", "北大街20号", "周一至周五9:00-17:00", "饮水、充电"],
        [3],
        ["注：银行驿家节假日不开放"],
        [],
        ["二、司机之家"],
        ["编号", "名称", "地址", "服务内容", "联系电话"],
        ["S1", "港城停车场", "疏港路88号", "货车停车、洗澡", "0535-6000001"],
        ["S2", "海港驿家", "海港路1号", "热饭", ""],
        [],
        ["三、公共厕所"],
        ["序号", "名称", "地址"],
        [1, "广场公厕", "海港广场东侧"],
    ],
    "联系方式": [
        ["站点联系表"],
        ["序号", "名称", "联系电话"],
        [1, "海港驿家", "0535-6000002"],
        [2, "银行驿家", "0535-6000003"],
        [3, "没有的驿家", "0535-6000004"],
        [],
        ["便民服务热线"],
        ["序号", "名称", "联系电话"],
        [1, "供水", "96500"],
        [],
        ["常用单位"],
        ["序号", "名称", "地址", "联系电话"],
        [1, "派出所", "海港路3号", "0535-6000005"],
    ],
    "人员": [["姓名", "职务", "单位名称", "电话"], ["张三", "站长", "海港驿家", "13800000000"]],
    "公交": [["站名", "线路", "首班车", "末班车"], ["海港路", "1路", "5:30", "22:00"]],
    "填表说明": [["请各站点每月更新一次"]],
}
MERGED = {"站点": ["A1:E1", "A2:B2", "A7:E7", "A9:B9", "A14:C14"]}


def test_a_town_with_stacked_tables(store: Store, tmp_path: Path) -> None:
    path = book(tmp_path / "town.xlsx", TOWN, MERGED)
    report = import_sites(store, path)
    sites = by_name(store)
    assert {name: (s.site.kind, s.site.labels) for name, s in sites.items()} == {
        "海港驿家": ("rest_station", ("爱心驿家", "司机之家")),
        "银行驿家": ("rest_station", ("爱心驿家",)),
        "港城停车场": ("rest_station", ("司机之家",)),
        "广场公厕": ("public_facility", ("公共厕所",)),
    }
    assert set(sites["海港驿家"].site.facilities) == {"drinking_water", "microwave"}
    assert set(sites["港城停车场"].site.facilities) == {"truck_parking", "shower"}
    assert sites["广场公厕"].site.facilities["toilet"].basis == "claimed"
    assert sites["海港驿家"].site.hours.osm == "Mo-Su 08:00-18:00"
    assert sites["海港驿家"].site.phone == "0535-6000002"
    assert sites["银行驿家"].site.phone == "0535-6000003"
    assert uses(report) == [
        ("站点", "一、爱心驿家", "places"),
        ("站点", "二、司机之家", "places"),
        ("站点", "三、公共厕所", "places"),
        ("联系方式", "站点联系表", "adds"),
        ("联系方式", "便民服务热线", "left_out"),
        ("联系方式", "常用单位", "left_out"),
        ("人员", "", "left_out"),
        ("公交", "", "left_out"),
    ]
    found = codes(report)
    for code in ("table_of_hotlines", "table_beside_contacts", "table_of_staff", "table_of_transport", "row_joined"):
        assert found[code] == 1, code
    assert found["row_note_left_out"] == 1
    assert found["sheet_without_table"] == 1
    lost = next(issue for issue in report.issues if issue.message.code == "row_adds_to_none")
    assert (lost.to_json(report.sheets)["sheet"], lost.to_json(report.sheets)["row"]) == ("联系方式", 5)
    assert lost.value == "没有的驿家"
    assert (report.rows.read, report.rows.created, report.rows.skipped) == (5, 4, 1)


def test_the_same_workbook_again_changes_nothing(store: Store, tmp_path: Path) -> None:
    path = book(tmp_path / "town.xlsx", TOWN, MERGED)
    import_sites(store, path)
    version = store.state().data_version
    again = import_sites(store, path)
    assert (again.rows.created, again.rows.updated, again.rows.unchanged) == (0, 0, 4)
    assert store.state().data_version == version


def test_the_order_of_the_sheets_does_not_matter(store: Store, tmp_path: Path) -> None:
    turned = {name: TOWN[name] for name in reversed(TOWN)}
    import_sites(store, book(tmp_path / "town.xlsx", turned, MERGED))
    sites = by_name(store)
    assert len(sites) == 4
    assert sites["银行驿家"].site.phone == "0535-6000003"


def test_titles_that_are_areas_and_no_merged_cells(store: Store, tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["序号", "名称", "地址"],
        ["东城街道"],
        [1, "甲站", "一路1号"],
        [2, "乙站", "一路2号"],
        ["西城街道"],
        [1, "甲站", "二路1号"],
    ]
    report = import_sites(store, book(tmp_path / "areas.xlsx", {"Sheet1": rows}), kind="rest_station")
    found = sorted((s.site.name, s.site.area_name, s.site.labels) for s in store.sites())
    assert found == [("乙站", "东城街道", ()), ("甲站", "东城街道", ()), ("甲站", "西城街道", ())]
    assert report.rows.created == 3


def test_one_sheet_for_each_district(store: Store, tmp_path: Path) -> None:
    header: list[object] = ["名称", "地址", "开放时间"]
    sheets: Sheets = {
        "东区": [header, ["甲站", "一路1号", "8:00-18:00"], ["", "一路9号", ""]],
        "西区": [header, ["乙站", "二路1号", "8:00-18:00"], ["", "二路9号", ""]],
    }
    report = import_sites(store, book(tmp_path / "districts.xlsx", sheets), kind="rest_station")
    assert sorted(by_name(store)) == ["乙站", "甲站"]
    rejected = [issue.to_json(report.sheets) for issue in report.issues if issue.severity == "error"]
    assert [(issue["sheet"], issue["row"]) for issue in rejected] == [("东区", 3), ("西区", 3)]


def test_tables_that_disagree_about_a_place_say_so(store: Store, tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["爱心驿家"],
        ["名称", "地址", "开放时间"],
        ["甲站", "一路1号", "8:00-18:00"],
        ["骑手驿站"],
        ["名称", "地址", "开放时间"],
        ["甲站", "一路1号", "9:00-17:00"],
    ]
    report = import_sites(store, book(tmp_path / "two.xlsx", {"A": rows}))
    (site,) = by_name(store).values()
    assert site.site.hours.text == "8:00-18:00"
    assert site.site.labels == ("爱心驿家", "骑手驿站")
    issue = next(issue for issue in report.issues if issue.message.code == "row_joined_differs")
    assert (issue.row, issue.column, issue.value) == (6, "开放时间", "9:00-17:00")


def test_a_title_without_a_kind_takes_that_of_the_others_unless_said(store: Store, tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["爱心驿家"], ["名称", "地址"], ["甲站", "一路1号"], ["合作商户"], ["名称", "地址"], ["乙店", "一路2号"],
    ]  # fmt: skip
    path = book(tmp_path / "kinds.xlsx", {"A": rows})
    report = import_sites(store, path, dry_run=True)
    assert codes(report)["kind_from_titles"] == 1
    assert report.rows.created == 2
    import_sites(store, path, kind="public_facility")
    assert {name: s.site.kind for name, s in by_name(store).items()} == {
        "甲站": "rest_station",
        "乙店": "public_facility",
    }


def test_text_with_stacked_tables(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "爱心驿家,,\n名称,地址,电话\n甲站,一路1号,1234567\n\n司机之家,,\n名称,电话,地址\n乙站,7654321,二路\n"
    )
    import_sites(store, path)
    assert {name: (s.site.phone, s.site.labels) for name, s in by_name(store).items()} == {
        "甲站": ("1234567", ("爱心驿家",)),
        "乙站": ("7654321", ("司机之家",)),
    }


def test_a_profile_must_name_columns_of_one_of_the_tables(store: Store, tmp_path: Path) -> None:
    path = book(tmp_path / "town.xlsx", TOWN, MERGED)
    report = import_sites(store, path, dry_run=True, profile=Profile(columns={"note": ("服务内容",)}))
    assert report.recognised["columns"]["服务内容"] == "note"
    with pytest.raises(ProfileError):
        import_sites(store, path, profile=Profile(columns={"note": ("没有的列",)}))


@pytest.mark.parametrize(
    ("title", "clean"),
    [
        ("一、爱心驿家", "爱心驿家"),
        ("（二）司机之家（6个）", "司机之家"),
        ("附件1：骑手驿站一览表", "骑手驿站"),
        ("3. 暖心服务站名单", "暖心服务站"),
        ("中石化“爱心驿站”", "中石化“爱心驿站”"),
    ],
)
def test_titles(title: str, clean: str) -> None:
    assert clean_title(title) == clean


def test_anting(store: Store, test_data: Path) -> None:
    path = test_data / "sites" / "anting_stations.xlsx"
    report = import_sites(store, path, kind="rest_station")
    sites = by_name(store)
    rows = report.rows
    assert (rows.read, rows.created, rows.skipped, rows.rejected) == (26, 25, 1, 0)
    assert report.exit_code == 0
    assert Counter(part["use"] for part in report.recognised["tables"]) == {"places": 5, "adds": 1, "left_out": 5}
    labels = Counter(label for stored in sites.values() for label in stored.site.labels)
    assert labels == {"公共卫生间": 6, "暖心服务站": 7, "中石化“爱心驿站”": 4, "合作商户": 4, "户外职工接力站": 5}
    assert Counter(s.site.kind for s in sites.values()) == {"rest_station": 19, "public_facility": 6}
    twice = sites["百安加油站"].site
    assert twice.labels == ("中石化“爱心驿站”", "户外职工接力站")
    assert {"drinking_water", "phone_charging", "microwave", "first_aid"} <= set(twice.facilities)
    assert all(stored.site.position is None for stored in sites.values())
    assert all(stored.site.hours.osm for stored in sites.values())
    assert sites["安亭老街职工服务站"].site.hours.osm == "Mo-Fr 08:30-17:00"
    phones = {name: s.site.phone for name, s in sites.items() if s.site.phone}
    assert len(phones) == 7
    assert phones["泰东社区居委会"] == "021-59507042"
    assert not any("乒乓" in name or "派出所" in name or "消防" in name for name in sites)
    left = [part for part in report.recognised["tables"] if part["sheet"] == "方泰邻里中心"]
    assert [(part["use"], part["rows"], bool(part["reason"])) for part in left] == [("left_out", 16, True)]
    version = store.state().data_version
    again = import_sites(store, path, kind="rest_station")
    assert (again.rows.unchanged, again.rows.created, again.rows.updated) == (25, 0, 0)
    assert store.state().data_version == version
