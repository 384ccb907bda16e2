"""Planning cases for tests: a small invented town."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np

from geodata.calendar import WorkCalendar, official_days
from geodata.candidates import Check
from geodata.siting.assembling import assemble
from geodata.siting.case import Case, Demand, Place
from geodata.siting.scenario import parse_scenario

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar(official_days())
#: An ordinary Wednesday.
DAY = date(2026, 5, 20)
#: Bounds of the town.
WEST, SOUTH, EAST, NORTH = 121.30, 37.50, 121.40, 37.56


def scenario_text(problem: str = 'kind = "maximal_covering"\np = 3', travel: str = "minutes = 10", **parts: str) -> str:
    """Return a scenario of the town; ``parts`` are further tables by name."""
    further = "".join(f"[{name}]\n{body}\n" for name, body in parts.items())
    return (
        'name = "Town"\n'
        f"[area]\nbbox = [{WEST}, {SOUTH}, {EAST}, {NORTH}]\n[travel]\n{travel}\n[[demand]]\n"
        f'layer = "workers"\n{further}[problem]\n{problem}\n'
    )


def town_case(text: str | None = None, *, points: int = 150, candidates: int = 14, seed: int = 5) -> Case:
    """Return a case with four stations, some candidates, and workers who start at four in the morning."""
    rng = np.random.default_rng(seed)
    hours = [None, "24/7", "Mo-Fr 08:30-17:30", "Mo-Su 06:00-22:00"]
    places = [
        Place(f"S{at}", f"Station {at}", *_spot(rng), existing=True, hours_osm=hours[at % 4], area="A")
        for at in range(4)
    ] + [
        Place(
            f"list#{at}",
            f"Bank {at}",
            *_spot(rng),
            existing=False,
            host="Bank",
            hours_osm=hours[at % 4],
            cost=float(10_000 + 1_000 * at),
            checks={"toilet": Check("settled"), "owner_consent": Check("refused" if at == 13 else "open", "asked")},
            refused=at == 13,
        )
        for at in range(candidates)
    ]
    lon, lat = rng.uniform(WEST, EAST, points), rng.uniform(SOUTH, NORTH, points)
    weight = rng.integers(1, 9, points).astype(float)
    hourly = np.zeros((points, 24))
    hourly[:, 4:8] = weight[:, None]
    hourly[:, 8:20] = weight[:, None] / 2
    demand = Demand(lon, lat, weight, hourly, ["A" if x < 121.35 else None for x in lon], tells_hours=True)
    scenario = parse_scenario(text or scenario_text())
    return assemble(scenario, places, demand, None, day=DAY, calendar=CALENDAR, tz=SHANGHAI)


def _spot(rng: np.random.Generator) -> tuple[float, float]:
    return float(rng.uniform(WEST, EAST)), float(rng.uniform(SOUTH, NORTH))
