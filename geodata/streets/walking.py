"""Minutes on foot from a person to a few near places, and the way: answered from a small part of the network at once.

The part around a square of the map is cut out once and kept, a few of them; what is kept tells the square, never where
in it anyone was.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from geodata.streets.network import StreetNetwork
    from geodata.streets.routing import Route

Floats = NDArray[np.float64]
_PROFILE = "foot"
#: Places farther away than this in a straight line are not asked for.
REACH_M = 2_000.0
#: A way is followed so much farther than the straight line to the farthest place, and so many seconds more.
_DETOUR, _MORE_S = 2.0, 300.0
#: Neither a person nor a place is on a street that is farther away, in metres.
_OFF_STREET_M = 250.0
#: Side of a square in degrees of latitude.
_SQUARE = 0.01
_DEGREE_M = 111_195.0
_PACE_M_S = 4.8 / 3.6
#: Parts that are kept.
_KEPT = 8
#: Bytes of a street's line and its place in the tree beyond its points, roughly.
_LINE_BYTES = 400


class Walks:
    """Ways on foot along the streets of one or several networks. May be asked from several threads.

    Parameters
    ----------
    networks : sequence of StreetNetwork
        Those that take fewer streets go first where several hold a place.
    """

    def __init__(self, networks: Sequence[StreetNetwork]) -> None:
        walked = [network for network in networks if _PROFILE in network.profiles]
        self._networks = sorted(walked, key=lambda network: network.edges)
        self._bboxes = [network.bbox for network in self._networks]
        self._parts: OrderedDict[tuple[int, int, int], StreetNetwork | None] = OrderedDict()
        self._lock = threading.Lock()

    def __bool__(self) -> bool:
        return bool(self._networks)

    def seconds(self, lon: float, lat: float, to_lon: ArrayLike, to_lat: ArrayLike) -> Floats:
        """Return the seconds from a point to each of a few places; NaN where the streets do not tell.

        Parameters
        ----------
        lon, lat : float
            Degrees in WGS-84.
        to_lon, to_lat : array_like of shape (n,)
        """
        lons, lats = np.asarray(to_lon, np.float64), np.asarray(to_lat, np.float64)
        found = np.full(len(lons), np.nan)
        away = np.hypot((lons - lon) * math.cos(math.radians(lat)), lats - lat) * _DEGREE_M
        near = np.flatnonzero(away <= REACH_M)
        part = self._part(lon, lat) if len(near) else None
        if part is None:
            return found
        here = part.snap([lon], [lat], profile=_PROFILE, max_distance_m=_OFF_STREET_M)
        there = part.snap(lons[near], lats[near], profile=_PROFILE, max_distance_m=_OFF_STREET_M)
        limit = float(away[near].max()) / _PACE_M_S * _DETOUR + _MORE_S
        times = part.travel_times(here, there, cutoff_s=limit).tocoo()
        found[near[times.col]] = times.data
        return found

    def way(self, lon: float, lat: float, to_lon: float, to_lat: float) -> Route | None:
        """Return the quickest way to a place; ``None`` where the streets tell none."""
        away = math.hypot((to_lon - lon) * math.cos(math.radians(lat)), to_lat - lat) * _DEGREE_M
        part = self._part(lon, lat) if away <= REACH_M else None
        if part is None:
            return None
        both = part.snap([lon, to_lon], [lat, to_lat], profile=_PROFILE, max_distance_m=_OFF_STREET_M)
        return part.route(both[0], both[1], cutoff_s=away / _PACE_M_S * _DETOUR + _MORE_S)

    def memory(self) -> dict[str, int]:
        """Return bytes by part: networks (mapped from files, shared by the workers) and what was cut out of them."""
        with self._lock:
            kept = [part for part in self._parts.values() if part is not None]
        squares = sum(part.nbytes + part.edges * _LINE_BYTES for part in kept)
        return {"streets": sum(network.nbytes for network in self._networks), "streets_near": squares}

    def _part(self, lon: float, lat: float) -> StreetNetwork | None:
        """Return the streets around the square that a point lies in; ``None`` where there are none."""
        # A person at the edge of a network is not well served by it, but no worse than by a straight line.
        held = [number for number, bbox in enumerate(self._bboxes) if _holds(bbox, lon, lat)]
        if not held:
            return None
        row, column = math.floor(lat / _SQUARE), math.floor(lon / _SQUARE)
        key = (held[0], row, column)
        with self._lock:
            if key in self._parts:
                self._parts.move_to_end(key)
                return self._parts[key]
            part = self._cut(*key)
            self._parts[key] = part
            while len(self._parts) > _KEPT:
                self._parts.popitem(last=False)
        return part

    def _cut(self, number: int, row: int, column: int) -> StreetNetwork | None:
        network = self._networks[number]
        up = (REACH_M * 1.3) / _DEGREE_M
        side = up / max(math.cos(math.radians(row * _SQUARE)), 0.1)
        west, south = column * _SQUARE - side, row * _SQUARE - up
        edges = network.around((west, south, (column + 1) * _SQUARE + side, (row + 1) * _SQUARE + up))
        edges = edges[network.usable(_PROFILE)[edges]]
        return network.part(edges, _PROFILE) if len(edges) else None


def _holds(bbox: tuple[float, float, float, float], lon: float, lat: float) -> bool:
    return bbox[0] <= lon <= bbox[2] and bbox[1] <= lat <= bbox[3]
