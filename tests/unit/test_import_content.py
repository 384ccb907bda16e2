"""What columns are by their content, and how sure that is."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.sites import Award, StoredSite
from geodata.store import Store
from geodata.vocabulary import load_vocabulary
from importers.content import by_content
from importers.report import ImportReport
from importers.sites import import_sites
from importers.words import Words

WORDS = Words(load_vocabulary())
Put = Callable[..., ImportReport]


@pytest.fixture
def put(sqlite_store: Store, tmp_path: Path) -> Put:
    """Import rows whose first one is the header."""

    def put(*rows: Sequence[object]) -> ImportReport:
        path = tmp_path / "list.csv"
        with path.open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows(rows)
        return import_sites(sqlite_store, path, kind="rest_station", datum="wgs84")

    return put


def sites(store: Store) -> dict[str, StoredSite]:
    return {stored.site.name: stored for stored in store.sites()}


def test_columns_without_a_telling_heading(sqlite_store: Store, put: Put) -> None:
    report = put(
        ["MC", "A", "B", "怎么找", "何时", "是否有空调", "无线网络情况"],
        ["大海阳路驿站", "121.3851", "37.5312", "0535-6612345", "8:30-17:30", "有", "√"],
        ["北马路驿站", "121.3951", "37.5322", "13812345678", "24小时", "无", "暂无"],
        ["南大街驿站", "121.3871", "37.5442", "0535-6612346转2", "8:30-17:00", "部分", "有"],
    )
    found = {item["heading"]: (item["field"], item["by"]) for item in report.recognised["columns_found"]}
    assert found == {
        "MC": ("name", "heading"),
        "A": ("lon", "content"),
        "B": ("lat", "content"),
        "怎么找": ("phone", "content"),
        "何时": ("opening_hours", "content"),
        "是否有空调": ("facilities.air_conditioning", "heading"),
        "无线网络情况": ("facilities.wifi", "content"),
    }
    assert all(0.6 < item["confidence"] <= 1 for item in report.recognised["columns_found"])
    assert report.recognised["unknown_columns"] == []
    site = sites(sqlite_store)["南大街驿站"].site
    assert site.position is not None
    assert (site.position.lon, site.position.lat) == (121.3871, 37.5442)
    assert (site.phone, site.facilities["air_conditioning"].value) == ("0535-6612346转2", "limited")
    assert {amenity.basis for amenity in site.facilities.values()} == {"claimed"}
    assert sites(sqlite_store)["北马路驿站"].site.facilities["wifi"].value == "no"


def test_pinyin_codes_are_headings(sqlite_store: Store, put: Put) -> None:
    put(
        ["MC", "DZ", "WD", "JD", "DH", "JB"],
        ["大海阳路驿站", "大海阳路1号", "37.5312", "121.3851", "6612345", "市级以上"],
    )
    site = sites(sqlite_store)["大海阳路驿站"].site
    assert site.position is not None
    assert (site.position.lon, site.address, site.phone, site.level) == (121.3851, "大海阳路1号", "6612345", "city")


def test_awards_in_columns_and_names(sqlite_store: Store, put: Put) -> None:
    put(
        ["名称", "全省最美户外劳动者服务站点", "烟台市十佳站点"],
        ["甲站", "是", "2022"],
        ["乙站（2021年全国最美驿站）", "否", ""],
        ["丙站（微波炉、空调）", "", ""],
    )
    found = {name: stored.site for name, stored in sites(sqlite_store).items()}
    assert set(found["甲站"].awards) == {
        Award("全省最美户外劳动者服务站点", "provincial", None),
        Award("烟台市十佳站点", "city", 2022),
    }
    assert found["乙站（2021年全国最美驿站）"].awards == (Award("2021年全国最美驿站", "national", 2021),)
    # A name says nothing about facilities.
    assert found["丙站（微波炉、空调）"].facilities == {}
    assert found["丙站（微波炉、空调）"].awards == ()


def test_few_or_other_numbers_are_no_coordinates() -> None:
    headings = {0: "a", 1: "b"}
    near = {0: ["121.3851", "121.3951", "121.3871"], 1: ["37.5312", "37.5322", "37.5442"]}
    assert {found.field for found in by_content(near, headings, (), WORDS).values()} == {"lon", "lat"}
    assert by_content({0: near[0], 1: near[1][:2]}, headings, (), WORDS) == {}
    assert by_content(near, headings, ("lonlat",), WORDS) == {}
    prices = {0: ["121.35", "99.90", "100.00"], 1: ["37.531", "37.532", "337.5"]}
    assert by_content(prices, headings, (), WORDS) == {}
    assert by_content({0: ["新能源", "有", "无"]}, {0: "汽车充电桩"}, (), WORDS) == {}


@given(st.dictionaries(st.integers(0, 5), st.lists(st.text(max_size=12), max_size=8), max_size=6), st.text(max_size=8))
def test_any_column_can_be_looked_at(samples: dict[int, list[str]], heading: str) -> None:
    found = by_content(samples, dict.fromkeys(samples, heading), (), WORDS)
    fields = [
        item.field for item in found.values() if not item.field.startswith(("award:", "facilities.", "services."))
    ]
    assert len(fields) == len(set(fields))
    assert all(0 < item.confidence <= 1 for item in found.values())
