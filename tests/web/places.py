"""Pages of places as tests ask for them: their text, their data, further places."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient

from geodata.sites import Site, SourceRef
from geodata.store import BatchInfo, NewSite
from tests.web.conftest import Filled


class Text(HTMLParser):
    """The visible words of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self._hidden = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)

    def __str__(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))


def page_of(client: FlaskClient, filled: Filled, name: str, prefix: str = "") -> str:
    response = client.get(f"{prefix}/s/{filled.code(name)}")
    assert response.status_code == 200
    assert response.content_type == "text/html; charset=utf-8"
    return response.text


def text_of(client: FlaskClient, filled: Filled, name: str, prefix: str = "") -> str:
    return str(Text(page_of(client, filled, name, prefix)))


def data_of(html: str) -> list[dict[str, Any]]:
    return [json.loads(item) for item in re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)]


def add(filled: Filled, **sites: Site) -> dict[str, str]:
    with filled.store.write(BatchInfo(kind="sites", actor="test")) as writer:
        codes = writer.add([NewSite(site, (SourceRef("more", key),), "") for key, site in sites.items()])
    return dict(zip(sites, codes, strict=True))
