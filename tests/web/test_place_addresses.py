"""Under which addresses pages of places stand, what they tell other programs, and how long they hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from geodata.sites import Amenity, Closure, Hours, Position, Site, SourceRef
from geodata.store import BatchInfo, NewSite
from tests.web.conftest import HOSTILE, NOW, Filled
from tests.web.places import add, data_of, page_of
from webmap.paths import static_folder, templates_folder


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
    script = (static_folder() / "signs.js").read_text(encoding="utf-8")
    template = (templates_folder() / "parts" / "place.html").read_text(encoding="utf-8")
    paths = re.findall(r'"(M[\d.][^"]+z)"', script)
    assert len(paths) >= 5
    assert not [path for path in paths if path not in template]


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
