"""Streets: travel times, ways and reach against a search by another library, and against straight lines."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx
import numpy as np
import pytest
from numpy.typing import NDArray
from pyproj import Geod

from geodata.errors import ValueUnusableError
from geodata.streets import EBIKE, FOOT, Snapped, StreetNetwork

GEOD = Geod(ellps="WGS84")
WALK = FOOT.off_street / 3.6


def random_network(rng: np.random.Generator, nodes: int = 12, edges: int = 26) -> StreetNetwork:
    """Streets with one-ways, parallels and loops."""
    lon, lat = 114 + rng.random(nodes) * 0.02, 22.5 + rng.random(nodes) * 0.02
    first, last = rng.integers(0, nodes, (2, edges))
    along, against = rng.choice([0, 4.8, 9], (2, edges))
    return StreetNetwork.from_arrays(lon, lat, first, last, kmh={"foot": (along, against)})


def split(network: StreetNetwork, sources: Snapped, targets: Snapped) -> networkx.MultiDiGraph:
    """The same streets with the places as nodes of their own."""
    graph = networkx.MultiDiGraph()
    for edge in range(network.edges):
        ends = [(0.0, ("n", int(network.edge_from[edge]))), (1.0, ("n", int(network.edge_to[edge])))]
        between = [
            (float(places.fraction[i]), (name, int(i)))
            for name, places in (("s", sources), ("t", targets))
            for i in np.flatnonzero(places.edge == edge)
        ]
        order = [ends[0], *sorted(between), ends[1]]
        for (low, here), (high, there) in pairwise(order):
            for begin, end, seconds in (
                (here, there, network.along_s[sources.profile][edge]),
                (there, here, network.against_s[sources.profile][edge]),
            ):
                if np.isfinite(seconds) or high == low:
                    graph.add_edge(begin, end, weight=(high - low) * float(seconds) if high > low else 0.0)
    return graph


def expected(
    network: StreetNetwork, sources: Snapped, targets: Snapped, cutoff_s: float, *, towards: bool, off_street: bool
) -> NDArray[np.float64]:
    graph = split(network, sources, targets)
    times = np.full((len(sources), len(targets)), np.inf)
    for i in range(len(sources)):
        found = networkx.single_source_dijkstra_path_length(graph.reverse() if towards else graph, ("s", i))
        for j in range(len(targets)):
            beside = (sources.distance_m[i] + targets.distance_m[j]) / WALK if off_street else 0.0
            times[i, j] = found.get(("t", j), np.inf) + beside
    times[times > cutoff_s] = np.inf
    return times


def dense(times: Any) -> NDArray[np.float64]:
    full = np.full(times.shape, np.inf)
    entries = times.tocoo()
    full[entries.row, entries.col] = entries.data
    return full


@pytest.mark.parametrize("seed", range(12))
def test_times_and_ways_are_those_of_another_library(seed: int) -> None:
    rng = np.random.default_rng(seed)
    network = random_network(rng)
    lon, lat = 114 + rng.random(15) * 0.02, 22.5 + rng.random(15) * 0.02
    lon[:3], lat[:3] = network.node_lon[:3], network.node_lat[:3]
    sources, targets = (network.snap(*points, max_distance_m=1e5) for points in ((lon, lat), (lon[6:], lat[6:])))
    sources.edge[5], sources.fraction[5] = targets.edge[4], rng.random()
    for towards in (False, True):
        for off_street in (False, True):
            options = {"towards": towards, "off_street": off_street}
            wanted = expected(network, sources, targets, 1300, **options)
            times = network.travel_times(sources, targets, cutoff_s=1300, block=1 + seed % 5, **options)
            assert np.allclose(dense(times), wanted)
            turned = network.travel_times(targets, sources, cutoff_s=1300, towards=not towards, off_street=off_street)
            assert np.allclose(dense(turned), wanted.T)
    for i, j in np.ndindex(6, 4):
        way = network.route(sources[i], targets[j], cutoff_s=1300, off_street=False)
        wanted_s = expected(network, sources[i], targets[j], 1300, towards=False, off_street=False)[0, 0]
        assert (way.seconds if way else np.inf) == pytest.approx(wanted_s)
        if way:
            drawn = GEOD.line_length(way.coordinates[:, 0], way.coordinates[:, 1])
            assert drawn == pytest.approx(way.length_m, rel=0.01, abs=0.5)
            if i != 5:  # which was moved
                assert way.coordinates[0] == pytest.approx([sources.lon[i], sources.lat[i]], abs=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_reach_is_what_the_times_say(seed: int) -> None:
    rng = np.random.default_rng(100 + seed)
    network = random_network(rng)
    source = network.snap([114.01], [22.51], max_distance_m=1e5)
    for towards in (False, True):
        reach = network.reach(source, cutoff_s=900, towards=towards, off_street=False)
        # Middles of many small bits of all edges: within reach if and only if the reach has that part.
        edge = np.repeat(np.arange(network.edges), 40)
        fraction = np.tile((np.arange(40) + 0.5) / 40, network.edges)
        nothing = np.zeros(len(edge))
        bits = Snapped("foot", edge, fraction, nothing, nothing, nothing)
        times = dense(network.travel_times(source, bits, cutoff_s=900, towards=towards, off_street=False))[0]
        covered = np.zeros(len(edge), bool)
        for one, begin, end in zip(reach.edge, reach.begin, reach.end, strict=True):
            covered |= (edge == one) & (fraction >= begin) & (fraction <= end)
        assert (covered == np.isfinite(times)).all()
        assert len(reach.lines()) == len(reach.edge)


def test_no_way_is_shorter_than_the_straight_line() -> None:
    rng = np.random.default_rng(5)
    network = random_network(rng, 200, 600)
    lon, lat = 114 + rng.random(80) * 0.02, 22.5 + rng.random(80) * 0.02
    places = network.snap(lon, lat, max_distance_m=5000)
    times = network.travel_times(places, places, cutoff_s=1e5).tocoo()
    _, _, away = GEOD.inv(lon[times.row], lat[times.row], lon[times.col], lat[times.col])
    assert (times.data >= away / (9 / 3.6) - 1e-3).all()
    assert (times.data[times.row == times.col] == 2 * places.distance_m[times.row[times.row == times.col]] / WALK).all()


def test_points_are_put_on_edges_not_only_nodes() -> None:
    network = StreetNetwork.from_arrays([114.0, 114.01], [22.5, 22.5], [0], [1])
    found = network.snap([114.0025, 114.0, np.nan, 114.005], [22.501, 22.5, 22.5, 22.6])
    assert found.edge.tolist() == [0, 0, -1, -1]
    assert found.fraction[:2] == pytest.approx([0.25, 0.0], abs=1e-3)
    assert found.distance_m[0] == pytest.approx(110.7, abs=0.3)
    assert np.isnan(found.distance_m[2:]).all()
    assert np.isnan(found.fraction[2:]).all()
    assert found.found.tolist() == [True, True, False, False]
    assert dense(network.travel_times(found, found, cutoff_s=9e9))[2:].tolist() == [[np.inf] * 4] * 2
    nobody = found[2:]
    assert network.travel_times(nobody, found, cutoff_s=60).nnz == 0
    assert network.route(nobody[0], found[0]) is None
    assert not np.isfinite(network.reach(nobody, cutoff_s=60).seconds).any()


def test_the_shape_of_a_street_counts() -> None:
    shapes = ([0, 1, 1], [114.005], [22.51])
    network = StreetNetwork.from_arrays([114.0, 114.01], [22.5, 22.5], [0, 0], [1, 1], shapes=shapes)
    lengths = sorted(network.length_m.tolist())
    assert lengths == pytest.approx([1028.9, 2442.1], abs=1)
    near_top = network.snap([114.005], [22.5099])
    assert near_top.distance_m[0] < 15
    assert network.length_m[near_top.edge[0]] == pytest.approx(lengths[1])


def test_only_the_largest_part_is_kept_for_each_profile() -> None:
    # 0-1-2 in a ring on foot; by e-bike 0→1 leads nowhere back; 3-4 is an island.
    network = StreetNetwork.from_arrays(
        [114.0, 114.001, 114.002, 115.0, 115.001],
        [22.5, 22.501, 22.5, 22.5, 22.5],
        [0, 1, 2, 3],
        [1, 2, 0, 4],
        kmh={"foot": ([4.8] * 4, [4.8] * 4), "ebike": ([15, 15, 0, 15], [0, 15, 0, 15])},
    )
    assert (network.nodes, network.edges, network.facts["edges_left_out"]) == (3, 3, 1)
    assert int(network.usable("foot").sum()) == 3
    assert int(network.usable("ebike").sum()) == 1


def test_a_file_holds_the_whole_network(tmp_path: Path) -> None:
    network = random_network(np.random.default_rng(3))
    path = tmp_path / "streets.bin"
    network.save(path)
    again = StreetNetwork.load(path)
    assert again.to_bytes() == network.to_bytes() == path.read_bytes()
    assert (again.bbox, again.profiles, again.facts) == (network.bbox, network.profiles, network.facts)
    places = network.snap([114.01, 114.012], [22.51, 22.503], max_distance_m=1e5)
    assert (
        network.travel_times(places, places, cutoff_s=1e4) != again.travel_times(places, places, cutoff_s=1e4)
    ).nnz == 0
    content = bytearray(path.read_bytes())
    content[-70] ^= 1
    for broken in (bytes(content), bytes(content[:-64]), b"", b"nothing at all, but longer than the head of a file"):
        with pytest.raises(ValueUnusableError, match="damaged"):
            StreetNetwork.from_bytes(broken)


@pytest.mark.parametrize(
    ("tags", "foot", "ebike"),
    [
        ({"highway": "residential"}, (4.8, 4.8), (15, 15)),
        ({"highway": "residential", "oneway": "yes"}, (4.8, 4.8), (15, 0)),
        ({"highway": "residential", "oneway": "True"}, (4.8, 4.8), (15, 0)),
        ({"highway": "residential", "oneway": "-1"}, (4.8, 4.8), (0, 15)),
        ({"highway": "residential", "oneway": "yes", "oneway:bicycle": "no"}, (4.8, 4.8), (15, 15)),
        ({"highway": "residential", "oneway": "yes", "cycleway": "opposite_lane"}, (4.8, 4.8), (15, 15)),
        ({"highway": "tertiary", "junction": "roundabout"}, (4.8, 4.8), (18, 0)),
        ({"highway": "motorway"}, (0, 0), (0, 0)),
        ({"highway": "trunk", "motorroad": "yes"}, (0, 0), (0, 0)),
        ({"highway": "construction"}, (0, 0), (0, 0)),
        ({"highway": "steps"}, (2.4, 2.4), (0, 0)),
        ({"highway": "steps", "ramp:bicycle": "yes"}, (2.4, 2.4), (1.5, 1.5)),
        ({"highway": "steps", "conveying": "forward"}, (2.4, 0), (0, 0)),
        ({"highway": "footway"}, (4.8, 4.8), (4, 4)),
        ({"highway": "footway", "bicycle": "designated"}, (4.8, 4.8), (12, 12)),
        ({"highway": "footway", "oneway:foot": "yes"}, (4.8, 0), (4, 4)),
        ({"highway": "service", "access": "private"}, (0, 0), (0, 0)),
        ({"highway": "service", "access": "private", "foot": "yes"}, (4.8, 4.8), (0, 0)),
        ({"highway": "primary", "bicycle": "no"}, (4.8, 4.8), (0, 0)),
        ({"highway": "primary", "foot": "no"}, (0, 0), (18, 18)),
        ({"highway": "primary", "bicycle": "dismount"}, (4.8, 4.8), (4, 4)),
        ({"highway": "pedestrian", "area": "yes"}, (0, 0), (0, 0)),
        ({}, (0, 0), (0, 0)),
    ],
)
def test_who_may_go_where(tags: dict[str, str], foot: tuple[float, float], ebike: tuple[float, float]) -> None:
    assert FOOT.kmh(tags) == foot
    assert EBIKE.kmh(tags) == ebike


@pytest.mark.parametrize(
    "arrays",
    [
        ([114.0, 114.1], [22.5], [0], [1]),
        ([114.0, 114.1], [22.5, 22.5], [0], [2]),
        ([114.0, 114.1], [22.5, 95.0], [0], [1]),
        ([114.0, 114.1], [22.5, np.nan], [0], [1]),
        ([114.0, 114.1], [22.5, 22.5], [], []),
    ],
)
def test_arrays_that_do_not_fit_are_refused(arrays: tuple[list[float], ...]) -> None:
    with pytest.raises(ValueUnusableError):
        StreetNetwork.from_arrays(*arrays)


def test_two_profiles_are_not_mixed() -> None:
    network = StreetNetwork.from_arrays([114.0, 114.01], [22.5, 22.5], [0], [1])
    foot, ebike = (network.snap([114.001], [22.5], profile=code) for code in ("foot", "ebike"))
    with pytest.raises(ValueUnusableError):
        network.travel_times(foot, ebike, cutoff_s=60)
    with pytest.raises(ValueUnusableError):
        network.route(foot, ebike)
    with pytest.raises(ValueUnusableError):
        network.snap([114.0], [22.5], profile="car")
