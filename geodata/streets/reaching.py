"""How far one comes along the streets, for drawing."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from geodata.streets.routing import Ends, piece, reachable
from geodata.streets.snapping import Snapped

if TYPE_CHECKING:
    from geodata.streets.network import StreetNetwork

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """What of a network is within reach.

    Attributes
    ----------
    network : StreetNetwork
    seconds : ndarray of float64, shape (nodes,)
        To each node from the nearest source (or from it to that); ``inf`` beyond.
    edge : ndarray of int64, shape (k,)
        Edges within reach, as a whole or in part.
    begin, end : ndarray of float64, shape (k,)
        Which part, as fractions. An edge that is reached from both ends but not in the middle has two entries.
    """

    network: StreetNetwork
    seconds: Floats
    edge: NDArray[np.int64]
    begin: Floats
    end: Floats

    def lines(self) -> list[Floats]:
        """Return the parts of the streets within reach, each as points (lon, lat)."""
        whole = (self.begin <= 0) & (self.end >= 1)
        points, start = self.network.coordinates(self.edge[whole])
        lines = [points[low:high] for low, high in pairwise(start)]
        parts = zip(self.edge[~whole], self.begin[~whole], self.end[~whole], strict=True)
        return lines + [piece(self.network, int(edge), float(begin), float(end)) for edge, begin, end in parts]


def reach(
    network: StreetNetwork, sources: Snapped, *, cutoff_s: float, towards: bool = False, off_street: bool = True
) -> Reach:
    """Do the work of :meth:`geodata.streets.network.StreetNetwork.reach`."""
    seconds = np.full(network.nodes, np.inf)
    here = sources[sources.found]
    if not len(here):
        nothing = np.empty(0)
        return Reach(network, seconds, np.empty(0, np.int64), nothing, nothing)
    whole = network.graph(here.profile)
    near = whole.within(reachable(network, here, cutoff_s * whole.fastest))
    near = near.backwards() if towards else near
    ends = Ends.of(network, here, leaving=not towards, off_street=off_street)
    starts = np.searchsorted(near.nodes, ends.node)
    seconds[near.nodes] = near.search(starts, ends.seconds + ends.beside[:, None], limit=cutoff_s, together=True)
    edges = np.flatnonzero(np.isfinite(seconds[network.edge_from]) | np.isfinite(seconds[network.edge_to]))
    # Going out along an edge takes what coming in against it takes.
    along, against = network.along_s[here.profile], network.against_s[here.profile]
    ahead, back = (against, along) if towards else (along, against)
    first = _covered(cutoff_s - seconds[network.edge_from[edges]], ahead[edges])
    last = _covered(cutoff_s - seconds[network.edge_to[edges]], back[edges])
    full = first + last >= 1
    edge = [edges[full], edges[~full & (first > 0)], edges[~full & (last > 0)]]
    begin = [np.zeros(int(full.sum())), np.zeros(len(edge[1])), 1 - last[~full & (last > 0)]]
    end = [np.ones(int(full.sum())), first[~full & (first > 0)], np.ones(len(edge[2]))]
    own = _own_edges(network, here, cutoff_s - ends.beside, ahead, back)
    return Reach(
        network,
        seconds,
        edge=np.concatenate([*edge, own[0]]),
        begin=np.concatenate([*begin, own[1]]),
        end=np.concatenate([*end, own[2]]),
    )


def _covered(left: Floats, seconds: NDArray[np.float32]) -> Floats:
    """Return which part of an edge can be gone in the time that is left at its end."""
    usable = np.isfinite(seconds) & np.isfinite(left)
    return np.where(usable, np.clip(left / np.where(usable, seconds, 1.0), 0.0, 1.0), 0.0)


def _own_edges(
    network: StreetNetwork, here: Snapped, left: Floats, ahead: NDArray[np.float32], back: NDArray[np.float32]
) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Return what can be reached of the edges that the sources lie on themselves."""
    forward = np.minimum(here.fraction + _covered(left, ahead[here.edge]), 1.0)
    backward = np.maximum(here.fraction - _covered(left, back[here.edge]), 0.0)
    some = (left > 0) & (forward > backward)
    return here.edge[some], backward[some], forward[some]
