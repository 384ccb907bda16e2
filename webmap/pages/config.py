"""The one JSON configuration between the server and the page's scripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from geodata.index import CELL_PX, MAX_ZOOM
from geodata.messages import Lang
from geodata.vocabulary import Term, Vocabulary
from webmap.pages.language import TAGS, localised
from webmap.pages.site import MAP_SCRIPT, Pages
from webmap.pages.texts import texts

API = "/api/v1"
#: So many places are fetched for the list, and drawn one by one; of more, the map shows the server's clusters.
MOST_LISTED = 300
#: What couriers ask for first, and so the first filters; the others stand behind "more".
COMMON_FACILITIES = ("hot_water", "microwave", "toilet", "phone_charging", "truck_parking")
#: What a panel names even where nothing is known about it.
EXPECTED_FACILITIES = ("drinking_water", *COMMON_FACILITIES[:4], "seats", "air_conditioning")


def page_config(pages: Pages, lang: Lang, bounds: tuple[float, float, float, float] | None) -> dict[str, Any]:
    """Return what the scripts need to know, as JSON types.

    Parameters
    ----------
    pages : Pages
    lang : str
    bounds : tuple of float, optional
        (west, south, east, north) of all sites with a position, in degrees; ``None`` where there are none.
    """
    vocabulary, composed = pages.context.vocabulary, pages.composed
    limits = pages.settings.limits
    return {
        "lang": lang,
        "locale": TAGS[lang],
        "home": localised("/", lang),
        "sitePath": localised("/s/", lang),
        "api": {
            "nearby": f"{API}/sites/nearby",
            "offline": f"{API}/sites/offline",
            "sites": f"{API}/sites",
            "clusters": f"{API}/sites/clusters",
            "suggest": f"{API}/sites/suggest",
            "areas": f"{API}/areas",
        },
        "icons": pages.assets.url("icons.svg"),
        "map": {"element": composed.element, **composed.names, "script": pages.assets.url(MAP_SCRIPT)},
        "mapApproval": pages.settings.footer.map_approval,
        "bounds": bounds,
        "zone": str(pages.settings.place.tz),
        "limits": {
            "nearby": min(20, limits.nearby_limit),
            "nearbyMax": limits.nearby_limit,
            "radius": min(5_000, limits.nearby_radius),
            "radiusMax": limits.nearby_radius,
            "page": min(MOST_LISTED, limits.page_size_max),
            "cellPx": CELL_PX,
            "clusterZoom": MAX_ZOOM,
            "suggest": min(8, limits.suggest_limit),
            "text": limits.text_length,
        },
        "common": list(COMMON_FACILITIES),
        "expected": list(EXPECTED_FACILITIES),
        "vocabulary": {
            group.name: [_term(term, lang) for term in _terms(vocabulary, group.name)] for group in fields(vocabulary)
        },
        "texts": texts(),
        "embed": None,
        "worker": "/sw.js",
    }


def _terms(vocabulary: Vocabulary, group: str) -> list[Term]:
    terms: Mapping[str, Term] = getattr(vocabulary, group)
    return list(terms.values())


def _term(term: Term, lang: Lang) -> dict[str, str]:
    name = term.zh if lang == "zh" else term.en
    return {
        "code": term.code,
        "name": name,
        "short": term.short_zh if lang == "zh" else term.en,
        "icon": term.icon,
    }
