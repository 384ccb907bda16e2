"""Travel times from many places to many, and the way from one to another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray

from geodata.errors import ValueUnusableError
from geodata.streets.graph import Graph
from geodata.streets.profiles import profile_of
from geodata.streets.snapping import Snapped, from_plane, to_plane

if TYPE_CHECKING:
    from geodata.streets.network import StreetNetwork

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Numbers of a matrix that are held at once.
_MOST = 8_000_000
_DEGREE_M = 110_000.0


@dataclass(frozen=True, slots=True, eq=False)
class Ends:
    """Places on edges as a search sees them: the nodes at both ends of their edge, and how long it takes to them.

    Attributes
    ----------
    node : ndarray of int64, shape (n, 2)
        First and last node of the edge.
    seconds : ndarray of float64, shape (n, 2)
        From the place to these nodes, or to the place from them; ``inf`` where that is not allowed.
    beside : ndarray of float64, shape (n,)
        Seconds between the point and the street.
    """

    node: Ints
    seconds: Floats
    beside: Floats

    @classmethod
    def of(cls, network: StreetNetwork, snapped: Snapped, *, leaving: bool, off_street: bool) -> Ends:
        """Return the ends of places that are on a street.

        Parameters
        ----------
        network, snapped
        leaving : bool
            Whether one goes from the place to the nodes, or from the nodes to the place.
        off_street : bool
            Whether the way to the street counts.
        """
        edge = snapped.edge
        along, against = (
            side[snapped.profile][edge].astype(np.float64) for side in (network.along_s, network.against_s)
        )
        # The times of the two directions change places with the direction of the search.
        to_first, to_last = (against, along) if leaving else (along, against)
        seconds = np.column_stack((_part(snapped.fraction, to_first), _part(1 - snapped.fraction, to_last)))
        node = np.column_stack((network.edge_from[edge], network.edge_to[edge])).astype(np.int64)
        speed = profile_of(snapped.profile).off_street / 3.6
        beside = snapped.distance_m / speed if off_street else np.zeros(len(snapped))
        return cls(node, seconds, beside)

    def __getitem__(self, which: Any) -> Ends:
        return Ends(self.node[which], self.seconds[which], self.beside[which])


def _part(fraction: Floats, seconds: Floats) -> Floats:
    """Return that part of times, some of which are infinite: no part of what is not allowed is allowed, but none is.

    Standing on a node, one may start from it whatever the direction of the edge.
    """
    part = np.full(len(seconds), np.inf)
    np.multiply(fraction, seconds, out=part, where=np.isfinite(seconds))
    part[fraction == 0] = 0.0
    return part


def travel_times(
    network: StreetNetwork,
    sources: Snapped,
    targets: Snapped,
    *,
    cutoff_s: float,
    towards: bool = False,
    off_street: bool = True,
    block: int = 64,
) -> Any:
    """Do the work of :meth:`geodata.streets.network.StreetNetwork.travel_times`."""
    from scipy.sparse import coo_array

    if sources.profile != targets.profile:
        raise ValueUnusableError("streets_two_profiles", first=sources.profile, second=targets.profile)
    turned = len(targets) < len(sources)
    here, there = (targets, sources) if turned else (sources, targets)
    search = _Search(network, here, there, cutoff_s, backwards=towards != turned, off_street=off_street)
    parts = [part for members in compact(here, block) for part in search.block(members)]
    empty = (np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0))
    row, column, seconds = (np.concatenate(part) for part in zip(*[empty, *parts], strict=True))
    del parts  # tens of millions of ways are not held twice while the matrix is made
    if turned:
        row, column = column, row
    return coo_array((seconds, (row, column)), shape=(len(sources), len(targets))).tocsr()


class _Search:
    """One run of :func:`travel_times`, from ``here`` to ``there`` by the graph as it is or turned round."""

    def __init__(
        self,
        network: StreetNetwork,
        here: Snapped,
        there: Snapped,
        cutoff_s: float,
        *,
        backwards: bool,
        off_street: bool,
    ) -> None:
        self._network, self._cutoff, self._here = network, float(cutoff_s), here
        forward = network.graph(here.profile)
        self._graph = forward.backwards() if backwards else forward
        self._begin = Ends.of(network, here, leaving=not backwards, off_street=off_street)
        self._known = np.flatnonzero(there.found)
        self._there = there[self._known]
        self._end = Ends.of(network, self._there, leaving=backwards, off_street=off_street)
        self._by_edge = np.argsort(self._there.edge, kind="stable")
        self._edges = self._there.edge[self._by_edge]
        self._times = (network.along_s, network.against_s)
        self._backwards = backwards

    def block(self, members: Ints) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int32], Floats]]:
        """Yield what the members of ``here`` reach: their numbers, those of ``there``, seconds."""
        here, begin = self._here[members], self._begin[members]
        near = self._graph.within(reachable(self._network, here, self._cutoff * self._graph.fastest))
        number = np.full(self._network.nodes + 1, -1, np.int64)
        number[near.nodes] = np.arange(len(near.nodes))
        targets = np.flatnonzero((number[self._end.node] >= 0).any(axis=1) | np.isin(self._there.edge, here.edge))
        end = self._end[targets]
        at = number[end.node]
        to_end = np.where(at >= 0, end.seconds, np.inf)
        at = np.maximum(at, 0)
        step = max(1, _MOST // max(len(near.nodes), len(targets), 1))
        for first in range(0, len(members), step):
            part = slice(first, first + step)
            starts = number[begin.node[part]]
            found = near.search(starts, begin.seconds[part] + begin.beside[part, None], limit=self._cutoff)
            times = np.minimum(found[:, at[:, 0]] + to_end[:, 0], found[:, at[:, 1]] + to_end[:, 1])
            self._same_edge(here[part], begin[part], targets, times)
            times += end.beside
            row, column = np.nonzero(times <= self._cutoff)
            numbers = members[part].astype(np.int32), self._known[targets].astype(np.int32)
            yield numbers[0][row], numbers[1][column], times[row, column]

    def _same_edge(self, here: Snapped, begin: Ends, targets: Ints, times: Floats) -> None:
        """Lower the times between places on one edge to what it takes along it."""
        low = np.searchsorted(self._edges, here.edge, side="left")
        count = np.searchsorted(self._edges, here.edge, side="right") - low
        row = np.repeat(np.arange(len(here)), count)
        within = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
        other = self._by_edge[np.repeat(low, count) + within]
        ahead = self._there.fraction[other] - here.fraction[row]
        if self._backwards:
            ahead = -ahead
        along, against = (side[here.profile][here.edge[row]].astype(np.float64) for side in self._times)
        seconds = np.where(ahead >= 0, _part(ahead, along), _part(-ahead, against)) + begin.beside[row]
        np.minimum.at(times, (row, np.searchsorted(targets, other)), seconds)


def compact(places: Snapped, size: int) -> Iterator[Ints]:
    """Yield numbers of places that are on a street, so many at a time at most, of those that lie near each other."""
    waiting = [np.flatnonzero(places.found)]
    while waiting:
        members = waiting.pop()
        if len(members) > max(size, 1):
            values = max((places.lon[members], places.lat[members]), key=lambda part: float(np.ptp(part)))
            order, half = members[np.argsort(values, kind="stable")], len(members) // 2
            waiting += [order[half:], order[:half]]
        elif len(members):
            yield members


def reachable(network: StreetNetwork, places: Snapped, metres: float) -> NDArray[np.bool_]:
    """Return which nodes may be within so many metres of one of the places: no other one is."""
    west, south, east, north = around(places.lon, places.lat, metres)
    lon, lat = network.node_lon, network.node_lat
    kept: NDArray[np.bool_] = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    # The ends of the places' own edges are looked at in any case.
    kept[network.edge_from[places.edge]] = kept[network.edge_to[places.edge]] = True
    return kept


def around(lon: Floats, lat: Floats, metres: float) -> tuple[float, float, float, float]:
    """Return a bbox that holds everything within so many metres of the points."""
    up = metres / _DEGREE_M
    south, north = float(lat.min()) - up, float(lat.max()) + up
    side = up / max(np.cos(np.radians(min(max(abs(south), abs(north)), 89.0))), 0.01)
    return float(lon.min()) - side, south, float(lon.max()) + side, north


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """A way along the streets.

    Attributes
    ----------
    coordinates : ndarray of shape (k, 2)
        Lon and lat from the first place on the street to the last one.
    seconds, length_m : float
    edges : tuple of int
        The edges it goes along, in order.
    """

    coordinates: Floats
    seconds: float
    length_m: float
    edges: tuple[int, ...]


def route(
    network: StreetNetwork,
    source: Snapped,
    target: Snapped,
    *,
    cutoff_s: float,
    off_street: bool = True,
    graph: Graph | None = None,
) -> Route | None:
    """Do the work of :meth:`geodata.streets.network.StreetNetwork.route`, where asked in a part of the graph."""
    if source.profile != target.profile:
        raise ValueUnusableError("streets_two_profiles", first=source.profile, second=target.profile)
    if not (len(source) and len(target) and source.found[0] and target.found[0]):
        return None
    if graph is None:
        whole = network.graph(source.profile)
        graph = whole.within(reachable(network, source, cutoff_s * whole.fastest))
    begin = Ends.of(network, source, leaving=True, off_street=off_street)
    end = Ends.of(network, target, leaving=False, off_street=off_street)
    places = np.searchsorted(graph.nodes, np.concatenate((begin.node[0], end.node[0])))
    places = np.minimum(places, max(len(graph.nodes) - 1, 0))
    held = graph.nodes[places] == np.concatenate((begin.node[0], end.node[0])) if len(graph.nodes) else places < 0
    at = np.where(held, places, -1)
    times, before = graph.search(at[None, :2], begin.seconds, limit=cutoff_s, predecessors=True)
    arrival = [
        float(times[0, node] + more) if node >= 0 else np.inf for node, more in zip(at[2:], end.seconds[0], strict=True)
    ]
    side = int(np.argmin(arrival))
    direct = _direct(network, source, target)
    beside = float(begin.beside[0] + end.beside[0])
    if min(direct, arrival[side]) + beside > cutoff_s:
        return None
    if direct <= arrival[side]:
        pieces = [(int(source.edge[0]), float(source.fraction[0]), float(target.fraction[0]))]
        return _drawn(network, pieces, direct + beside, source, target, off_street=off_street)
    pieces = _pieces(network, graph, before[0], int(at[2 + side]), side, source, target)
    return _drawn(network, pieces, arrival[side] + beside, source, target, off_street=off_street)


def _direct(network: StreetNetwork, source: Snapped, target: Snapped) -> float:
    """Return the seconds along the one edge that both places are on; ``inf`` if there is none or it is not allowed."""
    if source.edge[0] != target.edge[0]:
        return np.inf
    ahead = float(target.fraction[0] - source.fraction[0])
    side = network.along_s if ahead >= 0 else network.against_s
    whole = float(side[source.profile][source.edge[0]])
    return 0.0 if ahead == 0 else abs(ahead) * whole


def _pieces(
    network: StreetNetwork,
    graph: Graph,
    before: NDArray[np.int32],
    node: int,
    side: int,
    source: Snapped,
    target: Snapped,
) -> list[tuple[int, float, float]]:
    """Return the edges of the way that ends at a node, each from one fraction to another, then the last bit."""
    pieces = [(int(target.edge[0]), float(side), float(target.fraction[0]))]
    while 0 <= (previous := int(before[node])) < len(graph.nodes):
        low, high = graph.indptr[previous], graph.indptr[previous + 1]
        arc = low + int(np.flatnonzero(graph.indices[low:high] == node)[0])
        edge = int(graph.edge[arc])
        along = int(network.edge_from[edge]) == int(graph.nodes[previous])
        pieces.append((edge, 0.0, 1.0) if along else (edge, 1.0, 0.0))
        node = previous
    own = int(source.edge[0])
    ends = (int(network.edge_from[own]), int(network.edge_to[own]))
    first = int(graph.nodes[node])
    seconds = Ends.of(network, source, leaving=True, off_street=False).seconds[0]
    where = [number for number in (0, 1) if ends[number] == first]
    pieces.append((own, float(source.fraction[0]), float(min(where, key=lambda number: seconds[number]))))
    return pieces[::-1]


def _drawn(
    network: StreetNetwork,
    pieces: list[tuple[int, float, float]],
    seconds: float,
    source: Snapped,
    target: Snapped,
    *,
    off_street: bool,
) -> Route:
    points: list[Floats] = []
    length = float(source.distance_m[0] + target.distance_m[0]) if off_street else 0.0
    for edge, begin, end in pieces:
        length += abs(end - begin) * float(network.length_m[edge])
        points.append(piece(network, edge, begin, end))
    joined = np.concatenate(points)
    joined = joined[np.concatenate(([True], (np.diff(joined, axis=0) != 0).any(axis=1)))]
    used = tuple(edge for edge, begin, end in pieces if begin != end)
    return Route(joined, seconds, length, used)


def piece(network: StreetNetwork, edge: int, begin: float, end: float) -> Floats:
    """Return the points of an edge from one fraction to another, also backwards."""
    points, _ = network.coordinates([edge])
    if (begin, end) == (0.0, 1.0):
        return points
    if (begin, end) == (1.0, 0.0):
        return points[::-1]
    line = shapely.LineString(to_plane(points[:, 0], points[:, 1]))
    cut = shapely.get_coordinates(shapely.ops.substring(line, begin, end, normalized=True))
    return np.column_stack(from_plane(cut[:, 0], cut[:, 1]))
