"""The planner's desk over HTTP: the gap, runs, their results and files; for staff alone, in plain words."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from geodata.siting.planning import plan
from geodata.siting.scenario import parse_scenario
from geodata.store import Store, runs
from tests.contract.test_planning import fill
from tests.plans import EAST, NORTH, SHANGHAI, SOUTH, WEST
from tests.web.staff import HERE, SECRET, add_user, log_in, token_of
from webmap import close_app, create_app
from webmap.settings import Settings

SCENARIO: dict[str, Any] = {
    "name": "西区“一期”",
    "area": {"bbox": [WEST, SOUTH, EAST, NORTH]},
    "travel": {"mode": "foot", "minutes": 10},
    "demand": [{"layer": "workers"}],
    "candidates": {"source": "imported", "list": "网点", "must_not": ["网点#2"]},
    "problem": {"kind": "maximal_covering", "p": 1},
}


class Desk:
    """A member of staff before the desk."""

    def __init__(self, store: Store, client: FlaskClient) -> None:
        self.store, self.client = store, client
        add_user(store)
        assert log_in(client) == 303
        self.headers = HERE | {"X-CSRF-Token": token_of(client)}

    def post(self, path: str, body: object) -> Any:
        return self.client.post(f"/plan/api{path}?lang=en", json=body, headers=self.headers)

    def get(self, path: str) -> Any:
        return self.client.get(f"/plan/api{path}?lang=en")

    def work(self) -> None:
        """Do what a worker does with the oldest run that waits."""
        run = min((run for run in runs.listed(self.store) if run.state == "queued"), key=lambda run: run.id)
        assert runs.claim(self.store, run.id, "one") is not None
        made = plan(self.store, parse_scenario(run.scenario), tz=SHANGHAI, today=run.today)
        assert runs.finish(self.store, run.id, "one", made)


@pytest.fixture
def desk(store: Store) -> Iterator[Desk]:
    app = create_app(Settings.load(env_file=None, database_url=store.url, secret_key=SECRET))
    app.extensions["stationmap"].read_model.refresh()
    yield Desk(store, app.test_client())
    close_app(app)


def test_from_the_gap_to_a_result_and_its_files(desk: Desk) -> None:
    fill(desk.store)
    config = json.loads(re.findall(r'id="plan-config">(.*?)</script>', desk.client.get("/en/plan").text, re.S)[0])
    first = config["choices"]["first"]
    assert first["area"] == {"adcode": "370602"}
    assert first["demand"] == [{"layer": "workers"}]
    assert first["problem"]["p"] == 5
    gap = desk.post("/gap", {"scenario": SCENARIO, "hour": 4})
    assert (gap.status_code, gap.json["covered"], gap.headers["Cache-Control"]) == (200, 10, "private, no-store")

    asked = desk.post("/runs", {"scenario": SCENARIO})
    assert (asked.status_code, asked.json["state"], asked.json["actor"]) == (201, "queued", "li")
    number = asked.json["id"]
    assert desk.get(f"/runs/{number}/result").status_code == 404
    desk.work()
    told = desk.get(f"/runs/{number}").json
    assert (told["state"], told["share"], told["after"]) == ("done", 1.0, pytest.approx(30 / 35))
    assert desk.get("/runs").json["runs"][0]["id"] == number
    result = desk.get(f"/runs/{number}/result").json
    assert [site["name"] for site in result["chosen"]] == ["烟台银行一支行"]
    assert result["proof"].startswith("Proven best")
    assert result["scenario"]["name"] == SCENARIO["name"]

    files = {name: desk.client.get(f"/plan/runs/{number}/{name}?lang=zh") for name in
             ("report.html", "sites.xlsx", "sites.geojson", "result.json", "scenario.toml")}  # fmt: skip
    assert {answer.status_code for answer in files.values()} == {200}
    assert all(answer.headers["Content-Disposition"].startswith("attachment;") for answer in files.values())
    assert "选址方案报告" in files["report.html"].text
    assert "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(files["sites.xlsx"].data)).namelist()
    assert len(files["sites.geojson"].get_json(force=True)["features"]) == 3
    assert parse_scenario(files["scenario.toml"].text).candidates.must_not == ("网点#2",)
    assert desk.client.get(f"/plan/runs/{number}/passwd").status_code == 404

    again = desk.post("/runs", {"repeats": number})
    assert again.status_code == 201
    desk.work()
    page = desk.client.get(f"/plan/compare?a={number}").text
    assert json.loads(re.findall(r'id="plan-config">(.*?)</script>', page, re.S)[0])["chosen"] == [
        number,
        again.json["id"],
    ]


def test_what_waits_for_a_worker_is_told_and_can_be_cancelled(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(desk.store)
    number = desk.post("/runs", {"scenario": SCENARIO}).json["id"]
    other = desk.post("/runs", {"scenario": SCENARIO}).json
    assert other["told"] == "Queued; 1 runs come before it."
    monkeypatch.setattr("webmap.desk.shown.UNATTENDED_S", -1.0)
    assert desk.get(f"/runs/{number}").json["told"].startswith("No worker is running.")
    stopped = desk.post(f"/runs/{number}/cancel", {})
    assert (stopped.json["state"], stopped.json["ended"]) == ("cancelled", True)
    assert desk.post(f"/runs/{number}/cancel", {}).status_code == 412
    assert desk.get("/runs/999").status_code == 404


def test_a_run_under_way_tells_stage_and_gap(desk: Desk) -> None:
    fill(desk.store)
    number = desk.post("/runs", {"scenario": SCENARIO}).json["id"]
    runs.claim(desk.store, number, "one")
    runs.beat(desk.store, number, "one", {"stage": "solving", "share": 0.4, "gap": 0.125})
    told = desk.get(f"/runs/{number}").json
    assert (told["told"], told["share"], told["gap"]) == ("solving, gap 12.50%", 0.4, 0.125)
    assert desk.post(f"/runs/{number}/cancel", {}).json["stopping"] is True


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"demand": [{"layer": "nobody"}]}, "no layer of demand called “nobody”"),
        ({"travel": {"minutes": 0}}, "travel.minutes"),
        ({"surprise": 1}, "surprise"),
        ({"area": {"adcode": "999999"}}, "999999"),
    ],
)
def test_what_cannot_be_asked_says_why(desk: Desk, change: dict[str, Any], told: str) -> None:
    fill(desk.store)
    answer = desk.post("/gap", {"scenario": SCENARIO | change})
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    assert told in answer.json["detail"]


@pytest.mark.parametrize("body", [[], "x", {}, {"scenario": None}, {"scenario": SCENARIO, "hour": 24}])
def test_bodies_of_no_use_are_refused(desk: Desk, body: object) -> None:
    fill(desk.store)
    assert desk.post("/gap", body).status_code == 400


def test_without_demand_the_desk_says_how_to_bring_it_in(desk: Desk) -> None:
    page = desk.client.get("/plan")
    assert page.status_code == 200
    assert "stationmap import demand" in page.text
    assert "还没有可用于选址的需求数据" in page.text


def test_only_staff_and_only_their_own_pages(desk: Desk) -> None:
    stranger = desk.client.application.test_client()
    assert stranger.get("/plan").location == "/login?next=/plan"
    assert stranger.get("/plan/api/runs").status_code == 401
    assert stranger.get("/plan/runs/1/report.html", headers={"Accept": "text/html"}).status_code == 303
    body = {"scenario": SCENARIO}
    assert desk.client.post("/plan/api/runs", json=body, headers=HERE).status_code == 403
    foreign = desk.headers | {"Origin": "https://evil.example"}
    assert desk.client.post("/plan/api/runs", json=body, headers=foreign).status_code == 403
    assert runs.listed(desk.store) == []
