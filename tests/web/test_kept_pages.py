"""Pages that stay the same are made once, are told apart by what they depend on, and are there before anybody asks."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from geodata.sites import Position, Site, SourceRef
from geodata.store import BatchInfo, NewSite
from tests.web.conftest import Filled
from webmap.pages.catalogue import rendered
from webmap.warming import warm


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The templates that were filled in."""
    found: list[str] = []

    def noting(inner: Callable[..., str]) -> Callable[..., str]:
        def noted(template: str, **values: Any) -> str:
            found.append(template)
            return inner(template, **values)

        return noted

    for module in ("webmap.pages.views", "webmap.embedding.views"):
        monkeypatch.setattr(f"{module}.rendered", noting(rendered))
    return found


def test_the_map_is_made_once_for_each_language_and_address(make_app: Callable[..., Flask], made: list[str]) -> None:
    client = make_app().test_client()
    pages = [client.get(path).get_data() for path in ("/", "/en/", "/", "/en/", "/?facility=toilet")]
    assert made == ["map.html"] * 2
    assert pages[0] == pages[2] == pages[4] != pages[1]
    other = client.get("/", base_url="https://map.example.org").get_data(as_text=True)
    assert "map.example.org" in other
    assert len(made) == 3


def test_embedded_maps_are_told_apart_by_their_address(make_app: Callable[..., Flask], made: list[str]) -> None:
    client = make_app().test_client()
    plain, dark = client.get("/embed"), client.get("/embed?theme=dark")
    assert client.get("/embed?theme=dark").get_data() == dark.get_data() != plain.get_data()
    assert made == ["embed.html"] * 2
    again = client.get("/embed", headers={"If-None-Match": plain.headers["ETag"]})
    assert again.status_code == 304
    assert again.headers["Content-Security-Policy"] == plain.headers["Content-Security-Policy"]


def test_the_map_is_new_when_places_lie_elsewhere(make_app: Callable[..., Flask], own: Filled) -> None:
    app = make_app()
    client = app.test_client()
    before = client.get("/")
    with own.store.write(BatchInfo(kind="sites", actor="test")) as writer:
        far = Site("远方驿站", "rest_station", position=Position(110.5, 20.25))
        writer.add([NewSite(far, (SourceRef("list", "far"),), "")])
    app.extensions["stationmap"].read_model.refresh()
    after = client.get("/", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert "110.5" in after.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/", "/list", "/stats"])
def test_pages_are_sent_packed_to_whoever_takes_it(client: FlaskClient, path: str) -> None:
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    plain = client.get(path)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.get_data()) == plain.get_data()
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Accept-Encoding" in plain.headers["Vary"]


def test_a_worker_makes_first_pages_beforehand(make_app: Callable[..., Flask], made: list[str]) -> None:
    app = make_app()
    warm(app).join()
    assert made == ["map.html"] * 2
    client = app.test_client()
    assert client.get("/").status_code == client.get("/en/").status_code == 200
    assert made == ["map.html"] * 2
