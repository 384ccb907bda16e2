"""Organisations: what a name means, and what belongs to what."""

from __future__ import annotations

import pytest

from geodata.organisations import Organisation, Organisations, level_of_name, name_key, short_key


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("中华全国总工会", "national"),
        ("山东省总工会", "provincial"),
        ("上海市总工会", "provincial"),
        ("烟台市总工会", "city"),
        ("烟台市芝罘区总工会", "district"),
        ("蓬莱县总工会", "district"),
        ("芝罘区向阳街道总工会", "street"),
        ("上海市嘉定区安亭镇总工会", "street"),
        ("某某经济开发区总工会", "street"),
        ("中正集团工会委员会", "grassroots"),
        ("万达广场工会联合会", "grassroots"),
        ("芝罘区职工服务中心", None),
    ],
)
def test_the_level_is_told_by_the_name(name: str, level: str | None) -> None:
    assert level_of_name(name) == level


def test_names_are_compared_as_people_write_them() -> None:
    assert name_key("芝罘区 总工会") == name_key("芝罘区（总工会）")
    assert name_key("中正集团工会委员会") == name_key("中正集团工会")
    assert short_key("山东省烟台市芝罘区总工会") == "芝罘区总工会"
    assert short_key("烟台市总工会") == "烟台市总工会"


def test_an_operator_is_found_by_code_or_by_a_name_that_means_one() -> None:
    district = Organisation("370602", "芝罘区总工会", level="district")
    known = Organisations(
        [
            district,
            Organisation("A1", "佛山市高新区总工会"),
            Organisation("A2", "肇庆市高新区总工会"),
            Organisation("A3", "同名工会"),
            Organisation("A4", "同名工会"),
        ]
    )
    assert known.operator("370602", "别的名字") == district
    assert known.operator(None, "烟台市芝罘区总工会") == district
    assert known.operator("ZZ", "芝罘区总工会") == district
    assert known.get("a1") == known.get("A1")
    assert known.named("佛山市高新区总工会") == known.get("A1")
    for name in ("高新区总工会", "同名工会", "芝罘区", "", "某银行"):
        assert known.named(name) is None


def test_what_belongs_to_what() -> None:
    items = [
        Organisation("CITY", "市"),
        Organisation("D1", "一区", parent="CITY"),
        Organisation("D2", "二区", parent="CITY"),
        Organisation("S1", "一街", parent="D1"),
        Organisation("ALONE", "孤", parent="GONE"),
        Organisation("X", "甲", parent="Y"),
        Organisation("Y", "乙", parent="X"),
    ]
    known = Organisations(items)
    found = {item.code: item for item in known.items}
    assert [item.code for item in known.above(found["S1"])] == ["CITY", "D1"]
    assert [item.code for item in known.below(found["CITY"])] == ["D1", "D2", "S1"]
    assert [item.code for item in known.children(found["D1"])] == ["S1"]
    for code in ("ALONE", "X", "Y"):  # no parent, or in a circle
        assert (known.parent(found[code]), known.below(found[code])) == (None, [])
