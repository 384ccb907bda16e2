from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from shapely import MultiPolygon, box

from geodata.areas import Area
from geodata.sites import Position, Site
from tests.indexes import NOON, RowStore, code_of, index_of, load

SITES = (
    Site("大海阳路驿站", "rest_station", position=Position(121.39, 37.53), address="大海阳路1号"),
    Site("大海", "rest_station", position=Position(121.40, 37.53)),
    Site("老大海驿站", "rest_station"),
    Site("邮政驿站", "rest_station", labels=("大海之家",)),
    Site("银行驿站", "rest_station", address="大海阳路2号"),
    Site("打孩子乐园", "rest_station"),
)


def names(suggestions):
    return [item.name for item in suggestions]


def test_the_better_the_match_the_earlier():
    found = index_of(*SITES).suggest("大海")
    assert names(found) == ["大海", "大海阳路驿站", "老大海驿站", "邮政驿站", "银行驿站"]
    assert [item.matched for item in found] == ["name", "name", "name", "label", "address"]


def test_pinyin_from_the_beginning_comes_before_pinyin_within():
    found = index_of(*SITES).suggest("dahai")
    assert names(found) == ["大海", "打孩子乐园", "大海阳路驿站", "邮政驿站", "老大海驿站"]
    assert {item.matched for item in found} == {"pinyin"}


@pytest.mark.parametrize("text", ["dhyl", "da hai yang", "DaHaiYang", "大海 路", "大海阳路驿站", "yang lu yi zhan"])
def test_initials_syllables_and_words(text):
    assert names(index_of(*SITES).suggest(text))[0] == "大海阳路驿站"


def test_nearer_first_when_a_position_is_given():
    same = [replace(SITES[0], position=Position(121 + i, 37)) for i in range(5)] + [replace(SITES[0], position=None)]
    index = index_of(*same)
    found = index.suggest("大海", near=(123.1, 37))
    assert [item.code for item in found] == [code_of(i) for i in (2, 3, 1, 4, 0, 5)]
    assert found[0].distance_m == pytest.approx(8901.17, abs=0.01)
    assert (found[-1].distance_m, found[-1].lon) == (None, None)


def test_the_limit_keeps_the_best_among_very_many():
    crowd = [Site("大海阳路驿站", "stall", position=Position(100 + i / 100, 30)) for i in range(500)]
    index = index_of(*crowd, Site("大海", "stall"))
    found = index.suggest("大海", limit=3, near=(102.5, 30))
    assert [item.code for item in found] == [code_of(500), code_of(250), *sorted([code_of(249), code_of(251)])[:1]]
    assert names(index.suggest("大海", limit=2)) == ["大海", "大海阳路驿站"]
    assert len(index.suggest("大", limit=400)) == 400


def test_what_is_not_in_service_is_not_suggested():
    index = index_of(replace(SITES[0], state="closed"), replace(SITES[1], valid_to=date(2026, 9, 1)))
    assert index.suggest("大海", now=NOON) == []


@pytest.mark.parametrize("text", ["", "  ", "（）", "\0"])
def test_nothing_typed_suggests_nothing(text):
    assert index_of(*SITES).suggest(text) == []


def test_areas_are_suggested_by_name_and_english_name():
    store = RowStore([Site("芝罘驿站", "stall")])
    shape = MultiPolygon([box(121, 37, 122, 38)])
    store.areas = [
        Area("370602", "芝罘区", "Zhifu District", "district", "370600", shape, "test", False),
        Area("370600", "烟台市", "Yantai", "city", None, shape, "test", False),
    ]
    store.touch("areas")
    index = load(store)
    area, site = index.suggest("芝罘")
    assert (area.type, area.code, area.name, area.kind) == ("area", "370602", "芝罘区", None)
    assert area.bbox == (121, 37, 122, 38)
    assert (site.type, site.name) == ("site", "芝罘驿站")
    assert index.suggest("zhifu")[0].name in ("芝罘区", "芝罘驿站")
    assert names(index.suggest("yantai")) == ["烟台市"]
    assert index.suggest("烟", near=(121.5, 37.5))[0].distance_m is not None
