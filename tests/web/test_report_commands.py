"""``stationmap reports``."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from geodata.store import BatchInfo, NewReport
from tests.web.conftest import Filled
from webmap.cli import main


@pytest.fixture
def runner(own: Filled, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("STATIONMAP_DATABASE_URL", own.store.url)
    monkeypatch.setenv("STATIONMAP_LANG", "en")
    site = own.store.site(own.code("weekdays")).id
    with own.store.write(BatchInfo("report", "public")) as writer:
        writer.add_report(NewReport(site, "moved", "1", "next\x1b[31m door", lon=121.4, lat=37.53, photo="a.jpg"))
        writer.add_report(NewReport(site, "facility", "2", "", "toilet", "no"))
        writer.add_report(NewReport(site, "other", "3", "?"))
    return CliRunner()


def run(runner: CliRunner, *words: str) -> tuple[int, str, str]:
    done = runner.invoke(main, ["reports", *words])
    return done.exit_code, done.stdout, done.stderr


def test_reports_are_listed_shown_and_resolved(own: Filled, runner: CliRunner) -> None:
    code, listed, _ = run(runner, "list", "--open")
    assert (code, listed.count("[open]"), "\x1b" in listed) == (0, 3, False)
    assert "“大海阳路驿站”  Moved, or wrong on the map" in listed
    _, shown, _ = run(runner, "show", "1")
    assert "121.4, 37.53" in shown
    assert "a.jpg" in shown
    assert json.loads(run(runner, "show", "2", "--json")[1])["facility"] == "toilet"
    assert run(runner, "resolve", "1", "--apply", "--note", "seen")[0] == 0
    assert run(runner, "resolve", "2", "--reject")[0] == 0
    assert "checked" in run(runner, "resolve", "3")[1]
    site = own.store.site(own.code("weekdays")).site
    assert site.position is not None
    assert site.position.lon == 121.4
    assert [item["state"] for item in json.loads(run(runner, "list", "--json")[1])] == [
        "resolved",
        "rejected",
        "applied",
    ]
    assert "applied" in run(runner, "show", "1")[1]
    assert "no reports" in run(runner, "list", "--open")[2]


def test_what_cannot_be_done_is_told(runner: CliRunner) -> None:
    assert "no report number 99" in run(runner, "show", "99")[2]
    assert run(runner, "resolve", "1", "--apply", "--reject")[0] == 2
    code, _, told = run(runner, "resolve", "3", "--apply")
    assert (code, "could be applied" in told) == (1, True)
    run(runner, "resolve", "1")
    code, _, told = run(runner, "resolve", "1")
    assert (code, "dealt with already" in told) == (1, True)
