"""Names of areas in Latin letters."""

from __future__ import annotations

import pytest

from importers.romanising import romanised


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("芝罘区", "Zhifu District"),
        ("西安市", "Xi'an City"),
        ("六安市", "Lu'an City"),
        ("重庆市", "Chongqing City"),
        ("陕西省", "Shaanxi Province"),
        ("山西省", "Shanxi Province"),
        ("内蒙古自治区", "Inner Mongolia Autonomous Region"),
        ("南庄镇", "Nanzhuang Town"),
        ("广仁路街道", "Guangrenlu Subdistrict"),
        ("浦东新区", "Pudong New Area"),
        ("城区", "Chengqu"),
        ("厦门", "Xiamen"),
        ("Zhifu", ""),
        ("", ""),
        ("。", ""),
    ],
)
def test_names_are_written_as_they_are_pronounced_but_for_those_that_are_not(name: str, expected: str) -> None:
    assert romanised(name) == expected
