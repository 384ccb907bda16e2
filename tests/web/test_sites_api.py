"""Finding sites through the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyproj import Geod

from geodata.datum import convert_point
from tests.web.conftest import HOSTILE, LAT, LON, NOW, SITES, TZ, Filled
from webmap.api import bodies

NEARBY = f"/api/v1/sites/nearby?lat={LAT}&lon={LON}"
#: Those that are neither closed for good nor planned nor without a position, nearest first.
IN_ORDER = ["weekdays", "always", "paused", "unknown", "district", "hostile", "center"]


def names(answer: Any, filled: Filled) -> list[str]:
    back = {code: name for name, code in filled.codes.items()}
    assert answer.status_code == 200, answer.text
    return [back[feature["id"]] for feature in answer.json["features"]]


def test_nearby_gives_the_nearest_first(client: FlaskClient, filled: Filled) -> None:
    answer = client.get(NEARBY)
    assert sorted(names(answer, filled)) == sorted(IN_ORDER)
    assert answer.content_type == "application/geo+json"
    assert answer.json["data_version"] >= 1
    assert answer.json["datum"] == "wgs84"
    assert not answer.json["truncated"]
    distances = [feature["properties"]["distance_m"] for feature in answer.json["features"]]
    assert distances == sorted(distances)
    for name, feature in zip(names(answer, filled), answer.json["features"], strict=True):
        at = SITES[name].position
        assert at is not None
        assert feature["geometry"]["coordinates"] == [at.lon, at.lat]
        expected = Geod(ellps="WGS84").inv(LON, LAT, at.lon, at.lat)[2]
        assert feature["properties"]["distance_m"] == pytest.approx(expected, abs=0.06)


def test_nearby_says_when_it_was_cut(client: FlaskClient, filled: Filled) -> None:
    answer = client.get(f"{NEARBY}&limit=2")
    assert names(answer, filled) == ["weekdays", "always"]
    assert (answer.json["limit"], answer.json["truncated"]) == (2, True)


def test_radius_is_in_metres(client: FlaskClient, filled: Filled) -> None:
    assert names(client.get(f"{NEARBY}&radius=100"), filled) == ["weekdays"]
    assert names(client.get(f"{NEARBY}&radius=10"), filled) == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kind=service_center", {"center"}),
        ("kind=service_center&kind=worker_home", {"center", "paused"}),
        ("kind=service_center,worker_home", {"center", "paused"}),
        ("kind=", set(IN_ORDER)),
        ("facility=microwave", {"weekdays"}),
        ("facility=microwave:yes", set()),
        ("facility=toilet", {"weekdays", "always"}),
        ("facility=toilet,hot_water", {"always"}),
        ("facility=toilet&facility=hot_water", {"always"}),
        ("facility=truck_parking", set()),
        ("service=legal_aid", {"center"}),
        ("access=walk_in", {"weekdays"}),
        ("level=provincial,city", {"weekdays", "always"}),
        ("min_rating=4", {"weekdays"}),
        ("min_rating=4.5", set()),
        ("state=closed", {"gone"}),
        ("state=closed,planned", {"gone", "planned"}),
        ("open=now&unknown=no", {"weekdays", "always"}),
        ("open=now", {"weekdays", "always", "unknown", "district", "hostile"}),
        ("open=night&unknown=no", {"always"}),
        ("open=2026-10-10T10:00&unknown=no", {"weekdays", "always", "center"}),
        ("open=2026-10-10T02:00:00Z&unknown=no", {"weekdays", "always", "center"}),
        ("open=2026-10-10T10:00:00+08:00&unknown=no", {"weekdays", "always", "center"}),  # the plus sign unescaped
        ("open=2026-10-11T10:00&unknown=no", {"always"}),
        ("open=2026-10-06T10:00&unknown=no", {"always", "paused"}),
        ("open=2027-03-10T10:00&unknown=no", {"weekdays", "always", "paused", "center"}),
    ],
)
def test_filters(client: FlaskClient, filled: Filled, query: str, expected: set[str]) -> None:
    assert set(names(client.get(f"{NEARBY}&{query}"), filled)) == expected


def test_open_at_a_time_shows_the_state_of_that_time(client: FlaskClient, filled: Filled) -> None:
    answer = client.get(f"{NEARBY}&open=2026-10-10T10:00&unknown=no&kind=service_center")
    assert [feature["properties"]["open"]["state"] for feature in answer.json["features"]] == ["open"]


def test_a_make_up_saturday_is_a_workday(client: FlaskClient) -> None:
    opening = client.get(f"{NEARBY}&limit=1").json["features"][0]["properties"]["open"]
    assert opening["state"] == "open"
    assert opening["until"] == "2026-10-10T17:30:00+08:00"


@pytest.mark.parametrize("day", ["2026-10-01", "2026-10-06"])
def test_a_holiday_is_none(make_app: Callable[..., Flask], day: str) -> None:
    client = make_app(now=datetime.fromisoformat(f"{day}T10:00:00+08:00")).test_client()
    assert client.get(f"{NEARBY}&limit=1").json["features"][0]["properties"]["open"]["state"] == "closed"


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_datum_converts_in_and_out(client: FlaskClient, filled: Filled, datum: Any) -> None:
    lon, lat = convert_point(LON, LAT, "wgs84", datum)
    plain = client.get(NEARBY).json["features"]
    answer = client.get(f"/api/v1/sites/nearby?lat={lat:.9f}&lon={lon:.9f}&datum={datum}")
    assert answer.json["datum"] == datum
    assert [item["id"] for item in answer.json["features"]] == [item["id"] for item in plain]
    for converted, original in zip(answer.json["features"], plain, strict=True):
        expected = convert_point(*original["geometry"]["coordinates"], "wgs84", datum)
        assert converted["geometry"]["coordinates"] == pytest.approx(expected, abs=2e-7)
        assert converted["properties"]["distance_m"] == pytest.approx(original["properties"]["distance_m"], abs=0.2)
    entrance = answer.json["features"][0]["properties"]["entrance"]
    assert entrance == pytest.approx(convert_point(121.3911, 37.5361, "wgs84", datum), abs=2e-7)


def test_list_has_everything_that_is_in_service(client: FlaskClient, filled: Filled) -> None:
    answer = client.get("/api/v1/sites")
    assert set(names(answer, filled)) == {*IN_ORDER, "nowhere"}
    assert (answer.json["total"], answer.json["next"], answer.json["truncated"]) == (8, None, False)
    nowhere = next(item for item in answer.json["features"] if item["id"] == filled.code("nowhere"))
    assert nowhere["geometry"] is None


@pytest.mark.parametrize("sort", ["code", "name", "rating", "distance"])
def test_pages_follow_one_another(client: FlaskClient, filled: Filled, sort: str) -> None:
    query = f"/api/v1/sites?sort={sort}&lat={LAT}&lon={LON}"
    whole = names(client.get(query), filled)
    got: list[str] = []
    cursor = ""
    while True:
        answer = client.get(f"{query}&limit=3&cursor={cursor}")
        got += names(answer, filled)
        assert answer.json["truncated"] == (answer.json["next"] is not None)
        if answer.json["next"] is None:
            break
        cursor = answer.json["next"]
    assert got == whole
    assert len(set(got)) == 8


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("bbox=121.38,37.53,121.392,37.54", {"weekdays"}),
        ("bbox=170,37,-170,38", set()),
        ("area=370602", {"weekdays", "always", "district"}),
        ("area=3706", {"weekdays", "always", "district"}),
        ("area=芝罘", {"weekdays", "always", "district"}),
        ("q=大海阳", {"weekdays"}),
        ("q=爱心驿家", {"weekdays"}),
        ("q=西关南街", {"always"}),
        ("q=没有这个", set()),
    ],
)
def test_list_by_place_and_words(client: FlaskClient, filled: Filled, query: str, expected: set[str]) -> None:
    assert set(names(client.get(f"/api/v1/sites?{query}"), filled)) == expected


def test_one_site_tells_everything(client: FlaskClient, filled: Filled) -> None:
    answer = client.get(f"/api/v1/sites/{filled.code('weekdays')}")
    assert answer.status_code == 200
    detail = bodies.SiteDetail.model_validate_json(answer.data).properties
    assert detail.name == "大海阳路驿站"
    assert detail.former_names == ["大海阳路环卫驿站"]
    assert detail.facilities == {"toilet": "yes", "microwave": "limited"}
    assert detail.facility_details["toilet"].basis == "verified"
    assert detail.facility_details["toilet"].as_of == "2026-09-01"
    assert detail.facility_details["microwave"].note == "午间排队"
    assert (detail.access, detail.access_note, detail.fee) == (["walk_in"], "请走侧门", "free")
    assert [day.day for day in detail.hours.week] == [f"2026-10-{day}" for day in range(10, 17)]
    assert detail.hours.week[0].kind == "workday"
    assert detail.hours.week[0].spans == [("08:30", "17:30")]
    assert detail.hours.week[1].state == "closed"
    assert detail.hours.text == "周一至周五 8:30-17:30"
    assert detail.awards[0].year == 2022
    assert detail.rating == bodies.Rating(score=4.3, stars=4, count=3, overdue=False)
    assert detail.sources[0].source == "list"
    assert detail.position.given_datum == "gcj02"
    assert detail.verified_on == "2026-09-01"
    assert {link.app for link in detail.navigation} == {"amap", "baidu", "tencent", "apple", "geo"}
    apple = next(link.href for link in detail.navigation if link.app == "apple")
    assert "daddr=37.536100,121.391100" in apple  # the entrance


def test_hours_of_a_service_are_its_own(client: FlaskClient, filled: Filled) -> None:
    answer = client.get(f"/api/v1/sites/{filled.code('center')}")
    detail = bodies.SiteDetail.model_validate_json(answer.data).properties
    legal = detail.service_details["legal_aid"]
    assert legal.hours_text == "周二、周四上午"
    assert legal.week is not None
    assert [day.spans for day in legal.week if day.day == "2026-10-13"] == [[("09:00", "11:30")]]


def test_navigation_stays_right_in_another_datum(client: FlaskClient, filled: Filled) -> None:
    address = f"/api/v1/sites/{filled.code('weekdays')}"
    plain, shifted = client.get(address).json, client.get(f"{address}?datum=gcj02").json
    assert plain["properties"]["navigation"] == shifted["properties"]["navigation"]
    assert plain["geometry"] != shifted["geometry"]
    ride = client.get(f"{address}?mode=ride").json["properties"]["navigation"][0]["href"]
    assert "mode=ride" in ride


@pytest.mark.parametrize("name", ["nowhere", "district"])
def test_nobody_is_sent_to_a_place_that_is_not_known(client: FlaskClient, filled: Filled, name: str) -> None:
    assert client.get(f"/api/v1/sites/{filled.code(name)}").json["properties"]["navigation"] == []


@pytest.mark.parametrize("code", ["22OLD2", "22old2"])
def test_a_former_code_leads_to_the_present_one(client: FlaskClient, filled: Filled, code: str) -> None:
    answer = client.get(f"/api/v1/sites/{code}?datum=gcj02")
    assert answer.status_code == 308
    assert answer.location == f"/api/v1/sites/{filled.code('weekdays')}?datum=gcj02"


def test_an_unknown_code_is_a_problem(client: FlaskClient) -> None:
    answer = client.get("/api/v1/sites/ZZZZZZ?lang=en")
    assert answer.status_code == 404
    problem = bodies.Problem.model_validate_json(answer.data)
    assert "ZZZZZZ" in problem.detail
    assert problem.detail == problem.detail_en


def test_suggestions(client: FlaskClient, filled: Filled) -> None:
    found = bodies.Suggestions.model_validate_json(client.get("/api/v1/sites/suggest?q=大海").data)
    assert [(item.type, item.code) for item in found.suggestions] == [("site", filled.code("weekdays"))]
    areas = bodies.Suggestions.model_validate_json(client.get("/api/v1/sites/suggest?q=芝罘").data)
    assert ("area", "370602") in [(item.type, item.code) for item in areas.suggestions]
    area = next(item for item in areas.suggestions if item.type == "area")
    assert area.bbox == pytest.approx((121.2, 37.4, 121.6, 37.7))
    near = client.get(f"/api/v1/sites/suggest?q=驿站&lat={LAT}&lon={LON}")
    distances = [item["distance_m"] for item in near.json["suggestions"] if item["distance_m"] is not None]
    assert distances


def test_hostile_names_are_plain_json(client: FlaskClient, filled: Filled) -> None:
    answer = client.get(f"/api/v1/sites/{filled.code('hostile')}")
    assert answer.json["properties"]["name"] == HOSTILE
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.content_type == "application/geo+json"


@pytest.mark.parametrize(
    ("address", "body"),
    [
        (NEARBY, bodies.SiteCollection),
        (f"{NEARBY}&open=2026-12-01T03:00", bodies.SiteCollection),
        ("/api/v1/sites", bodies.SiteCollection),
        (f"/api/v1/sites?sort=distance&lat={LAT}&lon={LON}", bodies.SiteCollection),
        ("/api/v1/sites?state=open,paused,closed,planned", bodies.SiteCollection),
        ("/api/v1/sites/suggest?q=a", bodies.Suggestions),
        ("/api/v1/areas", bodies.AreaCollection),
        ("/api/v1/stats", bodies.Stats),
        ("/api/v1/vocabulary", bodies.VocabularyBody),
        ("/healthz", bodies.HealthBody),
    ],
)
def test_answers_have_the_described_shape(client: FlaskClient, address: str, body: Any) -> None:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    body.model_validate_json(answer.data)


def test_every_site_has_the_described_shape(client: FlaskClient, filled: Filled) -> None:
    for code in filled.codes.values():
        bodies.SiteDetail.model_validate_json(client.get(f"/api/v1/sites/{code}").data)


def test_a_naive_time_is_one_of_the_map(make_app: Callable[..., Flask], filled: Filled) -> None:
    assert NOW.tzinfo is TZ
    client = make_app(timezone="Asia/Urumqi", now=NOW).test_client()  # two hours behind
    query = f"{NEARBY}&unknown=no&kind=service_center&open="
    assert names(client.get(f"{query}2026-10-10T16:30:00"), filled) == ["center"]
    assert names(client.get(f"{query}2026-10-10T16:30:00%2B08:00"), filled) == ["center"]
    assert names(client.get(f"{query}2026-10-10T10:00:00%2B08:00"), filled) == []
