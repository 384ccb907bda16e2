"""Words, areas, counts, health, conditional requests and the API's own description."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geodata.datum import convert_point
from geodata.errors import StoreUnavailableError
from geodata.store import BatchInfo, SiteUpdate
from tests.web.conftest import LAT, LON, NOW, SITES, Filled, settings_for
from webmap import close_app, create_app


def test_vocabulary_has_all_words(client: FlaskClient) -> None:
    words = client.get("/api/v1/vocabulary").json
    assert [term["code"] for term in words["kinds"]] == [
        "rest_station",
        "worker_home",
        "service_center",
        "public_facility",
    ]
    assert words["facilities"][0] == {
        "code": "seats",
        "zh": "休息座椅",
        "en": "Seats",
        "short_zh": "休息座椅",
        "icon": "seat",
    }


def test_a_local_vocabulary_adds_words_and_filters(make_app: Callable[..., Flask], tmp_path: object) -> None:
    local = tmp_path / "words.toml"  # type: ignore[operator]
    local.write_text('[facilities]\nsauna = { zh = "桑拿", en = "Sauna" }\n', encoding="utf-8")
    client = make_app(vocabulary=local).test_client()
    assert {"code": "sauna", "zh": "桑拿", "en": "Sauna", "short_zh": "桑拿", "icon": "dot"} in client.get(
        "/api/v1/vocabulary"
    ).json["facilities"]
    assert client.get("/api/v1/sites?facility=sauna").json["features"] == []


def test_areas_are_polygons(client: FlaskClient) -> None:
    areas = client.get("/api/v1/areas").json["features"]
    assert [(area["id"], area["properties"]["name"], area["properties"]["approximate"]) for area in areas] == [
        ("370602", "芝罘区", True)
    ]
    corner = areas[0]["geometry"]["coordinates"][0][0][0]
    shifted = client.get("/api/v1/areas?datum=gcj02").json["features"][0]["geometry"]["coordinates"][0][0][0]
    assert shifted == pytest.approx(convert_point(*corner, "wgs84", "gcj02"), abs=2e-6)
    assert client.get("/api/v1/areas?level=street").json["features"] == []


def test_stats_count_what_the_list_gives(client: FlaskClient) -> None:
    counts = client.get("/api/v1/stats").json
    assert counts["total"] == 8
    assert counts["kinds"] == {"rest_station": 6, "worker_home": 1, "service_center": 1, "public_facility": 0}
    assert counts["facilities"]["toilet"] == 2
    assert counts["facilities"]["microwave"] == 1
    assert counts["services"]["legal_aid"] == 1
    assert counts["levels"]["provincial"] == 1
    assert counts["open"] == {"open": 2, "closed": 2, "unknown": 4}
    totals = [entry["total"] for entry in counts["areas"]]
    assert totals == sorted(totals, reverse=True)
    assert sum(totals) == 8
    assert (len(counts["week"]["open"]), counts["freshness"]["verified"]["never"]) == (168, 7)
    assert client.get("/api/v1/stats?kind=service_center").json["total"] == 1
    assert client.get("/api/v1/stats?area=370602").json["total"] == 3


def test_health(make_app: Callable[..., Flask]) -> None:
    answer = make_app().test_client().get("/healthz")
    assert answer.status_code == 200
    assert answer.json["status"] == "ok"
    assert answer.json["sites"] == len(SITES)
    assert answer.headers["Cache-Control"] == "no-store"


def test_without_a_store_it_starts_and_says_so(tmp_path: object) -> None:
    app = create_app(settings_for(f"sqlite:///{tmp_path}/none/missing.db", refresh_interval=0.1))
    client = app.test_client()
    try:
        assert client.get("/healthz").status_code == 503
        for address in (f"/api/v1/sites/nearby?lat={LAT}&lon={LON}", "/api/v1/sites", "/api/v1/stats", "/api/v1/areas"):
            answer = client.get(address)
            assert answer.status_code == 503, address
            assert answer.headers["Retry-After"]
            assert answer.content_type == "application/problem+json"
        assert client.get("/api/v1/vocabulary").status_code == 200
        assert client.get("/api/v1/openapi.json").status_code == 200
    finally:
        close_app(app)


def test_the_last_data_stays_when_the_store_fails(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()
    client = app.test_client()
    model = app.extensions["stationmap"].read_model
    before = client.get("/api/v1/sites").json

    def fail(*_: object) -> None:
        raise StoreUnavailableError("read_model_loading")

    monkeypatch.setattr(type(model.index), "refreshed", fail)
    with pytest.raises(StoreUnavailableError):
        model.refresh()
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json["status"], answer.json["failure"]) == (
        200,
        "degraded",
        "StoreUnavailableError",
    )
    assert client.get("/api/v1/sites").json["features"] == before["features"]
    monkeypatch.undo()
    model.refresh()
    assert client.get("/healthz").json["status"] == "ok"


def rename(filled: Filled, name: str, new: str) -> None:
    from dataclasses import replace

    before = filled.store.site(filled.code(name))
    with filled.store.write(BatchInfo(kind="edit", actor="test")) as writer:
        writer.update([SiteUpdate(before, replace(before.site, name=new))])


@pytest.mark.parametrize("address", ["/api/v1/sites", "/api/v1/stats", "/api/v1/areas"])
def test_unchanged_answers_are_not_sent_again(make_app: Callable[..., Flask], own: Filled, address: str) -> None:
    app = make_app()
    client = app.test_client()
    tag = client.get(address).headers["ETag"]
    again = client.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    rename(own, "always", "改名驿站")
    app.extensions["stationmap"].read_model.refresh()
    changed = client.get(address, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


def test_the_tag_changes_when_someone_opens(make_app: Callable[..., Flask]) -> None:
    tags = [
        make_app(now=NOW + timedelta(minutes=minutes)).test_client().get("/api/v1/sites").headers["ETag"]
        for minutes in (0, 29, 31)
    ]
    assert tags[0] == tags[1]  # nothing between 9:00 and 9:29
    assert tags[1] != tags[2]  # the service centre opens at 9:30


@pytest.mark.parametrize("address", ["/api/v1/vocabulary", "/api/v1/openapi.json", "/api/v1/sites"])
def test_the_tag_changes_with_the_settings(make_app: Callable[..., Flask], address: str) -> None:
    one, same, other = (make_app(nearby_limit=limit).test_client() for limit in (7, 7, 8))
    tag = one.get(address).headers["ETag"]
    assert same.get(address).headers["ETag"] == tag
    assert other.get(address, headers={"If-None-Match": tag}).status_code == 200
    assert same.get(address, headers={"If-None-Match": tag}).status_code == 304


def test_positions_are_not_kept_by_anyone(client: FlaskClient) -> None:
    assert client.get("/api/v1/sites").headers["Cache-Control"] == "public, no-cache"
    for address in (
        f"/api/v1/sites/nearby?lat={LAT}&lon={LON}",
        f"/api/v1/sites?lat={LAT}&lon={LON}",
        f"/api/v1/sites/suggest?q=a&lat={LAT}&lon={LON}",
    ):
        assert client.get(address).headers["Cache-Control"] == "private, no-store", address


def test_other_origins_may_read_the_data_and_nothing_else(client: FlaskClient) -> None:
    assert client.get("/api/v1/sites").headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in client.get("/healthz").headers


def test_openapi_describes_every_endpoint(app: Flask, client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").json
    assert document["openapi"].startswith("3.1")
    described = {path.replace("{", "<").replace("}", ">") for path in document["paths"]}
    # What only reads; reports are sent by the pages' own form, with a token that nobody else has.
    routes = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and (rule.rule.startswith("/api/v1/") or rule.rule == "/healthz")
    }
    assert described == routes
    for path, methods in document["paths"].items():
        for operation in methods.values():
            assert operation["summary"], path
            assert re.search("[\u4e00-\u9fff]", operation["x-zh"]), path
            assert "200" in operation["responses"] or path.endswith("openapi.json")
            for parameter in operation["parameters"]:
                if parameter["in"] == "query":
                    assert parameter["description"], (path, parameter["name"])
                    assert re.search("[\u4e00-\u9fff]", parameter["x-zh"]), (path, parameter["name"])
                    assert parameter["x-expected"], (path, parameter["name"])


def test_openapi_references_all_lead_somewhere(client: FlaskClient) -> None:
    response = client.get("/api/v1/openapi.json")
    references = set(re.findall(r'"\$ref":"#/components/schemas/([^"]+)"', response.text))
    assert references
    assert references <= set(response.json["components"]["schemas"])


def test_openapi_has_the_bounds_of_the_settings(make_app: Callable[..., Flask]) -> None:
    client = make_app(nearby_limit=7, nearby_radius=900).test_client()
    parameters = client.get("/api/v1/openapi.json").json["paths"]["/api/v1/sites/nearby"]["get"]["parameters"]
    schemas = {parameter["name"]: parameter["schema"] for parameter in parameters}
    assert (schemas["limit"]["maximum"], schemas["radius"]["maximum"]) == (7, 900)
    assert "rest_station" in schemas["kind"]["items"]["enum"]
    assert client.get(f"/api/v1/sites/nearby?lat={LAT}&lon={LON}&limit=8").status_code == 400
    assert client.get(f"/api/v1/sites/nearby?lat={LAT}&lon={LON}").json["limit"] == 7


@pytest.mark.parametrize(("lang", "word"), [("zh", "参数"), ("en", "Parameters")])
def test_the_documentation_page_is_its_own(client: FlaskClient, lang: str, word: str) -> None:
    page = client.get(f"/api/docs?lang={lang}")
    assert page.status_code == 200
    assert word in page.text
    for path in client.get("/api/v1/openapi.json").json["paths"]:
        assert path in page.text
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert not re.search(r'(src|href)="(https?:)?//', page.text)
    style = re.search(r'<link rel="stylesheet" href="([^"]+)"', page.text)
    assert style is not None
    assert client.get(style[1]).status_code == 200
    for anchor in set(re.findall(r'href="#([^"]+)"', page.text)):
        assert f'id="{anchor}"' in page.text, anchor
