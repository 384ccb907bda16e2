"""Headers of every answer, and what is believed of a proxy."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from webmap.security import content_security_policy, tile_hosts
from webmap.settings import Settings


def policy(header: str) -> dict[str, list[str]]:
    return {parts[0]: parts[1:] for part in header.split(";") if (parts := part.split())}


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/en/",
        "/login",
        "/staff",
        "/staff/reports",
        "/staff/places",
        "/staff/places/22OLD2",
        "/plan",
        "/plan/compare",
        "/en/plan/compare?a=1&b=2",
        "/plan/runs/1/report.html",
        "/plan/api/runs",
        "/s/22OLD2/report",
        "/api/v1/sites",
        "/api/docs",
        "/healthz",
        "/nothing",
        "/api/v1/nothing",
    ],
)
def test_every_answer_is_guarded(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    rules = policy(headers["Content-Security-Policy"])
    assert rules["default-src"] == ["'none'"]
    assert rules["script-src"] == ["'self'"]
    assert rules["style-src"] == ["'self'"]
    assert rules["frame-ancestors"] == ["'none'"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "geolocation=(self)" in headers["Permissions-Policy"]
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize(
    ("values", "hosts"),
    [
        ({}, ["https://tile.openstreetmap.org"]),
        ({"base_map": "none"}, []),
        (
            {"base_map": "tianditu", "tianditu_key": "k" * 32},
            [f"https://t{number}.tianditu.gov.cn" for number in range(8)],
        ),
        (
            {"base_map": "custom", "tile_urls": "/tiles/{z}/{x}/{y}.png http://10.0.0.5:8080/{z}/{x}/{y}"},
            ["http://10.0.0.5:8080"],
        ),
    ],
)
def test_pictures_come_from_the_base_map_alone(values: dict[str, str], hosts: list[str]) -> None:
    base_map = Settings.load(env_file=None, **values).base_map
    assert tile_hosts(base_map) == hosts
    assert policy(content_security_policy(base_map))["img-src"] == ["'self'", "data:", *hosts]


@pytest.mark.parametrize(("count", "address", "scheme"), [(0, "127.0.0.1", "http"), (1, "203.0.113.9", "https")])
def test_forwarded_headers_count_only_behind_a_proxy(
    make_app: Callable[..., Flask], count: int, address: str, scheme: str
) -> None:
    app = make_app(proxy_count=count)

    @app.get("/who")
    def who() -> list[str | None]:
        return [request.remote_addr, request.scheme]

    headers = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9", "X-Forwarded-Proto": "https"}
    assert app.test_client().get("/who", headers=headers).json == [address, scheme]


def test_misspelt_settings_are_named_in_the_log(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("STATIONMAP_WORKES", "3")
    make_app()
    assert "STATIONMAP_WORKES" in caplog.text


def test_browsers_are_told_to_insist_on_https_only_over_https(make_app: Callable[..., Flask]) -> None:
    assert "Strict-Transport-Security" not in make_app().test_client().get("/", base_url="https://map.test").headers
    client = make_app(hsts_seconds=600).test_client()
    assert client.get("/", base_url="https://map.test").headers["Strict-Transport-Security"] == "max-age=600"
    assert "Strict-Transport-Security" not in client.get("/").headers
