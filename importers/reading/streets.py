"""Streets as files have them, before they become a network: from OpenStreetMap extracts and from GraphML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geodata.errors import FileError
from geodata.streets import PROFILES
from importers.reading import file_size, limits

Floats = NDArray[np.float64]
#: Most points of all streets of a file together.
MAX_POINTS = 60_000_000


@dataclass(frozen=True, slots=True, eq=False)
class RawStreets:
    """Nodes and edges with the speeds of each profile, in the order of the file.

    Attributes
    ----------
    lon, lat : ndarray of float64, shape (nodes,)
    first, last : ndarray of int64, shape (edges,)
    start, inner_lon, inner_lat : ndarray
        Points of the edges between their nodes: edge ``i`` has ``start[i]:start[i + 1]``.
    kmh : mapping of str to (ndarray, ndarray)
        Speeds along and against the edges by profile, 0 where that is not allowed.
    length_m : ndarray of float64, optional
        As the file states it; NaN where it does not.
    streets : int
        Streets of the file, those included that nobody may use.
    closed : int
        Streets that nobody may use.
    barriers : int
        Gates and the like that some travellers cannot pass.
    facts : mapping
        What was found out about the file, for the report.
    """

    lon: Floats
    lat: Floats
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    start: NDArray[np.int64]
    inner_lon: Floats
    inner_lat: Floats
    kmh: Mapping[str, tuple[Floats, Floats]]
    length_m: Floats | None = None
    streets: int = 0
    closed: int = 0
    barriers: int = 0
    facts: Mapping[str, str] = field(default_factory=dict)


def read_streets(path: Path) -> RawStreets:
    """Read the streets of an OSM extract (PBF or XML) or of a GraphML file as OSMnx writes it.

    Raises
    ------
    FileError
        If it is neither, is damaged, too large, or has no streets.
    """
    from importers.reading.graphml import read_graphml
    from importers.reading.osm_streets import read_osm_streets

    size, most = file_size(path), limits.MAX_MAP_BYTES
    if size > most:
        raise FileError("file_too_large", file=path.name, size=f"{size / 1e6:.0f}", limit=f"{most / 1e6:.0f}")
    with path.open("rb") as stream:
        head = stream.read(4096)
    if b"OSMHeader" in head[:64] or b"<osm" in head:
        found = read_osm_streets(path)
    elif b"<graphml" in head:
        found = read_graphml(path)
    else:
        raise FileError("file_not_streets", file=path.name)
    if not len(found.first):
        raise FileError("file_no_streets", file=path.name)
    return found


def speeds_of(tags: Mapping[str, str]) -> tuple[tuple[float, float], ...]:
    """Return the speeds of all profiles along and against a street of these tags."""
    return tuple(profile.kmh(tags) for profile in PROFILES.values())


def by_profile(speeds: Any) -> dict[str, tuple[Floats, Floats]]:
    """Return rows of :func:`speeds_of` as arrays by profile."""
    table = np.asarray(speeds, np.float64).reshape(-1, len(PROFILES), 2)
    return {code: (table[:, number, 0], table[:, number, 1]) for number, code in enumerate(PROFILES)}
