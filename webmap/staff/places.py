"""Places for staff: found by name or code, closed and planned ones too, and the history of each.

A history tells by field what was before and after, who wrote it, when, and from which file.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import orjson
from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from geodata.index import SiteQuery
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
#: Places that are listed; of more, a person writes more of the name.
MOST_PLACES = 50


@blueprint.get("/staff/places", defaults={"lang": "zh"})
@blueprint.get("/<any(en):lang>/staff/places")
@staff_required
def places(lang: str) -> str:
    """Find places by their code, or by name, pinyin or address."""
    longest = context().settings.limits.text_length
    asked = request.args.get("q", "").strip()[:longest]
    rows, total = _found(asked) if asked else ([], 0)
    return render_template("staff/places.html", asked=asked, rows=rows, total=total, text_length=longest)


def _found(asked: str) -> tuple[list[dict[str, Any]], int]:
    """Return the places that a text means, and how many they are: the one of that code, else those of that name."""
    parts = context()
    index, now, states = parts.index, parts.now(), parts.vocabulary.states
    code = index.canonical(asked.upper())
    if code is not None:
        known = [index.detail(code, now)["properties"]]
        total = 1
    else:
        query = SiteQuery(text=asked, states=frozenset(states))
        page = index.find(query, limit=MOST_PLACES, now=now, sort="name")
        known = [orjson.loads(feature)["properties"] for feature in index.features(page)]
        total = page.total
    zh = page_language() == "zh"
    rows = [{**place, "state_name": states[place["state"]].zh if zh else states[place["state"]].en} for place in known]
    return rows, total


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
