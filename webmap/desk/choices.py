"""What a planner can choose from: areas, layers of demand, lists of candidates, and what is chosen at first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from geodata.areas import Area
from geodata.messages import Lang
from geodata.store import Store
from geodata.store.candidates import read_candidates
from geodata.store.layers import Bbox, DemandInfo

#: What a first plan asks for.
SITES, MINUTES, TIME_LIMIT_S = 5, 15, 60
#: Areas that are offered, those with most demand first.
MOST_AREAS = 500


@dataclass(frozen=True, slots=True)
class Choices:
    """What the store has to plan with.

    Attributes
    ----------
    areas : sequence of (Area, mapping)
        Areas that hold demand, most first, each with the weight of every layer in it.
    layers : sequence of DemandInfo
    lists : mapping
        List of candidates → area code → how many of it lie there, ``None`` for all of them.
    streets : int
        How many networks of streets there are.
    """

    areas: Sequence[tuple[Area, Mapping[str, float]]]
    layers: Sequence[DemandInfo]
    lists: Mapping[str, Counter[str | None]]
    streets: int

    def to_json(self, lang: Lang) -> dict[str, Any]:
        """Return the choices for a page, and what is chosen at first."""
        return {
            "areas": [_area(area, weights, lang) for area, weights in self.areas],
            "layers": [_layer(info) for info in self.layers],
            "lists": [{"name": name, "count": count[None]} for name, count in self.lists.items()],
            "streets": self.streets,
            "first": self._first(),
        }

    def _first(self) -> dict[str, Any] | None:
        """Return the scenario that stands in the form at first: where most demand is; nothing without demand."""
        if not self.layers:
            return None
        if self.areas:
            area, weights = self.areas[0]
            where: dict[str, Any] = {"adcode": area.adcode}
            layers = sorted(weights, key=lambda name: -weights[name])
            code: str | None = area.adcode
        else:
            info = max(self.layers, key=lambda layer: layer.weight)
            where, layers, code = {"bbox": _room(info.bbox)}, [info.name], None
        here = {name: count[code] for name, count in self.lists.items()}
        best = max(here, key=lambda name: here[name], default=None)
        found: dict[str, Any] = {"source": "streets"}
        if best is not None and here[best] >= SITES:
            found = {"source": "imported", "list": best}
        return {
            "area": where,
            "demand": [{"layer": name} for name in layers],
            "travel": {"mode": "foot", "minutes": MINUTES},
            "candidates": found,
            "problem": {"kind": "maximal_covering", "p": SITES, "time_limit_s": TIME_LIMIT_S},
        }


def choices_of(store: Store) -> Choices:
    """Look what there is to plan with."""
    areas, layers = store.areas(), store.demand_layers()
    tree = shapely.STRtree([area.polygon for area in areas])
    weights: dict[int, dict[str, float]] = {}
    for info in layers:
        demand = store.demand(info.name)
        point, area = tree.query(shapely.points(demand.lon, demand.lat), predicate="intersects")
        sums = np.bincount(area, weights=demand.weight[point], minlength=len(areas))
        for at in np.flatnonzero(sums > 0):
            weights.setdefault(int(at), {})[info.name] = float(sums[at])
    # the smallest areas that a plan is made for come first: a province would always have the most
    order = sorted(
        (at for at in weights if areas[at].level in ("street", "district")),
        key=lambda at: (areas[at].level != "district", -sum(weights[at].values()), areas[at].adcode),
    )
    order += sorted(at for at in weights if areas[at].level not in ("street", "district"))
    lists: dict[str, Counter[str | None]] = {}
    for item in read_candidates(store):
        codes = lists.setdefault(item.source, Counter())
        found = [areas[at].adcode for at in tree.query(shapely.Point(item.lon, item.lat), predicate="intersects")]
        codes.update([*found, None])  # None counts all of the list
    offered = [(areas[at], weights[at]) for at in order[:MOST_AREAS]]
    return Choices(offered, layers, lists, len(store.street_networks()))


def _area(area: Area, weights: Mapping[str, float], lang: Lang) -> dict[str, Any]:
    west, south, east, north = (round(float(value), 5) for value in area.polygon.bounds)
    name = area.name_en if lang == "en" and area.name_en else area.name
    return {
        "adcode": area.adcode,
        "name": name,
        "level": area.level,
        "bbox": [west, south, east, north],
        "layers": dict(weights),
    }


def _layer(info: DemandInfo) -> dict[str, Any]:
    return {
        "name": info.name,
        "kind": info.kind,
        "points": info.points,
        "weight": info.weight,
        "hours": info.hours,
        "bbox": _room(info.bbox),
    }


def _room(bbox: Bbox) -> list[float]:
    """Return a bbox a little larger, so that it holds its outermost points and is none of no size."""
    west, south, east, north = bbox
    return [round(west - 0.002, 5), round(south - 0.002, 5), round(east + 0.002, 5), round(north + 0.002, 5)]
