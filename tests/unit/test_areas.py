"""Which area holds a point, and which one a name means."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geodata.areas import Area, AreaFinder


def box(
    adcode: str, name: str, level: str, bounds: tuple[float, float, float, float], parent: str | None = None
) -> Area:
    return Area(adcode, name, "", level, parent, shapely.MultiPolygon([shapely.box(*bounds)]), "test", True)


AREAS = [
    box("370000", "山东省", "province", (0, 0, 100, 100)),
    box("370600", "烟台市", "city", (0, 0, 40, 40), "370000"),
    box("370602", "芝罘区", "district", (0, 0, 20, 40), "370600"),
    box("370611", "福山区", "district", (20, 0, 40, 40), "370600"),
    box("370602001", "向阳街道", "street", (0, 0, 10, 10), "370602"),
    box("370602002", "东山街道", "street", (10, 0, 20, 10), "370602"),
    box("320106", "鼓楼区", "district", (60, 0, 70, 10), "320100"),
    box("350102", "鼓楼区", "district", (70, 0, 80, 10), "350100"),
    box("410204001", "鼓楼街道", "street", (80, 0, 90, 10)),
    box("532800", "西双版纳傣族自治州", "city", (200, 0, 210, 10)),
]
FINDER = AreaFinder(reversed(AREAS))


def test_the_smallest_area_is_meant() -> None:
    points = {
        (5, 5): "370602001",
        (5, 20): "370602",
        (30, 20): "370611",
        (50, 50): "370000",
        (-1, 5): None,
        (205, 5): "532800",
    }
    lon, lat = zip(*points, strict=True)
    assert FINDER.find(lon, lat) == list(points.values())
    assert FINDER.find(5, 5) == ["370602001"]
    assert FINDER.find([], []) == []
    assert AreaFinder([]).find([1.0], [1.0]) == [None]


def test_a_border_belongs_to_the_lowest_code() -> None:
    assert FINDER.find([10, 20, 20, 40], [5, 5, 20, 20]) == ["370602001", "370602002", "370602", "370611"]


def test_points_that_are_not_finite_lie_nowhere() -> None:
    assert FINDER.find([np.nan, 5, np.inf], [5, 5, 5]) == [None, "370602001", None]


@given(st.lists(st.tuples(st.integers(-5, 105), st.integers(-5, 105)), min_size=1, max_size=30))
def test_finding_agrees_with_looking_at_every_area(points: list[tuple[int, int]]) -> None:
    got = FINDER.find(*zip(*points, strict=True))
    for point, code in zip(points, got, strict=True):
        holding = [area for area in AREAS if area.polygon.intersects(shapely.Point(point))]
        order = ("street", "district", "city", "province")
        expected = min(holding, key=lambda area: (order.index(area.level), area.adcode), default=None)
        assert code == (expected.adcode if expected else None)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("芝罘区", ["370602"]),
        ("芝罘", ["370602"]),
        (" 芝罘 区 ", ["370602"]),
        ("370602", ["370602"]),
        ("３７０６０２", ["370602"]),
        ("烟台市芝罘区", ["370602"]),
        ("烟台芝罘", ["370602"]),
        ("山东省烟台市芝罘区", ["370602"]),
        ("山东芝罘区", ["370602"]),
        ("山东省", ["370000"]),
        ("山东", ["370000"]),
        ("向阳街道办事处", ["370602001"]),
        ("向阳", ["370602001"]),
        ("鼓楼区", ["320106", "350102"]),
        ("鼓楼街道", ["410204001"]),
        ("鼓楼", ["320106", "350102", "410204001"]),
        ("南京市鼓楼区", ["320106", "350102"]),  # what is above them is not known here
        ("西双版纳", ["532800"]),
        ("青岛市芝罘区", []),
        ("不存在区", []),
        ("区", []),
        ("", []),
    ],
)
def test_names(text: str, codes: list[str]) -> None:
    assert [area.adcode for area in FINDER.by_name(text)] == codes


def test_english_names() -> None:
    area = Area("370602", "芝罘区", "Zhifu", "district", None, AREAS[2].polygon, "", False)
    assert AreaFinder([area]).by_name("zhifu") == [area]
    assert AreaFinder([area]).by_name("芝罘区") == [area]


def test_real_districts(test_data: Path) -> None:
    path = test_data / "areas" / "yantai_foshan_districts_wgs84.geojson"
    areas = [
        Area(
            feature["properties"]["adcode"],
            feature["properties"]["name"],
            "",
            "district",
            None,
            shapely.geometry.shape(feature["geometry"]),
            "test",
            False,
        )
        for feature in json.loads(path.read_text(encoding="utf-8"))["features"]
    ]
    finder = AreaFinder(areas)
    assert finder.find([121.39, 113.12, 116.4], [37.54, 23.01, 39.9]) == ["370602", "440604", None]
    corners = shapely.get_coordinates([area.polygon for area in areas])
    assert None not in finder.find(corners[:, 0], corners[:, 1])
    assert [area.adcode for area in finder.by_name("龙口")] == ["370681"]
