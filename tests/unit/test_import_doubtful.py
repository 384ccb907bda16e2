"""Texts that look like something else, and texts that would take long to look at."""

from __future__ import annotations

import contextlib
import itertools
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from geodata.errors import FileError, ValueUnusableError
from geodata.vocabulary import load_vocabulary
from importers.amounts import parse_amount
from importers.areacodes import only_ends_like_area
from importers.cleaning import bare_headings, heading_keys
from importers.columns import heading_index
from importers.coordinates import marks_order, parse_degrees, parse_pair
from importers.endings import fields_at_end
from importers.freetext import read_text
from importers.indicators import indicator_of
from importers.marks import meanings
from importers.notices import as_list_of_names
from importers.phones import read_phones
from importers.provinces import province_of, regions_before
from importers.ratings_titles import award_name
from importers.ratings_values import parse_value, scale_in
from importers.reading import open_source
from importers.reading.jsonshapes import tables
from importers.reading.kml import plain_kml
from importers.words import Words

WORDS = Words(load_vocabulary())


def test_a_free_facility_is_asked_for_and_no_fee() -> None:
    assert meanings("免费WiFi", {"是", "否"}, WORDS) == {}
    assert meanings("是否提供免费饮水", {"是", "否"}, WORDS) == {}
    assert meanings("是否免费开放", {"是", "否"}, WORDS) == {"是": "free", "否": "fee"}


@pytest.mark.parametrize(("text", "value"), [("饮水机1台", "yes"), ("0台", "no"), ("损坏2台", None), ("缺1台", None)])
def test_what_is_broken_or_lacking_is_not_counted(text: str, value: str | None) -> None:
    assert WORDS.value(text) == value


def test_names_that_only_end_like_areas() -> None:
    assert [
        name for name in ("莱山服务区", "万达超市", "各社区", "主城区", "全市") if not only_ends_like_area(name)
    ] == []
    assert [name for name in ("芝罘区", "全南县", "新城区", "烟台市", "城阳区") if only_ends_like_area(name)] == []


def test_places_of_a_notice_that_end_like_regions_are_names(tmp_path: Path) -> None:
    path = tmp_path / "notice.csv"
    path.write_text("2024年最美站点名单\n芝罘区（2个）\n莱山服务区\n幸福社区\n", encoding="utf-8")
    listed = as_list_of_names(open_source(path))
    assert listed is not None
    assert [row.cells for grid in listed.grids for row in grid.rows()] == [
        ["芝罘区", "莱山服务区"],
        ["芝罘区", "幸福社区"],
    ]


def test_a_market_is_no_province() -> None:
    assert province_of("上海市场驿站", within=True) is None
    assert province_of("上海市黄浦区驿站", within=True) == "31"


@pytest.mark.parametrize("heading", ["IP地址", "MAC地址", "账号状态", "审核状态", "合同等级"])
def test_endings_of_what_is_no_place(heading: str) -> None:
    assert list(fields_at_end(heading, heading_index("sites"))) == []


@pytest.mark.parametrize(("value", "amount"), [("1.2w", 12_000), ("1.2万", 12_000), ("1.2", 12_000), ("2千", 2_000)])
def test_an_amount_counts_in_its_own_ten_thousands(value: str, amount: float) -> None:
    texts = {"metric": "帮扶金额", "value": value, "unit": "万元", "period": "2024"}
    assert indicator_of(texts, "list").value == amount


def test_numbers_without_end_are_none() -> None:
    with pytest.raises(ValueUnusableError):
        parse_amount("1" * 400)
    assert scale_in("得分（满分0分）") is None


@pytest.mark.parametrize(
    "content",
    [
        [{"name": "甲", "loc": {"type": ["x"], "coordinates": [1]}}],
        {"elements": [{"type": [], "tags": {"amenity": "cafe"}}]},
        {"type": "Topology", "objects": {"a": [1]}, "arcs": []},
        {"type": "Topology", "objects": {"a": {"geometries": [5]}}, "arcs": []},
        {"elements": [{"type": "node", "id": 1, "lat": "nan", "lon": 121.4, "tags": {"amenity": "toilets"}}]},
    ],
)
def test_odd_json_is_read_or_refused(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "odd.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    try:
        rows = [row.cells for grid in open_source(path).grids for row in grid.rows()]
    except FileError:
        return
    assert [cells for cells in rows if 0.0 in cells] == []


def grows_no_faster_than_its_input(run: Callable[[int], object]) -> bool:
    """Tell whether eight times as much takes clearly less than 64 times as long, as it would by squares."""

    def processor_s(size: int) -> float:
        begun = time.process_time()
        run(size)
        return time.process_time() - begun

    few, many = (min(processor_s(size) for _ in range(3)) for size in (2_500, 20_000))
    return many < 30 * max(few, 1e-3)


def test_wide_tables_are_described_once() -> None:
    def described(size: int) -> object:
        width = size // 25
        columns = [{"name": f"c{place}", "label": f"列{place}"} for place in range(width)]
        ((_, items),) = tables({"columns": columns, "data": [list(range(width))] * 40})
        return items[0][f"列{width - 1}"]

    assert described(2_500) == 99
    assert grows_no_faster_than_its_input(described)


@pytest.mark.parametrize(
    "read",
    [
        parse_amount,
        parse_degrees,
        parse_pair,
        marks_order,
        heading_keys,
        bare_headings,
        read_phones,
        award_name,
        lambda text: parse_value(text, "", "review"),
        lambda text: read_text(text, WORDS),
        lambda text: meanings(text, {"是"}, WORDS),
        lambda text: list(regions_before(text)),
    ],
)
@pytest.mark.parametrize("sign", [" ", "\n", "1", ":", "（", "[", '"', "{", '"Point"', "区"])
def test_long_texts_take_no_long(read: Callable[[str], object], sign: str) -> None:
    number = itertools.count()  # what was read once is remembered

    def looked_at(size: int) -> None:
        for text in (f"1{(sign * size)[:size]}1{next(number)}", f"{{{(sign * size)[:size]}1x{next(number)}"):
            with contextlib.suppress(ValueUnusableError):
                read(text)

    assert grows_no_faster_than_its_input(looked_at)


@pytest.mark.parametrize("sign", ["<tr>", "<tr", "<tr><td>", "</tr><tr>", "<td>甲</td>"])
def test_descriptions_without_ends_take_no_long(sign: str, tmp_path: Path) -> None:
    path = tmp_path / "hostile.kml"

    def read(size: int) -> None:
        rows, opens = f"</tr>{sign * size}", "<description>" * size
        path.write_text(f"<kml><description><![CDATA[{rows}]]></description>{opens}</kml>", encoding="utf-8")
        plain_kml(path)

    assert grows_no_faster_than_its_input(read)
