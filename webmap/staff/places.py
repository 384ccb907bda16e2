"""The history of a place for staff: by field what was before and after, who wrote it, when, and from which file."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import orjson
from flask import Blueprint, render_template
from flask_babel import gettext as _

from geodata.store.records import Batch, Change
from webmap.context import context
from webmap.exports.fields import HEADINGS
from webmap.pages.language import only_offered_languages, page_language
from webmap.staff.guard import staff_required
from webmap.storing import worker_store

blueprint = Blueprint("staff_places", __name__)
blueprint.before_request(only_offered_languages)

#: Changes that are shown, the latest.
MOST_CHANGES = 1_000


@blueprint.get("/staff/places/<code>", defaults={"lang": "zh"})
@blueprint.get("/<any(en):lang>/staff/places/<code>")
@staff_required
def history(lang: str, code: str) -> str:
    """Show what changed about a place."""
    store = worker_store()
    place = store.site(code)
    changes = store.history(code)
    return render_template(
        "staff/place.html", name=place.site.name, code=place.code, batches=_batches(changes[-MOST_CHANGES:]),
        left_out=max(0, len(changes) - MOST_CHANGES),
    )  # fmt: skip


def _batches(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """Return the changes by what wrote them, the latest first."""
    groups = [(batch, list(members)) for batch, members in groupby(changes, key=lambda change: change.batch)]
    return [{**_told(batch), "changes": [_row(change) for change in members]} for batch, members in reversed(groups)]


def _told(batch: Batch) -> dict[str, str]:
    at = batch.started_at.astimezone(context().settings.place.tz)
    info = batch.info
    return {
        "when": f"{at:%Y-%m-%d %H:%M}",
        "who": info.actor,
        "origin": " · ".join(part for part in (info.kind, info.source, info.file_name, info.note) if part),
    }


def _row(change: Change) -> dict[str, str]:
    return {"field": _field(change.field), "before": _text(change.before), "after": _text(change.after)}


def _field(name: str) -> str:
    """Return a field's name in the page's language: names of parts stay as the store has them."""
    if name == "created":
        return str(_("Taken up"))
    group, _dot, code = name.partition(".")
    term = getattr(context().vocabulary, group, {}).get(code) if group in ("facilities", "services") else None
    if term is not None:
        return str(term.zh if page_language() == "zh" else term.en)
    return HEADINGS.get(name, name) if page_language() == "zh" else name


def _text(value: Any) -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else orjson.dumps(value).decode()
