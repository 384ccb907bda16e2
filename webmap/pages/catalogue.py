"""The texts of pages that the server puts together, from the same catalogue as those of the templates."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import render_template
from flask_babel import gettext

from geodata.messages import Lang
from webmap.pages.language import page_language


def translated(text: str) -> str:
    """Return a text in the language of the present page; modules call it ``_``, by which texts are collected."""
    return _translated(page_language(), text)


@lru_cache(maxsize=2048)
def _translated(lang: Lang, text: str) -> str:
    # flask-babel asks for the request and its language anew with each text: a tenth of a large page's time.
    return str(gettext(text))


def rendered(template: str, **values: Any) -> str:
    """Return a template filled in, its texts looked up as :func:`translated` does."""
    return render_template(template, _=translated, **values)
