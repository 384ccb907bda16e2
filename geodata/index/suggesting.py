"""Suggestions while someone types: areas and sites, the best match first, the nearest first among equals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from geodata.index.features import member
from geodata.index.finding import Finder, Point, check_limit, check_position
from geodata.index.geometry import Floats, Mask, Rows, geodesic_m, unit_vector, unit_vectors
from geodata.index.query import Suggestion
from geodata.index.search import EXACT, LABEL, NO_MATCH, PLACE, PREFIX, SPELT, SPELT_WITHIN, SUBSTRING
from geodata.index.text import fold, tokens

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
}
#: A single letter is in too many areas' names to say anything.
_AREA_LIMIT = 3


def suggest(
    finder: Finder, areas: Sequence[Area], text: str, *, limit: int, near: Point | None, wanted: Mask
) -> list[Suggestion]:
    """Return what goes with a text (:meth:`geodata.index.SiteIndex.suggest`); ``wanted`` sites only."""
    check_limit(limit)
    if near is not None:
        check_position(*near)
    words = tokens(text)
    if not any(words):
        return []
    found: list[tuple[int, int, Suggestion]] = []
    for rank, area in _areas(areas, fold(text))[:_AREA_LIMIT]:
        found.append((rank, 0, _area(area, rank, near)))
    ranks = finder.search.rank(words)
    ranks[~wanted] = NO_MATCH
    rows = _best(finder, ranks, limit, near)
    for row in rows.tolist():
        rank = int(ranks[row])
        found.append((rank, 1, _site(finder, row, rank, near)))
    # The sort keeps the order within equals: the areas', then the sites' by nearness.
    return [suggestion for _, _, suggestion in sorted(found, key=lambda item: item[:2])][:limit]


def _best(finder: Finder, ranks: np.ndarray[tuple[int], np.dtype[np.uint8]], limit: int, near: Point | None) -> Rows:
    """Return the rows of the best ranks, within a rank the nearest or else the shortest names first."""
    counts = np.cumsum(np.bincount(ranks, minlength=NO_MATCH + 1)[:NO_MATCH])
    worst = int(np.searchsorted(counts, limit))
    rows = np.flatnonzero(ranks <= min(worst, PLACE)).astype(np.int32)
    second = _farness(finder, rows, near) if near is not None else finder.name_lengths[rows].astype(np.float64)
    if len(rows) > 4 * limit:
        # Of the worst rank only the first few by the second key can be among the best; equal ones all stay.
        of_worst = ranks[rows] == worst
        border = np.partition(second[of_worst], limit - 1)[limit - 1] if of_worst.sum() > limit else np.inf
        keep = ~of_worst | (second <= border)
        rows, second = rows[keep], second[keep]
    return rows[np.lexsort((finder.orders.rank[rows], second, ranks[rows]))[:limit]]


def _farness(finder: Finder, rows: Rows, near: Point) -> Floats:
    """Return a measure that grows with the distance, the same as far as anyone on a list could tell."""
    table = finder.columns.table
    cosine = unit_vectors(table.lon[rows], table.lat[rows]) @ unit_vector(*near)
    return np.where(np.isnan(cosine), 2.0, 1.0 - cosine)


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


def _areas(areas: Sequence[Area], wanted: str) -> list[tuple[int, Area]]:
    """Return the areas that a text names or begins to name, the best first, then the largest."""
    found: list[tuple[int, int, str, Area]] = []
    for area in areas:
        name, english = fold(area.name), fold(area.name_en)
        if wanted in (name, english):
            rank = EXACT
        elif name.startswith(wanted):
            rank = PREFIX
        elif english.startswith(wanted) and wanted:
            rank = SPELT
        elif wanted in name:
            rank = SUBSTRING
        else:
            continue
        found.append((rank, len(area.adcode.rstrip("0")), area.adcode, area))
    return [(rank, area) for rank, _, _, area in sorted(found, key=lambda item: item[:3])]


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
