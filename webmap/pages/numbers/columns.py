"""What the columns of the open data mean, in the page's language."""

from __future__ import annotations

from dataclasses import dataclass

from geodata.vocabulary import Vocabulary
from webmap.exports.fields import HEADINGS, TOLD
from webmap.pages.catalogue import translated as _
from webmap.pages.places.wording import Wording


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """A column: its name in files for programs, its Chinese heading, and what stands in it."""

    name: str
    heading: str
    about: str


def column_rows(vocabulary: Vocabulary, wording: Wording) -> list[ColumnRow]:
    """Return the columns in their order; those of facilities and services as one row each."""
    about = _abouts()
    rows = [ColumnRow(name, heading, about[name]) for name, heading in HEADINGS.items()]
    value = _("Yes, no, limited or unknown; empty where nothing is stated")
    rows += [ColumnRow("facilities.*", "设施", value), ColumnRow("services.*", "服务", value)]
    rows += [ColumnRow(name, heading, about[name]) for name, heading in TOLD.items()]
    coded = {"kind": "kinds", "state": "states", "access": "access", "fee": "fees", "level": "levels"}
    return [
        ColumnRow(row.name, row.heading, f"{row.about} {_codes(vocabulary, coded[row.name], wording)}")
        if row.name in coded
        else row
        for row in rows
    ]


def _codes(vocabulary: Vocabulary, group: str, wording: Wording) -> str:
    terms = getattr(vocabulary, group).values()
    return "(" + "; ".join(f"{term.code}: {wording.term(term)}" for term in terms) + ")"


def _abouts() -> dict[str, str]:
    return {
        "code": _("Code of the place, which stays the same; its page is /s/CODE"),
        "name": _("Name on the signboard or in the list"),
        "kind": _("Kind of place"),
        "label": _("Programme that the place belongs to"),
        "address": _("Address as published"),
        "area": _("Code of the district, or its name"),
        "lon": _("Longitude in degrees"),
        "lat": _("Latitude in degrees"),
        "datum": _("Datum of all coordinates: always wgs84"),
        "precision": _("What the position is exact to: entrance, building, address, street or area"),
        "entrance_lon": _("Longitude of the entrance, where known"),
        "entrance_lat": _("Latitude of the entrance, where known"),
        "floor": _("Floor"),
        "directions": _("How to find the place"),
        "opening_hours": _("Opening hours as published"),
        "phone": _("Phone number"),
        "website": _("Website"),
        "state": _("Whether the place is in service"),
        "closed_from": _("First day of a closure"),
        "closed_to": _("Last day of a closure"),
        "closure_reason": _("Reason of the closure"),
        "valid_from": _("Day from which the place exists"),
        "valid_to": _("Last day on which the place exists"),
        "access": _("Who may come in, and how"),
        "fee": _("Whether it costs anything"),
        "access_note": _("What else to know about getting in"),
        "level": _("Level at which the place was set up or named"),
        "operator": _("Who runs the place"),
        "operator_code": _("Code of the organisation that runs it; its page is /o/CODE"),
        "host": _("At whose premises it is"),
        "capacity": _("Number of seats"),
        "area_m2": _("Size in square metres"),
        "awards": _("Awards, each with level and year"),
        "former_names": _("Names that the place had before"),
        "note": _("Remark of the source"),
        "verified_on": _("Day on which the place was last checked on the spot"),
        "osm_hours": _("Opening hours in the notation of OpenStreetMap"),
        "all_closures": _("All closures, where there are several"),
        "verified_amenities": _("Facilities and services that were checked on the spot"),
        "amenity_notes": _("Remarks on facilities and services"),
        "rating": _("Rating from 0 to 5"),
        "rating_stars": _("The same in whole stars"),
        "rating_count": _("How many pieces of evidence the rating rests on"),
    }
