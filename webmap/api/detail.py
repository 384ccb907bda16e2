"""The endpoints about one site, each under any code that the site ever had."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, abort, redirect, request, url_for

from geodata.errors import NotFoundError
from webmap.api.answers import GEOJSON, REVALIDATED, answer, etag, json_bytes
from webmap.api.parameters import parse
from webmap.context import context
from webmap.handoff import links_to

if TYPE_CHECKING:
    from geodata.index import SiteIndex


def present_code(index: SiteIndex, code: str) -> str:
    """Return the code of a site if it is the present one; a request with a former one ends by leading to it (308).

    Raises
    ------
    NotFoundError
        If no site ever had the code.
    """
    current = index.canonical(code.upper())
    if current is None:
        raise NotFoundError("site_unknown", site=code[:40])
    if current != code:
        query = request.query_string.decode("ascii", "ignore")
        address = url_for(str(request.endpoint), code=current) + (f"?{query}" if query else "")
        response = redirect(address, 308)
        response.headers["Cache-Control"] = REVALIDATED
        abort(response)
    return current


def site(code: str) -> Response:
    """Give everything that is known about one site.

    A code that a site had before it was merged with another one leads to the present code with status 308.
    """
    parts = context()
    asked = parse(parts.parameters.site, request.args)
    index, now = parts.index, parts.now()
    current = present_code(index, code)

    def body() -> bytes:
        detail = index.detail(current, now, asked.datum)
        plain = detail if asked.datum == "wgs84" else index.detail(current, now, "wgs84")
        app_name = parts.settings.place.app_name
        detail["properties"]["navigation"] = links_to(plain, app_name=app_name, mode=asked.mode)
        return json_bytes(detail)

    return answer(etag(index, now), body, content_type=GEOJSON)


def rating(code: str) -> Response:
    """Tell why a site has its score: every piece of evidence with its source, its date and what it brings.

    Without evidence that counts there is no score.
    """
    parts = context()
    parse(parts.parameters.plain, request.args)
    index, now = parts.index, parts.now()
    current = present_code(index, code)
    return answer(etag(index, now), lambda: json_bytes({**index.rating(current, now), "data_version": index.version}))


def indicators(code: str) -> Response:
    """Give all figures that were published about a site, the latest first, each with its period and source."""
    parts = context()
    parse(parts.parameters.plain, request.args)
    index, now = parts.index, parts.now()
    current = present_code(index, code)

    def body() -> bytes:
        return json_bytes({"code": current, "indicators": index.indicators(current), "data_version": index.version})

    return answer(etag(index, now), body)
