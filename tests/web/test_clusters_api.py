"""The places gathered for the map."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from geodata.datum import convert_point
from tests.web.conftest import NOW, Filled
from webmap.api import bodies

CLUSTERS = "/api/v1/sites/clusters"
CHINA = f"{CLUSTERS}?bbox=73,18,135,54"


@pytest.mark.parametrize("zoom", [0, 4, 9, 14, 20])
def test_all_places_with_a_position_are_counted_at_every_zoom(client: FlaskClient, zoom: int) -> None:
    answer = client.get(f"{CLUSTERS}?bbox=121.35,37.5,121.45,37.6&zoom={zoom}")
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "application/geo+json"
    bodies.ClusterCollection.model_validate(answer.json)
    assert answer.json["total"] == 7
    counts = [feature["properties"].get("count", 1) for feature in answer.json["features"]]
    assert sum(counts) == 7
    assert answer.json["truncated"] == (answer.json["zoom"] < zoom)


def test_a_cluster_tells_kinds_open_ones_and_bounds(client: FlaskClient, filled: Filled) -> None:
    [cluster] = client.get(f"{CHINA}&zoom=4").json["features"]
    properties = cluster["properties"]
    assert (properties["cluster"], properties["count"], properties["open"]) == (True, 7, 2)
    assert properties["kinds"]["service_center"] == 1
    assert properties["site"] in filled.codes.values()
    west, south, east, north = cluster["bbox"]
    lon, lat = cluster["geometry"]["coordinates"]
    assert west <= lon <= east
    assert south <= lat <= north


@pytest.mark.parametrize(
    "filters", ["kind=service_center", "facility=toilet", "open=now&unknown=no", "q=大海", "area=370602"]
)
def test_filters_are_those_of_the_list(client: FlaskClient, filters: str) -> None:
    listed = client.get(f"/api/v1/sites?bbox=73,18,135,54&{filters}").json["total"]
    assert 0 < listed < 7
    assert client.get(f"{CHINA}&zoom=5&{filters}").json["total"] == listed


def test_a_place_alone_in_its_cell_is_the_place_itself(client: FlaskClient, filled: Filled) -> None:
    [feature] = client.get(f"{CHINA}&zoom=3&kind=service_center").json["features"]
    listed = client.get("/api/v1/sites?kind=service_center").json["features"]
    assert [feature] == listed


def test_a_box_too_large_for_the_zoom_says_so(client: FlaskClient) -> None:
    answer = client.get(f"{CHINA}&zoom=18").json
    assert (answer["truncated"], answer["zoom"], answer["total"]) == (True, 6, 7)


def test_coordinates_come_and_go_in_the_datum_asked_for(client: FlaskClient) -> None:
    [plain] = client.get(f"{CHINA}&zoom=4").json["features"]
    [shifted] = client.get(f"{CHINA}&zoom=4&datum=gcj02").json["features"]
    expected = convert_point(*plain["geometry"]["coordinates"], "wgs84", "gcj02")
    assert shifted["geometry"]["coordinates"] == pytest.approx(expected, abs=2e-6)


def test_the_answer_is_kept_until_someone_opens_or_closes(make_app: Callable[..., Flask]) -> None:
    def asked(after: timedelta, **headers: str) -> TestResponse:
        return make_app(now=NOW + after).test_client().get(f"{CHINA}&zoom=4", headers=headers)

    tag = asked(timedelta(0)).headers["ETag"]
    assert asked(timedelta(minutes=1), **{"If-None-Match": tag}).status_code == 304
    later = asked(timedelta(hours=14), **{"If-None-Match": tag})
    assert later.status_code == 200
    assert later.json
    assert later.json["features"][0]["properties"]["open"] == 1


@pytest.mark.parametrize(
    ("query", "wrong"),
    [("zoom=4", "bbox"), ("bbox=73,18,135,54", "zoom"), ("bbox=73,54,135,18&zoom=4", "bbox"),
     ("bbox=73,18,135,54&zoom=21", "zoom"), ("bbox=73,18,135,54&zoom=1.5", "zoom"),
     ("bbox=73,18,135,54&zoom=4&limit=3", "limit")],
)  # fmt: skip
def test_what_is_no_box_or_zoom_is_named(client: FlaskClient, query: str, wrong: str) -> None:
    answer = client.get(f"{CLUSTERS}?{query}")
    assert answer.status_code == 400
    assert [error["name"] for error in answer.json["errors"]] == [wrong]
