"""Streets of OpenStreetMap extracts: ways with a ``highway`` tag, cut where they meet and where a barrier stands."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import osmium

from geodata.errors import FileError
from geodata.streets import PROFILES
from geodata.streets.profiles import POINT_TAGS, TAGS
from importers.reading.streets import MAX_POINTS, Floats, RawStreets, by_profile, speeds_of

_UNITS = 1e7
_WANTED = frozenset(TAGS)
_WANTED_OF_POINTS = _WANTED.union(POINT_TAGS)


@dataclass(slots=True)
class _Ways:
    """All points of all ways, one after the other; a way begins at each entry of ``begin``."""

    ref: array[int] = field(default_factory=lambda: array("q"))
    x: array[int] = field(default_factory=lambda: array("i"))
    y: array[int] = field(default_factory=lambda: array("i"))
    begin: array[int] = field(default_factory=lambda: array("q"))
    speeds: list[tuple[tuple[float, float], ...]] = field(default_factory=list)
    #: Nodes that stop some travellers, with the profiles that get past them.
    barriers: dict[int, tuple[bool, ...]] = field(default_factory=dict)
    streets: int = 0
    closed: int = 0


def read_osm_streets(path: Path) -> RawStreets:
    """Return the streets of an extract that at least one profile may use.

    A barrier that some travellers do not get past (:meth:`geodata.streets.profiles.Profile.passes`) parts the streets
    at its node: their ends there are nodes of their own, joined for those alone who get past.

    Raises
    ------
    FileError
        If it is damaged, has too many points, or no street that anyone may use.
    """
    ways = _Ways()
    try:
        found: Any = osmium.FileProcessor(str(path)).with_locations()
        found = found.with_filter(osmium.filter.EntityFilter(osmium.osm.NODE | osmium.osm.WAY))
        found = found.with_filter(osmium.filter.KeyFilter("highway", "barrier"))
        for item in found:
            if item.is_node():
                _stand(item, ways)
            elif "highway" in item.tags:
                _take(item, ways, path)
    except (RuntimeError, OSError, ValueError) as error:
        reason = str(error).replace(str(path), path.name)[:200]
        raise FileError("file_osm_unreadable", file=path.name, reason=reason) from error
    if not ways.ref:
        raise FileError("file_no_streets", file=path.name)
    return _cut(ways)


def _stand(node: Any, ways: _Ways) -> None:
    """Note a node that stops some travellers."""
    tags = {tag.k: tag.v for tag in node.tags if tag.k in _WANTED_OF_POINTS}
    passing = tuple(profile.passes(tags) for profile in PROFILES.values())
    if not all(passing):
        ways.barriers[node.id] = passing


def _take(way: Any, ways: _Ways, path: Path) -> None:
    tags = frozenset((tag.k, tag.v) for tag in way.tags if tag.k in _WANTED)
    ways.streets += 1
    speeds = _speeds(tags)
    if not any(max(pair) for pair in speeds):
        ways.closed += 1
        return
    begun = False
    for node in way.nodes:
        place = node.location
        if not place.valid():  # cut off at the border of the extract
            begun = False
            continue
        if not begun:
            begun = True
            ways.begin.append(len(ways.ref))
            ways.speeds.append(speeds)
        ways.ref.append(node.ref)
        ways.x.append(place.x)
        ways.y.append(place.y)
    if len(ways.ref) > MAX_POINTS:
        raise FileError("file_too_many_rows", file=path.name, limit=MAX_POINTS)


@lru_cache(maxsize=10_000)
def _speeds(tags: frozenset[tuple[str, str]]) -> tuple[tuple[float, float], ...]:
    return speeds_of(dict(tags))


def _cut(ways: _Ways) -> RawStreets:
    """Cut ways where they meet themselves or others; points that lie between become the shape of an edge."""
    count = len(ways.ref)
    begin = np.array(ways.begin, np.int64)
    end = np.append(begin[1:], count)
    refs, place, uses = np.unique(np.array(ways.ref, np.int64), return_inverse=True, return_counts=True)
    stops = np.isin(refs, np.array(list(ways.barriers), np.int64))
    is_end = np.zeros(count, bool)
    is_end[begin] = is_end[end - 1] = True
    meets = is_end | (uses[place] > 1) | stops[place]
    cuts = np.flatnonzero(meets)
    way = np.repeat(np.arange(len(begin)), end - begin)
    same = way[cuts[:-1]] == way[cuts[1:]]
    low, high = cuts[:-1][same], cuts[1:][same]
    node_of, nodes = np.full(len(refs), -1, np.int64), np.unique(place[meets])
    node_of[nodes] = np.arange(len(nodes))
    lon, lat = (np.array(part, np.int32) / _UNITS for part in (ways.x, ways.y))
    position = np.empty(len(refs), np.int64)
    position[place] = np.arange(count)
    inner = high - low - 1
    points = np.repeat(low + 1, inner) + (np.arange(int(inner.sum())) - np.repeat(np.cumsum(inner) - inner, inner))
    raw = RawStreets(
        lon=lon[position[nodes]],
        lat=lat[position[nodes]],
        first=node_of[place[low]],
        last=node_of[place[high]],
        start=np.concatenate(([0], np.cumsum(inner))),
        inner_lon=lon[points],
        inner_lat=lat[points],
        kmh=by_profile(np.asarray(ways.speeds, np.float64)[way[low]]),
        streets=ways.streets,
        closed=ways.closed,
        barriers=int(stops.sum()),
        facts={"format": "osm", "crs": "EPSG:4326"},
    )
    stopping = np.flatnonzero(stops)
    return _parted(raw, {int(node_of[at]): ways.barriers[int(refs[at])] for at in stopping}) if len(stopping) else raw


def _parted(raw: RawStreets, barriers: Mapping[int, tuple[bool, ...]]) -> RawStreets:
    """Part streets at nodes that stop some profiles; those that pass get edges without length to go through."""
    ends = np.concatenate((raw.first, raw.last))
    at = np.flatnonzero(np.isin(ends, list(barriers)))
    stopped = ends[at]
    own = len(raw.lon) + np.arange(len(at))
    ends[at] = own
    passing = np.array([barriers[int(node)] for node in stopped])
    joined = passing.any(axis=1)
    further = int(joined.sum())
    kmh: dict[str, tuple[Floats, Floats]] = {}
    for number, (code, speeds) in enumerate(raw.kmh.items()):
        through = np.where(passing[joined, number], PROFILES[code].off_street, 0.0)
        along, against = (np.concatenate((part, through)) for part in speeds)
        kmh[code] = along, against
    return replace(
        raw,
        lon=np.concatenate((raw.lon, raw.lon[stopped])),
        lat=np.concatenate((raw.lat, raw.lat[stopped])),
        first=np.concatenate((ends[: len(raw.first)], stopped[joined])),
        last=np.concatenate((ends[len(raw.first) :], own[joined])),
        start=np.concatenate((raw.start, np.full(further, raw.start[-1]))),
        kmh=kmh,
    )
