"""The two languages of the pages: Chinese at ``/…``, English at ``/en/…``."""

from __future__ import annotations

from flask import has_request_context, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from geodata.messages import Lang
from webmap.context import context

#: Language → value of ``lang`` attributes.
TAGS: dict[Lang, str] = {"zh": "zh-CN", "en": "en"}


def page_language() -> Lang:
    """Return the language of the page that is being served; Chinese outside a request."""
    if not has_request_context():
        return "zh"
    return "en" if request.path == "/en" or request.path.startswith("/en/") else "zh"


def localised(path: str, lang: Lang) -> str:
    """Return the address of the page ``path`` (as in Chinese, beginning with a slash) in ``lang``."""
    return path if lang == "zh" else "/en" + path


def only_offered_languages() -> BaseResponse | None:
    """Send a person to a language that this deployment offers; goes before every page of a blueprint."""
    offered = context().settings.place.languages
    if page_language() in offered or request.method not in ("GET", "HEAD"):
        return None
    other = url_for(str(request.endpoint), **{**(request.view_args or {}), "lang": offered[0]})
    query = request.query_string.decode()
    return redirect(f"{other}?{query}" if query else other)
