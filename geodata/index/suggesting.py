"""Suggestions while someone types: areas and sites, the best match first, the nearest first among equals."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from geodata.index.areanames import AreaNames
from geodata.index.features import member
from geodata.index.finding import Finder, Point, check_limit, check_position
from geodata.index.geometry import Accept, Mask, geodesic_m
from geodata.index.query import Suggestion
from geodata.index.search import (
    EXACT,
    LABEL,
    NO_MATCH,
    PLACE,
    PREFIX,
    SIMILAR,
    SIMILAR_WITHIN,
    SPELT,
    SPELT_WITHIN,
    SUBSTRING,
    Ranks,
)
from geodata.text import fold, tokens

if TYPE_CHECKING:
    from geodata.areas import Area

_MATCHED = {
    EXACT: "name",
    PREFIX: "name",
    SUBSTRING: "name",
    LABEL: "label",
    SPELT: "pinyin",
    SPELT_WITHIN: "pinyin",
    PLACE: "address",
    SIMILAR: "similar",
    SIMILAR_WITHIN: "similar",
}
#: A single letter is in too many areas' names to say anything.
_AREA_LIMIT = 3
#: So few sites are sorted; among more the first are looked for in stretches of all sites in their order.
_FEW, _STRETCH = 500, 8192


def suggest(
    finder: Finder, areas: AreaNames, text: str, *, limit: int, near: Point | None, wanted: Mask
) -> list[Suggestion]:
    """Return what goes with a text (:meth:`geodata.index.SiteIndex.suggest`); ``wanted`` sites only."""
    check_limit(limit)
    if near is not None:
        check_position(*near)
    words = tokens(text)
    if not any(words):
        return []
    named = areas.find(fold(text))[:_AREA_LIMIT]
    ranks = finder.search.best(words, limit, wanted)
    ranks[~wanted] = NO_MATCH
    rows = _best(finder, ranks, limit, near)
    if len(named) + len(rows) < limit:
        # Not enough: what was typed may hold an error.
        ranks = np.minimum(ranks, finder.search.similar(words))
        ranks[~wanted] = NO_MATCH
        rows = _best(finder, ranks, limit, near)
        if not named:
            named = areas.similar(fold(text))[:_AREA_LIMIT]
    found = [(rank, 0, _area(area, rank, near)) for rank, area in named]
    found += [(int(ranks[row]), 1, _site(finder, row, int(ranks[row]), near)) for row in rows]
    # The sort keeps the order within equals: the areas', then the sites' by nearness.
    return [suggestion for _, _, suggestion in sorted(found, key=lambda item: item[:2])][:limit]


def _best(finder: Finder, ranks: Ranks, limit: int, near: Point | None) -> list[int]:
    """Return the rows of the best ranks; within a rank the nearest, or else those of the shortest names, first."""
    rows: list[int] = []
    for rank in range(NO_MATCH):
        if len(rows) == limit:
            break
        mask = ranks == rank
        if count := int(np.count_nonzero(mask)):
            rows += _first(finder, mask, count, limit - len(rows), near)
    return rows


def _first(finder: Finder, mask: Mask, count: int, wanted: int, near: Point | None) -> list[int]:
    """Return the first few of equally good rows."""
    if near is None:
        return _shortest(finder, mask, count, wanted)
    share = count / len(mask)
    nearest, _ = finder.globe.nearest(
        *near, radius_m=math.inf, count=wanted, accept=_chosen(mask), order=finder.orders.rank, share=share
    )
    rows = list(map(int, nearest))
    if len(rows) < min(wanted, count):
        # Those without a position come last.
        mask = mask.copy()
        mask[nearest] = False
        rows += _shortest(finder, mask, count - len(rows), wanted - len(rows))
    return rows


def _chosen(mask: Mask) -> Accept:
    return lambda rows: mask if rows is None else mask[rows]


def _shortest(finder: Finder, mask: Mask, count: int, wanted: int) -> list[int]:
    """Return those of the shortest names, in the order of their codes within a length."""
    if count > _FEW:
        # With so many the first are soon met in the order of all.
        rows: list[int] = []
        for begin in range(0, len(mask), _STRETCH):
            stretch = finder.orders.shortest_first[begin : begin + _STRETCH]
            rows += stretch[mask[stretch]][: wanted - len(rows)].tolist()
            if len(rows) == wanted:
                break
        return rows
    found = np.flatnonzero(mask)
    first: list[int] = found[np.lexsort((finder.orders.rank[found], finder.name_lengths[found]))[:wanted]].tolist()
    return first


def _site(finder: Finder, row: int, rank: int, near: Point | None) -> Suggestion:
    values = finder.columns.feature[row]
    table = finder.columns.table
    lon, lat = float(table.lon[row]), float(table.lat[row])
    located = lon == lon
    return Suggestion(
        type="site",
        code=finder.code_of(row),
        name=member(values, "name"),
        address=member(values, "address"),
        kind=member(values, "kind"),
        matched=_MATCHED[rank],  # type: ignore[arg-type]
        lon=lon if located else None,
        lat=lat if located else None,
        distance_m=_distance(near, lon, lat) if located else None,
    )


def _area(area: Area, rank: int, near: Point | None) -> Suggestion:
    inside = area.polygon.representative_point()
    west, south, east, north = area.polygon.bounds
    return Suggestion(
        type="area",
        code=area.adcode,
        name=area.name,
        address="",
        kind=None,
        matched=_MATCHED[rank],  # type: ignore[arg-type]
        lon=inside.x,
        lat=inside.y,
        distance_m=_distance(near, inside.x, inside.y),
        bbox=(west, south, east, north),
    )


def _distance(near: Point | None, lon: float, lat: float) -> float | None:
    return None if near is None else float(geodesic_m(*near, np.array([lon]), np.array([lat]))[0])
