"""From a scenario to its case: stations, candidates and demand out of the store, and the ways between them.

Web workers use the parts that read; what brings the compiled kernels is imported by :func:`gather` alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import scipy.sparse as sp
import shapely

from geodata.areas import Area, AreaFinder
from geodata.calendar import WorkCalendar
from geodata.candidates import Candidate
from geodata.demand import DAY, DemandPoints
from geodata.errors import ScenarioError, ValueUnusableError
from geodata.sites import StoredSite
from geodata.siting.case import Case, Demand, Place, day_of
from geodata.siting.scenario import AreaPart, PinPart, Scenario
from geodata.siting.straight import PACE_M_PER_MIN
from geodata.siting.types import Floats
from geodata.store import Store
from geodata.store.candidates import read_candidates

if TYPE_CHECKING:
    from geodata.siting.solving import Watcher
    from geodata.streets import StreetNetwork

#: Stations farther than this outside the area are left out even if they could be reached.
AROUND_M = 20_000.0
MAX_STREET_CANDIDATES = 5_000

_METRES_PER_DEGREE = 111_320.0


def gather(
    store: Store,
    scenario: Scenario,
    *,
    tz: ZoneInfo,
    today: date,
    watcher: Watcher | None = None,
) -> Case:
    """Read what a scenario needs from the store, work out the ways, and return the case.

    Ways go along the streets that are loaded for the area; along straight lines without them, which the case says.

    Parameters
    ----------
    store : Store
    scenario : Scenario
    tz : ZoneInfo
        Of the opening hours.
    today : date
        From which the kind of day that the scenario names is looked for.
    watcher : Watcher, optional

    Raises
    ------
    ScenarioError
        If the area, a layer or a list is not there, or there is no demand in the area.
    """
    from geodata.siting.assembling import assemble, horizon_of
    from geodata.siting.solving import Watcher

    watcher = watcher or Watcher()
    watcher.at("reading", 0.0)
    state, areas, calendar = store.state(), store.areas(), WorkCalendar(store.calendar_days())
    polygon, finder = outline_of(scenario.area, areas), AreaFinder(areas)
    day = day_of(scenario.travel.day, today, calendar)
    infos = {info.name: info for info in store.demand_layers()}
    demand = demand_within(layers_of(store, scenario, set(infos)), polygon, finder, day)
    if not demand.weight.sum() > 0:
        raise ScenarioError([ValueUnusableError("plan_no_demand", name=scenario.name)])
    watcher.at("reading", 0.5)
    network = store.streets_around(polygon.bounds) if scenario.travel.ways != "straight" else None
    sites = list(store.sites())
    existing = stations(sites, scenario, polygon, horizon_of(scenario), day)
    new = _with_areas(new_places(store, sites, scenario, polygon, network), finder)
    case = assemble(scenario, [*existing, *new], demand, network, day=day, calendar=calendar, tz=tz, watcher=watcher)
    names = {area.adcode: area.name for area in areas}
    layers = {part.layer: infos[part.layer].blob[:12] for part in scenario.demand}
    return replace(
        case,
        area_names={code: names[code] for code in set(demand.area) if code in names},
        outline=rings(polygon),
        versions={"store": state.store_id, "data_version": state.data_version, "demand": layers, **case.versions},
    )


def outline_of(part: AreaPart, areas: Sequence[Area]) -> shapely.Geometry:
    """Return the polygon of a scenario's area.

    Raises
    ------
    ScenarioError
        If the store has no area of that code, or the points make no polygon.
    """
    if part.bbox is not None:
        return shapely.box(*part.bbox)
    if part.polygon is not None:
        made = shapely.Polygon(part.polygon)
        if not made.is_valid or made.area == 0:
            expected = "[[lon, lat], [lon, lat], [lon, lat], …]"
            raise ScenarioError([ValueUnusableError("scenario_value", key="area.polygon", value="", expected=expected)])
        return made
    found = [area.polygon for area in areas if area.adcode == part.adcode]
    if not found:
        raise ScenarioError([ValueUnusableError("plan_no_area", value=part.adcode)])
    return found[0]


def demand_within(
    layers: Iterable[tuple[DemandPoints, float]], polygon: shapely.Geometry, finder: AreaFinder, day: date
) -> Demand:
    """Return the demand of weighted layers within a polygon; points of one place are merged.

    Of weights by hour of the week those of the day's weekday are taken.
    """
    parts: list[tuple[Floats, Floats, Floats, Floats]] = []
    tells = False
    shapely.prepare(polygon)
    for layer, factor in layers:
        inside = layer.some(shapely.contains_xy(polygon, layer.lon, layer.lat) & (layer.weight > 0))
        hourly = np.repeat(inside.weight[:, None], DAY, axis=1)
        if inside.hourly is not None:
            week = inside.hourly.astype(np.float64).reshape(len(inside), layer.hours // DAY, DAY)
            hourly, tells = week[:, day.weekday() % week.shape[1]], True
        parts.append((inside.lon, inside.lat, inside.weight * factor, hourly * factor))
    lon, lat, weight, hourly = (np.concatenate(part) for part in zip(*parts, strict=True))
    spots, group = np.unique(np.column_stack([lon, lat]).round(6), axis=0, return_inverse=True)
    merge = sp.csr_array((np.ones(len(lon)), (group.reshape(-1), np.arange(len(lon)))), shape=(len(spots), len(lon)))
    lon, lat = spots[:, 0].copy(), spots[:, 1].copy()
    return Demand(lon, lat, merge @ weight, merge @ hourly, finder.find(lon, lat), tells)


def place_of(candidate: Candidate) -> Place:
    """Return the column of a candidate."""
    return Place(
        code=candidate.code,
        name=candidate.name,
        lon=candidate.lon,
        lat=candidate.lat,
        existing=False,
        address=candidate.address,
        host=candidate.host,
        hours_osm=candidate.hours_osm,
        hours_text=candidate.hours_text,
        cost=candidate.cost,
        checks=candidate.checks,
        area=candidate.area,
        refused=candidate.refused,
    )


def layers_of(store: Store, scenario: Scenario, known: set[str]) -> list[tuple[DemandPoints, float]]:
    """Return the scenario's layers of demand with their weights.

    Raises
    ------
    ScenarioError
        If the store has not all of them.
    """
    missing = [part.layer for part in scenario.demand if part.layer not in known]
    if missing:
        names = ", ".join(sorted(known)) or "–"
        raise ScenarioError([ValueUnusableError("plan_no_layer", value=name, known=names) for name in missing])
    return [(store.demand(part.layer), part.weight) for part in scenario.demand]


def stations(
    sites: Iterable[StoredSite], scenario: Scenario, polygon: shapely.Geometry, horizon_min: float, day: date
) -> list[Place]:
    """Return the stations of today in and around the area."""
    reach_m = min(AROUND_M, horizon_min * PACE_M_PER_MIN[scenario.travel.mode])
    kinds, least = set(scenario.existing.kinds), scenario.existing.min_stars
    around = _widened(polygon, reach_m)
    found = []
    for stored in sites:
        site = stored.site
        if site.kind not in kinds or site.position is None or site.state not in ("open", "paused"):
            continue
        if site.precision in ("area", "none") or not _valid(stored, day):
            continue
        if least is not None and (stored.score is None or (stored.score.stars or 0) < least):
            continue
        if shapely.contains_xy(around, site.position.lon, site.position.lat):
            found.append(_place(stored, existing=True))
    return sorted(found, key=lambda place: place.code)


def _valid(stored: StoredSite, day: date) -> bool:
    site = stored.site
    return (site.valid_from is None or site.valid_from <= day) and (site.valid_to is None or day <= site.valid_to)


def _place(stored: StoredSite, *, existing: bool) -> Place:
    site = stored.site
    point = site.entrance or site.position
    assert point is not None
    return Place(
        code=stored.code,
        name=site.name,
        lon=point.lon,
        lat=point.lat,
        existing=existing,
        address=site.address,
        host=site.host,
        hours_osm=site.hours.osm,
        hours_text=site.hours.text,
        area=site.area,
    )


def new_places(
    store: Store,
    sites: Iterable[StoredSite],
    scenario: Scenario,
    polygon: shapely.Geometry,
    network: StreetNetwork | None,
) -> list[Place]:
    """Return what could become a station, in an order that does not depend on the store."""
    part = scenario.candidates
    match part.source:
        case "imported":
            found = [
                place_of(item)
                for item in read_candidates(store, sources=None if part.list_name is None else [part.list_name])
                if shapely.contains_xy(polygon, item.lon, item.lat)
            ]
        case "facilities":
            kinds = set(part.kinds) - set(scenario.existing.kinds)
            found = [
                _place(stored, existing=False)
                for stored in sites
                if stored.site.kind in kinds
                and stored.site.state in ("open", "paused")
                and stored.site.position is not None
                and stored.site.precision not in ("area", "none")
                and shapely.contains_xy(polygon, stored.site.position.lon, stored.site.position.lat)
            ]
        case "streets":
            found = street_places(polygon, part.spacing_m, network, scenario.travel.mode)
    return sorted(pinned(found, part.pin), key=lambda place: place.code)


def pinned(places: Iterable[Place], pins: Iterable[PinPart]) -> list[Place]:
    """Return candidates with those that were moved at their new spot, and those that were put on the map by hand."""
    found = {place.code: place for place in places}
    for pin in pins:
        known = found.get(pin.code) or Place(pin.code, pin.name or pin.code, pin.lon, pin.lat, existing=False)
        found[pin.code] = replace(known, name=pin.name or known.name, lon=pin.lon, lat=pin.lat)
    return list(found.values())


def street_places(
    polygon: shapely.Geometry, spacing_m: float, network: StreetNetwork | None, mode: str = "foot"
) -> list[Place]:
    """Return corners of streets at about a spacing within a polygon; points of a plain grid without streets.

    Raises
    ------
    ScenarioError
        If there would be more than :data:`MAX_STREET_CANDIDATES`.
    """
    west, south, east, north = polygon.bounds
    high = spacing_m / _METRES_PER_DEGREE
    wide = high / max(0.01, float(np.cos(np.radians((south + north) / 2))))
    if (east - west) / wide * (north - south) / high > 40 * MAX_STREET_CANDIDATES:
        raise ScenarioError([ValueUnusableError("plan_too_many_corners", most=MAX_STREET_CANDIDATES)])
    if network is None:
        grid = np.meshgrid(np.arange(west + wide / 2, east, wide), np.arange(south + high / 2, north, high))
        lon, lat = grid[0].ravel(), grid[1].ravel()
    else:
        nodes = np.unique(np.concatenate([ends[network.usable(mode)] for ends in (network.edge_from, network.edge_to)]))
        lon, lat = network.node_lon[nodes], network.node_lat[nodes]
    inside = shapely.contains_xy(polygon, lon, lat)
    lon, lat = lon[inside], lat[inside]
    x, y = np.floor((lon - west) / wide), np.floor((lat - south) / high)
    # the corner nearest to the middle of each square stands for it
    off = np.hypot((lon - west) / wide - x - 0.5, (lat - south) / high - y - 0.5)
    order = np.lexsort((lat, lon, off))
    _, first = np.unique(np.column_stack([x, y])[order], axis=0, return_index=True)
    chosen = order[first]
    if len(chosen) > MAX_STREET_CANDIDATES:
        raise ScenarioError([ValueUnusableError("plan_too_many_corners", most=MAX_STREET_CANDIDATES)])
    return [
        Place(f"{lon[at]:.5f},{lat[at]:.5f}", f"{lon[at]:.5f}, {lat[at]:.5f}", float(lon[at]), float(lat[at]), False)
        for at in chosen
    ]


def _with_areas(places: Sequence[Place], finder: AreaFinder) -> list[Place]:
    codes = finder.find([place.lon for place in places], [place.lat for place in places]) if places else []
    return [replace(place, area=place.area or code) for place, code in zip(places, codes, strict=True)]


def _widened(polygon: shapely.Geometry, metres: float) -> shapely.Geometry:
    west, south, east, north = polygon.bounds
    high = metres / _METRES_PER_DEGREE
    wide = high / max(0.01, float(np.cos(np.radians((south + north) / 2))))
    return shapely.box(west - wide, south - high, east + wide, north + high)


def rings(polygon: shapely.Geometry) -> list[list[list[float]]]:
    """Return the outer rings, as coarse as a map of the whole needs."""
    coarse = polygon.simplify(0.0002)
    parts = coarse.geoms if hasattr(coarse, "geoms") else [coarse]
    return [[[round(x, 5), round(y, 5)] for x, y in part.exterior.coords] for part in parts]
