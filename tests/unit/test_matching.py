"""Names, addresses and telephone numbers are compared as people mean them; the matcher is right and finds most."""

from __future__ import annotations

from pathlib import Path

import pytest

from importers.names import differ_by_region, fold, is_short_for, parse_address, parse_name, phone_numbers
from importers.scoring import explained
from tests.labelled import labelled, measured, real_list

SEEDS = 10


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("大海阳路工会驿站", "爱心驿家（大海陽路）"),
        ("戶外勞動者驛站·北馬路", "北马路驿站"),
        ("ＡＢ图书馆", "ab图书馆"),
        ("杭州图书馆生活主题分馆", "杭州图书馆生活主题馆"),
        ("中石化北马路户外劳动者服务站点", "中石化北马路"),
    ],
)
def test_cores_that_are_the_same(one: str, other: str) -> None:
    first, second = parse_name(one), parse_name(other)
    assert {first.core, first.aside} & {second.core, second.aside} - {""}


def test_what_a_name_says_beside_its_core() -> None:
    name = parse_name("杭州西站司机之家（东门2号厅）", ["爱心驿家"])
    assert (name.core, name.aside, name.programmes) == ("杭州西站", "东门2号厅", frozenset({"drivers"}))
    assert "2" in name.numbers
    assert parse_name("二号线站").numbers == parse_name("2号线站").numbers == {"2"}
    assert (parse_name("西湖区图书馆").type, parse_name("西湖博物馆").type) == ("library", "museum")
    assert parse_name("驿站").core == "驿站"
    assert fold("Ａ·Ｂ (c)") == "abc"


def test_regions_and_abbreviations() -> None:
    assert differ_by_region("杭州市三堡站", "三堡站")
    assert differ_by_region("丽水市博物馆", "莲都区丽水市博物馆")
    assert not differ_by_region("少儿图书馆", "图书馆")
    assert is_short_for("丽水图", "丽水市图书馆")
    assert not is_short_for("水图", "丽水市图书馆")


def test_addresses_and_telephones() -> None:
    one, other = parse_address("浙江省杭州市上城区解放东路18号市民中心"), parse_address("上城区解放东路１８号")
    assert one is not None
    assert other is not None
    assert (one.street, one.number) == (other.street, other.number) == ("解放东路", "18")
    assert parse_address("") is None
    assert phone_numbers("0571-86535111; 138 0000 0000、158****6066") >= {"86535111"}
    assert phone_numbers("158****6066") == frozenset()


def test_reasons_as_a_line() -> None:
    reasons = {"name": 4.0, "distance": 2.5, "kind": -1.0, "distance_m": 35}
    assert explained(reasons) == "name +4, distance 35 m +2.5, kind -1"
    assert explained(reasons, "zh") == "名称 +4，距离 35 米 +2.5，类型 -1"


def test_precision_and_recall_on_a_real_list(test_data: Path, tmp_path: Path) -> None:
    sites = real_list(test_data, tmp_path)
    results = [measured(*labelled(sites, seed)) for seed in range(SEEDS)]
    right, wrong = sum(r.right for r in results), sum(len(r.wrong) for r in results)
    assert right / (right + wrong) >= 0.99
    assert right / sum(r.positives for r in results) >= 0.95
    # Asking about everything would be no matching: few rows are asked about, and most of those for a reason.
    assert sum(r.unsure for r in results) < 0.05 * sum(r.rows for r in results)
    assert sum(r.unsure_right for r in results) > 0.5 * sum(r.unsure for r in results)
