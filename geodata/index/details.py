"""Everything about one site, as its page shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from geodata.calendar import WorkCalendar
from geodata.errors import HoursError
from geodata.hours import DayHours, week
from geodata.index.columns import Columns
from geodata.index.exceptions import Shut, shut_days, week_with
from geodata.index.features import read_extra
from geodata.index.opening import note_dict
from geodata.indicators import latest
from geodata.position_notes import position_note

#: Parts of the stored details that the page has under other names, or as more than they are.
_TAKEN_APART = frozenset({"facilities", "services", "position_note", "given_datum"})


def detail(
    columns: Columns, row: int, feature: dict[str, Any], now: datetime, calendar: WorkCalendar, tz: ZoneInfo
) -> dict[str, Any]:
    """Return a feature with all that is known of the site (:meth:`geodata.index.SiteIndex.detail`)."""
    properties = feature["properties"]
    extra = read_extra(columns.extra[row], properties)
    today = now.astimezone(tz).date()
    shut = shut_days(columns, row, today.toordinal())
    osm = columns.lexicons.hours.words[int(columns.table.hours[row])]
    properties |= {name: value for name, value in extra.items() if name not in _TAKEN_APART}
    properties["hours"] = {
        "osm": osm,
        "text": properties["hours_text"],
        "week": week_json(osm, today, calendar, tz, shut),
    }
    figures = columns.indicators[row]
    properties["indicators"] = latest(orjson.loads(figures)) if figures else []
    properties["position"] = {
        "precision": properties["precision"],
        "note": position_note(extra["position_note"]),
        "given_datum": extra["given_datum"],
    }
    for group in ("facilities", "services"):
        name = {"facilities": "facility_details", "services": "service_details"}[group]
        properties[name] = {code: _amenity(part, today, calendar, tz, shut) for code, part in extra[group].items()}
    return feature


def _amenity(
    part: Mapping[str, Any], today: date, calendar: WorkCalendar, tz: ZoneInfo, shut: Sequence[Shut]
) -> dict[str, Any]:
    hours = part["hours"]
    found = {
        "value": part["value"],
        "basis": part["basis"],
        "as_of": part["as_of"],
        "note": part["note"],
        "hours_text": hours.get("text", ""),
    }
    if hours.get("osm"):
        found["week"] = week_json(hours["osm"], today, calendar, tz, shut)
    return found


def week_json(
    osm: str | None, first_day: date, calendar: WorkCalendar, tz: ZoneInfo, shut: Sequence[Shut] = ()
) -> list[dict[str, Any]]:
    """Return the hours of seven days as JSON values; all unknown without hours."""
    try:
        days = week(osm, first_day, calendar, tz)
    except HoursError:  # written past the check of an import
        days = week(None, first_day, calendar, tz)
    return [_day(hours) for hours in week_with(shut, days)]


def _day(hours: DayHours) -> dict[str, Any]:
    return {
        "day": hours.day.isoformat(),
        "kind": hours.kind,
        "name": {"zh": hours.name_zh, "en": hours.name_en},
        "state": hours.state,
        "spans": hours.spans,
        "note": note_dict(hours.note),
    }
