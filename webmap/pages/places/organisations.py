"""The page of an organisation: who it is, what is above and below it, and the places that they run."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import orjson
from flask import Blueprint, Response, redirect, render_template
from werkzeug.wrappers import Response as BaseResponse

from geodata.index import SiteIndex
from webmap.context import base_url, context
from webmap.pages.catalogue import translated as _
from webmap.pages.language import localised, only_offered_languages, page_language
from webmap.pages.places import shown
from webmap.pages.places.answering import HTML, page_answer, spare_the_server
from webmap.pages.places.wording import Wording

blueprint = Blueprint("organisations", __name__)
blueprint.before_request(only_offered_languages)

#: Places that the page lists; of more it says how many are left out.
MOST_PLACES = 300


@blueprint.get("/o/<code>", defaults={"lang": "zh"})
@blueprint.get("/<any(en):lang>/o/<code>")
def organisation(lang: str, code: str) -> BaseResponse:
    """Show an organisation with its places and those of all that belongs to it."""
    spare_the_server()
    index = context().index
    found = index.organisations.get(code)
    if found is None:
        response = Response(render_template("organisation_missing.html", code=code[:40]), 404, content_type=HTML)
        response.headers["Cache-Control"] = "no-store"
        return response
    if found.code != code:
        return redirect(localised(f"/o/{found.code}", page_language()), 301)
    return page_answer(lambda: _page(index, found.code))


def _page(index: SiteIndex, code: str) -> str:
    parts, lang = context(), page_language()
    vocabulary, now = parts.vocabulary, parts.now()
    wording = Wording(lang, now)
    found = index.organisation(code, now, limit=MOST_PLACES)
    name = _name(found, wording)
    level = shown.name_of(vocabulary.levels, found["level"], wording)
    week = wording.week(found["week"])
    return render_template(
        "organisation.html",
        it=found,
        name=name,
        other_name=found["name"] if lang == "en" and found["name_en"] else "",
        level=level,
        words=wording,
        phone_link=shown.phone_link(found["phone"]),
        web_link=shown.web_link(found["website"]),
        week=week if any(day.state != "unknown" for day in week) else [],
        trail=_trail(found, wording),
        children=[
            {
                "name": _name(child, wording),
                "href": localised(f"/o/{child['code']}", lang),
                "level": shown.name_of(vocabulary.levels, child["level"], wording),
                "places": wording.counted(child["places"]),
            }
            for child in found["children"]
        ],
        groups=_groups(found, wording),
        shown_count=len(found["features"]),
        description=_description(found, name, level, wording),
        url=base_url() + localised(f"/o/{code}", lang),
        base=base_url(),
    )


def _name(item: dict[str, Any], wording: Wording) -> str:
    return str(item["name"] if wording.lang == "zh" else item["name_en"] or item["name"])


def _trail(found: dict[str, Any], wording: Wording) -> list[tuple[str, str]]:
    above = [(_name(item, wording), localised(f"/o/{item['code']}", wording.lang)) for item in found["above"]]
    return [(_("Station map"), localised("/", wording.lang)), *above]


def _groups(found: dict[str, Any], wording: Wording) -> list[dict[str, Any]]:
    """Return the places by who runs them, its own first."""
    vocabulary = context().vocabulary
    pairs = zip(found["runners"], found["features"], strict=True)
    groups = []
    for _code, members in groupby(pairs, key=lambda pair: pair[0]["code"]):
        listed = list(members)
        runner = listed[0][0]
        places = [orjson.loads(feature)["properties"] for _runner, feature in listed]
        groups.append(
            {
                "own": runner["code"] == found["code"],
                "name": _name(runner, wording),
                "href": localised(f"/o/{runner['code']}", wording.lang),
                "places": [
                    {
                        "name": place["name"],
                        "href": localised(f"/s/{place['code']}", wording.lang),
                        "what": shown.name_of(vocabulary.kinds, place["kind"], wording),
                        "where": place["address"] or place["area_name"],
                        "opening": wording.opening(place, shown.name_of(vocabulary.states, place["state"], wording)),
                    }
                    for place in places
                ],
            }
        )
    return groups


def _description(found: dict[str, Any], name: str, level: str, wording: Wording) -> str:
    places = wording.counted(found["places"]["total"])
    return " · ".join(part for part in (name, level, places, found["address"], found["phone"]) if part)
