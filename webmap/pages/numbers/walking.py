"""What lies within a walk of a place, as charts, a table and sentences in the page's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webmap.pages.catalogue import translated as _
from webmap.pages.numbers.telling import MOST_AREAS, Bar
from webmap.pages.places.wording import Wording

#: Shares below this are told with a decimal: of a large district little is near a place.
_SMALL = 0.1
_SQUARE_KM = "km²"


@dataclass(frozen=True, slots=True)
class Row:
    """An area in the table: the whole, the share within the walk, the share looked at along streets, the points."""

    name: str
    whole: str
    share: str
    streets: str
    points: str


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured, the surface or a layer of demand: a chart, and rows of the table."""

    name: str
    unit: str
    bars: list[Bar]
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Walk:
    """The whole section."""

    minutes: str
    summary: str
    method: str
    measures: list[Measure]
    left_out: int


def walk(told: Mapping[str, Any], total_name: str, links: Mapping[str, str], wording: Wording) -> Walk:
    """Return what is told (:meth:`webmap.catchment.Catchments.told`) in words.

    Parameters
    ----------
    told : mapping
    total_name : str
        Of all areas together, or of the area asked for.
    links : mapping
        Code of an area → the address of its own numbers.
    wording : Wording
    """
    total, areas = told["total"], told["areas"]
    surface = [(area, area["surface"]) for area in areas]
    measures = [] if total["surface"] is None else [_measure("", total_name, total["surface"], surface, links, wording)]
    for layer, share in total["demand"].items():
        inside = [(area, area["demand"][layer]) for area in areas if layer in area["demand"]]
        measures.append(_measure(layer, total_name, share, inside, links, wording))
    minutes = wording.number(told["minutes"])
    summary = _summary(total, minutes, wording)
    return Walk(minutes, summary, _method(told, minutes, wording), measures, len(areas) - MOST_AREAS)


def _measure(
    layer: str,
    total_name: str,
    total: Mapping[str, Any],
    areas: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]],
    links: Mapping[str, str],
    wording: Wording,
) -> Measure:
    """Return the chart and the rows of the surface, or of a layer of demand: the total first, then the best served."""
    by_share = sorted(areas, key=lambda pair: (-pair[1]["share"], pair[0]["area"]))[:MOST_AREAS]
    lines = [(total_name, "", total)]
    for area, share in by_share:
        name = area["name"] if wording.lang == "zh" else area["name_en"] or area["name"]
        lines.append((name, links.get(area["area"], ""), share))
    bars, rows = [], []
    for name, href, share in lines:
        number = wording.number(share["weight"], 1 if share["weight"] < 100 else 0)
        within = _percent(share["share"], wording)
        whole = number if layer else f"{number} {_SQUARE_KM}"
        bars.append(Bar(name, whole, round(100 * share["share"], 2), within, href))
        streets, points = _percent(share["streets"], wording), wording.number(share["points"])
        rows.append(Row(name, number, within, streets, points))
    if not layer:
        return Measure(_("Surface"), _SQUARE_KM, bars, rows)
    return Measure(_("Demand: {layer}").format(layer=layer), "", bars, rows)


def _percent(share: float, wording: Wording) -> str:
    return wording.percent(share, 1 if 0 < share < _SMALL else 0)


def _summary(total: Mapping[str, Any], minutes: str, wording: Wording) -> str:
    told = []
    if total["surface"] is not None:
        text = _("{share} of the surface lies within {minutes} minutes on foot of a place.")
        told.append(text.format(share=_percent(total["surface"]["share"], wording), minutes=minutes))
    for layer, share in total["demand"].items():
        text = _("Of the demand “{layer}” it is {share}.")
        told.append(text.format(layer=layer, share=_percent(share["share"], wording)))
    return wording.sentences(told)


def _method(told: Mapping[str, Any], minutes: str, wording: Wording) -> str:
    """Return how it was worked out."""
    walked = _("Walking {minutes} minutes at {speed} km/h to any of {places} in service on {day}, at whatever hour.")
    if told["networks"]:
        ways = _(
            "Along the streets that are loaded ({networks}) where both ends lie on them; elsewhere a straight line "
            "counts {detour} times its length."
        )
    else:
        ways = _("No streets are loaded: a straight line counts {detour} times its length.")
    points = _("The surface is told by points at regular distances, demand by its own points with their weights.")
    return wording.sentences((walked, ways, points)).format(
        minutes=minutes,
        speed=wording.number(told["speed_kmh"], 1),
        places=wording.counted(told["places"]),
        day=wording.date(told["day"]),
        networks=wording.joined(told["networks"]),
        detour=wording.number(told["detour"], 1),
    )
