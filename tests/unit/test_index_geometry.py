from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geodata.index.geometry import Globe, chord_within, geodesic_m, unit_vector, unit_vectors

GEOD = Geod(ellps="WGS84")
LON = st.floats(-180, 180) | st.sampled_from([-180.0, 180.0, 179.999, -179.999, 0.0])
LAT = st.floats(-90, 90) | st.sampled_from([90.0, -90.0, 89.9999, -89.9999, 0.0])
POINT = st.tuples(LON, LAT)
#: Anywhere, or one of a few places with many points on the same spot or metres apart.
POINTS = st.lists(POINT, max_size=30) | st.tuples(
    st.lists(POINT, min_size=1, max_size=3), st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=80)
).map(lambda drawn: [near(drawn[0][place % len(drawn[0])], step) for place, step in drawn[1]])


def near(point: tuple[float, float], step: int) -> tuple[float, float]:
    lon, lat = point
    return lon, min(90.0, lat + step * 1e-5)


def globe_of(points):
    lon = np.array([point[0] for point in points], dtype=np.float64)
    lat = np.array([point[1] for point in points], dtype=np.float64)
    return Globe(np.arange(len(points), dtype=np.int32), lon, lat)


def brute_force(here, points, accepted, order, radius_m, count):
    found = []
    for row, (lon, lat) in enumerate(points):
        distance = GEOD.inv(*here, lon, lat)[2]
        if accepted[row] and distance <= radius_m:
            found.append((distance, order[row], row))
    return [row for _, _, row in sorted(found)[:count]]


@settings(deadline=None)
@given(POINT, POINTS, st.data())
def test_nearest_is_what_brute_force_finds(here, points, data):
    accepted = np.array(data.draw(st.lists(st.booleans(), min_size=len(points), max_size=len(points))), dtype=bool)
    order = np.array(data.draw(st.permutations(range(len(points)))), dtype=np.int32)
    radius_m = data.draw(st.sampled_from([0.0, 1.0, 5000.0, 2e6, 3e7]) | st.floats(0, 2.1e7))
    count = data.draw(st.integers(1, 25))
    globe = globe_of(points)
    rows, distances = globe.nearest(
        *here,
        radius_m=radius_m,
        count=count,
        accept=lambda chosen: accepted if chosen is None else accepted[chosen],
        order=order,
        share=data.draw(st.sampled_from([0.0, 0.25, 1.0])),
    )
    assert rows.tolist() == brute_force(here, points, accepted, order, radius_m, count)
    assert all(distance == GEOD.inv(*here, *points[row])[2] for row, distance in zip(rows, distances, strict=True))


@settings(deadline=None)
@given(POINT, POINTS, st.integers(1, 12))
def test_all_points_follow_one_another_page_by_page(here, points, count):
    order = np.arange(len(points), dtype=np.int32)[::-1].copy()
    globe, wanted = globe_of(points), np.ones(len(points), dtype=bool)
    found, last = [], None
    for _ in range(len(points) // count + 1):
        rows, distances = globe.nearest_after(*here, wanted=wanted, count=count, order=order, after=last)
        found += rows.tolist()
        if len(rows) < count:
            break
        last = float(distances[-1]), int(order[rows[-1]])
    assert found == brute_force(here, points, wanted, order, math.inf, len(points))


def test_many_points_on_one_spot_go_by_order_alone():
    # More than the tree is asked for at once: a district's centre that stands for thousands of addresses.
    points = [(120.0, 30.0)] * 6000 + [(120.0, 30.00001)] * 10
    order = np.random.default_rng(1).permutation(len(points)).astype(np.int32)
    rows, distances = globe_of(points).nearest(120.0, 30.0, radius_m=5000, count=20, accept=None, order=order)
    assert order[rows].tolist() == sorted(order[:6000])[:20]
    assert distances.max() == 0


def test_a_rare_one_among_many_is_found_far_away():
    rng = np.random.default_rng(2)
    lon, lat = rng.uniform(100, 120, 20_000), rng.uniform(20, 40, 20_000)
    rare = np.zeros(20_000, dtype=bool)
    rare[[17, 4711, 19_999]] = True
    globe = Globe(np.arange(20_000, dtype=np.int32), lon, lat)
    rows, _ = globe.nearest(
        110,
        30,
        radius_m=3e6,
        count=2,
        accept=lambda rows: rare if rows is None else rare[rows],
        order=np.arange(20_000, dtype=np.int32),
    )
    order = sorted([17, 4711, 19_999], key=lambda row: GEOD.inv(110, 30, lon[row], lat[row])[2])
    assert rows.tolist() == order[:2]


def test_radius_zero_finds_the_very_spot():
    rows, _ = globe_of([(10.0, 50.0), (10.0, 50.0000001)]).nearest(
        10.0, 50.0, radius_m=0, count=5, accept=None, order=np.array([0, 1], dtype=np.int32)
    )
    assert rows.tolist() == [0]


def test_no_points_and_no_count():
    assert globe_of([]).nearest(0, 0, radius_m=1e7, count=5, accept=None, order=np.empty(0, np.int32))[0].size == 0
    assert geodesic_m(0, 0, np.empty(0), np.empty(0)).size == 0


@settings(deadline=None)
@given(POINT, POINT)
def test_the_chord_bounds_the_geodesic_with_its_margin(a, b):
    distance = GEOD.inv(*a, *b)[2]
    chord = float(np.linalg.norm(unit_vector(*a) - unit_vector(*b)))
    assert chord <= chord_within(distance)


@pytest.mark.parametrize("point", [(0.0, 0.0), (121.39, 37.53), (-180.0, -90.0)])
def test_one_vector_is_as_many(point):
    many = unit_vectors(np.array([point[0]]), np.array([point[1]]))[0]
    assert np.allclose(many, unit_vector(*point), atol=1e-15)
