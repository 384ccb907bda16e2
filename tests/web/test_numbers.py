"""The public numbers: the page shows what the interface counts, and the charts can be read as tables."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask.testing import FlaskClient


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.parametrize(("path", "words"), [("/stats", "按类型"), ("/en/stats", "By kind")])
def test_the_page_counts_what_the_interface_counts(client: FlaskClient, path: str, words: str) -> None:
    found = client.get("/api/v1/stats").get_json()
    page = client.get(path).get_data(as_text=True)
    text = text_of(page)
    assert words in text
    rows = re.findall(r'<td class="number">([^<]+)</td><td class="number share">([^<]+)</td>', page)
    kinds = sorted((str(count) for count in found["kinds"].values() if count), key=int, reverse=True)
    assert [number for number, _ in rows[: len(kinds)]] == kinds
    share = round(100 * found["kinds"]["rest_station"] / found["total"])
    assert rows[0] == (str(found["kinds"]["rest_station"]), f"{share}%")


def test_every_hour_of_the_week_is_drawn_and_told(client: FlaskClient) -> None:
    shares = client.get("/api/v1/stats").get_json()["week"]["open"]
    page = client.get("/en/stats").get_data(as_text=True)
    drawn = re.findall(r'class="heat" fill-opacity="([\d.]+)"><title>Wed 9:00–10:00: (\d+)%</title>', page)
    share = shares[2 * 24 + 9]
    assert drawn == [(f"{share:.2f}", str(round(100 * share)))] * 2  # for wide pages and for phones
    table = page.partition('class="week-numbers"')[2].partition("</table>")[0]
    row = re.search(r'<th scope="row">9:00</th>(.*?)</tr>', table)
    assert row is not None
    assert re.findall(r"<td>(\d+)%</td>", row[1]) == [str(round(100 * shares[24 * day + 9])) for day in range(7)]


def test_an_area_narrows_the_numbers(client: FlaskClient) -> None:
    page = client.get("/stats?area=370602").get_data(as_text=True)
    total = client.get("/api/v1/stats?area=370602").get_json()["total"]
    assert f"<dt>地点</dt><dd>{total}</dd>" in page
    assert "芝罘区" in text_of(page.partition("<h1>")[2].partition("</h1>")[0])
    assert 'href="/en/stats?area=370602"' in page


def test_an_area_without_places_says_so(client: FlaskClient) -> None:
    answer = client.get("/en/stats?area=%3Cb%3E")
    assert answer.status_code == 200
    page = answer.get_data(as_text=True)
    assert "No place is known here yet." in page
    assert "<b>" not in page.partition("<h1>")[2].partition("</h1>")[0]
    assert 'content="noindex, follow"' in page


def test_the_page_is_asked_for_again_without_being_sent_again(client: FlaskClient) -> None:
    tag = client.get("/stats").headers["ETag"]
    assert client.get("/stats", headers={"If-None-Match": tag}).status_code == 304
