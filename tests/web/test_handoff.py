"""Navigation links: for each app the right order and datum, the entrance, and names that survive the address."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from geodata.datum import convert_point
from webmap.handoff import Destination, navigation

LON, LAT = 121.391, 37.536
NAME = "大海阳路驿站 (A&B=C,#1|%)"
PLACE = Destination(LON, LAT, NAME, "大海阳路 8 号")
GCJ_LON, GCJ_LAT = convert_point(LON, LAT, "wgs84", "gcj02")


def link(app: str, kind: str, platform: str = "any", **options: Any) -> str:
    found = [
        item["href"]
        for item in navigation(PLACE, app_name="zhifu.map", **options)
        if (item["app"], item["kind"], item["platform"]) == (app, kind, platform)
    ]
    assert len(found) == 1
    return str(found[0])


def query(href: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(href).query, keep_blank_values=True).items()}


def close(text: str, first: float, second: float) -> bool:
    one, two = (float(part) for part in text.split(",")[:2])
    return abs(one - first) < 1e-6 and abs(two - second) < 1e-6


def test_gcj02_is_not_wgs84_here() -> None:
    assert abs(GCJ_LON - LON) > 0.004


def test_amap_web_takes_lon_lat_in_gcj02() -> None:
    href = link("amap", "web")
    assert href.startswith("https://uri.amap.com/navigation?to=")
    parts = query(href)
    assert close(parts["to"], GCJ_LON, GCJ_LAT)
    assert parts["to"].split(",", 2)[2] == NAME
    assert (parts["mode"], parts["src"], parts["callnative"], parts["coordinate"]) == (
        "walk",
        "zhifu.map",
        "1",
        "gaode",
    )


@pytest.mark.parametrize(("platform", "start"), [("android", "amapuri://route/plan/?"), ("ios", "iosamap://path?")])
def test_amap_app_takes_dlat_dlon_in_gcj02_unencrypted(platform: str, start: str) -> None:
    href = link("amap", "app", platform)
    assert href.startswith(start)
    parts = query(href)
    assert close(f"{parts['dlat']},{parts['dlon']}", GCJ_LAT, GCJ_LON)
    assert (parts["dname"], parts["dev"], parts["t"], parts["sourceApplication"]) == (NAME, "0", "2", "zhifu.map")


def test_baidu_web_takes_lat_lon_and_names_its_datum() -> None:
    href = link("baidu", "web")
    assert href.startswith("https://api.map.baidu.com/marker?location=")
    parts = query(href)
    assert close(parts["location"], GCJ_LAT, GCJ_LON)
    assert (parts["title"], parts["content"], parts["output"]) == (NAME, "大海阳路 8 号", "html")
    assert (parts["coord_type"], parts["src"]) == ("gcj02", "webapp.zhifu.map.zhifu.map")


@pytest.mark.parametrize(("platform", "scheme"), [("android", "bdapp"), ("ios", "baidumap")])
def test_baidu_app_takes_lat_lon_and_names_its_datum(platform: str, scheme: str) -> None:
    href = link("baidu", "app", platform)
    assert href.startswith(f"{scheme}://map/direction?destination=latlng:")
    parts = query(href)
    point, _, name = parts["destination"].removeprefix("latlng:").partition("|name:")
    assert close(point, GCJ_LAT, GCJ_LON)
    assert name == NAME
    assert (parts["coord_type"], parts["mode"]) == ("gcj02", "walking")


def test_tencent_takes_lat_lon_in_gcj02() -> None:
    web, app = link("tencent", "web"), link("tencent", "app")
    assert web.startswith("https://apis.map.qq.com/uri/v1/routeplan?")
    assert app.startswith("qqmap://map/routeplan?")
    for parts in (query(web), query(app)):
        assert close(parts["tocoord"], GCJ_LAT, GCJ_LON)
        assert (parts["to"], parts["type"], parts["referer"]) == (NAME, "walk", "zhifu.map")
    assert query(web)["coord_type"] == "2"


def test_apple_and_geo_take_wgs84() -> None:
    apple = link("apple", "web")
    assert apple.startswith("https://maps.apple.com/?daddr=")
    assert close(query(apple)["daddr"], LAT, LON)
    assert query(apple)["dirflg"] == "w"
    geo = link("geo", "app")
    assert geo.startswith(f"geo:{LAT:.6f},{LON:.6f}?q={LAT:.6f},{LON:.6f}(")
    assert query(geo)["q"] == f"{LAT:.6f},{LON:.6f}({NAME})"


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("walk", {"amap": "walk", "amap_app": "2", "baidu": "walking", "tencent": "walk", "apple": "w"}),
        ("ride", {"amap": "ride", "amap_app": "3", "baidu": "riding", "tencent": "bike", "apple": "w"}),
        ("car", {"amap": "car", "amap_app": "0", "baidu": "driving", "tencent": "drive", "apple": "d"}),
    ],
)
def test_each_app_has_its_own_word_for_a_way_to_travel(mode: str, words: dict[str, str]) -> None:
    assert query(link("amap", "web", mode=mode))["mode"] == words["amap"]
    assert query(link("amap", "app", "android", mode=mode))["t"] == words["amap_app"]
    assert query(link("baidu", "app", "ios", mode=mode))["mode"] == words["baidu"]
    assert query(link("tencent", "web", mode=mode))["type"] == words["tencent"]
    assert query(link("apple", "web", mode=mode))["dirflg"] == words["apple"]


def test_outside_mainland_china_all_agree() -> None:
    abroad = Destination(103.8198, 1.3521, "Toilet")
    for item in navigation(abroad, app_name="x"):
        assert "1.352100" in item["href"]
        assert "103.819800" in item["href"]


def test_every_link_has_a_label_in_both_languages() -> None:
    for item in navigation(PLACE, app_name="x"):
        assert set(item["label"]) == {"zh", "en"}
        assert all(item["label"].values())
