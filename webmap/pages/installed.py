"""The map as an app on the home screen: its manifest, and the worker that keeps the page for when there is no net."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from webmap.pages.language import TAGS, localised, only_offered_languages, page_language
from webmap.pages.site import pages
from webmap.paths import static_folder

blueprint = Blueprint("installed", __name__)
blueprint.before_request(only_offered_languages)

#: Icon → its size in pixels and what it is fit for.
ICONS = {
    "icons/icon-192.png": (192, "any"),
    "icons/icon-512.png": (512, "any"),
    "icons/maskable.png": (512, "maskable"),
}


@blueprint.get("/manifest.webmanifest", defaults={"lang": "zh"})
@blueprint.get("/<any(en):lang>/manifest.webmanifest")
def manifest(lang: str) -> Response:
    """Describe the app to a browser."""
    shown, assets = page_language(), pages().assets
    home = localised("/", shown)
    body: dict[str, Any] = {
        "id": home,
        "name": _("Station map: rest stations, worker homes and service centres near you"),
        "short_name": _("Station map"),
        "lang": TAGS[shown],
        "start_url": home,
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#c1121f",
        "icons": [
            {"src": assets.url(name), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
            for name, (size, purpose) in ICONS.items()
        ],
    }
    return _revalidated(json.dumps(body, ensure_ascii=False), "application/manifest+json")


@blueprint.get("/sw.js")
def worker() -> Response:
    """Send the service worker, with the files that it is to keep."""
    shared = pages()
    assets = shared.assets
    template = shared.map_template()
    script = template["page_script"]
    shell = [
        *(localised("/", lang) for lang in shared.settings.place.languages),
        *(assets.url(name) for name in ("app.css", "icons.svg", "favicon.svg")),
        *(script.entry, *script.needed, *script.later, template["map_script"]),
    ]
    head = f"const VERSION = {json.dumps(assets.digest)};\nconst SHELL = {json.dumps(list(dict.fromkeys(shell)))};\n"
    text = (static_folder() / "worker" / "sw.js").read_text(encoding="utf-8")
    return _revalidated(head + text, "text/javascript; charset=utf-8")


def _revalidated(text: str, content_type: str) -> Response:
    response = Response(text, content_type=content_type)
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response
