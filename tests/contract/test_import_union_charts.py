"""Unions as organisation charts show them: by indents, by numbers in steps, with a column for each level."""

from __future__ import annotations

import pytest

from geodata.store import Store
from importers.organisations import import_organisations
from tests.importing import Write

CHART = {
    "烟台市总工会": None,
    "芝罘区总工会": "烟台市总工会",
    "幸福街道总工会": "芝罘区总工会",
    "中正集团工会": "幸福街道总工会",
    "黄务街道总工会": "芝罘区总工会",
    "福山区总工会": "烟台市总工会",
}
INDENTS = """组织机构,电话
烟台市总工会,
  芝罘区总工会,
    幸福街道总工会,
      中正集团工会,0535-6612345
    黄务街道总工会,
  福山区总工会,
"""
NUMBERS = """序号,单位名称,电话
1,烟台市总工会,
1.1,芝罘区总工会,
1.1.1,幸福街道总工会,
1.1.1.1,中正集团工会,0535-6612345
1.1.2,黄务街道总工会,
1.2,福山区总工会,
"""
LEVELS = """序号,市级工会,区级工会,街道工会,基层工会,电话
1,烟台市总工会,芝罘区总工会,幸福街道总工会,中正集团工会,0535-6612345
2,,,黄务街道总工会,,
3,,福山区总工会,,,
"""


def chart(store: Store) -> dict[str, str | None]:
    names = {item.code: item.name for item in store.organisations()}
    return {item.name: names.get(item.parent or "") for item in store.organisations()}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (INDENTS, "organisation_tree_by_indents"),
        (INDENTS.replace("  ", "　"), "organisation_tree_by_indents"),
        (INDENTS.replace("  福山", "├─福山").replace("  芝罘", "├─芝罘").replace("    ", "│ ├─"), None),
        (NUMBERS, "organisation_tree_by_numbers"),
        (LEVELS, None),
    ],
    ids=["indents", "wide", "signs", "numbers", "levels"],
)
def test_a_chart_says_what_belongs_to_what(store: Store, write: Write, content: str, code: str | None) -> None:
    report = import_organisations(store, write(content))
    assert chart(store) == CHART
    assert {item.name: item.phone for item in store.organisations() if item.phone} == {"中正集团工会": "0535-6612345"}
    assert report.exit_code == 0
    if code is not None:
        assert code in [issue.message.code for issue in report.issues]


@pytest.mark.parametrize(
    "content",
    [
        "工会名称\n幸福街道总工会\n 黄务街道总工会\n奇山街道总工会\n",  # a blank too many
        "工会名称\n幸福街道总工会\n  黄务街道总工会\n",  # no street belongs to a street
        "序号,工会名称\n1,幸福街道总工会\n2,黄务街道总工会\n",
        "序号,工会名称\n1.1,芝罘区总工会\n1.2,幸福街道总工会\n",  # nothing is number 1
    ],
)
def test_what_is_no_chart_has_nothing_above(store: Store, write: Write, content: str) -> None:
    import_organisations(store, write(content))
    assert set(chart(store).values()) == {None}


def test_what_is_above_is_named_in_short(store: Store, write: Write) -> None:
    import_organisations(
        store,
        write(
            "名称,级别,所属\n烟台市总工会,市级,\n芝罘区总工会,县区级,烟台市总\n幸福街道总工会,镇街级,芝罘区总工会\n中正集团工会,基层,幸福街道\n"
        ),
    )
    assert chart(store) == {name: CHART[name] for name in list(CHART)[:4]}
