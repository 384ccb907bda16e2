"""The datum shifts: against published coordinates, there and back, and at the border."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geodata.datum import convert_point, from_wgs84, in_mainland, to_wgs84
from geodata.errors import ValueUnusableError
from geodata.sites import Datum

GEOD = Geod(ellps="WGS84")
SHIFTED: tuple[Datum, ...] = ("gcj02", "bd09")

OUTSIDE = {
    "Hong Kong, Central": (114.158, 22.282),
    "Hong Kong, Sheung Shui": (114.128, 22.502),
    "Hong Kong airport": (113.937, 22.309),
    "Hong Kong, Tung Ping Chau": (114.435, 22.543),
    "Macau, Senado": (113.5399, 22.1937),
    "Macau, Taipa": (113.556, 22.155),
    "Taipei": (121.565, 25.033),
    "Kaohsiung": (120.301, 22.627),
    "Penghu": (119.57, 23.57),
    "Kinmen": (118.32, 24.43),
    "Matsu": (119.93, 26.16),
    "Seoul": (126.978, 37.566),
    "Pyongyang": (125.754, 39.03),
    "Tokyo": (139.767, 35.681),
    "Vladivostok": (131.9, 43.12),
    "Khabarovsk": (135.07, 48.48),
    "Ulaanbaatar": (106.917, 47.92),
    "Almaty": (76.93, 43.25),
    "Kathmandu": (85.324, 27.717),
    "Hanoi": (105.852, 21.028),
    "Manila": (120.984, 14.599),
    "Da Nang": (108.22, 16.06),
    "null island": (0.0, 0.0),
    "north pole": (0.0, 90.0),
    "antimeridian": (-180.0, -45.0),
}
INSIDE = {
    "Shenzhen, Luohu station": (114.1137, 22.534),
    "Shenzhen, Huanggang port": (114.0762, 22.5205),
    "Shenzhen, Shekou": (113.915, 22.482),
    "Shenzhen, Yantian port": (114.28, 22.575),
    "Shenzhen, Nan'ao": (114.483, 22.535),
    "Zhuhai, Gongbei": (113.549, 22.2195),
    "Zhuhai, Wanzai": (113.523, 22.194),
    "Zhuhai, Hengqin": (113.532, 22.13),
    "Zhuhai, Guishan island": (113.821, 22.137),
    "Xiamen, island": (118.17, 24.48),
    "Xiamen, Dadeng": (118.33, 24.56),
    "Fuzhou, Huangqi": (119.88, 26.33),
    "Pingtan": (119.79, 25.5),
    "Dandong": (124.39, 40.128),
    "Heihe": (127.5, 50.245),
    "Manzhouli": (117.43, 49.6),
    "Ruili": (97.85, 24.01),
    "Dongxing": (107.97, 21.547),
    "Yadong": (88.9, 27.48),
    "Kashgar, Taxkorgan": (75.23, 37.77),
    "Sansha, Yongxing": (112.338, 16.833),
    "Zhifu": (121.4, 37.54),
    "Chancheng": (113.12, 23.01),
}


@pytest.fixture(scope="module")
def places(test_data: Path) -> dict[str, np.ndarray]:
    entries = json.loads((test_data / "datum" / "china_cities_datums.json").read_text(encoding="utf-8"))
    return {key: np.array([entry["coords"][key] for entry in entries]).T for key in ("WGS84", "GCJ02", "BD09")}


@pytest.mark.parametrize(("datum", "key"), [("gcj02", "GCJ02"), ("bd09", "BD09")])
def test_published_coordinates_are_met_within_a_metre(places: dict[str, np.ndarray], datum: Datum, key: str) -> None:
    assert places["WGS84"].shape == (2, 664)
    for mine, published in (
        (from_wgs84(*places["WGS84"], datum), places[key]),
        (to_wgs84(*places[key], datum), places["WGS84"]),
    ):
        distance_m = np.asarray(GEOD.inv(*mine, *published)[2])
        assert distance_m.max() < 1.0


@pytest.mark.parametrize("datum", SHIFTED)
def test_round_trip_of_the_published_places(places: dict[str, np.ndarray], datum: Datum) -> None:
    back = to_wgs84(*from_wgs84(*places["WGS84"], datum), datum)
    assert np.abs(np.array(back) - places["WGS84"]).max() < 1e-9


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.parametrize("datum", SHIFTED)
def test_outside_mainland_china_nothing_moves(name: str, datum: Datum) -> None:
    point = OUTSIDE[name]
    assert convert_point(*point, "wgs84", datum) == point
    if datum == "gcj02" or name != "Macau, Senado":  # within the strip where BD-09 means a place in Zhuhai
        assert convert_point(*point, datum, "wgs84") == point


@pytest.mark.parametrize("name", INSIDE)
def test_places_near_the_border_are_shifted(name: str) -> None:
    point = INSIDE[name]
    shifted = convert_point(*point, "wgs84", "gcj02")
    assert 200 < GEOD.inv(*point, *shifted)[2] < 800
    assert convert_point(*shifted, "gcj02", "wgs84") == pytest.approx(point, abs=1e-9)


def test_the_shift_of_the_two_model_districts() -> None:
    for point, low, high in (((121.4, 37.54), 459, 501), ((113.12, 23.01), 600, 660)):
        assert low <= GEOD.inv(*point, *convert_point(*point, "wgs84", "gcj02"))[2] <= high


POINTS = st.tuples(st.floats(70, 140, allow_nan=False), st.floats(0, 56, allow_nan=False))
NEAR_HONG_KONG = st.tuples(st.floats(113.4, 114.7), st.floats(22.0, 22.7))


@given(POINTS | NEAR_HONG_KONG, st.sampled_from(SHIFTED))
def test_a_point_inside_comes_back(point: tuple[float, float], datum: Datum) -> None:
    back = convert_point(*convert_point(*point, "wgs84", datum), datum, "wgs84")
    if in_mainland(*point):
        assert back == pytest.approx(point, abs=1e-9)
    else:
        # two points share these shifted coordinates in a strip outside the border: then the one inside is meant
        assert back == pytest.approx(point, abs=1e-9) or in_mainland(*back)
        assert GEOD.inv(*point, *back)[2] < 2000


@given(POINTS | NEAR_HONG_KONG, st.sampled_from(SHIFTED))
def test_what_the_shift_gives_is_given_again(point: tuple[float, float], datum: Datum) -> None:
    shifted = convert_point(*point, "wgs84", datum)
    again = convert_point(*convert_point(*shifted, datum, "wgs84"), "wgs84", datum)
    assert again == pytest.approx(shifted, abs=1e-9)


@given(st.tuples(st.floats(74, 135), st.floats(18, 53)))
def test_gcj02_and_bd09_agree_on_the_point(point: tuple[float, float]) -> None:
    if not in_mainland(*point):
        return
    gcj02 = convert_point(*point, "wgs84", "gcj02")
    bd09 = convert_point(*point, "wgs84", "bd09")
    if in_mainland(*gcj02) and in_mainland(*bd09):
        assert convert_point(*gcj02, "gcj02", "bd09") == pytest.approx(bd09, abs=1e-9)
        assert convert_point(*bd09, "bd09", "gcj02") == pytest.approx(gcj02, abs=1e-9)


def test_arrays_keep_their_shape_and_match_single_points() -> None:
    lon, lat = np.meshgrid([113.9, 114.1, 114.16, 121.4], [22.28, 22.55, 37.54])
    got_lon, got_lat = from_wgs84(lon, lat, "bd09")
    assert got_lon.shape == got_lat.shape == (3, 4)
    for index in np.ndindex(lon.shape):
        assert convert_point(lon[index], lat[index], "wgs84", "bd09") == (got_lon[index], got_lat[index])
    broadcast = to_wgs84([113.12, 113.13], 23.01, "gcj02")
    assert broadcast[0].shape == broadcast[1].shape == (2,)


def test_wgs84_is_left_alone_and_copied() -> None:
    lon = np.array([121.4])
    got, _ = to_wgs84(lon, [37.54], "wgs84")
    got[0] = 0.0
    assert lon[0] == 121.4
    assert convert_point(121.4, 37.54, "gcj02", "gcj02") == (121.4, 37.54)


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (math.nan, 0.0, "coordinate_lon_range"),
        (0.0, math.inf, "coordinate_lat_range"),
        (121.4, 999.0, "coordinate_lat_range"),
        (37.54, 121.4, "coordinate_lat_range"),
        (181.0, 0.0, "coordinate_lon_range"),
    ],
)
def test_unusable_coordinates_are_refused(lon: float, lat: float, code: str) -> None:
    for convert in (to_wgs84, from_wgs84):
        for datum in ("wgs84", "gcj02"):
            with pytest.raises(ValueUnusableError) as caught:
                convert([113.1, lon], [23.0, lat], datum)
            assert caught.value.code == code
            assert "-" in caught.value.message.params["expected"]
    with pytest.raises(ValueUnusableError):
        convert_point(lon, lat, "bd09", "bd09")
