"""Minutes on foot and the way along streets, where streets are loaded; else the straight line, which says so."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from pyproj import Geod

from geodata.datum import from_wgs84
from geodata.store import BatchInfo, Store, revert_batch
from geodata.streets import StreetNetwork
from tests.web.conftest import Filled, settings_for
from tests.web.test_metrics import scraped
from webmap import close_app, create_app
from webmap.cli import main
from webmap.readmodel import ReadModel

GEOD = Geod(ellps="WGS84")
LON, LAT = 121.3943, 37.5333
NEARBY = f"/api/v1/sites/nearby?lat={LAT}&lon={LON}"


def a_town() -> StreetNetwork:
    """Streets in a grid about 200 m wide, which no place lies off by more than 110 m."""
    columns, rows = np.meshgrid(np.arange(20), np.arange(12))
    number = np.arange(240).reshape(12, 20)
    first = np.concatenate((number[:, :-1].ravel(), number[:-1].ravel()))
    last = np.concatenate((number[:, 1:].ravel(), number[1:].ravel()))
    return StreetNetwork.from_arrays(121.38 + columns.ravel() * 2e-3, 37.525 + rows.ravel() * 2e-3, first, last)


def build_streets(store: Store) -> int:
    with store.write(BatchInfo("streets", "test")) as writer:
        writer.put_streets("Zhifu", a_town())
        return writer.batch_id


@pytest.fixture
def town(make_app: Callable[..., Flask], own: Filled) -> FlaskClient:
    build_streets(own.store)
    return make_app().test_client()


def properties(client: FlaskClient, address: str = NEARBY) -> dict[str, dict[str, Any]]:
    answer = client.get(address)
    assert answer.status_code == 200
    return {feature["id"]: feature["properties"] for feature in answer.json["features"]}


def test_minutes_follow_the_streets_where_there_are_any(client: FlaskClient, town: FlaskClient, filled: Filled) -> None:
    before, after = properties(client), properties(town)
    assert {place["walk_basis"] for place in before.values()} == {"straight_line"}
    assert list(before) == list(after)
    network = a_town()
    places = {filled.codes[name]: name for name in ("weekdays", "always", "center")}
    for code in places:
        geometry = town.get(f"/api/v1/sites/{code}").json["geometry"]["coordinates"]
        here, there = (network.snap([lon], [lat]) for lon, lat in ((LON, LAT), geometry))
        seconds = network.travel_times(here, there, cutoff_s=1e5).toarray()[0, 0]
        assert (after[code]["walk_basis"], after[code]["walk_min"]) == ("street", math.ceil(seconds / 60)), code
        assert after[code]["distance_m"] == before[code]["distance_m"]
        assert seconds >= after[code]["distance_m"] / (4.8 / 3.6)
    in_list = town.get(f"/api/v1/sites?lat={LAT}&lon={LON}").json["features"]
    assert {feature["properties"]["walk_basis"] for feature in in_list} == {"straight_line"}


def test_far_from_all_streets_it_is_the_straight_line(town: FlaskClient) -> None:
    for lat, lon in ((37.6, 121.6), (37.536, 121.44)):
        found = properties(town, f"/api/v1/sites/nearby?lat={lat}&lon={lon}&radius=50000")
        assert found
        assert {place["walk_basis"] for place in found.values()} == {"straight_line"}


def test_the_datum_of_the_question_makes_no_difference(town: FlaskClient) -> None:
    lon, lat = from_wgs84(LON, LAT, "gcj02")
    moved = properties(town, f"/api/v1/sites/nearby?lat={float(lat)}&lon={float(lon)}&datum=gcj02")
    assert {code: place["walk_min"] for code, place in moved.items()} == {
        code: place["walk_min"] for code, place in properties(town).items()
    }
    assert "street" in {place["walk_basis"] for place in moved.values()}


def test_the_way_to_a_place(client: FlaskClient, town: FlaskClient, filled: Filled) -> None:
    code = filled.code("always")
    address = f"/api/v1/sites/{code}/way?lat={LAT}&lon={LON}"
    answer = town.get(address)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Type"] == "application/geo+json"
    assert "ETag" not in answer.headers
    way = answer.json
    line = np.array(way["geometry"]["coordinates"])
    assert line[0].tolist() == [LON, LAT]
    assert line[-1].tolist() == [121.395, 37.536]
    assert len(line) > 3
    # Along a grid: every piece between the streets goes north or east.
    steps = np.abs(np.diff(line[1:-1], axis=0))
    assert (steps.min(axis=1) < 1e-6).all()
    told = way["properties"]
    assert told["length_m"] == pytest.approx(GEOD.line_length(line[:, 0], line[:, 1]), rel=0.005)
    assert (told["code"], told["walk_basis"], told["walk_min"]) == (code, "street", properties(town)[code]["walk_min"])
    straight = client.get(address).json
    assert straight["geometry"]["coordinates"] == [[LON, LAT], [121.395, 37.536]]
    assert straight["properties"]["walk_basis"] == "straight_line"
    assert straight["properties"]["walk_min"] == properties(client)[code]["walk_min"]
    # One that lies out of all streets.
    far = town.get(f"/api/v1/sites/{code}/way?lat=37.7&lon=121.395").json
    assert far["properties"]["walk_basis"] == "straight_line"


def test_ways_that_cannot_be_given(town: FlaskClient, filled: Filled) -> None:
    point = f"lat={LAT}&lon={LON}"
    assert town.get(f"/api/v1/sites/222222/way?{point}").status_code == 404
    for name in ("nowhere", "district"):
        answer = town.get(f"/api/v1/sites/{filled.code(name)}/way?{point}")
        assert answer.status_code == 404
        assert filled.code(name) in answer.json["detail"]
    code = filled.code("always")
    for query in ("", "lat=37", "lat=91&lon=121", f"{point}&speed=9"):
        answer = town.get(f"/api/v1/sites/{code}/way?{query}")
        assert answer.status_code == 400
        assert "121" not in answer.text.replace("-180…180", "")
    moved = town.get(f"/api/v1/sites/22OLD2/way?{point}")
    assert moved.status_code == 308
    assert moved.headers["Location"].endswith(f"/api/v1/sites/{filled.code('weekdays')}/way?{point}")


def test_no_position_is_logged_or_counted(town: FlaskClient, filled: Filled, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    town.get(f"/api/v1/sites/{filled.code('always')}/way?lat={LAT}&lon={LON}")
    town.get(NEARBY)
    numbers = scraped(town)
    assert numbers["stationmap_requests_total", "GET", "/api/v1/sites/<code>/way", "200"] == 1
    assert numbers["stationmap_streets_bytes", "streets"] > 10_000
    for text in (caplog.text, town.get("/metrics").text):
        assert str(LAT) not in text
        assert str(LON) not in text


def test_streets_that_come_and_go_are_followed(make_app: Callable[..., Flask], own: Filled) -> None:
    app = make_app()
    client, model = app.test_client(), app.extensions["stationmap"].read_model
    code = own.code("always")
    assert properties(client)[code]["walk_basis"] == "straight_line"
    batch = build_streets(own.store)
    model.refresh()
    assert properties(client)[code]["walk_basis"] == "street"
    revert_batch(own.store, batch, "test")
    model.refresh()
    assert properties(client)[code]["walk_basis"] == "straight_line"


@pytest.fixture
def worker(own: Filled, tmp_path: Path) -> Iterator[Callable[[], Flask]]:
    """Return a function that makes the application as a new worker would."""
    made: list[Flask] = []

    def make() -> Flask:
        settings = settings_for(own.store.url, snapshot_dir=str(tmp_path / "kept"), snapshot_interval=0)
        made.append(create_app(settings))
        return made[-1]

    yield make
    for app in made:
        close_app(app)


def kept(tmp_path: Path) -> list[str]:
    return sorted(path.suffix for path in (tmp_path / "kept").iterdir() if "streets" in path.name)


def test_a_worker_has_streets_while_the_store_is_down(own: Filled, worker: Callable[[], Flask], tmp_path: Path) -> None:
    batch = build_streets(own.store)
    first: ReadModel = worker().extensions["stationmap"].read_model
    first.refresh()
    first._file.stop()  # type: ignore[union-attr]
    assert kept(tmp_path) == [".json", ".streets"]
    own.store.dispose()
    path = Path(own.store.url.removeprefix("sqlite:///"))
    away = path.rename(path.with_name("away.db"))
    second = worker()
    code = own.code("always")
    assert properties(second.test_client())[code]["walk_basis"] == "street"
    away.rename(path)
    # A damaged file is made anew.
    (file,) = (tmp_path / "kept").glob("*.streets")
    file.write_bytes(file.read_bytes()[:-100] + bytes(100))
    third = worker()
    third.extensions["stationmap"].read_model.refresh()
    assert properties(third.test_client())[code]["walk_basis"] == "street"
    revert_batch(own.store, batch, "test")
    third.extensions["stationmap"].read_model.refresh()
    assert kept(tmp_path) == [".json"]


def test_the_command_gives_minutes_by_street_too(own: Filled, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STATIONMAP_DATABASE_URL", own.store.url)
    monkeypatch.chdir(tmp_path)
    here = ["nearby", str(LAT), str(LON), "--limit", "3"]
    assert "by street" not in CliRunner().invoke(main, ["--lang", "en", *here]).stdout
    build_streets(own.store)
    lines = CliRunner().invoke(main, ["--lang", "en", *here]).stdout.splitlines()
    assert len(lines) == 4
    assert all("min by street" in line for line in lines[1:])
    told = json.loads(CliRunner().invoke(main, [*here, "--json"]).stdout)["features"]
    assert {feature["properties"]["walk_basis"] for feature in told} == {"street"}
