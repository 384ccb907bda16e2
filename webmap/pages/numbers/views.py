"""The page of public numbers, `/stats`: made from the index, kept until the data or a boundary in time changes it."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, request

from geodata.index import SiteIndex, SiteQuery
from webmap.catchment import Catchments, catchment_file
from webmap.context import base_url, context
from webmap.pages.catalogue import rendered
from webmap.pages.catalogue import translated as _
from webmap.pages.language import localised, only_offered_languages, page_language
from webmap.pages.numbers import telling
from webmap.pages.numbers.walking import walk
from webmap.pages.places.answering import page_answer, spare_the_server
from webmap.pages.places.listing import MOST_AREAS, area_choices, area_name
from webmap.pages.places.wording import Wording

blueprint = Blueprint("numbers", __name__)
blueprint.before_request(only_offered_languages)

PATH = "/stats"


@blueprint.get(PATH, defaults={"lang": "zh"})
@blueprint.get(f"/<any(en):lang>{PATH}")
def numbers(lang: str) -> Response:
    """Show how many places there are, of what sort, when they are open, and what was published about them."""
    spare_the_server()
    parts = context()
    index, area = parts.index, asked_area()
    file = catchment_file()
    reached = file.present(index, parts.now().date())
    making = reached is None and file.making.busy and len(index.areas) > 0
    beside = reached.tag if reached else "making" if making else ""
    return page_answer(lambda: _page(index, area, reached, making=making), key=area, beside=f"-{beside}")


def asked_area() -> str:
    """Return the code or name of the area that the request asks for; empty for all."""
    return request.args.get("area", "").strip()[: context().settings.limits.text_length]


def _page(index: SiteIndex, area: str, reached: Catchments | None, *, making: bool) -> str:
    parts, lang = context(), page_language()
    vocabulary, now = parts.vocabulary, parts.now()
    wording = Wording(lang, now)
    found = index.statistics(SiteQuery(area=area or None), now=now, area=area or None)
    total, known = found["total"], {each.adcode: area_name(each, wording) for each in index.areas}
    levels = telling.term_bars(found["levels"], vocabulary.levels, total, wording, ordered=True)
    without = total - sum(found["levels"].values())
    if levels and without:
        levels.append(telling.bar(_("Not stated"), without, total, wording))
    areas = found["areas"]
    links = {code: f"{localised(PATH, lang)}?{urlencode({'area': code})}" for code in known}
    told = reached.told(index.areas, area or None) if reached else None
    return rendered(
        "stats.html",
        words=wording,
        area=area,
        area_name=known.get(area, area),
        areas=area_choices(index, wording) if len(index.areas) <= MOST_AREAS else [],
        total=total,
        open=found["open"],
        known_hours=wording.percent(1 - found["open"]["unknown"] / total) if total else "",
        kinds=telling.term_bars(found["kinds"], vocabulary.kinds, total, wording),
        levels=levels,
        area_bars=[
            telling.bar(
                known.get(each["area"], each["name"]) if each["area"] else _("Not stated"),
                each["total"],
                total,
                wording,
                links.get(each["area"], ""),
            )
            for each in areas[: telling.MOST_AREAS]
        ],
        areas_left_out=len(areas) - telling.MOST_AREAS,
        facilities=telling.term_bars(found["facilities"], vocabulary.facilities, total, wording),
        no_facility=telling.missing(found["facilities"], vocabulary.facilities, wording),
        services=telling.term_bars(found["services"], vocabulary.services, total, wording),
        no_service=telling.missing(found["services"], vocabulary.services, wording),
        week=telling.week(found["week"]["open"], wording),
        week_known=found["week"]["known"],
        week_unknown=found["week"]["unknown"],
        walk=walk(told, known.get(area, area) or _("All areas"), links, wording) if told else None,
        walk_making=making,
        freshness=telling.freshness(found["freshness"]["verified"], total, wording),
        last_change=found["freshness"]["last_change"],
        rated=found["ratings"]["rated"],
        mean=found["ratings"]["mean"],
        place_figures=telling.place_figures(found["indicators"], wording),
        area_figures=telling.area_figures(found["area_indicators"], known, wording),
        now=now,
        base=base_url(),
        path=PATH,
        query=urlencode({"area": area}) if area else "",
    )
