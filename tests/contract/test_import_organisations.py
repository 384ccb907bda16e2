"""Lists of unions: what goes in, what is told, the same list again, and taking an import back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
import shapely

from geodata.areas import Area
from geodata.organisations import Organisation, Organisations
from geodata.sites import Hours
from geodata.store import BatchInfo, NewSite, Store, copy_store, open_store, revert_batch
from importers.organisations import import_organisations
from importers.report import ImportReport
from tests.sites import a_site

ROWS = """工会名称,代码,层级,上级工会,所属区县,联系电话,办公地址,办公时间,网址,备注
烟台市总工会,YT,市级,,烟台市,0535-6600000,莱山区,周一至周五 8:30-17:00,example.org,
芝罘区总工会,ZF,区总工会,烟台市总工会,370602,0535-6600001 13800000000,西南河路,周一至周五 8:30-12:00，13:30-17:00,,
向阳街道总工会,ZF-XY,镇街,ZF,,,,以现场为准,,暂无
中正集团工会委员会,,基层,芝罘区总工会,,,,,,
"""
Load = Callable[..., ImportReport]


@pytest.fixture
def load(store: Store, tmp_path: Path) -> Load:
    def load(content: str, name: str = "unions.csv", **options: object) -> ImportReport:
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return import_organisations(store, path, **options)  # type: ignore[arg-type]

    return load


def codes(report: ImportReport) -> set[str]:
    return {issue.message.code for issue in report.issues if issue.severity != "info"}


def by_code(store: Store) -> dict[str, Organisation]:
    return {item.code: item for item in store.organisations()}


def test_a_list_goes_in_and_again_changes_nothing(store: Store, load: Load) -> None:
    trial = load(ROWS, dry_run=True)
    assert (trial.rows.created, store.organisations()) == (4, [])
    report = load(ROWS)
    assert (report.rows, report.exit_code, codes(report)) == (trial.rows, 0, set())
    found = by_code(store)
    district = found["ZF"]
    assert (district.level, district.parent, district.area) == ("district", "YT", "370602")
    assert district.phone == "0535-6600001; 13800000000"
    assert district.hours.osm is not None
    assert district.hours.text.startswith("周一至周五")
    assert found["ZF-XY"] == replace(
        found["ZF-XY"], level="street", parent="ZF", hours=Hours(None, "以现场为准"), note="", source="unions"
    )
    assert found["YT"].website == "https://example.org"
    (made,) = set(found) - {"YT", "ZF", "ZF-XY"}
    assert made.startswith("U-")
    assert (found[made].parent, found[made].level) == ("ZF", "grassroots")
    version = store.state().data_version
    again = load(ROWS)
    assert (again.rows.unchanged, again.rows.updated, again.rows.created) == (4, 0, 0)
    assert store.state().data_version == version


def test_a_workbook_in_english_adds_to_what_is_there(store: Store, load: Load, tmp_path: Path) -> None:
    load(ROWS)
    book = openpyxl.Workbook()
    book.active.append(["Union name", "Level", "Belongs to", "Tel", "English name"])
    book.active.append(["烟台市芝罘区总工会", None, None, "0535-1", "Zhifu District Federation"])
    book.active.append(["毓璜顶街道总工会", "town", "芝罘区总工会", None, None])
    book.save(tmp_path / "more.xlsx")
    report = import_organisations(store, tmp_path / "more.xlsx")
    assert (report.rows.created, report.rows.updated, report.exit_code) == (1, 1, 0)
    district = by_code(store)["ZF"]  # found by its name with the city before it; what is not stated stays
    assert (district.phone, district.name_en, district.parent) == ("0535-1", "Zhifu District Federation", "YT")
    assert len(store.organisations()) == 5


def test_rows_that_cannot_be_used_are_told(store: Store, load: Load) -> None:
    report = load(
        "名称,代码,上级,层级\n"
        "甲工会,A,没有的工会,基层\n"
        "乙工会,B,乙工会,基层\n"
        "丙工会,C,D,基层\n"
        "丁工会,D,C,没有的级\n"
        "戊工会,代码,,\n"
        ",E,,\n"
        "己工会,A,,\n"
    )
    assert (report.rows.created, report.rows.rejected, report.exit_code) == (4, 3, 3)
    assert codes(report) == {
        "organisation_parent_unknown", "organisation_parent_itself", "organisation_circle", "value_unknown_word",
        "organisation_code_wrong", "row_no_name", "organisation_twice",
    }  # fmt: skip
    found = by_code(store)
    assert {code: item.parent for code, item in found.items()} == {"A": None, "B": None, "C": "D", "D": None}
    # Two of one name: a row without a code says not which.
    load("名称,代码\n同名工会,S1\n同名工会,S2\n")
    assert codes(load("名称\n同名工会\n")) == {"organisation_ambiguous"}


def test_parents_come_in_any_order_and_from_other_lists(store: Store, load: Load) -> None:
    load("名称,上级\n甲街道总工会,乙区总工会\n乙区总工会,丙市总工会\n")
    found = Organisations(store.organisations())
    street = found.named("甲街道总工会")
    assert street is not None
    assert [item.name for item in found.above(street)] == ["乙区总工会"]
    load("名称\n丙市总工会\n", name="city.csv")
    load("名称,上级\n甲街道总工会,乙区总工会\n乙区总工会,丙市总工会\n")
    found = Organisations(store.organisations())
    assert [item.name for item in found.above(street)] == ["丙市总工会", "乙区总工会"]


def test_an_import_is_taken_back(store: Store, load: Load) -> None:
    load(ROWS)
    before = store.organisations()
    changed = load(ROWS.replace("0535-6600000", "0535-7700000").replace("向阳街道总工会,ZF-XY", "向阳街道工会,ZF-XY"))
    assert changed.rows.updated == 2
    load("名称,代码,电话\n烟台市总工会,YT,0535-8800000\n", name="newer.csv")
    assert changed.batch is not None
    done = revert_batch(store, changed.batch, "li")
    assert (done.restored, [left.of for left in done.left]) == (1, ["organisation:YT"])  # it changed again since
    assert by_code(store)["ZF-XY"].name == "向阳街道总工会"
    assert by_code(store)["YT"].phone == "0535-8800000"
    first = next(batch for batch in store.batches() if batch.info.kind == "organisations")
    with store.write(BatchInfo("organisations", "li")) as writer:
        writer.put_organisations([Organisation("OTHER", "别处的工会", parent="ZF")])
    done = revert_batch(store, first.id, "li")
    # What the batch changed since stays, and what others belong to with what that belongs to.
    assert {left.of for left in done.left} == {"organisation:YT", "organisation:ZF"}
    assert set(by_code(store)) == {"YT", "ZF", "OTHER"}
    assert len(before) == 4
    assert done.batch is not None
    revert_batch(store, done.batch, "li")  # a revert is a batch itself
    assert len(store.organisations()) == 5


def test_organisations_are_copied(store: Store, load: Load, tmp_path: Path) -> None:
    load(ROWS)
    other = open_store(f"sqlite:///{tmp_path / 'copy.db'}")
    copy_store(store, other)
    assert other.organisations() == store.organisations()
    other.dispose()


def test_areas_and_calendars_are_taken_back_as_well(store: Store) -> None:
    def area(name: str) -> Area:
        return Area("1", name, "", "city", None, shapely.MultiPolygon([shapely.box(0, 0, 1, 1)]), "t", False)

    for name in ("甲", "乙"):
        with store.write(BatchInfo("areas", "li")) as writer:
            writer.put_areas([area(name)])
    last, first = store.batches()[-1].id, store.batches()[-2].id
    revert_batch(store, last, "li")
    assert [found.name for found in store.areas()] == ["甲"]
    assert revert_batch(store, first, "li").restored == 1  # as the second batch was taken back, nothing changed since
    assert store.areas() == []
    with store.write(BatchInfo("sites", "li")) as writer:
        writer.add([NewSite(a_site())])
