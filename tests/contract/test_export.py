"""What is exported holds everything, harms no spreadsheet, and comes back without changing anything."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pyogrio
import pytest

from geodata.errors import FileError, NotFoundError, ParameterError
from geodata.sites import Access, Amenity, Award, Closure, Entrance, Hours, Position, Site, SourceRef
from geodata.store import BatchInfo, NewSite, Store
from geodata.vocabulary import load_vocabulary
from importers.sites import import_sites
from webmap.demo import fill_demo
from webmap.exports import FORMATS, Selection, export_sites
from webmap.exports import sites as exporting

EDIT = BatchInfo("edit", "staff")
PHONE = "+86 535-6612345; 0535-6612346"


def hard_sites() -> list[Site]:
    """Return places with what a cell could lose or a spreadsheet could run."""
    plain = Site("人民路驿站", "rest_station", position=Position(121.4, 37.5))
    return [
        plain,
        replace(plain, note="一条街上的同名驿站"),
        replace(
            plain,
            name='=HYPERLINK("http://x","驿站")',
            address="@SUM(A1:A9)",
            host="-2+3",
            phone=PHONE,
            labels=("爱心驿家", "骑手/司机之家"),
            former_names=("旧站、老站",),
            position=Position(111.41234567, 37.51234567, "approximate", "position_shared", 111.42, 37.52, "gcj02"),
            entrance=Entrance(121.412345678, 37.5123),
            hours=Hours("Mo-Su 08:00-20:00"),
            closures=(Closure(date(2026, 10, 1), date(2026, 10, 7), "装修"),),
            facilities={
                "drinking_water": Amenity("yes", "verified", date(2026, 5, 1), "大厅", Hours("24/7", "24小时")),
                "microwave": Amenity("limited"),
                "toilet": Amenity("no", as_of=date(2025, 1, 1)),
            },
            services={"legal_aid": Amenity("yes")},
            access=Access(("scan", "staffed"), "free", "扫码"),
            level="city",
            capacity=12,
            area_m2=35.5,
            awards=(Award("最美驿站", "provincial", 2021), Award("十佳")),
            verified_on=date(2026, 6, 1),
            website="https://example.org/a?b=1",
            area_name="高新园区",
            state="paused",
        ),
        Site("没有位置的站", "service_center", address="某路1号", hours=Hours(None, "以现场为准")),
        replace(plain, name="两次停开", closures=(Closure(date(2026, 1, 1)), Closure(date(2026, 3, 1), None, "搬迁"))),
        replace(plain, name="改过的时间", hours=Hours("Mo-Fr 09:00-17:00", "全天")),
    ]


def add(store: Store, sites: list[Site]) -> list[str]:
    with store.write(EDIT) as writer:
        return writer.add([NewSite(site, (SourceRef("其他来源", f"k{n}"),), "") for n, site in enumerate(sites)])


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("suffix", FORMATS)
def test_an_export_goes_back_in_and_changes_nothing(
    sqlite_store: Store, tmp_path: Path, suffix: str, lang: str
) -> None:
    fill_demo(sqlite_store)
    add(sqlite_store, hard_sites())
    path = tmp_path / f"sites.{suffix}"
    count = export_sites(sqlite_store, path, lang="zh" if lang == "zh" else "en")
    version = sqlite_store.state().data_version
    report = import_sites(sqlite_store, path)
    counts = report.rows
    issues = [issue for issue in report.issues if issue.severity != "info"]
    assert issues == []
    assert (counts.unchanged, counts.created, counts.updated, counts.rejected) == (count, 0, 0, 0)
    assert sqlite_store.state().data_version == version
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_it_does_so_on_both_stores(store: Store, tmp_path: Path) -> None:
    codes = add(store, hard_sites())
    path = tmp_path / "sites.csv"
    assert export_sites(store, path) == len(codes)
    assert import_sites(store, path).rows.unchanged == len(codes)


def test_no_cell_of_a_csv_begins_as_a_formula(sqlite_store: Store, tmp_path: Path) -> None:
    add(sqlite_store, hard_sites())
    path = tmp_path / "sites.csv"
    export_sites(sqlite_store, path, lang="en")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    texts = [(name, text) for row in rows for name, text in row.items() if name not in ("lon", "lat")]
    assert not [pair for pair in texts if pair[1].startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert {row["phone"] for row in rows} == {"", f"'{PHONE}"}
    assert "'@SUM(A1:A9)" in {row["address"] for row in rows}


def test_a_workbook_has_texts_and_numbers_and_no_formula(sqlite_store: Store, tmp_path: Path) -> None:
    add(sqlite_store, hard_sites())
    path = tmp_path / "sites.xlsx"
    export_sites(sqlite_store, path, lang="zh")
    sheet = openpyxl.load_workbook(path).active
    rows = list(sheet.iter_rows())
    by_heading = {cell.value: cell.column - 1 for cell in rows[0]}
    hard = next(row for row in rows[1:] if str(row[by_heading["名称"]].value).startswith("=HYPERLINK"))
    assert {hard[by_heading[name]].data_type for name in ("名称", "地址", "联系电话", "依托单位")} == {"s"}
    assert hard[by_heading["联系电话"]].value == PHONE
    assert hard[by_heading["名称"]].quotePrefix
    assert hard[by_heading["经度"]].data_type == "n"
    assert hard[by_heading[load_vocabulary().facilities["microwave"].zh]].value == "部分"
    assert hard[by_heading["品牌"]].hyperlink is None


def test_geojson_follows_the_standard(sqlite_store: Store, tmp_path: Path) -> None:
    codes = add(sqlite_store, hard_sites())
    path = tmp_path / "sites.geojson"
    export_sites(sqlite_store, path)
    found = json.loads(path.read_bytes())
    assert set(found) == {"type", "features"}
    features = {feature["properties"]["code"]: feature for feature in found["features"]}
    assert list(features) == codes
    hard, nowhere = features[codes[2]], features[codes[3]]
    assert hard["geometry"] == {"type": "Point", "coordinates": [111.4123457, 37.5123457]}
    assert nowhere["geometry"] is None
    told = hard["properties"]
    assert told["facilities.drinking_water"] == "yes"
    assert told["verified_amenities"] == "drinking_water"
    assert told["amenity_notes"] == "drinking_water: 大厅, 24小时"
    assert told["opening_hours"] == told["osm_hours"] == "Mo-Su 08:00-20:00"
    assert features[codes[4]]["properties"]["all_closures"].count("2026") == 2


def test_a_geopackage_has_one_layer_of_points(sqlite_store: Store, tmp_path: Path) -> None:
    codes = add(sqlite_store, hard_sites())
    path = tmp_path / "sites.gpkg"
    export_sites(sqlite_store, path)
    info = pyogrio.read_info(path)
    assert (info["layer_name"], info["crs"], info["geometry_type"]) == ("sites", "EPSG:4326", "Point")
    assert info["features"] == len(codes)


def test_area_and_kind_choose_and_merged_places_are_left_out(sqlite_store: Store, tmp_path: Path) -> None:
    fill_demo(sqlite_store)
    path = tmp_path / "some.geojson"
    names = lambda: [feature["properties"] for feature in json.loads(path.read_bytes())["features"]]  # noqa: E731
    export_sites(sqlite_store, path, selection=Selection("370602"))
    assert {place["area"] for place in names()} == {"370602"}
    by_code = len(names())
    assert export_sites(sqlite_store, path, selection=Selection("芝罘区")) == by_code
    export_sites(sqlite_store, path, selection=Selection(kinds=("service_center",)))
    assert {place["kind"] for place in names()} == {"service_center"}
    everything = export_sites(sqlite_store, path)
    one, other = [place["code"] for place in names()][:2]
    with sqlite_store.write(EDIT) as writer:
        writer.add_alias(one, other)
    assert export_sites(sqlite_store, path) == everything - 1


def test_what_fails_leaves_the_old_file(sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(sqlite_store, hard_sites())
    path = tmp_path / "sites.xlsx"
    path.write_text("old")
    with pytest.raises(NotFoundError, match="No place is among"):
        export_sites(sqlite_store, path, selection=Selection("不存在的区"))
    with pytest.raises(ParameterError):
        export_sites(sqlite_store, path, selection=Selection(kinds=("castle",)))
    with pytest.raises(ParameterError):
        export_sites(sqlite_store, tmp_path / "sites.pdf")
    monkeypatch.setattr(exporting, "SHEET_ROWS", 3)
    with pytest.raises(FileError, match="at most 3"):
        export_sites(sqlite_store, path)
    with pytest.raises(FileError, match="cannot be written"):
        export_sites(sqlite_store, tmp_path / "nowhere" / "sites.csv")
    assert [(item.name, item.read_text()) for item in tmp_path.glob("*.xlsx")] == [("sites.xlsx", "old")]
