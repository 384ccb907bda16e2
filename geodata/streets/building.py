"""Making a network from arrays: lengths, seconds, and the part that hangs together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyproj
from numpy.typing import ArrayLike, NDArray

from geodata.errors import ValueUnusableError
from geodata.streets.network import UNITS, StreetNetwork
from geodata.streets.profiles import PROFILES

Floats = NDArray[np.float64]
#: An edge takes at least so many seconds: a graph cannot tell 0 from nothing.
_LEAST_S = 1e-3
#: Nodes are put in the order of squares of this many degrees, so that what is near lies near in the file.
_SQUARE = 0.005
_GEOD = pyproj.Geod(ellps="WGS84")


def build(
    node_lon: ArrayLike,
    node_lat: ArrayLike,
    edge_from: ArrayLike,
    edge_to: ArrayLike,
    kmh: Mapping[str, tuple[ArrayLike, ArrayLike]] | None,
    length_m: ArrayLike | None,
    shapes: tuple[ArrayLike, ArrayLike, ArrayLike] | None,
    facts: dict[str, Any],
) -> StreetNetwork:
    """Do the work of :meth:`geodata.streets.network.StreetNetwork.from_arrays`."""
    lon, lat = np.asarray(node_lon, np.float64), np.asarray(node_lat, np.float64)
    first, last = np.asarray(edge_from, np.int32), np.asarray(edge_to, np.int32)
    count = len(first)
    start, points = _shapes(shapes, count)
    _check(lon, lat, first, last, start, points)
    along, against = _speeds(kmh, count)
    # As rough a network as the file's: seconds are made of the very points that are kept.
    whole = StreetNetwork(lon, lat, first, last, np.zeros(count, np.float32), {}, {}, start, points)
    metres = _lengths(whole)
    if length_m is not None:
        metres = np.fmax(metres, np.asarray(length_m, np.float64))
    for code in along:
        along[code], against[code] = _largest(len(lon), first, last, along[code], against[code])
    kept = np.zeros(count, dtype=bool)
    for code in along:
        kept |= (along[code] > 0) | (against[code] > 0)
    if not kept.any():
        raise ValueUnusableError("streets_empty")
    facts |= {"edges_left_out": int((~kept).sum())}
    return _ordered(whole, kept, metres, along, against, facts)


def _shapes(
    shapes: tuple[ArrayLike, ArrayLike, ArrayLike] | None, edges: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    if shapes is None:
        return np.zeros(edges + 1, np.int64), np.empty((0, 2), np.int32)
    start = np.asarray(shapes[0], np.int64)
    points = np.column_stack([np.asarray(part, np.float64) for part in shapes[1:]])
    if len(points) and not (np.isfinite(points).all() and (np.abs(points) <= (180, 90)).all()):
        raise ValueUnusableError("streets_arrays", reason="a shape's point is nowhere on the globe")
    return start, np.round(points * UNITS).astype(np.int32)


def _check(
    lon: Floats,
    lat: Floats,
    first: NDArray[np.int32],
    last: NDArray[np.int32],
    start: NDArray[np.int64],
    points: NDArray[np.int32],
) -> None:
    nodes = len(lon)
    fit = lon.shape == lat.shape == (nodes,) and first.shape == last.shape == (len(first),)
    fit = fit and start.shape == (len(first) + 1,) and len(first) > 0
    fit = fit and int(start[0]) == 0 and int(start[-1]) == len(points) and bool((np.diff(start) >= 0).all())
    if not fit or min(first.min(), last.min()) < 0 or max(first.max(), last.max()) >= nodes:
        raise ValueUnusableError("streets_arrays", reason="lengths or numbers of nodes")
    if not (np.isfinite(lon).all() and np.isfinite(lat).all() and np.abs(lon).max() <= 180 and np.abs(lat).max() <= 90):
        raise ValueUnusableError("streets_arrays", reason="a node is nowhere on the globe")


def _speeds(
    kmh: Mapping[str, tuple[ArrayLike, ArrayLike]] | None, edges: int
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Return the speeds along and against the edges, by profile."""
    if kmh is None:
        kmh = {code: (profile.speeds["residential"],) * 2 for code, profile in PROFILES.items()}
    both = {
        code: [np.broadcast_to(np.asarray(part, np.float64), (edges,)).copy() for part in parts]
        for code, parts in kmh.items()
    }
    if unknown := set(both) - set(PROFILES):
        raise ValueUnusableError("streets_no_profile", profile=", ".join(sorted(unknown)), known=", ".join(PROFILES))
    for parts in both.values():
        if not all(np.isfinite(part).all() and (part >= 0).all() for part in parts):
            raise ValueUnusableError("streets_arrays", reason="a speed is no number of at least 0")
    return {code: parts[0] for code, parts in both.items()}, {code: parts[1] for code, parts in both.items()}


def _lengths(network: StreetNetwork) -> Floats:
    """Return the lengths of the edges' shapes on the ellipsoid."""
    points, start = network.coordinates(np.arange(network.edges))
    _, _, steps = _GEOD.inv(*points[:-1].T, *points[1:].T)
    # What lies between the last point of an edge and the first of the next is none of either.
    steps[start[1:-1] - 1] = 0.0
    lengths: Floats = np.add.reduceat(steps, start[:-1])
    return lengths


def _largest(
    nodes: int, first: NDArray[np.int32], last: NDArray[np.int32], along: Floats, against: Floats
) -> tuple[Floats, Floats]:
    """Close all edges but those of the largest part in which every node can be reached from every other."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    go, back = along > 0, against > 0
    begin, end = np.concatenate((first[go], last[back])), np.concatenate((last[go], first[back]))
    arcs = coo_array((np.ones(len(begin), np.int8), (begin, end)), shape=(nodes, nodes)).tocsr()
    _, part = connected_components(arcs, directed=True, connection="strong")
    # by edges, not nodes: what nobody may use is full of single nodes
    within = part[first] == part[last]
    sizes = np.bincount(part[first[within & (go | back)]], minlength=1)
    chosen = within & (part[first] == int(sizes.argmax()))
    return np.where(chosen, along, 0.0), np.where(chosen, against, 0.0)


def _ordered(
    whole: StreetNetwork,
    kept: NDArray[np.bool_],
    metres: Floats,
    along: Mapping[str, Floats],
    against: Mapping[str, Floats],
    facts: dict[str, Any],
) -> StreetNetwork:
    """Return the network of the edges that are kept, with nodes and edges in the order of where they lie."""
    used = np.zeros(whole.nodes, dtype=bool)
    used[whole.edge_from[kept]] = used[whole.edge_to[kept]] = True
    nodes = np.flatnonzero(used)
    row, column = np.floor(whole.node_lat[nodes] / _SQUARE), np.floor(whole.node_lon[nodes] / _SQUARE)
    nodes = nodes[np.lexsort((nodes, column, row))]
    number = np.full(whole.nodes, -1, np.int32)
    number[nodes] = np.arange(len(nodes), dtype=np.int32)
    edges = np.flatnonzero(kept)
    edges = edges[np.lexsort((edges, number[whole.edge_to[edges]], number[whole.edge_from[edges]]))]
    begin = whole.shape_start[edges]
    inner = whole.shape_start[edges + 1] - begin
    start = np.concatenate(([0], np.cumsum(inner)))
    within = np.arange(int(start[-1])) - np.repeat(start[:-1], inner)
    return StreetNetwork(
        node_lon=whole.node_lon[nodes],
        node_lat=whole.node_lat[nodes],
        edge_from=number[whole.edge_from[edges]],
        edge_to=number[whole.edge_to[edges]],
        length_m=metres[edges].astype(np.float32),
        along_s={code: _seconds(metres, speeds)[edges] for code, speeds in along.items()},
        against_s={code: _seconds(metres, speeds)[edges] for code, speeds in against.items()},
        shape_start=start,
        shape=whole.shape[np.repeat(begin, inner) + within],
        facts=facts,
    )


def _seconds(metres: Floats, kmh: Floats) -> NDArray[np.float32]:
    seconds = np.full(len(metres), np.inf, np.float32)
    usable = kmh > 0
    seconds[usable] = np.maximum(metres[usable] * 3.6 / kmh[usable], _LEAST_S)
    return seconds
