"""What a phone takes along for times without a network: places with their coming days, the page, the manifest."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import LAT, LON, NOW, Filled

BOX = f"{LON - 0.2:.2f},{LAT - 0.2:.2f},{LON + 0.2:.2f},{LAT + 0.2:.2f}"


def taken(client: FlaskClient, query: str = f"bbox={BOX}") -> dict[str, Any]:
    answer = client.get(f"/api/v1/sites/offline?{query}")
    assert answer.status_code == 200
    body: dict[str, Any] = json.loads(answer.data)
    return body


def state_at(changes: list[tuple[str, str]], at: datetime) -> str:
    return [state for time, state in changes if datetime.fromisoformat(time) <= at][-1]


def test_the_coming_days_say_what_the_server_says_later(client: FlaskClient) -> None:
    pack = taken(client)
    assert len(pack["features"]) == len(pack["table_of"]) > 4
    states = set()
    for moment in ("2026-10-10T09:00", "2026-10-10T23:30", "2026-10-11T10:00", "2026-10-13T12:00", "2026-10-16T08:00"):
        at = datetime.fromisoformat(moment).replace(tzinfo=NOW.tzinfo)
        found = client.get(f"/api/v1/sites?bbox={BOX}&open={moment}&limit=1000").json["features"]
        shown = {feature["id"]: feature["properties"]["open"]["state"] for feature in found}
        for feature, number in zip(pack["features"], pack["table_of"], strict=True):
            state = state_at(pack["tables"][number], at)
            assert shown.get(feature["id"], "closed") == state, (moment, feature["properties"]["name"])
            states.add(state)
    assert states == {"open", "closed", "unknown"}


def test_nothing_in_it_depends_on_where_a_person_is(client: FlaskClient) -> None:
    for feature in taken(client)["features"]:
        assert feature["properties"]["distance_m"] is None
        assert feature["properties"]["walk_min"] is None


def test_the_nearest_to_the_middle_come_where_not_all_do(client: FlaskClient, filled: Filled) -> None:
    pack = taken(client, f"bbox={LON - 0.1},{LAT - 0.1},{LON + 0.1},{LAT + 0.1}&limit=1")
    assert pack["truncated"] is True
    nearest = client.get(f"/api/v1/sites/nearby?lat={LAT}&lon={LON}&limit=1").json["features"][0]
    assert [feature["id"] for feature in pack["features"]] == [nearest["id"]]


@pytest.mark.parametrize("query", ["", "bbox=100,30,110,40", "bbox=1,2,3", f"bbox={BOX}&limit=501"])
def test_too_much_is_refused(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/api/v1/sites/offline?{query}")
    assert answer.status_code == 400
    assert answer.json["errors"][0]["name"] in ("bbox", "limit")


def test_an_unchanged_area_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get(f"/api/v1/sites/offline?bbox={BOX}")
    again = client.get(f"/api/v1/sites/offline?bbox={BOX}", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(("path", "start", "name"), [("/", "/", "驿站地图"), ("/en/", "/en/", "Station map")])
def test_the_manifest_names_icons_that_are_there(client: FlaskClient, path: str, start: str, name: str) -> None:
    found = re.search(r'rel="manifest" href="([^"]+)"', client.get(path).text)
    assert found
    answer = client.get(found[1])
    assert answer.content_type == "application/manifest+json"
    manifest = json.loads(answer.data)
    assert (manifest["start_url"], manifest["short_name"]) == (start, name)
    for icon in manifest["icons"]:
        assert client.get(icon["src"]).data.startswith(b"\x89PNG")


def test_the_worker_keeps_files_that_are_there(client: FlaskClient) -> None:
    answer = client.get("/sw.js")
    assert answer.headers["Cache-Control"] == "no-cache"
    found = re.search(r"const SHELL = (\[.*\]);", answer.text)
    assert found
    shell = json.loads(found[1])
    assert shell[:2] == ["/", "/en/"]
    for address in shell:
        assert client.get(address).status_code == 200, address
    assert not [address for address in shell if address.startswith("/api/")]
