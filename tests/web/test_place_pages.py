"""The page of a place without a browser: what it says, to whom, under which address, and what it never says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from geodata.indicators import Indicator, parse_period
from geodata.ratings import Evidence
from geodata.sites import Amenity, Closure, Hours, Position, Site, SourceRef
from geodata.store import BatchInfo, NewSite
from tests.web.conftest import HOSTILE, NOW, TZ, Filled
from webmap.paths import static_folder, templates_folder


class Text(HTMLParser):
    """The visible words of a page, by the elements' ids and classes where they have any."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self._hidden = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)

    def __str__(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))


def page_of(client: FlaskClient, filled: Filled, name: str, prefix: str = "") -> str:
    response = client.get(f"{prefix}/s/{filled.code(name)}")
    assert response.status_code == 200
    assert response.content_type == "text/html; charset=utf-8"
    return response.text


def text_of(client: FlaskClient, filled: Filled, name: str, prefix: str = "") -> str:
    return str(Text(page_of(client, filled, name, prefix)))


def data_of(html: str) -> list[dict[str, Any]]:
    return [json.loads(item) for item in re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)]


def add(filled: Filled, **sites: Site) -> dict[str, str]:
    with filled.store.write(BatchInfo(kind="sites", actor="test")) as writer:
        codes = writer.add([NewSite(site, (SourceRef("more", key),), "") for key, site in sites.items()])
    return dict(zip(sites, codes, strict=True))


# --- what it says ---------------------------------------------------------------------------------------------------


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


# --- addresses and languages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("suffix", ["", "/print"])
def test_other_forms_of_a_code_lead_to_the_present_one(
    client: FlaskClient, filled: Filled, prefix: str, suffix: str
) -> None:
    code = filled.code("weekdays")
    for given in (code.lower(), "22OLD2"):
        response = client.get(f"{prefix}/s/{given}{suffix}")
        assert response.status_code == 301
        assert response.headers["Location"] == f"{prefix}/s/{code}{suffix}"


def test_unknown_code_gives_a_search(client: FlaskClient) -> None:
    response = client.get("/en/s/NONONO", headers={"Accept-Language": "zh-CN"})
    assert response.status_code == 404
    assert "There is no place with the code NONONO" in response.text
    assert 'action="/en/list"' in response.text
    assert "没有编号为 NONONO 的地点" in client.get("/s/NONONO", headers={"Accept-Language": "en"}).text
    assert client.get("/s/NONONO/print").status_code == 404
    assert client.get("/s/NONONO/map.png").status_code == 404


def test_hostile_code_is_escaped(client: FlaskClient) -> None:
    response = client.get("/s/%3Cscript%3Ealert(1)%3C%2Fscript%3E")
    assert response.status_code == 404
    assert "<script>alert" not in response.text


def test_search_engines_are_told_of_both_languages(client: FlaskClient, filled: Filled) -> None:
    code = filled.code("weekdays")
    for prefix in ("", "/en"):
        html = page_of(client, filled, "weekdays", prefix)
        assert f'<link rel="canonical" href="http://localhost{prefix}/s/{code}">' in html
        assert f'hreflang="zh-CN" href="http://localhost/s/{code}"' in html
        assert f'hreflang="en" href="http://localhost/en/s/{code}"' in html
        assert f'<meta property="og:image" content="http://localhost{prefix}/s/{code}/map.png">' in html


def test_public_address_is_the_one_that_is_set(make_app: Callable[..., Flask], own: Filled) -> None:
    client = make_app(public_url="https://map.example.org/").test_client()
    code = own.code("weekdays")
    html = client.get(f"/s/{code}", headers={"Host": "evil.example"}).text
    assert f'<link rel="canonical" href="https://map.example.org/s/{code}">' in html
    assert "evil.example" not in html
    assert "evil.example" not in client.get("/sitemap.xml", headers={"Host": "evil.example"}).text
    assert f"https://map.example.org/s/{code}" in client.get(f"/s/{code}/print").text


def test_only_offered_languages(make_app: Callable[..., Flask], own: Filled) -> None:
    client = make_app(languages="zh").test_client()
    response = client.get(f"/en/s/{own.code('weekdays')}")
    assert response.status_code == 302
    assert response.headers["Location"] == f"/s/{own.code('weekdays')}"
    assert 'hreflang="en"' not in page_of(client, own, "weekdays")


# --- data for search engines ----------------------------------------------------------------------------------------


def test_structured_data_says_what_the_page_says(client: FlaskClient, filled: Filled) -> None:
    place, crumbs = data_of(page_of(client, filled, "weekdays"))
    assert place["@type"] == "CivicStructure"
    assert place["name"] == "大海阳路驿站"
    assert place["geo"] == {"@type": "GeoCoordinates", "latitude": 37.536, "longitude": 121.391}
    assert place["telephone"] == "05351234567"
    assert place["isAccessibleForFree"] is True
    assert {"@type": "LocationFeatureSpecification", "name": "厕所", "value": True} in place["amenityFeature"]
    assert all(item["name"] != "热水" for item in place["amenityFeature"])  # not known
    ordinary = {
        item["dayOfWeek"].rpartition("/")[2]: (item["opens"], item["closes"])
        for item in place["openingHoursSpecification"]
    }
    assert ordinary["Monday"] == ("08:30", "17:30")
    assert ordinary["Sunday"] == ("00:00", "00:00")
    assert "Saturday" not in ordinary  # this Saturday is a make-up workday and tells nothing of others
    (special,) = place["specialOpeningHoursSpecification"]
    assert (special["validFrom"], special["opens"], special["closes"]) == ("2026-10-10", "08:30", "17:30")
    names = [item["name"] for item in crumbs["itemListElement"]]
    assert names == ["驿站地图", "全部地点", "芝罘区", "大海阳路驿站"]


def test_closures_and_nights_in_structured_data(make_app: Callable[..., Flask], own: Filled) -> None:
    codes = add(
        own,
        night=Site("夜间驿站", "rest_station", position=Position(121.4, 37.5), hours=Hours("Mo-Su 20:00-02:00")),
        shut=Site("装修驿站", "rest_station", hours=Hours("24/7"), closures=(Closure(date(2026, 10, 12), None),)),
    )
    client = make_app().test_client()
    night = data_of(client.get(f"/s/{codes['night']}").text)[0]["openingHoursSpecification"]
    assert {(item["opens"], item["closes"]) for item in night} == {("20:00", "02:00")}
    shut = data_of(client.get(f"/s/{codes['shut']}").text)[0]
    assert {item["closes"] for item in shut["openingHoursSpecification"]} == {"23:59"}
    closed = [item for item in shut["specialOpeningHoursSpecification"] if item["opens"] == item["closes"]]
    assert [item["validFrom"] for item in closed] == [f"2026-10-{day}" for day in range(12, 17)]


def test_hostile_texts_stay_texts(make_app: Callable[..., Flask], own: Filled) -> None:
    codes = add(
        own,
        evil=Site(
            HOSTILE,
            "rest_station",
            labels=(HOSTILE,),
            position=Position(121.4, 37.5),
            address=HOSTILE,
            area_name=HOSTILE,
            hours=Hours(None, HOSTILE),
            phone=HOSTILE,
            website=f"https://x/{HOSTILE}",
            services={HOSTILE: Amenity("yes", note=HOSTILE)},
            facilities={HOSTILE: Amenity("no", note=HOSTILE)},
            level=HOSTILE,
        ),
    )
    client = make_app().test_client()
    for path in (f"/s/{codes['evil']}", f"/en/s/{codes['evil']}/print", "/list"):
        html = client.get(path).text
        assert "<img" not in html
        assert "onerror" in html
        outside = re.sub(r"<script[^>]*>.*?</script>", "", html, flags=re.S)
        assert "<script" not in outside
    place = data_of(client.get(f"/s/{codes['evil']}").text)[0]
    assert place["name"] == HOSTILE
    assert client.get(f"/s/{codes['evil']}/map.png").status_code == 200


# --- kept, asked for again ------------------------------------------------------------------------------------------


def test_page_is_asked_for_again_and_follows_data_and_time(make_app: Callable[..., Flask], own: Filled) -> None:
    times = [NOW]
    app = make_app()
    object.__setattr__(app.extensions["stationmap"], "clock", lambda: times[0])
    client = app.test_client()
    path = f"/s/{own.code('weekdays')}"
    first = client.get(path)
    assert first.headers["Cache-Control"] == "public, no-cache"
    headers = {"If-None-Match": first.headers["ETag"]}
    assert client.get(path, headers=headers).status_code == 304
    times[0] = NOW + timedelta(hours=9)
    later = client.get(path, headers=headers)
    assert later.status_code == 200
    assert "休息中" in later.text
    site = own.store.site(own.code("weekdays"))
    with own.store.write(BatchInfo(kind="sites", actor="test")) as writer:
        writer.add(
            [NewSite(Site("对面驿站", "rest_station", position=site.site.position), (SourceRef("list", "n"),), "")]
        )
    app.extensions["stationmap"].read_model.refresh()
    assert "对面驿站" in client.get(path, headers={"If-None-Match": later.headers["ETag"]}).text


def test_what_is_kept_is_bounded() -> None:
    from webmap.pages.places.answering import Kept

    kept = Kept(100)
    made: list[int] = []

    def page(number: int) -> bytes:
        made.append(number)
        return b"x" * 40

    for number in (1, 2, 1, 3, 1, 2):
        assert kept.of(number, lambda number=number: page(number)) == b"x" * 40
    assert made == [1, 2, 3, 2]
    assert len(kept) == 2


def test_signs_are_those_of_the_map() -> None:
    script = (static_folder() / "markers.js").read_text(encoding="utf-8")
    template = (templates_folder() / "parts" / "place.html").read_text(encoding="utf-8")
    paths = re.findall(r'"(M[\d.][^"]+z)"', script)
    assert len(paths) >= 5
    assert not [path for path in paths if path not in template]


# --- pictures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("name", ["weekdays", "nowhere", "district", "hostile"])
def test_picture_of_a_place(client: FlaskClient, filled: Filled, name: str, prefix: str) -> None:
    response = client.get(f"{prefix}/s/{filled.code(name)}/map.png")
    assert response.status_code == 200
    assert response.content_type == "image/png"
    image = Image.open(BytesIO(response.data))
    assert image.size == (1200, 630)
    assert len(response.data) < 100_000
    assert "max-age" in response.headers["Cache-Control"]
    again = client.get(f"{prefix}/s/{filled.code(name)}/map.png", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


# --- ratings --------------------------------------------------------------------------------------------------------


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
