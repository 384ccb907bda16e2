"""The map as one file that opens by itself, for sites that allow no frame of another: it fetches nothing but tiles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from jinja2 import Environment, FileSystemLoader

from geodata.errors import NotFoundError
from geodata.index import Hit, Hits, SiteIndex, SiteQuery
from geodata.messages import Lang, Message
from geodata.vocabulary import Vocabulary
from webmap.handoff import links_to
from webmap.maps import compose
from webmap.paths import static_folder, templates_folder
from webmap.settings import TileLayer
from webmap.standalone import inert_json, script_hashes, vendored

#: More places would make a file that no phone opens.
MOST_PLACES = 20_000
_TEXTS = ("open", "closed", "unknown", "until", "opens", "all_kinds", "search", "nothing", "go", "page", "no_position")


def map_file(
    index: SiteIndex,
    now: datetime,
    *,
    query: SiteQuery,
    lang: Lang,
    vocabulary: Vocabulary,
    tiles: Sequence[TileLayer],
    attribution: str,
    app_name: str,
    public_url: str = "",
) -> tuple[str, int]:
    """Return a page with the places that fit, every script and style inside, and how many places they are.

    What is open is worked out by the reader's clock from the coming days; after those the hours stand there as text.

    Parameters
    ----------
    index : SiteIndex
    now : datetime
        Aware.
    query : SiteQuery
    lang : {"zh", "en"}
    vocabulary : Vocabulary
    tiles : sequence of TileLayer
        Base map; empty for none.
    attribution : str
        Of the base map, as HTML.
    app_name : str
        Under which navigation apps see where the links come from.
    public_url : str
        Where the pages of the places are; without it there are no links to them.

    Raises
    ------
    NotFoundError
        If no place fits.
    """
    page = index.find(query, limit=MOST_PLACES, now=now, sort="name")
    if not page.items:
        raise NotFoundError("export_nothing", area=query.area or "–", kinds=", ".join(sorted(query.kinds)) or "–")
    hits = Hits(tuple(Hit(hit.row) for hit in page.items), page.next is not None, now)
    features = [orjson.loads(feature) for feature in index.features(hits)]
    days = index.coming_days(hits, now)
    composed = compose(tiles, attribution)
    scripts = [*(vendored(name) for name in composed.scripts), composed.script]
    behaviour = (static_folder() / "standalone" / "places.js").read_text(encoding="utf-8")
    area = next((item for item in index.areas if item.adcode == query.area or item.name == query.area), None)
    name = "" if area is None else (area.name_en if lang == "en" and area.name_en else area.name)
    cut = [Message("mapfile_cut", {"count": MOST_PLACES}).text(lang)] if hits.truncated else []
    data = {
        "map": composed.names["map"],
        "cluster": composed.names["cluster"],
        "locale": "zh-CN" if lang == "zh" else "en",
        "texts": {text: Message(f"mapfile_{text}", {"time": "{time}"}).text(lang) for text in _TEXTS},
        "kinds": {code: term.zh if lang == "zh" else term.en for code, term in vocabulary.kinds.items()},
        "tables": days["tables"],
        "ends_at": days["ends_at"],
        "places": [
            _place(feature, table, lang, vocabulary, app_name, public_url)
            for feature, table in zip(features, days["table_of"], strict=True)
        ],
    }
    environment = Environment(loader=FileSystemLoader(templates_folder()), autoescape=True)
    title = Message("mapfile_title_area" if name else "mapfile_title", {"area": name}).text(lang)
    text = environment.get_template("map_file.html").render(
        lang=data["locale"],
        title=title,
        lines=[Message("mapfile_as_of", {"day": now.date().isoformat(), "count": len(features)}).text(lang), *cut],
        texts=data["texts"],
        element=composed.element,
        styles=[vendored(style) for style in composed.styles],
        scripts=scripts,
        data=inert_json(data),
        behaviour=behaviour,
        script_hashes=script_hashes((*scripts, behaviour)),
    )
    return text, len(features)


def _place(
    feature: dict[str, Any], table: int, lang: Lang, vocabulary: Vocabulary, app_name: str, public_url: str
) -> dict[str, Any]:
    """Return what the page shows of a place."""
    place, geometry = feature["properties"], feature["geometry"]
    known = vocabulary.facilities
    ways = [link["href"] for link in links_to(feature, app_name=app_name) if link["kind"] == "web"]
    return {
        "name": place["name"],
        "kind": place["kind"],
        "where": place["address"] or place["area_name"],
        "hours": place["hours_text"],
        "phone": place["phone"],
        "facilities": [
            known[code].zh if lang == "zh" else known[code].en
            for code, value in place["facilities"].items()
            if value != "no" and code in known
        ],
        "point": geometry and geometry["coordinates"],
        "table": table,
        "out_of_service": place["state"] != "open",
        "go": ways[0] if ways else None,
        "page": f"{public_url.rstrip('/')}/{'' if lang == 'zh' else 'en/'}s/{place['code']}" if public_url else None,
    }
