from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, box

from geodata.areas import Area
from geodata.index.areanames import initials_of
from geodata.index.grams import Grams, folded_units
from geodata.index.mistyping import one_apart
from geodata.index.spelling import Spellings, raw_of
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


def test_the_shortest_names_come_first_among_very_many():
    crowd = [Site("大海" + "阳" * (i % 7 + 1), "stall") for i in range(900)]
    found = index_of(*crowd).suggest("大海", limit=200)
    shortest = sorted((len(site.name), code_of(number)) for number, site in enumerate(crowd))[:200]
    assert [item.code for item in found] == [code for _, code in shortest]


def test_a_programme_of_many_is_found_with_and_without_an_error():
    sites = [Site(f"{i}号站", "stall", labels=("爱心驿家",), position=Position(120 + i / 10, 30)) for i in range(30)]
    index = index_of(*sites, Site("别处", "stall", labels=("老爱心驿家园",)))
    assert {item.matched for item in index.suggest("爱心驿家", limit=40)} == {"label"}
    assert len(index.suggest("爱心驿家", limit=40)) == 31
    similar = index.suggest("爱心异家", limit=31, near=(120, 30))
    assert [item.code for item in similar] == [code_of(i) for i in range(31)]
    assert {item.matched for item in similar} == {"similar"}


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


def pieces(text):
    """Return every piece of a text, those that begin it marked."""
    spans = [(i, j) for i in range(len(text) + 1) for j in range(i, len(text) + 1)]
    return {(text[i:j], i == 0) for i, j in spans}


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text("大海阳路站\n", max_size=8), max_size=6), st.text("大海阳路", min_size=3, max_size=6))
def test_names_with_one_error_are_those_of_brute_force(texts, sought):
    found = Grams(folded_units(texts)).similar(sought) if texts else None
    given = {} if found is None else dict.fromkeys(found.text.tolist())
    expected = [
        number
        for number, text in enumerate(texts)
        if any(one_apart(piece, sought) for line in text.split("\n") for piece, _ in pieces(line))
    ]
    assert sorted(given) == expected


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text("ab \n", max_size=12), max_size=6), st.text("ab", min_size=4, max_size=11))
def test_pinyin_with_one_error_is_that_of_brute_force(texts, sought):
    found = Spellings(raw_of(texts)).similar(sought)
    expected, exact = set(), set()
    for number, text in enumerate(texts):
        syllables = [line.split() for line in text.split("\n")]
        rests = ["".join(line[i:]) for line in syllables for i in range(len(line))]
        begun = {piece for rest in rests for piece, begins in pieces(rest) if begins}
        if any(one_apart(piece, sought) for piece in begun - {sought} if len(piece) > 3 or len(sought) > 4):
            expected.add(number)
        if sought in begun:
            exact.add(number)
    # What is spelt right was found before, whether it is here or not.
    assert expected - exact <= set(found.text.tolist()) <= expected | exact


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_one_apart_is_one_step_of_editing(one, other):
    letters = "abc"
    edits = {one} | {one[:i] + one[i + 1 :] for i in range(len(one))}
    edits |= {one[:i] + letter + one[i + 1 :] for i in range(len(one)) for letter in letters}
    edits |= {one[:i] + letter + one[i:] for i in range(len(one) + 1) for letter in letters}
    assert one_apart(one, other) == (other in edits)


@pytest.mark.parametrize(
    "text", ["大海洋路", "大阳路", "大海小阳路", "打海阳路", "大海阳陆驿站", "dahaiyanlu", "dahuiyang", "ahaiyang"]
)
def test_one_error_in_typing_is_overlooked(text):
    first = index_of(*SITES).suggest(text)[0]
    assert (first.name, first.matched) == ("大海阳路驿站", "similar")


@pytest.mark.parametrize("text", ["大洋", "大洋小路", "dhxl", "dai", "大海洋陆"])
def test_two_errors_and_errors_in_short_texts_are_not(text):
    assert "大海阳路驿站" not in names(index_of(*SITES).suggest(text))


def test_what_is_spelt_right_comes_first():
    sites = [Site("大海洋路站", "stall"), Site("大海阳路站", "stall"), Site("大海阳路", "stall", state="closed")]
    found = index_of(*sites).suggest("大海阳路")
    assert [(item.name, item.matched) for item in found] == [("大海阳路站", "name"), ("大海洋路站", "similar")]
    assert names(index_of(*sites).suggest("大海阳路", limit=1)) == ["大海阳路站"]


def test_similar_names_are_found_after_an_edit_too():
    store = RowStore(SITES)
    index = load(store)
    store.put({1: Site("黄河北路站", "stall", position=Position(121, 37))})
    later = index.refreshed(store)  # type: ignore[arg-type]
    assert names(later.suggest("黄河被路")) == ["黄河北路站"]
    assert names(later.suggest("huanghebeiku")) == ["黄河北路站"]


@pytest.mark.parametrize(
    ("name", "english", "initials"),
    [("芝罘区", "Zhifu District", "zf"), ("西安市", "Xi'an", "xa"), ("乌鲁木齐市", "Ürümqi", ""),
     ("六安市", "Lu'an City", "la"), ("吕梁市", "Lüliang", "ll"),
     ("幸福街道", "Xingfu Subdistrict", "xf"), ("无名区", "", "")],
)  # fmt: skip
def test_initials_of_areas_come_from_their_english_names(name, english, initials):
    area = Area("1", name, english, "district", None, MultiPolygon([box(121, 37, 122, 38)]), "test", False)
    assert initials_of(area) == initials


@pytest.mark.parametrize(
    ("text", "matched"),
    [("zf", "pinyin"), ("zhif", "pinyin"), ("zhifu", "name"), ("zhifudistrict", "name"), ("zhihu", "similar"),
     ("芝孚区", "similar"), ("罘", "name")],
)  # fmt: skip
def test_areas_by_pinyin_initials_and_with_an_error(text, matched):
    store = RowStore([])
    shape = MultiPolygon([box(121, 37, 122, 38)])
    store.areas = [Area("370602", "芝罘区", "Zhifu District", "district", "370600", shape, "test", False)]
    store.touch("areas")
    assert [(item.name, item.matched) for item in load(store).suggest(text)] == [("芝罘区", matched)]
