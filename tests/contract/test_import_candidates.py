"""Candidates come in from lists as people keep them."""

from __future__ import annotations

from pathlib import Path

from geodata.candidates import Check
from geodata.store import Store
from geodata.store.candidates import read_candidates
from importers.candidates import import_candidates

ROWS = (
    "编号,名称,经度,纬度,地址,依托单位,营业时间,改造费用,业主同意,消防通道,厕所,开放时间确认,日常维护,备注,吉祥物\n"
    "1,烟台银行大海阳支行,121.39,37.53,大海阳路1号,烟台银行,周一至周五 8:30-17:00,2.5万,"
    "是,已落实（2026年验收）,有,待定,银行负责,示例,x\n"
    "2,中石化北马路站,121.40,37.54,北马路2号,中石化,24小时,18000,不同意,,,,,,\n"
    "3,没有坐标,,,,,,,,,,,,,\n"
    "2,重复的编号,121.41,37.54,,,,,,,,,,,\n"
    "5,,121.42,37.54,,,,很多钱,,,,,,,\n"
)


def write(tmp_path: Path, rows: str) -> Path:
    path = tmp_path / "网点.csv"
    path.write_text(rows, encoding="utf-8")
    return path


def test_a_list_of_candidates_goes_in(store: Store, tmp_path: Path) -> None:
    report = import_candidates(store, write(tmp_path, ROWS), datum="wgs84")
    rows = report.rows
    assert (rows.read, rows.created, rows.rejected) == (5, 2, 3)
    assert all(issue.message.text("zh") for issue in report.issues)
    assert "吉祥物" in report.recognised["unknown_columns"]
    bank, petrol = read_candidates(store)
    assert (bank.code, bank.host, bank.cost) == ("网点#1", "烟台银行", 25_000)
    assert bank.hours_osm == "Mo-Fr 08:30-17:00"
    assert bank.checks == {
        "owner_consent": Check("settled"),
        "fire_lanes": Check("settled", "2026年验收"),
        "toilet": Check("settled"),
        "opening_hours": Check("open", "待定"),
        "upkeep": Check("open", "银行负责"),
    }
    assert petrol.refused
    assert petrol.hours_osm == "24/7"
    again = import_candidates(store, write(tmp_path, ROWS), datum="wgs84").rows
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    changed = import_candidates(store, write(tmp_path, ROWS.replace("18000", "9000")), datum="wgs84").rows
    assert (changed.updated, changed.unchanged) == (1, 1)


def test_coordinates_of_chinese_maps_are_put_right(store: Store, tmp_path: Path) -> None:
    import_candidates(store, write(tmp_path, ROWS), datum="gcj02")
    assert 0.004 < 121.39 - read_candidates(store)[0].lon < 0.007


def test_nothing_is_written_by_a_dry_run(store: Store, tmp_path: Path) -> None:
    assert import_candidates(store, write(tmp_path, ROWS), datum="wgs84", dry_run=True).rows.created == 2
    assert read_candidates(store) == []
