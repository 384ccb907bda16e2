"""Maps of every format, archives and OSM extracts; what is hostile in them is refused."""

from __future__ import annotations

import json
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
import osmium
import pyogrio.raw
import pytest
import shapely
import xlwt

from geodata.errors import FileError
from geodata.vocabulary import load_vocabulary
from importers.reading import Source, limits, open_source
from importers.reading.osm import record_of, table
from importers.words import Words

POINTS = [shapely.Point(121.39, 37.53), shapely.Point(121.40, 37.54)]
NAMES = ["甲站", "乙站"]


def write(path: Path, driver: str, shapes: list[shapely.Geometry] = POINTS, crs: str | None = "EPSG:4326") -> Path:
    pyogrio.raw.write(
        str(path),
        geometry=shapely.to_wkb(np.array(shapes, dtype=object)),
        field_data=[np.array(NAMES[: len(shapes)], dtype=object)],
        fields=["name"],
        geometry_type=shapes[0].geom_type,
        crs=crs,
        driver=driver,
        encoding="UTF-8" if driver == "ESRI Shapefile" else None,
    )
    return path


def rows(source: Source) -> list[tuple[object, ...]]:
    return [tuple(row.cells) for grid in source.grids for row in grid.rows()]


def code_of(path: Path) -> str:
    with pytest.raises(FileError) as caught:
        rows(open_source(path))
    assert path.name in str(caught.value.message.params["file"])
    return caught.value.code


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def shapefile(folder: Path, **options: object) -> dict[str, bytes]:
    write(folder / "list.shp", "ESRI Shapefile", **options)  # type: ignore[arg-type]
    return {file.name: file.read_bytes() for file in folder.glob("list.*")}


@pytest.mark.parametrize(
    ("suffix", "driver"),
    [("gpkg", "GPKG"), ("shp", "ESRI Shapefile"), ("fgb", "FlatGeobuf"), ("kml", "KML"), ("gpx", "GPX")],
)
def test_every_format_gives_the_same_rows(tmp_path: Path, suffix: str, driver: str) -> None:
    source = open_source(write(tmp_path / f"list.{suffix}", driver))
    assert source.format == suffix
    (grid,) = source.grids
    name = next(index for index, heading in enumerate(grid.headings or ()) if heading.lower() == "name")
    found = {row[name]: row[:3] for row in rows(source)}
    assert found["甲站"] == pytest.approx((121.39, 37.53, None))
    assert found["乙站"] == pytest.approx((121.40, 37.54, None))


def test_another_crs_is_transformed_and_a_shape_gives_a_point(tmp_path: Path) -> None:
    # The origin of the Dutch grid, the tower of Amersfoort.
    small = shapely.box(154990, 462990, 155010, 463010)
    large = shapely.box(154990, 462990, 159000, 467000)
    path = write(tmp_path / "list.gpkg", "GPKG", [small, large], "EPSG:28992")
    first, second = rows(open_source(path))
    assert first[:2] == pytest.approx((5.387206, 52.155174), abs=2e-5)
    assert first[2] is None
    assert second[2] == "approximate"


def test_a_zipped_shapefile_and_a_kmz(tmp_path: Path) -> None:
    members = {f"folder/{name}": content for name, content in shapefile(tmp_path).items()}
    source = open_source(zipped(tmp_path / "list.zip", members))
    assert source.format == "shp.zip"
    assert [row[4] for row in rows(source)] == NAMES
    kml = write(tmp_path / "list.kml", "KML").read_bytes()
    source = open_source(zipped(tmp_path / "list.kmz", {"doc.kml": kml, "files/picture.png": b"x"}))
    assert source.format == "kmz"
    assert len(rows(source)) == 2


def test_a_shapefile_without_its_crs_says_so(tmp_path: Path) -> None:
    members = shapefile(tmp_path)
    del members["list.prj"]
    (grid,) = open_source(zipped(tmp_path / "list.zip", members)).grids
    assert [doubt.code for doubt in grid.doubts] == ["crs_missing"]


def test_markup_in_kml_becomes_text(tmp_path: Path) -> None:
    path = tmp_path / "list.kml"
    path.write_text(
        '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>层</name><Placemark>'
        "<name>甲站</name><description><![CDATA[<b>饮水</b><br>厕所 &amp; 休息]]></description>"
        "<Point><coordinates>121.39,37.53,0</coordinates></Point></Placemark></Folder></Document></kml>"
    )
    (row,) = rows(open_source(path))
    assert "饮水 \n厕所 & 休息" in str(row[-1]) or " 饮水 \n厕所 & 休息" in row


def test_tracks_of_gpx_are_no_places(tmp_path: Path) -> None:
    path = tmp_path / "list.gpx"
    path.write_text(
        '<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>'
        '<trkpt lat="37.5" lon="121.3"/><trkpt lat="37.6" lon="121.4"/></trkseg></trk></gpx>'
    )
    assert code_of(path) == "file_nothing_in_it"


def test_broken_maps(tmp_path: Path) -> None:
    whole = write(tmp_path / "list.gpkg", "GPKG").read_bytes()
    (tmp_path / "torn.gpkg").write_bytes(whole[:5000])
    assert code_of(tmp_path / "torn.gpkg") == "file_map_unreadable"
    (tmp_path / "torn.kml").write_text("<kml><Document><Placemark>")
    assert code_of(tmp_path / "torn.kml") in {"file_map_unreadable", "file_nothing_in_it"}
    members = shapefile(tmp_path)
    (tmp_path / "alone.shp").write_bytes(members["list.shp"])
    assert code_of(tmp_path / "alone.shp") == "file_map_unreadable"
    (tmp_path / "page.kml").write_text("<html><body>404</body></html>")
    assert code_of(tmp_path / "page.kml") == "file_binary"


@pytest.mark.parametrize(
    "danger",
    [
        '<!DOCTYPE kml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE kml SYSTEM "file:///etc/passwd">',
        '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/x</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>',
        "<NetworkLink><Link><href>http://127.0.0.1/</href></Link></NetworkLink>",
    ],
)
def test_xml_that_reaches_out_is_refused(tmp_path: Path, danger: str) -> None:
    path = tmp_path / "list.kml"
    path.write_text(f'<?xml version="1.0"?>{danger}<kml><Document/></kml>')
    assert code_of(path) in {"file_xml_refused", "file_binary"}
    path.write_text(f'<?xml version="1.0"?><kml>{" " * 3_000_000}{danger}</kml>')
    assert code_of(path) == "file_xml_refused"


@pytest.mark.parametrize("name", ["../list.shp", "/etc/list.shp", "a/../../list.shp", "..\\list.shp", "C:\\list.shp"])
def test_archives_with_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "list.zip"
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("x")
        info.filename = name
        archive.writestr(info, b"x")
    assert code_of(path) == "file_archive_paths"
    assert [file.name for file in tmp_path.iterdir()] == ["list.zip"]


def test_archives_of_other_things(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert code_of(zipped(tmp_path / "list.zip", {"list.csv": b"name\nA\n"})) == "file_archive"
    two = {"a.shp": b"x", "b.shp": b"x"}
    assert code_of(zipped(tmp_path / "two.zip", two)) == "file_archive_several"
    monkeypatch.setattr(limits, "MAX_UNPACKED_BYTES", 1_000_000)
    bomb = zipped(tmp_path / "bomb.zip", {"list.shp": bytes(5_000_000)})
    assert bomb.stat().st_size < 10_000
    assert code_of(bomb) == "file_unpacks_too_large"


def test_an_archive_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "bomb.xlsx", {"xl/workbook.xml": b"<workbook/>", "xl/sharedStrings.xml": bytes(5_000_000)})
    content = bytearray(path.read_bytes())
    honest, lie = struct.pack("<I", 5_000_000), struct.pack("<I", 500)
    assert content.count(honest) == 2
    path.write_bytes(bytes(content).replace(honest, lie))
    assert code_of(path) == "file_workbook_unreadable"


def test_a_workbook_with_entities_is_refused(tmp_path: Path) -> None:
    members = {
        "xl/workbook.xml": b"<workbook/>",
        "xl/sharedStrings.xml": b'<!DOCTYPE x [<!ENTITY a "a">]><sst>&a;</sst>',
    }
    assert code_of(zipped(tmp_path / "list.xlsx", members)) == "file_xml_refused"


def test_old_workbooks(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("站点")
    for row, cells in enumerate([["名称", "面积"], ["甲站", 30.5]]):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    book.save(str(tmp_path / "list.xls"))
    source = open_source(tmp_path / "list.xls")
    assert source.format == "xls"
    assert rows(source) == [("名称", "面积"), ("甲站", 30.5)]
    (tmp_path / "torn.xls").write_bytes((tmp_path / "list.xls").read_bytes()[:700])
    assert code_of(tmp_path / "torn.xls") == "file_workbook_unreadable"


def extract(path: Path) -> Path:
    writer = osmium.SimpleWriter(str(path))
    node = osmium.osm.mutable.Node
    writer.add_node(
        node(id=1, location=(121.39, 37.53), tags={"amenity": "toilets", "wheelchair": "limited", "fee": "no"})
    )
    writer.add_node(node(id=2, location=(121.40, 37.54), tags={"amenity": "bench"}))
    writer.add_node(node(id=3, location=(121.41, 37.54), tags={"amenity": "toilets", "access": "private"}))
    for number, (lon, lat) in enumerate([(121.0, 37.0), (121.001, 37.0), (121.001, 37.001), (121.0, 37.001)], start=10):
        writer.add_node(node(id=number, location=(lon, lat)))
    tags = {"amenity": "library", "name": "图书馆", "opening_hours": "Tu-Su 09:00-17:00", "internet_access": "wlan"}
    writer.add_way(osmium.osm.mutable.Way(id=5, nodes=[10, 11, 12, 13, 10], tags=tags))
    writer.close()
    return path


@pytest.mark.parametrize("name", ["list.osm.pbf", "list.osm"])
def test_osm_extracts(tmp_path: Path, name: str) -> None:
    (grid,) = open_source(extract(tmp_path / name)).grids
    found = {row.cells[3]: dict(zip(grid.headings or (), row.cells, strict=True)) for row in grid.rows()}
    assert set(found) == {"node/1", "way/5"}
    toilet, library = found["node/1"], found["way/5"]
    assert (toilet["facilities.toilet"], toilet["facilities.wheelchair"], toilet["fee"]) == ("yes", "limited", "free")
    assert (library["name"], library["facilities.wifi"]) == ("图书馆", "yes")
    assert (library["geometry.lon"], library["geometry.lat"]) == pytest.approx((121.0005, 37.0005))
    assert set((grid.fields or {}).values()) <= Words(load_vocabulary()).fields("sites") | {"geometry_precision"}


def test_osm_files_without_places_or_damaged(tmp_path: Path) -> None:
    writer = osmium.SimpleWriter(str(tmp_path / "empty.osm.pbf"))
    writer.add_node(osmium.osm.mutable.Node(id=1, location=(1.0, 1.0), tags={"amenity": "bench"}))
    writer.close()
    assert code_of(tmp_path / "empty.osm.pbf") == "file_osm_no_places"
    whole = extract(tmp_path / "list.osm.pbf").read_bytes()
    (tmp_path / "torn.osm.pbf").write_bytes(whole[:-40])
    assert code_of(tmp_path / "torn.osm.pbf") == "file_osm_unreadable"


def test_the_table_of_tags_speaks_the_vocabulary() -> None:
    words = load_vocabulary()
    for place in table()["places"]:
        assert set(place.get("facilities", {})) <= set(words.facilities)
        assert record_of(
            {key: wanted if isinstance(wanted, str) else wanted[0] for key, wanted in place["tags"].items()}
        )
    assert {rule["code"] for rule in table()["facilities"].values()} <= set(words.facilities)
    assert set(table()["columns"]) <= Words(words).fields("sites")
    assert record_of({"amenity": "shelter", "shelter_type": "public_transport"}) is None


def test_geojson_in_an_archive(tmp_path: Path) -> None:
    feature = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 2]}, "properties": {"name": "A"}}
    content = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
    assert rows(open_source(zipped(tmp_path / "list.zip", {"list.geojson": content}))) == [(1.0, 2.0, None, "A")]
    assert (
        code_of(zipped(tmp_path / "bad.zip", {"list.geojson": b'{"type": "FeatureCollection",'})) == "file_json_invalid"
    )


def test_checksums_are_looked_at(tmp_path: Path) -> None:
    path = zipped(tmp_path / "list.zip", shapefile(tmp_path))
    content = bytearray(path.read_bytes())
    place = content.find(struct.pack("<I", zlib.crc32((tmp_path / "list.shp").read_bytes())), len(content) // 2)
    content[place] ^= 0xFF
    path.write_bytes(bytes(content))
    assert code_of(path) == "file_archive_broken"
