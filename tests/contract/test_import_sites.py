"""Lists of places go into both stores, with all that they say."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from geodata.datum import convert_point
from geodata.errors import ProfileError
from geodata.sites import Amenity, Closure, Hours
from geodata.store import Store
from importers.profile import Profile, Rule
from importers.sites import import_sites
from tests.importing import Load, by_name, codes, counts, only

HANGZHOU = Path(__file__).parents[1] / "profiles" / "hangzhou.toml"
REAL = [
    ("hangzhou_facilities.csv", {"kind": "public_facility", "datum": "gcj02"}, (659, 659, 0, 0, 0, 0)),
    ("hangzhou_facilities.csv", {"profile": HANGZHOU}, (659, 569, 0, 0, 90, 0)),
    ("zhengzhou_stations.csv", {"kind": "rest_station", "datum": "gcj02"}, (82, 82, 0, 0, 0, 0)),
    ("melbourne_toilets.csv", {"kind": "public_facility"}, (74, 74, 0, 0, 0, 0)),
    ("singapore_toilets.geojson", {"kind": "public_facility"}, (355, 355, 0, 0, 0, 0)),
]


@pytest.mark.parametrize(("file", "options", "expected"), REAL)
def test_real_lists_go_in_and_the_second_time_change_nothing(
    store: Store, test_data: Path, file: str, options: dict[str, Any], expected: tuple[int, ...]
) -> None:
    path = test_data / "sites" / file
    first = import_sites(store, path, **options)
    assert counts(first) == expected
    assert first.exit_code == 0
    version = store.state().data_version
    second = import_sites(store, path, **options)
    read, created, _, _, skipped, _ = expected
    assert counts(second) == (read, 0, 0, created, skipped, 0)
    assert store.state().data_version == version
    assert len(list(store.sites())) == created


def test_zhengzhou_as_it_is(store: Store, test_data: Path) -> None:
    import_sites(store, test_data / "sites" / "zhengzhou_stations.csv", kind="rest_station", datum="gcj02")
    sites = by_name(store)
    assert Counter(stored.site.precision for stored in sites.values()) == {"none": 64, "exact": 18}
    assert sum(bool(stored.site.hours.text) for stored in sites.values()) == 22
    site = sites["巩义万洋商贸城工会户外劳动者驿站"].site
    assert site.hours.text == "周一至周五 08:30-12:00,13:00-17:30"
    assert site.hours.osm is not None
    assert site.phone == "158****6066"
    assert site.area_name == "巩义市"
    assert site.position is not None
    assert (site.position.given_lon, site.position.given_lat) == (112.971839, 34.741902)
    expected = convert_point(112.971839, 34.741902, "gcj02", "wgs84")
    assert (site.position.lon, site.position.lat) == pytest.approx(expected, abs=1e-9)


def test_hangzhou_with_a_profile(store: Store, test_data: Path) -> None:
    report = import_sites(store, test_data / "sites" / "hangzhou_facilities.csv", profile=HANGZHOU)
    sites = list(store.sites())
    stations = {stored.site.name: stored.site.labels for stored in sites if stored.site.kind == "rest_station"}
    assert stations == {
        "杭州市职工服务中心爱心驿家": ("爱心驿家",),
        "拱墅区湖墅南路智能驿家": ("爱心驿家",),
        "西湖区云州国际爱心驿家": ("爱心驿家",),
        "杭州西站司机之家": ("司机之家",),
        "杭州西站户外劳动者之家": ("户外劳动者之家",),
        "清林爱心公益小哥驿站": ("小哥驿站",),
    }
    assert all(stored.site.labels for stored in sites)
    assert not any("浙里办" in stored.site.name or "查询" in stored.site.name for stored in sites)
    assert report.recognised["datum"] == "gcj02"
    assert report.source == "hangzhou"
    precisions = Counter(stored.site.precision for stored in sites)
    assert set(precisions) == {"address", "approximate", "area"}
    library = next(stored.site for stored in sites if stored.site.name == "上城区图书馆")
    assert {code: amenity.value for code, amenity in library.facilities.items()} == {
        "drinking_water": "limited",
        "air_conditioning": "yes",
        "phone_charging": "yes",
        "wifi": "yes",
    }
    assert all(amenity.basis == "claimed" for amenity in library.facilities.values())


def test_every_field_of_the_canonical_columns(store: Store, load: Load) -> None:
    row = {
        "source_key": "zf-1", "name": "大海阳路驿站", "kind": "rest_station", "label": "爱心驿家;暖心服务站",
        "lon": "121.39", "lat": "37.53", "precision": "address", "address": "大海阳路1号", "area": "370602",
        "opening_hours": "周一至周五 8:30-17:30", "access": "扫码;staffed", "fee": "免费",
        "facilities": "drinking_water;微波炉、厕所", "services": "法律援助", "level": "市级", "operator": "区总工会",
        "phone": "0535-1234567", "directions": "东门进", "capacity": "12人", "area_m2": "30㎡",
        "verified_on": "2024年5月1日", "floor": "2", "host": "某银行", "website": "example.org/a", "state": "paused",
        "valid_from": "2024-06-01", "valid_to": "2024-09-30", "closed_from": "2024-07-01", "closed_to": "",
        "closure_reason": "装修", "former_names": "旧名", "awards": "最美驿站|provincial|2022", "note": "备注",
        "entrance_lon": "121.3901", "entrance_lat": "37.5301", "wheelchair": "partial", "access_note": "按门铃",
        "operator_code": "370602-01",
    }  # fmt: skip
    report = load([row])
    assert codes(report) == []
    stored = only(store)
    site = stored.site
    assert [(ref.source, ref.key) for ref in stored.sources] == [("list", "zf-1")]
    assert (site.kind, site.labels, site.level, site.state) == (
        "rest_station",
        ("爱心驿家", "暖心服务站"),
        "city",
        "paused",
    )
    assert site.position is not None
    assert (site.position.lon, site.position.lat, site.position.precision) == (121.39, 37.53, "address")
    assert (site.area, site.address, site.floor, site.directions) == ("370602", "大海阳路1号", "2", "东门进")
    assert site.hours == Hours("Mo-Fr 08:30-17:30", "周一至周五 8:30-17:30")
    assert (site.access.ways, site.access.fee, site.access.note) == (("scan", "staffed"), "free", "按门铃")
    on_the_day = Amenity("yes", "claimed", date(2024, 5, 1))
    assert site.facilities == {
        "drinking_water": on_the_day,
        "microwave": on_the_day,
        "toilet": on_the_day,
        "wheelchair": Amenity("limited", "claimed", date(2024, 5, 1)),
    }
    assert site.services == {"legal_aid": on_the_day}
    assert (site.operator, site.operator_code, site.host) == ("区总工会", "370602-01", "某银行")
    assert (site.capacity, site.area_m2, site.phone) == (12, 30.0, "0535-1234567")
    assert (site.website, site.note, site.former_names) == ("https://example.org/a", "备注", ("旧名",))
    assert (site.valid_from, site.valid_to) == (date(2024, 6, 1), date(2024, 9, 30))
    assert site.closures == (Closure(date(2024, 7, 1), None, "装修"),)
    assert [(award.name, award.level, award.year) for award in site.awards] == [("最美驿站", "provincial", 2022)]
    assert site.entrance is not None
    assert site.verified_on == date(2024, 5, 1)


def test_usual_headings_in_any_dress(store: Store, load: Load) -> None:
    row = {
        "序号": "1", "*站点名称": "北马路驿站", "详细地址": "北马路1号", "经度（°）": "121.40", "纬度(°)": "37.54",
        "服务时间": "24小时", "联系电话": "0535-1", "所属区县": "芝罘区", "饮水机": "√", "微波炉": "×", "ＡＥＤ": "有",
        "类型": "司机之家",
    }  # fmt: skip
    report = load([row])
    assert codes(report) == []
    site = only(store).site
    assert (site.name, site.address, site.phone, site.area_name) == ("北马路驿站", "北马路1号", "0535-1", "芝罘区")
    assert {code: amenity.value for code, amenity in site.facilities.items()} == {
        "drinking_water": "yes",
        "microwave": "no",
        "aed": "yes",
    }
    assert (site.kind, site.labels) == ("rest_station", ("司机之家",))
    assert site.hours.osm == "24/7"


def test_hours_that_are_not_understood_keep_their_text(store: Store, load: Load) -> None:
    report = load([{"name": "A", "hours": "以现场为准"}])
    site = only(store).site
    assert (site.hours.osm, site.hours.text) == (None, "以现场为准")
    (issue,) = report.issues
    assert (issue.row, issue.column, issue.value, issue.severity) == (2, "hours", "以现场为准", "info")


def test_the_dates_taken_for_a_season_are_reported(store: Store, load: Load) -> None:
    report = load([{"name": "A", "hours": "夏季8:00-18:00，冬季8:30-17:30"}])
    assert only(store).site.hours.osm == "May-Sep Mo-Su 08:00-18:00; Oct-Apr Mo-Su 08:30-17:30"
    assert [(issue.column, issue.severity, issue.message.code) for issue in report.issues] == [
        ("hours", "info", "hours_season_dates")
    ] * 2


def test_hostile_texts_are_kept_as_text(store: Store, load: Load) -> None:
    names = ["<img src=x onerror=alert(1)>", "=cmd|' /C calc'!A0", "'; DROP TABLE sites; --", "{0.__class__}", "%s"]
    report = load([{"name": name, "address": f"{n}号"} for n, name in enumerate(names)])
    assert report.rows.created == 5
    assert set(by_name(store)) == set(names)
    assert counts(load([{"name": name, "address": f"{n}号"} for n, name in enumerate(names)]))[3] == 5


def test_a_spreadsheets_mark_before_a_sign_is_no_part_of_the_text(store: Store, load: Load) -> None:
    load([{"name": "'=驿站", "address": "'人民路'", "phone": "'+86 535-6612345", "note": "'- 一楼"}])
    site = only(store).site
    assert (site.name, site.address, site.phone, site.note) == ("=驿站", "'人民路'", "+86 535-6612345", "- 一楼")


def test_profiles(store: Store, load: Load) -> None:
    rows = [
        {"类": "驿", "称呼": "A", "市": "烟台", "区": "芝罘", "有水": "通", "门": "x"},
        {"类": "政策", "称呼": "B", "市": "", "区": "", "有水": "", "门": "x"},
        {"类": "家", "称呼": "C", "市": "烟台", "区": "烟台", "有水": "断", "门": "x"},
    ]
    profile = Profile(
        kind="rest_station",
        skip={"类": ("政*",)},
        columns={"name": ("称呼",), "area": ("市", "区"), "facilities.drinking_water": ("有水",)},
        ignore=("门", "类"),
        join={"area": ""},
        constants={"operator": "工会"},
        values={"facilities.drinking_water": {"通": "yes", "断": "no"}},
        rules=(Rule({"类": ("家",)}, {"kind": "worker_home"}),),
    )
    report = load(rows, kind=None, profile=profile)
    assert counts(report) == (3, 2, 0, 0, 1, 0)
    assert codes(report) == []
    sites = {name: stored.site for name, stored in by_name(store).items()}
    assert (sites["A"].area_name, sites["A"].operator, sites["A"].kind) == ("烟台芝罘", "工会", "rest_station")
    assert (sites["C"].area_name, sites["C"].kind) == ("烟台", "worker_home")
    assert [sites[name].facilities["drinking_water"].value for name in "AC"] == ["yes", "no"]


@pytest.mark.parametrize(
    ("text", "code", "named"),
    [
        ("kind = ", "profile_unreadable", "p.toml"),
        ("[columns]\nnaem = 'x'", "profile_field", "columns.naem"),
        ("[constants]\nkind = 'castle'", "profile_word", "constants.kind"),
        ("datum = 'mars'", "profile_key", "datum"),
        ("colums = {}", "profile_key", "colums"),
        ("[columns]\naddress = '住址'", "profile_no_column", "住址"),
        ("[skip]\ncategory = 'x'", "profile_no_column", "category"),
        ("[[rules]]\nwhen = { name = 'A' }\nset = { kind = 'castle' }", "profile_word", "rules.1.set.kind"),
    ],
)
def test_errors_of_a_profile_name_file_and_key(
    store: Store, load: Load, tmp_path: Path, text: str, code: str, named: str
) -> None:
    path = tmp_path / "p.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProfileError) as caught:
        load([{"name": "A"}], profile=path)
    assert caught.value.code == code
    message = caught.value.message.text("en")
    assert named in message
    assert "p.toml" in message
    assert store.batches() == []
