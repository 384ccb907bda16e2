"""Who runs the places: the API, the page, and how both follow what is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geodata.index.snapshot import read_snapshot, write_snapshot
from geodata.organisations import Organisation
from geodata.sites import Hours, Position, Site
from geodata.store import BatchInfo, NewSite, SiteUpdate, Store, revert_batch
from geodata.vocabulary import load_vocabulary
from tests.web.conftest import HOSTILE, NOW, TZ, Filled

UNIONS = [
    Organisation("YT", "烟台市总工会", level="city"),
    Organisation(
        "ZF", "芝罘区总工会", "Zhifu District Federation", "district", "YT", "370602", "0535-6600001", "西南河路1号",
        Hours("Mo-Fr 08:30-17:00", "周一至周五 8:30-17:00"), "https://example.org/", "备注", "名单",
    ),
    Organisation("ZF-1", "东街道总工会", level="street", parent="ZF", phone=HOSTILE, address=HOSTILE, note=HOSTILE),
    Organisation("ZF-2", "某公司工会", level="grassroots", parent="ZF-1"),
]  # fmt: skip
Make = Callable[..., Flask]


def put(store: Store, *items: Organisation) -> int:
    with store.write(BatchInfo("organisations", "li")) as writer:
        writer.put_organisations(items)
    return writer.batch_id


def add(store: Store, *sites: Site) -> list[str]:
    with store.write(BatchInfo("sites", "li")) as writer:
        return writer.add([NewSite(site) for site in sites])


def a_place(name: str, operator: str, **rest: object) -> Site:
    values: dict[str, object] = {"position": Position(121.39, 37.54), "hours": Hours("24/7", "24小时")} | rest
    return Site(name, "rest_station", operator=operator, **values)  # type: ignore[arg-type]


@pytest.fixture
def unions(own: Filled, make_app: Make) -> Filled:
    put(own.store, *UNIONS)
    add(
        own.store,
        a_place("乙驿站", "东街道总工会"),
        a_place("甲驿站", "东街道 总工会"),
        a_place("公司驿站", "别的写法", operator_code="ZF-2"),
        a_place("关闭的驿站", "东街道总工会", state="closed"),
        a_place("不相干的驿站", "某银行"),
    )
    return own


def follow(app: Flask) -> None:
    app.extensions["stationmap"].read_model.refresh()


def test_an_organisation_has_its_places_and_those_below_it(unions: Filled, make_app: Make) -> None:
    client = make_app().test_client()
    found = client.get("/api/v1/organisations/ZF").json
    assert [item["code"] for item in found["above"]] == ["YT"]
    assert found["parent"]["name"] == "烟台市总工会"
    assert found["children"] == [
        {"code": "ZF-1", "name": "东街道总工会", "name_en": "", "level": "street", "places": 3}
    ]
    # 大海阳路驿站 names 芝罘区总工会 itself; its own first, then by who runs them, by name.
    names = [feature["properties"]["name"] for feature in found["sites"]["features"]]
    assert names == ["大海阳路驿站", "乙驿站", "甲驿站", "公司驿站"]
    assert [runner["code"] for runner in found["runners"]] == ["ZF", "ZF-1", "ZF-1", "ZF-2"]
    assert found["places"] == {"own": 1, "total": 4, "open": 4, "closed": 0, "unknown": 0}
    assert found["hours"]["week"][0]["state"] == "open"
    assert (found["area_name"], found["truncated"]) == ("芝罘区", False)
    cut = client.get("/api/v1/organisations/zf?limit=1&datum=gcj02").json
    assert (len(cut["sites"]["features"]), cut["truncated"], cut["places"]["total"]) == (1, True, 4)
    missing = client.get("/api/v1/organisations/NONE")
    assert missing.status_code == 404
    assert "NONE" in missing.text
    assert client.get("/api/v1/organisations/ZF?nonsense=1").status_code == 400


def test_organisations_are_listed_page_by_page(unions: Filled, make_app: Make) -> None:
    client = make_app().test_client()
    whole = client.get("/api/v1/organisations").json
    assert [item["code"] for item in whole["organisations"]] == ["YT", "ZF", "ZF-1", "ZF-2"]
    assert [item["places"]["total"] for item in whole["organisations"]] == [4, 4, 3, 1]
    first = client.get("/api/v1/organisations?limit=3").json
    assert (first["total"], first["next"]) == (4, "ZF-1")
    rest = client.get(f"/api/v1/organisations?limit=3&cursor={first['next']}").json
    assert ([item["code"] for item in rest["organisations"]], rest["next"]) == (["ZF-2"], None)
    streets = client.get("/api/v1/organisations?level=street&parent=zf").json
    assert [item["code"] for item in streets["organisations"]] == ["ZF-1"]
    assert client.get("/api/v1/organisations?level=nonsense").status_code == 400
    assert client.get("/api/v1/organisations?parent=NONE").status_code == 404


def test_a_place_and_who_runs_it_find_each_other_whichever_comes_first(own: Filled, make_app: Make) -> None:
    app = make_app()
    client = app.test_client()
    address = f"/api/v1/sites/{own.code('weekdays')}"
    assert client.get(address).json["properties"]["operator_code"] is None
    batch = put(own.store, *UNIONS)
    follow(app)
    assert client.get(address).json["properties"]["operator_code"] == "ZF"
    assert 'href="/o/ZF"' in client.get(f"/s/{own.code('weekdays')}").text
    # The place names another one; then the union gets that name.
    stored = own.store.site(own.code("weekdays"))
    with own.store.write(BatchInfo("sites", "li")) as writer:
        writer.update([SiteUpdate(stored, replace(stored.site, operator="新名总工会"))])
    follow(app)
    assert client.get(address).json["properties"]["operator_code"] is None
    assert "/o/" not in client.get(f"/s/{own.code('weekdays')}").text
    put(own.store, replace(UNIONS[1], name="新名总工会"))
    follow(app)
    assert client.get(address).json["properties"]["operator_code"] == "ZF"
    assert client.get("/api/v1/organisations/ZF").json["places"]["own"] == 1
    revert_batch(own.store, batch, "li")  # the one that was renamed since stays, and what it belongs to
    follow(app)
    left = client.get("/api/v1/organisations").json["organisations"]
    assert [item["code"] for item in left] == ["YT", "ZF"]


def test_all_organisations_taken_back_are_gone_from_the_pages(own: Filled, make_app: Make) -> None:
    app = make_app()
    batch = put(own.store, *UNIONS)
    follow(app)
    assert app.test_client().get("/o/ZF").status_code == 200
    revert_batch(own.store, batch, "li")
    follow(app)
    assert app.test_client().get("/o/ZF").status_code == 404


def test_the_page_shows_what_the_api_gives(unions: Filled, make_app: Make) -> None:
    client = make_app().test_client()
    page = client.get("/o/ZF").text
    for text in (
        "芝罘区总工会",
        "区县级",
        "tel:",
        "0535-6600001",
        "西南河路1号",
        "东街道总工会",
        "甲驿站",
        "24 小时开放",
        "烟台市总工会",
    ):
        assert text in page, text
    assert "关闭的驿站" not in page
    assert "不相干的驿站" not in page
    assert page.count("<h1") == 1
    english = client.get("/en/o/ZF").text
    assert "Zhifu District Federation" in english
    assert "4 places" in english
    assert client.get("/o/zf").headers["Location"].endswith("/o/ZF")
    hostile = client.get("/o/ZF-1").text
    assert HOSTILE not in hostile
    assert "<img" not in hostile
    for address in ("/o/NONE", "/en/o/%3Cscript%3E"):
        missing = client.get(address)
        assert missing.status_code == 404
        assert "<script>" not in missing.text


def test_reads_go_on_without_the_database_and_after_a_start_from_the_file(
    unions: Filled, make_app: Make, tmp_path: object
) -> None:
    app = make_app()
    index = app.extensions["stationmap"].read_model.index
    path = tmp_path / "index.snapshot"  # type: ignore[operator]
    assert write_snapshot(index, path, lineage="x")
    restored = read_snapshot(path, vocabulary=load_vocabulary(), tz=TZ)
    assert restored is not None
    assert restored.index.organisations.items == index.organisations.items
    before = index.organisation("ZF", NOW)
    assert restored.index.organisation("ZF", NOW) == before
    unions.store.dispose()
    unions.store.backend.path.rename(tmp_path / "away.db")  # type: ignore[attr-defined, operator]
    client: FlaskClient = app.test_client()
    assert client.get("/o/ZF").status_code == 200
    assert client.get("/api/v1/organisations/ZF").json["places"] == before["places"]


def test_temporary_places_come_and_go_by_the_date(own: Filled, make_app: Make) -> None:
    """Every read: the place is there from its first day to its last, and neither before nor after."""
    put(own.store, *UNIONS)
    day = NOW.date()
    (code,) = add(own.store, a_place("临时纳凉点", "芝罘区总工会", valid_from=day, valid_to=day + timedelta(days=1)))

    def seen(days: int) -> dict[str, bool]:
        app = make_app(now=NOW + timedelta(days=days), snapshot_dir="off")
        client = app.test_client()
        box = "bbox=121.389,37.539,121.391,37.541"
        reads = {
            "nearby": "/api/v1/sites/nearby?lat=37.54&lon=121.39&radius=50",
            "list": "/api/v1/sites?limit=100",
            "list by name": "/api/v1/sites?q=临时纳凉点",
            "in a box": f"/api/v1/sites?{box}",
            "clusters": f"/api/v1/sites/clusters?{box}&zoom=18",
            "suggest": "/api/v1/sites/suggest?q=临时纳凉",
            "by pinyin": "/api/v1/sites?q=纳凉点",
            "organisation": "/api/v1/organisations/ZF",
            "organisation's page": "/o/ZF",
            "list page": "/list?q=临时纳凉点",
        }
        found = {name: code in client.get(address).text for name, address in reads.items()}
        counts = client.get("/api/v1/stats").json
        found["stats"] = counts["total"] == 9
        found["places of the union"] = client.get("/api/v1/organisations/ZF").json["places"]["own"] == 2
        found["sitemap"] = code in client.get("/sitemap.xml").text
        return found

    assert set(seen(0).values()) == {True}
    assert set(seen(1).values()) == {True}
    for days in (-1, 2):
        assert {name for name, there in seen(days).items() if there} == set(), days
    # Whoever has the address is told when it is there.
    for days in (-1, 0, 2):
        app = make_app(now=NOW + timedelta(days=days), snapshot_dir="off")
        place = app.test_client().get(f"/api/v1/sites/{code}").json["properties"]
        assert (place["valid_from"], place["open"]["state"] == "open") == (day.isoformat(), days == 0)
        page = app.test_client().get(f"/s/{code}")
        assert page.status_code == 200
        assert "10月11日" in page.text


def test_answers_change_when_a_temporary_place_begins_and_ends(own: Filled, make_app: Make) -> None:
    first = date(2026, 10, 11)
    add(own.store, a_place("临时点", "", valid_from=first, valid_to=first))
    app = make_app()
    index = app.extensions["stationmap"].read_model.index
    midnight = NOW.replace(hour=0) + timedelta(days=1)
    assert index.next_boundary(midnight - timedelta(seconds=1)) == midnight
    assert index.next_boundary(midnight + timedelta(hours=23, minutes=59)) == midnight + timedelta(days=1)
    tags = {app.test_client().get("/api/v1/sites").headers["ETag"]}
    tags.add(make_app(now=midnight).test_client().get("/api/v1/sites").headers["ETag"])
    assert len(tags) == 2
