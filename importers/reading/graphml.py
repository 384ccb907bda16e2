"""Streets of GraphML files as OSMnx writes them: each direction of a street is an edge of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from geodata.errors import FileError
from geodata.streets import PROFILES
from geodata.streets.profiles import TAGS
from importers.reading.geometry import crs_of
from importers.reading.streets import MAX_POINTS, Floats, RawStreets, by_profile, speeds_of
from importers.reading.vector import check_xml

_SPACE = "{http://graphml.graphdrawing.org/xmlns}"
#: What says that a street is one-way; in a directed graph the edges say so themselves.
_ONE_WAY = frozenset({"oneway", "junction"})
_LISTED = re.compile(r"^\[\s*['\"]?([^'\",\]]*)")


@dataclass(slots=True)
class _Graph:
    number: dict[str, int] = field(default_factory=dict)
    lon: list[float] = field(default_factory=list)
    lat: list[float] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    length: list[float] = field(default_factory=list)
    shape: list[str | None] = field(default_factory=list)
    speeds: list[list[list[float]]] = field(default_factory=list)
    #: Edges whose other direction did not come yet.
    single: dict[tuple[int, int, str], list[int]] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    directed: bool = True
    streets: int = 0
    closed: int = 0


def read_graphml(path: Path) -> RawStreets:
    """Return the streets of a GraphML file; the two directions of a street become one edge.

    Nodes need ``x`` and ``y`` (or ``lon`` and ``lat``); edges may have the tags of OpenStreetMap, a ``geometry`` as
    WKT and a ``length`` in metres.

    Raises
    ------
    FileError
        If it is no such file, is damaged or refers to other files.
    """
    check_xml(path)
    graph = _Graph()
    keys: dict[str, str] = {}
    stream = path.open("rb")  # opened here: a parser that meets an error leaves its own file open
    try:
        for event, element in ElementTree.iterparse(stream, events=("start", "end")):
            name = element.tag.removeprefix(_SPACE)
            if event == "start":
                if name == "graph":
                    graph.directed = element.get("edgedefault") != "undirected"
                continue
            if name == "key":
                keys[element.get("id", "")] = element.get("attr.name", "")
            elif name in ("node", "edge"):
                values = {keys.get(part.get("key", ""), ""): part.text or "" for part in element}
                (_add_node if name == "node" else _add_edge)(graph, element, values)
                element.clear()
            elif name == "data" and keys.get(element.get("key", "")) in ("crs", "created_with"):
                graph.facts.setdefault(keys[element.get("key", "")], (element.text or "")[:100])
            if len(graph.first) > MAX_POINTS:
                raise FileError("file_too_many_rows", file=path.name, limit=MAX_POINTS)
        return _raw(graph, path)
    except (ElementTree.ParseError, KeyError, ValueError, shapely.errors.ShapelyError) as error:
        reason = f"{type(error).__name__}: {error}"[:200]
        raise FileError("file_graphml_unreadable", file=path.name, reason=reason) from error
    finally:
        stream.close()


def _add_node(graph: _Graph, element: ElementTree.Element, values: Mapping[str, str]) -> None:
    lon, lat = (values.get("x") or values["lon"]), (values.get("y") or values["lat"])
    graph.number[element.attrib["id"]] = len(graph.lon)
    graph.lon.append(float(lon))
    graph.lat.append(float(lat))


def _add_edge(graph: _Graph, element: ElementTree.Element, values: Mapping[str, str]) -> None:
    first, last = graph.number[element.attrib["source"]], graph.number[element.attrib["target"]]
    tags = {name: _one(values[name]) for name in TAGS if values.get(name)}
    tags.setdefault("highway", "road")
    length = values.get("length", "")
    if graph.directed:
        street = f"{_plain_id(values.get('osmid', ''))} {float(length or 0):.0f}"
        twin = graph.single.get((last, first, street), [])
        tags = {name: value for name, value in tags.items() if name not in _ONE_WAY}
        along = [pair[0] for pair in speeds_of(tags)]
        if twin:
            for pair, speed in zip(graph.speeds[twin.pop()], along, strict=True):
                pair[1] = speed
            return
        graph.single.setdefault((first, last, street), []).append(len(graph.first))
        # Against it nobody goes whom one-way streets bind, unless the other direction comes.
        walks = [not profile.obeys_oneway for profile in PROFILES.values()]
        pairs = [[a, b if free else 0.0] for (a, b), free in zip(speeds_of(tags), walks, strict=True)]
    else:
        pairs = [list(pair) for pair in speeds_of(tags)]
    graph.streets += 1
    graph.closed += not any(max(pair) for pair in pairs)
    graph.first.append(first)
    graph.last.append(last)
    graph.length.append(float(length) if length else np.nan)
    graph.shape.append(values.get("geometry") or None)
    graph.speeds.append(pairs)


def _one(text: str) -> str:
    """Return a value, of several (``['a', 'b']``) the first one."""
    listed = _LISTED.match(text)
    return listed[1] if listed else text


def _plain_id(text: str) -> str:
    return ",".join(sorted(re.findall(r"\d+", text)))


def _raw(graph: _Graph, path: Path) -> RawStreets:
    lon, lat = np.array(graph.lon), np.array(graph.lat)
    first, last = np.array(graph.first, np.int64), np.array(graph.last, np.int64)
    start, points = _shapes(graph, lon, lat, first, last)
    crs = crs_of(graph.facts["crs"], path.name) if graph.facts.get("crs") else None
    if crs is not None:
        move = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
        lon, lat = (np.asarray(part) for part in move.transform(lon, lat))
        points = np.column_stack(move.transform(points[:, 0], points[:, 1]))
    return RawStreets(
        lon=lon,
        lat=lat,
        first=first,
        last=last,
        start=start,
        inner_lon=points[:, 0],
        inner_lat=points[:, 1],
        kmh=by_profile(graph.speeds),
        # A shape says more than a length, which is not of the ellipsoid.
        length_m=np.where([shape is None for shape in graph.shape], graph.length, np.nan),
        streets=graph.streets,
        closed=graph.closed,
        facts={"format": "graphml", "crs": graph.facts.get("crs", "EPSG:4326"), **graph.facts},
    )


def _shapes(
    graph: _Graph, lon: Floats, lat: Floats, first: NDArray[np.int64], last: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Floats]:
    """Return the points of the edges between their nodes, in the edge's direction."""
    lines: Any = shapely.from_wkt(graph.shape)
    inner: list[Floats] = []
    for number, line in enumerate(lines):
        points = np.empty((0, 2)) if line is None else shapely.get_coordinates(line)
        if len(points):
            begin, end = points[0], points[-1]
            a, b = first[number], last[number]
            straight = np.hypot(begin[0] - lon[a], begin[1] - lat[a]) + np.hypot(end[0] - lon[b], end[1] - lat[b])
            turned = np.hypot(begin[0] - lon[b], begin[1] - lat[b]) + np.hypot(end[0] - lon[a], end[1] - lat[a])
            points = points[1:-1] if straight <= turned else points[-2:0:-1]
        inner.append(points)
    start = np.concatenate(([0], np.cumsum([len(points) for points in inner]))).astype(np.int64)
    return start, np.concatenate([np.empty((0, 2)), *inner])
