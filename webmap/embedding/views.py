"""The routes of the embedded map."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson
from flask import Blueprint, Response, abort, current_app, redirect, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.urls import iri_to_uri

from geodata.errors import NotFoundError
from geodata.messages import Lang
from webmap.api.parameters import parse
from webmap.context import base_url, context
from webmap.embedding.oembed import HEIGHT, WIDTH, OembedParameters, described_map, rich_answer
from webmap.embedding.parameters import Embedded, EmbedParameters, embed_model, read_embedded
from webmap.pages.catalogue import rendered
from webmap.pages.config import page_config
from webmap.pages.language import TAGS, localised, only_offered_languages, page_language
from webmap.pages.places.answering import standing_page
from webmap.pages.site import pages
from webmap.security import content_security_policy

blueprint = Blueprint("embedding", __name__)
blueprint.before_request(only_offered_languages)

#: Style sheet by theme.
STYLE_SHEETS = {"auto": "app.css", "light": "app-light.css", "dark": "app-dark.css"}


def _model() -> type[EmbedParameters]:
    extensions = current_app.extensions
    if "stationmap.embed_model" not in extensions:
        extensions["stationmap.embed_model"] = embed_model(context().parameters.stats)
    model: type[EmbedParameters] = extensions["stationmap.embed_model"]
    return model


def _asked() -> Embedded:
    """Return what the address asks for; a request with ``lang=…`` ends by leading to the page in that language."""
    asked = read_embedded(_model(), request.args)
    wanted = asked.options.lang
    if wanted is not None:
        path = request.path.removeprefix("/en") if page_language() == "en" else request.path
        query = asked.query()
        abort(redirect(localised(path, wanted) + (f"?{query}" if query else "")))
    return asked


@blueprint.get("/embed", defaults={"lang": "zh"})
@blueprint.get("/<any(en):lang>/embed")
def embed(lang: str) -> Response:
    """Show the map in a frame of another site."""
    asked = _asked()
    shared = pages()
    bounds = shared.context.index.bounds
    response = standing_page(lambda: _embedded_page(asked, bounds), key=(request.query_string, bounds))
    response.headers["Content-Security-Policy"] = content_security_policy(
        shared.settings.base_map, frame_ancestors=shared.settings.server.frame_ancestors
    )
    return response


def _embedded_page(asked: Embedded, bounds: tuple[float, float, float, float] | None) -> str:
    shared, options = pages(), asked.options
    return rendered(
        "embed.html",
        config=page_config(shared, page_language(), bounds) | {"embed": _embed_config(asked)},
        **shared.map_template(),
        style_sheet=STYLE_SHEETS[options.theme],
        colour_scheme={"auto": "light dark"}.get(options.theme, options.theme),
        full_map=_full_map(asked),
        options=options,
        oembed_url=oembed_address(request.url),
    )


def _embed_config(asked: Embedded) -> dict[str, Any]:
    colours = asked.accent
    return {
        "given": asked.given,
        "view": asked.view,
        "list": asked.options.list == "on",
        "search": asked.options.search == "on",
        "colours": {"red": colours.main, "red-deep": colours.deep, "on-red": colours.text} if colours else {},
        "full": _full_map(asked),
    }


def _full_map(asked: Embedded) -> str:
    query = asked.filter_query()
    return localised("/", page_language()) + (f"?{query}" if query else "")


@blueprint.get("/embed/new", defaults={"lang": "zh"})
@blueprint.get("/<any(en):lang>/embed/new")
def generator(lang: str) -> Response:
    """Put an embedded map together and give the code for it."""
    asked = _asked()
    shown, vocabulary = page_language(), context().vocabulary
    address = embed_address(asked, shown)
    text = render_template(
        "embed_new.html",
        asked=asked,
        chosen=lambda name, value: value in asked.given.get(name, ()),
        areas=_areas(shown),
        vocabulary=vocabulary,
        word=lambda term: term.zh if shown == "zh" else term.en,
        address=address,
        code=frame_code(address, shown, "100%", HEIGHT),
        oembed_url=oembed_address(address),
        config={
            "base": base_url(),
            "height": HEIGHT,
            "title": frame_title(shown),
            "titles": {other: frame_title(other) for other in context().settings.place.languages},
            "paths": {other: localised("/embed", other) for other in context().settings.place.languages},
            "copied": _("Copied"),
        },
        framed_by=context().settings.server.embed_hosts,
    )
    response = Response(text, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = content_security_policy(pages().settings.base_map, frames="'self'")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _areas(lang: Lang) -> list[tuple[str, str]]:
    """Return code and name of the areas that have places, in the order of their codes."""
    found = []
    for area in context().index.areas:
        name = area.name_en if lang == "en" and area.name_en else area.name
        found.append((area.adcode, name))
    return sorted(found)


@blueprint.get("/oembed")
def oembed() -> Response:
    """Tell a site that was given a link of ours how to show it (oEmbed 1.0)."""
    asked = parse(OembedParameters, request.args)
    if asked.format == "xml":
        # The specification's answer for a format that is not offered.
        return Response("501 oEmbed is offered as JSON: format=json\n", 501, content_type="text/plain; charset=utf-8")
    target = described_map(asked.url, base_url(), request.url_root.rstrip("/"))
    if target is None:
        raise NotFoundError("oembed_unknown", url=asked.url[:200])
    lang, code = target
    known = _model().model_fields.keys() - {"datum", "lang"}
    query = [pair for pair in parse_qsl(urlsplit(asked.url).query) if pair[0] in known]
    embedded = read_embedded(_model(), MultiDict(query))
    address = embed_address(embedded, lang)
    title = frame_title(lang)
    if code is not None:
        index = context().index
        current = index.canonical(code.upper())
        if current is None:
            raise NotFoundError("site_unknown", site=code)
        address += f"#s={current}"
    width = "100%" if asked.width == WIDTH else str(asked.width)
    body = rich_answer(
        html=frame_code(address, lang, width, asked.height),
        title=title,
        home=base_url() + localised("/", lang),
        asked=asked,
    )
    return Response(
        orjson.dumps(body), content_type="application/json", headers={"Cache-Control": "public, max-age=300"}
    )


def embed_address(asked: Embedded, lang: Lang) -> str:
    """Return the full address of an embedded map."""
    query = asked.query()
    return base_url() + localised("/embed", lang) + (f"?{query}" if query else "")


def oembed_address(url: str) -> str:
    """Return where oEmbed describes ``url``."""
    return f"{base_url()}/oembed?{urlencode({'url': iri_to_uri(url)})}"


def frame_title(lang: Lang) -> str:
    """Return what screen readers call the frame."""
    return "户外劳动者服务站点地图" if lang == "zh" else "Map of places for outdoor workers"


def frame_code(address: str, lang: Lang, width: str, height: int) -> str:
    """Return the HTML that shows the map at ``address`` in a frame."""
    return str(
        Markup(
            '<iframe src="{}" title="{}" lang="{}" width="{}" height="{}" style="border:0" loading="lazy"'
            ' allow="geolocation" referrerpolicy="strict-origin-when-cross-origin"></iframe>'
        ).format(address, frame_title(lang), TAGS[lang], width, height)
    )
