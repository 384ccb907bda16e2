from __future__ import annotations

import base64
import math
from dataclasses import replace
from datetime import timedelta

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geodata.errors import NotFoundError, ParameterError
from geodata.index import SiteQuery
from geodata.index.query import Hit
from geodata.sites import Access, Amenity, Award, Closure, Entrance, Hours, Position, Score, Site
from geodata.text import fold, tokens
from tests.indexes import NOON, RowStore, code_of, codes, index_of, load
from tests.sites import sites as any_sites

GEOD = Geod(ellps="WGS84")
HERE = (121.39, 37.53)
SORTS = ("code", "rating", "name", "distance")
PLACES = st.none() | st.builds(Position, st.floats(-180, 180), st.floats(-90, 90)) | st.just(Position(*HERE))
NAMES = st.sampled_from(["驿站", "爱心驿家", "Ａ座", "a", "", "大海阳路", "100", "é"])
MANY = st.lists(
    st.builds(Site, NAMES, st.just("stall"), position=PLACES, hours=st.sampled_from([Hours(), Hours("24/7", "")])),
    max_size=25,
)
SCORES = st.dictionaries(
    st.integers(0, 24), st.sampled_from([1.0, 2.5, 4.999]).map(lambda score: Score(score, None, 1, 0.5)), max_size=20
)


def every_page(index, query, limit, **options):
    found, cursor = [], None
    while True:
        page = index.find(query, after=cursor, limit=limit, now=NOON, **options)
        found += page.items
        assert page.truncated == (page.next is not None)
        if page.next is None:
            assert page.total == len(found)
            return found
        assert len(page) == limit
        cursor = page.next


@settings(deadline=None, max_examples=40)
@given(MANY, SCORES, st.sampled_from(SORTS), st.integers(1, 9), st.booleans())
def test_pages_together_are_the_whole_list_in_order(sites, scores, sort, limit, by_opening):
    index = index_of(*sites, scores=scores)
    query = SiteQuery(open_at=NOON if by_opening else None)
    found = every_page(index, query, limit, sort=sort, near=HERE)

    def key(number):
        site, code = sites[number], code_of(number)
        group = by_opening and site.hours.osm is None
        at = site.position
        distance = GEOD.inv(*HERE, at.lon, at.lat)[2] if at else math.inf
        score = scores[number].score if number in scores else -math.inf
        spelt = {
            "驿站": "yi zhan",
            "爱心驿家": "ai xin yi jia",
            "Ａ座": "a zuo",
            "大海阳路": "da hai yang lu",
            "é": "é",
        }
        name = (spelt.get(site.name, site.name), fold(site.name))
        return (group, {"code": 0, "rating": -score, "name": name, "distance": distance}[sort], code)

    assert codes(index, found) == [code_of(number) for number in sorted(range(len(sites)), key=key)]
    for hit in found:
        at = sites[hit.row].position
        assert hit.distance_m == (GEOD.inv(*HERE, at.lon, at.lat)[2] if at else None)


@pytest.mark.parametrize("sort", SORTS)
def test_a_page_goes_on_where_the_last_one_ended_whatever_was_written(sort):
    sites = [Site(f"站{i}", "stall", position=Position(121 + i / 100, 37)) for i in range(20)]
    store = RowStore(sites)
    index = load(store)
    first = index.find(SiteQuery(), now=NOON, limit=8, sort=sort, near=HERE)
    seen = codes(index, first)
    # The last one seen goes out of service, others come, and the index is a new one.
    gone = index.row_of(seen[-1])
    store.put({gone: replace(sites[gone], state="closed"), **{20 + i: sites[i] for i in range(5)}})
    index = index.refreshed(store)
    rest, cursor = [], first.next
    while cursor:
        page = index.find(SiteQuery(), now=NOON, limit=8, sort=sort, near=HERE, after=cursor)
        rest += codes(index, page)
        cursor = page.next
    assert not set(seen) & set(rest)
    assert {code_of(i) for i in range(20)} <= set(seen) | set(rest)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "é",
        "====",
        base64.urlsafe_b64encode(b"[]").decode(),
        base64.urlsafe_b64encode(b"{}").decode(),
        base64.urlsafe_b64encode(b'["rating",0,null,"AAAAAA"]').decode(),
        base64.urlsafe_b64encode(b'["code",7,null,"AAAAAA"]').decode(),
        base64.urlsafe_b64encode(b'["code",true,null,"AAAAAA"]').decode(),
        base64.urlsafe_b64encode(b'["code",0,5,"AAAAAA"]').decode(),
        base64.urlsafe_b64encode(b'["code",0,null,5]').decode(),
        base64.urlsafe_b64encode('["code",0,null,"é"]'.encode()).decode(),
    ],
)
def test_a_bad_cursor_is_refused(cursor):
    with pytest.raises(ParameterError) as refused:
        index_of(Site("a", "stall")).find(SiteQuery(), after=cursor, now=NOON)
    assert refused.value.code == "index_cursor"
    assert refused.value.message.texts()


@pytest.mark.parametrize(("sort", "key"), [("name", None), ("name", ["a"]), ("rating", "x"), ("distance", True)])
def test_a_cursor_with_the_key_of_another_order_is_refused(sort, key):
    cursor = base64.urlsafe_b64encode(orjson.dumps([sort, 0, key, "AAAAAA"])).decode()
    with pytest.raises(ParameterError):
        index_of(Site("a", "stall")).find(SiteQuery(), after=cursor, now=NOON, sort=sort, near=HERE)


BOXES = [
    ((120, 36, 122, 38), "a"),
    ((170, -10, -170, 10), "bc"),
    ((-180, -90, 180, 90), "abcd"),
    ((180, -10, -180, 10), "c"),
    ((0, 0, 0, 0), ""),
    ((-1, 89, 1, 90), "d"),
]


@pytest.mark.parametrize(("bbox", "found"), BOXES)
def test_a_box_may_cross_the_antimeridian(bbox, found):
    spots = {"a": (121, 37), "b": (175, 0), "c": (-180, 5), "d": (0, 90)}
    index = index_of(
        *(Site(name, "stall", position=Position(*spot)) for name, spot in spots.items()), Site("e", "stall")
    )
    wanted = {code_of("abcd".index(name)) for name in found}
    assert set(codes(index, index.find(SiteQuery(), bbox=bbox, now=NOON))) == wanted


@pytest.mark.parametrize(
    "bbox", [(0, 1, 0, 0), (-181, 0, 0, 0), (0, -91, 0, 0), (0, 0, math.nan, 1), (0, 0, math.inf, 1)]
)
def test_a_box_that_is_none_is_refused(bbox):
    with pytest.raises(ParameterError):
        index_of().find(SiteQuery(), bbox=bbox, now=NOON)


@pytest.mark.parametrize(("lon", "lat"), [(181, 12.5), (12.5, 91), (math.nan, 12.5), (12.5, math.inf)])
def test_a_position_that_is_none_is_refused_and_not_repeated(lon, lat):
    index = index_of()
    for ask in (
        lambda: index.nearby(lon, lat, SiteQuery(), now=NOON),
        lambda: index.find(SiteQuery(), now=NOON, near=(lon, lat)),
        lambda: index.suggest("a", near=(lon, lat)),
    ):
        with pytest.raises(ParameterError) as refused:
            ask()
        assert not any(str(part) in str(refused.value) for part in (lon, lat))


def test_other_parameters_out_of_bounds_are_refused():
    index = index_of()
    for ask in (
        lambda: index.nearby(0, 0, SiteQuery(), radius_m=-1, now=NOON),
        lambda: index.nearby(0, 0, SiteQuery(), radius_m=math.nan, now=NOON),
        lambda: index.nearby(0, 0, SiteQuery(), limit=0, now=NOON),
        lambda: index.find(SiteQuery(), limit=0, now=NOON),
        lambda: index.find(SiteQuery(), sort="distance", now=NOON),
        lambda: index.suggest("a", limit=0),
    ):
        with pytest.raises(ParameterError):
            ask()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("大海", "a"),
        ("海阳", "a"),
        ("dahai", "a"),
        ("haiyang", "a"),
        ("DHYL", "a"),
        ("hyl", "a"),
        ("ahai", ""),
        ("爱心", "ab"),
        ("axyj", "ab"),
        ("老邮局", "b"),
        ("lyj", "b"),
        ("毓璜顶", "b"),
        ("ＡＥＤ", "c"),
        ("public TOILET", "c"),
        ("toilet 路", ""),
        ("爱心 毓璜顶", "b"),
        ("芝罘区", "a"),
        ("。", ""),
        ("  ", "abc"),
        ("", "abc"),
    ],
)
def test_text_finds_names_labels_addresses_and_pinyin(text, found):
    index = index_of(
        Site("大海阳路驿站", "stall", labels=("爱心驿家",), area_name="芝罘区"),
        Site("邮政驿站", "stall", labels=("爱心驿家",), former_names=("老邮局",), address="毓璜顶东路1号"),
        Site("Public Toilet (AED) 🚻", "stall"),
    )
    assert set(codes(index, index.find(SiteQuery(text=text), now=NOON))) == {code_of("abc".index(c)) for c in found}


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text("驿站ab1 é。😀", max_size=8), max_size=8), st.text("驿站ab1é 😀", min_size=1, max_size=4))
def test_text_finds_what_plain_code_finds(names, text):
    index = index_of(*(Site(name, "stall") for name in names))
    found = {hit.row for hit in index.find(SiteQuery(text=text), now=NOON)}
    words = tokens(text)
    containing = {i for i, name in enumerate(names) if all(word and word in fold(name) for word in words)}
    assert containing <= found
    # Letters may begin a pinyin as well; anything else is found by itself alone.
    assert all(word in fold(names[i]) for word in words if not word.isascii() for i in found)


def test_codes_lead_to_rows_and_former_codes_to_present_ones():
    store = RowStore([Site("a", "stall"), Site("b", "stall")])
    store.aliases = {code_of(0): code_of(1), "OLD": code_of(1)}
    index = load(store)
    assert index.canonical(code_of(0)) == index.canonical("OLD") == index.canonical(code_of(1)) == code_of(1)
    assert index.row_of(code_of(1)) == 1
    assert index.row_of(code_of(0)) is index.row_of("nope") is index.row_of("é") is index.canonical("nope") is None
    # What was merged into another is that other now.
    assert codes(index, index.find(SiteQuery(), now=NOON)) == [code_of(1)]
    assert index.detail("OLD", NOON)["id"] == code_of(1)
    with pytest.raises(NotFoundError):
        index.detail("nope", NOON)


def test_a_feature_has_every_member_and_what_is_unknown_is_left_out():
    site = Site(
        "大海阳路驿站",
        "rest_station",
        labels=("爱心驿家", "司机之家"),
        position=Position(*HERE, "address"),
        entrance=Entrance(121.391, 37.531),
        floor="1F",
        directions="后门",
        address="大海阳路1号",
        area="370602",
        area_name="芝罘区",
        hours=Hours("24/7", "全天"),
        facilities={
            "toilet": Amenity("yes"),
            "microwave": Amenity("limited"),
            "bed": Amenity("no"),
            "aed": Amenity("unknown"),
        },
        services={"legal_aid": Amenity("yes")},
        access=Access(("walk_in",), "free", "推门"),
        level="city",
        phone="0535-1",
    )
    index = index_of(site, scores={0: Score(4.333333, 4, 3, 0.5)})
    assert orjson.loads(index.feature(Hit(0, 412.345), NOON)) == {
        "type": "Feature",
        "id": code_of(0),
        "geometry": {"type": "Point", "coordinates": [121.39, 37.53]},
        "properties": {
            "code": code_of(0),
            "name": "大海阳路驿站",
            "kind": "rest_station",
            "labels": ["爱心驿家", "司机之家"],
            "label": "爱心驿家",
            "address": "大海阳路1号",
            "area": "370602",
            "area_name": "芝罘区",
            "precision": "address",
            "state": "open",
            "hours_text": "全天",
            "facilities": {"toilet": "yes", "microwave": "limited", "bed": "no"},
            "services": {"legal_aid": "yes"},
            "access": ["walk_in"],
            "fee": "free",
            "level": "city",
            "rating": {"score": 4.33, "stars": 4, "count": 3, "overdue": False},
            "entrance": [121.391, 37.531],
            "floor": "1F",
            "directions": "后门",
            "phone": "0535-1",
            "distance_m": 412.3,
            "walk_min": 7,
            "walk_basis": "straight_line",
            "open": {"state": "open", "until": None, "next": None, "note": None},
        },
    }
    there = orjson.loads(index.feature(Hit(0), NOON, "gcj02"))
    assert there["geometry"]["coordinates"] != [121.39, 37.53]
    assert there["properties"]["entrance"] != [121.391, 37.531]
    assert there["properties"]["distance_m"] is None


def test_the_detail_has_the_rest():
    site = Site(
        "站",
        "rest_station",
        former_names=("旧站",),
        hours=Hours("Mo-Fr 08:30-17:30", "周一至周五 8:30-17:30"),
        facilities={
            "toilet": Amenity("yes", "verified", NOON.date(), "二楼", Hours("24/7", "24小时")),
            "aed": Amenity("unknown"),
            "wifi": Amenity("yes"),
        },
        closures=(Closure(NOON.date() + timedelta(days=1), NOON.date() + timedelta(days=1), "停电"),),
        awards=(Award("最美", "provincial", 2022),),
        capacity=12,
        valid_to=NOON.date() + timedelta(days=30),
    )
    found = index_of(site).detail(code_of(0), NOON)["properties"]
    assert found["former_names"] == ["旧站"]
    assert found["awards"] == [{"name": "最美", "level": "provincial", "year": 2022}]
    assert (found["capacity"], found["valid_to"], found["host"], found["website"]) == (12, "2026-10-15", "", "")
    assert found["sources"] == [{"source": "test", "last_seen": None}]
    toilet = found["facility_details"]["toilet"]
    assert (toilet["value"], toilet["basis"], toilet["as_of"], toilet["note"]) == (
        "yes",
        "verified",
        "2026-09-15",
        "二楼",
    )
    assert toilet["week"][0]["spans"] == (("00:00", "24:00"),)
    assert found["facility_details"]["wifi"] == {
        "value": "yes", "basis": "claimed", "as_of": None, "note": "", "hours_text": "",
    }  # fmt: skip
    assert found["facility_details"]["aed"]["value"] == "unknown"
    week = found["hours"]["week"]
    assert [day["state"] for day in week] == [
        "open",
        "closed",
        "open",
        "open",
        "closed",
        "open",
        "open",
    ]  # a Sunday that is worked
    assert week[1]["note"]["zh"] == "暂停开放：停电"
    assert found["position"] == {"precision": "none", "note": None, "given_datum": None}


@settings(deadline=None, max_examples=40)
@given(st.lists(any_sites(), max_size=4))
def test_any_site_can_be_shown(sites):
    index = index_of(*sites)
    everything = SiteQuery(states=frozenset(site.state for site in sites) | {"planned", "closed"})
    page = index.find(everything, now=NOON, near=HERE)
    assert all(orjson.loads(feature)["type"] == "Feature" for feature in index.features(page, "bd09"))
    for i, site in enumerate(sites):
        detail = index.detail(code_of(i), NOON)
        assert orjson.loads(orjson.dumps(detail))["properties"]["name"] == site.name
        assert set(detail["properties"]["facility_details"]) == set(site.facilities)


def test_an_empty_index_answers():
    index = index_of()
    assert index.size == 0
    assert len(index.nearby(0, 0, SiteQuery(text="x", open_at=NOON), now=NOON)) == 0
    assert index.find(SiteQuery(area="37"), now=NOON, sort="name").total == 0
    assert index.suggest("站") == []


def test_entries_are_those_listed_among_some_rows_with_their_last_change():
    sites = [Site(f"站{number}", "stall") for number in range(5)]
    index = index_of(
        sites[0], replace(sites[1], state="closed"), sites[2], replace(sites[3], state="planned"), sites[4]
    )
    found = index.entries(1, 5, now=NOON)
    assert found == [(code_of(2), "2026-09-01T00:00:00+00:00"), (code_of(4), "2026-09-01T00:00:00+00:00")]
    assert index.entries(5, 50, now=NOON) == []
