"""What a scenario comes to once it has met the data: places, demand, travel times and who is open when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from geodata.calendar import WorkCalendar
from geodata.candidates import Check
from geodata.hours import state_at, timetable
from geodata.messages import Message
from geodata.siting.scenario import Scenario
from geodata.siting.types import Bools, Floats

if TYPE_CHECKING:
    from geodata.siting.travel import Travel
    from geodata.streets import StreetNetwork

#: States of a place at an hour.
CLOSED, OPEN, UNKNOWN = 0, 1, 2

Basis = Literal["streets", "straight_line"]


@dataclass(frozen=True, slots=True)
class Place:
    """A column of the problem: a station of today, or something that could become one."""

    code: str
    name: str
    lon: float
    lat: float
    existing: bool
    address: str = ""
    host: str = ""
    hours_osm: str | None = None
    hours_text: str = ""
    cost: float | None = None
    checks: Mapping[str, Check] | None = None
    area: str | None = None
    closable: bool = False
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Demand:
    """The rows of the problem.

    Attributes
    ----------
    lon, lat, weight : ndarray, shape (n,)
    hourly : ndarray, shape (n, 24)
        The weight at each hour of the day; the whole weight where a layer does not tell hours.
    area : sequence of (str or None)
        Code of the smallest known area that holds each.
    tells_hours : bool
        Whether any layer tells hours.
    """

    lon: Floats
    lat: Floats
    weight: Floats
    hourly: Floats
    area: Sequence[str | None]
    tells_hours: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """A scenario with its data, ready to be solved.

    Attributes
    ----------
    scenario : Scenario
    places : sequence of Place
        Columns, the existing ones first.
    demand : Demand
    travel : Travel
        Minutes from each demand row to each place, as far as ``horizon_min``.
    horizon_min : float
        Beyond it ways are not worked out.
    basis : {"streets", "straight_line"}
    states : ndarray of int8, shape (24, places)
        0 closed, 1 open, 2 unknown, at each hour of ``day``.
    day : date
    area_names : mapping
        Code → name of the areas that hold demand.
    outline : list
        The area as rings of [lon, lat], to draw.
    notes : tuple of Message
        What a reader has to know about the data.
    versions : mapping
        What the data was, so that a run can be repeated.
    network : StreetNetwork, optional
        The streets, where the ways go along them.
    """

    scenario: Scenario
    places: Sequence[Place]
    demand: Demand
    travel: Travel
    horizon_min: float
    basis: Basis
    states: NDArray[np.int8]
    day: date
    area_names: Mapping[str, str] = field(default_factory=dict)
    outline: list[list[list[float]]] = field(default_factory=list)
    notes: tuple[Message, ...] = ()
    versions: Mapping[str, Any] = field(default_factory=dict)
    network: StreetNetwork | None = None

    @property
    def existing(self) -> Bools:
        """Which places are stations of today."""
        return np.array([place.existing for place in self.places], np.bool_)

    def open_at(self, hour: int) -> Bools:
        """Which places are open at an hour; unknown ones as the scenario says."""
        states = self.states[hour]
        unknown = self.scenario.travel.unknown_hours == "open"
        return np.asarray((states == OPEN) | (unknown & (states == UNKNOWN)), np.bool_)


def states_by_hour(hours: Sequence[str | None], day: date, calendar: WorkCalendar, tz: ZoneInfo) -> NDArray[np.int8]:
    """Return the state of each expression of opening hours at each full hour of a day, shape (24, n)."""
    start = datetime.combine(day, time(), tz)
    moments = [start + timedelta(hours=hour) for hour in range(24)]
    names = {"closed": CLOSED, "open": OPEN, "unknown": UNKNOWN}
    distinct: dict[str | None, list[int]] = {}
    for osm in set(hours):
        table = timetable(osm, start, 2, calendar, tz)
        distinct[osm] = [names[state_at(table, moment).state] for moment in moments]
    columns = [distinct[osm] for osm in hours]
    return np.array(columns, np.int8).reshape(len(hours), 24).T


def day_of(asked: str | date, today: date, calendar: WorkCalendar) -> date:
    """Return the date that stands for a kind of day: the next ordinary one from ``today`` on, or the date itself."""
    if isinstance(asked, date):
        return asked
    weekdays = {"workday": range(5), "saturday": (5,), "sunday": (6,)}[asked]
    day = today
    while day.weekday() not in weekdays or calendar.kind(day) != "ordinary":
        day += timedelta(days=1)
    return day
