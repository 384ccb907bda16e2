"""From when to when a temporary place is there."""

from __future__ import annotations

from datetime import date

import pytest

from geodata.errors import ValueUnusableError
from importers.partial_hours import complete_hours
from importers.validity import parse_validity

SUMMER = (date(2026, 7, 1), date(2026, 9, 30))


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2026-07-01至2026-09-30", SUMMER),
        ("2026年7月1日—2026年9月30日", SUMMER),
        ("2026.7.1-2026.9.30", SUMMER),
        ("2026/7/1～9/30", SUMMER),
        ("自2026年7月1日起至9月30日止", SUMMER),
        ("2026.12.20-1.31", (date(2026, 12, 20), date(2027, 1, 31))),
        ("2026-07-01起", (SUMMER[0], None)),
        ("截至2026年9月30日", (None, SUMMER[1])),
        ("2026年9月30日止", (None, SUMMER[1])),
        ("长期", (None, None)),
    ],
)
def test_times_of_a_place(text: str, days: tuple[date | None, date | None]) -> None:
    assert parse_validity(text) == days


@pytest.mark.parametrize(
    "text", ["7月1日至9月30日", "2026-09-30", "8:00-18:00", "周一至周五", "2026-02-30至2026-03-01", "夏季"]
)
def test_what_names_no_times(text: str) -> None:
    with pytest.raises(ValueUnusableError):
        parse_validity(text)


@pytest.mark.parametrize(
    ("dates", "hours", "expected"),
    [
        ("7月1日至9月30日", "9:00-21:00", {"opening_hours": "7月1日至9月30日 9:00-21:00"}),
        ("周一至周五", "9:00-21:00", {"opening_hours": "周一至周五 9:00-21:00"}),
        ("2026年7月1日—8月31日", "全天", {"opening_hours": "全天", "valid": "2026年7月1日—8月31日"}),
        ("暂无", "全天", {"opening_hours": "全天"}),
    ],
)
def test_dates_beside_hours(dates: str, hours: str, expected: dict[str, str]) -> None:
    texts = {"hours:dates": dates, "opening_hours": hours}
    complete_hours(texts)
    assert texts == expected
