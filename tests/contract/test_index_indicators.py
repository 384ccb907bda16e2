"""Published figures in the index: they follow the store, and stand in the details and in a snapshot."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from geodata.errors import NotFoundError
from geodata.index.snapshot import read_snapshot, write_snapshot
from geodata.indicators import Indicator, Period, parse_period
from geodata.sites import Site
from geodata.store import BatchInfo, NewSite, Store
from geodata.store.reverting import revert_batch
from geodata.vocabulary import load_vocabulary
from tests.contract.test_index_ratings import load
from tests.indexes import NOON, TZ
from tests.web.conftest import ZHIFU


def figure(period: str, value: float, metric: str = "visits") -> Indicator:
    return Indicator(metric, "", parse_period(period), value, "person_times", "总工会")


@pytest.fixture
def published(store: Store) -> tuple[Store, str]:
    """A site and an area with figures, and the site's code."""
    with store.write(BatchInfo("sites", "test")) as writer:
        [code, _] = writer.add([NewSite(Site("一", "rest_station")), NewSite(Site("二", "rest_station"))])
        writer.put_areas([ZHIFU])
        site = writer.site(code).id
        figures = [figure("2023", 5), figure("2024-Q1", 7), figure("2022", 747, "matters")]
        writer.put_indicators([(site, item) for item in figures] + [("370602", figure("2022", 30.5, "stations"))])
    return store, code


def test_figures_of_a_site_with_period_and_source(published: tuple[Store, str]) -> None:
    store, code = published
    index = load(store)
    assert [(item["metric"], item["period"], item["value"]) for item in index.indicators(code)] == [
        ("visits", "2024-Q1", 7),
        ("visits", "2023", 5),
        ("matters", "2022", 747),
    ]
    # the details have the latest of each
    shown = index.detail(code, NOON)["properties"]["indicators"]
    assert [(item["metric"], item["period"]) for item in shown] == [("visits", "2024-Q1"), ("matters", "2022")]
    assert shown[0]["period_text"] == {"zh": "2024 年第 1 季度", "en": "quarter 1 of 2024"}
    assert (shown[0]["unit"]["zh"], shown[0]["metric_name"]["en"], shown[0]["source"]) == ("人次", "Visits", "总工会")
    with pytest.raises(NotFoundError):
        index.indicators("NOSUCH")


def test_figures_of_areas_by_area(published: tuple[Store, str]) -> None:
    index = load(published[0])
    for area, count in [(None, 1), ("370602", 1), ("3706", 1), ("芝罘区", 1), ("440604", 0)]:
        assert len(index.area_indicators(area)) == count, area
    (item,) = index.area_indicators()
    assert (item["area"], item["metric"], item["value"]) == ("370602", "stations", 30.5)


def test_new_figures_and_reverts_are_followed(published: tuple[Store, str], tmp_path: Path) -> None:
    store, code = published
    index = load(store)
    assert write_snapshot(index, tmp_path / "index", lineage="")
    with store.write(BatchInfo("indicators", "test")) as writer:
        day = Period(date(2026, 1, 1), date(2026, 1, 31))
        new = Indicator("visits", "", day, 9.0, "person_times", "总工会")
        writer.put_indicators([(writer.site(code).id, new), ("370602", new)])
    refreshed = index.refreshed(store)
    restored = read_snapshot(tmp_path / "index", vocabulary=load_vocabulary(), tz=TZ)
    assert restored is not None
    assert restored.index.indicators(code) == index.indicators(code)
    for found in (refreshed, restored.index.refreshed(store)):
        assert [item["value"] for item in found.indicators(code)] == [9, 7, 5, 747]
        assert len(found.area_indicators()) == 2
    revert_batch(store, store.batches()[-1].id, "li")
    reverted = refreshed.refreshed(store)
    assert reverted.indicators(code) == index.indicators(code)
    assert reverted.area_indicators() == index.area_indicators()
