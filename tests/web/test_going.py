"""The short way to a place: which web page of which app a browser is sent to."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from geodata.datum import convert_point
from tests.web.conftest import Filled
from webmap.devices import Device, device_of

ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; PJE110) AppleWebKit/537.36 (KHTML, like Gecko) {} Chrome/130.0 Mobile "
    "Safari/537.36 {}"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 {}"
)
DESK = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36"
WECHAT = "MicroMessenger/8.0.50.2701(0x28003255) WeChat/arm64 NetType/4G Language/zh_CN"
DEVICES = {
    ANDROID.format("", ""): Device("android"),
    ANDROID.format("Version/4.0", WECHAT): Device("android", "wechat"),
    IPHONE.format(WECHAT): Device("ios", "wechat"),
    ANDROID.format("Version/4.0", "AMapAPP/15.10.0 amap/15.10.0.2020"): Device("android", "amap"),
    IPHONE.format("amap/15.10.0.2033 AMapWebView"): Device("ios", "amap"),
    ANDROID.format("Version/4.0", "baiduboxapp/13.70.0.10"): Device("android", "baidu"),
    IPHONE.format("baidumap_IPHO"): Device("ios", "baidu"),
    ANDROID.format("Version/4.0", "V1_AND_SQ_9.0.95 QQ/9.0.95.16565"): Device("android", "qq"),
    ANDROID.format("Version/4.0", "MQQBrowser/15.5"): Device("android"),
    IPHONE.format("Version/18.0 Safari/604.1"): Device("ios"),
    DESK: Device(),
    "": Device(),
}
HOSTS = {"amap": "uri.amap.com", "baidu": "api.map.baidu.com", "tencent": "apis.map.qq.com", "apple": "maps.apple.com"}


@pytest.mark.parametrize(("agent", "device"), DEVICES.items())
def test_devices_by_what_browsers_say(agent: str, device: Device) -> None:
    assert device_of(agent) == device


def sent_to(client: FlaskClient, path: str, agent: str = "") -> str:
    response = client.get(path, headers={"User-Agent": agent})
    assert response.status_code == 302
    assert response.headers["Cache-Control"] == "no-store"
    assert "noindex" in response.headers["X-Robots-Tag"]
    return response.headers["Location"]


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize(
    ("agent", "sent"),
    [
        (DESK, "amap"),
        (ANDROID.format("", ""), "amap"),
        (IPHONE.format("Version/18.0 Safari/604.1"), "amap"),
        (ANDROID.format("Version/4.0", WECHAT), "tencent"),
        (IPHONE.format(WECHAT), "tencent"),
        (IPHONE.format("amap/15.10.0.2033"), "amap"),
        (ANDROID.format("", "baiduboxapp/13.70"), "baidu"),
        (ANDROID.format("", "QQ/9.0.95"), "tencent"),
    ],
)
def test_each_browser_is_sent_to_a_web_page_that_opens_there(
    client: FlaskClient, filled: Filled, prefix: str, agent: str, sent: str
) -> None:
    target = sent_to(client, f"{prefix}/s/{filled.code('weekdays')}/go", agent)
    assert target.startswith(f"https://{HOSTS[sent]}/")


@pytest.mark.parametrize("agent", [DESK, IPHONE.format(WECHAT)])
@pytest.mark.parametrize("wished", HOSTS)
def test_the_app_asked_for_wins(client: FlaskClient, filled: Filled, wished: str, agent: str) -> None:
    code = filled.code("weekdays")
    links = client.get(f"/api/v1/sites/{code}?mode=ride").json["properties"]["navigation"]
    (href,) = [link["href"] for link in links if (link["app"], link["kind"]) == (wished, "web")]
    assert sent_to(client, f"/s/{code}/go?app={wished}&mode=ride", agent) == href


@pytest.mark.parametrize("query", ["?app=geo", "?app=nobody", "?mode=fly", "?app=&mode="])
def test_what_makes_no_sense_is_passed_over(client: FlaskClient, filled: Filled, query: str) -> None:
    code = filled.code("weekdays")
    assert sent_to(client, f"/s/{code}/go{query}", DESK) == sent_to(client, f"/s/{code}/go", DESK)


def test_the_entrance_in_the_datum_of_the_app_with_the_name_on_the_signboard(
    client: FlaskClient, filled: Filled
) -> None:
    lon, lat = convert_point(121.3911, 37.5361, "wgs84", "gcj02")
    target = sent_to(client, f"/s/{filled.code('weekdays').lower()}/go", DESK)
    name = "%E5%A4%A7%E6%B5%B7%E9%98%B3%E8%B7%AF%E9%A9%BF%E7%AB%99"
    assert f"to={lon:.6f},{lat:.6f},{name}&" in target
    assert "from=" not in target
    assert "121.391100,37.536100" not in target
    assert sent_to(client, f"/s/{filled.code('weekdays')}/go?app=apple").startswith(
        "https://maps.apple.com/?daddr=37.536100,121.391100&"
    )


@pytest.mark.parametrize("name", ["nowhere", "district"])
def test_where_nobody_can_be_sent_the_page_says_why(client: FlaskClient, filled: Filled, name: str) -> None:
    code = filled.code(name)
    assert sent_to(client, f"/en/s/{code}/go", DESK) == f"/en/s/{code}"
    assert f"/s/{code}/go" not in client.get(f"/s/{code}").text
    assert f"/s/{code}/go" not in client.get("/list").text


def test_unknown_code(client: FlaskClient) -> None:
    assert client.get("/s/ZZZZZZ/go").status_code == 404


def test_pages_without_scripts_lead_there(client: FlaskClient, filled: Filled) -> None:
    code = filled.code("weekdays")
    assert f'href="/s/{code}/go"' in client.get("/list").text
    assert f'href="/en/s/{code}/go"' in client.get(f"/en/s/{code}").text
