"""The texts of pages that Python puts together, from the same catalogue as those of the templates."""

from __future__ import annotations

from flask_babel import gettext


def translated(text: str) -> str:
    """Return a text in the language of the present page; modules call it ``_``, by which texts are collected."""
    return str(gettext(text))
