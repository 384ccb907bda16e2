"""What search engines read: which addresses there are (sitemaps.org) and which they need not ask for."""

from __future__ import annotations

from flask import Blueprint, Response, abort
from markupsafe import escape

from geodata.messages import Lang
from webmap.context import base_url, context
from webmap.pages.language import localised
from webmap.pages.places.answering import page_answer

blueprint = Blueprint("crawlers", __name__)

XML = "application/xml; charset=utf-8"
#: Addresses in one file: the protocol allows so many.
MOST_ADDRESSES = 50_000
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SCHEMA = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
#: Pages besides those of places, as in Chinese.
PAGES = ("/", "/list", "/stats", "/data")

ROBOTS = """User-agent: *
Disallow: /api/v1/
Disallow: /*/print
Disallow: /*/go$
Disallow: /*/go?
Disallow: /*/report
Disallow: /*cursor=
Allow: /

Sitemap: {base}/sitemap.xml
"""


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Say what search engines need not ask for, and where the list of all addresses is."""
    return page_answer(lambda: ROBOTS.format(base=base_url()), content_type="text/plain; charset=utf-8")


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """List all pages; where these are too many for one file, list the files."""
    return page_answer(_all, content_type=XML)


@blueprint.get("/sitemap-<int:number>.xml")
def sitemap_part(number: int) -> Response:
    """List a part of the pages, the first of which is number 1."""
    if not 1 <= number <= _parts():
        abort(404)
    return page_answer(lambda: _urls(_part(number)), content_type=XML)


def _languages() -> tuple[Lang, ...]:
    return context().settings.place.languages


def _rows_in_part() -> int:
    """Return how many rows of the index a file holds in every language, with the other pages in the first one."""
    return (MOST_ADDRESSES - len(PAGES) * len(_languages())) // len(_languages())


def _parts() -> int:
    return max(1, -(-context().index.size // _rows_in_part()))


def _all() -> str:
    if _parts() == 1:
        return _urls(_part(1))
    base = escape(base_url())
    files = "".join(f"<sitemap><loc>{base}/sitemap-{n}.xml</loc></sitemap>\n" for n in range(1, _parts() + 1))
    return f"{_HEAD}<sitemapindex {_SCHEMA}>\n{files}</sitemapindex>\n"


def _part(number: int) -> list[tuple[str, str]]:
    """Return path, as in Chinese, and day of the last change of the pages in one file."""
    parts, rows = context(), _rows_in_part()
    entries = parts.index.entries((number - 1) * rows, number * rows, now=parts.now())
    places = [(f"/s/{code}", changed[:10]) for code, changed in entries]
    return [(path, "") for path in PAGES] + places if number == 1 else places


def _urls(pages: list[tuple[str, str]]) -> str:
    base = escape(base_url())
    lines = [
        f"<url><loc>{base}{localised(path, lang)}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</url>\n"
        for path, day in pages
        for lang in _languages()
    ]
    return f"{_HEAD}<urlset {_SCHEMA}>\n{''.join(lines)}</urlset>\n"
