"""The application over a small store whose every site is there for a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from shapely import MultiPolygon, box

from geodata.areas import Area
from geodata.sites import (
    Access,
    Amenity,
    Award,
    Closure,
    Entrance,
    Hours,
    Position,
    Score,
    Site,
    SourceRef,
)
from geodata.store import BatchInfo, NewSite, Store, copy_store, open_store
from webmap import close_app, create_app
from webmap.settings import Settings

TZ = ZoneInfo("Asia/Shanghai")
#: A Saturday that is a workday, at nine in the morning.
NOW = datetime(2026, 10, 10, 9, 0, tzinfo=TZ)
#: Before the station of the first site.
LON, LAT = 121.3900, 37.5360
HOSTILE = '<img src=x onerror="alert(1)">\'&"</script>'

ZHIFU = Area(
    adcode="370602",
    name="芝罘区",
    name_en="Zhifu",
    level="district",
    parent="370600",
    polygon=MultiPolygon([box(121.2, 37.4, 121.6, 37.7)]),
    source="test",
    approximate=True,
)

SITES: dict[str, Site] = {
    "weekdays": Site(
        name="大海阳路驿站",
        kind="rest_station",
        labels=("爱心驿家",),
        former_names=("大海阳路环卫驿站",),
        position=Position(121.3910, 37.5360, given_lon=121.3965, given_lat=37.5365, given_datum="gcj02"),
        entrance=Entrance(121.3911, 37.5361),
        floor="1",
        directions="银行大厅左侧",
        address="大海阳路8号",
        area="370602",
        area_name="芝罘区",
        hours=Hours("Mo-Fr 08:30-17:30", "周一至周五 8:30-17:30"),
        facilities={
            "toilet": Amenity("yes", "verified", date(2026, 9, 1)),
            "microwave": Amenity("limited", note="午间排队"),
            "hot_water": Amenity("unknown"),
        },
        access=Access(("walk_in",), "free", "请走侧门"),
        level="provincial",
        operator="芝罘区总工会",
        host="银行",
        capacity=12,
        area_m2=30.5,
        phone="0535-1234567",
        awards=(Award("全省最美工会户外劳动者服务站", "provincial", 2022),),
        verified_on=date(2026, 9, 1),
    ),
    "always": Site(
        name="万达24小时驿站",
        kind="rest_station",
        position=Position(121.3950, 37.5360, "address"),
        address="西关南街6号",
        area="370602",
        hours=Hours("24/7", "24小时"),
        facilities={"toilet": Amenity("yes"), "hot_water": Amenity("yes"), "truck_parking": Amenity("no")},
        level="city",
    ),
    "unknown": Site(
        name="时间未知驿站",
        kind="rest_station",
        position=Position(121.3990, 37.5360, "approximate"),
        hours=Hours(None, "以现场为准"),
    ),
    "center": Site(
        name="职工服务中心",
        kind="service_center",
        position=Position(121.4100, 37.5360),
        hours=Hours("Mo-Fr 09:30-17:00", "周一至周五 9:30-17:00"),
        services={
            "legal_aid": Amenity("yes", hours=Hours("Tu,Th 09:00-11:30", "周二、周四上午")),
            "mediation": Amenity("yes"),
        },
    ),
    "nowhere": Site(name="无坐标驿站", kind="rest_station", address="幸福路"),
    "district": Site(
        name="区中心驿站", kind="rest_station", position=Position(121.4000, 37.5300, "area"), area="370602"
    ),
    "hostile": Site(name=HOSTILE, kind="rest_station", position=Position(121.4050, 37.5360), directions=HOSTILE),
    "gone": Site(name="已停用驿站", kind="rest_station", position=Position(121.3902, 37.5360), state="closed"),
    "planned": Site(name="筹建驿站", kind="rest_station", position=Position(121.3903, 37.5360), state="planned"),
    "paused": Site(
        name="装修中驿站",
        kind="worker_home",
        position=Position(121.3970, 37.5360),
        hours=Hours("24/7", "24小时"),
        closures=(Closure(date(2026, 10, 9), date(2026, 10, 12), "装修"),),
    ),
}


@dataclass(frozen=True)
class Filled:
    """A store with :data:`SITES`, and their codes by the names above."""

    store: Store
    codes: dict[str, str]

    def code(self, name: str) -> str:
        return self.codes[name]


def fill(store: Store) -> Filled:
    store.upgrade()
    with store.write(BatchInfo(kind="sites", actor="test")) as writer:
        items = [NewSite(site, (SourceRef("list", name),), "") for name, site in SITES.items()]
        codes = dict(zip(SITES, writer.add(items), strict=True))
        writer.add_alias("22OLD2", codes["weekdays"])
        writer.put_areas([ZHIFU])
    first = store.site(codes["weekdays"])
    with store.write(BatchInfo(kind="ratings", actor="test")) as writer:
        writer.put_scores({first.id: Score(4.3, 4, 3, 0.8)})
    return Filled(store, codes)


def settings_for(store_url: str, **values: Any) -> Settings:
    return Settings.load(env_file=None, database_url=store_url, **values)


@pytest.fixture(scope="session")
def filled(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """The filled store; tests that write take ``own``."""
    path = tmp_path_factory.mktemp("web") / "filled.db"
    path.write_bytes(sqlite_template.read_bytes())
    store = open_store(f"sqlite:///{path}")
    yield fill(store)
    store.dispose()


@pytest.fixture
def own(filled: Filled, tmp_path: Path) -> Iterator[Filled]:
    """A copy of the filled store for one test."""
    path = tmp_path / "own.db"
    copy_store(filled.store, store := open_store(f"sqlite:///{path}"))
    yield Filled(store, filled.codes)
    store.dispose()


def loaded(store: Store, now: datetime, **values: Any) -> Flask:
    app = create_app(settings_for(store.url, **values), clock=lambda: now)
    app.extensions["stationmap"].read_model.refresh()
    return app


@pytest.fixture(scope="session")
def app(filled: Filled) -> Iterator[Flask]:
    """The application; tests that change it or its data take ``make_app``."""
    app = loaded(filled.store, NOW)
    yield app
    close_app(app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def make_app(own: Filled) -> Iterator[Callable[..., Flask]]:
    """Return a function that makes an application on ``own``, with settings and the present time as wished."""
    made: list[Flask] = []

    def make(*, now: datetime = NOW, **values: Any) -> Flask:
        made.append(loaded(own.store, now, **values))
        return made[-1]

    yield make
    for app in made:
        close_app(app)


@pytest.fixture
def runner(filled: Filled, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    """Run commands on the filled store."""
    monkeypatch.setenv("STATIONMAP_DATABASE_URL", filled.store.url)
    monkeypatch.delenv("STATIONMAP_LANG", raising=False)
    monkeypatch.chdir(tmp_path)
    return CliRunner()
