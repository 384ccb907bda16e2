"""Lists of places go into both stores, and nothing that is there is spoilt."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from shapely import MultiPolygon, box

from geodata.areas import Area
from geodata.datum import convert_point
from geodata.errors import FileError, ParameterError, ProfileError
from geodata.sites import Amenity, Closure, Hours, StoredSite
from geodata.store import BatchInfo, SiteUpdate, Store
from importers.profile import Profile, Rule
from importers.report import ImportReport
from importers.sites import import_sites

HANGZHOU = Path(__file__).parents[1] / "profiles" / "hangzhou.toml"
Rows = Sequence[Mapping[str, object]]
Load = Callable[..., ImportReport]


@pytest.fixture
def load(store: Store, tmp_path: Path) -> Load:
    """Import rows, given as dicts, as a CSV file."""

    def load(rows: Rows, name: str = "list.csv", **options: Any) -> ImportReport:
        path = tmp_path / name
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, list(dict.fromkeys(key for row in rows for key in row)))
            writer.writeheader()
            writer.writerows(rows)
        report = import_sites(store, path, **{"kind": "rest_station", "datum": "wgs84", **options})
        assert all(text for issue in report.issues for text in issue.message.texts().values())
        return report

    return load


def by_name(store: Store) -> dict[str, StoredSite]:
    return {stored.site.name: stored for stored in store.sites()}


def only(store: Store) -> StoredSite:
    (stored,) = store.sites()
    return stored


def codes(report: ImportReport) -> list[str]:
    return [issue.message.code for issue in report.issues]


def counts(report: ImportReport) -> tuple[int, ...]:
    rows = report.rows
    return rows.read, rows.created, rows.updated, rows.unchanged, rows.skipped, rows.rejected


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


def test_a_changed_field_is_exactly_one_change(store: Store, load: Load) -> None:
    rows = [{"id": str(n), "name": f"驿站{n}", "phone": "1", "facilities": "饮水;微波炉"} for n in range(5)]
    load(rows)
    rows[3]["phone"] = "2"
    rows[4]["facilities"] = "饮水"
    report = load(rows, name="list.csv")
    assert counts(report) == (5, 0, 2, 3, 0, 0)
    changes = {
        stored.site.name: [
            (c.field, c.before, c.after) for c in store.history(stored.code) if c.batch.id == report.batch
        ]
        for stored in store.sites()
    }
    assert changes["驿站3"] == [("phone", "1", "2")]
    assert [change[0] for change in changes["驿站4"]] == ["facilities.microwave"]
    assert changes["驿站0"] == []


def test_what_a_file_does_not_say_stays(store: Store, load: Load) -> None:
    load([{"id": "1", "name": "A", "phone": "1", "lon": "121.4", "lat": "37.5", "hours": "24小时", "饮水": "是"}])
    before = only(store).site
    assert load([{"id": "1", "name": "A"}]).rows.unchanged == 1
    assert (
        load([{"id": "1", "name": "A", "phone": "", "lon": "", "lat": "", "hours": "", "饮水": ""}]).rows.unchanged == 1
    )
    assert load([{"id": "1", "name": "A", "lon": "0", "lat": "0"}]).rows.unchanged == 1
    assert only(store).site == before


def test_a_list_of_facilities_adds_where_another_source_speaks_too(store: Store, load: Load) -> None:
    load([{"id": "1", "name": "A", "facilities": "饮水;微波炉"}], source="one")
    stored = only(store)
    load([{"code": stored.code, "id": "x", "name": "A", "facilities": "厕所"}], source="two")
    assert set(only(store).site.facilities) == {"drinking_water", "microwave", "toilet"}
    assert {(ref.source, ref.key) for ref in only(store).sources} == {("one", "1"), ("two", "x")}


def test_what_was_verified_is_not_overwritten_by_a_claim(store: Store, load: Load) -> None:
    load([{"id": "1", "name": "A", "饮水": "是"}])
    stored = only(store)
    seen = {"drinking_water": Amenity("no", "verified", date(2026, 1, 1))}
    with store.write(BatchInfo("edit", "staff")) as writer:
        writer.update([SiteUpdate(stored, replace(stored.site, facilities=seen))])
    report = load([{"id": "1", "name": "A", "饮水": "是"}])
    assert report.rows.unchanged == 1
    assert codes(report) == ["verified_kept"]
    assert only(store).site.facilities == seen


def test_without_keys_name_and_address_tell_rows_apart(store: Store, load: Load) -> None:
    rows = [
        {"名称": "工会驿站", "地址": "大海阳路1号"},
        {"名称": "工会驿站", "地址": "北马路2号"},
        {"名称": "工会驿站 ", "地址": " 大海阳路1号"},
    ]
    report = load(rows)
    assert counts(report) == (3, 2, 0, 0, 0, 1)
    (issue,) = report.issues
    assert (issue.row, issue.severity, issue.message.code) == (4, "error", "row_name_twice")
    assert issue.message.params["first"] == 2
    assert counts(load(list(reversed(rows)))) == (3, 0, 0, 2, 0, 1)


def test_rows_without_identity_are_rejected_and_the_rest_goes_in(store: Store, load: Load) -> None:
    rows = [
        {"序号": "1", "编号": "a", "名称": "A", "地址": "x"},
        {"序号": "2", "编号": "a", "名称": "B", "地址": "y"},
        {"序号": "3", "编号": "c", "名称": "", "地址": "z"},
        {"序号": "4", "编号": "", "名称": "", "地址": ""},
        {"序号": "", "编号": "", "名称": "", "地址": ""},
        {"序号": "5", "编号": "e", "名称": "无", "地址": "z"},
        {"序号": "6", "编号": "f", "名称": "名" * 300, "地址": ""},
        {"序号": "7", "编号": "g", "名称": "G", "地址": "长" * 30_000},
        {"序号": "8", "编号": "h" * 300, "名称": "H", "地址": ""},
    ]
    report = load(rows)
    assert counts(report) == (8, 1, 0, 0, 1, 6)
    assert report.exit_code == 3
    rejected = {issue.row: issue.message.code for issue in report.issues}
    assert rejected == {
        3: "row_key_twice",
        4: "row_no_name",
        7: "row_no_name",
        8: "row_name_too_long",
        9: "row_cell_too_long",
        10: "row_key_too_long",
    }


def test_positions(store: Store, load: Load) -> None:
    rows = [
        {"name": "plain", "lon": "121.4E", "lat": "37.5°"},
        {"name": "full width", "lon": "１２１．５", "lat": "３７．６"},
        {"name": "zero", "lon": "0", "lat": "0.0"},
        {"name": "swapped", "lon": "37.7", "lat": "121.6"},
        {"name": "out", "lon": "121.4", "lat": "999"},
        {"name": "half", "lon": "121.4", "lat": ""},
        {"name": "words", "lon": "见备注", "lat": "37.5"},
        {"name": "nowhere", "lon": "", "lat": ""},
    ]
    report = load(rows)
    assert counts(report) == (8, 8, 0, 0, 0, 0)
    assert report.exit_code == 0
    points = {
        name: (stored.site.position.lon, stored.site.position.lat)
        for name, stored in by_name(store).items()
        if stored.site.position
    }
    assert points == {"plain": (121.4, 37.5), "full width": (121.5, 37.6), "swapped": (121.6, 37.7)}
    found = {issue.row: (issue.column, issue.message.code, issue.severity) for issue in report.issues}
    assert found == {
        4: ("lon", "position_zero", "warning"),
        5: ("lon", "position_swapped", "warning"),
        6: ("lat", "lat_out_of_range", "warning"),
        7: ("lon", "coordinate_alone", "warning"),
        8: ("lon", "coordinate_unreadable", "warning"),
    }


def test_both_coordinates_in_one_column(store: Store, load: Load) -> None:
    load([{"name": "A", "经纬度": "121.4，37.5"}, {"name": "B", "经纬度": "37.6, 121.5"}])
    points = {name: stored.site.position for name, stored in by_name(store).items()}
    assert [(p.lon, p.lat) for p in points.values() if p] == [(121.4, 37.5), (121.5, 37.6)]


def test_rows_on_one_point_are_approximate_and_say_so(store: Store, load: Load) -> None:
    rows = [
        {"name": "A", "address": "一路1号", "lon": "121.4", "lat": "37.5"},
        {"name": "B", "address": "二路2号", "lon": "121.4000000001", "lat": "37.5"},
        {"name": "C", "address": "三路3号", "lon": "121.5", "lat": "37.5"},
        {"name": "D", "address": "三路3号", "lon": "121.5", "lat": "37.5"},
        {"name": "E", "address": "五路5号", "lon": "121.6", "lat": "37.5"},
    ]
    report = load(rows)
    precisions = {name: stored.site.precision for name, stored in by_name(store).items()}
    assert precisions == {"A": "approximate", "B": "approximate", "C": "exact", "D": "exact", "E": "exact"}
    position = by_name(store)["A"].site.position
    assert position is not None
    assert position.note == "position_shared"
    assert [(issue.row, issue.message.code) for issue in report.issues] == [
        (2, "position_shared_by"),
        (3, "position_shared_by"),
    ]


def test_a_district_centre_is_no_position_of_a_place(store: Store, load: Load) -> None:
    report = load([{"name": "A", "lon": "121.4", "lat": "37.5", "precision": "区县中心"}])
    position = only(store).site.position
    assert position is not None
    assert (position.precision, position.note) == ("area", "position_area")
    assert codes(report) == ["position_area"]


def test_the_datum_is_asked_for_when_nobody_says(store: Store, load: Load) -> None:
    report = load([{"id": "1", "name": "A", "lon": "121.4", "lat": "37.5"}], datum="auto")
    assert codes(report) == ["datum_assumed"]
    assert report.recognised["datum_assumed"]
    again = load([{"id": "1", "name": "A", "lon": "121.4", "lat": "37.5"}], datum="gcj02")
    assert again.rows.updated == 1
    position = only(store).site.position
    assert position is not None
    assert (position.given_lon, position.given_datum) == (121.4, "gcj02")
    assert position.lon == pytest.approx(convert_point(121.4, 37.5, "gcj02", "wgs84")[0], abs=1e-9)


def test_a_row_may_state_its_own_datum(store: Store, load: Load) -> None:
    rows = [
        {"name": "A", "lon": "121.4", "lat": "37.5", "坐标系": "高德"},
        {"name": "B", "lon": "121.4", "lat": "37.6", "坐标系": "WGS-84"},
    ]
    load(rows, datum="auto")
    given = {name: stored.site.position.given_datum for name, stored in by_name(store).items() if stored.site.position}
    assert given == {"A": "gcj02", "B": "wgs84"}


def test_unknown_words_are_reported_with_row_column_and_value(store: Store, load: Load) -> None:
    js = "javascript:alert(1)"
    rows = [
        {"name": "A", "facilities": "饮水;按摩椅", "level": "市级", "吉祥物": "熊猫", "capacity": "若干", "官网": js},
        {"name": "B", "facilities": "微波炉", "level": "宇宙级", "吉祥物": "", "capacity": "5", "官网": ""},
    ]  # fmt: skip
    report = load(rows)
    found = {(issue.row, issue.column, issue.value, issue.message.code, issue.severity) for issue in report.issues}
    assert found == {
        (None, "吉祥物", None, "column_unknown", "info"),
        (2, "facilities", "按摩椅", "facilities_unknown", "warning"),
        (2, "capacity", "若干", "value_not_a_number", "warning"),
        (2, "官网", "javascript:alert(1)", "value_not_a_web_address", "warning"),
        (3, "level", "宇宙级", "value_unknown_word", "warning"),
    }
    assert by_name(store)["A"].site.website == ""


def test_hostile_texts_are_kept_as_text(store: Store, load: Load) -> None:
    names = ["<img src=x onerror=alert(1)>", "=cmd|' /C calc'!A0", "'; DROP TABLE sites; --", "{0.__class__}", "%s"]
    report = load([{"name": name, "address": f"{n}号"} for n, name in enumerate(names)])
    assert report.rows.created == 5
    assert set(by_name(store)) == set(names)
    assert counts(load([{"name": name, "address": f"{n}号"} for n, name in enumerate(names)]))[3] == 5


def test_messages_with_braces_in_values_can_be_read(load: Load) -> None:
    report = load([{"name": "A{x}", "facilities": "{word}{0}", "lon": "{", "lat": "1"}])
    text = json.dumps(report.to_json(), ensure_ascii=False)
    assert "{word}{0}" in text


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


def test_a_dry_run_finds_out_everything_and_writes_nothing(store: Store, load: Load) -> None:
    load([{"id": "1", "name": "A"}])
    state = store.state()
    batches = len(store.batches())
    report = load([{"id": "1", "name": "B"}, {"id": "2", "name": "C"}, {"id": "3", "name": ""}], dry_run=True)
    assert counts(report) == (3, 1, 1, 0, 0, 1)
    assert report.batch is None
    assert store.state() == state
    assert len(store.batches()) == batches


def test_a_file_of_which_nothing_can_be_used_writes_nothing(store: Store, load: Load) -> None:
    report = load([{"name": "", "address": "x"}])
    assert report.exit_code == 1
    assert store.batches() == []


def test_header_only_and_unknown_columns_are_errors(store: Store, tmp_path: Path) -> None:
    for content, code in [
        ("name,lat\n", "file_no_rows"),
        ("a,b\n1,2\n", "file_no_known_columns"),
        ("\n\n", "file_nothing_in_it"),
    ]:
        path = tmp_path / "list.csv"
        path.write_text(content)
        with pytest.raises(FileError) as caught:
            import_sites(store, path, kind="rest_station")
        assert caught.value.code == code
    path.write_text("name\nA\n")
    with pytest.raises(FileError) as caught:
        import_sites(store, path)
    assert caught.value.code == "file_kind_needed"
    with pytest.raises(ParameterError):
        import_sites(store, path, kind="castle")
    with pytest.raises(ParameterError):
        import_sites(store, path, kind="rest_station", datum="mars")
    assert store.batches() == []


def test_the_report_has_the_promised_shape(store: Store, load: Load) -> None:
    report = load([{"name": "A", "facilities": "魔法"}], source="街道").to_json()
    assert json.loads(json.dumps(report)) == report
    assert set(report) >= {"file", "sha256", "batch", "rows", "issues"}
    assert report["file"] == "list.csv"
    assert len(report["sha256"]) == 64
    assert set(report["rows"]) == {"read", "created", "updated", "unchanged", "review", "skipped", "rejected"}
    (issue,) = report["issues"]
    assert set(issue) == {"row", "column", "value", "severity", "code", "message"}
    assert set(issue["message"]) == {"zh", "en"}
    (batch,) = store.batches()
    assert batch.id == report["batch"]
    assert (batch.info.source, batch.info.file_name, batch.info.file_sha256) == ("街道", "list.csv", report["sha256"])
    assert batch.counts == report["rows"]


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


def area(adcode: str, name: str, west: float, east: float, parent: str | None = None) -> Area:
    polygon = MultiPolygon([box(west, 37, east, 38)])
    level = "street" if len(adcode) > 6 else "district"
    return Area(adcode, name, "", level, parent, polygon, "test", False)


def test_sites_know_their_area(store: Store, load: Load) -> None:
    with store.write(BatchInfo("areas", "test")) as writer:
        writer.put_areas(
            [
                area("370602", "芝罘区", 121, 122),
                area("370602001", "东山街道", 121, 121.5, "370602"),
                area("370611", "福山区", 122, 123),
            ]
        )
    rows = [
        {"name": "by point", "lon": "121.7", "lat": "37.5", "area": ""},
        {"name": "by name", "lon": "", "lat": "", "area": "芝罘区"},
        {"name": "smaller", "lon": "121.2", "lat": "37.5", "area": "芝罘区"},
        {"name": "by code", "lon": "", "lat": "", "area": "370611"},
        {"name": "elsewhere", "lon": "122.5", "lat": "37.5", "area": "芝罘区"},
        {"name": "nowhere", "lon": "10", "lat": "50", "area": ""},
    ]
    report = load(rows)
    assert {name: stored.site.area for name, stored in by_name(store).items()} == {
        "by point": "370602",
        "by name": "370602",
        "smaller": "370602001",
        "by code": "370611",
        "elsewhere": "370602",
        "nowhere": None,
    }
    assert [(issue.row, issue.message.code) for issue in report.issues] == [(6, "area_elsewhere")]
    assert load(rows).rows.unchanged == 6


def test_progress_is_told(load: Load) -> None:
    told: list[tuple[int, int]] = []
    load([{"name": f"A{n}"} for n in range(5_000)], progress=lambda done, total: told.append((done, total)))
    assert told == [(2_000, 5_000), (4_000, 5_000), (5_000, 5_000)]


def test_a_list_that_states_a_fee_leaves_the_ways_in(store: Store, load: Load) -> None:
    load([{"name": "人民路驿站", "address": "人民路1号", "access": "扫码；有人值守", "access_note": "先登记"}])
    load([{"name": "人民路驿站", "address": "人民路1号", "fee": "免费"}])
    access = only(store).site.access
    assert (set(access.ways), access.fee, access.note) == ({"scan", "staffed"}, "free", "先登记")


def test_a_public_code_is_an_identity_of_its_own(store: Store, load: Load) -> None:
    load([{"name": "同名驿站", "address": "人民路1号", "id": key} for key in ("a", "b")])
    rows = [{"code": site.code, "name": site.site.name, "address": site.site.address} for site in store.sites()]
    report = load(rows, "again.csv")
    assert (report.rows.unchanged, report.rows.rejected) == (2, 0)
    assert {ref.source for site in store.sites() for ref in site.sources} == {"list"}


def test_a_spreadsheets_mark_before_a_sign_is_no_part_of_the_text(store: Store, load: Load) -> None:
    load([{"name": "'=驿站", "address": "'人民路'", "phone": "'+86 535-6612345", "note": "'- 一楼"}])
    site = only(store).site
    assert (site.name, site.address, site.phone, site.note) == ("=驿站", "'人民路'", "+86 535-6612345", "- 一楼")
