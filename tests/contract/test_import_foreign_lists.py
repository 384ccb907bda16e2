"""Lists of other countries, and of partners who head their columns with their own sort of place."""

from __future__ import annotations

from pathlib import Path

import pytest

from geodata.errors import FileError
from geodata.sites import Site
from geodata.store import Store
from importers.report import ImportReport
from importers.sites import import_sites
from tests.importing import only

#: The first four columns are name, address, longitude and latitude, whatever else there is.
LISTS = {
    "Taiwan": ("公廁名稱,公廁地址,經度,緯度,鄉鎮市區,備註", "大安公廁,新生南路2段1號,121.5366,25.0296,大安區,公園內"),
    "Japan": ("名称,住所,経度,緯度,市区町村名,備考", "駅前便所,丸の内1-1,139.767,35.681,千代田区,駅前"),
    "Korea": (
        "화장실명,소재지도로명주소,WGS84경도,WGS84위도,시군구명,비고",
        "시청,세종대로 110,126.9779,37.5663,중구,1층",
    ),
    "Spain": (
        "NOMBRE;DIRECCIÓN;LONGITUD;LATITUD;DISTRITO;OBSERVACIONES",
        "Fuente A;Calle Mayor 1;-3,7038;40,4168;Centro;x",
    ),
    "Brazil": ("Nome;Endereço;Longitude;Latitude;Bairro;Observações", "Bebedouro;Rua Um 1;-51,23;-30,0331;Centro;x"),
    "France": ("nom;adresse;longitude;latitude;quartier;remarques", "Toilettes;1 Rue X;4,834;45,767;Centre;x"),
    "Germany": ("Bezeichnung;Adresse;Längengrad;Breitengrad;Bezirk;Bemerkung", "WC;Hauptstr. 1;13,3888;52,517;Mitte;x"),
    "Hong Kong": ("設施名稱,詳細地址,東經,北緯,地區,備註", "旺角公廁,彌敦道1號,114.1694,22.3193,油尖旺,x"),
    "petrol stations": (
        "油站名称,油站地址,油站经度,油站纬度,所属区县,备注",
        "第1加油站,机场路1号,121.38,37.53,芝罘区,x",
    ),
    "telecom": ("营业厅名称,营业厅地址,营业厅经度,营业厅纬度,区县,备注", "南大街厅,南大街1号,121.38,37.53,芝罘区,x"),
    "a service": ("siteName,siteAddress,siteLng,siteLat,siteDistrict,remark", "A,1 High St,144.96,-37.81,North,x"),
}


def imported(store: Store, path: Path, *lines: str) -> tuple[ImportReport, Site]:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return import_sites(store, path, kind="rest_station"), only(store).site


@pytest.mark.parametrize("country", LISTS)
def test_headings_are_understood(sqlite_store: Store, tmp_path: Path, country: str) -> None:
    headings, cells = LISTS[country]
    report, site = imported(sqlite_store, tmp_path / "list.csv", headings, cells)
    name, address, lon, lat, area, note = cells.split(";" if ";" in cells else ",")
    assert (site.name, site.address, site.area_name, site.note) == (name, address, area, note)
    position = site.position
    assert position is not None
    given = tuple(float(text.replace(",", ".")) for text in (lon, lat))
    assert (position.given_lon, position.given_lat) == pytest.approx(given)
    assert report.recognised["unknown_columns"] == []


def test_traditional_characters_in_cells(sqlite_store: Store, tmp_path: Path) -> None:
    _, site = imported(
        sqlite_store, tmp_path / "list.csv", "名稱,地址,設施,冷氣", "甲站,一路1號,飲水機、無微波爐、冰箱,V"
    )
    assert {code: item.value for code, item in site.facilities.items()} == {
        "drinking_water": "yes", "microwave": "no", "fridge": "yes", "air_conditioning": "yes",
    }  # fmt: skip


def test_one_sort_of_toilet_says_nothing_of_the_others(sqlite_store: Store, tmp_path: Path) -> None:
    headings = "公廁名稱,地址,親子廁所,男廁所,第三卫生间数量"
    _, site = imported(sqlite_store, tmp_path / "list.csv", headings, "大安公廁,新生南路1號,否,否,0")
    assert "toilet" not in site.facilities


def test_what_belongs_to_something_else_is_no_place(sqlite_store: Store, tmp_path: Path) -> None:
    headings = "站点名称,公司名称,公司地址,投诉电话,注册地址,街道名称,State,机构状态"
    cells = "甲驿站,某公司,北京,12345,上海,向阳街道,VIC,已停用"
    _, site = imported(sqlite_store, tmp_path / "list.csv", headings, cells)
    assert (site.name, site.address, site.phone, site.state) == ("甲驿站", "", "", "closed")
    path = tmp_path / "figures.csv"
    path.write_text("街道名称,站点数量\n向阳街道,5\n幸福街道,8\n", encoding="utf-8")
    with pytest.raises(FileError):
        import_sites(sqlite_store, path, kind="rest_station")
