"""The open data, `/data`: all places as files, with their licence and what their columns mean."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, current_app, render_template, request, send_file

from geodata.index import SiteIndex, SiteQuery
from geodata.messages import Lang
from webmap.compression import accepts_gzip
from webmap.context import base_url, context
from webmap.opendata import FORMATS, OpenData, Ready, Wanted
from webmap.pages.catalogue import rendered
from webmap.pages.catalogue import translated as _
from webmap.pages.language import localised, only_offered_languages, page_language
from webmap.pages.numbers.columns import column_rows
from webmap.pages.numbers.views import asked_area
from webmap.pages.places.answering import HTML, page_answer, spare_the_server
from webmap.pages.places.listing import MOST_AREAS, area_choices, area_name
from webmap.pages.places.wording import Wording

blueprint = Blueprint("open_data", __name__)
blueprint.before_request(only_offered_languages)

PATH = "/data"
#: A browser that waits for a file asks again after so many seconds.
AGAIN_S = 3
_ADDRESS = re.compile(r"https?://[^\s<>\"'，。；）)]+")


def open_data() -> OpenData:
    """Return the files of the present application."""
    found: OpenData = current_app.extensions["stationmap.open_data"]
    return found


@blueprint.get(PATH, defaults={"lang": "zh"})
@blueprint.get(f"/<any(en):lang>{PATH}")
def about(lang: str) -> Response:
    """Offer the files of all places, or of an area; they are begun to be made."""
    spare_the_server()
    index, area = context().index, asked_area()
    if not area:
        open_data().prepare(index, [Wanted("", each, page_language()) for each in FORMATS])
    return page_answer(lambda: _page(index, area), key=area)


@blueprint.get(f"{PATH}/<name>", defaults={"lang": "zh"})
@blueprint.get(f"/<any(en):lang>{PATH}/<name>")
def file(lang: str, name: str) -> Response:
    """Send a file: `all.csv`, or the places of an area by its code, `370602.csv`."""
    spare_the_server()
    index = context().index
    area, _dot, suffix = name.partition(".")
    codes = {each.adcode for each in index.areas if each.adcode.isalnum()}
    if suffix not in FORMATS:
        abort(404)
    if area != "all" and (area not in codes or not _count(index, area)):
        abort(404)
    wanted = Wanted("" if area == "all" else area, suffix, page_language())
    files = open_data()
    files.prepare(index, [wanted])
    ready = files.find(index, wanted)
    return _sent(ready, area, suffix) if ready is not None else _not_yet(files.making.failed)


def _sent(ready: Ready, area: str, suffix: str) -> Response:
    tz = context().settings.place.tz
    day = datetime.fromtimestamp(ready.made_at, UTC).astimezone(tz).date()
    packed = ready.packed if accepts_gzip(request.headers.get("Accept-Encoding", "")) else None
    path = packed or ready.path
    response = send_file(
        path,
        mimetype=FORMATS[suffix],
        as_attachment=True,
        download_name=f"stationmap-{area}-{day.isoformat()}.{suffix}",
        etag=path.name,
        conditional=packed is None,
        last_modified=ready.made_at,
    )
    if packed is not None:
        response.headers["Content-Encoding"] = "gzip"
        response.make_conditional(request)
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = "public, no-cache"
    address = licence_address(context().settings.footer.data_licence)
    if address:
        response.headers["Link"] = f'<{address}>; rel="license"'
    return response


def _not_yet(failed: bool) -> Response:
    again = 10 * AGAIN_S if failed else AGAIN_S
    response = Response(render_template("data_waiting.html", failed=failed), 503, content_type=HTML)
    response.headers["Refresh"] = response.headers["Retry-After"] = str(again)
    response.headers["Cache-Control"] = "no-store"
    return response


def licence_address(licence: str) -> str:
    """Return the address in a licence's text; empty without one."""
    found = _ADDRESS.search(licence)
    return found[0] if found else ""


def _count(index: SiteIndex, area: str) -> int:
    """Return how many places a file holds: those that are closed or planned too."""
    if not area:
        return index.size
    states = frozenset(context().vocabulary.states)
    return int(index.counts(SiteQuery(area=area, states=states), now=context().now())["total"])


def _page(index: SiteIndex, area: str) -> str:
    parts, lang = context(), page_language()
    wording = Wording(lang, parts.now())
    known = {each.adcode: area_name(each, wording) for each in index.areas}
    if area not in known:  # a name, as /stats takes it, or nothing
        area = next((code for code, name in known.items() if area and name.startswith(area)), "")
    licence = parts.settings.footer.data_licence
    address = licence_address(licence)
    changed = index.statistics(SiteQuery(), now=parts.now())["freshness"]["last_change"]
    files = [(suffix, localised(f"{PATH}/{area or 'all'}.{suffix}", lang), _what(suffix)) for suffix in FORMATS]
    count = _count(index, area)
    return rendered(
        "data.html",
        words=wording,
        area=area,
        area_name=known.get(area, ""),
        areas=area_choices(index, wording) if len(index.areas) <= MOST_AREAS else [],
        count=count,
        changed=changed,
        files=files if count else [],
        licence=licence.replace(address, "").strip(" :：·") or address,
        licence_address=address,
        columns=column_rows(parts.vocabulary, wording),
        facilities=list(parts.vocabulary.facilities.values()),
        services=list(parts.vocabulary.services.values()),
        dataset=_dataset(area, known.get(area, ""), licence, address, changed, lang) if count else None,
        base=base_url(),
        path=PATH,
        query=urlencode({"area": area}) if area else "",
    )


def _what(suffix: str) -> str:
    return {
        "xlsx": _("Workbook for Excel, WPS and LibreOffice"),
        "csv": _("Table as text, UTF-8"),
        "geojson": _("Points for maps on the web"),
        "gpkg": _("GeoPackage for QGIS and other programs"),
    }[suffix]


def _dataset(area: str, name: str, licence: str, address: str, changed: str | None, lang: Lang) -> dict[str, Any]:
    """Return the data as a ``Dataset`` of schema.org, for search engines."""
    base, settings = base_url(), context().settings
    title = _("Places for outdoor workers") + (f" · {name}" if name else "")
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": title,
        "description": _(
            "Rest stations, worker homes and service centres for outdoor workers: where they are, when they are open, "
            "what they have and how to get in."
        ),
        "url": base + localised(PATH, lang) + (f"?area={area}" if area else ""),
        "license": address or licence,
        "inLanguage": [each for each in ("zh-CN", "en") if each[:2] in settings.place.languages],
        "isAccessibleForFree": True,
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": FORMATS[suffix].partition(";")[0],
                "contentUrl": base + localised(f"{PATH}/{area or 'all'}.{suffix}", lang),
            }
            for suffix in FORMATS
        ],
    }
    if changed:
        found["dateModified"] = date.fromisoformat(changed[:10]).isoformat()
    if name:
        found["spatialCoverage"] = name
    return found
