"""Ratings, areas and calendar days go into both stores."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyproj import Geod

from geodata.areas import AreaFinder
from geodata.calendar import WorkCalendar
from geodata.errors import FileError, ParameterError
from geodata.index.areanames import AreaNames
from geodata.store import Store
from importers.areas import import_areas, level_of
from importers.calendar import import_calendar
from importers.ratings import import_ratings
from importers.sites import import_sites
from tests.importing import Write, counts

TODAY = date(2026, 11, 1)


@pytest.fixture
def codes(store: Store, write: Write) -> dict[str, str]:
    """Sites to rate: name → code."""
    path = write(
        "编号,名称,区县,地址\n1,大海阳路驿站,芝罘区,a\n2,北马路驿站,芝罘区,b\n3,北马路驿站,福山区,c\n4,未评驿站,芝罘区,d\n"
    )
    import_sites(store, path, kind="rest_station", source="union")
    return {f"{stored.site.name}{stored.sources[0].key}": stored.code for stored in store.sites()}


def test_ratings_by_code_key_and_name(store: Store, codes: dict[str, str], write: Write) -> None:
    path = write(
        "site,source_key,site_name,area,scheme,value,scale,count,date,level,name\n"
        f"{codes['大海阳路驿站1'].lower()},,,,star,四星级,,,2026-05-01,,2026年度星级评定\n"
        ",2,,,award,,,,2022-12-01,省级,全省最美驿站\n"
        ",,北马路驿站,福山区,点评,4.5,5,120,2026-10-01,,地图平台\n"
    )
    report = import_ratings(store, path, source="评级", today=TODAY)
    assert counts(report) == (3, 3, 0, 0, 0, 0)
    assert report.issues == []
    stored = {stored.code: stored for stored in store.sites()}
    first = stored[codes["大海阳路驿站1"]]
    assert first.score is not None
    assert (first.score.stars, first.score.count) == (4, 1)
    assert stored[codes["北马路驿站2"]].score is not None
    assert stored[codes["北马路驿站3"]].score is not None
    assert stored[codes["未评驿站4"]].score is None
    (evidence,) = store.evidence([first.id])[first.id]
    assert (evidence.scheme, evidence.value, evidence.scale, evidence.as_of) == ("star", 4.0, 5.0, date(2026, 5, 1))
    assert (evidence.source, evidence.name) == ("评级", "2026年度星级评定")
    (award,) = store.evidence([stored[codes["北马路驿站2"]].id]).popitem()[1]
    assert (award.level, award.value) == ("provincial", None)


def test_the_same_ratings_again_change_nothing_and_a_new_value_replaces(
    store: Store, codes: dict[str, str], write: Write
) -> None:
    text = "编号,评级类型,评分,数量,日期,评价名称\n1,review,4.5,10,2026-10-01,平台\n1,star,3,,2026-05-01,\n"
    import_ratings(store, write(text), source="x", today=TODAY)
    version = store.state().data_version
    assert counts(import_ratings(store, write(text), source="x", today=TODAY)) == (2, 0, 0, 2, 0, 0)
    assert store.state().data_version == version
    newer = text.replace("4.5,10,2026-10-01", "2.0,400,2026-10-20")
    assert counts(import_ratings(store, write(newer), source="x", today=TODAY)) == (2, 0, 1, 1, 0, 0)
    (evidence,) = store.evidence().values()
    assert sorted(item.scheme for item in evidence) == ["review", "star"]
    assert [item.count for item in evidence if item.scheme == "review"] == [400]


def test_the_score_is_that_of_all_evidence(store: Store, codes: dict[str, str], write: Write) -> None:
    from geodata.ratings import score

    head = "编号,scheme,value,date,name\n"
    import_ratings(store, write(head + "1,star,5,2026-05-01,\n"), source="a", today=TODAY)
    import_ratings(store, write(head + "1,review,1,2026-05-01,平台\n"), source="b", today=TODAY)
    stored = store.site(codes["大海阳路驿站1"])
    evidence = store.evidence([stored.id])[stored.id]
    assert {item.source for item in evidence} == {"a", "b"}
    assert stored.score == score(evidence, TODAY)


def test_ratings_that_cannot_be_used_are_rejected(store: Store, codes: dict[str, str], write: Write) -> None:
    path = write(
        "site,site_name,area,scheme,value,date,level,name\n"
        "NOSUCH,,,star,3,2026-05-01,,\n"
        ",北马路驿站,,star,3,2026-05-01,,\n"
        ",,,star,3,2026-05-01,,\n"
        f"{codes['大海阳路驿站1']},,,star,6,2026-05-01,,\n"
        f"{codes['大海阳路驿站1']},,,star,3,,,\n"
        f"{codes['大海阳路驿站1']},,,magic,3,2026-05-01,,\n"
        f"{codes['大海阳路驿站1']},,,award,,2026-05-01,,\n"
        f"{codes['大海阳路驿站1']},,,star,3,2026-05-01,,\n"
        f"{codes['大海阳路驿站1']},,,star,4,2026-05-01,,\n"
        f"{codes['大海阳路驿站1']},,,award,,2026-05-01,宇宙级,最美\n"
    )
    report = import_ratings(store, path, today=TODAY)
    assert [issue.message.code for issue in report.issues] == [
        "rating_site_unknown",
        "rating_site_ambiguous",
        "rating_site_missing",
        "rating_value_range",
        "rating_no_date",
        "value_unknown_word",
        "rating_award_unnamed",
        "rating_twice",
        "value_unknown_word",
    ]
    assert counts(report) == (10, 1, 0, 0, 0, 9)
    assert report.exit_code == 3


def test_areas_of_a_real_file(store: Store, test_data: Path, write: Write) -> None:
    path = write("name,lon,lat,area\nA,121.39,37.53,\nB,113.1,23.02,\nC,,,芝罘区\nD,10,50,\n")
    import_sites(store, path, kind="rest_station", datum="wgs84")
    assert {stored.site.area for stored in store.sites()} == {None}
    file = test_data / "areas" / "yantai_foshan_districts_wgs84.geojson"
    report = import_areas(store, file, datum="wgs84")
    assert counts(report) == (16, 16, 0, 0, 0, 0)
    assert report.recognised["sites_given_an_area"] == 3
    zhifu = next(area for area in store.areas() if area.adcode == "370602")
    assert (zhifu.name, zhifu.level, zhifu.source, zhifu.approximate) == ("芝罘区", "district", file.stem, False)
    assert zhifu.name_en == "Zhifu District"
    assert [area.name for _, area in AreaNames(store.areas()).find("zf")] == ["芝罘区"]
    assert {stored.site.name: stored.site.area for stored in store.sites()} == {
        "A": "370602",
        "B": "440604",
        "C": "370602",
        "D": None,
    }
    code = next(stored.code for stored in store.sites() if stored.site.name == "A")
    assert [(c.field, c.before, c.after) for c in store.history(code)][1:] == [("area", None, "370602")]
    version = store.state().data_version
    assert counts(import_areas(store, file, datum="wgs84")) == (16, 0, 0, 16, 0, 0)
    assert store.state().data_version == version


def test_a_mislabelled_datum_is_found_by_the_outlines_there(store: Store, test_data: Path) -> None:
    import_areas(store, test_data / "areas" / "yantai_foshan_districts_wgs84.geojson", datum="wgs84")
    true = next(area for area in store.areas() if area.adcode == "370602").polygon.centroid
    file = test_data / "areas" / "zhifu_gcj02_mislabelled.geojson"

    def off() -> float:
        found = next(area for area in store.areas() if area.adcode == "370602").polygon.centroid
        return float(Geod(ellps="WGS84").inv(true.x, true.y, found.x, found.y)[2])

    report = import_areas(store, file, source="other")
    assert report.recognised["datum"] == "gcj02"
    assert report.recognised["datum_confidence"] >= 0.99
    assert ("warning", "datum_found") in report.by_code()
    assert off() < 100
    again = import_areas(store, file, source="other")
    assert counts(again) == (1, 0, 0, 1, 0, 0)
    assert ("warning", "datum_as_before") in again.by_code()
    assert counts(import_areas(store, file, datum="wgs84", source="other")) == (1, 0, 1, 0, 0, 0)
    assert off() > 400
    assert next(area for area in store.areas() if area.adcode == "370602").parent == "370600"


def test_without_outlines_the_datum_of_areas_is_asked_for(store: Store, test_data: Path) -> None:
    report = import_areas(store, test_data / "areas" / "zhifu_gcj02_mislabelled.geojson")
    assert report.recognised["datum_assumed"]
    assert ("warning", "datum_assumed") in report.by_code()


def square(west: float, south: float, size: float = 1.0) -> dict[str, Any]:
    ring = [[west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def areas_file(write: Any, features: list[tuple[dict[str, Any] | None, dict[str, object]]], **members: object) -> Path:
    content = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "geometry": shape, "properties": values} for shape, values in features],
        **members,
    }
    path: Path = write(json.dumps(content), "areas.geojson")
    return path


def test_areas_that_cannot_be_used_are_rejected(store: Store, write: Write) -> None:
    bow_tie = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
    path = areas_file(
        write,
        [
            (square(121, 37), {"区划代码": 370602, "名称": "芝罘区", "上级": {"adcode": 370600}}),
            (square(122, 37), {"区划代码": "370602", "名称": "又一个"}),
            (square(123, 37), {"区划代码": "x", "名称": "无代码"}),
            (square(124, 37), {"区划代码": "370613", "名称": ""}),
            ({"type": "Point", "coordinates": [121, 37]}, {"区划代码": "370614", "名称": "一点"}),
            (None, {"区划代码": "370615", "名称": "空"}),
            (square(1210, 37), {"区划代码": "370616", "名称": "度外"}),
            (bow_tie, {"区划代码": "370617001", "名称": "蝴蝶结"}),
        ],
    )
    report = import_areas(store, path, datum="wgs84")
    assert counts(report) == (8, 2, 0, 0, 0, 6)
    assert {issue.row: issue.message.code for issue in report.issues} == {
        3: "row_area_twice",
        4: "area_code_wrong",
        5: "row_no_name",
        6: "area_no_polygon",
        7: "area_no_polygon",
        8: "area_no_polygon",
    }
    found = {area.adcode: area for area in store.areas()}
    assert (found["370602"].parent, found["370602"].level) == ("370600", "district")
    assert (found["370617001"].parent, found["370617001"].level) == ("370617", "street")
    assert found["370617001"].polygon.is_valid
    assert AreaFinder(list(found.values())).find([121.5], [37.5]) == ["370602"]


def test_areas_of_another_crs(store: Store, write: Write) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    import_areas(
        store, areas_file(write, [(square(13_500_000, 4_500_000, 10_000), {"adcode": "370602", "name": "A"})], crs=crs)
    )
    (area,) = store.areas()
    assert area.polygon.bounds == pytest.approx((121.272, 37.436, 121.362, 37.507), abs=0.01)


def test_levels_by_code() -> None:
    levels = [level_of(adcode) for adcode in ("370000", "370600", "370602", "370602001")]
    assert levels == ["province", "city", "district", "street"]


def test_files_without_areas(store: Store, write: Any) -> None:
    for content, name, code in [
        ("nonsense", "areas.geojson", "file_layer_unreadable"),
        ('{"type":"FeatureCollection","features":[]}', "areas.geojson", "file_no_areas"),
        ("a,b\n1,2\n", "areas.csv", "file_no_areas"),
        ("", "areas.geojson", "file_empty"),
    ]:
        with pytest.raises(FileError) as caught:
            import_areas(store, write(content, name))
        assert caught.value.code == code
    with pytest.raises(ParameterError):
        import_areas(store, write("x"), datum="mars")


def test_calendar_of_a_new_year(store: Store, write: Write) -> None:
    text = "日期,类型,名称,英文名\n2028-01-01,休,元旦,New Year's Day\n2028/1/2,holiday,元旦,\n2028年1月8日,班,元旦,\n"
    report = import_calendar(store, write(text), source="国办通知")
    assert counts(report) == (3, 3, 0, 0, 0, 0)
    calendar = WorkCalendar(store.calendar_days())
    assert calendar.published(date(2028, 6, 1))
    assert calendar.kind(date(2028, 1, 8)) == "workday"
    assert calendar.name(date(2028, 1, 1)) == ("元旦", "New Year's Day")
    version = store.state().data_version
    assert counts(import_calendar(store, write(text), source="国办通知")) == (3, 0, 0, 3, 0, 0)
    assert store.state().data_version == version
    changed = text.replace("2028年1月8日,班", "2028年1月8日,休")
    assert counts(import_calendar(store, write(changed), source="国办通知")) == (3, 0, 1, 2, 0, 0)


def test_days_that_cannot_be_used_are_rejected(store: Store, write: Write) -> None:
    path = write(
        "day,kind,name\n2028,holiday,x\n2028-02-30,holiday,x\n2028-03-01,party,x\n2028-03-02,休,x\n2028-03-02,班,x\n"
    )
    report = import_calendar(store, path)
    assert counts(report) == (5, 1, 0, 0, 0, 4)
    assert [issue.message.code for issue in report.issues] == [
        "value_not_a_date",
        "value_not_a_date",
        "value_unknown_word",
        "row_day_twice",
    ]
