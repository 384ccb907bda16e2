"""Published figures over HTTP."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from geodata.indicators import Indicator, parse_period
from geodata.store import BatchInfo
from tests.web.conftest import Filled
from webmap.api import bodies


def test_figures_of_a_place(own: Filled, make_app: Callable[..., Flask]) -> None:
    code = own.code("always")
    with own.store.write(BatchInfo("indicators", "test")) as writer:
        site = writer.site(code).id
        figures = [
            Indicator("visits", "", parse_period(year), 12.5, "person_times", "总工会") for year in ("2023", "2024")
        ]
        writer.put_indicators([(site, item) for item in figures])
    client = make_app().test_client()
    answer = client.get(f"/api/v1/sites/{code}/indicators")
    found = bodies.SiteIndicators.model_validate(answer.json)
    assert [(item.period, item.value, item.source) for item in found.indicators] == [
        ("2024", 12.5, "总工会"),
        ("2023", 12.5, "总工会"),
    ]
    detail = bodies.SiteDetail.model_validate(client.get(f"/api/v1/sites/{code}").json)
    assert [item.period for item in detail.properties.indicators] == ["2024"]
    assert client.get("/api/v1/sites/NOSUCH/indicators").status_code == 404
    assert client.get("/api/v1/sites/22OLD2/indicators").status_code == 308
    assert client.get(f"/api/v1/sites/{own.code('unknown')}/indicators").json["indicators"] == []  # type: ignore[index]
