"""Streets out of OpenStreetMap extracts and GraphML files, against another reader of the same files."""

from __future__ import annotations

import json
from pathlib import Path

import click.testing
import networkx
import numpy as np
import osmium
import pytest
from osmium.osm.mutable import Node, Way

from geodata.errors import FileError
from geodata.store import Store, open_store
from geodata.streets import StreetNetwork
from importers.reading.streets import read_streets
from importers.streets import import_streets
from webmap.cli import main

#: Number → lon, lat. 1–2–3–4 go east, 5 lies north of 2, 6 and 7 are an island.
NODES = {
    1: (114.000, 22.5),
    2: (114.001, 22.5),
    3: (114.002, 22.5002),
    4: (114.003, 22.5),
    5: (114.001, 22.501),
    6: (114.1, 22.5),
    7: (114.101, 22.5),
    8: (114.004, 22.5),
}
WAYS: list[tuple[list[int], dict[str, str]]] = [
    ([1, 2, 3, 4], {"highway": "residential", "name": "东西街"}),
    ([2, 5], {"highway": "steps"}),
    ([5, 4], {"highway": "tertiary", "oneway": "yes"}),
    ([4, 8], {"highway": "motorway"}),
    ([6, 7], {"highway": "residential"}),
    ([1, 99], {"highway": "residential"}),
    ([1, 5], {"building": "yes"}),
]

#: What the table of speeds says, written down once more.
KMH = {
    "foot": {"motorway": 0, "motorway_link": 0, "steps": 2.4, "others": 4.8},
    "ebike": {
        **dict.fromkeys(("motorway", "motorway_link", "steps"), 0),
        **dict.fromkeys(("footway", "pedestrian", "corridor"), 4),
        **{
            "unclassified": 16,
            "residential": 15,
            "living_street": 12,
            "service": 12,
            "path": 10,
            "track": 10,
            "others": 18,
        },
    },
}


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    path = tmp_path / "town.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for number, place in NODES.items():
            writer.add_node(Node(id=number, location=place, version=1))
        for number, (nodes, tags) in enumerate(WAYS, start=1):
            writer.add_way(Way(id=number, nodes=nodes, tags=tags, version=1))
    return path


def network_of(path: Path) -> StreetNetwork:
    raw = read_streets(path)
    shapes = (raw.start, raw.inner_lon, raw.inner_lat)
    return StreetNetwork.from_arrays(
        raw.lon, raw.lat, raw.first, raw.last, kmh=raw.kmh, length_m=raw.length_m, shapes=shapes
    )


def test_an_extract_is_cut_where_streets_meet(extract: Path) -> None:
    raw = read_streets(extract)
    assert (raw.streets, raw.closed) == (6, 1)
    network = network_of(extract)
    # 1-2, 2-4 by way of 3, 2-5, 5-4
    assert (network.nodes, network.edges) == (4, 4)
    assert len(network.shape) == 1
    assert tuple(network.shape[0] / 1e7) == NODES[3]
    a, b = (network.snap(*place, max_distance_m=5) for place in (NODES[4], NODES[5]))
    times = [network.travel_times(*pair, cutoff_s=3600).toarray()[0, 0] for pair in ((a, b), (b, a))]
    assert times[0] == pytest.approx(times[1])
    # By e-bike the one-way street leads nowhere back, and nobody carries one up the steps.
    assert np.isfinite(network.along_s["ebike"]).sum() == 2


#: What stands at node 2 of a street 1–2–3, and whether one gets past it on foot and by e-bike.
BARRIERS: list[tuple[dict[str, str], bool, bool]] = [
    ({"barrier": "gate"}, True, True),
    ({"barrier": "gate", "access": "private"}, False, False),
    ({"barrier": "gate", "access": "no", "foot": "yes"}, True, False),
    ({"barrier": "gate", "access": "private", "bicycle": "permissive"}, False, True),
    ({"barrier": "gate", "locked": "yes"}, False, False),
    ({"barrier": "gate", "locked": "yes", "foot": "designated"}, True, False),
    ({"barrier": "gate", "locked": "no"}, True, True),
    ({"barrier": "lift_gate", "motor_vehicle": "private"}, True, True),
    ({"barrier": "bollard", "vehicle": "no"}, True, False),
    ({"barrier": "bollard", "vehicle": "no", "bicycle": "dismount"}, True, True),
    ({"barrier": "kissing_gate"}, True, False),
    ({"barrier": "turnstile", "bicycle": "yes"}, True, True),
    ({"barrier": "wall"}, False, False),
    ({"barrier": "wall", "foot": "yes"}, True, False),
    ({"entrance": "main", "access": "private"}, True, True),
    ({"highway": "crossing", "access": "no"}, True, True),
]


@pytest.mark.parametrize(("tags", "on_foot", "by_ebike"), BARRIERS)
@pytest.mark.parametrize("ways", [[[1, 2, 3]], [[1, 2], [2, 3]]])
def test_gates_and_the_like_stop_those_they_are_closed_to(
    tmp_path: Path, tags: dict[str, str], on_foot: bool, by_ebike: bool, ways: list[list[int]]
) -> None:
    path = tmp_path / "gate.osm.pbf"
    # A way round by 4, ten times as long, keeps both ends in one network.
    places = {1: (114.0, 22.5), 2: (114.001, 22.5), 3: (114.002, 22.5), 4: (114.001, 22.51)}
    with osmium.SimpleWriter(str(path)) as writer:
        for number, place in places.items():
            writer.add_node(Node(id=number, location=place, version=1, tags=tags if number == 2 else {}))
        for number, nodes in enumerate([*ways, [1, 4, 3]], start=1):
            writer.add_way(Way(id=number, nodes=nodes, tags={"highway": "residential"}, version=1))
    assert read_streets(path).barriers == (not (on_foot and by_ebike))
    network = network_of(path)
    for profile, passes in (("foot", on_foot), ("ebike", by_ebike)):
        # Beside the gate on either side: up to it one may go in any case.
        a, b = (network.snap(lon, 22.5, profile=profile, max_distance_m=5) for lon in (114.0009, 114.0011))
        seconds = network.travel_times(a, b, cutoff_s=7200).toarray()[0, 0]
        straight = 0.0002 * 102_700 * 3.6 / (4.8 if profile == "foot" else 15)
        assert (seconds == pytest.approx(straight, rel=0.05)) == passes, profile
        assert seconds > 0


def test_streets_of_a_file_go_into_the_store(store: Store, extract: Path) -> None:
    report = import_streets(store, extract, dry_run=True)
    assert (report.batch, store.street_networks()) == (None, [])
    assert report.rows.created == 4
    report = import_streets(store, extract, name="镇区")
    assert report.exit_code == 0
    assert report.recognised["nodes"] == 4
    assert {issue.message.code for issue in report.issues} == {"streets_made", "streets_closed", "streets_apart"}
    assert all(text for issue in report.issues for text in issue.message.texts().values())
    (info,) = store.street_networks()
    assert (info.name, info.file_name, info.file_sha256) == ("镇区", "town.osm.pbf", report.sha256)
    before = store.state()
    again = import_streets(store, extract, name="镇区")
    assert (again.rows.unchanged, again.rows.updated) == (4, 0)
    assert store.state() == before
    moved = import_streets(store, extract, name="镇区", datum="gcj02")
    assert moved.rows.updated == 4
    assert abs(store.streets("镇区").bbox[0] - network_of(extract).bbox[0]) > 0.003


def futian(test_data: Path) -> Path:
    return test_data / "streets" / "futian.graphml"


@pytest.mark.parametrize("profile", ["foot", "ebike"])
def test_times_in_a_real_town_are_those_of_another_library(test_data: Path, profile: str) -> None:
    network = network_of(futian(test_data))
    graph = networkx.read_graphml(futian(test_data), force_multigraph=True)
    plain = networkx.DiGraph()
    for begin, end, tags in graph.edges(data=True):
        kind = tags["highway"].strip("[]'").split("'")[0]
        speed = KMH[profile].get(kind, KMH[profile]["others"])
        if not speed or tags.get("access") in ("private", "no"):
            continue
        seconds = float(tags["length"]) * 3.6 / speed
        for pair in ((begin, end), (end, begin)) if profile == "foot" else ((begin, end),):
            if seconds < plain.edges.get(pair, {"weight": np.inf})["weight"]:
                plain.add_edge(*pair, weight=seconds)
    part = max(networkx.strongly_connected_components(plain), key=len)
    names = sorted(part)
    lon, lat = (np.array([float(graph.nodes[name][axis]) for name in names]) for axis in "xy")
    places = network.snap(lon, lat, profile=profile, max_distance_m=0.5)
    assert places.found.all()
    chosen = np.linspace(0, len(names) - 1, 15).astype(int)
    cutoff = 1500.0 if profile == "foot" else 600.0
    times = network.travel_times(places[chosen], places, cutoff_s=cutoff, off_street=False)
    for row, number in enumerate(chosen):
        wanted = networkx.single_source_dijkstra_path_length(plain, names[number], cutoff=cutoff * 0.98)
        got = dict(zip(times.indices[slice(*times.indptr[row : row + 2])], times[[row]].data, strict=True))
        # Lengths of the file are of a sphere, ours of the ellipsoid: less than 0.5 % apart.
        for place, name in enumerate(names):
            if name in wanted:
                assert got[place] == pytest.approx(wanted[name], rel=0.006, abs=0.5), (names[number], name)
    assert times.nnz > 2_000


@pytest.mark.parametrize("file", ["monaco.osm.pbf", "porto_alegre.osm.pbf"])
def test_real_extracts(test_data: Path, file: str) -> None:
    network = network_of(test_data / "streets" / file)
    assert network.nodes > 2_000
    assert float(network.length_m.max()) < 20_000
    rng = np.random.default_rng(1)
    some = rng.choice(network.nodes, 30)
    lon, lat = network.node_lon[some] + rng.normal(0, 5e-4, 30), network.node_lat[some] + rng.normal(0, 5e-4, 30)
    places = network.snap(lon, lat)
    times = network.travel_times(places, places, cutoff_s=7200).tocoo()
    assert (times.data >= 0).all()
    assert len(times.data) > 200


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<graphml", "file_graphml_unreadable"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><graphml></graphml>', "file_xml_refused"),
        (b"<graphml><graph><node id='1'/></graph></graphml>", "file_graphml_unreadable"),
        (b"<graphml><graph><edge source='1' target='2'/></graph></graphml>", "file_graphml_unreadable"),
        (b"<graphml><graph></graph></graphml>", "file_no_streets"),
        (b"<osm><way id='1'></osm>", "file_osm_unreadable"),
        (b"<osm version='0.6'></osm>", "file_no_streets"),
        (b"lon,lat\n1,2\n", "file_not_streets"),
        (b"", "file_empty"),
    ],
)
def test_files_that_are_no_streets_are_refused(sqlite_store: Store, tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "streets.osm"
    path.write_bytes(content)
    with pytest.raises(FileError) as caught:
        import_streets(sqlite_store, path)
    assert caught.value.code == code
    assert all(caught.value.message.texts().values())
    assert sqlite_store.batches() == []


def test_the_commands_tell_what_went_in(
    extract: Path, fresh_sqlite: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("STATIONMAP_DATABASE_URL", fresh_sqlite)
    monkeypatch.chdir(tmp_path)
    orders = tmp_path / "orders.csv"
    orders.write_text("经度,纬度,订单数\n114.001,22.5,3\n,22.5,1\n", encoding="utf-8")

    def run(*words: object) -> click.testing.Result:
        return click.testing.CliRunner().invoke(main, ["--lang", "zh", *map(str, words)])

    done = run("import", "streets", extract, "--name", "镇区", "--report", tmp_path / "report.json")
    assert done.exit_code == 0, done.output
    assert "路网“镇区”：4 个路口，4 段道路" in done.stdout
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["recognised"]["nodes"] == 4
    rejected = run("import", "demand", orders, "--layer", "早高峰", "--weight", "订单数")
    assert rejected.exit_code == 3, rejected.output
    assert "需求图层“早高峰”：1 个点，权重合计 3。" in rejected.stdout
    assert run("import", "demand", orders, "--weight", "人数").exit_code == 1
    assert run("import", "streets", orders).exit_code == 1
    assert run("import", "streets", tmp_path / "none.pbf").exit_code == 1
    assert run("import", "streets").exit_code == 2
    assert run("db", "check").exit_code == 0
    store = open_store(fresh_sqlite)
    assert [info.name for info in store.street_networks()] == ["镇区"]
    assert [info.name for info in store.demand_layers()] == ["早高峰"]
    store.dispose()
