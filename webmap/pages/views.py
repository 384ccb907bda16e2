"""The routes of the pages."""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as BaseResponse

from webmap.pages.catalogue import rendered
from webmap.pages.config import page_config
from webmap.pages.language import only_offered_languages, page_language
from webmap.pages.places.answering import standing_page
from webmap.pages.site import pages

blueprint = Blueprint("pages", __name__)


@blueprint.before_request
def _only_offered_languages() -> BaseResponse | None:
    return None if request.endpoint == "pages.asset" else only_offered_languages()


@blueprint.get("/", defaults={"lang": "zh"})
@blueprint.get("/<any(en):lang>/")
def home(lang: str) -> Response:
    """Show the map and the list."""
    bounds = pages().context.index.bounds
    return standing_page(lambda: _map_page(bounds), key=bounds)


def _map_page(bounds: tuple[float, float, float, float] | None) -> str:
    shared = pages()
    return rendered("map.html", config=page_config(shared, page_language(), bounds), **shared.map_template())


@blueprint.get("/assets/<digest>/<path:name>")
def asset(digest: str, name: str) -> Response:
    """Send a script, a style or the icons."""
    return pages().assets.respond(digest, name)
