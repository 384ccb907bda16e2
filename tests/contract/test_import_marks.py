"""Cells as offices fill them in: marks, numbers of things, shortened numbers, remarks between the rows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from geodata.sites import Site
from geodata.store import Store
from geodata.vocabulary import load_vocabulary
from importers.cleaning import parse_date
from importers.freetext import read_text
from importers.report import ImportReport
from importers.sites import import_sites
from importers.words import Words
from tests.importing import by_name, codes

WORDS = Words(load_vocabulary())


def imported(store: Store, folder: Path, text: str) -> tuple[ImportReport, dict[str, Site]]:
    (folder / "list.csv").write_text(text, encoding="utf-8")
    report = import_sites(store, folder / "list.csv", kind="rest_station")
    return report, {name: stored.site for name, stored in by_name(store).items()}


@pytest.mark.parametrize(
    ("heading", "cells", "values"),
    [
        ("微波炉", "ü,û", ["yes", "no"]),  # Wingdings
        ("微波炉", "R,£", ["yes", "no"]),  # Wingdings 2
        ("微波炉", "P,无", ["yes", "no"]),
        ("是否有微波炉", "○,×", ["yes", "no"]),
        ("微波炉", "△,○", ["limited", "yes"]),
        ("微波炉", "☑,□", ["yes", "no"]),
        ("微波炉（1有 2无）", "1,2", ["yes", "no"]),
        ("微波炉", "有2台,0台", ["yes", "no"]),
        ("微波炉数量（台）", "1,0", ["yes", "no"]),
        ("微波炉", "○,●", [None, "yes"]),  # which of them is the better one?
        ("微波炉", "R,S", ["yes", "no"]),
        ("微波炉", "□,√", [None, "yes"]),
    ],
)
def test_marks(sqlite_store: Store, tmp_path: Path, heading: str, cells: str, values: list[str | None]) -> None:
    first, second = cells.split(",")
    text = f"名称,地址,{heading}\n甲驿站,南大街1号,{first}\n乙驿站,南大街2号,{second}\n"
    report, sites = imported(sqlite_store, tmp_path, text)
    found = [sites[name].facilities.get("microwave") for name in ("甲驿站", "乙驿站")]
    assert [item and item.value for item in found] == values
    assert ("value_unknown_word" in codes(report)) == (None in values)


def test_letters_elsewhere_are_no_marks(sqlite_store: Store, tmp_path: Path) -> None:
    _, sites = imported(sqlite_store, tmp_path, "名称,地址,楼层\n甲驿站,南大街1号,P\n乙驿站,南大街2号,R\n")
    assert [sites[name].floor for name in ("甲驿站", "乙驿站")] == ["P", "R"]


@pytest.mark.parametrize(("heading", "fees"), [("是否免费", ["free", "fee"]), ("是否收费", ["fee", "free"])])
def test_yes_means_what_the_heading_asks(sqlite_store: Store, tmp_path: Path, heading: str, fees: list[str]) -> None:
    text = f"名称,地址,{heading}\n甲驿站,南大街1号,是\n乙驿站,南大街2号,否\n"
    _, sites = imported(sqlite_store, tmp_path, text)
    assert [sites[name].access.fee for name in ("甲驿站", "乙驿站")] == fees


@pytest.mark.parametrize(
    ("text", "value"),
    [("微波炉0台", "no"), ("微波炉×2", "yes"), ("微波炉 0", "no"), ("微波炉：否", "no"), ("微波炉 10台", "yes")],
)
def test_numbers_in_running_text(text: str, value: str) -> None:
    assert [(said.code, said.value) for said in read_text(text, WORDS)] == [("microwave", value)]


def test_numbers_that_a_spreadsheet_wrote(sqlite_store: Store, tmp_path: Path) -> None:
    assert parse_date("45047") == date(2023, 5, 1)
    text = (
        "名称,地址,联系电话,所属区县\n甲驿站,南大街1号,1.3800138000E+10,[]\n乙驿站,南大街2号,1.38E+10,芝罘区\n"
        ",芝罘区小计,2,\n备注：,本表由工会填报,,\n"
    )
    report, sites = imported(sqlite_store, tmp_path, text)
    assert [(site.phone, site.area_name) for site in sites.values()] == [("13800138000", ""), ("", "芝罘区")]
    assert "phone_shortened" in codes(report)
    assert (report.rows.skipped, report.exit_code) == (2, 0)


def test_hours_of_seasons_and_days_of_rest_in_columns(sqlite_store: Store, tmp_path: Path) -> None:
    text = (
        "名称,地址,门牌号,营业时间（夏）,营业时间（冬）,休息日\n"
        "甲驿站,南大街,1号,8:30-17:30,8:30-17:00,周日\n乙驿站,北马路,2号,8:30-17:30,8:30-17:30,无\n"
    )
    _, sites = imported(sqlite_store, tmp_path, text)
    assert {name: (site.address, site.hours.osm) for name, site in sites.items() if site.hours} == {
        "甲驿站": ("南大街1号", "May-Sep Mo-Sa 08:30-17:30; Oct-Apr Mo-Sa 08:30-17:00"),
        "乙驿站": ("北马路2号", "May-Sep Mo-Su 08:30-17:30; Oct-Apr Mo-Su 08:30-17:30"),
    }
