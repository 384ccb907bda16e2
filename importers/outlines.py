"""The datum of a file of areas, found by laying its outlines on those of the same areas that are there already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geodata.areas import Area
from importers.datum_choice import DatumChoice, datum_choice
from importers.datums import MAX_POINTS, Decision, Evidence, Tried, decide

Floats = NDArray[np.float64]
#: Vertices of one area that are looked at; all of it has one datum.
_VERTICES = 400
#: What outlines of two sources may differ from each other: coarse ones leave out bays of this size.
_FITS_M = 150.0
_NEAR_M = 2_000.0
_DEGREE_M = 111_195.0


@dataclass(frozen=True, slots=True)
class Pair:
    """The shape of an area in the file, as given, and the same area in the store."""

    shape: Any
    area: Area


@dataclass(frozen=True, slots=True)
class OutlinesEvidence:
    """How far each vertex of an outline is from the known outline of its area; ``rows`` tells whose vertex is whose."""

    pairs: Sequence[Pair]
    rows: NDArray[np.int64]

    def evidence(self, tried: Tried) -> Evidence | None:
        """Return the distances, of vertices that come near at all."""
        off_m = np.full(tried.lon.shape, np.inf)
        for number, pair in enumerate(self.pairs):
            own = self.rows == number
            off_m[:, own] = _from_outline_m(pair.area.polygon, tried.lon[:, own], tried.lat[:, own])
        near = off_m.min(axis=0) <= _NEAR_M
        return Evidence("outlines", off_m[:, near], _FITS_M) if near.any() else None


def find_outline_datum(pairs: Sequence[Pair], source: str) -> DatumChoice:
    """Choose the datum of a file of areas.

    Parameters
    ----------
    pairs : sequence of Pair
        The areas of the file that the store knows.
    source : str
        The file's source. Areas that came from it are no evidence; they tell only what was taken before.
    """
    others = [pair for pair in pairs if pair.area.source != source]
    decision = _decision(others)
    if decision is not None and decision.datum is not None:
        return datum_choice("auto", decision=decision)
    own = _decision([pair for pair in pairs if pair.area.source == source])
    return datum_choice("auto", decision=decision, before=own.datum if own else None)


def _decision(pairs: Sequence[Pair]) -> Decision | None:
    pairs = pairs[: MAX_POINTS // 10]
    each = min(_VERTICES, MAX_POINTS // max(len(pairs), 1))
    vertices = [_vertices(pair.shape, each) for pair in pairs]
    if not vertices:
        return None
    points = np.concatenate(vertices)
    rows = np.repeat(np.arange(len(pairs)), [len(part) for part in vertices])
    return decide(points[:, 0], points[:, 1], [OutlinesEvidence(pairs, rows)]) if len(points) else None


def _vertices(shape: Any, most: int) -> Floats:
    """Return vertices of a shape, evenly taken; none of one that is nowhere on the globe."""
    points: Floats = np.unique(shapely.get_coordinates(shape), axis=0)
    points = points[np.isfinite(points).all(axis=1)]
    if (np.abs(points) > (180, 90)).any():
        return np.empty((0, 2))
    return points if len(points) <= most else points[np.linspace(0, len(points) - 1, most).astype(int)]


def _from_outline_m(polygon: Any, lon: Floats, lat: Floats) -> Floats:
    _, south, _, north = polygon.bounds
    scale = np.array([_DEGREE_M * np.cos(np.radians((south + north) / 2)), _DEGREE_M])
    outline = shapely.transform(polygon.boundary, lambda points: points * scale)
    shapely.prepare(outline)
    away: Floats = shapely.distance(outline, shapely.points(lon * scale[0], lat * scale[1]))
    return away
