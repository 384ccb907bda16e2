"""Streets: a network in compressed sparse rows, who may go where and how fast, travel times and ways.

Nothing here is loaded before it is used: searching needs SciPy's graphs, snapping needs shapely's tree.
"""

from __future__ import annotations

from geodata.streets.network import StreetNetwork
from geodata.streets.profiles import EBIKE, FOOT, PROFILES, Profile, profile_of
from geodata.streets.reaching import Reach
from geodata.streets.routing import Route
from geodata.streets.snapping import Snapped
from geodata.streets.walking import Walks

__all__ = [
    "EBIKE",
    "FOOT",
    "PROFILES",
    "Profile",
    "Reach",
    "Route",
    "Snapped",
    "StreetNetwork",
    "Walks",
    "profile_of",
]
