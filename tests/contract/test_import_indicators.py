"""Published figures of places and areas go into both stores, with source and period, and can be taken back."""

from __future__ import annotations

from datetime import date

import pytest
import shapely

from geodata.areas import Area
from geodata.errors import ValueUnusableError
from geodata.indicators import Indicator, Period, parse_period
from geodata.store import BatchInfo, Store, merge_sites
from geodata.store.reverting import revert_batch
from importers.indicators import import_indicators
from importers.report import ImportReport
from importers.review import accept
from importers.sites import import_sites
from tests.importing import Write

#: What the unions of the two model districts published.
PUBLISHED = (
    "名称,区县,指标,项目,时间段,数值,单位,来源\n"
    "芝罘区职工服务中心,,接待来访,,2022,1597,人次,芝罘区总工会\n"
    "芝罘区职工服务中心,,代写法律文书,律师代写,2022年,97份,,芝罘区总工会\n"
    ",禅城区,赔付,四项互助保障计划,2024年1-7月,759,人次,禅城区总工会\n"
    ",440604,金额,四项互助保障计划,2024-01-01 至 2024-07-31,185.1万元,,禅城区总工会\n"
    ",禅城区,慰问天数,,2024-Q2,3,天,禅城区总工会\n"
)


@pytest.fixture
def site(store: Store, write: Write) -> str:
    """The code of a site; another one has the same name elsewhere, and there is an area."""
    rows = (
        "编号,名称,类型,地址,电话\n"
        "1,芝罘区职工服务中心,service_center,南大街1号,0535-6612345\n"
        "2,另一处,service_center,北大街2号,\n"
    )
    import_sites(store, write(rows), source="union")
    with store.write(BatchInfo("areas", "test")) as writer:
        box = shapely.MultiPolygon([shapely.box(113, 22.9, 113.2, 23.1)])
        writer.put_areas([Area("440604", "禅城区", "Chancheng", "district", "440600", box, "s", True)])
    return next(stored.code for stored in store.sites() if stored.site.name == "芝罘区职工服务中心")


def counts(report: ImportReport) -> tuple[int, ...]:
    assert all(text for issue in report.issues for text in issue.message.texts().values())
    rows = report.rows
    return rows.read, rows.created, rows.updated, rows.unchanged, rows.review, rows.rejected


def of_site(store: Store, code: str) -> list[Indicator]:
    site_id = store.site(code).id
    return store.site_indicators([site_id]).get(site_id, [])


def test_figures_of_places_and_areas(store: Store, site: str, write: Write) -> None:
    path = write(PUBLISHED)
    assert counts(import_indicators(store, path, dry_run=True)) == (5, 5, 0, 0, 0, 0)
    assert of_site(store, site) == store.area_indicators() == []
    report = import_indicators(store, path)
    assert counts(report) == (5, 5, 0, 0, 0, 0)
    year = Period(date(2022, 1, 1), date(2022, 12, 31))
    assert set(of_site(store, site)) == {
        Indicator("visitors", "", year, 1597.0, "person_times", "芝罘区总工会"),
        Indicator("documents", "律师代写", year, 97.0, "documents", "芝罘区总工会"),
    }
    until_july = Period(date(2024, 1, 1), date(2024, 7, 31))
    spring = Period(date(2024, 4, 1), date(2024, 6, 30))
    assert {item for area, item in store.area_indicators() if area == "440604"} == {
        Indicator("payments", "四项互助保障计划", until_july, 759.0, "person_times", "禅城区总工会"),
        Indicator("money", "四项互助保障计划", until_july, 1_851_000.0, "yuan", "禅城区总工会"),
        Indicator("慰问天数", "", spring, 3.0, "天", "禅城区总工会"),
    }
    version = store.state().data_version
    assert counts(import_indicators(store, path)) == (5, 0, 0, 5, 0, 0)
    assert store.state().data_version == version


def test_a_new_value_replaces_and_a_revert_puts_back(store: Store, site: str, write: Write) -> None:
    import_indicators(store, write(PUBLISHED), source="s")
    before, areas = of_site(store, site), store.area_indicators()
    changed = PUBLISHED.replace("1597", "1600").replace("759", "760") + "芝罘区职工服务中心,,办理事项,,2022,747,件,甲\n"
    report = import_indicators(store, write(changed), source="s")
    assert counts(report) == (6, 1, 2, 3, 0, 0)
    assert {item.value for item in of_site(store, site)} == {1600.0, 97.0, 747.0}
    assert [change.field for change in store.history(site)].count("indicator") == 4
    assert report.batch is not None
    undone = revert_batch(store, report.batch, "li")
    assert (undone.restored, undone.left) == (3, [])
    assert (of_site(store, site), store.area_indicators()) == (before, areas)
    again = revert_batch(store, undone.batch or 0, "li")
    assert (again.restored, again.left) == (3, [])
    assert len(of_site(store, site)) == 3


def test_figures_move_when_places_are_merged(store: Store, site: str, write: Write) -> None:
    import_indicators(store, write(PUBLISHED))
    other = next(stored.code for stored in store.sites() if stored.site.name == "另一处")
    before = of_site(store, site)
    merge_sites(store, site, other, "li")
    assert of_site(store, other) == before
    revert_batch(store, store.batches()[-1].id, "li")
    assert of_site(store, site) == before


def test_an_unsure_place_waits_for_a_person(store: Store, site: str, write: Write) -> None:
    path = write("名称,指标,年份,季度,数值\n芝罘区职工服务中心（新址）,服务人次,2024,第二季度,1.2万人次\n")
    assert counts(import_indicators(store, path, source="s")) == (1, 0, 0, 0, 1, 0)
    (review,) = store.reviews()
    assert (review.asked.kind, review.site) == ("indicator", site)
    accept(store, [review.id], "li")
    (item,) = of_site(store, site)
    assert (item.metric, item.value, item.unit, item.period.code) == ("visits", 12_000.0, "person_times", "2024-Q2")
    assert counts(import_indicators(store, path, source="s")) == (1, 0, 0, 1, 0, 0)


def test_rows_that_say_too_little_are_rejected(store: Store, site: str, write: Write) -> None:
    path = write(
        "名称,区县,指标,时间段,数值,单位\n"
        "芝罘区职工服务中心,,,2022,1,件\n"
        "芝罘区职工服务中心,,办理事项,,1,件\n"
        "芝罘区职工服务中心,,办理事项,去年,1,件\n"
        "芝罘区职工服务中心,,办理事项,2022,很多,件\n"
        "芝罘区职工服务中心,,别的,2022,1,\n"
        ",没有的区,办理事项,2022,1,件\n"
        ",,办理事项,2022,1,件\n"
        "芝罘区职工服务中心,,办理事项,2022,1,件\n"
        "芝罘区职工服务中心,,事项,2022年度,2,件\n"
    )
    report = import_indicators(store, path)
    assert [issue.message.code for issue in report.issues if issue.severity == "error"] == [
        "indicator_no_metric",
        "indicator_no_period",
        "indicator_period",
        "indicator_value",
        "indicator_no_unit",
        "indicator_area_unknown",
        "rating_site_missing",
        "indicator_twice",
    ]
    assert counts(report) == (9, 1, 0, 0, 0, 8)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2024", "2024"),
        ("２０２４年度", "2024"),
        ("2024年第三季度", "2024-Q3"),
        ("2024Q1", "2024-Q1"),
        ("2024-04-01至2024-06-30", "2024-Q2"),
        ("2024年7月", "2024-07"),
        ("2024-02", "2024-02"),
        ("2024年上半年", "2024-01-01/2024-06-30"),
        ("2024年1月至7月", "2024-01-01/2024-07-31"),
        ("2023-11 至 2024-02", "2023-11-01/2024-02-29"),
        ("2024.1.15-2024.3.1", "2024-01-15/2024-03-01"),
    ],
)
def test_periods_as_people_write_them(text: str, code: str) -> None:
    period = parse_period(text)
    assert period.code == code
    assert parse_period(code) == period
    assert all(period.message.texts().values())


@pytest.mark.parametrize("text", ["", "去年", "2024-13", "24年", "2024-06-31至2024-07-01", "2024-07-01/2024-01-01"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueUnusableError):
        parse_period(text)
