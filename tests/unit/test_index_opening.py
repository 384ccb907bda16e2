from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.calendar import WorkCalendar, official_days
from geodata.errors import ParameterError
from geodata.hours import open_state
from geodata.index import SiteQuery
from geodata.index.query import Hit
from geodata.sites import Closure, Hours, Position, Site
from tests.indexes import NOON, TZ, RowStore, code_of, codes, index_of, load

OFFICE = Hours("Mo-Fr 08:30-17:30", "周一至周五 8:30-17:30")
ALWAYS = Hours("24/7", "24小时")


def site(hours=OFFICE, **parts):
    return Site("站", "rest_station", position=Position(121.39, 37.53), hours=hours, **parts)


def opening(index, number=0, at=NOON):
    return json.loads(index.feature(Hit(number), at))["properties"]["open"]


def test_a_plain_place_is_open_until_it_closes():
    assert opening(index_of(site())) == {
        "state": "open",
        "until": "2026-09-15T17:30:00+08:00",
        "next": "2026-09-16T08:30:00+08:00",
        "note": None,
    }


@pytest.mark.parametrize(
    ("day", "state"), [(date(2026, 10, 10), "open"), (date(2026, 10, 1), "closed"), (date(2026, 10, 6), "closed")]
)
def test_the_official_calendar_decides(day, state):
    index = index_of(site())
    assert opening(index, at=datetime(day.year, day.month, day.day, 10, tzinfo=TZ))["state"] == state


def test_a_closure_tells_its_reason_and_the_day_after_its_end():
    index = index_of(site(closures=(Closure(date(2026, 9, 14), date(2026, 9, 17), "装修"),)))
    found = opening(index)
    assert (found["state"], found["until"]) == ("closed", "2026-09-18T00:00:00+08:00")
    assert found["next"] == "2026-09-18T08:30:00+08:00"
    assert found["note"]["code"] == "site_paused_reason"
    assert "装修" in found["note"]["zh"]


def test_closures_that_follow_one_another_count_as_one():
    closures = (Closure(date(2026, 9, 16), date(2026, 9, 20), "b"), Closure(None, date(2026, 9, 15), "a"))
    found = opening(index_of(site(ALWAYS, closures=closures)))
    assert found["until"] == found["next"] == "2026-09-21T00:00:00+08:00"
    assert "a" in found["note"]["en"]


def test_a_closure_to_come_ends_the_opening():
    found = opening(index_of(site(ALWAYS, closures=(Closure(date(2026, 9, 17), date(2026, 9, 18)),))))
    assert found == {
        "state": "open",
        "until": "2026-09-17T00:00:00+08:00",
        "next": "2026-09-19T00:00:00+08:00",
        "note": None,
    }


def test_a_closure_without_an_end_is_not_said_to_end():
    found = opening(index_of(site(closures=(Closure(date(2026, 9, 1), None, ""),))))
    assert (found["state"], found["until"], found["next"]) == ("closed", None, None)
    assert found["note"]["code"] == "site_paused"


@pytest.mark.parametrize(
    ("state", "note"), [("paused", "site_paused"), ("closed", "site_closed"), ("planned", "site_planned")]
)
def test_a_state_other_than_open_closes(state, note):
    index = index_of(site(ALWAYS, state=state))
    found = opening(index)
    assert (found["state"], found["until"], found["note"]["code"]) == ("closed", None, note)


def test_a_paused_place_is_expected_back_after_its_closure():
    closures = (Closure(date(2026, 9, 1), date(2026, 9, 30), "停电"),)
    found = opening(index_of(site(state="paused", closures=closures)))
    assert found["until"] == "2026-10-01T00:00:00+08:00"
    assert "停电" in found["note"]["zh"]


def test_unknown_hours_with_a_closure_are_closed_then_unknown():
    index = index_of(site(Hours(None, "以现场为准"), closures=(Closure(date(2026, 9, 15), date(2026, 9, 15)),)))
    assert opening(index)["state"] == "closed"
    assert opening(index, at=NOON + timedelta(days=1))["state"] == "unknown"


def test_hours_that_cannot_be_evaluated_are_unknown():
    assert opening(index_of(site(Hours("Mo-Xx 99:99", "?"))))["state"] == "unknown"


def test_nearby_leaves_out_what_is_not_in_service_unless_asked():
    index = index_of(site(), site(state="paused"), site(state="closed"), site(state="planned"))
    assert set(codes(index, index.nearby(121.39, 37.53, SiteQuery(), now=NOON))) == {code_of(0), code_of(1)}
    asked = SiteQuery(states=frozenset({"closed", "planned"}))
    assert set(codes(index, index.nearby(121.39, 37.53, asked, now=NOON))) == {code_of(2), code_of(3)}
    assert index.find(SiteQuery(), now=NOON).total == 2


def test_a_temporary_place_is_there_on_its_days_only():
    index = index_of(site(valid_from=date(2026, 9, 15), valid_to=date(2026, 9, 16)))

    def there(day, states=None):
        query = SiteQuery() if states is None else SiteQuery(states=frozenset(states))
        return len(index.nearby(121.39, 37.53, query, now=datetime(2026, 9, day, 12, tzinfo=TZ)))

    assert [there(day) for day in (14, 15, 16, 17)] == [0, 1, 1, 0]
    assert [there(day, {"planned"}) for day in (14, 15, 17)] == [1, 0, 0]
    assert [there(day, {"closed"}) for day in (14, 16, 17)] == [0, 0, 1]
    assert opening(index, at=NOON - timedelta(days=1))["note"]["code"] == "site_not_yet_valid"
    assert opening(index, at=NOON - timedelta(days=1))["until"] == "2026-09-15T00:00:00+08:00"
    assert opening(index, at=NOON + timedelta(days=2))["note"]["code"] == "site_no_longer_valid"
    assert opening(index, at=datetime(2026, 9, 16, 12, tzinfo=TZ))["next"] is None


def test_open_ones_come_first_then_those_unknown():
    far = Position(121.40, 37.53)
    index = index_of(
        site(Hours(None, "?")),
        replace(site(ALWAYS), position=far),
        site(Hours("Mo-Fr 08:00-09:00", "")),
        site(closures=(Closure(None, None, ""),)),
    )
    query = SiteQuery(open_at=NOON)
    assert codes(index, index.nearby(121.39, 37.53, query, now=NOON)) == [code_of(1), code_of(0)]
    sure = replace(query, include_unknown=False)
    assert codes(index, index.nearby(121.39, 37.53, sure, now=NOON)) == [code_of(1)]
    assert codes(index, index.find(query, now=NOON)) == [code_of(1), code_of(0)]
    cut = index.nearby(121.39, 37.53, query, now=NOON, limit=1)
    assert (codes(index, cut), cut.truncated) == ([code_of(1)], True)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.sampled_from(["Mo-Fr 08:30-17:30", "24/7", "Tu-Su 09:00-12:00,13:00-20:00", "Mo-Su 20:00-04:00", None]),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 366 * 24 * 60),
)
def test_open_at_any_time_within_a_year_is_what_the_hours_say(hours, minutes):
    index = index_of(*(site(Hours(osm, "")) for osm in hours))
    at = NOON + timedelta(minutes=minutes)
    calendar = WorkCalendar(official_days())
    states = [open_state(osm, at, calendar, TZ).state for osm in hours]
    hits = index.find(SiteQuery(open_at=at), now=NOON)
    assert hits.at == at
    found = {
        code: json.loads(feature)["properties"]["open"]["state"]
        for code, feature in zip(codes(index, hits), index.features(hits), strict=True)
    }
    assert found == {code_of(i): state for i, state in enumerate(states) if state != "closed"}
    near = index.nearby(121.39, 37.53, SiteQuery(open_at=at), now=NOON)
    assert set(codes(index, near)) == set(found)


def test_open_at_more_than_a_year_away_is_refused():
    index = index_of(site())
    with pytest.raises(ParameterError) as refused:
        index.nearby(121, 37, SiteQuery(open_at=NOON + timedelta(days=400)), now=NOON)
    assert refused.value.message.params["name"] == "open"


def test_boundaries_are_openings_closings_and_midnights():
    index = index_of(site(), site(Hours("Mo-Su 11:00-12:30", "")))
    assert index.last_boundary(NOON) == datetime(2026, 9, 15, 11, tzinfo=TZ)
    assert index.next_boundary(NOON) == datetime(2026, 9, 15, 12, 30, tzinfo=TZ)
    early, late = NOON.replace(hour=3), NOON.replace(hour=23)
    assert index.last_boundary(early) == datetime(2026, 9, 15, tzinfo=TZ)
    assert (
        index.next_boundary(late) == index.last_boundary(late + timedelta(hours=1)) == datetime(2026, 9, 16, tzinfo=TZ)
    )
    assert index_of().last_boundary(NOON) == datetime(2026, 9, 15, tzinfo=TZ)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 3 * 24 * 60 - 1), st.integers(0, 3 * 24 * 60 - 1))
def test_nothing_changes_between_two_boundaries(first, second):
    index = index_of(site(), site(Hours("Mo-Su 22:00-02:00", "")), site(closures=(Closure(date(2026, 9, 16), None),)))
    times = [NOON + timedelta(minutes=minutes) for minutes in (first, second)]
    if index.last_boundary(times[0]) == index.last_boundary(times[1]):
        for number in range(3):
            assert opening(index, number, times[0]) == opening(index, number, times[1])


def test_timetables_are_kept_over_a_refresh_and_new_hours_added():
    store = RowStore([site()])
    old = load(store)
    old.prepare(NOON)
    store.put({1: site(ALWAYS), 0: site(Hours(None, ""))})
    new = old.refreshed(store)
    assert [opening(new, number)["state"] for number in (0, 1)] == ["unknown", "open"]
    assert opening(old)["state"] == "open"


def test_a_new_calendar_holds_at_once():
    store = RowStore([site()])
    old = load(store)
    assert opening(old)["state"] == "open"
    holiday = replace(store.days[0], day=NOON.date(), kind="holiday")
    store.days.append(holiday)
    store.touch("calendar")
    assert opening(old.refreshed(store))["state"] == "closed"


def test_the_next_day_is_prepared_in_the_last_hour():
    index = index_of(site())
    late = NOON.replace(hour=23, minute=30)
    index.prepare(late)
    assert set(index._moments._days) == {late.date(), late.date() + timedelta(days=1)}
