"""What the first person at a worker would wait for, done before: templates, translations, compressed scripts."""

from __future__ import annotations

import logging
import threading

from flask import Flask

from webmap.pages.language import localised
from webmap.pages.site import MAP_SCRIPT, Pages
from webmap.privacy import describe_exception

log = logging.getLogger(__name__)


def warm(app: Flask) -> threading.Thread:
    """Make the pages that most people open first, in a thread; return the thread."""
    thread = threading.Thread(target=_warm, args=(app,), name="stationmap-warm", daemon=True)
    thread.start()
    return thread


def _warm(app: Flask) -> None:
    try:
        pages: Pages = app.extensions["stationmap.pages"]
        for path in _paths(pages):
            with app.test_request_context(path, base_url=pages.settings.server.public_url or None):
                app.full_dispatch_request().close()
        # The slowest comes last: until a file is packed, it is packed for the first who asks.
        script = pages.assets.script("app.js")
        names = [address.split("/", 3)[3] for address in (script.entry, *script.needed, *script.later)]
        pages.assets.warm(["app.css", "icons.svg", *names, MAP_SCRIPT])
    except Exception as error:  # the pages are made then when somebody asks
        log.warning("the pages could not be made beforehand: %s", describe_exception(error))


def _paths(pages: Pages) -> list[str]:
    languages = pages.settings.place.languages
    context = pages.context
    paths = [localised("/", lang) for lang in languages]
    if context.read_model.ready:
        first = [code for code, _changed in context.index.entries(0, 1, now=context.now())]
        paths += [localised(f"/s/{code}", lang) for code in first for lang in languages]
    return paths
