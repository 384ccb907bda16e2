"""Staff see what changed about a place, and nobody else does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flask import Flask

from geodata.store import BatchInfo, SiteUpdate
from tests.web.conftest import HOSTILE, Filled
from tests.web.staff import SECRET, add_user, log_in


def test_staff_see_who_changed_what_and_from_where(make_app: Callable[..., Flask], own: Filled) -> None:
    code = own.code("weekdays")
    stored = own.store.site(code)
    info = BatchInfo(kind="sites", actor="王芳", source="list", file_name="名单2026.xlsx")
    with own.store.write(info) as writer:
        writer.update([SiteUpdate(stored, replace(stored.site, phone=HOSTILE))])
    add_user(own.store)
    client = make_app(secret_key=SECRET).test_client()
    path = f"/staff/places/{code}"
    assert client.get(path).status_code == 303
    assert log_in(client) == 303
    page = client.get(path).get_data(as_text=True)
    assert "王芳" in page
    assert "名单2026.xlsx" in page
    assert "联系电话" in page
    assert "0535-1234567" in page
    assert HOSTILE not in page
    assert page.index("0535-1234567") < page.index("收录")  # the latest first
    assert "Taken up" in client.get(f"/en{path}").get_data(as_text=True)
    assert client.get("/staff/places/ZZZZZZ").status_code == 404
