"""The login: who comes in, for how long, and what no other site can make staff do."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from flask import Flask, jsonify
from flask.testing import FlaskClient

from geodata.errors import StoreBusyError
from geodata.store import BatchInfo
from tests.web.conftest import Filled
from tests.web.staff import HERE, PASSWORD, SECRET, add_user, log_in, token_of
from webmap.staff import current_user, staff_required
from webmap.staff.sessions import COOKIE

MakeApp = Callable[..., Flask]


@pytest.fixture
def staffed(own: Filled, make_app: MakeApp) -> Flask:
    """An application with the account ``li``, and a page and an address for scripts behind the login."""
    add_user(own.store)
    app = make_app(secret_key=SECRET)

    @app.route("/api/v1/desk", methods=["GET", "POST"])
    @staff_required
    def desk() -> object:
        user = current_user()
        return jsonify(user and user.name)

    return app


@pytest.fixture
def client(staffed: Flask) -> FlaskClient:
    return staffed.test_client()


def cookie_of(client: FlaskClient) -> str:
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    return cookie.value


@pytest.mark.parametrize(
    ("path", "login"), [("/staff", "/login?next=/staff"), ("/en/staff?a=1", "/en/login?next=/en/staff?a%3D1")]
)
def test_a_person_who_is_not_logged_in_is_sent_to_the_login_and_back(
    client: FlaskClient, path: str, login: str
) -> None:
    sent = client.get(path)
    assert (sent.status_code, sent.location) == (303, login)
    form = client.get(sent.location)
    assert form.status_code == 200
    entered = client.post(
        "/login", data={"name": " LI", "password": PASSWORD, "next": path}, headers=HERE, follow_redirects=False
    )
    assert (entered.status_code, entered.location) == (303, path)
    page = client.get(path)
    assert page.status_code == 200
    assert ">li<" in page.text
    assert page.headers["Cache-Control"] == "private, no-store"
    # Once in, the login leads on.
    assert client.get("/login").location == "/staff"


def test_a_script_that_is_not_logged_in_gets_a_problem(client: FlaskClient) -> None:
    for answer in (
        client.get("/api/v1/desk"),
        client.post("/api/v1/desk"),
        client.get("/staff", headers={"Accept": "application/json"}),
    ):
        assert answer.status_code == 401
        assert answer.content_type == "application/problem+json"
        assert answer.get_json()["detail_en"] == "Log in first."


def test_wrong_names_and_passwords_are_not_told_apart(client: FlaskClient) -> None:
    for name, password in (("li", "wrong"), ("nobody", PASSWORD), ("", ""), ("li\0", PASSWORD)):
        answer = client.post("/en/login", data={"name": name, "password": password}, headers=HERE)
        assert answer.status_code == 401
        assert "Name or password is wrong, or the account is disabled." in answer.text
        assert "Set-Cookie" not in answer.headers
        assert PASSWORD not in answer.text


def test_unknown_names_cost_as_much_as_known_ones(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []

    def check(password_hash: str, password: str) -> bool:
        checked.append(password_hash.split("$")[0])
        return False

    monkeypatch.setattr("webmap.staff.passwords.check_password_hash", check)
    assert log_in(client, "li") == log_in(client, "nobody") == 401
    assert checked == ["scrypt:1024:8:1", "scrypt:16384:8:5"]


def test_the_cookie_is_kept_from_scripts_other_sites_and_plain_connections(own: Filled, make_app: MakeApp) -> None:
    add_user(own.store)
    client = make_app(secret_key=SECRET, proxy_count=1, session_hours=2, hsts_seconds=1000).test_client()
    data = {"name": "li", "password": PASSWORD}
    plain = client.post("/login", data=data, headers=HERE)
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "map.example", "Origin": "https://map.example"}
    behind_tls = client.post("/login", data=data, headers=forwarded)
    for answer, secure in ((plain, False), (behind_tls, True)):
        parts = answer.headers["Set-Cookie"].split("; ")
        assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=7200"} <= set(parts)
        assert ("Secure" in parts) is secure
        assert ("Strict-Transport-Security" in answer.headers) is secure
        assert "Domain" not in answer.headers["Set-Cookie"]


def test_a_login_ends_with_its_time(own: Filled, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    add_user(own.store)
    client = make_app(secret_key=SECRET, session_hours=1).test_client()
    assert log_in(client) == 303
    present = time.time()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: present + 3500)
    assert client.get("/staff").status_code == 200
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: present + 3700)
    assert client.get("/staff").status_code == 303


@pytest.mark.parametrize("end", ["password", "disable"])
def test_a_login_ends_with_its_password_and_its_account(own: Filled, client: FlaskClient, end: str) -> None:
    assert log_in(client) == 303
    assert client.get("/staff").status_code == 200
    with own.store.write(BatchInfo("user", "test")) as writer:
        if end == "password":
            writer.set_password("li", own.store.users()[0].password_hash)
        else:
            writer.disable_user("li")
    assert client.get("/staff").status_code == 303
    assert log_in(client) == (303 if end == "password" else 401)


def test_logging_out_needs_the_token_and_takes_the_cookie(client: FlaskClient) -> None:
    log_in(client)
    token = token_of(client)
    assert client.get("/logout").status_code == 405
    assert client.post("/logout", headers=HERE).status_code == 403
    out = client.post("/logout", data={"csrf_token": token}, headers=HERE)
    assert (out.status_code, out.location) == (303, "/login")
    assert client.get_cookie(COOKIE) is None
    assert client.get("/staff").status_code == 303


def test_a_copied_cookie_is_worth_nothing_after_logging_out(own: Filled, staffed: Flask, client: FlaskClient) -> None:
    log_in(client)
    thief, colleague = staffed.test_client(), staffed.test_client()
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    thief.set_cookie(COOKIE, cookie.value)
    log_in(colleague)
    assert [each.get("/staff").status_code for each in (thief, colleague)] == [200, 200]
    before, batches = own.store.state(), len(own.store.batches())
    client.post("/logout", data={"csrf_token": token_of(client)}, headers=HERE)
    assert [each.get("/staff").status_code for each in (client, thief, colleague)] == [303, 303, 303]
    assert (own.store.state(), len(own.store.batches())) == (before, batches)
    assert log_in(client) == 303
    assert client.get("/staff").status_code == 200


def test_logging_out_while_the_store_takes_no_changes(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    log_in(client)
    token = token_of(client)

    def busy(*_: object) -> None:
        raise StoreBusyError("store_awaited")

    monkeypatch.setattr("geodata.store.Store.write", busy)
    out = client.post("/logout", data={"csrf_token": token}, headers=HERE)
    assert (out.status_code, client.get_cookie(COOKIE)) == (303, None)
    assert "could not be ended" in caplog.text


def test_changes_need_the_token_of_the_login_and_a_page_of_this_site(client: FlaskClient, staffed: Flask) -> None:
    log_in(client)
    token = token_of(client)
    other = staffed.test_client()
    log_in(other)
    assert client.get("/api/v1/desk").get_json() == "li"
    assert client.post("/api/v1/desk", headers={**HERE, "X-CSRF-Token": token}).status_code == 200
    assert client.post("/api/v1/desk", data={"csrf_token": token}, headers=HERE).status_code == 200
    for headers in (
        HERE,
        {**HERE, "X-CSRF-Token": token[:-1] + "é"},
        {**HERE, "X-CSRF-Token": token_of(other)},
        {"X-CSRF-Token": token},
        {"X-CSRF-Token": token, "Origin": "https://evil.example"},
        {"X-CSRF-Token": token, "Origin": "null"},
        {"X-CSRF-Token": token, "Referer": "http://localhost.evil.example/"},
    ):
        assert client.post("/api/v1/desk", headers=headers).status_code == 403, headers
    assert (
        client.post("/api/v1/desk", headers={"X-CSRF-Token": token, "Referer": "http://localhost/staff"}).status_code
        == 200
    )


def test_no_other_site_logs_anybody_in(client: FlaskClient) -> None:
    data = {"name": "li", "password": PASSWORD}
    for headers in ({}, {"Origin": "https://evil.example"}, {"Origin": "http://localhost.evil.example"}):
        answer = client.post("/login", data=data, headers=headers)
        assert answer.status_code == 403
        assert "Set-Cookie" not in answer.headers


def test_the_login_leads_to_no_other_site(client: FlaskClient) -> None:
    for wanted in (
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "staff",
        "/" + "a" * 3000,
        "",
    ):
        assert 'name="next" value="/staff"' in client.get("/login", query_string={"next": wanted}).text, wanted
        data = {"name": "li", "password": PASSWORD, "next": wanted}
        assert client.post("/login", data=data, headers=HERE).location == "/staff", wanted
        client.delete_cookie(COOKIE)


def test_made_up_cookies_let_nobody_in(client: FlaskClient) -> None:
    for cookie in ("", "x", "eyJ1c2VyIjoxfQ.aaaa.bbbb", "é"):
        client.set_cookie(COOKIE, cookie)
        assert client.get("/staff").status_code == 303


def test_a_cookie_of_another_key_lets_nobody_in(client: FlaskClient, make_app: MakeApp) -> None:
    log_in(client)
    other = make_app(secret_key=SECRET + "!").test_client()
    other.set_cookie(COOKIE, cookie_of(client))
    assert other.get("/staff").status_code == 303


def test_tries_to_log_in_are_limited(own: Filled, make_app: MakeApp) -> None:
    add_user(own.store)
    client = make_app(secret_key=SECRET, login_limit="3/hour").test_client()
    assert [log_in(client, password="wrong") for _ in range(4)] == [401, 401, 401, 429]
    assert log_in(client) == 429


def test_public_pages_set_no_cookie_and_ask_nothing_of_the_store(
    own: Filled, client: FlaskClient, staffed: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in(client)

    def refuse(*_: object) -> None:
        raise AssertionError("a public page asked the store")

    monkeypatch.setattr("webmap.storing.WorkerStore.get", refuse)
    for visitor in (staffed.test_client(), client):
        for path in ("/", "/en/", f"/s/{own.code('weekdays')}", "/api/v1/sites", "/api/docs", "/healthz", "/nothing"):
            assert "Set-Cookie" not in visitor.get(path).headers, path


def test_without_a_key_nobody_logs_in_and_the_page_says_what_to_do(own: Filled, make_app: MakeApp) -> None:
    add_user(own.store)
    client = make_app().test_client()
    assert client.get("/").status_code == 200
    answer = client.post("/en/login", data={"name": "li", "password": PASSWORD}, headers=HERE)
    assert answer.status_code == 503
    assert "STATIONMAP_SECRET_KEY" in answer.text


def test_nothing_of_a_login_is_logged(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    log_in(client, name="secretname", password="secretword")
    client.get("/login?next=/staff%3Flat=37.5")
    logged = "\n".join([record.getMessage() + str(vars(record).get("fields", "")) for record in caplog.records])
    assert "a login failed" in logged
    for text in ("secretname", "secretword", "37.5", "127.0.0.1"):
        assert text not in logged
