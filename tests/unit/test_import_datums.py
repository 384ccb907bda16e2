"""In which datum points are, found out by what is known, or honestly not."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.datum import from_wgs84
from geodata.sites import Datum
from importers.coordinates import outliers
from importers.datums import (
    CANDIDATES,
    MIN_POINTS,
    Evidence,
    Tried,
    choose_datum,
    decide,
    judge,
    metres,
)


class Positions:
    """Evidence of positions known with some noise."""

    def __init__(self, lon: Any, lat: Any, by: str = "sites") -> None:
        self.lon, self.lat, self.by = lon, lat, by

    def evidence(self, tried: Tried) -> Evidence:
        return Evidence(self.by, metres(tried.lon, tried.lat, self.lon, self.lat), 150.0)


def around(rng: np.random.Generator, count: int, spread: float = 0.1) -> tuple[Any, Any]:
    return 121.4 + rng.uniform(-spread, spread, count), 37.5 + rng.uniform(-spread, spread, count)


@given(st.sampled_from(CANDIDATES), st.integers(15, 200), st.floats(0, 80), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_the_datum_is_found_through_noise(datum: Datum, count: int, noise_m: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    lon, lat = around(rng, count)
    noisy = lon + rng.normal(0, noise_m, count) / 88_000, lat + rng.normal(0, noise_m, count) / 111_000
    found = decide(*from_wgs84(lon, lat, datum), [Positions(*noisy)])
    assert found.datum == datum
    assert 0.99 <= found.confidence < 1


@given(st.integers(0, MIN_POINTS - 1), st.sampled_from(CANDIDATES), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_few_points_decide_nothing(count: int, datum: Datum, seed: int) -> None:
    lon, lat = around(np.random.default_rng(seed), count)
    found = decide(*from_wgs84(lon, lat, datum), [Positions(lon, lat)])
    if count:
        assert (found.datum, found.confidence) == (None, 0.0)
    else:
        assert not found.matters


@given(st.integers(0, 500), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_noise_alone_decides_nothing(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    lon, lat = around(rng, count)
    elsewhere = around(rng, count)
    found = decide(lon, lat, [Positions(*elsewhere)])
    assert found.datum is None or not found.matters


def test_sources_that_contradict_each_other_decide_nothing() -> None:
    lon, lat = around(np.random.default_rng(1), 50)
    shifted = from_wgs84(lon, lat, "gcj02")
    assert decide(lon, lat, [Positions(lon, lat)]).datum == "wgs84"
    # what is known may be wrong itself: the positions of one source lie where the points would lie as BD-09
    tried = Tried.of(lon, lat)
    wrong = Positions(tried.lon[2], tried.lat[2], by="areas")
    assert decide(lon, lat, [wrong]).datum == "bd09"
    found = decide(lon, lat, [Positions(lon, lat), wrong])
    assert (found.datum, found.confidence) == (None, 0.0)
    assert [verdict.datum for verdict in found.verdicts] == ["wgs84", "bd09"]
    # and a shift that is none of the three fits none
    beyond = shifted[0] + 0.02, shifted[1] - 0.02
    assert decide(lon, lat, [Positions(*beyond)]).datum is None


def test_outside_the_mainland_the_datum_makes_no_difference() -> None:
    found = decide([103.8, 144.9], [1.3, -37.8], [])
    assert (found.datum, found.matters) == ("wgs84", False)


def test_a_verdict_tells_its_points_and_medians() -> None:
    off_m = np.array([[10.0] * 20, [500.0] * 20, [900.0] * 20])
    verdict = judge(Evidence("sites", off_m, 150.0))
    assert verdict.to_json() == {
        "by": "sites",
        "datum": "wgs84",
        "points": 20,
        "median_m": {"wgs84": 10.0, "gcj02": 500.0, "bd09": 900.0},
    }
    assert judge(Evidence("sites", off_m + 200.0, 150.0)).datum is None
    assert judge(Evidence("areas", np.zeros((3, 40)), 50.0)).points == 0


@pytest.fixture(scope="module")
def streets(test_data: Path) -> Sequence[Any]:
    """The edges of the street network, as lines."""
    space = "{http://graphml.graphdrawing.org/xmlns}"
    root = ElementTree.parse(test_data / "streets" / "futian.graphml").getroot()
    nodes = {}
    for node in root.iter(f"{space}node"):
        data = {item.get("key"): item.text or "" for item in node}
        nodes[node.get("id")] = (float(data["d5"]), float(data["d4"]))
    lines = []
    for edge in root.iter(f"{space}edge"):
        shape = next((item.text for item in edge if item.get("key") == "d16"), None)
        ends = [nodes[edge.get("source")], nodes[edge.get("target")]]
        lines.append(shapely.from_wkt(shape) if shape else shapely.LineString(ends))
    return lines


@pytest.mark.parametrize("datum", CANDIDATES)
def test_trips_tell_their_datum_by_the_streets(test_data: Path, streets: Sequence[Any], datum: Datum) -> None:
    with (test_data / "demand" / "shenzhen_taxi_trips.csv").open(encoding="utf-8") as stream:
        points = np.array([(float(row["Lng"]), float(row["Lat"])) for row in csv.DictReader(stream)])
    found = choose_datum(*from_wgs84(points[:, 0], points[:, 1], datum), streets)
    assert found.datum == datum
    assert found.confidence >= 0.99
    (verdict,) = found.verdicts
    medians = dict(zip(CANDIDATES, verdict.median_m, strict=True))
    assert medians[datum] < 10
    assert all(medians[other] > 20 for other in CANDIDATES if other != datum)


def test_points_anywhere_say_nothing_about_streets(streets: Sequence[Any]) -> None:
    rng = np.random.default_rng(7)
    west, south, east, north = shapely.total_bounds(np.array(streets, dtype=object))
    lon, lat = rng.uniform(west, east, 400), rng.uniform(south, north, 400)
    assert choose_datum(lon, lat, streets).datum is None
    assert choose_datum([114.05], [22.54], streets).datum is None
    assert choose_datum(lon, lat, []).datum is None


def test_a_row_far_from_its_district_is_told() -> None:
    rng = np.random.default_rng(3)
    lon, lat = around(rng, 30)
    lon[4], lat[4] = 115.88, 28.66
    lon[5] = np.nan
    group = np.full(30, 9)
    group[6] = 0
    far = outliers(lon, lat, group)
    assert list(np.flatnonzero(far)) == [4]
    assert 1000 < far[4] < 1200
    assert not outliers(lon[:7], lat[:7], group[:7]).any()
    assert not outliers(lon, lat, np.zeros(30, dtype=np.int64)).any()


@given(st.integers(0, 60), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_rows_of_one_district_are_never_far(count: int, seed: int) -> None:
    lon, lat = around(np.random.default_rng(seed), count)
    assert not outliers(lon, lat, np.ones(count, dtype=np.int64)).any()
