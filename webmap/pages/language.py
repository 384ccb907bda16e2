"""The two languages of the pages: Chinese at ``/…``, English at ``/en/…``."""

from __future__ import annotations

from flask import has_request_context, request

from geodata.messages import Lang

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
