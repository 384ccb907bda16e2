"""Which datum coordinates are in, found out by what is known about the places, or honestly not.

Each candidate datum is tried: the points are converted as if they were in it, and whoever knows something about where
they belong (:class:`EvidenceProvider`) tells how far off they then are. A source of evidence decides by a sign test,
which asks nothing of how errors are distributed: with the right datum nearly every point is nearer than with the
others, with pure noise half of them are. It also has to fit: the best datum must bring the points as near as they can
be expected to be, and clearly nearer than the others do. Sources that contradict each other decide nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, get_args

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geodata.datum import to_wgs84
from geodata.sites import Datum

Floats = NDArray[np.float64]
CANDIDATES: tuple[Datum, ...] = get_args(Datum)

#: Points that differ by less between two datums say nothing about them, in metres.
SAME_M = 5.0
#: With so many points at least a source of evidence may decide; 11 that all agree are below :data:`MAX_CHANCE`.
MIN_POINTS = 11
#: How probable a decision by mere chance may be.
MAX_CHANCE = 0.001
#: No confidence beyond this: errors that all points have in common are not in the test.
MAX_CONFIDENCE = 0.999
#: Points that are looked at; more do not make a decision better.
MAX_POINTS = 5_000
#: Metres of a degree of latitude.
_DEGREE_M = 111_195.0


@dataclass(frozen=True, slots=True)
class Tried:
    """Points as given, and where they lie in WGS-84 under each candidate datum.

    Attributes
    ----------
    lon, lat : ndarray of shape (candidates, n)
        Degrees in WGS-84.
    """

    lon: Floats
    lat: Floats

    @classmethod
    def of(cls, lon: ArrayLike, lat: ArrayLike) -> Tried:
        """Convert points of an unknown datum as if they were in each."""
        both = [to_wgs84(lon, lat, datum) for datum in CANDIDATES]
        return cls(np.array([one[0] for one in both]), np.array([one[1] for one in both]))

    def differs(self) -> bool:
        """Tell whether the datum makes a difference: it does not outside mainland China."""
        return bool(((self.lon != self.lon[0]) | (self.lat != self.lat[0])).any())


@dataclass(frozen=True, slots=True)
class Evidence:
    """How far points are from where they belong, under each candidate datum.

    Attributes
    ----------
    by : str
        What was compared with: sites, areas, outlines, streets.
    off_m : ndarray of shape (candidates, n)
        Metres. A point must not be in it twice.
    fits_m : float
        What the median may be with the right datum.
    ratio : float
        What part of the second best median the best one may be.
    """

    by: str
    off_m: Floats
    fits_m: float
    ratio: float = 0.5


class EvidenceProvider(Protocol):
    """Knows something about where points belong."""

    def evidence(self, tried: Tried) -> Evidence | None:
        """Return how far the points are off under each datum; ``None`` if nothing can be compared."""
        ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one source of evidence says.

    Attributes
    ----------
    datum : Datum, optional
        ``None`` where it cannot tell.
    chance : float
        How probable it is that mere chance gave this.
    points : int
        Points for which the datum makes a difference here.
    median_m : tuple of float
        Of these points, by candidate.
    """

    by: str
    datum: Datum | None
    chance: float
    points: int
    median_m: tuple[float, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the verdict as the report has it."""
        medians = {name: round(value, 1) for name, value in zip(CANDIDATES, self.median_m, strict=False)}
        return {"by": self.by, "datum": self.datum, "points": self.points, "median_m": medians}


@dataclass(frozen=True, slots=True)
class Decision:
    """The datum that the evidence shows, with how sure that is; ``None`` and 0 where it cannot be told.

    ``matters`` is false where all points lie where GCJ-02 and BD-09 do not apply.
    """

    datum: Datum | None
    confidence: float
    verdicts: tuple[Verdict, ...] = ()
    matters: bool = True


def decide(lon: ArrayLike, lat: ArrayLike, providers: Sequence[EvidenceProvider]) -> Decision:
    """Find out in which datum points are.

    Parameters
    ----------
    lon, lat : array_like of shape (n,)
        Degrees as given; at most :data:`MAX_POINTS` are worth it.
    providers : sequence of EvidenceProvider

    Returns
    -------
    Decision
        WGS-84 where no datum makes a difference; none where no evidence decides, or where two contradict each other.
    """
    tried = Tried.of(lon, lat)
    if not tried.differs():
        return Decision("wgs84", 1.0, matters=False)
    found = (provider.evidence(tried) for provider in providers)
    verdicts = tuple(judge(evidence) for evidence in found if evidence is not None)
    deciding = [verdict for verdict in verdicts if verdict.datum is not None]
    if len({verdict.datum for verdict in deciding}) != 1:
        return Decision(None, 0.0, verdicts)
    chance = float(np.prod([verdict.chance for verdict in deciding]))
    return Decision(deciding[0].datum, min(1.0 - chance, MAX_CONFIDENCE), verdicts)


def judge(evidence: Evidence) -> Verdict:
    """Return what one source of evidence says: a paired sign test of the best datum against each other one."""
    spread = evidence.off_m.max(axis=0) - evidence.off_m.min(axis=0) if evidence.off_m.size else np.empty(0)
    off_m = evidence.off_m[:, spread > SAME_M] if evidence.off_m.size else evidence.off_m
    points = off_m.shape[1]
    if not points:
        return Verdict(evidence.by, None, 1.0, 0, ())
    medians = np.median(off_m, axis=1)
    # Areas hold nearly all of their points: the medians of several may be 0, so the mean of the nearer errors decides.
    best = int(np.minimum(off_m, 1_000.0).mean(axis=1).argmin())
    others = [index for index in range(len(CANDIDATES)) if index != best]
    chance = sum(_chance(off_m[best], off_m[other]) for other in others)
    second = min(np.minimum(off_m[other], 1_000.0).mean() for other in others)
    fits = medians[best] <= evidence.fits_m and np.minimum(off_m[best], 1_000.0).mean() <= evidence.ratio * second
    sure = points >= MIN_POINTS and chance <= MAX_CHANCE and fits
    return Verdict(evidence.by, CANDIDATES[best] if sure else None, chance, points, tuple(map(float, medians)))


def _chance(best: Floats, other: Floats) -> float:
    """Return the probability that so many of the points that differ favour one of two equal datums."""
    wins, losses = int((best < other - SAME_M).sum()), int((other < best - SAME_M).sum())
    from scipy.special import bdtrc  # loading it takes longer than most imports of a list

    return float(bdtrc(wins - 1, wins + losses, 0.5)) if wins else 1.0


def metres(lon: Floats, lat: Floats, to_lon: Floats, to_lat: Floats) -> Floats:
    """Return distances between near points on a sphere, in metres; good to 1 % below some ten kilometres."""
    east = (lon - to_lon) * np.cos(np.radians((lat + to_lat) / 2))
    away: Floats = np.hypot(east, lat - to_lat) * _DEGREE_M
    return away


class ReferenceEvidence:
    """Evidence of a geometry on or near which points should lie: streets, or the outline of an area.

    Parameters
    ----------
    geometry : sequence of shapely geometries
        Points or lines in WGS-84.
    by : str
        How it is called in the report.
    fits_m : float
        What the median distance may be with the right datum.
    ratio : float
        How much nearer than with the second best datum the points must be on the whole.
    reach_m : float
        Points that are farther off with every datum are none of its business.
    whole : bool
        Whether points count only where the geometry surrounds them under every datum. At the edge of a street network
        a datum would win that has the points inside.
    """

    def __init__(
        self,
        geometry: Sequence[Any],
        *,
        by: str = "streets",
        fits_m: float = 30,
        ratio: float = 0.75,
        reach_m: float = 300,
        whole: bool = True,
    ) -> None:
        self._by, self._fits_m, self._ratio, self._reach_m = by, fits_m, ratio, reach_m
        corners = shapely.get_coordinates(shapely.envelope(list(geometry))) if whole else np.empty((0, 2))
        self._hull = shapely.multipoints(corners).convex_hull if whole else None
        shapely.prepare(self._hull)
        self._middle = float(np.mean(shapely.total_bounds(list(geometry))[[1, 3]])) if len(geometry) else 0.0
        self._tree = shapely.STRtree(self._flat(np.asarray(geometry, dtype=object)))

    def evidence(self, tried: Tried) -> Evidence | None:
        """Return the distance of each point that comes near to the nearest part of the geometry."""
        if not len(self._tree.geometries) or not tried.lon.size:
            return None
        off_m = np.array([self._nearest(lon, lat) for lon, lat in zip(tried.lon, tried.lat, strict=True)])
        near = off_m.min(axis=0) <= self._reach_m
        if self._hull is not None:
            near &= shapely.contains_xy(self._hull, tried.lon, tried.lat).all(axis=0)
        return Evidence(self._by, off_m[:, near], self._fits_m, self._ratio) if near.any() else None

    def _flat(self, geometry: NDArray[np.object_]) -> NDArray[np.object_]:
        """Return a geometry in metres about the middle latitude, as far as distances of some hundred metres ask."""
        scale = np.array([_DEGREE_M * np.cos(np.radians(self._middle)), _DEGREE_M])
        flat: NDArray[np.object_] = shapely.transform(geometry, lambda points: points * scale)
        return flat

    def _nearest(self, lon: Floats, lat: Floats) -> Floats:
        points = self._flat(shapely.points(lon, lat))
        (found, _), distance = self._tree.query_nearest(points, return_distance=True, all_matches=False)
        off_m = np.full(len(points), np.inf)
        off_m[found] = distance
        return off_m


def choose_datum(lon: ArrayLike, lat: ArrayLike, reference: Sequence[Any]) -> Decision:
    """Find out in which datum points are that should lie on or near a geometry, such as streets.

    Parameters
    ----------
    lon, lat : array_like of shape (n,)
        Degrees as given; equal points count once.
    reference : sequence of shapely geometries
        Points or lines in WGS-84.

    Returns
    -------
    Decision
    """
    points = np.unique(np.column_stack((np.asarray(lon, float), np.asarray(lat, float))), axis=0)
    points = points[np.isfinite(points).all(axis=1)]
    if len(points) > MAX_POINTS:
        points = points[np.linspace(0, len(points) - 1, MAX_POINTS).astype(int)]
    return decide(points[:, 0], points[:, 1], [ReferenceEvidence(reference)])
