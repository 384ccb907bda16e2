"""What the read model tells of the next opening: as far ahead as the longest holidays."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import orjson
import pytest

from geodata.calendar import WorkCalendar, official_days
from geodata.hours import LOOK_AHEAD_DAYS, state_at, timetable
from geodata.index.opening import SPAN_DAYS, Day

TZ = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar(official_days())
HOURS = ("Mo-Fr 08:30-17:30", "Mo-Su 08:00-20:00; PH off", "24/7", None, "We 09:00-10:00; PH off", "Mo-Su off", "no")


@pytest.mark.parametrize("first", [date(2026, 2, 14), date(2026, 2, 15), date(2026, 9, 30), date(2026, 11, 20)])
def test_the_next_opening_is_told_over_the_longest_holidays(first: date) -> None:
    day = Day(HOURS, first, CALENDAR, TZ)
    for number, osm in enumerate(HOURS[:5]):
        table = timetable(osm, day.start, LOOK_AHEAD_DAYS + 1, CALENDAR, TZ)
        for hour in range(0, 24, 3):
            at = day.start + timedelta(hours=hour, minutes=30)
            told, expected = orjson.loads(day.opening(number, int(at.timestamp()))), state_at(table, at)
            assert told["state"] == expected.state
            assert told["next"] == (expected.next and expected.next.isoformat())
            if told["next"] is not None:
                assert told["until"] == (expected.until and expected.until.isoformat())


def test_an_office_at_the_beginning_of_the_spring_festival() -> None:
    day = Day(HOURS, date(2026, 2, 14), CALENDAR, TZ)
    at, opens = datetime(2026, 2, 14, 18, tzinfo=TZ), datetime(2026, 2, 24, 8, 30, tzinfo=TZ)
    told = orjson.loads(day.opening(0, int(at.timestamp())))
    assert (told["until"], told["note"]["code"]) == (opens.isoformat(), "hours_holiday_closed")
    assert opens - day.start > timedelta(days=SPAN_DAYS)


def test_hours_that_never_open_and_hours_that_cannot_be_read() -> None:
    day = Day(HOURS, date(2026, 2, 14), CALENDAR, TZ)
    at = int(day.start.timestamp())
    never, broken = orjson.loads(day.opening(5, at)), orjson.loads(day.opening(6, at))
    assert (never["state"], never["until"], never["next"]) == ("closed", None, None)
    assert broken["state"] == "unknown"
