"""Whatever a client sends is answered with what is allowed, in both languages, and never with a server error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.conftest import LAT, LON
from webmap.api import bodies

NEARBY = "/api/v1/sites/nearby"
HERE = f"lat={LAT}&lon={LON}"


def problem(answer: Any, status: int = 400) -> bodies.Problem:
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    found = bodies.Problem.model_validate_json(answer.data)
    assert found.status == status
    return found


@pytest.mark.parametrize(
    ("path", "query", "name", "value", "expected"),
    [
        (NEARBY, "lat=999&lon=121", "lat", "999", "-90…90"),
        (NEARBY, "lat=-90.01&lon=121", "lat", "-90.01", "-90…90"),
        (NEARBY, "lat=37&lon=181", "lon", "181", "-180…180"),
        (NEARBY, "lat=nan&lon=121", "lat", "nan", "-90…90"),
        (NEARBY, "lat=inf&lon=121", "lat", "inf", "-90…90"),
        (NEARBY, "lat=37°32′&lon=121", "lat", "37°32′", "-90…90"),
        (NEARBY, "lat=１&lon=121", "lat", "１", "-90…90"),
        (NEARBY, "lon=121", "lat", None, "-90…90"),
        (NEARBY, "lat=&lon=121", "lat", None, "-90…90"),
        (NEARBY, f"{HERE}&lat=37", "lat", None, "-90…90"),
        (NEARBY, f"{HERE}&limit=-1", "limit", "-1", "1…100"),
        (NEARBY, f"{HERE}&limit=0", "limit", "0", "1…100"),
        (NEARBY, f"{HERE}&limit=101", "limit", "101", "1…100"),
        (NEARBY, f"{HERE}&limit=2.5", "limit", "2.5", "1…100"),
        (NEARBY, f"{HERE}&radius=0", "radius", "0", "1…50000"),
        (NEARBY, f"{HERE}&radius=50001", "radius", "50001", "1…50000"),
        (NEARBY, f"{HERE}&open=yesterday", "open", "yesterday", "now | night | YYYY-MM-DDThh:mm[±hh:mm]"),
        (NEARBY, f"{HERE}&open=2026-10-10", "open", "2026-10-10", "now | night | YYYY-MM-DDThh:mm[±hh:mm]"),
        (NEARBY, f"{HERE}&open=2026-13-40T99:99", "open", "2026-13-40T99:99", "now | night | YYYY-MM-DDThh:mm[±hh:mm]"),
        (NEARBY, f"{HERE}&open=9999-12-31T23:59", "open", "9999-12-31T23:59", "now | night | YYYY-MM-DDThh:mm[±hh:mm]"),
        (NEARBY, f"{HERE}&open=2028-10-10T08:00", "open", "2028-10-10T08:00:00+08:00", "2025-10-09…2027-10-11"),
        (NEARBY, f"{HERE}&unknown=perhaps", "unknown", "perhaps", "yes | no"),
        (NEARBY, f"{HERE}&min_rating=6", "min_rating", "6", "0…5"),
        (NEARBY, f"{HERE}&datum=utm", "datum", "utm", "wgs84 | gcj02 | bd09"),
        (NEARBY, f"{HERE}&facility=jacuzzi", "facility", "jacuzzi", "seats, drinking_water"),
        (NEARBY, f"{HERE}&facility=toilet,jacuzzi", "facility", "jacuzzi", "CODE:yes"),
        (NEARBY, f"{HERE}&facility=toilet:no", "facility", "toilet:no", "CODE:yes"),
        (NEARBY, f"{HERE}&kind=hotel", "kind", "hotel", "rest_station, worker_home, service_center, public_facility"),
        (NEARBY, f"{HERE}&service=haircut", "service", "haircut", "legal_aid"),
        (NEARBY, f"{HERE}&access=climb", "access", "climb", "walk_in"),
        (NEARBY, f"{HERE}&level=galactic", "level", "galactic", "national"),
        (NEARBY, f"{HERE}&state=haunted", "state", "haunted", "open, paused"),
        (NEARBY, f"{HERE}&lang=fr", "lang", "fr", "zh | en"),
        (NEARBY, f"{HERE}&tolat=1", "tolat", None, "lat, lon"),
        (NEARBY, f"{HERE}&%3Cscript%3E=1", "<script>", None, "lat, lon"),
        (NEARBY, f"{HERE}&q=x", "q", None, "lat, lon"),
        ("/api/v1/sites", "bbox=1,2,3", "bbox", "1,2,3", "west,south,east,north"),
        ("/api/v1/sites", "bbox=1,9,3,4", "bbox", "1,9,3,4", "west,south,east,north"),
        ("/api/v1/sites", "bbox=a,b,c,d", "bbox", "a,b,c,d", "west,south,east,north"),
        ("/api/v1/sites", "bbox=nan,1,2,3", "bbox", "nan,1,2,3", "west,south,east,north"),
        ("/api/v1/sites", "limit=1001", "limit", "1001", "1…1000"),
        ("/api/v1/sites", "sort=size", "sort", "size", "code | rating | name | distance"),
        ("/api/v1/sites", "sort=distance", "lat", None, "-90…90"),
        ("/api/v1/sites", "lat=1", "lon", None, "-180…180"),
        ("/api/v1/sites", f"q={'长' * 101}", "q", "长" * 100, "1…100 characters"),
        ("/api/v1/sites", "cursor=%00%FF", "cursor", None, "next"),
        ("/api/v1/sites", "cursor=nonsense", "cursor", "nonsense", "next"),
        ("/api/v1/sites/suggest", "", "q", None, "1…100 characters"),
        ("/api/v1/sites/suggest", "q=a&limit=21", "limit", "21", "1…20"),
        ("/api/v1/sites/ABCDEF", "mode=fly", "mode", "fly", "walk | ride | car"),
        ("/api/v1/areas", "level=planet", "level", "planet", "province | city | district | street"),
        ("/api/v1/stats", "limit=1", "limit", None, "kind"),
        ("/api/v1/vocabulary", "x=1", "x", None, "lang"),
        ("/api/v1/openapi.json", "x=1", "x", None, "lang"),
        ("/api/docs", "x=1", "x", None, "lang"),
    ],
)
def test_a_bad_parameter_is_named(
    client: FlaskClient, path: str, query: str, name: str, value: str | None, expected: str
) -> None:
    found = problem(client.get(f"{path}?{quote(query, safe='=&%,')}"))
    assert [error.name for error in found.errors] == [name]
    error = found.errors[0]
    if value is not None:
        assert error.value == value
    assert expected in error.expected
    for text in (error.message.zh, error.message.en):
        assert name in text
    assert error.message.zh != error.message.en


def test_all_bad_parameters_are_named_at_once(client: FlaskClient) -> None:
    found = problem(client.get(f"{NEARBY}?lat=999&limit=-1&foo=1&lang=en"))
    assert {error.name for error in found.errors} == {"lat", "lon", "limit", "foo"}
    assert all(name in found.detail for name in ("lat", "lon", "limit", "foo"))


@pytest.mark.parametrize(
    ("headers", "query", "language"),
    [
        ({}, "", "zh"),
        ({"Accept-Language": "en-GB,en;q=0.9"}, "", "en"),
        ({"Accept-Language": "fr, zh-HK;q=0.8, en;q=0.5"}, "", "zh"),
        ({"Accept-Language": "fr"}, "", "zh"),
        ({"Accept-Language": "en"}, "&lang=zh", "zh"),
        ({"Accept-Language": "zh"}, "&lang=en", "en"),
    ],
)
def test_the_language_of_a_problem(client: FlaskClient, headers: dict[str, str], query: str, language: str) -> None:
    answer = client.get(f"{NEARBY}?lat=999&lon=1{query}", headers=headers)
    found = problem(answer)
    assert found.detail == {"zh": found.detail_zh, "en": found.detail_en}[language]
    assert answer.headers["Content-Language"] == language
    assert "Accept-Language" in answer.headers["Vary"]


def test_missing_addresses_and_wrong_methods_under_the_api(client: FlaskClient) -> None:
    assert problem(client.get("/api/v1/nothing"), 404).type == "urn:stationmap:problem:page_missing"
    wrong = client.post("/api/v1/sites")
    problem(wrong, 405)
    assert "GET" in wrong.headers["Allow"]
    assert problem(client.delete("/healthz"), 405).errors == []


def test_errors_of_pages_are_pages(client: FlaskClient) -> None:
    for path, lang in (("/nothing", "zh-CN"), ("/en/nothing", "en")):
        answer = client.get(path)
        assert answer.status_code == 404
        assert answer.content_type == "text/html; charset=utf-8"
        assert f'lang="{lang}"' in answer.text


def test_a_large_body_is_refused(make_app: Callable[..., Flask]) -> None:
    app = make_app()

    @app.post("/api/v1/echo")
    def echo() -> bytes:
        from flask import request

        return request.get_data()

    answer = app.test_client().post("/api/v1/echo", data=b"x" * 1_000_001)
    assert "1000000" in problem(answer, 413).detail


def test_an_unexpected_error_tells_the_log_and_not_the_client(
    make_app: Callable[..., Flask], caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app()

    @app.get("/api/v1/broken")
    def broken() -> str:
        raise ValueError("the secret of 121.39123")

    @app.get("/broken")
    def broken_page() -> str:
        raise ValueError("the secret of 121.39123")

    client = app.test_client()
    answer = client.get("/api/v1/broken?lat=37.53612")
    found = problem(answer, 500)
    assert "secret" not in answer.text
    assert found.error_id
    assert found.error_id in found.detail
    assert found.error_id in caplog.text
    assert "ValueError" in caplog.text
    assert "121.39123" not in caplog.text
    assert "37.53612" not in caplog.text
    page = client.get("/broken")
    assert page.status_code == 500
    assert "secret" not in page.text


NAMES = [
    *("lat", "lon", "radius", "limit", "kind", "facility", "service", "access", "level", "state", "min_rating", "open"),
    *("unknown", "datum", "lang", "bbox", "area", "q", "cursor", "sort", "mode"),
]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(
        [NEARBY, "/api/v1/sites", "/api/v1/sites/suggest", "/api/v1/stats", "/api/v1/areas", "/api/v1/sites/ABCDEF"]
    ),
    query=st.dictionaries(
        st.sampled_from(NAMES) | st.text(max_size=5),
        st.text(max_size=20)
        | st.floats().map(str)
        | st.integers().map(str)
        | st.datetimes().map(lambda moment: moment.isoformat())
        | st.lists(st.floats(-180, 180), min_size=4, max_size=4).map(lambda box: ",".join(map(str, box)))
        | st.sampled_from(["toilet", "now", "rest_station", "gcj02", "37.5", "121.4", "yes", "distance"]),
        max_size=6,
    ),
)
def test_no_query_breaks_the_server(client: FlaskClient, path: str, query: dict[str, str]) -> None:
    answer = client.get(path, query_string=query)
    assert answer.status_code in (200, 400, 404), answer.text
    if answer.status_code != 200:
        bodies.Problem.model_validate_json(answer.data)
