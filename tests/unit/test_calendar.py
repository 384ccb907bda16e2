"""The official calendar: known days, make-up workdays, and years that are not published."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest

from geodata.calendar import CalendarDay, WorkCalendar, official_days


@pytest.fixture(scope="module")
def calendar() -> WorkCalendar:
    return WorkCalendar(official_days())


@pytest.mark.parametrize(
    ("day", "kind", "name_zh"),
    [
        (date(2026, 1, 1), "holiday", "元旦"),
        (date(2026, 2, 14), "workday", "春节"),
        (date(2026, 2, 17), "holiday", "春节"),
        (date(2026, 4, 5), "holiday", "清明节"),
        (date(2026, 5, 9), "workday", "劳动节"),
        (date(2026, 6, 19), "holiday", "端午节"),
        (date(2026, 9, 25), "holiday", "中秋节"),
        (date(2026, 10, 1), "holiday", "国庆节"),
        (date(2026, 10, 3), "holiday", "国庆节"),
        (date(2026, 10, 6), "holiday", "国庆节"),
        (date(2026, 10, 10), "workday", "国庆节"),
        (date(2026, 10, 8), "ordinary", None),
        (date(2026, 10, 11), "ordinary", None),
    ],
)
def test_official_days(calendar: WorkCalendar, day: date, kind: str, name_zh: str | None) -> None:
    assert calendar.kind(day) == kind
    name = calendar.name(day)
    assert (name[0] if name else None) == name_zh


def test_a_whole_published_year_agrees_with_the_package(calendar: WorkCalendar) -> None:
    for offset in range(365):
        day = date(2026, 1, 1) + timedelta(offset)
        works = calendar.kind(day) == "workday" or (calendar.kind(day) == "ordinary" and day.weekday() < 5)
        assert works == chinese_calendar.is_workday(day)


def test_make_up_workdays_are_weekend_days_and_names_are_translated() -> None:
    days = official_days()
    assert [entry.day for entry in days] == sorted({entry.day for entry in days})
    assert all(entry.day.weekday() >= 5 for entry in days if entry.kind == "workday")
    assert not any(entry.name_zh.isascii() or not entry.name_en.isascii() for entry in days)
    assert {entry.source.split()[0] for entry in days} == {"chinesecalendar"}


def test_years_that_are_not_published(calendar: WorkCalendar) -> None:
    assert calendar.published(date(2026, 3, 1))
    last = max(calendar.years)
    day = date(last + 1, 10, 1)
    assert not calendar.published(day)
    assert calendar.kind(day) == "ordinary"
    assert calendar.name(day) is None
    assert not WorkCalendar().years


def test_days_can_be_added_and_corrected() -> None:
    official = official_days()
    added = CalendarDay(date(2027, 1, 1), "holiday", "元旦", "New Year's Day", "State Council notice")
    corrected = CalendarDay(date(2026, 10, 10), "holiday", "国庆节", "National Day", "State Council notice")
    calendar = WorkCalendar([*official, added, corrected])
    assert calendar.published(date(2027, 6, 1))
    assert calendar.kind(date(2026, 10, 10)) == "holiday"
    assert calendar.entry(date(2027, 1, 1)) is added
    assert calendar != WorkCalendar(official)
    assert WorkCalendar(official) == WorkCalendar(reversed(official))
