"""Staff see what changed about a place, and nobody else does."""

from __future__ import annotations

import re
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


def test_staff_find_any_place_by_name_or_code(make_app: Callable[..., Flask], own: Filled) -> None:
    add_user(own.store)
    client = make_app(secret_key=SECRET).test_client()
    assert client.get("/staff/places?q=x").status_code == 303
    log_in(client)
    assert "/staff/places" in client.get("/staff").get_data(as_text=True)

    def found(asked: str) -> list[str]:
        page = client.get("/en/staff/places", query_string={"q": asked}).get_data(as_text=True)
        assert HOSTILE not in page
        return re.findall(r'href="/en/staff/places/(\w+)"', page)

    code = own.code("weekdays")
    assert found("大海阳路") == found(code.lower()) == found("22OLD2") == [code]
    assert found("已停用") == [own.code("gone")]
    assert found("筹建") == [own.code("planned")]
    assert found("onerror") == [own.code("hostile")]
    assert found("nothing of the kind") == found("") == []
    assert "没有这个名称或编号" in client.get("/staff/places?q=xyz").get_data(as_text=True)
    assert client.get(f"/staff/places/{code}").status_code == 200
