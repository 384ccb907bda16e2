"""Networks of streets and layers of demand are kept whole, with history, and can be taken back."""

from __future__ import annotations

import numpy as np
import pytest
import sqlalchemy as sa

from geodata.demand import DemandPoints, merged_to_nodes
from geodata.errors import NotFoundError, ValueUnusableError
from geodata.store import BatchInfo, Store, open_store, revert_batch, schema
from geodata.streets import StreetNetwork

FILE = BatchInfo("streets", "li", "osm", "town.osm.pbf", "ab" * 32)


def a_town(lon: float = 114.0, blocks: int = 6) -> StreetNetwork:
    """A grid of streets 100 m apart or so."""
    columns, rows = np.meshgrid(np.arange(blocks), np.arange(blocks))
    number = np.arange(blocks**2).reshape(blocks, blocks)
    first = np.concatenate((number[:, :-1].ravel(), number[:-1].ravel()))
    last = np.concatenate((number[:, 1:].ravel(), number[1:].ravel()))
    return StreetNetwork.from_arrays(lon + columns.ravel() * 1e-3, 22.5 + rows.ravel() * 1e-3, first, last)


def test_streets_come_back_as_they_were(store: Store) -> None:
    town = a_town()
    with store.write(FILE) as writer:
        assert writer.put_streets("Futian", town)
    (info,) = store.street_networks()
    assert (info.name, info.nodes, info.edges, info.source) == ("Futian", town.nodes, town.edges, "osm")
    assert (info.file_name, info.file_sha256, info.bbox) == ("town.osm.pbf", "ab" * 32, town.bbox)
    assert info.length_km == pytest.approx(town.length_m.sum() / 1000, abs=0.001)
    assert store.streets("Futian").to_bytes() == town.to_bytes()
    before = store.state()
    with store.write(FILE) as writer:
        assert not writer.put_streets("Futian", a_town())
    assert store.state() == before
    with pytest.raises(NotFoundError, match="Futian"):
        store.streets("Luohu")
    fresh = open_store(str(store.backend.url.render_as_string(hide_password=False)))
    try:
        assert fresh.streets("Futian").to_bytes() == town.to_bytes()
    finally:
        fresh.dispose()


def test_the_streets_of_a_place_are_those_that_hold_most_of_it(store: Store) -> None:
    assert store.streets_around((114.0, 22.5, 114.001, 22.501)) is None
    with store.write(FILE) as writer:
        writer.put_streets("west", a_town(114.0))
        writer.put_streets("east", a_town(114.004))
        writer.put_streets("all", a_town(114.0, blocks=12))
    for west, name in ((114.0, "west"), (114.0085, "east"), (114.0095, "all")):
        found = store.streets_around((west, 22.501, west + 0.0005, 22.502))
        assert found is not None
        assert found.to_bytes() == store.streets(name).to_bytes(), name


def test_a_batch_of_streets_is_taken_back(store: Store) -> None:
    for town in (a_town(), a_town(114.5)):
        with store.write(FILE) as writer:
            writer.put_streets("town", town)
            second = writer.batch_id
    assert store.streets("town").to_bytes() == a_town(114.5).to_bytes()
    done = revert_batch(store, second, "wang")
    assert (done.restored, done.left) == (1, [])
    assert store.streets("town").to_bytes() == a_town().to_bytes()
    assert done.batch is not None
    revert_batch(store, done.batch, "wang")
    assert store.streets("town").to_bytes() == a_town(114.5).to_bytes()
    (change,) = store.changes(second)
    assert (change.record, change.after["name"]) == ("street_network:town", "town")


def test_large_networks_go_in_parts_and_damage_is_noticed(store: Store) -> None:
    rng = np.random.default_rng(1)
    many = 60_000
    order = np.arange(many - 1)
    town = StreetNetwork.from_arrays(114 + rng.random(many), 22 + rng.random(many), order, order + 1)
    with store.write(FILE) as writer:
        writer.put_streets("town", town)
    table = schema.blobs
    with store.backend.writing() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() > 2
    assert store.streets("town").to_bytes() == town.to_bytes()
    with store.backend.writing() as connection:
        connection.execute(sa.delete(table).where(table.c.part == 1))
    with pytest.raises(ValueUnusableError, match="damaged"):
        store.streets("town")
    assert store.check() == []
    with store.backend.writing() as connection:
        connection.execute(sa.delete(table))
    (missing,) = store.check()
    assert missing.params["column"] == "street_networks.blob"


@pytest.mark.parametrize("hours", [0, 24, 168])
def test_demand_comes_back_as_it_was(store: Store, hours: int) -> None:
    rng = np.random.default_rng(2)
    lon, lat = 114 + rng.random(50) / 100, 22.5 + rng.random(50) / 100
    hourly = rng.random((50, hours)).astype(np.float32) if hours else None
    layer = DemandPoints.of(lon, lat, None if hours else rng.random(50), hourly, "cells")
    with store.write(BatchInfo("demand", "li", "census")) as writer:
        assert writer.put_demand("workers", layer)
        assert not writer.put_demand("workers", layer)
        batch = writer.batch_id
    (info,) = store.demand_layers()
    assert (info.name, info.kind, info.points, info.hours) == ("workers", "cells", 50, hours)
    assert info.weight == pytest.approx(layer.weight.sum())
    again = store.demand("workers")
    assert (again.lon == lon).all()
    assert (again.weight == layer.weight).all()
    assert (again.hourly is None) == (hourly is None)
    if hourly is not None:
        assert again.hourly is not None
        assert (again.hourly == hourly).all()
    revert_batch(store, batch, "wang")
    assert store.demand_layers() == []
    with pytest.raises(NotFoundError):
        store.demand("workers")


def test_demand_merged_to_nodes_keeps_its_weight() -> None:
    town = a_town()
    rng = np.random.default_rng(3)
    lon, lat = 114 + rng.random(400) * 0.005, 22.5 + rng.random(400) * 0.005
    layer = DemandPoints.of(np.append(lon, 115.0), np.append(lat, 22.5), hourly=rng.random((401, 24)))
    merged = merged_to_nodes(layer, town)
    assert len(merged.demand) in range(30, town.nodes + 1)
    assert merged.member[-1] == -1
    assert np.isnan(merged.distance_m[-1])
    assert np.nanmax(merged.distance_m) < 80
    assert merged.demand.weight.sum() == pytest.approx(layer.weight[:-1].sum())
    assert merged.demand.hourly is not None
    assert merged.demand.hourly.sum(axis=1) == pytest.approx(merged.demand.weight, rel=1e-4)
    assert (merged.demand.lon == town.node_lon[merged.node]).all()


@pytest.mark.parametrize(
    "arrays",
    [
        ([114.0], [22.5, 22.6], None),
        ([114.0], [92.5], None),
        ([114.0], [22.5], [-1.0]),
        ([114.0], [22.5], [np.nan]),
        ([], [], None),
    ],
)
def test_demand_that_makes_no_sense_is_refused(arrays: tuple[list[float], list[float], list[float] | None]) -> None:
    with pytest.raises(ValueUnusableError):
        DemandPoints.of(*arrays)
