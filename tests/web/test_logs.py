"""The log: lines that programs can read, each with the id of its request, none with a position."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.conftest import LAT, LON
from webmap.logs import StructuredFormatter
from webmap.requestid import REQUEST_ID


def record(message: str, *args: object, error: bool = False, **fields: object) -> logging.LogRecord:
    made = logging.LogRecord("webmap.test", logging.ERROR, "f", 1, message, args, sys.exc_info() if error else None)
    made.fields = fields
    return made


def test_json_line_has_its_fields_and_no_position() -> None:
    token = REQUEST_ID.set("abcd1234")
    try:
        raise KeyError("121.39123")
    except KeyError:
        line = StructuredFormatter("json").format(record("at %s", "37.53612", error=True, path="/x/37.53612", ms=1.2))
    finally:
        REQUEST_ID.reset(token)
    entry = json.loads(line)
    assert {name: entry[name] for name in ("level", "logger", "request_id", "message", "path", "ms")} == {
        "level": "error",
        "logger": "webmap.test",
        "request_id": "abcd1234",
        "message": "at #",
        "path": "/x/#",
        "ms": 1.2,
    }
    assert "KeyError: '#'" in entry["trace"]
    assert "\n" not in line


def test_text_line_quotes_what_would_make_it_ambiguous() -> None:
    line = StructuredFormatter("text").format(record("two words", path='/a="b\nlevel=debug', status=200))
    assert line.endswith('message="two words" path="/a=\\"b\\nlevel=debug" status=200')
    assert "\n" not in line


@pytest.mark.parametrize("path", ["/api/v1/sites", "/", "/nothing", "/healthz", "/api/v1/sites/nearby"])
def test_answers_carry_the_id_of_their_request(client: FlaskClient, path: str) -> None:
    first, second = (client.get(path).headers["X-Request-ID"] for _ in range(2))
    assert first != second
    assert client.get(path, headers={"X-Request-ID": "from-the-proxy_1"}).headers["X-Request-ID"] == "from-the-proxy_1"


@pytest.mark.parametrize("given", ["short", "a" * 65, "37.53612,121.390", "with space1", 'quote"quote', "ümläutümläut"])
def test_odd_ids_are_replaced(client: FlaskClient, given: str) -> None:
    taken = client.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"]
    assert taken != given
    assert len(taken) == 16


def test_access_is_logged_with_the_id_and_without_the_query_or_the_client(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "webmap.access")
    caplog.handler.setFormatter(StructuredFormatter("text"))
    headers = {"X-Request-ID": "abcdefgh"}
    client.get(
        f"/api/v1/sites/nearby?lat={LAT}&lon={LON}", headers=headers, environ_overrides={"REMOTE_ADDR": "203.0.113.9"}
    )
    lines = [line for line in caplog.text.splitlines() if "logger=webmap.access" in line]
    assert len(lines) == 1
    assert "request_id=abcdefgh method=GET path=/api/v1/sites/nearby status=200 ms=" in lines[0]
    assert "203.0.113.9" not in lines[0]
    assert "?" not in lines[0]


def test_errors_are_logged_under_the_id(make_app: Callable[..., Flask], caplog: pytest.LogCaptureFixture) -> None:
    app = make_app()
    caplog.handler.setFormatter(StructuredFormatter("json"))

    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("37.53612")

    app.test_client().get("/broken", headers={"X-Request-ID": "broken-1"})
    entries = [json.loads(line) for line in caplog.text.splitlines()]
    assert [entry["request_id"] for entry in entries if entry["logger"] == "webmap.errors"] == ["broken-1"]
    assert "37.53612" not in caplog.text
