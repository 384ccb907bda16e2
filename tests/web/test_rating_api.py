"""Why a place has its score, over HTTP and without a database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geodata.ratings import Evidence
from geodata.store import BatchInfo
from tests.web.conftest import NOW, Filled
from webmap.api import bodies

STAR = Evidence("star", 5, 5, 1, NOW.date() - timedelta(365), None, "年度星级", "区总工会", "")
AWARD = Evidence("award", None, None, 1, NOW.date() - timedelta(90), "provincial", "最美驿站", "省总工会", "")


@pytest.fixture
def rated(own: Filled) -> Filled:
    """The filled store with evidence about one site; the inspection of its stars is due tomorrow."""
    with own.store.write(BatchInfo("ratings", "test")) as writer:
        site = writer.site(own.code("always")).id
        writer.put_evidence_many([(site, "star", STAR), (site, "award", AWARD)])
        writer.rate([site], NOW.date())
    return own


def test_the_rating_is_explained(rated: Filled, make_app: Callable[..., Flask]) -> None:
    code = rated.code("always")
    client = make_app().test_client()
    answer = client.get(f"/api/v1/sites/{code}/rating")
    assert answer.status_code == 200
    found = bodies.SiteRating.model_validate(answer.json)
    assert (found.code, found.stars, found.overdue, found.count) == (code, 5, False, 2)
    assert found.score == client.get(f"/api/v1/sites/{code}").json["properties"]["rating"]["score"]  # type: ignore[index]
    assert [(item.scheme, item.source, item.name) for item in found.items] == [
        ("star", "区总工会", "年度星级"),
        ("award", "省总工会", "最美驿站"),
    ]
    assert client.get(answer.request.path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    listed = client.get("/api/v1/sites?sort=rating&min_rating=4.4").json
    assert [feature["id"] for feature in listed["features"]] == [code]  # type: ignore[index]


def test_from_midnight_on_the_inspection_is_overdue(rated: Filled, make_app: Callable[..., Flask]) -> None:
    code = rated.code("always")
    client = make_app(now=NOW + timedelta(days=1)).test_client()
    found = bodies.SiteRating.model_validate(client.get(f"/api/v1/sites/{code}/rating").json)
    assert (found.stars, found.overdue) == (None, True)
    feature = client.get(f"/api/v1/sites/{code}").json
    assert feature["properties"]["rating"] | {"score": 0} == {"score": 0, "stars": None, "count": 2, "overdue": True}  # type: ignore[index]


def test_no_score_from_nothing(client: FlaskClient, filled: Filled) -> None:
    answer = client.get(f"/api/v1/sites/{filled.code('unknown')}/rating")
    found = bodies.SiteRating.model_validate(answer.json)
    assert (found.score, found.items, [note.code for note in found.notes]) == (None, [], ["rating_none"])
    assert client.get("/api/v1/sites/NOSUCH/rating").status_code == 404
    moved = client.get("/api/v1/sites/22OLD2/rating?lang=en")
    assert (moved.status_code, moved.headers["Location"]) == (
        308,
        f"/api/v1/sites/{filled.code('weekdays')}/rating?lang=en",
    )
