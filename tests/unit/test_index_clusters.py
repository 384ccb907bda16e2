from __future__ import annotations

import math
from collections import Counter
from datetime import timedelta

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.errors import ParameterError
from geodata.index import SiteQuery
from geodata.index.clustergrid import CELL_PX
from geodata.index.clusters import APART, APART_ZOOM, window_of
from geodata.sites import Amenity, Closure, Hours, Position, Site
from tests.indexes import NOON, RowStore, code_of, index_of, load

WORLD = (-180.0, -90.0, 180.0, 90.0)
LON = st.floats(-180, 180) | st.sampled_from([-180.0, 180.0, 179.999, -179.999, 0.0, 121.39, 121.3901])
LAT = st.floats(-90, 90) | st.sampled_from([90.0, -90.0, 85.06, 0.0, 37.53, 37.5301])
KINDS = ("rest_station", "worker_home", "stall")
SITES = st.lists(
    st.builds(
        Site,
        st.just("驿站"),
        st.sampled_from(KINDS),
        position=st.none() | st.builds(Position, LON, LAT),
        facilities=st.sampled_from([{}, {"toilet": Amenity("yes")}]),
        hours=st.sampled_from([Hours("24/7", ""), Hours("Mo-Su 00:00-06:00", ""), Hours(None, "")]),
        state=st.sampled_from(["open", "open", "paused", "closed"]),
    ),
    max_size=40,
)
QUERIES = st.builds(
    SiteQuery,
    kinds=st.sampled_from([frozenset(), frozenset({"stall"})]),
    facilities=st.sampled_from([(), (("toilet", False),)]),
    open_at=st.sampled_from([None, NOON]),
    include_unknown=st.booleans(),
)
BOXES = st.tuples(LON, st.tuples(LAT, LAT).map(sorted), LON).map(lambda box: (box[0], box[1][0], box[2], box[1][1]))


def pixel_cell(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    across = 256 * 2**zoom // CELL_PX
    phi = math.radians(max(-85.05112877980659, min(85.05112877980659, lat)))
    x = math.floor((lon + 180) / 360 * across)
    y = math.floor((1 - math.asinh(math.tan(phi)) / math.pi) / 2 * across)
    return max(0, min(x, across - 1)), max(0, min(y, across - 1))


def by_brute_force(sites, query, bbox, zoom):
    """Return count, open ones, kinds and codes by cell."""
    (west, north), (east, south) = pixel_cell(bbox[0], bbox[3], zoom), pixel_cell(bbox[2], bbox[1], zoom)
    around = bbox[0] > bbox[2] and west == east
    cells: dict[tuple[int, int], list[int]] = {}
    for number, site in enumerate(sites):
        if site.position is None or site.state == "closed":
            continue
        x, y = pixel_cell(site.position.lon, site.position.lat, zoom)
        across = west <= x <= east if west <= east else x >= west or x <= east
        if (around or across) and north <= y <= south and matches(site, query):
            cells.setdefault((x, y), []).append(number)
    return cells


def opening(site):
    if site.state != "open":
        return "closed"
    return {"24/7": "open", None: "unknown"}.get(site.hours.osm, "closed")


def matches(site, query):
    if query.open_at is not None and opening(site) not in ("open", "unknown")[: 1 + query.include_unknown]:
        return False
    return (not query.kinds or site.kind in query.kinds) and (not query.facilities or bool(site.facilities))


def found_by(index, query, bbox, zoom, datum="wgs84"):
    found = index.clusters(query, bbox=bbox, zoom=zoom, now=NOON)
    features = [orjson.loads(feature) for feature in index.cluster_features(found, datum)]
    gathered = {feature["id"]: feature for feature in features if feature["properties"].get("cluster")}
    return found, gathered, [feature for feature in features if feature["id"] not in gathered]


@settings(max_examples=150, deadline=None)
@given(SITES, QUERIES, BOXES, st.integers(0, 20))
def test_cells_hold_what_brute_force_finds(sites, query, bbox, zoom):
    index = index_of(*sites)
    found, gathered, alone = found_by(index, query, bbox, zoom)
    expected = by_brute_force(sites, query, bbox, found.zoom)
    few = APART if found.zoom >= APART_ZOOM else 1
    many = {f"{found.zoom}-{x}-{y}": numbers for (x, y), numbers in expected.items() if len(numbers) > few}
    single = {code_of(number) for numbers in expected.values() if len(numbers) <= few for number in numbers}
    assert found.total == sum(map(len, expected.values()))
    assert {feature["id"] for feature in alone} == single
    assert set(gathered) == set(many)
    for name, numbers in many.items():
        feature, members = gathered[name], [sites[number] for number in numbers]
        lons, lats = [site.position.lon for site in members], [site.position.lat for site in members]
        properties = feature["properties"]
        assert properties["count"] == len(members)
        assert properties["kinds"] == Counter(site.kind for site in members)
        assert properties["open"] == sum(opening(site) == "open" for site in members)
        assert feature["bbox"] == pytest.approx([min(lons), min(lats), max(lons), max(lats)], abs=1e-6)
        mean = [sum(lons) / len(lons), sum(lats) / len(lats)]
        assert feature["geometry"]["coordinates"] == pytest.approx(mean, abs=2e-6)
        assert properties["site"] == min(code_of(number) for number in numbers)


@settings(max_examples=150, deadline=None)
@given(SITES, QUERIES, BOXES, BOXES, st.integers(0, 20))
def test_a_cell_is_the_same_through_every_box(sites, query, one, other, zoom):
    index = index_of(*sites)
    first, gathered, alone = found_by(index, query, one, zoom)
    second, elsewhere, _ = found_by(index, query, other, zoom)
    if first.zoom == second.zoom:
        common = gathered.keys() & elsewhere.keys()
        assert [gathered[name] for name in common] == [elsewhere[name] for name in common]
    _, everywhere, apart = found_by(index, query, WORLD, min(first.zoom, 4))
    if first.zoom <= 4:
        assert gathered.items() <= everywhere.items()
        assert {feature["id"] for feature in alone} <= {feature["id"] for feature in apart}


# No width of which rounding decides how many cells it is: those are 360, 180, 90 …
@given(LON, LAT, st.integers(0, 300).map(lambda whole: whole + 0.37), st.floats(-30, 30), st.integers(0, 20))
def test_moving_a_box_does_not_change_the_zoom(lon, lat, width, step, zoom):
    def zoom_at(west):
        west = (west + 180) % 360 - 180
        east = (west + width + 180) % 360 - 180
        return window_of((west, lat - 1e-3, east, lat + 1e-3), zoom).zoom

    assert zoom_at(lon) == zoom_at(lon + step)


@given(BOXES, st.integers(0, 20))
def test_the_number_of_cells_is_bounded(bbox, zoom):
    window = window_of(bbox, zoom)
    assert window.zoom <= zoom
    assert window.columns <= 66
    assert window.south - window.north + 1 <= 66


def test_a_box_across_the_antimeridian():
    index = index_of(
        *(Site("驿站", "stall", position=Position(lon, 10)) for lon in (179.9, 179.95, -179.9, -179.95, 0))
    )
    found, gathered, alone = found_by(index, SiteQuery(), (179, 9, -179, 11), 6)
    assert (found.total, len(alone)) == (4, 0)
    assert [feature["bbox"] for feature in gathered.values()] == [[-179.95, 10, -179.9, 10], [179.9, 10, 179.95, 10]]


def test_the_representative_is_the_first_by_code():
    sites = [Site(str(number), "stall", position=Position(121 + number / 1000, 37)) for number in range(5)]
    _, gathered, _ = found_by(index_of(*sites), SiteQuery(), WORLD, 3)
    [cluster] = gathered.values()
    first = min(range(5), key=code_of)
    assert (cluster["properties"]["site"], cluster["properties"]["name"]) == (code_of(first), str(first))


def test_places_on_one_spot_stay_together_unless_they_are_few():
    spot = Position(121.39, 37.53)
    box = (121.389, 37.529, 121.391, 37.531)
    few = index_of(*[Site("驿站", "stall", position=spot)] * APART)
    _, gathered, alone = found_by(few, SiteQuery(), box, APART_ZOOM)
    assert (len(gathered), len(alone)) == (0, APART)
    many = index_of(*[Site("驿站", "stall", position=spot)] * (APART + 1))
    _, gathered, alone = found_by(many, SiteQuery(), box, APART_ZOOM)
    assert ([feature["properties"]["count"] for feature in gathered.values()], alone) == ([APART + 1], [])


def test_counts_follow_the_time_and_the_data():
    store = RowStore([Site("驿站", "stall", position=Position(121, 37), hours=Hours("Mo-Su 08:00-18:00", ""))] * 3)
    index = load(store)

    def opened(index, now):
        [feature] = index.cluster_features(index.clusters(SiteQuery(), bbox=WORLD, zoom=4, now=now))
        return orjson.loads(feature)["properties"]["open"]

    assert [opened(index, NOON), opened(index, NOON + timedelta(hours=10)), opened(index, NOON)] == [3, 0, 3]
    closed = (Closure(NOON.date(), None, "装修"),)
    store.put({1: Site("驿站", "stall", position=Position(121, 37), hours=Hours("24/7", ""), closures=closed)})
    assert opened(index.refreshed(store), NOON) == 2  # type: ignore[arg-type]


def test_coordinates_come_in_the_datum_asked_for():
    index = index_of(*[Site("驿站", "stall", position=Position(121.39, 37.53))] * 2)
    _, gathered, _ = found_by(index, SiteQuery(), WORLD, 4, "gcj02")
    [feature] = gathered.values()
    lon, lat = feature["geometry"]["coordinates"]
    assert 0.003 < lon - 121.39 < 0.009
    assert feature["bbox"] == [lon, lat, lon, lat]


@pytest.mark.parametrize(("bbox", "zoom"), [((0, 0, 0, 91), 3), ((0, 2, 0, 1), 3), (WORLD, -1), (WORLD, 21)])
def test_what_is_no_box_or_zoom_is_refused(bbox, zoom):
    with pytest.raises(ParameterError):
        index_of().clusters(SiteQuery(), bbox=bbox, zoom=zoom, now=NOON)


def test_nothing_gives_no_cells():
    assert found_by(index_of(), SiteQuery(), WORLD, 3)[1:] == ({}, [])
    assert found_by(index_of(), SiteQuery(), (121, 37, 122, 38), 12)[1:] == ({}, [])


def test_the_whole_world_is_given_at_the_last_zoom_at_which_it_has_64_cells():
    index = index_of(Site("驿站", "stall", position=Position(0.0, 0.0)))
    assert [index.clusters(SiteQuery(), bbox=WORLD, zoom=zoom, now=NOON).zoom for zoom in (3, 4, 5)] == [3, 4, 4]
