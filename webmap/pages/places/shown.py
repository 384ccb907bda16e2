"""What a place's page shows, put into words: from the index's answer to what the template writes down."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geodata.vocabulary import Term, Vocabulary
from webmap.pages.catalogue import translated as _
from webmap.pages.config import EXPECTED_FACILITIES
from webmap.pages.places.wording import DayRow, Wording

Properties = Mapping[str, Any]

#: The best first; what is not known is told in other words.
VALUES = ("yes", "limited", "no")
#: States in which a place is no longer, or not yet, worth finding by a search engine, and worth going to.
UNLISTED = frozenset({"closed", "planned"})


def reachable(place: Properties) -> bool:
    """Return whether people can be sent to a place: it is there, and where it is is known better than by its area."""
    return place["state"] not in UNLISTED and place["precision"] not in ("none", "area")


@dataclass(frozen=True, slots=True)
class AmenityShown:
    """A facility or service: what it is, whether it is there and who says so.

    ``days`` are those on which it has hours of its own; ``parts`` its parts offered here as (name, explanation).
    """

    name: str
    icon: str
    value: str
    value_name: str
    basis: str
    verified: bool
    note: str
    own_hours: str
    about: str
    days: tuple[DayRow, ...]
    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Facilities that nothing is known about: those one would expect, and the others."""

    expected: str
    others: str
    others_count: int


def amenities(wording: Wording, vocabulary: Vocabulary, place: Properties, group: str) -> list[AmenityShown]:
    """Return what is known about a group, ``facilities`` or ``services``: what is there before what is not."""
    words: Mapping[str, Term] = getattr(vocabulary, group)
    details = place[{"facilities": "facility_details", "services": "service_details"}[group]]
    values = {code: wording.term(term) for code, term in vocabulary.values.items()}
    known = [(code, details[code]) for code in (*words, *(details.keys() - words.keys())) if code in details]
    return [
        _amenity(wording, words.get(code) or Term(code, code, code, "dot"), detail, values, place["area"] or "")
        for value in VALUES
        for code, detail in known
        if detail["value"] == value
    ]


def _amenity(wording: Wording, term: Term, detail: Properties, values: Mapping[str, str], area: str) -> AmenityShown:
    verified = detail["basis"] == "verified"
    day = wording.date(detail["as_of"]) if detail["as_of"] else ""
    if verified:
        basis = _("Verified on the spot, {date}").format(date=day) if day else _("Verified on the spot")
    else:
        basis = _("As the source says, {date}").format(date=day) if day else _("As the source says")
    days = [row for row in wording.week(detail.get("week") or []) if row.state == "open"]
    return AmenityShown(
        name=wording.term(term),
        icon=term.icon,
        value=detail["value"],
        value_name=values[detail["value"]],
        basis=basis,
        verified=verified,
        note=detail["note"],
        own_hours=detail["hours_text"],
        about=wording.about(term) if detail["value"] != "no" else "",
        days=tuple(days),
        parts=tuple(
            (wording.term(part), wording.about(part))
            for part in term.parts
            if detail["value"] != "no" and (not part.areas or area.startswith(part.areas))
        ),
    )


def unknown_facilities(wording: Wording, words: Mapping[str, Term], place: Properties) -> Unknown:
    """Return the facilities that no source says anything about."""
    details = place["facility_details"]
    codes = [code for code in words if details.get(code, {"value": "unknown"})["value"] == "unknown"]
    expected = [wording.term(words[code]) for code in codes if code in EXPECTED_FACILITIES]
    others = [wording.term(words[code]) for code in codes if code not in EXPECTED_FACILITIES]
    return Unknown(wording.joined(expected), wording.joined(others), len(others))


def name_of(words: Mapping[str, Term], code: str | None, wording: Wording) -> str:
    """Return the word for a code; a code that the vocabulary lacks stands for itself."""
    if not code:
        return ""
    return wording.term(words[code]) if code in words else code


def ways_in(wording: Wording, vocabulary: Vocabulary, place: Properties) -> list[tuple[str, str]]:
    """Return icon and name of each way to get in, and of the fee."""
    codes = [(vocabulary.access, code) for code in place["access"]]
    if place["fee"]:
        codes.append((vocabulary.fees, place["fee"]))
    return [(words[code].icon if code in words else "dot", name_of(words, code, wording)) for words, code in codes]


def notices(wording: Wording, vocabulary: Vocabulary, place: Properties) -> list[str]:
    """Return what must not be overlooked: closures, a short life, a position that is not exact."""
    texts = [" · ".join(filter(None, (_closure(wording, item), item.get("reason", "")))) for item in place["closures"]]
    texts.append(_validity(wording, place))
    precision = place["precision"]
    if precision not in ("exact", "address"):
        texts.append(wording.local(place["position"]["note"]) or name_of(vocabulary.precisions, precision, wording))
    return [text for text in texts if text]


def _closure(wording: Wording, closure: Properties) -> str:
    start, end = closure.get("start"), closure.get("end")
    if start and end:
        return _("Closed from {from} to {to}").format(**{"from": wording.date(start), "to": wording.date(end)})
    if start:
        return _("Closed from {from} until further notice").format(**{"from": wording.date(start)})
    return _("Closed until {to}").format(to=wording.date(end)) if end else _("Closed")


def _validity(wording: Wording, place: Properties) -> str:
    begin, end = place["valid_from"], place["valid_to"]
    if begin and end:
        values = {"from": wording.date(begin), "to": wording.date(end)}
        return _("Temporary place: {from} to {to}").format(**values)
    if end:
        return _("Temporary place, until {to}").format(to=wording.date(end))
    return _("In service from {from}").format(**{"from": wording.date(begin)}) if begin else ""


def awards(wording: Wording, vocabulary: Vocabulary, place: Properties) -> list[tuple[str, str]]:
    """Return name and particulars of each award, the latest first."""
    given = sorted(place["awards"], key=lambda award: -(award.get("year") or 0))
    return [
        (
            award["name"],
            " · ".join(
                filter(
                    None,
                    (name_of(vocabulary.levels, award.get("level"), wording), str(award.get("year") or "")),
                )
            ),
        )
        for award in given
    ]


@dataclass(frozen=True, slots=True)
class FigureShown:
    """A published figure: what was counted, how many, for which time, and by whom that is said."""

    name: str
    value: str
    period: str
    origin: str


def figures(wording: Wording, place: Properties) -> list[FigureShown]:
    """Return the published figures of a place, of each kind the latest."""
    return [
        FigureShown(
            name=" · ".join(filter(None, (wording.local(item["metric_name"]), item["name"]))),
            value=f"{wording.number(item['value'], 2)} {wording.local(item['unit'])}".strip(),
            period=wording.local(item["period_text"]),
            origin=" · ".join(filter(None, (item["source"], item["note"]))),
        )
        for item in place["indicators"]
    ]


def facts(wording: Wording, vocabulary: Vocabulary, place: Properties) -> list[tuple[str, str]]:
    """Return what else is known, as name and value."""
    capacity, area_m2 = place["capacity"], place["area_m2"]
    seats = ""
    if capacity is not None:
        seats = (_("{n} seat") if capacity == 1 else _("{n} seats")).format(n=wording.number(capacity))
    return _stated(
        [
            (_("Host"), place["host"]),
            (_("Level"), name_of(vocabulary.levels, place["level"], wording)),
            (_("Seats"), seats),
            (_("Size"), "" if area_m2 is None else _("{n} m²").format(n=wording.number(area_m2))),
            (_("Former names"), wording.joined(place["former_names"])),
        ]
    )


def trust(wording: Wording, place: Properties) -> list[tuple[str, str]]:
    """Return how far what the page says can be relied on, as name and value."""
    sources = [
        _("{source}, seen {date}").format(source=item["source"], date=wording.date(item["last_seen"]))
        if item["last_seen"]
        else item["source"]
        for item in place["sources"]
    ]
    verified = place["verified_on"]
    return _stated(
        [
            (_("Last verified"), wording.date(verified) if verified else _("Not verified on the spot yet")),
            (_("Source"), "; ".join(dict.fromkeys(sources))),
            (_("Updated"), wording.date(place["updated_at"][:10])),
            (_("Code"), place["code"]),
        ]
    )


def _stated(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in pairs if value]


def phone_link(phone: str) -> str:
    """Return the address that dials the first number of a text; empty where there is none."""
    first = re.match(r"[^\d+]*(\+?\d[\d\s().-]{5,})", phone)
    return f"tel:{re.sub(r'[^0-9+]', '', first[1])}" if first else ""


def web_link(address: str) -> str:
    """Return an address that a page may link to; empty for anything else a source wrote there."""
    return address if re.match(r"https?://[^\s\"<>]+$", address, re.IGNORECASE) else ""


def description(wording: Wording, kind: str, place: Properties, has: Sequence[AmenityShown]) -> str:
    """Return the place in a line, for search engines and link previews: nothing that changes during a day."""
    parts = [kind, place["address"] or place["area_name"]]
    there = [item.name for item in has if item.value != "no"][:8]
    if there:
        parts.append(wording.joined(there))
    if place["hours_text"]:
        parts.append(place["hours_text"])
    return " · ".join(part for part in parts if part)[:300]
