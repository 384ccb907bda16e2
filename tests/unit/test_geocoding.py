"""Geocoding services: what they are asked, what their answers mean, and what happens when they fail."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import shapely

from geodata.areas import Area
from geodata.datum import convert_point
from geodata.position_notes import position_note
from geodata.sites import Site
from importers.geocoding import GeocoderError, Question, make_service
from importers.geocoding.judging import judge
from importers.geocoding.regions import Regions
from importers.geocoding.services import SERVICES, Asker
from tests.geocoders import KEY, Known, StandIn

ADDRESS = "大海阳路1号"
#: The same point in WGS-84.
POINT = (121.3876, 37.5312)


def known(datum: str, level: str, **rest: object) -> Known:
    lon, lat = convert_point(*POINT, "wgs84", datum)  # type: ignore[arg-type]
    return Known(lon, lat, level, "山东省", "烟台市", "芝罘区", "370602", **rest)  # type: ignore[arg-type]


LEVELS = {
    "amap": ("gcj02", "门牌号", "道路", "区县"),
    "tianditu": ("wgs84", "门址", "道路", "行政区划"),
    "baidu": ("bd09", "门址", "道路", "区县"),
    "nominatim": ("wgs84", "house", "road", "city"),
    "photon": ("wgs84", "house", "street", "district"),
    "pelias": ("wgs84", "address", "street", "county"),
    "arcgis": ("wgs84", "PointAddress", "StreetName", "Locality"),
}


@pytest.fixture(scope="module")
def server() -> Iterator[StandIn]:
    started = StandIn().start()
    yield started
    started.stop()


@pytest.fixture(autouse=True)
def _afresh(server: StandIn) -> None:
    server.places, server.faults, server.asked = {}, [], []


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_asked_in_its_own_way_and_understood(server: StandIn, name: str) -> None:
    datum, *levels = LEVELS[name]
    service = make_service(name, KEY, server.url)
    for level, grade in zip(levels, ("address", "area", "none"), strict=True):
        server.places = {ADDRESS: [known(datum, level)]}
        (answer,) = service.ask(Question(f"烟台市芝罘区{ADDRESS}", "370602"))
        assert (answer.grade, answer.datum, answer.level.split()[0]) == (grade, datum, level)
        lon, lat = convert_point(answer.lon, answer.lat, answer.datum, "wgs84")
        assert (lon, lat) == pytest.approx(POINT, abs=2e-6)
        assert name in ("tianditu", "baidu") or "芝罘区" in answer.regions
    server.places = {}
    assert service.ask(Question("没有的地方")) == []


def test_amap_is_told_the_city_and_gets_one_address(server: StandIn) -> None:
    service = make_service("amap", KEY, server.url)
    service.ask(Question("甲|乙", "370602"))
    service.ask(Question("宝安公路", "310114"))
    assert [(asked["address"], asked["city"]) for asked in server.asked] == [
        ("甲 乙", "370600"),
        ("宝安公路", "310000"),
    ]


@pytest.mark.parametrize(
    ("name", "fault", "code"),
    [
        ("amap", "quota", "geocoder_quota"),
        ("amap", "day", "geocoder_quota"),
        ("amap", "rate", "geocoder_rate"),
        ("amap", "params", "geocoder_query"),
        ("amap", "busy", "geocoder_rate"),
        ("amap", "forbidden", "geocoder_key"),
        ("amap", "broken", "geocoder_unreachable"),
        ("amap", "garbage", "geocoder_garbled"),
        ("amap", "shape", "geocoder_garbled"),
        ("amap", "list", "geocoder_garbled"),
        ("amap", "slow", "geocoder_timeout"),
        ("tianditu", "quota", "geocoder_quota"),
        ("tianditu", "forbidden", "geocoder_key"),
        ("tianditu", "garbage", "geocoder_garbled"),
        ("baidu", "quota", "geocoder_quota"),
        ("nominatim", "busy", "geocoder_rate"),
        ("nominatim", "forbidden", "geocoder_key"),
        ("nominatim", "garbage", "geocoder_garbled"),
        ("photon", "broken", "geocoder_unreachable"),
        ("photon", "slow", "geocoder_timeout"),
        ("pelias", "list", "geocoder_garbled"),
    ],
)
def test_failures_are_told_apart_and_never_show_the_key(
    server: StandIn, name: str, fault: str, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.faults = [fault]
    with pytest.raises(GeocoderError) as caught:
        make_service(name, KEY, server.url, timeout_s=0.5).ask(Question(ADDRESS))
    assert caught.value.code == code
    assert all(caught.value.message.texts().values())
    assert KEY not in f"{caught.value!r} {caught.value.__cause__!r} {caplog.text}"


@pytest.mark.parametrize("name", [name for name, needs in SERVICES.items() if needs])
def test_a_wrong_key_is_told(server: StandIn, name: str) -> None:
    with pytest.raises(GeocoderError) as caught:
        make_service(name, "wrong", server.url).ask(Question(ADDRESS))
    assert caught.value.code == "geocoder_key"


def test_nobody_there() -> None:
    with pytest.raises(GeocoderError) as caught:
        make_service("amap", KEY, "http://127.0.0.1:9").ask(Question(ADDRESS))
    assert caught.value.code == "geocoder_unreachable"


def test_a_service_is_asked_politely_and_again_where_that_may_help(server: StandIn) -> None:
    now, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    server.places = {ADDRESS: [known("gcj02", "门牌号")], "二路": []}
    asker = Asker(make_service("amap", KEY, server.url), 0.5, sleep, lambda: now[0])
    assert len(asker.ask(Question(ADDRESS))) == 1
    assert len(asker.ask(Question(ADDRESS))) == 1  # from memory
    asker.ask(Question("二路"))
    assert (len(server.asked), slept) == (2, [0.5])
    server.faults = ["rate", "busy", "broken"]
    slept.clear()
    asker.ask(Question("三路"))
    # before it, after each failure (2 s, the 7 s that the service asks for, 8 s), no more pauses in between
    assert slept == [0.5, 2.0, 7.0, 8.0]
    server.faults = ["rate"] * 4
    with pytest.raises(GeocoderError):
        asker.ask(Question("四路"))
    server.faults = ["quota", "rate"]
    with pytest.raises(GeocoderError, match="quota"):
        asker.ask(Question("五路"))
    assert server.faults == ["rate"]  # was not asked again


# --- what becomes of answers ----------------------------------------------------------------------------------------


def box(west: float, south: float, east: float, north: float) -> shapely.MultiPolygon:
    return shapely.MultiPolygon([shapely.box(west, south, east, north)])


AREAS = [
    Area("370600", "烟台市", "", "city", None, box(120, 36, 122, 38.5), "t", False),
    Area("370602", "芝罘区", "", "district", "370600", box(121.3, 37.45, 121.45, 37.6), "t", False),
]


def site(**rest: object) -> Site:
    return Site("驿站", "rest_station", address=ADDRESS, **rest)  # type: ignore[arg-type]


def outcome(
    place: Site, *items: Known, areas: list[Area] = AREAS, asked: str = "", name: str = "amap"
) -> tuple[str, str]:
    """What becomes of a place for which a service knows these, and why."""
    stand_in = StandIn(places={"": list(items)}).start()
    try:
        regions = Regions(areas, asked)
        answers = make_service(name, KEY, stand_in.url).ask(regions.question(place, place.address))
        verdict = judge(place, answers, regions, name)
    finally:
        stand_in.stop()
    assert (verdict.position is not None) == (verdict.becomes in ("placed", "review"))
    return verdict.becomes, verdict.why.code if verdict.why else ""


def test_what_is_within_is_taken_and_what_is_elsewhere_waits() -> None:
    here, there = known("gcj02", "门牌号"), Known(116.4, 39.9, "门牌号", "北京市", "北京市", "东城区", "110101")
    in_zhifu = site(area="370602")
    assert outcome(in_zhifu, here) == ("placed", "")
    assert outcome(in_zhifu, there) == ("review", "geocode_outside")
    assert outcome(in_zhifu, there, here) == ("placed", "")  # the better one is the one within
    assert outcome(site(area_name="芝罘"), there) == ("review", "geocode_outside")
    # without boundaries the service's own words tell
    assert outcome(in_zhifu, here, areas=[]) == ("placed", "")
    assert outcome(in_zhifu, there, areas=[]) == ("review", "geocode_elsewhere")
    assert outcome(site(area_name="烟台市芝罘区"), here, areas=[]) == ("placed", "")
    assert outcome(site(area_name="莱山区"), here, areas=[]) == ("review", "geocode_elsewhere")
    assert outcome(site(), here, areas=[], asked="烟台市") == ("placed", "")
    assert outcome(site(), there, areas=[], asked="烟台市芝罘区") == ("review", "geocode_elsewhere")
    # a service that names no district, and a place that states none
    assert outcome(site(area_name="芝罘区"), known("wgs84", "门址"), areas=[], name="tianditu") == (
        "review",
        "geocode_unchecked",
    )
    assert outcome(site(), here, areas=[]) == ("review", "geocode_no_area")
    assert outcome(site(), here) == ("placed", "")
    assert outcome(site(), there) == ("review", "geocode_no_area")


def test_a_district_and_only_a_province_in_common_are_not_enough() -> None:
    pudong = Known(121.54, 31.22, "门牌号", "上海市", "上海市", "浦东新区", "310115")
    assert outcome(site(area_name="上海市嘉定区"), pudong, areas=[]) == ("review", "geocode_elsewhere")
    assert outcome(site(area="310114"), pudong, areas=[]) == ("review", "geocode_elsewhere")
    nameless = Known(121.54, 31.22, "门牌号", "上海市", "上海市", "", "")
    assert outcome(site(area_name="上海市嘉定区"), nameless, areas=[])[0] == "review"


def test_several_and_vague_results_wait_and_centres_are_not_taken() -> None:
    place = site(area="370602")
    here = known("gcj02", "门牌号")
    beside = Known(here.lon + 0.01, here.lat, "门牌号", "山东省", "烟台市", "芝罘区", "370602")
    next_door = Known(here.lon + 0.0005, here.lat, "门牌号", "山东省", "烟台市", "芝罘区", "370602")
    assert outcome(place, here, beside) == ("review", "geocode_several")
    assert outcome(place, here, next_door) == ("placed", "")
    assert outcome(place, known("gcj02", "道路")) == ("review", "geocode_street")
    for centre in ("区县", "乡镇", "市", "省", "国家", "开发区", "未知", ""):
        assert outcome(place, known("gcj02", centre)) == ("coarse", "geocode_coarse")
    assert outcome(place) == ("nothing", "")
    assert outcome(place, known("wgs84", "门址", score=50), name="tianditu") == ("review", "geocode_doubtful")


@pytest.mark.parametrize(
    ("area", "address", "asked"),
    [
        ("370602", "大海阳路1号（近南门）", "烟台市芝罘区大海阳路1号"),
        ("370602", "芝罘区大海阳路1号", "烟台市芝罘区大海阳路1号"),
        ("370602", "烟台市芝罘区大海阳路１号", "烟台市芝罘区大海阳路1号"),
        ("", "大海阳路1号，从南门进", "大海阳路1号"),
        ("", "1 Main Street, Springfield", "1 Main Street, Springfield"),
    ],
)
def test_the_area_stands_before_the_address_once(area: str, address: str, asked: str) -> None:
    place = Site("驿站", "rest_station", address=address, area=area or None)
    assert Regions(AREAS).question(place, address).text == asked


def test_an_area_as_text_is_taken_apart() -> None:
    place = Site("驿站", "rest_station")
    asked = Regions([], "上海市嘉定区安亭镇").question(place, "安亭镇嘉松北路4355号")
    assert asked.text == "上海市嘉定区安亭镇嘉松北路4355号"


def test_the_note_of_a_position_is_told_in_both_languages() -> None:
    note = position_note("position_geocoded|amap|门牌号")
    assert note is not None
    assert "高德，门牌号" in note["zh"]
    assert "AMap, 门牌号" in note["en"]
    assert position_note("") is None
    assert position_note("门卫说的") == {"code": "", "zh": "门卫说的", "en": "门卫说的"}
