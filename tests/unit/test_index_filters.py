from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, box

from geodata.areas import Area
from geodata.index import SiteQuery
from geodata.index.filters import area_codes, bare_name
from geodata.sites import Access, Amenity, Position, Score, Site
from tests.indexes import NOON, RowStore, code_of, codes, index_of, load

KINDS = ("rest_station", "worker_home", "stall")
VALUES = ("yes", "no", "limited", "unknown")
FACILITIES = ("toilet", "microwave", "samovar")
SERVICES = ("legal_aid", "toilet")
WAYS = ("walk_in", "scan", "by_boat")
LEVELS = ("city", "street")

AMENITIES = st.builds(Amenity, st.sampled_from(VALUES))
SITES = st.lists(
    st.builds(
        Site,
        name=st.just("站"),
        kind=st.sampled_from(KINDS),
        position=st.none() | st.just(Position(121.0, 37.0)),
        facilities=st.dictionaries(st.sampled_from(FACILITIES), AMENITIES, max_size=3),
        services=st.dictionaries(st.sampled_from(SERVICES), AMENITIES, max_size=2),
        access=st.builds(Access, st.lists(st.sampled_from(WAYS), max_size=2, unique=True).map(tuple)),
        level=st.none() | st.sampled_from(LEVELS),
    ),
    max_size=12,
)
SCORES = st.dictionaries(st.integers(0, 11), st.floats(0, 5).map(lambda score: Score(score, None, 1, 0.5)), max_size=8)
WISHES = st.tuples(st.sampled_from((*FACILITIES, "unheard_of")), st.booleans())
QUERIES = st.builds(
    SiteQuery,
    kinds=st.frozensets(st.sampled_from((*KINDS, "unheard_of")), max_size=2),
    facilities=st.lists(WISHES, max_size=2).map(tuple),
    services=st.lists(st.tuples(st.sampled_from(SERVICES), st.booleans()), max_size=1).map(tuple),
    access=st.frozensets(st.sampled_from((*WAYS, "unheard_of")), max_size=2),
    levels=st.frozensets(st.sampled_from(LEVELS), max_size=1),
    min_rating=st.none() | st.sampled_from([0.0, 2.5]),
)


def matches(site, score, query):
    def has(amenities, wishes):
        return all(
            code in amenities and amenities[code].value in (("yes",) if only_yes else ("yes", "limited"))
            for code, only_yes in wishes
        )

    return (
        (not query.kinds or site.kind in query.kinds)
        and has(site.facilities, query.facilities)
        and has(site.services, query.services)
        and (not query.access or bool(query.access & set(site.access.ways)))
        and (not query.levels or site.level in query.levels)
        and (query.min_rating is None or (score is not None and score.score >= query.min_rating))
    )


@settings(deadline=None, max_examples=40)
@given(SITES, SCORES, QUERIES)
def test_filters_do_what_plain_code_does(sites, scores, query):
    index = index_of(*sites, scores=scores)
    wanted = {code_of(i) for i, site in enumerate(sites) if matches(site, scores.get(i), query)}
    assert set(codes(index, index.find(query, now=NOON))) == wanted
    placed = {code_of(i) for i, site in enumerate(sites) if site.position and code_of(i) in wanted}
    assert set(codes(index, index.nearby(121, 37, query, now=NOON))) == placed


def test_more_facilities_than_a_word_has_bits():
    sites = [Site(f"{i}", "stall", facilities={f"thing_{i}": Amenity("limited")}) for i in range(200)]
    sites.append(Site("all", "stall", facilities={f"thing_{i}": Amenity("yes") for i in range(200)}))
    index = index_of(*sites)
    for i in (0, 63, 64, 199):
        some = index.find(SiteQuery(facilities=((f"thing_{i}", False),)), now=NOON)
        assert set(codes(index, some)) == {code_of(i), code_of(200)}
        only = index.find(SiteQuery(facilities=((f"thing_{i}", True), ("thing_150", False))), now=NOON)
        assert codes(index, only) == [code_of(200)]


def test_a_refresh_may_bring_words_beyond_the_first():
    store = RowStore([Site("a", "stall", facilities={"toilet": Amenity("yes")})])
    old = load(store)
    store.put({1: Site("b", "stall", facilities={f"thing_{i}": Amenity("yes") for i in range(100)})})
    new = old.refreshed(store)
    assert codes(new, new.find(SiteQuery(facilities=(("thing_99", True),)), now=NOON)) == [code_of(1)]
    assert codes(new, new.find(SiteQuery(facilities=(("toilet", True),)), now=NOON)) == [code_of(0)]
    assert codes(old, old.find(SiteQuery(facilities=(("thing_99", True),)), now=NOON)) == []


def area(code, name, parent=None, name_en=""):
    return Area(code, name, name_en, "district", parent, MultiPolygon([box(0, 0, 1, 1)]), "test", False)


def areas_index():
    store = RowStore(
        [
            Site("a", "stall", area="370602"),
            Site("b", "stall", area="370612"),
            Site("c", "stall", area="440604"),
            Site("d", "stall", area_name="芝罘"),
            Site("e", "stall", area="440604", area_name="芝罘区"),
            Site("f", "stall", area="zf-01"),
            Site("g", "stall"),
        ]
    )
    store.areas = [
        area("370000", "山东省"),
        area("370600", "烟台市", name_en="Yantai"),
        area("370602", "芝罘区", name_en="Zhifu District"),
        area("zf-01", "向阳街道", parent="370602"),
        area("440604", "禅城区"),
    ]
    store.touch("areas")
    return load(store)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("370602", "af"),
        ("3706", "abf"),
        ("370600", "abf"),
        ("370000", "abf"),
        ("37", "abf"),
        ("zf-01", ""),  # not a number: a name, and no area is called so
        ("芝罘区", "adf"),  # and not the one whose own code says that it lies elsewhere
        ("芝罘", "adf"),
        ("烟台", "abf"),
        ("yantai", "abf"),
        ("山东省", "abf"),
        ("向阳", "f"),
        ("999999", ""),
        ("nowhere", ""),
    ],
)
def test_area_by_code_beginning_or_name(asked, found):
    index = areas_index()
    wanted = {code_of("abcdefg".index(letter)) for letter in found}
    assert set(codes(index, index.find(SiteQuery(area=asked), now=NOON))) == wanted


def test_area_names_without_an_areas_table():
    index = index_of(Site("a", "stall", area_name="上城"), Site("b", "stall", area_name="上城区"), Site("c", "stall"))
    assert set(codes(index, index.find(SiteQuery(area="上城区"), now=NOON))) == {code_of(0), code_of(1)}


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("芝罘区", "芝罘"),
        ("延边朝鲜族自治州", "延边朝鲜族"),
        ("城区", "城区"),
        ("香港特别行政区", "香港"),
        ("Zhifu", "zhifu"),
    ],
)
def test_bare_names(name, bare):
    assert bare_name(name) == bare


def test_children_that_name_each_other_end():
    loop = [area("x1", "甲乙区", parent="y1"), area("y1", "丙丁区", parent="x1")]
    assert area_codes(loop, "甲乙") == {"x1", "y1"}
