"""The share of areas and demand within a walk of a place: worked out beside the requests, shown, kept, renewed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely
from flask import Flask
from flask.testing import FlaskClient

from geodata.areas import Area
from geodata.demand import DemandPoints
from geodata.store import BatchInfo, Store, copy_store, open_store
from tests.web.conftest import NOW, Filled, loaded
from tests.web.test_numbers import text_of
from tests.web.test_streets import build_streets
from webmap import close_app, making
from webmap.catchment import FILE, CatchmentFile

INFO = BatchInfo("areas", "test")
LAISHAN = Area(
    "370613", "莱山区", "Laishan", "district", "370600",
    shapely.MultiPolygon([shapely.box(121.6, 37.4, 121.7, 37.5)]), "test", approximate=True,
)  # fmt: skip


def file_of(app: Flask) -> CatchmentFile:
    found: CatchmentFile = app.extensions["stationmap.catchment"]
    return found


def walk_of(client: FlaskClient, query: str = "") -> dict[str, Any] | None:
    answer = client.get(f"/api/v1/stats{query}")
    assert answer.status_code == 200
    found: dict[str, Any] | None = answer.get_json()["walk"]
    return found


def put_demand(store: Store) -> None:
    with store.write(BatchInfo("demand", "test")) as writer:
        writer.put_demand(
            "环卫工人", DemandPoints.of([121.391, 121.39, 121.5, 121.65], [37.536, 37.54, 37.6, 37.45], [5, 3, 1, 1])
        )


@pytest.fixture(scope="module")
def counting(filled: Filled, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application that has worked out its shares, of two districts with demand, streets in one."""
    folder = tmp_path_factory.mktemp("counting")
    copy_store(filled.store, store := open_store(f"sqlite:///{folder / 'own.db'}"))
    build_streets(store)
    put_demand(store)
    with store.write(INFO) as writer:
        writer.put_areas([LAISHAN])
    app = loaded(store, NOW, snapshot_dir=str(folder / "kept"))
    walk_of(app.test_client())
    file_of(app).making.wait(120)
    yield app
    close_app(app)
    store.dispose()


def test_the_page_tells_what_the_interface_tells(counting: Flask) -> None:
    client = counting.test_client()
    told = walk_of(client)
    assert told is not None
    assert (told["minutes"], told["speed_kmh"], told["day"], told["networks"]) == (15, 4.8, "2026-10-10", ["Zhifu"])
    assert told["places"] == 5  # neither closed, planned, shut for now nor known by its area alone
    assert [area["area"] for area in told["areas"]] == ["370602", "370613"]
    assert told["total"]["demand"]["环卫工人"]["weight"] == 10
    assert told["total"]["demand"]["环卫工人"]["share"] == pytest.approx(0.8)
    zhifu, laishan = told["areas"]
    assert (laishan["surface"]["share"], laishan["demand"]["环卫工人"]["share"]) == (0, 0)
    assert 0 < zhifu["surface"]["streets"] < zhifu["surface"]["share"] * 10 < 1
    sums = [part["weight"] * part["share"] for part in (zhifu["surface"], laishan["surface"])]
    total = told["total"]["surface"]
    assert total["weight"] * total["share"] == pytest.approx(sum(sums))

    told_in = {
        "/stats": ("步行 15 分钟范围", "需求：环卫工人", "每小时 4.8 公里", "路网（Zhifu）"),
        "/en/stats": ("Within 15 minutes on foot", "Demand: 环卫工人", "at 4.8 km/h", "that are loaded (Zhifu)"),
    }
    for path, words in told_in.items():
        page = client.get(path).get_data(as_text=True)
        text = text_of(page)
        assert [word for word in words if word not in text] == []
        section = page.partition('aria-labelledby="walk"')[2].partition("</section>")[0]
        assert section.count('class="bar"') == 6  # two measures of a total and two districts
        rows = re.findall(r"<td>([^<]*)</td>", section)
        assert rows[:4] == [
            f"{total['weight']:,.0f}",
            f"{total['share']:.1%}",
            f"{total['streets']:.1%}",
            f"{total['points']:,}",
        ]
        assert "80%" in rows


def test_an_area_has_its_own_share_and_one_without_a_border_none(counting: Flask) -> None:
    client = counting.test_client()
    whole = walk_of(client)
    assert whole is not None
    told = walk_of(client, "?area=芝罘")
    assert told is not None
    assert told["total"]["surface"] == pytest.approx(whole["areas"][0]["surface"])
    assert told["areas"] == []
    assert told["total"]["demand"]["环卫工人"]["weight"] == 9
    city = walk_of(client, "?area=370600")
    assert city is not None
    assert len(city["areas"]) == 2
    assert city["total"]["surface"]["points"] == whole["total"]["surface"]["points"]
    assert walk_of(client, "?area=110101") is None
    assert "步行 15 分钟范围" not in client.get("/stats?area=110101").text
    assert "莱山区" in text_of(client.get("/stats?area=370613").text)  # there is no place, but there is a share


def test_until_it_is_worked_out_the_page_says_so_and_then_is_another_one(
    own: Filled, make_app: Callable[..., Flask], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(snapshot_dir=str(tmp_path / "kept"))
    client = app.test_client()
    first = client.get("/en/stats")
    assert "is being worked out" in first.text
    assert walk_of(client) is None
    file_of(app).making.wait(120)
    tag = {"If-None-Match": first.headers["ETag"]}
    second = client.get("/en/stats", headers=tag)
    assert second.status_code == 200
    assert "Within 15 minutes on foot" in second.text
    assert "No streets are loaded: a straight line counts 1.3 times" in second.text
    assert "Demand" not in text_of(second.text)
    # a newer layer of demand is seen when the file has had its rest
    put_demand(own.store)
    app.extensions["stationmap"].read_model.refresh()
    assert "Demand" not in text_of(client.get("/en/stats").text)
    assert not file_of(app).making.busy
    monkeypatch.setattr("webmap.catchment.FRESH_S", 0.0)
    monkeypatch.setattr("webmap.catchment.REST", 0.0)
    client.get("/en/stats")
    file_of(app).making.wait(120)
    assert "Demand: 环卫工人" in text_of(client.get("/en/stats").text)


def test_another_worker_takes_the_file_also_without_the_database(
    counting: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = walk_of(counting.test_client())
    settings = counting.extensions["stationmap"].settings.store
    store = open_store(settings.database_url)
    other = loaded(store, NOW, snapshot_dir=settings.snapshot_dir)
    store.dispose()
    database = Path(settings.database_url.removeprefix("sqlite:///"))
    database.rename(database.with_suffix(".away"))
    monkeypatch.setattr(making.subprocess, "run", None)  # nothing needs to be made
    try:
        assert walk_of(other.test_client()) == told
        assert not file_of(other).making.failed
    finally:
        close_app(other)
        database.with_suffix(".away").rename(database)


def test_nothing_loaded_nothing_shown(sqlite_store: Store, tmp_path: Path) -> None:
    app = loaded(sqlite_store, NOW, snapshot_dir=str(tmp_path / "kept"))
    try:
        client = app.test_client()
        assert "is being worked out" not in client.get("/en/stats").text
        file_of(app).making.wait(120)
        assert (file_of(app).making.folder / FILE).is_file()
        assert walk_of(client) is None
        assert "on foot" not in client.get("/en/stats").text
        (file_of(app).making.folder / FILE).write_text("{}")  # of another edition: made anew
        assert walk_of(client) is None
        file_of(app).making.wait(120)
        assert not file_of(app).making.failed
    finally:
        close_app(app)
