"""The routes of the pages."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from webmap.pages.config import page_config
from webmap.pages.language import only_offered_languages, page_language
from webmap.pages.site import Pages

blueprint = Blueprint("pages", __name__)


def _pages() -> Pages:
    pages: Pages = current_app.extensions["stationmap.pages"]
    return pages


@blueprint.before_request
def _only_offered_languages() -> BaseResponse | None:
    return None if request.endpoint == "pages.asset" else only_offered_languages()


@blueprint.get("/", defaults={"lang": "zh"})
@blueprint.get("/<any(en):lang>/")
def home(lang: str) -> Response:
    """Show the map and the list."""
    pages = _pages()
    config = page_config(pages, page_language(), pages.context.index.bounds)
    text = render_template(
        "map.html",
        config=config,
        **pages.map_template(),
    )
    response = Response(text, content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"  # ask each time; the answer is mostly that nothing changed
    response.add_etag()
    response.make_conditional(request)
    return response


@blueprint.get("/assets/<digest>/<path:name>")
def asset(digest: str, name: str) -> Response:
    """Send a script, a style or the icons."""
    return _pages().assets.respond(digest, name)
