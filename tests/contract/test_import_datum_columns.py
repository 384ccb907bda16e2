"""Coordinates in several datums, and of map services: what a file says about them without a column for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from geodata.sites import Position
from geodata.store import Store
from importers.sites import import_sites
from tests.importing import codes, only

POI = {"id": "B1", "name": "驿站", "address": "南大街1号"}
SERVICES = {
    "gcj02 of Amap": {**POI, "typecode": "070000", "adname": "芝罘区", "location": "121.38,37.53", "tel": []},
    "gcj02 of Tencent": {**POI, "location": {"lat": 37.53, "lng": 121.38}, "ad_info": {"adcode": 370602}},
    "bd09 of Baidu": {**POI, "uid": "1", "street_id": "", "location": {"lat": 37.53, "lng": 121.38}},
}


def placed(store: Store) -> Position:
    position = only(store).site.position
    assert position is not None
    return position


@pytest.mark.parametrize(
    ("headings", "datum"),
    [
        ("高德经度,高德纬度,百度经度,百度纬度", "gcj02"),
        ("lng_bd09,lat_bd09,lng_wgs84,lat_wgs84", "wgs84"),
        ("经度,纬度,gd_lng,gd_lat", "gcj02"),
        ("bd_lng,bd_lat,x,y", "bd09"),
    ],
)
def test_of_several_datums_a_named_one_is_taken_whole(
    sqlite_store: Store, tmp_path: Path, headings: str, datum: str
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"名称,地址,{headings}\n甲驿站,南大街1号,121.38,37.53,121.39,37.54\n", encoding="utf-8")
    report = import_sites(sqlite_store, path, kind="rest_station")
    position = placed(sqlite_store)
    first = headings.split(",")[0] in report.recognised["columns"]
    given = (121.38, 37.53) if first else (121.39, 37.54)
    assert (position.given_datum, position.given_lon, position.given_lat) == (datum, *given)
    assert "datum_in_heading" in codes(report)


@pytest.mark.parametrize("service", SERVICES)
def test_the_answer_of_a_map_service_is_in_its_datum(sqlite_store: Store, tmp_path: Path, service: str) -> None:
    path = tmp_path / "pois.json"
    path.write_text(json.dumps({"status": 0, "pois": [SERVICES[service]]}), encoding="utf-8")
    report = import_sites(sqlite_store, path, kind="rest_station")
    assert placed(sqlite_store).given_datum == service.split()[0]
    assert "datum_of_service" in codes(report)
    again = import_sites(sqlite_store, path, kind="rest_station", datum="wgs84")
    assert placed(sqlite_store).given_datum == "wgs84"  # who says so knows better
    assert "datum_of_service" not in codes(again)
