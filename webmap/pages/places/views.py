"""The routes of a place's page, of its sheet for the door, and of its pictures."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from geodata.index import SiteIndex
from webmap.context import base_url, context
from webmap.devices import device_of
from webmap.handoff import Mode, links_to, web_link
from webmap.pages.catalogue import rendered
from webmap.pages.catalogue import translated as _
from webmap.pages.language import localised, only_offered_languages, page_language
from webmap.pages.places import shown
from webmap.pages.places.answering import HTML, has_route, kept, page_answer, spare_the_server
from webmap.pages.places.around import district_of, neighbours, positions_around, sketch
from webmap.pages.places.fonts import font_file
from webmap.pages.places.picture import Card, drawn
from webmap.pages.places.rating import rating_shown
from webmap.pages.places.sheets import sheet
from webmap.pages.places.structured import crumbs, structured
from webmap.pages.places.wording import Wording

blueprint = Blueprint("places", __name__)
blueprint.before_request(only_offered_languages)

_MODES: dict[str, Mode] = {"walk": "walk", "ride": "ride", "car": "car"}


@blueprint.get("/s/<code>", defaults={"lang": "zh"})
@blueprint.get("/<any(en):lang>/s/<code>")
def site(lang: str, code: str) -> BaseResponse:
    """Show everything about one place; the address stands on signs and QR codes for ever."""
    return _of_place(code, "", lambda current, index: _page(index, current))


@blueprint.get("/s/<code>/print", defaults={"lang": "zh"})
@blueprint.get("/<any(en):lang>/s/<code>/print")
def place_sheet(lang: str, code: str) -> BaseResponse:
    """Show the sheet for the door of a place, on one page of A4 when printed."""
    return _of_place(code, "/print", lambda current, index: sheet(index, current))


@blueprint.get("/s/<code>/go", defaults={"lang": "zh"})
@blueprint.get("/<any(en):lang>/s/<code>/go")
def go(lang: str, code: str) -> BaseResponse:
    """Hand a place over to the web page of a navigation app: the one that was asked for, or what fits the device.

    A place to which nobody can be sent is shown instead: its page says why.
    """
    index = context().index
    current = index.canonical(code.upper())
    if current is None:
        return unknown_place(code)
    feature = index.detail(current, context().now())
    mode = _MODES.get(request.args.get("mode", ""), "walk")
    target = localised(f"/s/{current}", page_language())
    if shown.reachable(feature["properties"]):
        device = device_of(request.headers.get("User-Agent", ""))
        target = web_link(links(feature, mode), device, request.args.get("app", ""))["href"]
    response = redirect(target)
    response.headers["Cache-Control"] = "no-store"  # the place may move, and another browser needs another link
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@blueprint.get("/s/<code>/map.png", defaults={"lang": "zh"})
@blueprint.get("/<any(en):lang>/s/<code>/map.png")
def place_picture(lang: str, code: str) -> BaseResponse:
    """Send the picture of a place that link previews show."""
    index = context().index
    current = index.canonical(code.upper())
    if current is None:
        abort(404)
    card = _card(index, current)
    # The card and the areas are all that the picture depends on; the key keeps the areas themselves alive.
    body = kept().of((card, index.areas), lambda: _drawn(card, index))
    response = Response(body, content_type="image/png")
    response.headers["Cache-Control"] = "public, max-age=86400"
    response.add_etag()
    response.make_conditional(request)
    return response


def _drawn(card: Card, index: SiteIndex) -> bytes:
    spare_the_server()
    return drawn(card, index.areas, font_file())


def _card(index: SiteIndex, code: str) -> Card:
    parts = context()
    feature = index.detail(code, parts.now())
    place, geometry = feature["properties"], feature["geometry"]
    point = None if geometry is None or place["precision"] == "area" else tuple(geometry["coordinates"])
    wording = Wording(page_language(), parts.now())
    kind = shown.name_of(parts.vocabulary.kinds, place["kind"], wording)
    return Card(
        brand=_("Station map"),
        kind=place["kind"],
        kind_name=kind,
        name=place["name"],
        label=place["label"] if place["label"] and place["label"] != kind else "",
        address=place["address"] or place["area_name"],
        hours=place["hours_text"],
        code=code,
        point=point,
        others=() if point is None else positions_around(index, point, parts.now()),
        area=district_of(index, place["area"]),
    )


def _of_place(code: str, suffix: str, make: Any) -> BaseResponse:
    """Answer with a page of a place, or lead to its present code, or say that there is no such place."""
    index = context().index
    current = index.canonical(code.upper())
    if current is None:
        return unknown_place(code)
    if current != code:
        response = redirect(localised(f"/s/{current}{suffix}", page_language()), 301)
        # A former code stays one for ever, but a browser that keeps the answer for ever could not be told otherwise.
        response.headers["Cache-Control"] = "public, max-age=3600"
        return response
    return page_answer(lambda: str(make(current, index)))


def unknown_place(code: str) -> BaseResponse:
    """Say that there is no place with a code, and how to find it nevertheless."""
    response = Response(rendered("place_missing.html", code=code[:40]), 404, content_type=HTML)
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(index: SiteIndex, code: str) -> str:
    parts, lang = context(), page_language()
    vocabulary, now = parts.vocabulary, parts.now()
    wording = Wording(lang, now)
    feature = index.detail(code, now)
    place, geometry = feature["properties"], feature["geometry"]
    facilities = shown.amenities(wording, vocabulary, place, "facilities")
    services = shown.amenities(wording, vocabulary, place, "services")
    kind = shown.name_of(vocabulary.kinds, place["kind"], wording)
    near = neighbours(index, feature, now)
    opening = wording.opening(place, shown.name_of(vocabulary.states, place["state"], wording))
    instead = [] if opening.look == "open" else neighbours(index, feature, now, only_open=True)
    url = base_url() + localised(f"/s/{code}", lang)
    picture = base_url() + localised(f"/s/{code}/map.png", lang)
    text = shown.description(wording, kind, place, [*facilities, *services])
    trail = _trail(index, place)
    return rendered(
        "place.html",
        place=place,
        geometry=geometry,
        kind=kind,
        kind_icon=vocabulary.kinds[place["kind"]].icon if place["kind"] in vocabulary.kinds else "dot",
        words=wording,
        opening=opening,
        instead=_listed(instead, wording),
        notices=shown.notices(wording, vocabulary, place),
        navigation=links(feature),
        ways=shown.ways_in(wording, vocabulary, place),
        phone_link=shown.phone_link(place["phone"]),
        web_link=shown.web_link(place["website"]),
        week=wording.week(place["hours"]["week"]),
        facilities=facilities,
        unknown=shown.unknown_facilities(wording, vocabulary.facilities, place),
        services=services,
        rating=rating_shown(index.rating(code, now), wording, vocabulary),
        awards=shown.awards(wording, vocabulary, place),
        figures=shown.figures(wording, place),
        facts=shown.facts(wording, vocabulary, place),
        trust=shown.trust(wording, place),
        near=_listed(near, wording),
        sketch=sketch(index, feature, near),
        trail=trail,
        url=url,
        picture=picture,
        base=base_url(),
        description=text,
        listed=place["state"] not in shown.UNLISTED,
        operator_page=bool(place["operator_code"]) and has_route("/o/<code>"),
        report_page=has_route("/s/<code>/report"),
        structured=structured(place, geometry, url=url, picture=picture, text=text, amenities=[*facilities, *services]),
        crumbs=crumbs([(name, base_url() + address) for name, address in [*trail, (place["name"], f"/s/{code}")]]),
    )


def links(feature: dict[str, Any], mode: Mode = "walk") -> list[dict[str, Any]]:
    """Return the links that hand a place over to navigation apps; none where its position is not known."""
    return links_to(feature, app_name=context().settings.place.app_name, mode=mode)


def _trail(index: SiteIndex, place: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the pages above a place's: the map, the list, the areas that it lies in."""
    lang = page_language()
    known = {area.adcode: area for area in index.areas}
    above: list[tuple[str, str]] = []
    area = known.get(place["area"] or "")
    while area is not None and len(above) < 4:
        name = area.name if lang == "zh" else area.name_en or area.name
        above.append((name, localised("/list", lang) + f"?area={area.adcode}"))
        area = known.get(area.parent or "")
    return [(_("Station map"), localised("/", lang)), (_("All places"), localised("/list", lang)), *reversed(above)]


def _listed(found: list[Any], wording: Wording) -> list[dict[str, Any]]:
    """Return neighbours as the template lists them."""
    vocabulary, lang = context().vocabulary, page_language()
    return [
        {
            "name": item["name"],
            "href": localised(f"/s/{item['code']}", lang),
            "distance": wording.distance(item["distance_m"]),
            "walk": wording.walk(item["walk_min"]) if item["walk_min"] <= 60 else "",
            "kind": shown.name_of(vocabulary.kinds, item["kind"], wording),
            "opening": wording.opening(item, shown.name_of(vocabulary.states, item["state"], wording)),
        }
        for item in found
    ]
