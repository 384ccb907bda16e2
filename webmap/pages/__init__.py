"""The pages that people open in a browser."""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from flask_babel import Babel

from webmap.catchment import CatchmentFile
from webmap.indexfile import data_folder
from webmap.opendata import OpenData
from webmap.pages.installed import blueprint as installed
from webmap.pages.language import TAGS, localised, page_language
from webmap.pages.numbers.data import blueprint as open_data
from webmap.pages.numbers.views import blueprint as numbers
from webmap.pages.places.answering import KEPT_BYTES, Kept
from webmap.pages.places.crawlers import blueprint as crawlers
from webmap.pages.places.listing import blueprint as places_list
from webmap.pages.places.organisations import blueprint as organisations
from webmap.pages.places.views import blueprint as places
from webmap.pages.site import Pages
from webmap.pages.views import blueprint
from webmap.paths import translations_folder

__all__ = ["register_pages"]


def register_pages(app: Flask) -> None:
    """Add the pages, their assets and what every template needs to ``app``.

    ``app.extensions["stationmap"]`` must be there: the pages take settings, vocabulary and the read model from it.
    """
    Babel(
        app,
        default_locale="en",
        default_translation_directories=str(translations_folder()),
        locale_selector=page_language,  # English texts are the message ids; the Chinese catalogue is called zh
    )
    pages = Pages(app.extensions["stationmap"])
    app.extensions["stationmap.pages"] = pages
    app.register_blueprint(organisations)
    app.context_processor(lambda: _template_context(pages))
    app.extensions["stationmap.kept_pages"] = Kept(KEPT_BYTES)
    app.extensions["stationmap.open_data"] = OpenData(data_folder(pages.settings), pages.settings)
    app.extensions["stationmap.catchment"] = CatchmentFile(data_folder(pages.settings), pages.settings)
    app.register_blueprint(blueprint)
    for pages_blueprint in (places, places_list, crawlers, installed, numbers, open_data):
        app.register_blueprint(pages_blueprint)


def _template_context(pages: Pages) -> dict[str, Any]:
    lang = page_language()
    path = request.path[len("/en") :] if request.path == "/en" or request.path.startswith("/en/") else request.path
    return {
        "lang": lang,
        "lang_tag": TAGS[lang],
        "lang_tags": TAGS,
        "languages": pages.settings.place.languages,
        "this_path": path or "/",
        "localised": localised,
        "asset": pages.assets.url,
        "footer": pages.settings.footer,
    }
