"""Every file of the test data goes in without a profile; a hostile one of any format writes nothing."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from click.testing import CliRunner
from pyarrow.parquet import write_table

from geodata.store import Store, open_store
from importers.sites import import_sites
from webmap.cli import main

REAL = {
    "anting_stations.xlsx": 25,
    "dutch_addresses_shape_28992.zip": 2481,
    "hangzhou_facilities.csv": 659,
    "hangzhou_facilities.json": 659,
    "melbourne_toilets.csv": 74,
    "poi_portugal.gpkg": 8107,
    "singapore_toilets.geojson": 355,
    "singapore_toilets.kml": 355,
    "zhengzhou_stations.csv": 82,
}


def test_the_list_is_complete(test_data: Path) -> None:
    assert {file.name for file in (test_data / "sites").iterdir()} == set(REAL)


@pytest.mark.parametrize("file", REAL)
def test_every_list_goes_in_without_a_profile(sqlite_store: Store, test_data: Path, file: str) -> None:
    report = import_sites(sqlite_store, test_data / "sites" / file, kind="public_facility")
    assert report.exit_code == 0
    assert report.rows.created == REAL[file]
    sites = [stored.site for stored in sqlite_store.sites()]
    assert all(site.name for site in sites)
    if file not in {"anting_stations.xlsx", "zhengzhou_stations.csv"}:
        assert all(site.position for site in sites)


def test_places_without_a_name_are_named_by_what_is_known(sqlite_store: Store, test_data: Path) -> None:
    import_sites(sqlite_store, test_data / "sites" / "poi_portugal.gpkg", kind="public_facility")
    named = [stored.site for stored in sqlite_store.sites() if stored.site.name == "drinking water"]
    assert len(named) > 100
    assert all(site.facilities["drinking_water"].value == "yes" for site in named)


def test_dutch_addresses_are_put_together_and_transformed(sqlite_store: Store, test_data: Path) -> None:
    import_sites(sqlite_store, test_data / "sites" / "dutch_addresses_shape_28992.zip", kind="public_facility")
    site = next(stored.site for stored in sqlite_store.sites() if "Willinkhuizersteeg 2C" in stored.site.name)
    assert site.address == "Willinkhuizersteeg 2C, 6733EB Wekerom"
    assert site.position is not None
    assert (site.position.lon, site.position.lat) == pytest.approx((5.71485, 52.12123), abs=1e-4)


def test_an_osm_extract_goes_in(sqlite_store: Store, test_data: Path) -> None:
    path = test_data / "streets" / "monaco.osm.pbf"
    report = import_sites(sqlite_store, path)
    assert report.exit_code == 0
    assert report.rows.created == report.rows.read > 50
    sites = [stored.site for stored in sqlite_store.sites()]
    assert {site.kind for site in sites} == {"public_facility"}
    assert all(7.40 < site.position.lon < 7.45 for site in sites if site.position)
    assert sum("toilet" in site.facilities for site in sites) > 20
    assert import_sites(sqlite_store, path).rows.unchanged == len(sites)


def _wide(path: Path) -> None:
    path.write_bytes(b"name,lat,lon\n" + b"," * 10_000_000 + b"\n")


def _zeros(path: Path) -> None:
    path.write_bytes(b"name,lat,lon\nA\x00B,1,2\n")


def _entities(path: Path) -> None:
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    path.write_text(
        f'<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a0 "ha">{laughs}]><kml><Document>&a9;</Document></kml>'
    )


def _bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/big.xml", "w") as member:
        for _ in range(1_100):
            member.write(bytes(1_000_000))


def _paths(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../../tmp/list.shp", b"x")


def _zipped(members: dict[str, bytes]) -> Callable[[Path], object]:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)

    return write


def _parquet(geo: str) -> Callable[[Path], object]:
    table = pa.table({"name": ["A"], "geometry": [1]}).replace_schema_metadata({"geo": geo})
    return lambda path: write_table(table, path)


ENTITY = '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "b">]><kml><Document>&a;</Document></kml>'
WKB = '{"primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB"}}}'


def _text(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


HOSTILE: list[tuple[str, Callable[[Path], object]]] = [
    ("wide.csv", _wide),
    ("zeros.csv", _zeros),
    ("laughs.kml", _entities),
    ("bomb.xlsx", _bomb),
    ("paths.zip", _paths),
    ("torn.xls", _text(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(900))),
    ("torn.gpkg", _text(b"SQLite format 3\x00" + bytes(900))),
    ("torn.shp", _text(b"\x00\x00\x27\x0a" + bytes(900))),
    ("torn.fgb", _text(b"fgb\x03fgb\x00" + bytes(900))),
    ("torn.osm.pbf", _text(b"\x00\x00\x00\x0d\x0a\x09OSMHeader" + bytes(90))),
    ("torn.gpx", _text(b'<gpx version="1.1"><wpt')),
    ("torn.json", _text(b'[{"name": "A"}')),
    ("table.parquet", _text(b"PAR1" + bytes(90))),
    ("deep.parquet", _parquet("[" * 100_000)),
    ("numbers.parquet", _parquet(WKB)),
    ("deep.json", _text(b"[" * 100_000)),
    ("zeros.json", _text(b'[{"name": "A\x00B"}]')),
    ("line.tsv", _text(b"name\tlat\n" + b"\t" * 10_000_000)),
    ("entity.gpx", _text(ENTITY.replace("kml", "gpx").encode())),
    ("entity.osm", _text(ENTITY.replace("kml", "osm").encode())),
    ("entity.kmz", _zipped({"doc.kml": ENTITY.encode()})),
    ("utf16.kmz", _zipped({"doc.kml": ENTITY.encode("utf-16")})),
    ("paths.kmz", _zipped({"../doc.kml": b"<kml/>"})),
    ("entity.xlsx", _zipped({"xl/workbook.xml": ENTITY.encode()})),
    ("paths.xlsx", _zipped({"xl/workbook.xml": b"<workbook/>", "/etc/passwd": b"x"})),
]


@pytest.mark.parametrize(("name", "make"), HOSTILE)
def test_a_hostile_file_is_refused_with_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, make: Callable[[Path], object]
) -> None:
    url = f"sqlite:///{tmp_path / 'map.db'}"
    monkeypatch.setenv("STATIONMAP_DATABASE_URL", url)
    store = open_store(url)
    store.upgrade()
    make(tmp_path / name)
    result = CliRunner().invoke(main, ["import", "sites", str(tmp_path / name), "--kind", "rest_station"])
    assert result.exit_code == 1
    assert name in result.output
    assert "Traceback" not in result.output
    assert not list(store.sites())
    assert not list(store.batches())
    store.dispose()


def test_formulas_are_texts_on_the_way_in(sqlite_store: Store, tmp_path: Path) -> None:
    rows = [
        ["名称", "地址", "备注"],
        ["人民路驿站", "人民路1号", "=1+2"],
        ["=cmd|'/c calc'!A0", "人民路2号", "@SUM(1)"],
    ]
    (tmp_path / "list.csv").write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "list.xlsx")
    assert import_sites(sqlite_store, tmp_path / "list.csv", kind="rest_station").rows.created == 2
    found = {stored.site.name: stored.site.note for stored in sqlite_store.sites()}
    assert found == {"人民路驿站": "=1+2", "=cmd|'/c calc'!A0": "@SUM(1)"}
    # What a workbook's formula last gave is its value: nothing, where no program has ever worked it out.
    report = import_sites(sqlite_store, tmp_path / "list.xlsx", kind="rest_station", source="list")
    assert (report.rows.unchanged, report.rows.rejected) == (1, 1)
