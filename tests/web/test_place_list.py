"""The list in text and what search engines read."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geodata.sites import Amenity, Site, SourceRef
from geodata.store import BatchInfo, NewSite
from tests.web.conftest import Filled
from webmap.pages.places import crawlers, listing

NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def codes_in(html: str) -> list[str]:
    return re.findall(r'<h3><a href="(?:/en)?/s/(\w+)"', html)


def api_codes(client: FlaskClient, query: str) -> list[str]:
    return [item["id"] for item in client.get(f"/api/v1/sites?sort=name&limit=100&{query}").json["features"]]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "area=370602",
        "area=芝罘",
        "q=驿站",
        "q=dhyl",
        "kind=service_center",
        "facility=toilet",
        "facility=toilet&facility=hot_water",
        "service=legal_aid",
        "open=now",
        "open=now&facility=toilet&area=370602&q=万达",
        "open=night",
        "q=nothing-of-the-kind",
    ],
)
def test_list_gives_what_the_api_gives(client: FlaskClient, query: str) -> None:
    html = client.get(f"/list?{query}").text
    expected = api_codes(client, query)
    assert codes_in(html) == expected
    assert f"{len(expected)} 个地点" in html
    assert ("没有符合条件的地点" in html) == (not expected)


def test_empty_fields_of_the_form_ask_nothing(client: FlaskClient) -> None:
    plain = codes_in(client.get("/list").text)
    assert codes_in(client.get("/list?q=&area=&kind=&service=").text) == plain
    assert len(plain) == 8


def test_what_other_apps_add_to_an_address_is_passed_over(client: FlaskClient) -> None:
    response = client.get("/list?from=singlemessage&isappinstalled=0&facility=toilet,gold&kind=castle&open=yes")
    assert response.status_code == 200
    assert codes_in(response.text) == api_codes(client, "facility=toilet")
    assert "isappinstalled" not in response.text


def test_form_keeps_what_was_asked(client: FlaskClient) -> None:
    html = client.get("/en/list?area=370602&q=a%22b&facility=toilet&facility=bed&open=now&kind=rest_station").text
    assert 'name="q" value="a&#34;b"' in html
    assert '<option value="370602" selected>Zhifu</option>' in html
    assert '<option value="rest_station" selected>' in html
    assert re.search(r'value="toilet" checked', html)
    assert re.search(r'value="bed" checked', html)
    assert '<details class="more-wishes" open>' in html
    assert '<option value="now" selected>' in html
    assert "<script" not in html


def test_open_places_come_first_and_each_says_its_state(client: FlaskClient) -> None:
    html = client.get("/list?open=now").text
    looks = re.findall(r'<span class="status (\w+)"', html)
    assert set(looks) == {"open", "unknown"}
    assert looks == sorted(looks)
    assert "再列开放时间未知的" in html


def test_pages_follow_one_another(make_app: Callable[..., Flask], own: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PAGE_SIZE", 2)
    client = make_app().test_client()
    expected = api_codes(client, "q=驿站")
    assert len(expected) > 4
    found: list[str] = []
    address = "/list?q=驿站"
    while address:
        html = client.get(address).text
        found += codes_in(html)
        following = re.search(r'href="([^"]+)" rel="next"', html)
        assert ('rel="first"' in html) == (len(found) > 2)
        address = following[1].replace("&amp;", "&") if following else ""
    assert found == expected


def test_a_cursor_that_nobody_gave_out_leads_to_the_beginning(client: FlaskClient) -> None:
    response = client.get("/list?q=驿站&cursor=rubbish")
    assert response.status_code == 302
    assert "cursor" not in response.headers["Location"]
    assert client.get(response.headers["Location"]).status_code == 200


def test_search_engines_keep_areas_but_no_wishes(client: FlaskClient) -> None:
    area = client.get("/list?area=370602").text
    assert '<link rel="canonical" href="http://localhost/list?area=370602">' in area
    assert 'name="robots"' not in area
    assert '<meta name="robots" content="noindex' in client.get("/list?facility=toilet").text
    assert '<meta name="robots" content="noindex' in client.get("/list?area=000000").text


def test_areas_below_others_are_set_in(make_app: Callable[..., Flask], own: Filled) -> None:
    from geodata.areas import Area
    from tests.web.conftest import ZHIFU

    street = Area("370602001", "向阳街道", "Xiangyang", "street", "370602", ZHIFU.polygon, "test", True)
    with own.store.write(BatchInfo(kind="areas", actor="test")) as writer:
        writer.put_areas([street])
    html = make_app().test_client().get("/list").text
    assert html.index(">芝罘区</option>") < html.index(">\u3000向阳街道</option>")


def test_of_many_areas_one_writes_the_name(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST_AREAS", 0)
    html = client.get("/list?area=芝罘区").text
    assert re.search(r'<input id="area"[^>]* value="芝罘区"', html)
    assert codes_in(html) == api_codes(client, "area=芝罘区")


def test_asking_too_much_is_refused(make_app: Callable[..., Flask], own: Filled) -> None:
    client = make_app(rate_limit="3/minute").test_client()
    assert [client.get(f"/list?q={n}").status_code for n in range(5)][-1] == 429
    assert client.get(f"/s/{own.code('weekdays')}").status_code == 200


# --- search engines -------------------------------------------------------------------------------------------------


def locations(client: FlaskClient, path: str) -> list[str]:
    response = client.get(path)
    assert response.status_code == 200
    assert response.content_type.startswith("application/xml")
    return [item.text or "" for item in ElementTree.fromstring(response.data).iter(f"{NAMESPACE}loc")]


def test_sitemap_lists_what_is_listed_in_every_language(client: FlaskClient, filled: Filled) -> None:
    found = locations(client, "/sitemap.xml")
    paths = [address.removeprefix("http://localhost") for address in found]
    pages = ["/", "/list", "/stats", "/data"]
    assert paths[:8] == [f"{prefix}{page}" for page in pages for prefix in ("", "/en")]
    listed = {item["id"] for item in client.get("/api/v1/sites").json["features"]}
    assert set(paths[8:]) == {f"{prefix}/s/{code}" for code in listed for prefix in ("", "/en")}
    for path in paths:
        assert client.get(path).status_code == 200
    days = re.findall(r"<lastmod>(.*?)</lastmod>", client.get("/sitemap.xml").text)
    assert len(days) == 2 * len(listed)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", day) for day in days)


def test_large_sitemaps_are_split(make_app: Callable[..., Flask], own: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    with own.store.write(BatchInfo(kind="sites", actor="test")) as writer:
        more = [Site(f"站{n}", "rest_station", facilities={"toilet": Amenity("yes")}) for n in range(5)]
        writer.add([NewSite(site, (SourceRef("more", site.name),), "") for site in more])
    client = make_app().test_client()
    whole = locations(client, "/sitemap.xml")
    monkeypatch.setattr(crawlers, "MOST_ADDRESSES", 16)
    client = make_app().test_client()
    files = locations(client, "/sitemap.xml")
    assert len(files) == 4
    parts = [locations(client, address.removeprefix("http://localhost")) for address in files]
    assert [address for part in parts for address in part] == whole
    assert all(len(part) <= 16 for part in parts)
    assert client.get("/sitemap-0.xml").status_code == 404
    assert client.get("/sitemap-5.xml").status_code == 404


def test_robots_are_told_where_the_sitemap_is(client: FlaskClient) -> None:
    response = client.get("/robots.txt")
    assert response.content_type == "text/plain; charset=utf-8"
    assert "Sitemap: http://localhost/sitemap.xml" in response.text
    assert "Disallow: /api/v1/" in response.text


def test_sitemap_is_not_sent_again(client: FlaskClient) -> None:
    tag = client.get("/sitemap.xml").headers["ETag"]
    assert client.get("/sitemap.xml", headers={"If-None-Match": tag}).status_code == 304
