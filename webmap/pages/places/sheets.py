"""The sheet for a place's door: what lasts, large enough to read from a step away, and a code for what does not."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import segno
from markupsafe import Markup

from geodata.calendar import WorkCalendar
from geodata.errors import HoursError
from geodata.hours import week
from geodata.index import SiteIndex
from webmap.context import base_url, context
from webmap.pages.catalogue import rendered
from webmap.pages.catalogue import translated as _
from webmap.pages.language import localised, page_language
from webmap.pages.places import shown
from webmap.pages.places.wording import Wording

#: So many facilities and services have room.
MOST_FACILITIES, MOST_SERVICES = 12, 6
#: A Monday, for the hours of a week without holidays.
_DAYS = 7


def sheet(index: SiteIndex, code: str) -> str:
    """Return the page of the sheet of a place."""
    parts, lang = context(), page_language()
    vocabulary, now = parts.vocabulary, parts.now()
    wording = Wording(lang, now)
    place = index.detail(code, now)["properties"]
    there = [item for item in shown.amenities(wording, vocabulary, place, "facilities") if item.value != "no"]
    services = [item for item in shown.amenities(wording, vocabulary, place, "services") if item.value != "no"]
    hours = place["hours"]
    url = base_url() + localised(f"/s/{code}", lang)
    return rendered(
        "place_sheet.html",
        place=place,
        words=wording,
        kind=shown.name_of(vocabulary.kinds, place["kind"], wording),
        kind_icon=vocabulary.kinds[place["kind"]].icon if place["kind"] in vocabulary.kinds else "dot",
        hours=[] if hours["text"] else weekly(hours["osm"], now.date(), wording, parts.settings.place.tz),
        ways=shown.ways_in(wording, vocabulary, place),
        facilities=there[:MOST_FACILITIES],
        services=services[:MOST_SERVICES],
        more=max(0, len(there) - MOST_FACILITIES) + max(0, len(services) - MOST_SERVICES),
        url=url,
        qr=Markup(qr_code(url)),
        printed=wording.date(now.date().isoformat()),
    )


def qr_code(url: str) -> str:
    """Return the QR code of an address as SVG, black on white whatever the theme; a scratch does not spoil it."""
    return str(segno.make(url, error="q", micro=False).svg_inline(border=2, omitsize=True, svgclass="qr", light="#fff"))


def weekly(osm: str | None, today: date, wording: Wording, tz: Any) -> list[tuple[str, str]]:
    """Return the hours of the present week as if it had no holidays: days from Monday on, those alike together."""
    monday = today - timedelta(days=today.weekday())
    try:
        days = week(osm, monday, WorkCalendar([]), tz)
    except HoursError:  # written past the check of an import
        return []
    if all(day.state == "unknown" for day in days):
        return []
    spoken = [
        (
            wording.weekday(day.day.isoformat()),
            wording.hours({"state": day.state, "spans": day.spans}),
        )
        for day in days[:_DAYS]
    ]
    found: list[tuple[str, str]] = []
    begin = 0
    for end in range(1, len(spoken) + 1):
        if end < len(spoken) and spoken[end][1] == spoken[begin][1]:
            continue
        first, last = spoken[begin][0], spoken[end - 1][0]
        if end - begin == len(spoken):
            name = _("Every day")
        else:
            name = first if begin == end - 1 else _("{first} to {last}").format(first=first, last=last)
        found.append((name, spoken[begin][1]))
        begin = end
    return found
