"""Clients that ask too much, and the size of what the limiter remembers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.conftest import LAT, LON
from webmap import limits
from webmap.errors import TooManyRequestsError
from webmap.limits import FREE, ClientLimits, WindowStorage
from webmap.settings import Settings

NEARBY = f"/api/v1/sites/nearby?lat={LAT}&lon={LON}"
COSTLY = [NEARBY, "/api/v1/sites", "/api/v1/sites/suggest?q=%E9%A9%BF", "/api/v1/stats", "/api/v1/areas"]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that the limiter sees; 1,000,020 is the beginning of a minute."""
    now = [1_000_020.0]
    monkeypatch.setattr(limits.time, "time", lambda: now[0])
    return now


def ask(client: FlaskClient, path: str = NEARBY, address: str = "192.0.2.1", **headers: str) -> Any:
    return client.get(path, environ_overrides={"REMOTE_ADDR": address}, headers=headers)


@pytest.mark.parametrize("path", COSTLY)
def test_who_asks_too_much_is_told_when_to_come_back(
    make_app: Callable[..., Flask], clock: list[float], path: str
) -> None:
    client = make_app(rate_limit="3/minute").test_client()
    clock[0] += 18
    assert [ask(client, path).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = ask(client, path)
    assert refused.headers["Retry-After"] == "42"
    assert refused.headers["Cache-Control"] == "no-store"
    assert refused.headers["Access-Control-Allow-Origin"] == "*"
    assert refused.content_type == "application/problem+json"
    assert refused.json["type"] == "urn:stationmap:problem:too_many_requests"
    assert "42 秒" in refused.json["detail_zh"]
    assert "42 seconds" in refused.json["detail_en"]
    assert ask(client, path, address="192.0.2.2").status_code == 200
    clock[0] += 42
    assert ask(client, path).status_code == 200


def test_one_budget_for_all_costly_endpoints(make_app: Callable[..., Flask]) -> None:
    client = make_app(rate_limit="3/minute").test_client()
    assert [ask(client, path).status_code for path in COSTLY] == [200, 200, 200, 429, 429]


def test_what_costs_nothing_is_free(make_app: Callable[..., Flask]) -> None:
    app = make_app(rate_limit="1/minute")
    assert set(app.view_functions) >= FREE
    client = app.test_client()
    for path in ("/", "/healthz", "/api/docs", "/api/v1/vocabulary", "/api/v1/openapi.json"):
        assert [ask(client, path).status_code for _ in range(3)] == [200, 200, 200], path


def test_every_endpoint_under_sites_is_limited(make_app: Callable[..., Flask]) -> None:
    app = make_app(rate_limit="1/hour")
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1/sites")]
    costly = [rule for rule in rules if "GET" in (rule.methods or ())]  # what is sent in has a limit of its own
    assert len(costly) >= 4
    client = app.test_client()
    ask(client)
    assert {ask(client, rule.rule.replace("<code>", "ABCDEF")).status_code for rule in costly} == {429}


def test_several_limits_hold_together(make_app: Callable[..., Flask], clock: list[float]) -> None:
    client = make_app(rate_limit="2/second;4/minute").test_client()
    assert [ask(client).status_code for _ in range(3)] == [200, 200, 429]
    clock[0] += 1
    assert [ask(client).status_code for _ in range(2)] == [200, 429]
    assert int(ask(client).headers["Retry-After"]) == 59


def test_limits_can_be_turned_off(make_app: Callable[..., Flask]) -> None:
    client = make_app(rate_limit="off").test_client()
    assert {ask(client).status_code for _ in range(20)} == {200}


@pytest.mark.parametrize(("proxies", "expected"), [(0, [200, 429]), (1, [200, 200])])
def test_clients_behind_a_trusted_proxy_are_told_apart(
    make_app: Callable[..., Flask], proxies: int, expected: list[int]
) -> None:
    client = make_app(rate_limit="1/minute", proxy_count=proxies).test_client()
    answers = [
        client.get(NEARBY, headers={"X-Forwarded-For": address}, environ_overrides={"REMOTE_ADDR": "10.0.0.1"})
        for address in ("203.0.113.1", "203.0.113.2")
    ]
    assert [answer.status_code for answer in answers] == expected


def test_a_forged_address_does_not_help(make_app: Callable[..., Flask]) -> None:
    client = make_app(rate_limit="1/minute", proxy_count=1).test_client()
    for number, expected in ((1, 200), (2, 429)):
        # The proxy appends the real address to what the client claims.
        forwarded = f"198.51.100.{number}, 203.0.113.7"
        assert client.get(NEARBY, headers={"X-Forwarded-For": forwarded}).status_code == expected


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::2", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("unknown:x", "unknown:y", False),
    ],
)
def test_which_addresses_are_one_client(first: str, second: str, same: bool) -> None:
    made = ClientLimits(Settings.load(env_file=None, rate_limit="1/minute").limits.rate_limits, 100)
    made.check(first)
    if same:
        with pytest.raises(TooManyRequestsError):
            made.check(second)
    else:
        made.check(second)


def test_the_limiter_keeps_no_address_and_nothing_beyond_the_window(clock: list[float]) -> None:
    made = ClientLimits(Settings.load(env_file=None, rate_limit="5/minute").limits.rate_limits, 1000)
    for number in range(50):
        made.check(f"203.0.113.{number}")
    assert len(made.storage) == 50
    assert "203.0.113" not in repr(vars(made.storage))
    clock[0] += 60
    made.check("203.0.113.1")
    assert len(made.storage) == 1


def test_memory_is_bounded_and_late_comers_share_one_count() -> None:
    storage = WindowStorage(most=10)
    assert [storage.incr(f"client{number}", 60) for number in range(10)] == [1] * 10
    assert [storage.incr(f"late{number}", 60) for number in range(3)] == [1, 2, 3]
    assert storage.incr("client3", 60) == 2
    assert len(storage) == 11


@pytest.mark.parametrize("value", ["often", "0x/minute", "3/fortnight", "-1/minute"])
def test_limits_that_cannot_be_read_are_refused(value: str) -> None:
    from geodata.errors import SettingsError

    with pytest.raises(SettingsError, match="STATIONMAP_RATE_LIMIT"):
        Settings.load(env_file=None, rate_limit=value)


def test_an_answer_that_was_cut_says_so(make_app: Callable[..., Flask]) -> None:
    client = make_app().test_client()
    for path in (NEARBY, "/api/v1/sites?", "/api/v1/sites/suggest?q=%E9%A9%BF%E7%AB%99"):
        cut, whole = (client.get(f"{path}&limit={limit}").json for limit in (1, 20))
        assert (cut["limit"], cut["truncated"]) == (1, True), path
        assert (whole["limit"], whole["truncated"]) == (20, False), path


def test_every_parameter_has_an_upper_bound_that_is_documented(make_app: Callable[..., Flask]) -> None:
    document = make_app().test_client().get("/api/v1/openapi.json").json
    unbounded = [
        (path, parameter["name"])
        for path, methods in document["paths"].items()
        for parameter in methods["get"]["parameters"]
        if parameter["in"] == "query" and not is_bounded(parameter)
    ]
    assert not unbounded


def is_bounded(parameter: dict[str, Any]) -> bool:
    schema = parameter["schema"]
    if schema.get("type") in ("number", "integer"):
        return "maximum" in schema and "minimum" in schema
    if schema.get("type") == "array":
        return "maxItems" in schema and "enum" in schema["items"]
    # A time and a box have bounds in words, for no schema can state them.
    return bool({"enum", "const", "maxLength"} & set(schema)) or parameter["name"] in ("open", "bbox")


def test_the_document_tells_of_refusals(make_app: Callable[..., Flask]) -> None:
    document = make_app().test_client().get("/api/v1/openapi.json").json
    limited = [path for path in document["paths"] if path.startswith("/api/v1/sites")]
    assert limited
    assert all("429" in document["paths"][path]["get"]["responses"] for path in limited)
