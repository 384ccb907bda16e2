"""The short way of what is asked most gives what Flask's views give."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geodata.index import SiteIndex
from tests.web.conftest import LAT, LON
from webmap.api import express
from webmap.api.express import query_lists

NEARBY = f"/api/v1/sites/nearby?lat={LAT}&lon={LON}"
ASKED = [
    NEARBY,
    f"{NEARBY}&datum=gcj02&open=now&unknown=no&facility=toilet:yes,drinking_water&kind=rest_station",
    f"{NEARBY}&radius=1&limit=&kind=",
    f"{NEARBY}&open=2026-10-01T08:30%2B08:00",
    f"{NEARBY}&open=2026-10-01T08:30+08:00",
    "/api/v1/sites/clusters?bbox=73,18,135,54&zoom=5",
    "/api/v1/sites/clusters?bbox=73,18,135,54&zoom=18&q=%E9%A9%BF",
    "/api/v1/sites/suggest?q=%E9%A9%BF%E7%AB%99&limit=3",
    f"/api/v1/sites/suggest?q=yz&lat={LAT}&lon={LON}",
]
WRONG = [
    "/api/v1/sites/nearby",
    f"{NEARBY}&limit=0",
    f"{NEARBY}&limit=1&limit=2",
    f"{NEARBY}&colour=red",
    f"{NEARBY}&kind=cave",
    f"{NEARBY}&open=2031-01-01T08:30",
    "/api/v1/sites/clusters?bbox=1,2,3&zoom=5",
    "/api/v1/sites/suggest?q=",
]


@pytest.fixture
def both(make_app: Callable[..., Flask]) -> tuple[FlaskClient, FlaskClient]:
    """The application as it is, and one in which nothing takes the short way."""
    usual, flask = make_app(), make_app()
    flask.wsgi_app = Detour(flask.wsgi_app)  # type: ignore[method-assign]
    return usual.test_client(), flask.test_client()


class Detour:
    """For as long as a request lasts the short way hands on all it gets."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(express.Express, "__call__", handed_on)
            return list(self._app(environ, start_response))


def handed_on(self: Any, environ: Any, start_response: Any) -> Any:
    return self._app(environ, start_response)


def told(answer: Any) -> tuple[Any, ...]:
    headers = {name: value for name, value in answer.headers.items() if name != "X-Request-ID"}
    return answer.status, headers, answer.data


@pytest.mark.parametrize("path", [*ASKED, *WRONG])
def test_both_ways_give_the_same(both: tuple[FlaskClient, FlaskClient], path: str) -> None:
    short, long = (told(client.get(path)) for client in both)
    assert short == long
    assert short[0] == ("200 OK" if path in ASKED else "400 BAD REQUEST")


@pytest.mark.parametrize("path", [path for path in ASKED if "nearby" not in path])
def test_both_ways_know_what_the_client_has(both: tuple[FlaskClient, FlaskClient], path: str) -> None:
    tag = both[0].get(path).headers["ETag"]
    for held in (tag, f'"other", {tag}', "*", '"other"'):
        short, long = (told(client.get(path, headers={"If-None-Match": held})) for client in both)
        assert short == long, held
        assert (short[0] == "304 NOT MODIFIED") == (held != '"other"')


@pytest.mark.parametrize("method", ["HEAD", "POST", "OPTIONS"])
def test_other_methods_are_left_to_flask(both: tuple[FlaskClient, FlaskClient], method: str) -> None:
    short, long = (told(client.open(NEARBY, method=method)) for client in both)
    assert short == long


def test_flask_has_no_part_in_it(make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app()
    monkeypatch.setattr(app, "full_dispatch_request", lambda: pytest.fail("Flask was asked"))
    assert [app.test_client().get(path).status_code for path in ASKED] == [200] * len(ASKED)


def test_an_error_on_the_short_way_is_told_by_flask(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_app(rate_limit="2/minute").test_client()

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError(f"no room at {LAT:.6f}")

    monkeypatch.setattr(SiteIndex, "nearby", broken)
    answer: Any = client.get(NEARBY)
    assert (answer.status_code, answer.json["type"]) == (500, "urn:stationmap:problem:server_failed")
    monkeypatch.undo()
    assert [client.get(NEARBY).status_code for _ in range(2)] == [200, 429], "what failed was counted once"


def test_threads_take_turns(make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app()
    within, most, ask = [0], [0], SiteIndex.nearby
    meeting = threading.Barrier(4)

    def watched(*given: Any, **named: Any) -> Any:
        within[0] += 1
        most[0] = max(most[0], within[0])
        try:
            return ask(*given, **named)
        finally:
            within[0] -= 1

    def visit() -> None:
        client = app.test_client()
        meeting.wait()
        for _ in range(20):
            assert client.get(NEARBY).status_code == 200

    monkeypatch.setattr(SiteIndex, "nearby", watched)
    visitors = [threading.Thread(target=visit) for _ in range(4)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert most == [1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("a=1&b=2&a=3", {"a": ["1", "3"], "b": ["2"]}),
        ("a&&b=&=c", {"a": [""], "b": [""], "": ["c"]}),
        ("a=1=2;b", {"a": ["1=2;b"]}),
        ("q=%E9%A9%BF+a%2Bb", {"q": ["驿 a+b"]}),
        ("q=%FF", {"q": ["%FF"]}),
    ],
)
def test_query_strings_are_read_as_by_flask(text: str, expected: dict[str, list[str]]) -> None:
    assert query_lists(text) == expected
    with Flask(__name__).test_request_context(f"/?{text}") as context:
        assert context.request.args.to_dict(flat=False) == expected


def test_a_query_string_beyond_ascii_is_left_to_flask() -> None:
    with pytest.raises(ValueError, match="ASCII"):
        query_lists("q=驿")
