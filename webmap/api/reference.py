"""The endpoints beside the sites: words, areas, counts, health and the description of the API itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
import shapely
from flask import Response, render_template, request
from flask_babel import force_locale

from geodata.areas import Area
from geodata.datum import from_wgs84
from geodata.sites import Datum
from geodata.vocabulary import GROUPS, Term
from webmap.api.answers import GEOJSON, answer, collection, etag, json_bytes
from webmap.api.documents import api_document
from webmap.api.parameters import parse
from webmap.api.sites import site_query
from webmap.catchment import catchment_file
from webmap.context import context, request_language
from webmap.errors import RETRY_AFTER_S


def vocabulary() -> Response:
    """Give all words: kinds, facilities, services, levels and the rest, each with code, zh, en and icon."""
    parts = context()
    parse(parts.parameters.plain, request.args)
    words = {group: [_term(term) for term in getattr(parts.vocabulary, group).values()] for group in GROUPS}
    return answer(parts.edition, lambda: json_bytes(words))


def _term(term: Term) -> dict[str, Any]:
    return {"code": term.code, "zh": term.zh, "en": term.en, "short_zh": term.short_zh, "icon": term.icon}


def areas() -> Response:
    """Give the districts and streets as polygons.

    `approximate` marks an area whose boundary is not official.
    """
    parts = context()
    asked = parse(parts.parameters.areas, request.args)
    index, now = parts.index, parts.now()
    chosen = [area for area in index.areas if asked.level in (None, area.level)]
    return answer(
        etag(index, now),
        lambda: collection(
            [_area(area, asked.datum) for area in chosen], data_version=index.version, datum=asked.datum
        ),
        content_type=GEOJSON,
    )


def _area(area: Area, datum: Datum) -> bytes:
    polygon = area.polygon
    if datum != "wgs84":
        polygon = shapely.transform(
            polygon, lambda points: np.column_stack(from_wgs84(points[:, 0], points[:, 1], datum))
        )
    # Six decimals are some 10 cm: finer than any boundary is known.
    geometry = shapely.to_geojson(shapely.transform(polygon, lambda points: points.round(6)))
    properties = {
        "adcode": area.adcode,
        "name": area.name,
        "name_en": area.name_en,
        "level": area.level,
        "parent": area.parent,
        "approximate": area.approximate,
        "source": area.source,
    }
    return orjson.dumps(
        {"type": "Feature", "id": area.adcode, "geometry": orjson.Fragment(geometry), "properties": properties}
    )


def stats() -> Response:
    """Count sites: in all, by kind, level, state, area, facility and service, and by whether they are open now.

    With the share that is open by hour of an ordinary week (of those whose hours are known), how fresh the data is, and
    the figures that were published about the sites and the areas. `walk` tells which share of the areas' surface and
    of the demand that is loaded lies within a walk of any site in service; of the parameters only `area` changes it.
    """
    parts = context()
    asked = parse(parts.parameters.stats, request.args)
    index, now = parts.index, parts.now()
    query = site_query(asked, now, area=asked.area)
    reached = catchment_file().present(index, now.date())

    def body() -> bytes:
        found = index.statistics(query, now=now, area=asked.area)
        walk = reached.told(index.areas, asked.area) if reached else None
        made = {"generated_at": now.isoformat(timespec="seconds"), "data_version": index.version}
        return json_bytes({**found, "walk": walk, **made})

    return answer(f"{etag(index, now)}-{reached.tag if reached else ''}", body)


def openapi() -> Response:
    """Describe this API as an OpenAPI document."""
    parts = context()
    parse(parts.parameters.plain, request.args)
    return answer(parts.edition, lambda: json_bytes(api_document()))


def docs() -> Response:
    """Show the description of the API as a page."""
    parts = context()
    parse(parts.parameters.plain, request.args)
    lang = request_language()
    with force_locale(lang):  # the frame of the page in the language of its content
        text = render_template("api_docs.html", document=api_document(), lang=lang)
    response = Response(text, content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    response.vary.add("Accept-Language")
    return response


def healthz() -> Response:
    """Say whether this worker can answer, and how old its data is.

    200 with `ok` or `degraded` (the store fails, the last data is shown), 503 with `starting` until there is data.
    """
    read_model = context().read_model
    read_model.start()
    health = read_model.health()
    age = None if health.data_age_s is None else round(health.data_age_s, 1)
    body = {
        "status": health.status,
        "data_version": health.data_version,
        "data_age_s": age,
        "sites": health.sites,
        "failure": health.failure,
    }
    response = Response(json_bytes(body), 503 if health.status == "starting" else 200, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    if response.status_code == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response
