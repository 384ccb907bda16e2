"""The position and the area of a draft: how exact a point is, and which known area holds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from geodata.areas import Area, AreaFinder
from geodata.messages import Message
from geodata.sites import Datum, Position, Site
from importers.drafting import Draft
from importers.extracting import Extractor
from importers.merging import is_same_point
from importers.prepared import Point, Prepared
from importers.report import ImportReport, Severity
from importers.survey import Place


def position_of(draft: Draft, place: Place, report: ImportReport, extractor: Extractor) -> Position | None:
    """Return where a draft is, less exact than its source says where several rows share the point."""
    precision, note = draft.precision or "exact", ""
    if precision == "none":
        return None
    told: list[tuple[Severity, Message]] = []
    if precision == "area":
        note = "position_area"
        told.append(("info", Message(note)))
    elif place.shared:
        precision, note = "approximate", "position_shared"
        told.append(("info", Message("position_shared_by", {"count": place.shared})))
    elif precision == "approximate":
        note = "position_approximate"
    if place.far_km:
        told.append(("warning", Message("position_far", {"km": round(place.far_km)})))
    for severity, message in told:
        value = f"{place.given_lon:.10g}, {place.given_lat:.10g}"
        report.add(severity, message, row=draft.row, column=extractor.heading("lon"), value=value)
    return Position(place.lon, place.lat, precision, note, place.given_lon, place.given_lat, place.datum)


def given_of(position: Position) -> tuple[float | None, float | None, Datum | None]:
    """Return the coordinates as the source gave them, with their datum."""
    return position.given_lon, position.given_lat, position.given_datum


class AreaAssigner:
    """Finds the area of drafts by what they state and where they are."""

    def __init__(self, areas: Sequence[Area]) -> None:
        self._finder = AreaFinder(areas)
        self._parents: Mapping[str, str | None] = {area.adcode: area.parent for area in areas}

    def holding(self, points: Sequence[Point | None]) -> list[str | None]:
        """Return for each point, as (lon, lat), the smallest known area that holds it."""
        found: list[str | None] = [None] * len(points)
        known = [index for index, point in enumerate(points) if point is not None]
        if known and self._parents:
            lon, lat = zip(*(point for point in points if point is not None), strict=True)
            areas = self._finder.find(lon, lat)
            for index, area in zip(known, areas, strict=True):
                found[index] = area
        return found

    def named(self, code: str, name: str) -> str | None:
        """Return the area that a row names by its code or by a name that only one known area has."""
        return code or self.by_name(name)

    def by_name(self, name: str) -> str | None:
        """Return the area of a name, ``None`` if no known area has it or several have."""
        matches = self._finder.by_name(name) if name and self._parents else []
        return matches[0].adcode if len(matches) == 1 else None

    def within(self, area: str, other: str) -> bool:
        """Tell whether an area is another one or lies in it, as far as codes and parents say."""
        step: str | None = area
        for _ in range(6):
            if step is None:
                return False
            if step == other or (len(step) > len(other) and step.startswith(other)):
                return True
            stem = other.rstrip("0")
            if len(step) == len(other) == 6 and len(stem) in (2, 4) and step.startswith(stem):
                return True
            step = self._parents.get(step)
        return False

    def area_of(
        self, item: Prepared, holding: str | None, before: Site | None, report: ImportReport, extractor: Extractor
    ) -> str | None:
        """Return the area of a row: what it names, or the smaller area within that holds its point.

        A stored site that did not move keeps its area as long as that does not contradict the one named.
        """
        named = self.named(item.area_code, item.area_name)
        if before is not None and before.area is not None and _stays(before, item.draft.stated):
            related = named is None or self.within(before.area, named) or self.within(named, before.area)
            if related:
                return before.area
        if named is None or holding is None or self.within(holding, named):
            return holding or named
        if named in self._parents:
            shown = item.area_code or item.area_name
            message = Message("area_elsewhere", {"found": holding})
            report.add("warning", message, row=item.row, column=extractor.heading("area"), value=shown)
        return named


def placed_at(site: Site, position: Position, assigner: AreaAssigner) -> Site:
    """Return a site with a position, and with the smallest area that holds it where that says more than its own."""
    holding = assigner.holding([(position.lon, position.lat)])[0]
    if holding is not None and (site.area is None or assigner.within(holding, site.area)):
        site = replace(site, area=holding)
    return replace(site, position=position)


def _stays(before: Site, stated: Mapping[str, Any]) -> bool:
    position: Position | None = stated.get("position")
    old = before.position
    if position is None or old is None:
        return position is None
    return given_of(old) == given_of(position) or (position.given_datum == "wgs84" and is_same_point(old, position))
