"""The pages without a browser: what they send, under which addresses, in which language."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from webmap.pages.assets import STYLE_PARTS, Assets
from webmap.paths import static_folder


class Tags(HTMLParser):
    """Collects what a page refers to, and what its policy would refuse."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.inline: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "script" and not values.get("src") and values.get("type") != "application/json":
            self.inline.append("script")
        if tag == "style":
            self.inline.append("style")
        self.inline += [f"{tag} {name}" for name in values if name == "style" or name.startswith("on")]
        address = values.get("src") or values.get("href")
        if address and tag in ("script", "link", "img", "use") and values.get("rel") != "alternate":
            self.addresses.append(address.partition("#")[0])


def config_of(text: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="config">(.*?)</script>', text, re.S)
    assert found
    config: dict[str, object] = json.loads(found[1])
    return config


@pytest.mark.parametrize("path", ["/", "/en/", "/nothing/here", "/en/nothing", "/s/ZZZZZZ"])
def test_pages_have_nothing_inline_and_nothing_from_elsewhere(client: FlaskClient, path: str) -> None:
    tags = Tags(client.get(path).text)
    assert tags.inline == []
    assert tags.addresses
    ours = ("/assets/", "/manifest.webmanifest", "/en/manifest.webmanifest")
    assert [address for address in tags.addresses if not address.startswith(ours)] == []
    for address in tags.addresses:
        assert client.get(address).status_code == 200, address


def test_languages_are_told_apart_by_the_address(client: FlaskClient) -> None:
    zh, en = client.get("/").text, client.get("/en/").text
    assert '<html lang="zh-CN">' in zh
    assert "定位我的位置" in zh
    assert '<html lang="en">' in en
    assert "Locate me" in en
    assert config_of(zh)["texts"] != config_of(en)["texts"]
    assert client.get("/en").headers["Location"].endswith("/en/")


def test_page_is_asked_for_again_but_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/")
    assert first.headers["Cache-Control"] == "public, no-cache"
    assert client.get("/", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_sites_are_never_written_into_the_page(client: FlaskClient) -> None:
    text = client.get("/").text
    assert "大海阳路" not in text
    assert config_of(text)["bounds"] == [121.3902, 37.53, 121.41, 37.536]


def test_configuration_names_words_and_limits(make_app: Callable[..., Flask]) -> None:
    client = make_app(nearby_limit=10, nearby_radius=3000).test_client()
    config = config_of(client.get("/en/").text)
    assert config["limits"]["nearby"] == 10  # type: ignore[index]
    assert config["limits"]["radius"] == 3000  # type: ignore[index]
    kinds = config["vocabulary"]["kinds"]  # type: ignore[index]
    assert kinds[0] == {"code": "rest_station", "name": "Rest station", "short": "Rest station", "icon": "rest"}


def test_only_offered_languages(make_app: Callable[..., Flask]) -> None:
    client = make_app(languages="zh").test_client()
    assert 'hreflang="en"' not in client.get("/").text
    response = client.get("/en/?kind=rest_station")
    assert response.status_code == 302
    assert response.headers["Location"] == "/?kind=rest_station"
    english = make_app(languages="en").test_client()
    assert english.get("/").headers["Location"] == "/en/"


def test_foot_shows_what_is_set(make_app: Callable[..., Flask]) -> None:
    client = make_app(
        icp_filing="鲁ICP备1号", police_filing="鲁公网安备2号", privacy_notice="/privacy", contact="<工会>"
    ).test_client()
    text = client.get("/").text
    assert "鲁ICP备1号" in text
    assert "鲁公网安备2号" in text
    assert 'href="/privacy"' in text
    assert "&lt;工会&gt;" in text


# --- assets ---------------------------------------------------------------------------------------------------------


def address_of(client: FlaskClient, name: str) -> str:
    found = re.search(rf'"(/assets/[0-9a-f]+/{re.escape(name)})"', client.get("/").text)
    assert found
    return found[1]


def test_assets_are_kept_for_ever_under_their_digest(client: FlaskClient) -> None:
    address = address_of(client, "made/map.js")
    response = client.get(address)
    assert response.content_type == "text/javascript; charset=utf-8"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    again = client.get(address, headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304
    other = client.get("/assets/0000000000000000/made/map.js")
    assert other.data == response.data
    assert other.headers["Cache-Control"] == "no-cache"
    assert client.get("/assets/0000000000000000/none.js").status_code == 404
    assert client.get("/assets/0000000000000000/../../settings.py").status_code == 404


def test_assets_are_sent_compressed_to_who_can_read_it(client: FlaskClient) -> None:
    address = address_of(client, "app.css")
    plain = client.get(address)
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    smallest = client.get(address, headers={"Accept-Encoding": "gzip, deflate, br"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert smallest.headers["Content-Encoding"] == "br"
    assert gzip.decompress(packed.data) == brotli.decompress(smallest.data) == plain.data
    assert len({answer.headers["ETag"] for answer in (plain, packed, smallest)}) == 3
    assert {answer.headers["Vary"] for answer in (plain, packed, smallest)} == {"Accept-Encoding"}


def test_scripts_and_styles_go_out_without_their_comments(app: Flask, client: FlaskClient) -> None:
    for name, kept in (("state.js", "export function"), ("app.css", "--paper:")):
        text = client.get(app.extensions["stationmap.pages"].assets.url(name)).text
        assert kept in text
        assert "/*" not in text
        assert "\n// " not in text


def test_modules_go_out_bundled_until_one_is_changed(tmp_path: Path) -> None:
    for part in STYLE_PARTS:
        (tmp_path / "css").mkdir(exist_ok=True)
        (tmp_path / "css" / f"{part}.css").write_text(f"/* {part} */ a {{}}")
    (tmp_path / "app.js").write_text('import "./b.js";')
    (tmp_path / "b.js").write_text("b()")
    assets = Assets(tmp_path, {})
    assert assets.script("app.js") == (assets.url("app.js"), [assets.url("app.js"), assets.url("b.js")], [])
    (tmp_path / "bundle").mkdir()
    for name in ("app", "shared", "rest"):
        (tmp_path / "bundle" / f"{name}.js").write_text(f"{name}()")
    digests = {name: hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in ("app.js", "b.js")}
    told = {"made_from": digests, "needed": ["shared.js"], "later": ["rest.js"]}
    (tmp_path / "bundle" / "manifest.json").write_text(json.dumps(told))
    assets = Assets(tmp_path, {})
    entry, shared, rest = (assets.url(f"bundle/{name}.js") for name in ("app", "shared", "rest"))
    assert assets.script("app.js") == (entry, [shared], [rest])
    (tmp_path / "b.js").write_text("b(1)")
    assert Assets(tmp_path, {}).script("app.js")[0].endswith("/app.js")
    assert "bundle" not in Assets(tmp_path, {}).script("app.js")[0]


def test_a_phone_is_sent_the_list_before_the_map(client: FlaskClient) -> None:
    text = client.get("/").text
    assert re.findall(r"<script[^>]*src=[^>]*>", text) == re.findall(r'<script type="module"[^>]*>', text)
    map_script = address_of(client, "made/map.js")
    assert f'<link rel="preload" as="script" href="{map_script}" media="(min-width: 900px)">' in text
    assert config_of(text)["map"]["script"] == map_script  # type: ignore[index]
    # In a frame the map is what people came for.
    assert f'<link rel="preload" as="script" href="{map_script}">' in client.get("/embed").text
    worker = client.get("/sw.js").text
    assert map_script in worker
    assert all(address in worker for address in re.findall(r'<link rel="modulepreload" href="([^"]+)"', text))


def imported(folder: Path, name: str) -> set[str]:
    """The modules that a browser must have before it runs one: those that it imports, and what these import."""
    found, waiting = set(), [name]
    while waiting:
        text = (folder / waiting.pop()).read_text(encoding="utf-8")
        names = set(re.findall(r'^(?:import|export)\b[^;"(]*"\./([^"]+)"', text, re.M)) - found
        found |= names
        waiting += names
    return found


def test_the_list_can_run_without_the_map() -> None:
    needed = imported(static_folder(), "app.js")
    assert {"list.js", "filters.js", "locate.js", "offline.js"} <= needed
    assert needed.isdisjoint({"rest.js", "map.js", "clusters.js", "markers.js", "panel.js", "pick.js"})
    assert [name for name in needed if re.search(r"\bL\.\w+\(", (static_folder() / name).read_text())] == []
    assert {"map.js", "clusters.js", "panel.js"} <= imported(static_folder(), "rest.js")


def test_first_view_stays_within_its_budget(client: FlaskClient) -> None:
    text = client.get("/").text
    addresses = {address for address in Tags(text).addresses if not address.endswith("favicon.svg")}
    weight = sum(len(client.get(address, headers={"Accept-Encoding": "gzip"}).data) for address in addresses)
    assert weight <= 150_000


def test_nothing_of_foliums_own_assets_is_needed(client: FlaskClient) -> None:
    text = client.get("/").text
    for name in ("jquery", "bootstrap", "awesome"):
        assert name not in text.lower()
    script = client.get(address_of(client, "made/map.js")).text
    assert "L.map(" in script
    assert "L.markerClusterGroup(" in script
    assert "tile.openstreetmap.org" in script


def test_map_script_is_the_same_in_every_process(make_app: Callable[..., Flask]) -> None:
    assert address_of(make_app().test_client(), "made/map.js") == address_of(make_app().test_client(), "made/map.js")


def test_base_map_follows_the_settings(make_app: Callable[..., Flask]) -> None:
    tianditu = make_app(base_map="tianditu", tianditu_key="abc").test_client()
    script = tianditu.get(address_of(tianditu, "made/map.js")).text
    assert script.count("L.tileLayer(") == 2
    assert "tk=abc" in script
    none = make_app(base_map="none").test_client()
    assert "L.tileLayer(" not in none.get(address_of(none, "made/map.js")).text
    custom = make_app(
        base_map="custom", tile_urls="https://tiles.example/{z}/{x}/{y}.png", tile_attribution="<b>Own</b>"
    ).test_client()
    script = custom.get(address_of(custom, "made/map.js")).text
    assert "https://tiles.example/{z}/{x}/{y}.png" in script
    assert "lt;b" in script
