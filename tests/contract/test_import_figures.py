"""Figures as unions tabulate them: spread over columns of months, metrics or both, and amounts as people write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from geodata.errors import ValueUnusableError
from geodata.indicators import find_word
from geodata.store import Store
from importers.amounts import in_units, parse_amount
from importers.areas import import_areas
from importers.indicators import import_indicators
from importers.indicators_spread import Heading, read_heading
from importers.report import ImportReport
from importers.sites import import_sites
from tests.importing import Write

STATIONS = (
    "编号,名称,地址,经度,纬度\n1,大海阳路驿站,大海阳路81号,121.3862,37.5300\n2,北马路驿站,北马路30号,121.3901,37.5421\n"
)


class Figures:
    """Imports tables, and tells the figures in the store."""

    report: ImportReport

    def __init__(self, store: Store, write: Write, test_data: Path) -> None:
        self.store, self.write = store, write
        import_areas(store, test_data / "areas" / "yantai_foshan_districts_wgs84.geojson", datum="wgs84")
        import_sites(store, write(STATIONS), kind="rest_station", datum="wgs84", source="union")
        self.sites = [stored.id for stored in store.sites()]

    def __call__(self, text: str, name: str = "figures.csv") -> set[tuple[str, str, float, str]]:
        self.report = import_indicators(self.store, self.write(text, name), source="x")
        assert all(told for issue in self.report.issues for told in issue.message.texts().values())
        items = [item for own in self.store.site_indicators(self.sites).values() for item in own]
        items += [item for _, item in self.store.area_indicators()]
        return {(item.metric, item.period.code, item.value, item.unit) for item in items}

    def told(self) -> list[str]:
        return [issue.message.code for issue in self.report.issues]


@pytest.fixture
def figures(store: Store, write: Write, test_data: Path) -> Figures:
    return Figures(store, write, test_data)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("约1.2万人次", (12000, "人次")),
        ("1,020", (1020, "")),
        ("2000余人次", (2000, "人次")),
        ("近3000", (3000, "")),
        ("1000+", (1000, "")),
        ("1.2万余", (12000, "")),
        ("5.09万元", (50900, "元")),
        ("12k", (12000, "")),
        ("5kg", (5, "kg")),
        ("30㎡", (30, "m2")),
    ],
)
def test_amounts(text: str, amount: tuple[float, str]) -> None:
    assert parse_amount(text) == amount


@pytest.mark.parametrize("text", ["30-50", "30至50人", "", "无", "3/5", "一百"])
def test_what_is_no_one_amount(text: str) -> None:
    with pytest.raises(ValueUnusableError):
        parse_amount(text)


def test_units_of_ten_thousands() -> None:
    assert in_units(5.09, "万元") == (50900, "元")
    assert in_units(98, "百分比") == (98, "百分比")
    assert find_word("units", in_units(1, "万人次")[1]) == "person_times"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1月", Heading(part="1月")),
        ("十二月份", Heading(part="12月")),
        ("2024年", Heading(year="2024")),
        ("2024", Heading(year="2024")),
        ("2024-07", Heading(year="2024", part="7月")),
        ("2026年一季度", Heading(year="2026", part="第一季度")),
        ("上半年", Heading(part="上半年")),
        ("1-6月", Heading(part="1-6月")),
        ("服务人次(万人次)", Heading("服务人次", "万人次")),
        ("3月服务人次", Heading("服务人次", part="3月")),
        ("累计服务人次", Heading("服务人次")),
        ("体检人数", Heading("体检人数")),
        ("合计", Heading(total=True)),
        ("5月1日", None),
        ("面积(㎡)", None),
        ("12", None),
        ("站点名称", None),
    ],
)
def test_headings_of_figures(text: str, said: Heading | None) -> None:
    assert read_heading(text) == said


def test_months_across_the_columns(figures: Figures) -> None:
    found = figures(
        "芝罘区2026年各站点服务人次统计表（单位：人次）,,,,\n"
        "序号,站点名称,1月,2月,合计\n"
        "1,大海阳路驿站,320,约280,600\n"
        '2,北马路驿站,/,"1,020",1020\n'
        "合计,,320,1300,1620\n"
    )
    assert found == {
        ("visits", "2026-01", 320, "person_times"),
        ("visits", "2026-02", 280, "person_times"),
        ("visits", "2026-02", 1020, "person_times"),
    }
    assert (figures.report.rows.created, figures.report.rows.skipped, figures.report.rows.rejected) == (2, 1, 0)
    assert {"indicator_totals", "indicator_period_taken", "row_total"} <= set(figures.told())


def test_the_same_table_again_changes_nothing_and_a_new_figure_updates_its_row(figures: Figures) -> None:
    text = "站点名称,指标,2025年,2026年\n大海阳路驿站,服务人次,10,20\n北马路驿站,服务人次,30,40\n"
    figures(text)
    figures(text)
    assert (figures.report.rows.unchanged, figures.report.rows.created) == (2, 0)
    found = figures(text.replace("10,20", "10,25"))
    assert (figures.report.rows.updated, figures.report.rows.unchanged) == (1, 1)
    assert ("visits", "2026", 25, "person_times") in found


def test_several_metrics_in_a_row(figures: Figures) -> None:
    found = figures(
        "站点名称,统计时间,服务人次,发放金额(万元),体检人数,面积\n"
        "大海阳路驿站,2026年上半年,1.2万人次,5.6,30,80\n"
        "北马路驿站,2026年上半年,30-50,暂无,7,60\n"
    )
    assert found == {
        ("visits", "2026-01-01/2026-06-30", 12000, "person_times"),
        ("money", "2026-01-01/2026-06-30", 56000, "yuan"),
        ("体检人数", "2026-01-01/2026-06-30", 30, "people"),
        ("体检人数", "2026-01-01/2026-06-30", 7, "people"),
    }
    (issue,) = [issue for issue in figures.report.issues if issue.severity == "warning"]
    assert (issue.message.code, issue.column, issue.value) == ("indicator_value", "服务人次", "30-50")
    assert "column_unknown" in figures.told()


def test_metrics_below_months(figures: Figures) -> None:
    found = figures(
        "站点名称,2026年1月,,2026年2月,\n,服务人次,接待来访,服务人次,接待来访\n大海阳路驿站,320,10,280,12\n"
    )
    assert found == {
        ("visits", "2026-01", 320, "person_times"),
        ("visitors", "2026-01", 10, "person_times"),
        ("visits", "2026-02", 280, "person_times"),
        ("visitors", "2026-02", 12, "person_times"),
    }
    assert "indicator_period_taken" not in figures.told()


def test_the_title_tells_metric_and_unit(figures: Figures) -> None:
    found = figures("2025年各区工会帮扶资金统计,,\n单位：万元,,\n区县,一季度,全年\n芝罘区,12.5,52.3\n禅城,9.69,19.38\n")
    assert found == {("money", "2025-Q1", 125000, "yuan"), ("money", "2025-Q1", 96900, "yuan")}


def test_figures_without_time_or_metric_are_rejected(figures: Figures) -> None:
    assert figures("站点名称,服务人次\n大海阳路驿站,1200\n") == set()
    assert figures.told() == ["indicator_no_period"]
    assert figures("站点名称,1月,2月\n大海阳路驿站,12,13\n") == set()
    assert figures.told() == ["indicator_no_metric"]


def test_rows_that_add_up_are_left_out(figures: Figures) -> None:
    found = figures("区县,指标,年份,数值,单位\n芝罘区,站点数,2025,30,个\n合计,站点数,2025,56,个\n")
    assert found == {("stations", "2025", 30, "stations")}
    assert figures.told() == ["row_total"]
