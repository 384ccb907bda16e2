"""What is known already about where a file's places belong: sites of the same name, areas that rows name, streets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

import numpy as np
import shapely
import sqlalchemy as sa
from numpy.typing import NDArray

from geodata.areas import Area
from geodata.messages import Message
from geodata.sites import Datum
from geodata.store import Store, schema
from importers.cleaning import key_of
from importers.datum_choice import DatumChoice, datum_choice
from importers.datums import Evidence, EvidenceProvider, ReferenceEvidence, Tried, decide, metres
from importers.report import ImportReport

Floats = NDArray[np.float64]
#: A site of the same name that is farther away with every datum is another place, or one of them is misplaced.
SAME_SITE_M = 1_500.0
#: A point that is farther from the district it names with every datum was put into the wrong place altogether.
NEAR_AREA_M = 3_000.0
#: What a site's position may differ from the row's with the right datum: the other end of the building.
_SITE_FITS_M = 150.0
_AROUND = 0.02
_SAME_GIVEN = 1e-7
_LOCATED = ("exact", "address")


@dataclass(frozen=True, slots=True)
class Sample:
    """Located rows that are looked at to find the datum: coordinates as given, and what the rows say."""

    lon: Floats
    lat: Floats
    names: Sequence[str]
    areas: Sequence[str]


@dataclass(slots=True)
class SitesEvidence:
    """Sites there already, matched by a name that neither the file nor the store has twice near each other.

    A site that stands where the row's very coordinates put it before is no evidence: it may only repeat an old mistake.
    ``before`` counts those by the datum that was taken then.
    """

    store: Store
    sample: Sample
    before: Counter[Datum] = field(default_factory=Counter)

    def evidence(self, tried: Tried) -> Evidence | None:
        """Return the distance of each row to the site of its name."""
        known = self._sites(tried)
        keys = [key_of(name) for name in self.sample.names]
        once = Counter(keys)
        rows: list[int] = []
        there: list[tuple[float, float]] = []
        for index, key in enumerate(keys):
            if not key or once[key] > 1 or len(found := known.get(key, [])) != 1:
                continue
            site = found[0]
            if site.datum and self._same_given(index, site.given):
                self.before[site.datum] += 1
            else:
                rows.append(index)
                there.append((site.lon, site.lat))
        if not rows:
            return None
        sites = np.array(there)
        off_m = metres(tried.lon[:, rows], tried.lat[:, rows], sites[:, 0], sites[:, 1])
        near = off_m.min(axis=0) <= SAME_SITE_M
        return Evidence("sites", off_m[:, near], _SITE_FITS_M) if near.any() else None

    def _same_given(self, index: int, given: tuple[float | None, float | None]) -> bool:
        own = (self.sample.lon[index], self.sample.lat[index])
        return all(
            there is not None and abs(there - here) < _SAME_GIVEN for there, here in zip(given, own, strict=True)
        )

    def _sites(self, tried: Tried) -> Mapping[str, list[_Known]]:
        table = schema.sites.c
        query = sa.select(table.name, table.lon, table.lat, table.given_lon, table.given_lat, table.given_datum).where(
            table.precision.in_(_LOCATED),
            table.lon.between(float(tried.lon.min()) - _AROUND, float(tried.lon.max()) + _AROUND),
            table.lat.between(float(tried.lat.min()) - _AROUND, float(tried.lat.max()) + _AROUND),
        )
        names = {key_of(name) for name in self.sample.names}
        found: dict[str, list[_Known]] = {}
        with self.store.snapshot() as connection:
            for row in connection.execute(query):
                if (key := key_of(row.name)) in names:
                    datum = next((datum for datum in get_args(Datum) if datum == row.given_datum), None)
                    found.setdefault(key, []).append(_Known(row.lon, row.lat, (row.given_lon, row.given_lat), datum))
        return found


@dataclass(frozen=True, slots=True)
class _Known:
    lon: float
    lat: float
    given: tuple[float | None, float | None]
    datum: Datum | None


@dataclass(frozen=True, slots=True)
class AreasEvidence:
    """Areas of the store that rows name by code or name: how far outside of its area a point lies, 0 within."""

    areas: Sequence[Area]
    named: Callable[[str], str | None]
    sample: Sample

    def evidence(self, tried: Tried) -> Evidence | None:
        """Return how far each row's point is from the area that the row names."""
        polygons = {area.adcode: area.polygon for area in self.areas if not area.approximate}
        codes = {text: self.named(text) for text in set(self.sample.areas) if text}
        parts: list[Floats] = []
        for code in sorted({code for code in codes.values() if code in polygons}):
            rows = [index for index, text in enumerate(self.sample.areas) if codes.get(text) == code]
            parts.append(_outside_m(polygons[code], tried.lon[:, rows], tried.lat[:, rows]))
        if not parts:
            return None
        off_m = np.concatenate(parts, axis=1)
        near = off_m.min(axis=0) <= NEAR_AREA_M
        return Evidence("areas", off_m[:, near], fits_m=50.0) if near.any() else None


@dataclass(frozen=True, slots=True)
class StreetsEvidence:
    """Streets of the store: how far each point is from the nearest one. Most places stand beside a street."""

    store: Store

    def evidence(self, tried: Tried) -> Evidence | None:
        """Return how far each point is from the streets of the network that holds most of the points."""
        west, east = float(tried.lon.min()) - _AROUND, float(tried.lon.max()) + _AROUND
        south, north = float(tried.lat.min()) - _AROUND, float(tried.lat.max()) + _AROUND
        inside = [
            (int(_within(info.bbox, tried).sum()), -info.nodes, info.name) for info in self.store.street_networks()
        ]
        if not inside or max(inside)[0] == 0:
            return None
        network = self.store.streets(max(inside)[2])
        points, start = network.coordinates(network.around((west, south, east, north)))
        owner = np.repeat(np.arange(len(start) - 1), np.diff(start))
        return ReferenceEvidence(shapely.linestrings(points, indices=owner)).evidence(tried)


def _within(bbox: tuple[float, float, float, float], tried: Tried) -> NDArray[np.bool_]:
    """Tell which points lie in a bbox under one candidate at least."""
    west, south, east, north = bbox
    inside = (tried.lon >= west) & (tried.lon <= east) & (tried.lat >= south) & (tried.lat <= north)
    return np.asarray(inside.any(axis=0), np.bool_)


def _outside_m(polygon: Any, lon: Floats, lat: Floats) -> Floats:
    """Return how far points lie outside a polygon, in metres."""
    _, south, _, north = polygon.bounds
    scale = np.array([np.cos(np.radians((south + north) / 2)), 1.0]) * 111_195.0
    flat = shapely.transform(polygon, lambda points: points * scale)
    shapely.prepare(flat)
    away: Floats = shapely.distance(flat, shapely.points(lon * scale[0], lat * scale[1]))
    return away


def find_datum(
    store: Store,
    sample: Sample,
    areas: Sequence[Area],
    named: Callable[[str], str | None],
    further: Sequence[EvidenceProvider] = (),
) -> DatumChoice:
    """Choose the datum of a file by what the store knows.

    Parameters
    ----------
    store : Store
    sample : Sample
        Rows of the file.
    areas : sequence of Area
        The store's areas.
    named : callable
        Returns the code of the area that a text means.
    further : sequence of EvidenceProvider
        What else knows something. Sites, areas and streets of the store are asked in any case.
    """
    sites = SitesEvidence(store, sample)
    if not len(sample.lon):
        return datum_choice("auto")
    known: list[EvidenceProvider] = [sites, AreasEvidence(areas, named, sample), StreetsEvidence(store), *further]
    decision = decide(sample.lon, sample.lat, known)
    before = [datum for datum, count in sites.before.most_common(1) if 2 * count >= len(sample.lon)]
    return datum_choice("auto", decision=decision, before=before[0] if before else None)


def tell_datum(report: ImportReport, choice: DatumChoice, *, located: int) -> None:
    """Put the datum, how it was found and how sure that is into the report."""
    report.recognised |= {"datum": choice.datum, "datum_assumed": choice.assumed}
    decision = choice.decision
    if decision is not None:
        report.recognised["datum_confidence"] = round(decision.confidence, 3)
        report.recognised["datum_evidence"] = [verdict.to_json() for verdict in decision.verdicts]
    if not located:
        return
    if choice.assumed:
        code = "datum_as_before" if choice.before else "datum_assumed"
        report.add("warning", Message(code, {"datum": choice.datum}))
    elif decision is not None and decision.matters:
        points = sum(verdict.points for verdict in decision.verdicts if verdict.datum is not None)
        sure = f"{100 * decision.confidence:.1f}"
        message = Message("datum_found", {"datum": choice.datum, "confidence": sure, "points": points})
        report.add("info" if choice.datum == "wgs84" else "warning", message)
