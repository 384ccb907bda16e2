"""The calendar, the areas and the ratings in every store."""

from __future__ import annotations

from dataclasses import astuple, replace
from datetime import date

import pytest
import shapely

from geodata.areas import Area
from geodata.calendar import CalendarDay, official_days
from geodata.errors import ValueUnusableError
from geodata.ratings import Evidence
from geodata.sites import Score
from geodata.store import BatchInfo, NewSite, Store
from tests.sites import a_site


def add(store: Store, *items: NewSite) -> list[str]:
    with store.write(BatchInfo("sites", "li")) as writer:
        return writer.add(items)


def test_the_calendar_is_there_from_the_start_and_can_be_corrected(store: Store) -> None:
    assert store.calendar_days() == official_days()
    day = CalendarDay(date(2026, 10, 10), "holiday", "某日", "Some day", "notice")
    with store.write(BatchInfo("calendar", "li")) as writer:
        assert writer.put_calendar_days([day, store.calendar_days()[0]]) == 1
    version = store.state().data_version
    store.upgrade()
    assert store.state().data_version == version
    found = {each.day: each for each in store.calendar_days()}
    assert found[day.day] == day
    with store.read_since(version - 1) as rows:
        assert rows.calendar_changed
        assert day in rows.calendar_days


def test_areas_come_back_as_they_were_written(store: Store) -> None:
    hole = shapely.Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [[(1, 1), (2, 1), (2, 2), (1, 2)]])
    many = shapely.MultiPolygon([hole, shapely.box(20.1, 20.2, 21.123456789012345, 22)])
    areas = [
        Area("1", "甲", "A", "city", None, many, "a", False),
        Area("2", "乙", "", "district", "1", shapely.MultiPolygon([hole]), "a", True),
    ]
    with store.write(BatchInfo("areas", "li")) as writer:
        assert writer.put_areas(areas) == 2
    assert list(map(astuple, store.areas())) == list(map(astuple, areas))
    with store.write(BatchInfo("areas", "li")) as writer:
        assert writer.put_areas(areas) == 0
        assert writer.put_areas([replace(areas[1], polygon=hole)]) == 0
        assert writer.put_areas([replace(areas[1], name="丙", polygon=shapely.force_3d(hole, 5))]) == 1
    assert [area.name for area in store.areas()] == ["甲", "丙"]
    assert [area.polygon.has_z for area in store.areas()] == [False, False]
    with store.read_since(store.state().data_version - 1) as rows:
        assert rows.areas_changed
        assert list(map(astuple, rows.areas())) == list(map(astuple, store.areas()))


def test_evidence_and_scores_belong_to_a_site(store: Store) -> None:
    first, second = add(store, NewSite(a_site("甲")), NewSite(a_site("乙")))
    site_id = store.site(first).id
    star = Evidence("star", 4.0, 5.0, 1, date(2026, 3, 1), None, "星级", "a", "")
    award = Evidence("award", None, None, 1, date(2025, 3, 1), "city", "最美", "a", "note")
    with store.write(BatchInfo("ratings", "li")) as writer:
        assert writer.put_evidence(site_id, "2026", star)
        assert writer.put_evidence_many([(site_id, "2025", award), (site_id, "2026", star)]) == 1
        assert writer.put_scores({site_id: Score(4.25, 4, 2, 0.5)}) == 1
    assert store.evidence([site_id]) == {site_id: [award, star]} == store.evidence()
    assert store.site(first).score == Score(4.25, 4, 2, 0.5)
    assert store.site(second).score is None
    version = store.state().data_version
    with store.read_since(version - 1) as rows:
        assert [(row.code, row.score) for row in rows.rows()] == [(first, Score(4.25, 4, 2, 0.5))]
    with store.write(BatchInfo("ratings", "li")) as writer:
        assert not writer.put_evidence(site_id, "2026", star)
        assert writer.put_scores({site_id: Score(4.25, 4, 2, 0.5), store.site(second).id: None}) == 0
    assert store.state().data_version == version
    with store.write(BatchInfo("ratings", "li")) as writer:
        assert writer.put_evidence(site_id, "2026", replace(star, value=3.0))
        assert writer.put_scores({site_id: None}) == 1
    assert store.site(first).score is None
    assert [item.value for item in store.evidence([site_id])[site_id]] == [None, 3.0]
    entries = [change for change in store.history(first) if change.field == "evidence"]
    assert [entry.before and entry.before["value"] for entry in entries] == [None, None, 4.0]
    assert entries[-1].after["value"] == 3.0
    with pytest.raises(ValueUnusableError), store.write(BatchInfo("ratings", "li")) as writer:
        writer.put_evidence(10**6, "2026", star)
