"""What the page of a place says without a browser, and what it never says."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime

from flask import Flask
from flask.testing import FlaskClient

from geodata.indicators import Indicator, parse_period
from geodata.ratings import Evidence
from geodata.sites import Amenity, Site
from geodata.store import BatchInfo
from tests.web.conftest import HOSTILE, TZ, Filled
from tests.web.places import Text, add, data_of, page_of, text_of


def test_page_says_what_is_known_and_what_is_not(client: FlaskClient, filled: Filled) -> None:
    text = text_of(client, filled, "weekdays")
    for words in (
        "大海阳路驿站", "户外劳动者服务站点 · 爱心驿家", "开放中 · 17:30 关门", "国庆节调休工作日", "直接进入", "免费",
        "大海阳路8号", "银行大厅左侧", "请走侧门", "0535-1234567", "现场核实，2026年9月1日", "午间排队", "来源所述",
        "全省最美工会户外劳动者服务站", "省级 · 2022", "芝罘区总工会", "12 座", "大海阳路环卫驿站", "4.3",
        "原文：周一至周五 8:30-17:30", "最近核实", "今后七天",
    ):  # fmt: skip
        assert words in text, words
    assert re.search(r"未知 .*热水", text)  # stated as unknown, and so neither yes nor no
    assert re.search(r"周日 10月11日 休息中", text)
    assert re.search(r"周一 10月12日 8:30–17:30", text)


def test_page_in_english(client: FlaskClient, filled: Filled) -> None:
    text = text_of(client, filled, "weekdays", "/en")
    for words in (
        "Rest station",
        "Open · closes 17:30",
        "Make-up workday",
        "Walk in",
        "Verified on the spot, Sep 1, 2026",
    ):
        assert words in text, words


def test_unknown_hours_are_said_to_be_unknown(client: FlaskClient, filled: Filled) -> None:
    text = text_of(client, filled, "unknown")
    assert "时间未知" in text
    assert "开放时间未知" in text
    assert "以现场为准" in text
    assert "休息中" not in text.split("附近其他地点")[0]


def test_services_say_what_they_are_where_and_when(client: FlaskClient, filled: Filled) -> None:
    text = text_of(client, filled, "center")
    assert "追讨欠薪" in text
    assert "周二、周四上午" in text
    assert "周二 10月13日 9:00–11:30" in text
    assert "居中调解" in text


def test_mutual_aid_plans_stand_where_they_are_offered(make_app: Callable[..., Flask], own: Filled) -> None:
    codes = add(
        own,
        guangdong=Site("禅城代办点", "service_center", area="440604", services={"mutual_aid": Amenity("yes")}),
        shandong=Site("芝罘代办点", "service_center", area="370602", services={"mutual_aid": Amenity("yes")}),
    )
    client = make_app().test_client()
    here, there = (client.get(f"/s/{codes[name]}").text for name in ("guangdong", "shandong"))
    for plan in (
        "广东省在职职工医疗互助保障计划",
        "广东省在职女职工安康互助保障计划",
        "广东省在职职工住院医疗综合互助保障计划",
        "广东省在职职工住院津贴互助保障计划",
    ):
        assert plan in here
        assert plan not in there
    assert "第一次报销 80%，第二次报销 70%" in here
    assert "自愿参加" in there


def test_holidays_are_named_in_the_table(make_app: Callable[..., Flask], own: Filled) -> None:
    client = make_app(now=datetime(2026, 9, 30, 12, tzinfo=TZ)).test_client()
    text = text_of(client, own, "weekdays")
    assert re.search(r"周四 10月1日 休息中\s*国庆节", text)


def test_closed_places_name_the_nearest_open_one(make_app: Callable[..., Flask], own: Filled) -> None:
    client = make_app(now=datetime(2026, 10, 10, 20, tzinfo=TZ)).test_client()
    for name in ("weekdays", "paused", "gone"):
        text = text_of(client, own, name)
        assert "现在开放的最近地点： 万达24小时驿站" in text, name
    assert "现在开放的最近地点" not in text_of(client, own, "always")


def test_a_place_closed_for_good_says_so_and_sends_nobody_there(client: FlaskClient, filled: Filled) -> None:
    html = page_of(client, filled, "gone")
    assert "这个地点已停用" in html
    assert "uri.amap.com" not in html
    assert '<meta name="robots" content="noindex' in html
    assert '<meta name="robots"' not in page_of(client, filled, "weekdays")


def test_neighbours_are_the_nearest_with_their_state(client: FlaskClient, filled: Filled) -> None:
    html = page_of(client, filled, "weekdays")
    near = html[html.index('<ol class="near">') :]
    names = re.findall(r'<h3><a href="(/s/\w+)">([^<]+)</a>', near)
    found = client.get("/api/v1/sites/nearby?lat=37.536&lon=121.391&limit=6").json["features"]
    assert [href for href, _ in names] == [
        f"/s/{item['id']}" for item in found if item["id"] != filled.code("weekdays")
    ][:5]
    assert "350 米" in near
    assert html.count('class="dot ') == 5
    assert "Sketch" not in html


def test_without_a_position_nothing_is_near_and_no_app_is_offered(client: FlaskClient, filled: Filled) -> None:
    for name in ("nowhere", "district"):
        html = page_of(client, filled, name)
        assert 'class="near"' not in html
        assert "uri.amap.com" not in html
        assert not [item for item in data_of(html) if "geo" in item]


def test_navigation_links_lead_to_the_entrance(client: FlaskClient, filled: Filled) -> None:
    html = page_of(client, filled, "weekdays")
    links = client.get(f"/api/v1/sites/{filled.code('weekdays')}").json["properties"]["navigation"]
    assert links
    for link in links:
        assert link["href"].replace("&", "&amp;") in html


def test_pages_are_linked_only_where_there_are_any(make_app: Callable[..., Flask], own: Filled) -> None:
    app = make_app()
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    html = page_of(app.test_client(), own, "weekdays")
    assert (f"/s/{own.code('weekdays')}/report" in html) == ("/s/<code>/report" in rules)


def test_rating_comes_with_its_reasons(make_app: Callable[..., Flask], own: Filled) -> None:
    site = own.store.site(own.code("always"))
    pieces = [
        Evidence("star", 4, 5, 1, date(2026, 5, 1), None, "星级评定2026", "市总工会", ""),
        Evidence("review", 4.5, 5, 12, date(2026, 6, 1), None, "", "某平台", ""),
        Evidence("award", None, None, 1, date(2026, 7, 1), "city", "最美驿站", HOSTILE, ""),
        Evidence("star", 2, 5, 1, date(2025, 5, 1), None, "", "市总工会", ""),
    ]
    with own.store.write(BatchInfo(kind="ratings", actor="test")) as writer:
        for key, piece in enumerate(pieces):
            writer.put_evidence(site.id, str(key), piece)
    client = make_app().test_client()
    found = client.get(f"/api/v1/sites/{own.code('always')}/rating").json
    html = page_of(client, own, "always")
    text = str(Text(html))
    assert f"{found['score']:.1f} 分（满分 5 分）的由来" in text
    for item in found["items"]:
        assert (f"+{item['points']:.2f}".rstrip("0") in text) if item["counts"] else ("不计入" in text)
    for words in (
        "星级评定 · 星级评定2026",
        "4（满分 5）",
        "4.5（满分 5） · 12 条评价",
        "最美驿站",
        "每个地点的起始分",
        "已被",
    ):
        assert words in text, words
    assert "<img" not in html
    english = text_of(client, own, "always", "/en")
    assert "Where the" in english
    assert "12 reviews" in english


def test_without_evidence_there_is_no_rating(client: FlaskClient, filled: Filled) -> None:
    assert "的由来" not in text_of(client, filled, "center")


def test_published_figures_come_with_period_and_source(make_app: Callable[..., Flask], own: Filled) -> None:
    site = own.store.site(own.code("center"))
    published = [
        Indicator("matters", "", parse_period("2022"), 747, "matters", "芝罘区总工会"),
        Indicator("visitors", "", parse_period("2022"), 1597, "person_times", "芝罘区总工会", HOSTILE),
    ]
    with own.store.write(BatchInfo(kind="indicators", actor="test")) as writer:
        writer.put_indicators([(site.id, figure) for figure in published])
    client = make_app().test_client()
    html = page_of(client, own, "center")
    text = str(Text(html))
    for words in ("公布数据", "办理事项", "芝罘区总工会", "747 件", "2022 年", "接待来访", "1,597 人次"):
        assert words in text, words
    assert "<img" not in html
    assert "1,597 person-times" in text_of(client, own, "center", "/en")
    assert "公布数据" not in text_of(client, own, "always")
