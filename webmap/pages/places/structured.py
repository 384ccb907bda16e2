"""A place as schema.org describes places, for search engines (JSON-LD)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from webmap.pages.places.shown import AmenityShown, phone_link, web_link

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def structured(
    place: Mapping[str, Any],
    geometry: Mapping[str, Any] | None,
    *,
    url: str,
    picture: str,
    text: str,
    amenities: Sequence[AmenityShown],
) -> dict[str, Any]:
    """Return a place as a ``CivicStructure``; what is not known is left out.

    Parameters
    ----------
    place, geometry : mapping
        Of the index's detail, in WGS-84.
    url, picture : str
        Absolute addresses of the page and of its picture.
    text : str
        The description of the page.
    amenities : sequence of AmenityShown
        Facilities and services.
    """
    ordinary, special = _opening_hours(place["hours"]["week"])
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "CivicStructure",
        "@id": url,
        "url": url,
        "name": place["name"],
        "identifier": place["code"],
        "description": text,
        "image": picture,
        "alternateName": [*place["labels"], *place["former_names"]],
        "address": {
            "@type": "PostalAddress",
            "addressCountry": "CN",
            "addressRegion": place["area_name"],
            "streetAddress": place["address"],
        },
        "openingHoursSpecification": ordinary,
        "specialOpeningHoursSpecification": special,
        "amenityFeature": [
            {"@type": "LocationFeatureSpecification", "name": item.name, "value": item.value != "no"}
            for item in amenities
        ],
        "publicAccess": None if "members" in place["access"] else True,
        "isAccessibleForFree": {"free": True, "fee": False}.get(place["fee"] or ""),
        "telephone": phone_link(place["phone"]).removeprefix("tel:"),
        "maximumAttendeeCapacity": place["capacity"],
        "sameAs": web_link(place["website"]),
    }
    if geometry is not None and place["precision"] != "area":
        lon, lat = geometry["coordinates"]
        found["geo"] = {"@type": "GeoCoordinates", "latitude": round(lat, 6), "longitude": round(lon, 6)}
    found["address"] = {name: value for name, value in found["address"].items() if value}
    return {name: value for name, value in found.items() if value not in (None, "", [])}


def _opening_hours(week: Sequence[Mapping[str, Any]]) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return the hours of ordinary weekdays, and those of days that are not like others of their name.

    A day is special as a holiday or make-up workday, and while the place is closed for a time.
    """
    ordinary, special = [], []
    for day in week:
        if day["state"] == "unknown":
            continue
        unlike = day["kind"] != "ordinary" or (day["note"] or {"code": ""})["code"].startswith("site_")
        spans = [(_clock(begin), _clock(end)) for begin, end in day["spans"]]
        # schema.org has no word for closed: that a place opens and closes at midnight means it.
        for opens, closes in spans or [("00:00", "00:00")]:
            entry = {"@type": "OpeningHoursSpecification", "opens": opens, "closes": closes}
            if unlike:
                special.append({**entry, "validFrom": day["day"], "validThrough": day["day"]})
            else:
                name = _DAYS[date.fromisoformat(day["day"]).weekday()]
                ordinary.append({**entry, "dayOfWeek": f"https://schema.org/{name}"})
    return ordinary, special


def _clock(time: str) -> str:
    """Return a time of day; a day's end as the minute before, the small hours after it as those of the next day."""
    hour, minute = re.findall(r"\d+", time)[:2]
    if int(hour) == 24 and int(minute) == 0:
        return "23:59"
    return f"{int(hour) % 24:02d}:{minute}"


def crumbs(trail: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return where a page stands among the others, given as (name, absolute address) from the outermost on."""
    return {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": name, "item": address}
            for number, (name, address) in enumerate(trail, 1)
        ],
    }
