"""The result of a run as plain data: what is kept, shown, compared and exported; nothing else is needed for these."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geodata.candidates import CHECKS, Check
from geodata.siting.answer import Answer
from geodata.siting.case import Place
from geodata.siting.effects import Worth, chosen_first, effects_of
from geodata.siting.scenario import Scenario
from geodata.siting.solving import Solved
from geodata.siting.straight import DETOUR, PACE_M_PER_MIN

#: Raised when a member changes its meaning.
FORMAT = 1
#: Candidates that were not chosen and are told of, the most useful first.
MAX_OTHERS = 500
#: Points of lines up to which streets are drawn.
MAX_LINE_POINTS = 60_000

_AXES = ("lon", "lat")


def result_of(solved: Solved) -> dict[str, Any]:
    """Return the whole result; every number is finite or ``None``.

    Members: ``scenario`` (the question), ``answer`` (objective, bound, gap, status), ``sites`` (stations of today and
    chosen ones), ``others`` (candidates that were not chosen), ``before``, ``after``, ``areas``, ``hours``, ``cells``
    (see :mod:`geodata.siting.effects`), ``reach`` and ``streets`` (what to draw), ``curve``, ``notes`` (messages by
    code) and ``inputs`` (versions).
    """
    case, effects = solved.case, effects_of(solved)
    roles = _roles(solved)
    order = chosen_first(effects.worth)
    sites = [_site(case.places[at], roles[at], effects.worth[at]) for at in order if roles[at] != "candidate"]
    rank = {"new": 0, "closed": 1, "kept": 2}
    others = [at for at in order if roles[at] == "candidate"]
    plain = effects.to_json()
    result: dict[str, Any] = _finite(
        {
            "format": FORMAT,
            "scenario": _question(case.scenario),
            "basis": case.basis,
            "day": case.day.isoformat(),
            "horizon_min": case.horizon_min,
            "outline": case.outline,
            "answer": _answer(solved.answer, cut=solved.cut)
            | {"unreachable": float(solved.rows.weight[solved.answer.unreachable].sum())},
            "sites": sorted(sites, key=lambda site: rank[site["role"]]),
            "others": [_site(case.places[at], "candidate", effects.worth[at]) for at in others[:MAX_OTHERS]],
            "others_total": len(others),
            **{name: plain[name] for name in ("before", "after", "areas", "hours", "cells", "cell_size", "cell_m")},
            "reach": _reach(solved),
            "streets": _streets(solved),
            "tells_hours": case.demand.tells_hours,
            "curve": [_point(solved, point.sites, point.budget, point.answer) for point in solved.curve],
            "notes": [{"code": note.code, "params": dict(note.params)} for note in solved.notes],
            "inputs": dict(case.versions),
        }
    )
    return result


def _reach(solved: Solved) -> dict[str, Any]:
    """Return how far the minutes reach: lines of streets, or a radius in metres where ways are straight.

    Lines are left out where there are too many to draw; the cells tell the same more coarsely.
    """
    case = solved.case
    minutes = case.scenario.travel.minutes
    if case.network is None:
        return {"radius_m": minutes * PACE_M_PER_MIN[case.scenario.travel.mode] / DETOUR}
    masks = {"before": case.existing, "after": np.isin(np.arange(len(case.places)), solved.answer.chosen)}
    found: dict[str, Any] = {}
    for name, mask in masks.items():
        ends = [[getattr(place, axis) for place, on in zip(case.places, mask, strict=True) if on] for axis in _AXES]
        snapped = case.network.snap(*ends, profile=case.scenario.travel.mode)
        lines = case.network.reach(snapped, cutoff_s=minutes * 60.0, towards=True).lines()
        found[name] = _plain_lines(lines)
    return found


def _streets(solved: Solved) -> list[Any]:
    """Return the streets of the area to draw beneath, nothing where there are too many."""
    network, demand = solved.case.network, solved.case.demand
    if network is None:
        return []
    box = (float(demand.lon.min()), float(demand.lat.min()), float(demand.lon.max()), float(demand.lat.max()))
    points, start = network.coordinates(network.around(box))
    return _plain_lines([points[low:high] for low, high in pairwise(start)])


def _plain_lines(lines: Sequence[NDArray[np.float64]]) -> list[Any]:
    if sum(map(len, lines)) > MAX_LINE_POINTS:
        return []
    return [np.asarray(line).round(5).tolist() for line in lines]


def _question(scenario: Scenario) -> dict[str, Any]:
    return scenario.model_dump(mode="json", by_alias=True)


def _roles(solved: Solved) -> list[str]:
    chosen, closed = set(solved.answer.chosen.tolist()), set(solved.answer.closed.tolist())
    return [
        "new" if at in chosen else "closed" if at in closed else "kept" if place.existing else "candidate"
        for at, place in enumerate(solved.case.places)
    ]


def _answer(answer: Answer, *, cut: bool) -> dict[str, Any]:
    return {
        "problem": answer.problem,
        "objective": answer.objective,
        "bound": answer.bound,
        "gap": answer.gap,
        "status": answer.status,
        "stopped": cut,
        "seconds": round(answer.seconds, 3),
        "nodes": answer.nodes,
        "chosen": len(answer.chosen),
        "closed": len(answer.closed),
        "cost": answer.cost,
        "weight_covered": answer.weight_covered,
        "weight_total": answer.weight_total,
    }


def _site(place: Place, role: str, worth: Worth) -> dict[str, Any]:
    checks = place.checks or {}
    return {
        "role": role,
        "code": place.code,
        "name": place.name,
        "lon": round(place.lon, 6),
        "lat": round(place.lat, 6),
        "address": place.address,
        "area": place.area,
        "host": place.host,
        "hours_osm": place.hours_osm,
        "hours_text": place.hours_text,
        "cost": place.cost,
        "refused": place.refused,
        "checks": [] if place.existing else [{"code": code} | _check(checks.get(code, Check())) for code in CHECKS],
        "alone": worth.alone,
        "nearest": worth.nearest,
        "lost_without": worth.lost_without,
        "mean_without": worth.mean_without,
    }


def _check(check: Check) -> dict[str, str]:
    return {"state": check.state, "note": check.note}


def _point(solved: Solved, sites: int, budget: float | None, answer: Answer) -> dict[str, Any]:
    """Return a point of the curve: coverage and mean minutes, and for coverings how much could be covered at most."""
    case, rows = solved.case, solved.rows
    total, minutes = float(rows.weight.sum()), case.scenario.travel.minutes
    opened = np.zeros(len(case.places), np.bool_)
    opened[answer.opened] = True
    times = rows.travel.nearest(opened)[1]
    covered = float(rows.weight[times <= minutes].sum())
    near = np.isfinite(times)
    served = float(rows.weight[near].sum())
    plain = answer.problem == "maximal_covering" and case.scenario.problem.decay is None
    return {
        "sites": sites,
        "budget": budget,
        "objective": answer.objective,
        "bound": answer.bound,
        "status": answer.status,
        "covered": covered,
        "share": covered / total if total else 1.0,
        "share_bound": answer.bound / total if plain and total else None,
        "mean_minutes": float(rows.weight[near] @ times[near]) / served if served else None,
    }


def _finite(value: Any) -> Any:
    """Return plain data in which what is no finite number is ``None``."""
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
