"""The embedded map, the page that makes its code, and oEmbed: addresses, headers and errors."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.conftest import Filled
from webmap.colours import accent, contrast

BASE = "http://localhost"


def config_of(text: str) -> dict:
    found = re.search(r'<script type="application/json" id="config">(.*?)</script>', text, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_the_address_says_what_the_frame_shows(client: FlaskClient) -> None:
    answer = client.get(
        "/embed?area=370602&kind=rest_station,worker_home&facility=toilet:yes&open=now"
        "&lat=37.5&lon=121.4&zoom=13&colour=06c&list=off&search=off&theme=dark"
    )
    assert answer.status_code == 200
    given = config_of(answer.text)["embed"]
    assert given["given"] == {
        "area": ["370602"],
        "kind": ["rest_station", "worker_home"],
        "facility": ["toilet:yes"],
        "open": ["now"],
    }
    assert given["view"] == {"lat": 37.5, "lon": 121.4, "zoom": 13}
    assert given["colours"]["red"] == "#0066cc"
    assert given["full"] == "/?kind=rest_station&kind=worker_home&facility=toilet%3Ayes&open=now&area=370602"
    assert "no-list no-search" in answer.text
    assert "app-dark.css" in answer.text
    assert "app.css" not in answer.text


def test_only_the_embedded_map_may_be_framed(client: FlaskClient) -> None:
    def ancestors(path: str) -> str:
        policy = client.get(path).headers["Content-Security-Policy"]
        return next(part for part in policy.split("; ") if part.startswith("frame-ancestors"))

    assert ancestors("/embed") == ancestors("/en/embed") == "frame-ancestors *"
    for path in ("/", "/en/", "/embed/new", "/api/v1/vocabulary", "/embed?zoom=x"):
        assert ancestors(path) == "frame-ancestors 'none'"


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        ("off", "frame-ancestors 'self'"),
        (
            "https://www.example.cn  https://*.gov.cn",
            "frame-ancestors 'self' https://www.example.cn https://*.gov.cn",
        ),
    ],
)
def test_the_operator_chooses_who_may_frame_it(make_app: Callable[..., Flask], hosts: str, expected: str) -> None:
    client = make_app(embed_hosts=hosts).test_client()
    assert expected in client.get("/embed").headers["Content-Security-Policy"].split("; ")


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("kind=castle", "kind"), ("zoom=99&lat=1&lon=1", "zoom"), ("lat=37.5&lon=121.4", "zoom"),
        ("colour=reddish", "colour"), ("theme=blue", "theme"), ("list=perhaps", "list"), ("height=3", "height"),
        ("datum=gcj02", "datum"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named(client: FlaskClient, query: str, name: str) -> None:
    answer = client.get(f"/embed?{query}")
    assert answer.status_code == 400
    assert name in answer.text
    assert "text/html" in answer.content_type


def test_a_language_in_the_query_leads_to_its_page(client: FlaskClient) -> None:
    assert client.get("/embed?lang=en&kind=rest_station").location == "/en/embed?kind=rest_station"
    assert client.get("/en/embed?lang=zh").location == "/embed"


def code_in(text: str) -> str:
    found = re.search(r'<textarea id="code"[^>]*>(.*?)</textarea>', text, re.DOTALL)
    assert found
    return html.unescape(found[1])


def test_the_code_is_made_without_scripts_too(client: FlaskClient) -> None:
    answer = client.get("/embed/new?kind=rest_station&theme=dark&lat=&lon=&zoom=&colour=%23C1121f&area=")
    code = code_in(answer.text)
    assert f'src="{BASE}/embed?kind=rest_station&amp;colour=c1121f&amp;theme=dark"' in code
    assert 'allow="geolocation"' in code
    assert 'loading="lazy"' in code
    source = html.unescape(re.search(r'src="([^"]*)"', code)[1])
    assert client.get(source).status_code == 200


def test_hostile_values_stay_text(client: FlaskClient) -> None:
    answer = client.get('/embed/new?area="><script>alert(1)</script>')
    assert "<script>alert" not in answer.text
    assert "<script>alert" not in client.get('/embed?area="><script>alert(1)</script>').text


def test_oembed_of_map_and_place(client: FlaskClient, filled: Filled) -> None:
    code = filled.codes["weekdays"]
    for url, source in (
        (f"{BASE}/embed?kind=rest_station", f"{BASE}/embed?kind=rest_station"),
        (f"{BASE}/?kind=rest_station&q=abc", f"{BASE}/embed?kind=rest_station"),
        (f"{BASE}/en/s/{code}", f"{BASE}/en/embed#s={code}"),
        (f"{BASE}/#s={code}", f"{BASE}/embed#s={code}"),
    ):
        answer = client.get("/oembed", query_string={"url": url, "maxwidth": 400, "maxheight": 300})
        assert answer.status_code == 200
        body = answer.json
        assert (body["version"], body["type"], body["width"], body["height"]) == ("1.0", "rich", 400, 300)
        assert html.unescape(re.search(r'src="([^"]*)"', body["html"])[1]) == source
        assert 'width="400" height="300"' in body["html"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"url": "https://elsewhere.example/embed"}, 404), ({"url": BASE + "/healthz"}, 404), ({}, 400),
        ({"url": BASE + "/s/NOBODY"}, 404), ({"url": BASE + "/embed", "format": "xml"}, 501),
        ({"url": BASE + "/embed?kind=castle"}, 400), ({"url": BASE + "/embed", "maxwidth": "0"}, 400),
    ],
)  # fmt: skip
def test_oembed_refuses_what_it_cannot_show(client: FlaskClient, query: dict[str, str], status: int) -> None:
    assert client.get("/oembed", query_string=query).status_code == status


def test_pages_name_their_oembed(client: FlaskClient) -> None:
    for path in ("/", "/en/", "/embed?kind=rest_station", "/embed/new"):
        text = client.get(path).text
        found = re.search(r'type="application/json\+oembed" href="([^"]*)"', text)
        assert found, path
        assert client.get(html.unescape(found[1])).status_code == 200


def test_text_stands_out_from_any_main_colour() -> None:
    for colour in ("ffffff", "000000", "c1121f", "ffd400", "777777", "0b5a8a"):
        found = accent(colour)
        assert contrast(colour, found.text[1:]) >= 4.5
        assert contrast(found.deep[1:], found.text[1:]) >= contrast(colour, found.text[1:])


def test_a_frame_weighs_no_more_than_its_budget(client: FlaskClient) -> None:
    page = client.get("/embed", headers={"Accept-Encoding": "gzip"})
    names = set(re.findall(r'(?:href|src)="(/assets/[^"#]+)', client.get("/embed").text))
    weight = len(page.data) + sum(len(client.get(name, headers={"Accept-Encoding": "gzip"}).data) for name in names)
    assert weight <= 110_000
