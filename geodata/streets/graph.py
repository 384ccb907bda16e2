"""The directed graph of one profile in compressed sparse rows, whole or of the part that a search can reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from geodata.streets.network import StreetNetwork

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """Arcs between nodes: of parallel streets the quickest, no loops.

    Attributes
    ----------
    nodes : ndarray of int64, shape (n,)
        The network's numbers of the nodes, ascending.
    indptr, indices : ndarray of int32
        Compressed sparse rows.
    seconds : ndarray of float64, shape (arcs,)
    edge : ndarray of int32, shape (arcs,)
        The edge of the network that an arc goes along.
    fastest : float
        Metres a second that nobody of this profile exceeds in this network.
    """

    nodes: NDArray[np.int64]
    indptr: NDArray[np.int32]
    indices: NDArray[np.int32]
    seconds: Floats
    edge: NDArray[np.int32]
    fastest: float

    @classmethod
    def of(cls, network: StreetNetwork, profile: str, edges: NDArray[np.int64] | None = None) -> Graph:
        """Return the graph of a network, or of some of its edges."""
        network.require(profile)
        chosen = np.arange(network.edges) if edges is None else edges
        first, last = network.edge_from[chosen], network.edge_to[chosen]
        along, against = network.along_s[profile][chosen], network.against_s[profile][chosen]
        go, back = np.isfinite(along) & (first != last), np.isfinite(against) & (first != last)
        if edges is None:
            nodes, count = np.arange(network.nodes), network.nodes
        else:
            used = np.zeros(network.nodes, dtype=bool)
            used[first] = used[last] = True
            nodes = np.flatnonzero(used)
            number = np.empty(network.nodes, np.int32)
            number[nodes] = np.arange(len(nodes), dtype=np.int32)
            first, last, count = number[first], number[last], len(nodes)
        begin = np.concatenate((first[go], last[back])).astype(np.int64)
        end = np.concatenate((last[go], first[back])).astype(np.int64)
        seconds = np.concatenate((along[go], against[back])).astype(np.float64)
        edge = np.concatenate((chosen[go], chosen[back])).astype(np.int32)
        order = np.lexsort((edge, seconds, begin * count + end))
        key = (begin * count + end)[order]
        order = order[np.flatnonzero(np.diff(key, prepend=-1))]
        indptr = np.zeros(count + 1, np.int32)
        np.cumsum(np.bincount(begin[order], minlength=count), out=indptr[1:])
        metres = network.length_m[edge]
        fastest = float((metres / seconds).max()) if len(seconds) else 0.0
        return cls(nodes, indptr, end[order].astype(np.int32), seconds[order], edge[order], fastest)

    def within(self, kept: NDArray[np.bool_]) -> Graph:
        """Return the part whose nodes are kept."""
        number = np.full(len(self.nodes), -1, np.int32)
        rows = np.flatnonzero(kept)
        number[rows] = np.arange(len(rows), dtype=np.int32)
        counts = np.diff(self.indptr)[rows]
        arcs = np.repeat(self.indptr[rows], counts) + (
            np.arange(int(counts.sum())) - np.repeat(_starts(counts), counts)
        )
        inside = number[self.indices[arcs]] >= 0
        arcs = arcs[inside]
        row = np.repeat(np.arange(len(rows)), counts)[inside]
        indptr = np.zeros(len(rows) + 1, np.int32)
        np.cumsum(np.bincount(row, minlength=len(rows)), out=indptr[1:])
        indices = number[self.indices[arcs]]
        return Graph(self.nodes[rows], indptr, indices, self.seconds[arcs], self.edge[arcs], self.fastest)

    def backwards(self) -> Graph:
        """Return the graph with every arc turned round."""
        row = np.repeat(np.arange(len(self.nodes), dtype=np.int32), np.diff(self.indptr))
        order = np.argsort(self.indices, kind="stable")
        indptr = np.zeros(len(self.nodes) + 1, np.int32)
        np.cumsum(np.bincount(self.indices, minlength=len(self.nodes)), out=indptr[1:])
        return Graph(self.nodes, indptr, row[order], self.seconds[order], self.edge[order], self.fastest)

    def search(
        self,
        node: NDArray[np.int64],
        seconds: Floats,
        *,
        limit: float,
        together: bool = False,
        predecessors: bool = False,
    ) -> Any:
        """Return the least seconds to every node of the graph.

        Parameters
        ----------
        node : ndarray of int64, shape (sources, k)
            Where each source gets onto the graph; -1 for nowhere.
        seconds : ndarray of float64, shape (sources, k)
            How long it takes to get there.
        limit : float
            Nodes that take longer are ``inf``.
        together : bool
            Return the least over all sources.
        predecessors : bool
            Return with it the node before each one, over ``n`` for a source.

        Returns
        -------
        ndarray of float64, shape (sources, n) or (n,)
        """
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import dijkstra

        count, sources = len(self.nodes), len(node)
        usable = (node >= 0) & np.isfinite(seconds)
        entries = usable.sum(axis=1)
        indptr = np.concatenate((self.indptr, self.indptr[-1] + np.cumsum(entries))).astype(np.int32)
        indices = np.concatenate((self.indices, node[usable])).astype(np.int32)
        weights = np.concatenate((self.seconds, seconds[usable]))
        arcs = csr_array((weights, indices, indptr), shape=(count + sources, count + sources))
        begin = np.arange(count, count + sources)
        found = dijkstra(arcs, indices=begin, limit=limit, min_only=together, return_predecessors=predecessors)
        if predecessors:
            return found[0][..., :count], found[1][..., :count]
        return found[..., :count]


def _starts(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.cumsum(counts) - counts
