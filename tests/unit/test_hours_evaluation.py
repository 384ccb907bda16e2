"""Opening hours under the official calendar."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opening_hours import OpeningHours

from geodata.calendar import CalendarDay, WorkCalendar, official_days
from geodata.errors import HoursError
from geodata.hours import LOOK_AHEAD_DAYS, OpenState, check_osm, open_state, state_at, timetable, week

TZ = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar(official_days())
OFFICE = "Mo-Fr 08:30-17:30"


def moment(text: str, tz: ZoneInfo = TZ) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=tz)


def ask(osm: str | None, at: str) -> OpenState:
    return open_state(osm, moment(at), CALENDAR, TZ)


def spans(osm: str, day: str) -> tuple[str, ...]:
    (row,) = week(osm, date.fromisoformat(day), CALENDAR, TZ, days=1)
    return tuple("-".join(span) for span in row.spans)


def note(state: OpenState) -> str | None:
    return state.note.code if state.note else None


# --- the official calendar ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("osm", [OFFICE, OFFICE + "; PH off"])
@pytest.mark.parametrize(
    ("at", "state", "until"),
    [
        ("2026-10-10T09:00", "open", "2026-10-10T17:30"),  # Saturday, worked
        ("2026-10-01T09:00", "closed", "2026-10-08T08:30"),
        ("2026-10-06T09:00", "closed", "2026-10-08T08:30"),
        ("2026-09-30T18:00", "closed", "2026-10-08T08:30"),
        ("2026-09-20T09:00", "open", "2026-09-20T17:30"),  # Sunday, worked
        ("2026-10-11T09:00", "closed", "2026-10-12T08:30"),
        ("2026-11-20T18:00", "closed", "2026-11-23T08:30"),  # Friday evening to Monday
        ("2026-11-20T17:29", "open", "2026-11-20T17:30"),
        ("2026-11-20T17:30", "closed", "2026-11-23T08:30"),
        ("2026-11-23T08:30", "open", "2026-11-23T17:30"),
        ("2027-03-05T18:00", "closed", "2027-03-08T08:30"),
    ],
)
def test_an_office_under_the_calendar(osm: str, at: str, state: str, until: str) -> None:
    got = ask(osm, at)
    assert (got.state, got.until) == (state, moment(until))


def test_a_year_that_is_not_published_says_so() -> None:
    assert note(ask(OFFICE, "2027-10-01T09:00")) == "hours_calendar_unpublished"
    assert ask(OFFICE, "2027-10-01T09:00").state == "open"
    assert note(ask(OFFICE, "2026-12-31T18:00")) == "hours_calendar_unpublished"  # opens again in 2027
    assert note(ask(OFFICE, "2026-11-20T09:00")) is None
    assert {row.note.params["year"] for row in week(OFFICE, date(2027, 1, 1), CALENDAR, TZ) if row.note} == {2027}


def test_what_is_open_every_day_keeps_its_hours_on_a_holiday_with_a_note() -> None:
    got = ask("Mo-Su 08:00-20:00", "2026-10-02T09:00")
    assert (got.state, got.until, note(got)) == ("open", moment("2026-10-02T20:00"), "hours_holiday_may_differ")
    assert got.note is not None
    assert "国庆节" in got.note.text("zh")
    assert "National Day" in got.note.text("en")
    assert note(ask("Mo-Su 08:00-20:00", "2026-10-08T09:00")) is None


def test_closed_on_weekends_means_closed_on_holidays_and_says_why() -> None:
    for osm in (OFFICE, "Mo-Sa 08:00-20:00", "Mo-Fr,Su 08:00-20:00"):
        assert note(ask(osm, "2026-10-01T09:00")) == "hours_holiday_closed"
        assert spans(osm, "2026-10-01") == ()
    # on a Saturday an office is closed anyway: nothing to explain
    assert week(OFFICE, date(2026, 10, 3), CALENDAR, TZ, days=1)[0].note is None
    # closed on Mondays only: open every weekend
    assert spans("Tu-Su 09:00-17:00", "2026-10-01") == ("09:00-17:00",)
    assert spans("Tu-Su 09:00-17:00", "2026-10-05") == ()


def test_an_own_rule_for_holidays_is_followed() -> None:
    assert spans("Mo-Su 08:00-20:00; PH 10:00-16:00", "2026-10-01") == ("10:00-16:00",)
    assert spans("Mo-Su 08:00-20:00; PH 10:00-16:00", "2026-10-08") == ("08:00-20:00",)
    assert spans("Mo-Su 08:00-20:00; PH off", "2026-10-01") == ()
    assert spans("Mo-Fr,PH 08:00-18:00", "2026-10-03") == ("08:00-18:00",)
    assert spans("Mo-Fr 08:00-12:00, PH 14:00-15:00", "2026-10-01") == ("08:00-12:00", "14:00-15:00")
    assert spans("Mo-Fr 08:00-12:00, PH 14:00-15:00", "2026-10-03") == ("14:00-15:00",)
    assert spans("08:00-20:00; PH,Su off", "2026-10-02") == ()
    assert spans("08:00-20:00; PH,Su off", "2026-10-11") == ()
    assert spans("08:00-20:00; PH,Su off", "2026-10-09") == ("08:00-20:00",)
    assert note(ask("Mo-Su 08:00-20:00; PH 10:00-16:00", "2026-10-01T11:00")) is None
    assert ask("08:00-20:00; PH unknown", "2026-10-01T11:00").state == "unknown"


def test_a_holiday_rule_of_another_season_is_no_rule_for_today() -> None:
    osm = "Mo-Fr 08:00-17:00; May-Sep PH 10:00-12:00"
    assert spans(osm, "2026-05-01") == ("10:00-12:00",)
    assert spans(osm, "2026-10-01") == ()
    assert note(ask(osm, "2026-10-01T11:00")) == "hours_holiday_closed"


def test_make_up_workdays_keep_the_hours_of_the_nearest_workday() -> None:
    osm = "Mo 10:00-12:00; Tu-Th 09:00-17:00; Fr 09:00-15:00; Sa 13:00-14:00"
    assert spans(osm, "2026-10-10") == ("09:00-15:00",)  # Saturday like Friday
    assert spans(osm, "2026-09-20") == ("10:00-12:00",)  # Sunday like Monday
    assert spans(osm, "2026-10-17") == ("13:00-14:00",)
    assert note(ask(osm, "2026-10-10T10:00")) == "hours_makeup_workday"
    assert note(ask("Mo-Su 08:00-20:00", "2026-10-10T10:00")) is None
    # a rule for that very date is followed
    assert spans(OFFICE + "; 2026 Oct 10 off", "2026-10-10") == ()


def test_a_closing_day_is_no_workday_to_make_up_for() -> None:
    # 20 September 2026 is a Sunday that is worked; a library closed on Mondays is open on it as on any Sunday
    assert spans("Tu-Su 09:00-17:00", "2026-09-20") == ("09:00-17:00",)
    got = ask("Tu-Su 09:00-17:00; PH off", "2026-09-20T10:00")
    assert (got.state, got.until) == ("open", moment("2026-09-20T17:00"))
    assert got.note is not None
    assert got.note.code == "hours_makeup_closing_day"
    assert "国庆节" in got.note.text("zh")
    # closed on Fridays and open on Saturdays, on a Saturday that is worked
    assert spans("Sa-Th 10:00-12:00", "2026-10-10") == ("10:00-12:00",)
    # other hours on Mondays are those of a workday; closed on both stays closed, with nothing to tell
    assert spans("Mo 14:00-17:00; Tu-Su 09:00-17:00", "2026-09-20") == ("14:00-17:00",)
    assert spans("Tu-Sa 09:00-17:00", "2026-09-20") == ()
    assert note(ask("Tu-Sa 09:00-17:00", "2026-09-20T10:00")) is None


def test_every_published_run_of_holidays_is_looked_beyond() -> None:
    weekly = [f"{day} 09:00-10:00; PH off" for day in ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")]
    first, last = min(CALENDAR.years), max(CALENDAR.years)
    for osm in [OFFICE, "Tu-Su 09:00-17:00; PH off", "Mo-Su 08:00-20:00; PH off", "Mo-Th 09:00-12:00; PH off", *weekly]:
        table = timetable(osm, moment(f"{first}-01-01"), (last - first + 1) * 366, CALENDAR, TZ)
        rows = changes(list(zip(table.times.tolist(), table.states.tolist(), strict=True)))
        runs = [(end - begin, begin) for (begin, state), (end, _) in itertools.pairwise(rows) if state == 0]
        longest, begin = max(runs)
        assert longest > 9 * 86400
        got = open_state(osm, datetime.fromtimestamp(begin, TZ), CALENDAR, TZ)
        assert got.until == got.next == datetime.fromtimestamp(begin + longest, TZ)


def test_the_spring_festival_of_nine_days() -> None:
    # worked on Saturday 14 February 2026, closed from the 15th to the 23rd
    got = ask(OFFICE, "2026-02-14T18:00")
    assert (got.state, got.until, note(got)) == ("closed", moment("2026-02-24T08:30"), "hours_holiday_closed")
    assert ask(OFFICE, "2026-02-14T09:00").next == moment("2026-02-24T08:30")


def test_days_counted_within_the_month_follow_the_substituted_day() -> None:
    # 10 October 2026 counts as Friday the 9th, the second Friday of the month
    assert spans("Fr[2] 10:00-12:00", "2026-10-10") == ("10:00-12:00",)
    assert spans("Fr[3] 10:00-12:00", "2026-10-10") == ()
    # open on no Friday at all: the second Saturday is its own day
    assert spans("Sa[2] 10:00-12:00", "2026-10-10") == ("10:00-12:00",)
    assert spans("Sa[3] 10:00-12:00", "2026-10-10") == ()
    assert spans("Sa[3] 10:00-12:00", "2026-10-17") == ("10:00-12:00",)


def test_round_the_clock() -> None:
    got = ask("24/7", "2026-11-20T03:00")
    assert (got.state, got.until, got.next, got.note) == ("open", None, None, None)
    assert spans("24/7", "2026-10-10") == ("00:00-24:00",)
    assert ask("24/7; PH off", "2026-09-30T12:00").until == moment("2026-10-01T00:00")
    assert ask("24/7; PH off", "2026-09-30T12:00").next == moment("2026-10-08T00:00")


def test_hours_past_midnight_belong_to_the_day_they_begin() -> None:
    for osm in ("Mo-Fr 22:00-06:00; PH off", "Mo-Fr 22:00-06:00", "Mo-Fr 22:00-30:00"):
        # the night before the holiday runs out, the one of the holiday does not begin
        assert ask(osm, "2026-10-01T05:00").until == moment("2026-10-01T06:00")
        assert ask(osm, "2026-10-01T06:00").until == moment("2026-10-08T22:00")
        assert ask(osm, "2026-10-02T05:00").state == "closed"
        # Friday, the worked Saturday, then the free Sunday
        assert ask(osm, "2026-10-10T05:00").state == "open"
        assert ask(osm, "2026-10-10T23:00").until == moment("2026-10-11T06:00")
        assert ask(osm, "2026-10-11T23:00").state == "closed"
        assert spans(osm, "2026-10-10") == ("22:00-30:00",)
    assert ask("18:00-26:00", "2026-11-21T01:30").until == moment("2026-11-21T02:00")
    # a day that is closed later takes nothing from the night before, unlike the library's own reading
    assert ask("22:00-06:00; We off", "2026-11-18T05:00").state == "open"
    assert ask("22:00-06:00; We off", "2026-11-19T05:00").state == "closed"


def test_seasons_and_breaks() -> None:
    osm = "May-Sep 08:00-20:00; Oct-Apr 09:00-17:00"
    assert ask(osm, "2026-09-28T19:00").until == moment("2026-09-28T20:00")
    assert ask(osm, "2026-10-12T19:00").until == moment("2026-10-13T09:00")
    got = ask("Mo-Fr 08:30-11:30,13:30-17:00", "2026-11-20T10:00")
    assert (got.until, got.next) == (moment("2026-11-20T11:30"), moment("2026-11-20T13:30"))
    assert ask("Mo-Fr 10:00-18:00; 12:00-13:00 off", "2026-11-20T12:30").until == moment("2026-11-20T13:00")
    assert ask("week 47 10:00-12:00", "2026-11-20T11:00").state == "open"
    assert ask("week 48 10:00-12:00", "2026-11-20T11:00").state == "closed"


def test_school_holidays_are_unknown_where_they_matter() -> None:
    osm = "Mo-Fr 09:00-17:00; SH 10:00-16:00"
    assert [ask(osm, f"2026-11-20T{hour}:30").state for hour in ("08", "09", "12", "16", "17")] == [
        "closed",
        "unknown",
        "open",
        "unknown",
        "closed",
    ]
    assert note(ask(osm, "2026-11-20T09:30")) == "hours_school_holidays"
    # whether such a place opens on weekends is unknown, so what it does on a holiday is too
    assert ask(osm, "2026-10-01T12:30").state == "unknown"


def test_comments_and_fallbacks() -> None:
    assert ask('Mo-Fr 09:00-17:00 "call first; ring"', "2026-11-20T10:00").state == "open"
    assert ask('"by appointment"', "2026-11-20T10:00").state == "unknown"
    osm = 'Mo-Fr 09:00-17:00 || "by appointment"'
    assert ask(osm, "2026-11-20T10:00").state == "open"
    assert ask(osm, "2026-11-20T18:00").state == "unknown"
    assert ask("08:00-20:00, 12:00-14:00 unknown", "2026-11-20T13:00").state == "unknown"


def test_unknown_hours_stay_unknown() -> None:
    assert ask(None, "2026-11-20T10:00") == OpenState("unknown")
    rows = week(None, date(2026, 10, 1), CALENDAR, TZ, days=2)
    assert [(row.state, row.spans, row.kind, row.name_zh) for row in rows] == [("unknown", (), "holiday", "国庆节")] * 2


# --- the table ---------------------------------------------------------------------------------------------------


def test_a_table_is_sorted_begins_at_its_start_and_answers_like_the_direct_question() -> None:
    start = moment("2026-09-29T13:37")
    for osm in (OFFICE, "22:00-06:00", "24/7", "Tu-Su 09:00-20:00; PH off", None):
        table = timetable(osm, start, 8, CALENDAR, TZ)
        assert table.times[0] == start.timestamp()
        assert (np.diff(table.times) > 0).all()
        assert table.end == start.timestamp() + 8 * 86400
        assert len(table.times) == len(table.states) == len(table.notes)
        for hours in range(0, 8 * 24, 5):
            at = start + timedelta(hours=hours)
            direct = open_state(osm, at, CALENDAR, TZ)
            mine = state_at(table, at)
            assert mine.state == direct.state
            assert mine.until in (direct.until, None)
        assert state_at(table, start - timedelta(seconds=1)).state == "unknown"
        assert state_at(table, start + timedelta(days=8)).state == "unknown"


def test_the_zone_is_a_parameter_and_its_clock_changes_count() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    # the clock goes from 02:00 to 03:00 in the night of 29 March 2026
    got = open_state("22:00-06:00", moment("2026-03-28T23:00", berlin), WorkCalendar(), berlin)
    assert got.until is not None
    assert got.until == moment("2026-03-29T06:00", berlin)
    assert got.until.timestamp() - moment("2026-03-28T22:00", berlin).timestamp() == 7 * 3600
    utc = moment("2026-11-20T01:00", ZoneInfo("UTC"))
    assert open_state(OFFICE, utc, CALENDAR, TZ).until == moment("2026-11-20T17:30")
    with pytest.raises(ValueError, match="time zone"):
        open_state(OFFICE, datetime(2026, 11, 20), CALENDAR, TZ)


TIMES = st.sampled_from(["08:00-12:00", "09:00-17:30", "08:30-11:30,13:30-17:00", "00:00-24:00", "18:00-23:59"])
DAYS = st.sampled_from(["", "Mo-Fr ", "Sa-Su ", "Mo,We,Fr ", "Sa-Tu ", "Mo[1] ", "Th[-1] "])
SEASONS = st.sampled_from(["", "", "May-Sep ", "Oct-Apr ", "Nov 20-Dec 05 ", "2026 ", "week 40-45 "])
RULES = st.builds("{}{}{}{}".format, SEASONS, DAYS, TIMES, st.sampled_from(["", "", " off", " unknown"]))
PLAIN = st.lists(RULES, min_size=1, max_size=3).map("; ".join)
NIGHTS = st.builds("{}{}".format, DAYS, st.sampled_from(["22:00-06:00", "18:00-26:00", "10:00-12:00,20:00-01:00"]))
STARTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31)).map(lambda at: at.replace(microsecond=0))


@given(PLAIN | NIGHTS, STARTS)
def test_ordinary_weeks_are_those_of_the_library(osm: str, start: datetime) -> None:
    table = timetable(osm, start.replace(tzinfo=TZ), 8, WorkCalendar(), TZ)
    names = {"closed": 0, "open": 1, "unknown": 2}
    expected = [
        (int(first.replace(tzinfo=TZ).timestamp()), names[str(state)])
        for first, _, state, _ in OpeningHours(osm).intervals(start, start + timedelta(days=8))
    ]
    got = list(zip(table.times.tolist(), table.states.tolist(), strict=True))
    assert changes(got) == changes(expected)


def changes(rows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return [row for index, row in enumerate(rows) if index == 0 or rows[index - 1][1] != row[1]]


@given(PLAIN | NIGHTS, STARTS, st.sets(st.integers(0, 9)), st.sampled_from(["holiday", "workday"]))
def test_every_answer_is_consistent_whatever_the_calendar(osm: str, start: datetime, days: set[int], kind: str) -> None:
    entries = [CalendarDay(start.date() + timedelta(day), kind, "节", "day", "test") for day in days]  # type: ignore[arg-type]
    at = start.replace(tzinfo=TZ)
    got = open_state(osm, at, WorkCalendar(entries), TZ)
    if got.until is not None:
        assert at < got.until < at + timedelta(days=LOOK_AHEAD_DAYS)
        table = timetable(osm, at, LOOK_AHEAD_DAYS, WorkCalendar(entries), TZ)
        assert state_at(table, got.until).state != got.state
        assert state_at(table, got.until - timedelta(seconds=1)).state == got.state
    if got.next is not None:
        assert got.until is not None
        assert got.next > at
        assert open_state(osm, got.next, WorkCalendar(entries), TZ).state == "open"
    if got.state == "closed" and got.until is not None and got.next is not None:
        assert got.next >= got.until


# --- checking ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_text", "normal"),
    [
        ("Mo-Fr 8:30-17:30; PH off;", "Mo-Fr 08:30-17:30; PH closed"),
        ("  24/7 ", "24/7"),
        ("mo-fr 9:00-17:00", "Mo-Fr 09:00-17:00"),
        ('"call"', '24/7 unknown "call"'),
    ],
)
def test_normal_form(given_text: str, normal: str) -> None:
    assert check_osm(given_text) == normal
    assert check_osm(normal) == normal


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "hours_invalid"),
        ("周一", "hours_invalid"),
        ("25 hours", "hours_invalid"),
        ("Mo-Fr 8:30-", "hours_invalid"),
        ("sunrise-sunset", "hours_unsupported"),
        ("Mo-Fr 08:00+", "hours_unsupported"),
        ("10:00-16:00/02:00", "hours_unsupported"),
        ("08:00-20:00; PH -1 day off", "hours_unsupported"),
        ("PH Mo-Fr off", "hours_unsupported"),
        ("Mo-Fr 08:00-20:00;" * 60, "hours_too_long"),
    ],
)
def test_what_cannot_be_evaluated_is_refused(text: str, code: str) -> None:
    with pytest.raises(HoursError) as caught:
        check_osm(text)
    assert caught.value.code == code
    assert caught.value.message.texts()


@given(PLAIN | NIGHTS)
def test_normal_form_is_stable(osm: str) -> None:
    assert check_osm(check_osm(osm)) == check_osm(osm)


@given(st.text(alphabet=st.sampled_from(list('MoTuWePHSa0123456789:-,;|+[]/" ()offweekJan')), max_size=40))
def test_any_text_is_an_expression_or_an_hours_error(text: str) -> None:
    try:
        normal = check_osm(text)
    except HoursError:
        return
    assert ask(normal, "2026-10-01T12:00").state in ("open", "closed", "unknown")
