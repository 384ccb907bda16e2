"""What holds for every address that there is, also for those that are added later."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from html.parser import HTMLParser

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from geodata.organisations import Organisation
from geodata.store import BatchInfo, NewReport
from tests.web.conftest import Filled
from tests.web.staff import HERE, SECRET, add_user, log_in, token_of

MakeApp = Callable[..., Flask]
#: What anybody may send without a login: each is guarded in its own way.
OPEN_TO_ALL = {"reporting.send", "reporting.report", "staff.enter"}
#: Made up, exact to the metre.
LAT, LON, WORD = "37.53617", "121.39018", "secretword"


@pytest.fixture
def staffed(own: Filled, make_app: MakeApp) -> Flask:
    """An application with an account, an organisation and a report."""
    add_user(own.store)
    site = own.store.site(own.code("weekdays"))
    with own.store.write(BatchInfo("report", "public")) as writer:
        writer.put_organisations([Organisation("ZF", "芝罘区总工会", level="district")])
        writer.add_report(NewReport(site.id, "moved", "one", "搬走了", None, None, "", 121.39, 37.53))
    return make_app(secret_key=SECRET, rate_limit="off", report_limit="off", login_limit="off")


@pytest.fixture
def staff(staffed: Flask) -> FlaskClient:
    client = staffed.test_client()
    assert log_in(client) == 303
    return client


def addresses(app: Flask, own: Filled, method: str) -> Iterator[tuple[str, Rule]]:
    """Every address that takes ``method``, with the codes of what there is."""
    values = {"code": own.code("weekdays"), "number": 1, "lang": "en", "digest": "0" * 12, "name": "app.js"}
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()):
            given = {
                name: "ZF" if "/o" in rule.rule and name == "code" else values.get(name, 1) for name in rule.arguments
            }
            yield adapter.build(rule.endpoint, {**(rule.defaults or {}), **given}, method=method), rule


class Code(HTMLParser):
    """Collects what a page would run or style inline."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        data = (given.get("type") or "").endswith("json")
        if tag == "style" or (tag == "script" and "src" not in given and not data):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name == "style" or name.startswith("on") or (value or "").strip().lower().startswith("javascript:"):
                self.found.append(f"{tag} {name}={value}")


def test_no_page_runs_or_styles_anything_inline(staffed: Flask, staff: FlaskClient, own: Filled) -> None:
    pages = 0
    for address, _ in addresses(staffed, own, "GET"):
        answer = staff.get(address)
        rules = dict(part.strip().partition(" ")[::2] for part in answer.headers["Content-Security-Policy"].split(";"))
        assert rules["default-src"] == "'none'", address
        assert {rules.get("script-src", "'self'"), rules.get("style-src", "'self'")} == {"'self'"}, address
        assert "unsafe" not in answer.headers["Content-Security-Policy"], address
        assert answer.headers["X-Content-Type-Options"] == "nosniff", address
        assert answer.status_code < 500, address
        if answer.mimetype == "text/html":
            pages += 1
            code = Code()
            code.feed(answer.text)
            assert code.found == [], address
    assert pages > 20


def test_only_the_login_sets_a_cookie(staffed: Flask, own: Filled) -> None:
    client = staffed.test_client()
    for address, _ in addresses(staffed, own, "GET"):
        assert "Set-Cookie" not in client.get(address).headers, address


def test_pages_of_staff_are_for_staff(staffed: Flask, own: Filled) -> None:
    client = staffed.test_client()
    seen = 0
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        for address, rule in addresses(staffed, own, method):
            path = rule.rule.removeprefix("/<any(en):lang>")
            if path.startswith(("/staff", "/plan")) or (method != "GET" and rule.endpoint not in OPEN_TO_ALL):
                seen += 1
                assert client.open(address, method=method, headers=HERE).status_code in (303, 401), address
    assert seen > 8


def test_nothing_is_changed_without_the_token_of_the_login(staffed: Flask, staff: FlaskClient, own: Filled) -> None:
    token = token_of(staff)
    foreign = {"Origin": "https://evil.example"}
    seen = 0
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for address, rule in addresses(staffed, own, method):
            seen += 1
            data = {"csrf_token": token, "kind": "moved", "name": "li"}
            assert staff.open(address, method=method, data=data, headers=foreign).status_code == 403, address
            if rule.endpoint not in OPEN_TO_ALL:
                assert staff.open(address, method=method, headers=HERE).status_code == 403, address
    assert seen >= 8
    assert [report.state for report in own.store.reports()] == ["open"]


def test_no_address_logs_what_was_asked(
    staffed: Flask, staff: FlaskClient, own: Filled, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    query = {
        "lat": LAT,
        "lon": LON,
        "from": f"{LAT},{LON}",
        "near": f"{LON},{LAT}",
        "q": WORD,
        "bbox": f"{LON},{LAT},122,38",
    }
    asked = 0
    for method in ("GET", "POST"):
        for address, _ in addresses(staffed, own, method):
            asked += 1
            staff.open(
                address, method=method, query_string=query, data=query if method == "POST" else None, headers=HERE
            )
    assert len([record for record in caplog.records if record.name == "webmap.access"]) >= asked
    told = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    for trace in (LAT, LON, "37.536", "121.390", WORD, "bbox="):
        assert trace not in told


def test_search_lists_and_pictures_are_limited_in_every_form(make_app: MakeApp, own: Filled) -> None:
    client = make_app(rate_limit="1/hour").test_client()
    code = own.code("weekdays")
    costly = (
        "/api/v1/sites/suggest?q=a",
        "/api/v1/sites?q=a",
        "/list?q=a",
        "/en/list?q=a",
        f"/s/{code}/map.png",
        "/o/ZF",
    )
    assert client.get(costly[0]).status_code == 200
    for address in costly:
        refused = client.get(address)
        assert refused.status_code == 429, address
        assert int(refused.headers["Retry-After"]) > 0
