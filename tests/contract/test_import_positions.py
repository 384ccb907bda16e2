"""Where the places of a list are: coordinates however they are written, their datum, and the area around them."""

from __future__ import annotations

import pytest
from shapely import MultiPolygon, box

from geodata.areas import Area
from geodata.datum import convert_point
from geodata.store import BatchInfo, Store
from tests.importing import Load, by_name, codes, counts, only


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
