"""One filter, "open at night", in every answer that takes it, from both stores and as a person would tell it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from flask.testing import FlaskClient

from geodata.hours import at_night
from geodata.sites import Hours, Position, Site, SourceRef
from geodata.store import BatchInfo, NewSite, Store
from geodata.text import search_text
from tests.web.conftest import TZ, loaded
from webmap import close_app

#: Hours, and who is open at a time of the day: told without the index.
HOURS: dict[str | None, Callable[[float], bool]] = {
    "Mo-Su 08:30-17:30": lambda hour: 8.5 <= hour < 17.5,
    "24/7": lambda hour: True,
    "Mo-Su 18:00-23:00": lambda hour: 18 <= hour < 23,
    "Mo-Su 20:00-02:00": lambda hour: hour >= 20 or hour < 2,
    "Mo-Su 04:00-09:00": lambda hour: 4 <= hour < 9,
    None: lambda hour: True,
}
ALL = "lat=37.5&lon=121.4&radius=50000&limit=100"
AROUND = "bbox=121.399,37.49,121.437,37.51"
#: The time by the clock, and the hour at which one must be open.
TIMES = [
    ("14:00", 23.0),
    ("22:59", 23.0),
    ("23:40", 23.67),
    ("01:59", 1.98),
    ("02:00", 2),
    ("04:59", 4.98),
    ("05:00", 23),
]


def fill(store: Store) -> dict[str, str | None]:
    """Put places of all hours into a store; return the hours by code."""
    hours = [osm for osm in HOURS for _ in range(3)]
    sites = [
        Site(f"夜{at}号驿站", "rest_station", position=Position(121.4 + 0.002 * at, 37.5), hours=Hours(osm))
        for at, osm in enumerate(hours)
    ]
    with store.write(BatchInfo("sites", "test")) as writer:
        items = [NewSite(site, (SourceRef("l", site.name),), search_text(site.name)) for site in sites]
        return dict(zip(writer.add(items), hours, strict=True))


def answers(client: FlaskClient, more: str) -> dict[str, set[str]]:
    """Return the codes that each address gives."""

    def codes(query: str) -> set[str]:
        return {feature["id"] for feature in client.get(f"/api/v1/sites{query}").json["features"]}

    page = client.get(f"/list?open=night{more}").text
    return {
        "nearby": codes(f"/nearby?{ALL}&open=night{more}"),
        "list": codes(f"?open=night&limit=100{more}"),
        "clusters": codes(f"/clusters?{AROUND}&zoom=17&open=night{more}"),
        "page": set(re.findall(r'<h3><a href="/s/(\w+)"', page)),
    }


@pytest.mark.parametrize(("clock", "hour"), TIMES)
def test_the_same_places_everywhere(store: Store, clock: str, hour: float) -> None:
    hours = fill(store)
    now = datetime.fromisoformat(f"2026-10-21T{clock}:00+08:00").astimezone(TZ)
    app = loaded(store, now)
    try:
        client = app.test_client()
        expected = {code for code, osm in hours.items() if HOURS[osm](hour)}
        assert answers(client, "") == dict.fromkeys(("nearby", "list", "clusters", "page"), expected)
        sure = {code for code in expected if hours[code] is not None}
        assert answers(client, "&unknown=no") | {"page": sure} == dict.fromkeys(
            ("nearby", "list", "clusters", "page"), sure
        )
        assert f"按 {int(hour):02}:" in client.get("/list?open=night").text
        assert '"open":["night"]' in client.get("/embed?open=night").text.replace(" ", "")
    finally:
        close_app(app)


def test_an_answer_about_a_night_ends_with_it(sqlite_store: Store) -> None:
    fill(sqlite_store)
    # Nobody opens or closes at five: only the night ends.
    times = [datetime(2026, 10, 21, *clock, tzinfo=TZ) for clock in ((4, 50), (4, 55), (5, 5))]
    clock = {"now": times[0]}
    app = loaded(sqlite_store, times[0])
    parts = app.extensions["stationmap"]
    object.__setattr__(parts, "clock", lambda: clock["now"])
    try:
        tags = []
        for clock["now"] in times:
            tags.append(app.test_client().get("/list?open=night").headers["ETag"])
        assert tags[0] == tags[1] != tags[2]
    finally:
        close_app(app)


def test_the_time_of_a_night_keeps_its_zone() -> None:
    assert at_night(datetime(2026, 10, 21, 12, 30, tzinfo=TZ)) == datetime(2026, 10, 21, 23, tzinfo=TZ)
    late = datetime(2026, 10, 22, 3, 7, tzinfo=TZ)
    assert at_night(late) is late
