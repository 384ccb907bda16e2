"""Lists that are filled in as forms, one column for each day, with lists, shapes or objects in cells, and with ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from geodata.sites import Site
from geodata.store import Store
from geodata.vocabulary import load_vocabulary
from importers.coordinates import marks_order, parse_pair
from importers.freetext import read_text
from importers.report import ImportReport
from importers.sites import import_sites
from importers.words import Words
from tests.importing import by_name, only

WORDS = Words(load_vocabulary())


def imported(store: Store, path: Path, text: str) -> ImportReport:
    path.write_text(text, encoding="utf-8")
    return import_sites(store, path, kind="rest_station")


def test_questions_of_a_survey_are_headings(sqlite_store: Store, tmp_path: Path) -> None:
    text = (
        "提交时间,1、您所在的街道,2、站点名称:,3.请填写站点地址,4、请选择站点已有设施,Q5 开放时间,*6、联系电话\n"
        "2024/5/1 10:00:00,向阳街道,甲驿站,南大街1号,饮水机┋微波炉,8:00-18:00,0535-6611111\n"
    )
    report = imported(sqlite_store, tmp_path / "list.csv", text)
    site = only(sqlite_store).site
    assert (site.name, site.address, site.area_name, site.phone) == ("甲驿站", "南大街1号", "向阳街道", "0535-6611111")
    assert site.hours is not None
    assert (site.hours.osm, set(site.facilities)) == ("Mo-Su 08:00-18:00", {"drinking_water", "microwave"})
    assert report.recognised["unknown_columns"] == ["提交时间"]


@pytest.mark.parametrize(
    ("headings", "cells", "osm"),
    [
        ("周一,周五,周六,周日", "9:00-17:00,9:00-16:00,10:00-14:00,休息",
         "Mo 09:00-17:00; Fr 09:00-16:00; Sa 10:00-14:00"),
        ("Monday,Saturday,Sunday", "9:00-17:00,10:00-14:00,closed", "Mo 09:00-17:00; Sa 10:00-14:00"),
        ("上午,下午", "8:00-12:00,14:00-18:00", "Mo-Su 08:00-12:00,14:00-18:00"),
    ],
)  # fmt: skip
def test_a_column_for_each_day(sqlite_store: Store, tmp_path: Path, headings: str, cells: str, osm: str) -> None:
    imported(sqlite_store, tmp_path / "list.csv", f"名称,地址,{headings}\n甲驿站,南大街1号,{cells}\n")
    hours = only(sqlite_store).site.hours
    assert hours is not None
    assert hours.osm == osm


def test_days_that_count_something_are_no_hours(sqlite_store: Store, tmp_path: Path) -> None:
    report = imported(sqlite_store, tmp_path / "list.csv", "名称,地址,周一,周二\n甲驿站,南大街1号,120,80\n")
    assert report.recognised["unknown_columns"] == ["周一", "周二"]


@pytest.mark.parametrize(
    ("text", "ordered"),
    [
        ('{"lng":121.4,"lat":37.5}', True),
        ('{"lat":37.5,"lng":121.4}', True),
        ('{"type":"Point","coordinates":[121.4,37.5]}', True),
        ('{"coordinates": [[121.4, 37.5]], "type": "MultiPoint"}', True),
        ("MULTIPOINT((121.4 37.5))", True),
        ("SRID=4326;POLYGON((121.3 37.4,121.5 37.4,121.5 37.6,121.3 37.6,121.3 37.4))", True),
    ],
)
def test_objects_and_shapes_in_cells(text: str, ordered: bool) -> None:
    assert [float(part.split(":")[-1]) for part in parse_pair(text)] == pytest.approx([121.4, 37.5])
    assert marks_order(text) == ordered


@pytest.mark.parametrize("heading", ["Coordinates (lat, lon)", "Lat/Long", "坐标（纬度/经度）", "Geo Point"])
def test_headings_say_which_coordinate_is_the_first(sqlite_store: Store, tmp_path: Path, heading: str) -> None:
    imported(sqlite_store, tmp_path / "list.csv", f'name,address,"{heading}"\nA,1 Main St,"48.85, 2.35"\n')
    position = only(sqlite_store).site.position
    assert position is not None
    assert (position.lon, position.lat) == (2.35, 48.85)


def test_times_that_a_spreadsheet_left_as_numbers(sqlite_store: Store, tmp_path: Path) -> None:
    cells = "甲驿站,南大街1号,0.354166666666667,0.729166666666667\n乙驿站,南大街2号,8:30,17:30"
    text = f"名称,地址,开门时间,关门时间\n{cells}\n"
    imported(sqlite_store, tmp_path / "list.csv", text)
    assert {stored.site.hours and stored.site.hours.osm for stored in sqlite_store.sites()} == {"Mo-Su 08:30-17:30"}


@pytest.mark.parametrize("text", ["①休息②饮水③充电", "1.休息 2.饮水 3.充电", "休息┋饮水┋充电"])
def test_numbered_items(text: str) -> None:
    assert {said.code for said in read_text(text, WORDS)} == {"seats", "drinking_water", "phone_charging"}


def test_ends_of_lists_are_no_places(sqlite_store: Store, tmp_path: Path) -> None:
    text = "名称,地址,电话\n甲驿站,南大街1号,\n共计：1个,,1\n数据来源：市总工会,,\n（以下空白）,,\n"
    report = imported(sqlite_store, tmp_path / "list.csv", text)
    sites: dict[str, Site] = {name: stored.site for name, stored in by_name(sqlite_store).items()}
    assert set(sites) == {"甲驿站"}
    assert (report.rows.skipped, report.exit_code) == (3, 0)


def test_lines_of_a_description_are_columns(sqlite_store: Store, tmp_path: Path) -> None:
    def placemark(name: str, description: str) -> str:
        point = "<Point><coordinates>121.38,37.53,0</coordinates></Point>"
        return f"<Placemark><name>{name}</name><description>{description}</description>{point}</Placemark>"

    first = placemark("甲驿站", "<![CDATA[<div>地址：南大街1号<br/>电话：0535-6611111</div>]]>")
    second = placemark("乙驿站", "开放时间8:00-18:00，免费饮水；见 https://example.org/a")
    folder = f"<Folder><name>向阳街道</name>{first}</Folder><Folder><name>幸福街道</name>{second}</Folder>"
    text = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{folder}</Document></kml>'
    imported(sqlite_store, tmp_path / "a.kml", f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    sites = {name: stored.site for name, stored in by_name(sqlite_store).items()}
    site = sites["甲驿站"]
    assert (site.address, site.phone, site.area_name) == ("南大街1号", "0535-6611111", "向阳街道")
    assert site.note.split() == ["地址：南大街1号", "电话：0535-6611111"]  # it may say more than that
    assert sites["乙驿站"].note == "开放时间8:00-18:00，免费饮水；见 https://example.org/a"
