"""A network of streets: nodes, edges with their shapes, and the seconds that each takes by profile and direction."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geodata.arrayfile import map_file, pack, unpack
from geodata.errors import ValueUnusableError

if TYPE_CHECKING:
    from geodata.streets.graph import Graph
    from geodata.streets.reaching import Reach
    from geodata.streets.routing import Route
    from geodata.streets.snapping import Finder, Snapped

Floats = NDArray[np.float64]
#: Whole numbers of the shapes' points to a degree: a centimetre, as in OpenStreetMap.
UNITS = 1e7


@dataclass(frozen=True, eq=False)
class StreetNetwork:
    """Streets that are connected: a directed graph with the shapes of its edges. It never changes.

    An edge is a piece of street between two nodes, in the direction in which it is drawn. Who may go along it or
    against it, and how long that takes, is told by profile. For each profile only the largest part is open of which
    every place can be reached from every other one.

    Attributes
    ----------
    node_lon, node_lat : ndarray of float64, shape (nodes,)
        Degrees in WGS-84.
    edge_from, edge_to : ndarray of int32, shape (edges,)
        Numbers of nodes.
    length_m : ndarray of float32, shape (edges,)
    along_s, against_s : mapping of str to ndarray of float32, shape (edges,)
        Seconds by profile; ``inf`` where one may not go.
    shape_start : ndarray of int64, shape (edges + 1,)
        Where the points of an edge between its nodes begin in ``shape``.
    shape : ndarray of int32, shape (points, 2)
        Lon and lat in units of 1e-7 degrees.
    facts : mapping
        What else is known: where it comes from, how much was left out.
    """

    node_lon: Floats
    node_lat: Floats
    edge_from: NDArray[np.int32]
    edge_to: NDArray[np.int32]
    length_m: NDArray[np.float32]
    along_s: Mapping[str, NDArray[np.float32]]
    against_s: Mapping[str, NDArray[np.float32]]
    shape_start: NDArray[np.int64]
    shape: NDArray[np.int32]
    facts: Mapping[str, Any] = field(default_factory=dict)
    _made: dict[Any, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def from_arrays(
        cls,
        node_lon: ArrayLike,
        node_lat: ArrayLike,
        edge_from: ArrayLike,
        edge_to: ArrayLike,
        *,
        kmh: Mapping[str, tuple[ArrayLike, ArrayLike]] | None = None,
        length_m: ArrayLike | None = None,
        shapes: tuple[ArrayLike, ArrayLike, ArrayLike] | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> StreetNetwork:
        """Make a network, keeping of each profile the largest part that hangs together.

        Parameters
        ----------
        node_lon, node_lat : array_like of shape (nodes,)
            Degrees in WGS-84.
        edge_from, edge_to : array_like of shape (edges,)
            Numbers of nodes.
        kmh : mapping of str to (array_like, array_like), optional
            By profile the speeds along the edges and against them in km/h, 0 where that is not allowed. Without it all
            edges are ordinary streets open in both directions.
        length_m : array_like of shape (edges,), optional
            Used where it is longer than the shape.
        shapes : (start, lon, lat), optional
            Points of the edges between their nodes: edge ``i`` has ``start[i]:start[i + 1]``. Without it edges are
            straight.
        facts : mapping, optional
            Plain values to be kept with it.

        Raises
        ------
        ValueUnusableError
            If the arrays do not fit each other or no edge is left.
        """
        from geodata.streets.building import build

        return build(node_lon, node_lat, edge_from, edge_to, kmh, length_m, shapes, dict(facts or {}))

    @property
    def nodes(self) -> int:
        """The number of nodes."""
        return len(self.node_lon)

    @property
    def edges(self) -> int:
        """The number of edges."""
        return len(self.edge_from)

    @property
    def profiles(self) -> tuple[str, ...]:
        """The profiles that it has times for."""
        return tuple(self.along_s)

    @property
    def bbox(self) -> tuple[float, float, float, float]:
        """West, south, east and north of the nodes in degrees."""
        ends = self.node_lon.min(), self.node_lat.min(), self.node_lon.max(), self.node_lat.max()
        west, south, east, north = map(float, ends)
        return west, south, east, north

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays; of a network from a file they are mapped and shared with other processes."""
        return sum(array.nbytes for array in self._arrays().values())

    def usable(self, profile: str) -> NDArray[np.bool_]:
        """Return which edges a profile may use in one direction at least."""
        self.require(profile)
        return np.isfinite(self.along_s[profile]) | np.isfinite(self.against_s[profile])

    def require(self, profile: str) -> None:
        """Raise :class:`~geodata.errors.ValueUnusableError` if the network has no times for a profile."""
        if profile not in self.along_s:
            raise ValueUnusableError("streets_no_profile", profile=profile, known=", ".join(self.along_s))

    def coordinates(self, edges: Sequence[int] | NDArray[np.integer[Any]]) -> tuple[Floats, NDArray[np.int64]]:
        """Return all points of edges, one after the other, and where each edge begins.

        Returns
        -------
        points : ndarray of shape (k, 2)
            Lon and lat in degrees, from the edge's first node to its last.
        start : ndarray of shape (edges + 1,)
        """
        chosen = np.asarray(edges, np.int64)
        begin = self.shape_start[chosen]
        inner = self.shape_start[chosen + 1] - begin
        start = np.concatenate(([0], np.cumsum(inner + 2)))
        points = np.empty((int(start[-1]), 2))
        first, last = self.edge_from[chosen], self.edge_to[chosen]
        points[start[:-1]] = np.column_stack((self.node_lon[first], self.node_lat[first]))
        points[start[1:] - 1] = np.column_stack((self.node_lon[last], self.node_lat[last]))
        within = np.arange(int(inner.sum())) - np.repeat(np.cumsum(inner) - inner, inner)
        points[np.repeat(start[:-1] + 1, inner) + within] = self.shape[np.repeat(begin, inner) + within] / UNITS
        return points, start

    def around(self, bbox: tuple[float, float, float, float]) -> NDArray[np.int64]:
        """Return the edges whose nodes' rectangle meets a bbox (west, south, east, north)."""
        west, south, east, north = bbox
        outside = [self.node_lon < west, self.node_lat < south, self.node_lon > east, self.node_lat > north]
        away = np.zeros(self.edges, dtype=bool)
        for beyond in outside:
            away |= beyond[self.edge_from] & beyond[self.edge_to]
        return np.flatnonzero(~away)

    def part(self, edges: NDArray[np.integer[Any]], profile: str) -> StreetNetwork:
        """Return some of the edges as a network of their own, for one profile, in arrays of their own."""
        self.require(profile)
        nodes, ends = np.unique(np.concatenate((self.edge_from[edges], self.edge_to[edges])), return_inverse=True)
        begin = self.shape_start[edges]
        inner = self.shape_start[np.asarray(edges) + 1] - begin
        start = np.concatenate(([0], np.cumsum(inner)))
        within = np.arange(int(start[-1])) - np.repeat(start[:-1], inner)
        first, last = ends.astype(np.int32).reshape(2, -1)
        return StreetNetwork(
            node_lon=self.node_lon[nodes],
            node_lat=self.node_lat[nodes],
            edge_from=first,
            edge_to=last,
            length_m=self.length_m[edges],
            along_s={profile: self.along_s[profile][edges]},
            against_s={profile: self.against_s[profile][edges]},
            shape_start=start,
            shape=self.shape[np.repeat(begin, inner) + within],
        )

    def graph(self, profile: str) -> Graph:
        """Return the compressed sparse rows of a profile; made once."""
        from geodata.streets.graph import Graph

        return self._once(("graph", profile), lambda: Graph.of(self, profile))  # type: ignore[no-any-return]

    def finder(self, profile: str) -> Finder:
        """Return what finds the nearest edges that a profile may use; made once."""
        from geodata.streets.snapping import Finder

        return self._once(("finder", profile), lambda: Finder(self, np.flatnonzero(self.usable(profile)), profile))  # type: ignore[no-any-return]

    def snap(self, lon: ArrayLike, lat: ArrayLike, *, profile: str = "foot", max_distance_m: float = 500.0) -> Snapped:
        """Find the nearest place on the streets for each point.

        Parameters
        ----------
        lon, lat : array_like of shape (n,)
            Degrees in WGS-84; a point that is not finite is nowhere.
        profile : str
            Only streets that it may use are looked at.
        max_distance_m : float
            A point farther from every street is on none: edge -1, everything else NaN.
        """
        return self.finder(profile).snap(lon, lat, max_distance_m)

    def travel_times(
        self,
        sources: Snapped,
        targets: Snapped,
        *,
        cutoff_s: float,
        towards: bool = False,
        off_street: bool = True,
        block: int = 64,
    ) -> Any:
        """Return the seconds from each source to each target, as far as they are within a cut-off.

        Ends within edges are exact, also when both lie on one edge; one-way streets are respected. The search starts
        from whichever side has fewer points.

        Parameters
        ----------
        sources, targets : Snapped
            Of this network and of one profile.
        cutoff_s : float
        towards : bool
            Return the time from the target to the source instead.
        off_street : bool
            Whether the way between a point and the street counts.
        block : int
            So many points are searched from together; bounds the memory.

        Returns
        -------
        scipy.sparse.csr_array of float64, shape (sources, targets)
            A missing entry is out of reach; a stored 0 is a time of 0.
        """
        from geodata.streets.routing import travel_times

        return travel_times(
            self, sources, targets, cutoff_s=cutoff_s, towards=towards, off_street=off_street, block=block
        )

    def reach(self, sources: Snapped, *, cutoff_s: float, towards: bool = False, off_street: bool = True) -> Reach:
        """Return what of the streets is within so many seconds of any of the sources.

        Parameters
        ----------
        sources, towards, off_street
            As for :meth:`travel_times`; for the reach of one point give that one alone.
        cutoff_s : float
        """
        from geodata.streets.reaching import reach

        return reach(self, sources, cutoff_s=cutoff_s, towards=towards, off_street=off_street)

    def route(
        self, source: Snapped, target: Snapped, *, cutoff_s: float = 3600.0, off_street: bool = True
    ) -> Route | None:
        """Return the quickest way from one point to another; ``None`` if there is none within the cut-off.

        Parameters
        ----------
        source, target : Snapped
            One point each.
        cutoff_s : float
        off_street : bool
            Whether time and length of the way between the points and the street count.
        """
        from geodata.streets.routing import route

        return route(self, source, target, cutoff_s=cutoff_s, off_street=off_street)

    def to_bytes(self) -> bytes:
        """Return the network as bytes; the same network gives the same bytes."""
        return pack(dict(self.facts), self._arrays())

    @classmethod
    def from_bytes(cls, content: Any) -> StreetNetwork:
        """Return the network that bytes hold, over their memory.

        Raises
        ------
        ValueUnusableError
            If they hold none, or are damaged.
        """
        facts, arrays = unpack(content)
        try:
            profiles = [name.removeprefix("along:") for name in arrays if name.startswith("along:")]
            return cls(
                node_lon=arrays["node_lon"],
                node_lat=arrays["node_lat"],
                edge_from=arrays["edge_from"],
                edge_to=arrays["edge_to"],
                length_m=arrays["length_m"],
                along_s={code: arrays[f"along:{code}"] for code in profiles},
                against_s={code: arrays[f"against:{code}"] for code in profiles},
                shape_start=arrays["shape_start"],
                shape=arrays["shape"],
                facts=facts,
            )
        except (KeyError, TypeError) as error:
            raise ValueUnusableError("arrays_damaged", detail=repr(error)) from error

    def save(self, path: Path) -> None:
        """Write the network to a file, whole or not at all."""
        passing = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            with open(os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(self.to_bytes())
                file.flush()
                os.fsync(file.fileno())
            passing.replace(path)
        finally:
            passing.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: Path) -> StreetNetwork:
        """Return the network of a file, mapped into memory.

        Raises
        ------
        OSError
            If the file cannot be read.
        ValueUnusableError
            If it holds no network, or is damaged.
        """
        return cls.from_bytes(map_file(path))

    def _arrays(self) -> dict[str, NDArray[Any]]:
        names = ("node_lon", "node_lat", "edge_from", "edge_to", "length_m", "shape_start", "shape")
        arrays: dict[str, NDArray[Any]] = {name: getattr(self, name) for name in names}
        for code in self.along_s:
            arrays |= {f"along:{code}": self.along_s[code], f"against:{code}": self.against_s[code]}
        return arrays

    def _once(self, key: Any, make: Any) -> Any:
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]
