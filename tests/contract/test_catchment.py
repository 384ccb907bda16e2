"""What lies within a walk of a place, from both stores, against brute force: along streets and by straight lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import networkx
import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from pyproj import Geod

from geodata.areas import Area
from geodata.demand import DemandPoints
from geodata.sites import Closure, Entrance, Position, Site, SourceRef
from geodata.siting.catchment import MINUTES, Walking, catchments, grid
from geodata.store import BatchInfo, NewSite, Store
from geodata.streets import StreetNetwork
from geodata.text import search_text
from importers.areas import import_areas
from importers.demand import import_demand
from importers.streets import import_streets
from tests.contract.test_store_layers import a_town
from tests.unit.test_streets import WALK, split

GEOD = Geod(ellps="WGS84")
DAY = date(2026, 10, 21)
#: As far as a straight line may be.
STRAIGHT_M = MINUTES * 80 / 1.3
Floats = NDArray[np.float64]


def area(code: str, *box: float, level: str = "district", parent: str | None = None) -> Area:
    polygon = shapely.MultiPolygon([shapely.box(*box)] if box else [])
    return Area(code, f"区{code}", f"Area {code}", level, parent, polygon, "test", approximate=False)


def put_sites(store: Store, *sites: Site) -> None:
    with store.write(BatchInfo("sites", "test")) as writer:
        writer.add([NewSite(site, (SourceRef("l", str(at)),), search_text(site.name)) for at, site in enumerate(sites)])


def station(lon: float, lat: float, **more: Any) -> Site:
    return Site("驿站", "rest_station", position=Position(lon, lat), **more)


def straight(lon: Floats, lat: Floats, places: list[tuple[float, float]]) -> NDArray[np.bool_]:
    """Tell by the geodesic to each place who is near enough."""
    near = np.zeros(len(lon), np.bool_)
    for to_lon, to_lat in places:
        near |= GEOD.inv(lon, lat, np.full(len(lon), to_lon), np.full(len(lon), to_lat))[2] <= STRAIGHT_M
    return near


def walked(network: StreetNetwork, lon: Floats, lat: Floats, places: list[tuple[float, float]]) -> NDArray[np.bool_]:
    """Tell who is near enough by a search from all places over the streets as a plain graph."""
    points, doors = network.snap(lon, lat), network.snap(*np.array(places).T)
    graph = split(network, doors, points).reverse()
    for at in np.flatnonzero(doors.found):
        graph.add_edge("out", ("s", int(at)), weight=doors.distance_m[at] / WALK)
    seconds = networkx.single_source_dijkstra_path_length(graph, "out", cutoff=60 * MINUTES)
    there = np.array([seconds.get(("t", at), np.inf) for at in range(len(lon))])
    off = [place for place, found in zip(places, doors.found, strict=True) if not found]
    along = (there + points.distance_m / WALK <= 60 * MINUTES) | straight(lon, lat, off)
    return np.where(points.found, along, straight(lon, lat, places))


def circle(lon: float, lat: float) -> shapely.Polygon:
    angles = np.arange(0.0, 360.0, 2.0)
    ends = GEOD.fwd(*(np.full(len(angles), value) for value in (lon, lat)), angles, np.full(len(angles), STRAIGHT_M))
    return shapely.Polygon(np.column_stack(ends[:2]))


def shares(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["area"]: row["surface"] for row in found["areas"]}


def test_streets_hold_a_part_of_an_area_and_straight_lines_tell_of_the_rest(store: Store) -> None:
    town = a_town(114.0, 30)  # some 3 km square
    places = [(114.004, 22.504), (114.0425, 22.51), (114.0285, 22.5285)]
    whole, far = area("440301", 113.99, 22.49, 114.06, 22.54), area("440302", 115.0, 22.4, 115.1, 22.5)
    street = area("440301001", 114.0, 22.5, 114.01, 22.51, level="street", parent="440301")
    lon, lat = np.random.default_rng(3).uniform([[113.98], [22.48]], [[114.07], [22.55]], (2, 400))
    weight = np.arange(400.0)
    put_sites(
        store,
        station(113.95, 22.4, entrance=Entrance(*places[0])),  # where people come in counts
        *(station(*place) for place in places[1:]),
        station(115.05, 22.45, state="planned"),
        station(115.05, 22.45, closures=(Closure(DAY - timedelta(1), DAY),)),
        station(115.05, 22.45, valid_from=DAY + timedelta(1)),
        replace(station(115.05, 22.45), position=Position(115.05, 22.45, "area")),
    )
    with store.write(BatchInfo("areas", "test")) as writer:
        writer.put_areas([whole, far, street, area("440303")])
        writer.put_streets("town", town)
        writer.put_demand("couriers", DemandPoints.of(lon, lat, weight))
    found = catchments(store, day=DAY)
    assert (found["places"], found["networks"], found["day"]) == (3, ["town"], "2026-10-21")
    assert [(row["area"], row["part_of"]) for row in found["areas"]] == [
        ("440301", None), ("440302", None), ("440301001", "440301"),
    ]  # fmt: skip
    for one in (whole, street):
        surface = shares(found)[one.adcode]
        across, along = grid(one.polygon, max(20.0, float(np.sqrt(surface["weight"] * 1e6 / 10_000))))
        assert 2_500 < surface["points"] == len(across) < 10_500
        expected = walked(town, across, along, places)
        assert surface["share"] == pytest.approx(expected.mean(), abs=2e-4), one.adcode
        assert surface["streets"] == pytest.approx(town.snap(across, along).found.mean(), abs=2e-4)
    assert 0 < shares(found)["440301"]["streets"] < 1
    nothing = shares(found)["440302"]
    assert (nothing["share"], nothing["streets"]) == (0, 0)
    near = walked(town, lon, lat, places)
    assert found["layers"]["couriers"]["share"] == pytest.approx(weight[near].sum() / weight.sum())
    inside = shapely.contains_xy(whole.polygon, lon, lat)
    here = found["areas"][0]["demand"]["couriers"]
    assert here["weight"] == weight[inside].sum()
    assert here["share"] == pytest.approx(weight[inside & near].sum() / weight[inside].sum())
    assert found["areas"][1]["demand"] == {}


def test_without_areas_demand_places_or_streets(store: Store) -> None:
    assert catchments(store, day=DAY)["areas"] == []
    assert catchments(store, day=DAY)["layers"] == {}
    with store.write(BatchInfo("areas", "test")) as writer:
        writer.put_areas(
            [area("440301", 114.0, 22.5, 114.00001, 22.50001), area("440300", 113, 22, 115, 23, level="city")]
        )
        writer.put_demand("none", DemandPoints.of([114.0], [22.5], [0.0]))
    found = catchments(store, day=DAY)
    assert shares(found) == {"440301": {**shares(found)["440301"], "share": 0, "streets": 0, "points": 1}}
    assert found["layers"] == {}


def test_blocks_of_points_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    lon, lat = np.random.default_rng(1).uniform([[114.0], [22.5]], [[114.3], [22.6]], (2, 500))
    walking = Walking(lon[:40], lat[:40], [a_town(), a_town(114.2, 20)])
    whole = walking(lon, lat, np.ones(500))
    monkeypatch.setattr("geodata.siting.catchment._BLOCK", 7)
    parts = walking(lon, lat, np.ones(500))
    assert whole.within.tolist() == parts.within.tolist()
    assert whole.on_streets.tolist() == parts.on_streets.tolist()
    assert 40 < whole.within.sum() < 400


def test_futian_by_its_streets_and_zhifu_by_straight_lines(store: Store, test_data: Path) -> None:
    import_streets(store, test_data / "streets" / "futian.graphml")
    import_demand(store, test_data / "demand" / "shenzhen_taxi_trips.csv")
    import_areas(store, test_data / "areas" / "yantai_foshan_districts_wgs84.geojson")
    network, layer = store.streets("futian"), store.demand("shenzhen_taxi_trips")
    rng = np.random.default_rng(2)
    corners = rng.choice(network.nodes, 12, replace=False)
    futian = [(float(network.node_lon[at]) + 3e-4, float(network.node_lat[at])) for at in corners]
    zhifu = [(121.391, 37.536), (121.40, 37.537), (121.33, 37.56)]
    put_sites(store, *(station(*place) for place in futian + zhifu))
    west, south, east, north = network.bbox
    with store.write(BatchInfo("areas", "test")) as writer:
        writer.put_areas([area("440304", west, south, east + 0.02, north)])
    found = catchments(store, day=DAY)
    rows = {row["area"]: row for row in found["areas"]}

    near = walked(network, layer.lon, layer.lat, futian)
    assert found["layers"]["shenzhen_taxi_trips"]["weight"] == 2 * 10_619
    assert found["layers"]["shenzhen_taxi_trips"]["share"] == pytest.approx(layer.weight[near].sum() / (2 * 10_619))
    assert 0.01 < found["layers"]["shenzhen_taxi_trips"]["share"] < 0.5
    assert 0.2 < rows["440304"]["surface"]["streets"] < 0.9
    assert rows["370602"]["surface"]["streets"] == 0
    (district,) = [each for each in store.areas() if each.adcode == "370602"]
    reached = shapely.intersection(shapely.union_all([circle(*place) for place in zhifu]), district.polygon)
    square_m = abs(GEOD.geometry_area_perimeter(district.polygon)[0])
    assert rows["370602"]["surface"]["weight"] == pytest.approx(square_m / 1e6)
    exact = abs(GEOD.geometry_area_perimeter(reached)[0]) / square_m
    assert rows["370602"]["surface"]["share"] == pytest.approx(exact, abs=0.002)
    assert rows["440604"]["surface"]["share"] == 0
