"""Lists of grades, points, awards and reviews as offices type them and platforms export them."""

from __future__ import annotations

from datetime import date

import pytest

from geodata.errors import FileError
from geodata.ratings import Evidence
from geodata.store import Store
from importers.ratings import import_ratings
from importers.report import ImportReport
from importers.sites import import_sites
from tests.importing import Write
from tests.unit.test_ratings import TODAY

STATIONS = (
    "编号,名称,行政区划代码,地址,经度,纬度\n"
    "1,大海阳路户外劳动者服务站点,370602,大海阳路81号,121.3862,37.5300\n"
    "2,北马路爱心驿家,370602,北马路30号,121.3901,37.5421\n"
    "3,祖庙街道户外劳动者服务站点,440604,祖庙路1号,113.1120,23.0300\n"
)


class Rated:
    """Imports lists, and tells what they say of each site by its key."""

    report: ImportReport

    def __init__(self, store: Store, write: Write) -> None:
        self.store, self.write = store, write
        import_sites(store, write(STATIONS), kind="rest_station", datum="wgs84", source="union")
        self.sites = {stored.id: stored.sources[0].key for stored in store.sites()}

    def __call__(self, text: str, template: str | None = None) -> dict[str, Evidence]:
        self.report = import_ratings(self.store, self.write(text), source="x", template=template, today=TODAY)
        assert all(told for issue in self.report.issues for told in issue.message.texts().values())
        return {self.sites[site]: pieces[0] for site, pieces in self.store.evidence().items()}


@pytest.fixture
def rated(store: Store, write: Write) -> Rated:
    return Rated(store, write)


def told(rated: Rated) -> list[str]:
    return [issue.message.code for issue in rated.report.issues if issue.message.code != "column_unknown"]


def test_a_street_offices_inspection_list(rated: Rated) -> None:
    found = rated(
        "芝罘区2026年户外劳动者服务站点星级检查情况表,,,,,\n"
        "序号,站点名称,得分,星级,检查日期,整改情况\n"
        "1,大海阳路户外劳动者服务站点,92,四星,5月12日,无\n"
        "2,北马路爱心驿家,81,★★★,2026.5.13,微波炉已修\n"
        "3,祖庙街道户外劳动者服务站点,,未评,,\n"
        "合计,3个,,,,\n"
    )
    assert {key: (piece.scheme, piece.value, piece.as_of) for key, piece in found.items()} == {
        "1": ("star", 4.0, date(2026, 5, 12)),
        "2": ("star", 3.0, date(2026, 5, 13)),
    }
    assert [piece.note for piece in found.values()] == ["得分 92", "得分 81；整改情况 微波炉已修"]
    assert told(rated) == ["rows_above_header", "rating_scheme_taken", "rating_not_rated", "row_total"]
    assert rated.report.rows.rejected == 0


def test_points_of_an_inspection_and_the_day_of_its_title(rated: Rated) -> None:
    found = rated("2026年第二季度站点督查评分表,\n站点名称,得分\n大海阳路户外劳动者服务站点,94\n北马路爱心驿家,优秀\n")
    assert [(p.scheme, p.value, p.scale, p.as_of) for p in found.values()] == [
        ("inspection", 94.0, 100.0, date(2026, 4, 1))
    ]
    assert "value_not_a_number" in told(rated)
    assert "rating_date_taken" in told(rated)


def test_what_a_list_does_not_say_is_asked_for(rated: Rated) -> None:
    assert rated("站点名称,评分,日期\n大海阳路户外劳动者服务站点,4.5,2026-05-01\n") == {}
    assert told(rated) == ["rating_no_scheme"]
    assert rated("站点名称,星级\n大海阳路户外劳动者服务站点,4\n") == {}
    assert "rating_no_date" in told(rated)


@pytest.mark.parametrize(
    ("value", "count", "expected"),
    [
        ("4.8分", "1.2万", (4.8, 5.0, 12000)),
        ("4.5/5", "356条", (4.5, 5.0, 356)),
        ("4.6分（满分5分）", "1000+", (4.6, 5.0, 1000)),
        ("9.2（10分制）", "85人", (9.2, 10.0, 85)),
        ("98%", "3万", (98.0, 100.0, 30000)),
    ],
)
def test_exports_of_reviews(rated: Rated, value: str, count: str, expected: tuple[float, float, int]) -> None:
    (piece,) = rated(
        f"店铺名称,评分,评价数,好评率,平台,采集时间\n大海阳路户外劳动者服务站点,{value},{count},97%,大众点评,2026/6/1\n"
    ).values()
    assert (piece.scheme, piece.name, piece.note) == ("review", "大众点评", "好评率 97%")
    assert (piece.value, piece.scale, piece.count) == expected


def test_the_scale_stands_in_the_heading(rated: Rated) -> None:
    (piece,) = rated(
        "类型,站点名称,总评分（满分10分）,评价人数,统计日期\n评价,北马路爱心驿家,8.4,12人,2026-06-01\n"
    ).values()
    assert (piece.value, piece.scale, piece.count) == (8.4, 10.0, 12)


def test_a_column_of_grades_is_told_by_what_is_in_it(rated: Rated) -> None:
    (graded,) = rated("站点名称,评定等级,评定年度\n北马路爱心驿家,三星级示范站点,2025年度\n").values()
    assert (graded.scheme, graded.value, graded.as_of) == ("star", 3.0, date(2025, 1, 1))


def test_points_of_a_template_are_those_of_the_headings(rated: Rated) -> None:
    (piece,) = rated(
        "站点名称,有统一标识(10分),有固定场所(20分),有设施设备(30分),有管理制度(10分),有专人管理(20分),地图可查(10分),总分,检查日期\n"
        "北马路爱心驿家,10,10,30,5,20,10,85,2026-06-01\n",
        template="六有",
    ).values()
    assert piece.value == pytest.approx(100 * (1 + 0.5 + 1 + 0.5 + 1 + 1) / 6, abs=0.01)
    assert piece.note.endswith("总分 85")
    rated("站点名称,有统一标识(10分),检查日期\n北马路爱心驿家,11,2026-07-01\n", template="六有")
    assert "template_points" in told(rated)


def test_awards_by_their_names_and_givers(rated: Rated) -> None:
    found = rated(
        "站点名称,荣誉名称,授予单位,获奖时间\n"
        "大海阳路户外劳动者服务站点,全省最美工会户外劳动者服务站,山东省总工会,2023年\n"
        "北马路爱心驿家,2024年最美驿站,中华全国总工会,\n"
    )
    assert [(piece.level, piece.as_of.year, piece.note) for piece in found.values()] == [
        ("provincial", 2023, "授予单位 山东省总工会"),
        ("national", 2024, "授予单位 中华全国总工会"),
    ]


NOTICE = (
    "附件1：2023年全国最美工会户外劳动者服务站点{}名单\n"
    "一、山东省（共2个）\n1.大海阳路户外劳动者服务站点\n2.烟台市北马路骑手驿站\n二、广东省\n3.祖庙街道户外劳动者服务站点\n"
    "三、浙江省\n4.北马路爱心驿家\n中华全国总工会办公厅\n"
)


def test_a_notice_with_one_name_a_line(rated: Rated) -> None:
    found = rated(NOTICE.format(""))
    assert {(key, piece.name, piece.level, piece.as_of.year) for key, piece in found.items()} == {
        ("1", "2023年全国最美工会户外劳动者服务站点", "national", 2023),
        ("3", "2023年全国最美工会户外劳动者服务站点", "national", 2023),
    }  # the one of 浙江 has the name of a place in 山东, and no more
    assert {issue.row for issue in rated.report.issues if issue.message.code == "rating_site_unknown"} == {8}


def test_what_is_only_proposed_is_no_award(rated: Rated) -> None:
    assert rated(NOTICE.format("推荐")) == {}
    assert set(told(rated)) >= {"rating_no_scheme"}


def test_a_list_of_names_without_a_title_is_no_list_of_ratings(rated: Rated) -> None:
    with pytest.raises(FileError):
        rated("甲,乙\n大海阳路户外劳动者服务站点,b\n")


def test_awards_of_other_provinces_are_of_other_places(rated: Rated) -> None:
    found = rated("2023年最美驿站名单,\n省份,站点名称\n山东,大海阳路户外劳动者服务站点\n浙江,北马路爱心驿家\n")
    assert set(found) == {"1"}
    assert "rating_site_unknown" in told(rated)


def test_a_total_is_the_value_or_beside_points_the_best_there_is(rated: Rated) -> None:
    rated("2026年6月站点考核表,,,\n站点名称,卫生（20分）,服务（80分）,总分\n北马路爱心驿家,18,70,88\n")
    rated("2026年6月站点考核表,,\n站点名称,得分,总分\n大海阳路户外劳动者服务站点,9,10\n")
    found = rated("站点名称,总分,星级,检查日期\n祖庙街道户外劳动者服务站点,94,四星,2026-06-01\n")
    assert {key: (piece.scheme, piece.value, piece.scale, piece.note) for key, piece in found.items()} == {
        "2": ("inspection", 88.0, 100.0, ""),
        "1": ("inspection", 9.0, 10.0, ""),
        "3": ("star", 4.0, 5.0, "总分 94"),  # no scale of stars
    }
