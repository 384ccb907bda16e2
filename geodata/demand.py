"""Demand: where people are who need a place, with how much weight, and at which hours where that is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geodata.arrayfile import pack, unpack
from geodata.errors import ValueUnusableError

if TYPE_CHECKING:
    from geodata.streets import StreetNetwork

Floats = NDArray[np.float64]
Kind = Literal["points", "cells", "trips"]
KINDS: tuple[Kind, ...] = ("points", "cells", "trips")
DAY, WEEK = 24, 168


@dataclass(frozen=True, slots=True, eq=False)
class DemandPoints:
    """Points with weights; it never changes.

    Attributes
    ----------
    lon, lat : ndarray of float64, shape (n,)
        Degrees in WGS-84.
    weight : ndarray of float64, shape (n,)
        In all.
    hourly : ndarray of float32, shape (n, 24) or (n, 168), optional
        The weight by hour of the day, or of the week from Monday on: each row adds up to the point's weight. It stays
        ``None`` where nothing is known of the hours.
    kind : {"points", "cells", "trips"}
        What the points were: points themselves, the middles of cells, both ends of trips.
    """

    lon: Floats
    lat: Floats
    weight: Floats
    hourly: NDArray[np.float32] | None = None
    kind: Kind = "points"

    @classmethod
    def of(
        cls,
        lon: ArrayLike,
        lat: ArrayLike,
        weight: ArrayLike | None = None,
        hourly: ArrayLike | None = None,
        kind: Kind = "points",
    ) -> DemandPoints:
        """Check arrays and wrap them; without weights every point has 1, or the sum of its hours.

        Raises
        ------
        ValueUnusableError
            If their lengths differ, a position is nowhere, or a weight is negative or no number.
        """
        lons, lats = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
        hours = None if hourly is None else np.asarray(hourly, np.float32)
        if weight is None:
            weights = np.ones(len(lons)) if hours is None else hours.sum(axis=1, dtype=np.float64)
        else:
            weights = np.asarray(weight, np.float64)
        if lons.ndim != 1 or not lons.shape == lats.shape == weights.shape or not len(lons):
            raise ValueUnusableError("demand_arrays", reason=f"{lons.shape}, {lats.shape}, {weights.shape}")
        if hours is not None and hours.shape not in ((len(lons), DAY), (len(lons), WEEK)):
            raise ValueUnusableError("demand_arrays", reason=str(hours.shape))
        if not (np.isfinite(lons) & (np.abs(lons) <= 180) & np.isfinite(lats) & (np.abs(lats) <= 90)).all():
            raise ValueUnusableError("demand_arrays", reason="lon, lat")
        for part in (weights, hours):
            if part is not None and not (np.isfinite(part) & (part >= 0)).all():
                raise ValueUnusableError("demand_arrays", reason="weight")
        return cls(lons, lats, weights, hours, kind)

    def __len__(self) -> int:
        return len(self.lon)

    @property
    def hours(self) -> int:
        """The number of hours that weights are told by: 0, 24 or 168."""
        return 0 if self.hourly is None else self.hourly.shape[1]

    @property
    def bbox(self) -> tuple[float, float, float, float]:
        """West, south, east and north in degrees."""
        west, south, east, north = map(float, (self.lon.min(), self.lat.min(), self.lon.max(), self.lat.max()))
        return west, south, east, north

    def some(self, which: ArrayLike) -> DemandPoints:
        """Return some of the points, by a mask or by their numbers."""
        chosen = np.asarray(which)
        hourly = None if self.hourly is None else self.hourly[chosen]
        return DemandPoints(self.lon[chosen], self.lat[chosen], self.weight[chosen], hourly, self.kind)

    def to_bytes(self) -> bytes:
        """Return the layer as bytes; the same layer gives the same bytes."""
        arrays: dict[str, NDArray[Any]] = {"lon": self.lon, "lat": self.lat, "weight": self.weight}
        if self.hourly is not None:
            arrays["hourly"] = self.hourly
        return pack({"kind": self.kind}, arrays)

    @classmethod
    def from_bytes(cls, content: Any) -> DemandPoints:
        """Return the layer that bytes hold.

        Raises
        ------
        ValueUnusableError
            If they hold none, or are damaged.
        """
        facts, arrays = unpack(content)
        try:
            kind = next(kind for kind in KINDS if kind == facts["kind"])
            return cls(arrays["lon"], arrays["lat"], arrays["weight"], arrays.get("hourly"), kind)
        except (KeyError, StopIteration) as error:
            raise ValueUnusableError("arrays_damaged", detail=repr(error)) from error


@dataclass(frozen=True, slots=True, eq=False)
class Merged:
    """Demand put together at the nodes of a network.

    Attributes
    ----------
    demand : DemandPoints
        One point for each node that has any, at the node.
    node : ndarray of int64
        The nodes, ascending.
    member : ndarray of int64, shape (n,)
        For each point of the layer its place in ``demand``; -1 for one that is on no street.
    distance_m : ndarray of float64, shape (n,)
        From each point to its node in a straight line; NaN for one that is on no street.
    """

    demand: DemandPoints
    node: NDArray[np.int64]
    member: NDArray[np.int64]
    distance_m: Floats


def merged_to_nodes(
    demand: DemandPoints, network: StreetNetwork, *, profile: str = "foot", max_distance_m: float = 500.0
) -> Merged:
    """Put demand together at the nodes of a network: fewer points, and no weight is lost but that of far-off points.

    A point goes to the nearer end of the street that is nearest to it.

    Parameters
    ----------
    demand : DemandPoints
    network : StreetNetwork
    profile : str
        Whose streets are looked at.
    max_distance_m : float
        A point farther from every street is on none.
    """
    from pyproj import Geod

    on = network.snap(demand.lon, demand.lat, profile=profile, max_distance_m=max_distance_m)
    rows = np.flatnonzero(on.found)
    edge = on.edge[rows]
    at = np.where(on.fraction[rows] <= 0.5, network.edge_from[edge], network.edge_to[edge]).astype(np.int64)
    node, group = np.unique(at, return_inverse=True)
    member = np.full(len(demand), -1, np.int64)
    member[rows] = group
    weight = np.zeros(len(node))
    np.add.at(weight, group, demand.weight[rows])
    hourly = None
    if demand.hourly is not None:
        hourly = np.zeros((len(node), demand.hours), np.float32)
        np.add.at(hourly, group, demand.hourly[rows])
    distance = np.full(len(demand), np.nan)
    lon, lat = network.node_lon[at], network.node_lat[at]
    distance[rows] = Geod(ellps="WGS84").inv(demand.lon[rows], demand.lat[rows], lon, lat)[2]
    together = DemandPoints(network.node_lon[node], network.node_lat[node], weight, hourly, demand.kind)
    return Merged(together, node, member, distance)
