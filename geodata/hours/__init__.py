"""Opening hours: texts to OSM expressions, and their evaluation under the official calendar."""

from geodata.hours.evaluation import (
    LOOK_AHEAD_DAYS,
    STATE_NAMES,
    DayHours,
    OpenState,
    StateName,
    Timetable,
    open_state,
    state_at,
    timetable,
    week,
)
from geodata.hours.expression import check_osm
from geodata.hours.night import at_night, night_number
from geodata.hours.texts import ParsedHours, parse_hours

__all__ = [
    "LOOK_AHEAD_DAYS",
    "STATE_NAMES",
    "DayHours",
    "OpenState",
    "ParsedHours",
    "StateName",
    "Timetable",
    "at_night",
    "check_osm",
    "night_number",
    "open_state",
    "parse_hours",
    "state_at",
    "timetable",
    "week",
]
