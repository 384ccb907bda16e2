"""The open data: whole files in every format, of all places or of an area, also while the database is away."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pyogrio
import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from geodata.sites import Site, SourceRef
from geodata.store import BatchInfo, NewSite
from tests.web.conftest import NOW, SITES, Filled, loaded
from webmap import close_app
from webmap.opendata import OpenData
from webmap.pages.numbers.data import licence_address


def files_of(app: Flask) -> OpenData:
    found: OpenData = app.extensions["stationmap.open_data"]
    return found


def fetched(client: FlaskClient, path: str) -> bytes:
    with client.get(path) as answer:
        assert answer.status_code == 200
        return bytes(answer.get_data())


@pytest.fixture(scope="module")
def publishing(filled: Filled, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application whose files of all places were made by a visit to the page."""
    folder = tmp_path_factory.mktemp("kept")
    app = loaded(filled.store, NOW, snapshot_dir=str(folder), data_licence="许可 https://example.org/l")
    client = app.test_client()
    assert client.get("/data").status_code == 200
    files_of(app).making.wait(120)
    yield app
    close_app(app)


@pytest.fixture
def public(publishing: Flask) -> FlaskClient:
    return publishing.test_client()


def test_every_format_holds_every_place(public: FlaskClient, tmp_path: Path) -> None:
    names = {site.name for site in SITES.values()}
    table = list(csv.DictReader(io.StringIO(fetched(public, "/data/all.csv").decode("utf-8-sig"))))
    assert {row["名称"] for row in table} >= names - {SITES["hostile"].name}
    assert len(table) == len(names)
    geojson = json.loads(fetched(public, "/data/all.geojson"))
    assert {feature["properties"]["name"] for feature in geojson["features"]} == names
    book = CalamineWorkbook.from_filelike(io.BytesIO(fetched(public, "/data/all.xlsx")))
    assert len(book.get_sheet_by_index(0).to_python()) == len(names) + 1
    path = tmp_path / "all.gpkg"
    path.write_bytes(fetched(public, "/data/all.gpkg"))
    assert pyogrio.read_info(path)["features"] == len(names)


def test_a_file_tells_its_name_licence_and_version(public: FlaskClient) -> None:
    with public.get("/data/all.csv", headers={"Accept-Encoding": "gzip"}) as answer:
        packed = answer.get_data()
    assert re.search(r"filename=stationmap-all-\d{4}-\d\d-\d\d\.csv", answer.headers["Content-Disposition"])
    assert answer.headers["Link"] == '<https://example.org/l>; rel="license"'
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed) == fetched(public, "/data/all.csv")
    tag = {"If-None-Match": answer.headers["ETag"], "Accept-Encoding": "gzip"}
    with public.get("/data/all.csv", headers=tag) as again:
        assert again.status_code == 304


def test_a_file_that_is_not_there_is_made_while_one_waits(publishing: Flask) -> None:
    client = publishing.test_client()
    first = client.get("/en/data/370602.csv")
    assert first.status_code == 503
    assert first.headers["Refresh"] == first.headers["Retry-After"] == "3"
    assert "being made" in first.get_data(as_text=True)
    files_of(publishing).making.wait(120)
    rows = list(csv.DictReader(io.StringIO(fetched(client, "/en/data/370602.csv").decode("utf-8-sig"))))
    assert {row["name"] for row in rows} == {site.name for site in SITES.values() if site.area == "370602"}
    assert client.get("/data/999999.csv").status_code == 404
    assert client.get("/data/all.exe").status_code == 404


@pytest.mark.parametrize("path", ["/data", "/en/data", "/en/data?area=370602"])
def test_the_page_offers_what_search_engines_can_read(public: FlaskClient, path: str) -> None:
    page = public.get(path).get_data(as_text=True)
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    dataset = json.loads(found[1])
    assert dataset["@type"] == "Dataset"
    assert dataset["license"] == "https://example.org/l"
    links = re.findall(r'<li><a href="([^"]+)" download', page)
    assert [part["contentUrl"] for part in dataset["distribution"]] == [f"http://localhost{link}" for link in links]
    assert len(links) == 4
    total = sum(site.area == "370602" for site in SITES.values()) if "area" in path else len(SITES)
    assert re.search(rf"<p class=\"muted as-of\">{total} (places|个)", page)


def test_files_outlive_the_database_and_follow_the_data(own: Filled, tmp_path: Path) -> None:
    app = loaded(own.store, NOW, snapshot_dir=str(tmp_path / "kept"))
    client, model, files = app.test_client(), app.extensions["stationmap"].read_model, files_of(app)
    client.get("/data/all.geojson")
    files.making.wait(120)
    before = fetched(client, "/data/all.geojson")
    with own.store.write(BatchInfo(kind="sites", actor="test")) as writer:
        writer.add([NewSite(Site(name="新驿站", kind="rest_station"), (SourceRef("list", "new"),), "")])
    model.refresh()
    kept = fetched(client, "/data/all.geojson")  # a minute is not over: the file of just now will do
    assert kept == before
    (old,) = (tmp_path / "kept").glob("data-*/*-all-codes.geojson")
    os_time = old.stat().st_mtime - 120
    os.utime(old, (os_time, os_time))
    assert fetched(client, "/data/all.geojson") == before
    files.making.wait(120)
    after = json.loads(fetched(client, "/data/all.geojson"))
    assert len(after["features"]) == len(json.loads(before)["features"]) + 1
    assert not old.exists()
    close_app(app)


def test_a_lost_database_is_told_where_no_file_was_kept(own: Filled, tmp_path: Path) -> None:
    app = loaded(own.store, NOW, snapshot_dir=str(tmp_path / "kept"))
    client, files = app.test_client(), files_of(app)
    own.store.dispose()
    path = Path(own.store.url.removeprefix("sqlite:///"))
    path.rename(path.with_suffix(".away"))
    assert client.get("/en/data/all.csv").status_code == 503
    files.making.wait(120)
    answer = client.get("/en/data/all.csv")
    assert answer.status_code == 503
    assert "The database does not answer" in answer.get_data(as_text=True)
    close_app(app)


@pytest.mark.parametrize(
    ("licence", "address"),
    [
        ("CC BY 4.0 https://creativecommons.org/licenses/by/4.0/", "https://creativecommons.org/licenses/by/4.0/"),
        ("见 https://example.cn/a。", "https://example.cn/a"),
        ("All rights reserved", ""),
    ],
)
def test_the_address_of_a_licence_is_found_in_its_text(licence: str, address: str) -> None:
    assert licence_address(licence) == address
