"""The list of places as a page of text: the alternative to the map, without a script and without a position."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

import orjson
from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from geodata.areas import Area
from geodata.errors import ParameterError
from geodata.hours import at_night
from geodata.index import SiteIndex, SiteQuery
from geodata.vocabulary import Term, Vocabulary
from webmap.context import base_url, context
from webmap.pages.catalogue import rendered
from webmap.pages.config import COMMON_FACILITIES
from webmap.pages.language import localised, only_offered_languages, page_language
from webmap.pages.places import shown
from webmap.pages.places.answering import page_answer, spare_the_server
from webmap.pages.places.wording import Wording

blueprint = Blueprint("places_list", __name__)
blueprint.before_request(only_offered_languages)

PATH = "/list"
#: Places on one page.
PAGE_SIZE = 50
#: Areas are chosen from a list up to this number; of more, a person writes the name.
MOST_AREAS = 400
#: So many facilities are named with each place.
MOST_FACILITIES = 8


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person asks the list for; whatever makes no sense is left out."""

    area: str = ""
    q: str = ""
    kind: tuple[str, ...] = ()
    facility: tuple[str, ...] = ()
    service: tuple[str, ...] = ()
    open: Literal["", "now", "night"] = ""

    def query(self, now: Any) -> SiteQuery:
        """Return the question to the index."""
        return SiteQuery(
            kinds=frozenset(self.kind),
            facilities=tuple((code, False) for code in self.facility),
            services=tuple((code, False) for code in self.service),
            area=self.area or None,
            text=self.q or None,
            open_at={"": None, "now": now, "night": at_night(now)}[self.open],
        )

    def pairs(self) -> list[tuple[str, str]]:
        """Return them as parameters of an address."""
        texts = [("area", self.area), ("q", self.q), ("open", self.open)]
        codes = [(name, code) for name in ("kind", "facility", "service") for code in getattr(self, name)]
        return [pair for pair in texts if pair[1]] + codes

    @property
    def beyond_area(self) -> bool:
        """Whether anything but an area is asked for: such lists are no pages of their own to a search engine."""
        return any((self.q, self.kind, self.facility, self.service, self.open))


def wishes(given: Any, vocabulary: Vocabulary, longest: int) -> Wishes:
    """Return what the parameters of a request ask for.

    A page is opened from messages and other apps, which add parameters of their own, and from old links: what is not
    known is passed over.
    """

    def codes(name: str, words: Mapping[str, Term]) -> tuple[str, ...]:
        values = (code for value in given.getlist(name) for code in value.split(","))
        return tuple(dict.fromkeys(code for code in values if code in words))

    return Wishes(
        area=given.get("area", "").strip()[:longest],
        q=given.get("q", "").strip()[:longest],
        kind=codes("kind", vocabulary.kinds),
        facility=codes("facility", vocabulary.facilities),
        service=codes("service", vocabulary.services),
        open=_wished_time(given.get("open", "")),
    )


def _wished_time(given: str) -> Literal["", "now", "night"]:
    return "now" if given == "now" else "night" if given == "night" else ""


@blueprint.get(PATH, defaults={"lang": "zh"})
@blueprint.get(f"/<any(en):lang>{PATH}")
def places(lang: str) -> BaseResponse:
    """List places by name, page by page."""
    spare_the_server()
    parts = context()
    asked = wishes(request.args, parts.vocabulary, parts.settings.limits.text_length)
    cursor = request.args.get("cursor") or None
    try:
        return page_answer(lambda: _page(parts.index, asked, cursor), key=(asked, cursor))
    except ParameterError:
        if cursor is None:
            raise
        return redirect(_address(asked))  # a cursor that nobody gave out: from the beginning


def _address(asked: Wishes, *more: tuple[str, str]) -> str:
    query = urlencode([*asked.pairs(), *more])
    return localised(PATH, page_language()) + (f"?{query}" if query else "")


def _page(index: SiteIndex, asked: Wishes, cursor: str | None) -> str:
    parts, lang = context(), page_language()
    vocabulary, now = parts.vocabulary, parts.now()
    wording = Wording(lang, now)
    found = index.find(asked.query(now), after=cursor, limit=PAGE_SIZE, now=now, sort="name")
    rows = [orjson.loads(feature)["properties"] for feature in index.features(found)]
    areas = _areas(index)
    heading = next((area_name(area, wording) for area in areas if area.adcode == asked.area), asked.area)
    canonical = Wishes(area=asked.area)
    return rendered(
        "list.html",
        words=wording,
        asked=asked,
        area_name=heading,
        total=found.total,
        judged_at=f"{found.at:%H:%M}",
        rows=[_row(row, vocabulary, wording) for row in rows],
        first_page=_address(asked) if cursor else "",
        next_page=_address(asked, ("cursor", found.next)) if found.next else "",
        areas=area_choices(index, wording) if len(areas) <= MOST_AREAS else [],
        vocabulary=vocabulary,
        common=[vocabulary.facilities[code] for code in COMMON_FACILITIES],
        others=[term for code, term in vocabulary.facilities.items() if code not in COMMON_FACILITIES],
        text_length=parts.settings.limits.text_length,
        home=localised("/", lang),
        base=base_url(),
        path=PATH,
        query=urlencode(canonical.pairs()),
        indexed=not asked.beyond_area and found.total > 0,
        other_query=urlencode(asked.pairs()),
    )


def _row(place: dict[str, Any], vocabulary: Vocabulary, wording: Wording) -> dict[str, Any]:
    there = [code for code, value in place["facilities"].items() if value != "no"]
    order = [code for code in vocabulary.facilities if code in there]
    names = [shown.name_of(vocabulary.facilities, code, wording) for code in order[:MOST_FACILITIES]]
    kind = shown.name_of(vocabulary.kinds, place["kind"], wording)
    return {
        "name": place["name"],
        "href": localised(f"/s/{place['code']}", wording.lang),
        "go": shown.reachable(place),
        "what": " · ".join(dict.fromkeys([kind, *place["labels"][:1]])),
        "where": place["address"] or place["area_name"],
        "opening": wording.opening(place, shown.name_of(vocabulary.states, place["state"], wording)),
        "ways": wording.joined(name for _icon, name in shown.ways_in(wording, vocabulary, place)),
        "facilities": wording.joined(names),
        "more": len(order) - len(names),
    }


def _areas(index: SiteIndex) -> list[Area]:
    return sorted(index.areas, key=lambda area: area.adcode)


def area_name(area: Area, wording: Wording) -> str:
    """Return the name of an area in the page's language."""
    return area.name if wording.lang == "zh" else area.name_en or area.name


def area_choices(index: SiteIndex, wording: Wording) -> list[tuple[str, str]]:
    """Return code and name of every area, those within another one set in below it."""
    areas = _areas(index)
    codes = {area.adcode for area in areas}
    below: dict[str, list[Area]] = {}
    for area in areas:
        below.setdefault(area.parent if area.parent in codes and area.parent else "", []).append(area)
    found: list[tuple[str, str]] = []

    def add(parent: str, depth: int) -> None:
        for area in below.pop(parent, []):
            found.append((area.adcode, "\u3000" * depth + area_name(area, wording)))
            add(area.adcode, depth + 1)

    add("", 0)
    return found
