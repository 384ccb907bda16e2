"""Reporting a problem with a place, and what staff make of it."""

from __future__ import annotations

import io
import logging
import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from geodata.errors import StoreBusyError, StoreUnavailableError
from geodata.store import BatchInfo, NewReport, SiteUpdate
from tests.web.conftest import HOSTILE, Filled
from tests.web.staff import HERE, SECRET, add_user, log_in, token_of
from webmap.reporting.photos import PhotoError, redrawn

MakeApp = Callable[..., Flask]


@pytest.fixture(autouse=True)
def _hasty_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webmap.reporting.forms.LEAST_AGE_S", 0.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def app(make_app: MakeApp, folder: Path) -> Flask:
    return make_app(secret_key=SECRET, data_dir=str(folder), report_limit="off")


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def token(client: FlaskClient, code: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', client.get(f"/s/{code}/report").text)
    assert found is not None
    return found[1]


def send(client: FlaskClient, code: str, lang: str = "", **fields: Any) -> Any:
    data = {"token": token(client, code), **fields}
    return client.post(f"{lang}/s/{code}/report", data=data, headers=HERE, content_type="multipart/form-data")


def picture(form: str = "JPEG", size: tuple[int, int] = (40, 20), **options: Any) -> io.BytesIO:
    made = io.BytesIO()
    Image.new("RGB", size, "red").save(made, form, **options)
    made.seek(0)
    return made


# --- the form -------------------------------------------------------------------------------------------------------


def test_a_report_is_kept_without_an_account_a_cookie_or_an_address(own: Filled, client: FlaskClient) -> None:
    code = own.code("weekdays")
    sent = send(client, code, kind="moved", text="搬到\r\n隔壁", lon="121.3921234567", lat="37.537")
    assert sent.status_code == 200
    assert "谢谢" in sent.text
    assert "Set-Cookie" not in sent.headers
    (report,) = own.store.reports()
    told = report.told
    assert (report.site, told.kind, told.text, told.lon, told.lat) == (code, "moved", "搬到\n隔壁", 121.392123, 37.537)
    assert "127.0.0.1" not in str(report)


def test_a_script_sends_the_same_as_json(own: Filled, client: FlaskClient) -> None:
    code = own.code("weekdays")
    address, fields = f"/api/v1/sites/{code.lower()}/reports", {"kind": "supplies", "facility": "hot_water"}
    made = client.post(address, json={**fields, "token": token(client, code)}, headers=HERE)
    assert (made.status_code, made.get_json()) == (201, {"state": "open"})
    assert own.store.reports()[0].told.facility == "hot_water"
    refused = client.post(address, json={"kind": "supplies", "token": token(client, code)}, headers=HERE)
    assert (refused.status_code, refused.content_type) == (400, "application/problem+json")
    for body in ([], "x", 1, {"kind": ["x"], "token": {}}):
        assert client.post(address, json=body, headers=HERE).status_code == 400
    assert client.post("/api/v1/sites/ZZZZZZ/reports", json={}, headers=HERE).status_code == 404


def test_a_form_that_is_sent_twice_is_one_report(own: Filled, client: FlaskClient, folder: Path) -> None:
    code = own.code("always")
    once = token(client, code)
    for _ in range(2):
        data = {"token": once, "kind": "closed", "photo": (picture(), "a.jpg")}
        assert client.post(f"/s/{code}/report", data=data, headers=HERE).status_code == 200
    assert len(own.store.reports()) == 1
    assert len(list((folder / "reports").iterdir())) == 1


def test_what_cannot_be_used_is_told_and_what_was_written_stays(own: Filled, client: FlaskClient) -> None:
    code = own.code("weekdays")
    for fields, told in (
        ({"text": "kept words"}, "Choose what is wrong"),
        ({"kind": "everything", "text": "kept words"}, "Choose what is wrong"),
        ({"kind": "other"}, "Write a few words"),
        ({"kind": "facility", "facility": "sauna", "text": "kept words"}, "no facility"),
        ({"kind": "moved", "lon": "200", "lat": "37", "text": "kept words"}, "position cannot be used"),
        ({"kind": "moved", "lon": "nan", "lat": "37", "text": "kept words"}, "position cannot be used"),
        ({"kind": "moved", "lon": "116.4", "lat": "39.9", "text": "kept words"}, "position cannot be used"),
        ({"kind": "other", "text": "kept words" + "x" * 2000}, "too long"),
    ):
        answer = send(client, code, "/en", **fields)
        assert answer.status_code == 400, fields
        assert told in answer.text
        assert fields.get("text", "") in answer.text
    assert own.store.reports() == []


def test_only_fresh_forms_of_this_place_and_this_site_count(
    own: Filled, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, fields = own.code("weekdays"), {"kind": "other", "text": "kept words"}
    for wrong in ("", "x", token(client, own.code("always"))):
        answer = client.post(f"/en/s/{code}/report", data={**fields, "token": wrong}, headers=HERE)
        assert (answer.status_code, "open for too long" in answer.text) == (400, True)
        assert "kept words" in answer.text
    for headers in ({}, {"Origin": "https://evil.example"}):
        assert (
            client.post(f"/s/{code}/report", data={**fields, "token": token(client, code)}, headers=headers).status_code
            == 403
        )
        assert client.post(f"/api/v1/sites/{code}/reports", json={}, headers=headers).status_code == 403
    monkeypatch.setattr("webmap.reporting.forms.LEAST_AGE_S", 100.0)
    assert send(client, code, **fields).status_code == 400
    monkeypatch.setattr("webmap.reporting.forms.LEAST_AGE_S", 0.0)
    old = token(client, code)
    monkeypatch.setattr("webmap.reporting.forms.MOST_AGE_S", -1.0)
    assert client.post(f"/s/{code}/report", data={**fields, "token": old}, headers=HERE).status_code == 400
    assert own.store.reports() == []


def test_programs_that_fill_in_everything_are_thanked_and_forgotten(own: Filled, client: FlaskClient) -> None:
    sent = send(client, own.code("weekdays"), kind="other", text="buy", website="https://spam.example")
    assert sent.status_code == 200
    assert own.store.reports() == []


def test_reports_of_one_client_are_limited_and_keep_their_words(own: Filled, make_app: MakeApp) -> None:
    client = make_app(secret_key=SECRET, report_limit="2/hour").test_client()
    code = own.code("weekdays")
    answers = [send(client, code, "/en", kind="other", text="kept words") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "kept words" in answers[2].text


@pytest.mark.parametrize("error", [StoreUnavailableError("read_model_loading"), StoreBusyError("read_model_loading")])
def test_while_the_database_is_down_nothing_that_was_written_is_lost(
    own: Filled, client: FlaskClient, folder: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    code = own.code("weekdays")

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("geodata.store.store.Store.write", fail)
    answer = send(
        client, code, "/en", kind="moved", text="kept words", lon="121.39", lat="37.53", photo=(picture(), "a")
    )
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "All you wrote is still below" in answer.text
    for kept in ("kept words", 'name="lon" value="121.39"', 'value="moved" required checked'):
        assert kept in answer.text
    assert list((folder / "reports").iterdir()) == []
    fields = {"kind": "other", "text": "x", "token": token(client, code)}
    problem = client.post(f"/api/v1/sites/{code}/reports", json=fields, headers=HERE)
    assert (problem.status_code, problem.content_type) == (503, "application/problem+json")


def test_a_report_that_was_kept_is_no_failure_when_the_database_goes_away_after_it(
    own: Filled, client: FlaskClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreUnavailableError("read_model_loading")

    with monkeypatch.context() as patch:
        patch.setattr("geodata.store.store.Store.report", fail)
        assert send(client, own.code("weekdays"), kind="closed", photo=(picture(), "a.jpg")).status_code == 200
    (report,) = own.store.reports()
    assert (folder / "reports" / report.told.photo).is_file()


def test_without_a_key_the_form_says_who_can_help(own: Filled, make_app: MakeApp) -> None:
    client = make_app().test_client()
    code = own.code("weekdays")
    assert client.get(f"/en/s/{code}/report").status_code == 200
    answer = client.post(f"/en/s/{code}/report", data={"kind": "other", "text": "kept words"}, headers=HERE)
    assert (answer.status_code, "STATIONMAP_SECRET_KEY" in answer.text, "kept words" in answer.text) == (
        503,
        True,
        True,
    )


def test_former_and_wrong_codes(own: Filled, client: FlaskClient) -> None:
    assert client.get("/s/22OLD2/report").location == f"/s/{own.code('weekdays')}/report"
    assert client.get("/en/s/ZZZZZZ/report").status_code == 404


def test_nothing_of_a_report_is_logged(own: Filled, client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    code = own.code("weekdays")
    client.get(f"/s/{code}/report?lat=37.123456&q=secretquery")
    send(client, code, kind="moved", text="secretwords", lon="121.391357", lat="37.531357")
    send(client, code, kind="moved", text="secretwords", lon="921.391357", lat="37.531357")
    client.post(f"/api/v1/sites/{code}/reports?lon=121.391357", json={"text": "secretwords"}, headers=HERE)
    logged = "\n".join([record.getMessage() + str(vars(record).get("fields", "")) for record in caplog.records])
    assert f"/s/{code}/report" in logged
    for text in ("secret", "391357", "531357", "123456", "127.0.0.1"):
        assert text not in logged


# --- photos ---------------------------------------------------------------------------------------------------------


def test_photos_keep_nothing_but_the_picture_and_only_staff_see_them(
    own: Filled, client: FlaskClient, folder: Path
) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "secretmaker"
    exif.get_ifd(0x8825)[1] = "N"
    assert send(client, own.code("weekdays"), kind="closed", photo=(picture(exif=exif), "a.jpg")).status_code == 200
    (report,) = own.store.reports()
    path = folder / "reports" / report.told.photo
    with Image.open(path) as kept:
        assert (kept.format, kept.size) == ("JPEG", (20, 40))  # turned as the camera said
        assert not kept.getexif()
    assert b"secretmaker" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    address = f"/staff/reports/{report.id}/photo"
    assert client.get(address).status_code == 303
    add_user(own.store)
    log_in(client)
    shown = client.get(address)
    assert (shown.content_type, shown.data, shown.headers["Cache-Control"]) == (
        "image/jpeg",
        path.read_bytes(),
        "private, no-store",
    )
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    path.unlink()
    assert client.get(address).status_code == 404


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG of a few hundred bytes that says it has many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xd8\xff", b"<svg onload='alert(1)'/>", b"GIF89a" + bytes(50), bomb(), bomb(9000, 9000), bomb(50, 50),
     picture().getvalue()[:-30], b"x" * 2000, picture("TIFF").getvalue()],
    ids=["empty", "head", "svg", "gif", "bomb", "large", "broken", "cut", "long", "tiff"],
)  # fmt: skip
def test_files_that_are_no_photo_are_refused(body: bytes) -> None:
    with pytest.raises(PhotoError):
        redrawn(body, 1000)


def test_photos_are_made_smaller_and_lose_their_transparency() -> None:
    made = io.BytesIO()
    Image.new("RGBA", (3000, 1000), (0, 0, 0, 0)).save(made, "PNG")
    with Image.open(io.BytesIO(redrawn(made.getvalue(), 10**6))) as kept:
        assert (kept.size, kept.mode) == ((1600, 533), "RGB")
        assert kept.getpixel((0, 0)) == (255, 255, 255)
    assert redrawn(picture("WEBP").getvalue(), 10**6)


def test_a_photo_that_cannot_be_used_leaves_the_words(own: Filled, client: FlaskClient, make_app: MakeApp) -> None:
    code = own.code("weekdays")
    photo = (io.BytesIO(b"no photo"), "a.jpg")
    answer = send(client, code, "/en", kind="other", text="kept words", photo=photo)
    assert (answer.status_code, "photo cannot be read" in answer.text, "kept words" in answer.text) == (400, True, True)
    small = make_app(secret_key=SECRET, photo_bytes=100_000).test_client()
    large = send(small, code, kind="other", text="x", photo=(io.BytesIO(bytes(400_000)), "a.jpg"))
    assert large.status_code == 413
    assert own.store.reports() == []


# --- staff ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def staff(own: Filled, app: Flask) -> FlaskClient:
    """A client that is logged in, with three reports waiting."""
    add_user(own.store)
    with own.store.write(BatchInfo("report", "public")) as writer:
        site = own.store.site(own.code("weekdays"))
        writer.add_report(NewReport(site.id, "moved", "1", HOSTILE, lon=121.4, lat=37.53))
        writer.add_report(NewReport(site.id, "hours", "2", hours="看情况"))
        hostile = own.store.site(own.code("hostile"))
        writer.add_report(NewReport(hostile.id, "facility", "3", HOSTILE, "toilet", "yes"))
    client = app.test_client()
    log_in(client)
    return client


def decide(client: FlaskClient, number: int, state: str, **fields: Any) -> Any:
    data = {"csrf_token": token_of(client), "state": state, **fields}
    return client.post(f"/en/staff/reports/{number}", data=data, headers=HERE)


def test_staff_see_what_was_reported_as_text(own: Filled, staff: FlaskClient) -> None:
    listed = staff.get("/en/staff/reports").text
    assert listed.count('class="task"') == 3
    for page in (listed, staff.get("/staff/reports/3").text, staff.get("/staff/reports/1").text):
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page
    assert '<span class="task-count">3</span>' in staff.get("/staff").text
    assert staff.get("/staff/reports/99").status_code == 404


def test_one_step_applies_a_report_and_the_history_says_who(own: Filled, staff: FlaskClient) -> None:
    code = own.code("weekdays")
    version = own.store.site(code).version
    page = staff.get("/en/staff/reports/1").text
    assert f'name="version" value="{version}"' in page
    assert 'name="lon" value="121.4"' in page
    done = decide(staff, 1, "applied", version=version, lon="121.4", lat="37.53", note="was there")
    assert (done.status_code, done.location) == (303, "/en/staff/reports")
    site = own.store.site(code).site
    assert site.position is not None
    assert (site.position.lon, site.position.lat) == (121.4, 37.53)
    assert str(site.verified_on) == "2026-10-10"
    last = own.store.history(code)[-1].batch
    assert (last.info.kind, last.info.actor) == ("report", "li")
    assert "was there" in staff.get("/en/staff/reports?state=done").text + staff.get("/en/staff/reports/1").text
    again = decide(staff, 1, "rejected", version=version + 1)
    assert (again.status_code, "dealt with already" in again.text) == (412, True)


def test_everything_that_can_be_put_right_at_once(own: Filled, staff: FlaskClient) -> None:
    code = own.code("weekdays")
    version = own.store.site(code).version
    fields = {"hours": "Mo-Sa 08:00-20:00", "facility": "hot_water", "value": "no"}
    fields |= {"closed_from": "2026-11-01", "closed_to": "2026-11-03", "closed_reason": "盘点"}
    assert decide(staff, 2, "applied", version=version, **fields).status_code == 303
    site = own.store.site(code).site
    assert site.hours.osm == "Mo-Sa 08:00-20:00"
    assert (site.facilities["hot_water"].value, site.facilities["hot_water"].basis) == ("no", "verified")
    assert [(str(item.start), str(item.end), item.reason) for item in site.closures] == [
        ("2026-11-01", "2026-11-03", "盘点")
    ]


def test_staff_are_told_of_conflicts_and_of_what_cannot_be(own: Filled, staff: FlaskClient) -> None:
    code = own.code("weekdays")
    before = own.store.site(code)
    for fields, told in (
        ({"hours": "看情况吧"}, "not understood"),
        ({"lon": "x", "lat": "1"}, "position “x, 1”"),
        ({"facility": "sauna", "value": "yes"}, "no facility"),
        ({"closed_from": "2026-11-03", "closed_to": "2026-11-01"}, "before its first"),
        ({"closed_from": "soon"}, "date “soon”"),
        ({}, "nothing to apply"),
    ):
        answer = decide(staff, 2, "applied", version=before.version, note="kept note", **fields)
        assert (answer.status_code, told in answer.text, "kept note" in answer.text) == (400, True, True), fields
    with own.store.write(BatchInfo("edit", "wang")) as writer:
        from dataclasses import replace

        writer.update([SiteUpdate(before, replace(before.site, note="new"))])
    conflict = decide(staff, 2, "applied", version=before.version, hours="24/7")
    assert conflict.status_code == 412
    assert f'name="version" value="{before.version + 1}"' in conflict.text
    assert 'value="24/7"' in conflict.text
    assert own.store.report(2).state == "open"
    assert decide(staff, 2, "everything").status_code == 400
    assert staff.post("/staff/reports/2", data={"state": "rejected"}, headers=HERE).status_code == 403
    assert decide(staff, 2, "resolved", version=before.version + 1).status_code == 303
    assert own.store.report(2).state == "resolved"
