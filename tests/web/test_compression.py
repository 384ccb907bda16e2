"""Answers in gzip: the same contents, told apart by caches, and asked for again in vain while nothing changes."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.conftest import LAT, LON
from webmap.compression import accepts_gzip, compressible

LIST = "/api/v1/sites"
PATHS = [LIST, f"/api/v1/sites/nearby?lat={LAT}&lon={LON}", "/api/v1/openapi.json", "/", "/en/", "/api/docs"]


@pytest.mark.parametrize("path", PATHS)
def test_gzip_holds_the_same_contents(client: FlaskClient, path: str) -> None:
    plain = client.get(path)
    packed = client.get(path, headers={"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"]
    assert packed.headers["Content-Type"] == plain.headers["Content-Type"]


@pytest.mark.parametrize("path", [LIST, "/", "/api/v1/vocabulary"])
def test_a_client_with_a_packed_copy_gets_304(client: FlaskClient, path: str) -> None:
    headers = {"Accept-Encoding": "gzip"}
    tag = client.get(path, headers=headers).headers["ETag"]
    assert tag.startswith("W/")  # the bytes differ from the plain ones
    again = client.get(path, headers={**headers, "If-None-Match": tag})
    assert again.status_code == 304
    assert again.data == b""
    assert "Accept-Encoding" in again.headers.get("Vary", "Accept-Encoding")


def test_small_answers_and_head_are_left_alone(client: FlaskClient) -> None:
    headers = {"Accept-Encoding": "gzip"}
    assert "Content-Encoding" not in client.get("/healthz", headers=headers).headers
    head = client.head(LIST, headers=headers)
    assert head.headers["Content-Length"] == str(len(client.get(LIST).data))
    assert "Content-Encoding" not in head.headers


def test_ready_packed_assets_are_not_packed_again(client: FlaskClient, app: Flask) -> None:
    url = app.extensions["stationmap.pages"].assets.url("app.css")
    packed = client.get(url, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == client.get(url).data
    assert packed.headers["Vary"] == "Accept-Encoding"


def test_problems_vary_by_language_and_encoding(client: FlaskClient) -> None:
    answer = client.get("/api/v1/sites?nothing=1", headers={"Accept-Encoding": "gzip"})
    assert {part.strip() for part in answer.headers["Vary"].split(",")} == {"Accept-Language", "Accept-Encoding"}


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        ("gzip", True), ("deflate, gzip;q=0.5", True), ("GZIP", True), ("*", True), ("x-gzip", True),
        ("", False), ("br", False), ("gzip;q=0", False), ("gzip; q=0.0, br", False), ("*;q=0", False),
        ("*, gzip;q=0", False), ("notgzip", False), ("gzip;q=nonsense", False), ("gzip;q=1.1.1", False),
    ],
)  # fmt: skip
def test_what_a_client_takes(header: str, taken: bool) -> None:
    assert accepts_gzip(header) is taken


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("application/geo+json", True), ("application/json", True), ("application/problem+json", True),
        ("text/html; charset=utf-8", True), ("image/svg+xml", True), ("image/png", False),
        ("application/octet-stream", False), ("application/zip", False), ("application/jsonish", False),
    ],
)  # fmt: skip
def test_what_is_worth_packing(content_type: str, expected: bool) -> None:
    assert compressible(content_type) is expected


def test_answers_made_while_they_are_sent_pass_through(make_app: Callable[..., Flask]) -> None:
    app = make_app()

    @app.get("/stream")
    def stream() -> object:
        from flask import Response

        return Response((b"x" * 1000 for _ in range(3)), content_type="text/csv")

    answer = app.test_client().get("/stream", headers={"Accept-Encoding": "gzip"})
    assert answer.data == b"x" * 3000
    assert "Content-Encoding" not in answer.headers
