"""Rows looked at column by column say what they say cell by cell."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from importers.cells import Cells
from importers.cleaning import cell_text, column_texts
from importers.reading import Row
from importers.reading.limits import MAX_CELL

_BLANKS = ("", "-", "NULL", "nUll", "N/A", "#REF!", "＝", "／", "/")
_WORDS = (*_BLANKS, "'=1+1", "'", '="0535-1"', " 大海阳路 ", "a\r\nb", "\ufeff")
_TEXTS = st.one_of(st.sampled_from(_WORDS), st.text(max_size=12))
_VALUES = st.one_of(_TEXTS, st.none(), st.integers(), st.floats(), st.booleans(), st.lists(st.integers(), max_size=2))


@given(st.one_of(st.lists(_TEXTS), st.lists(st.one_of(_TEXTS, st.none())), st.lists(_VALUES)))
def test_a_column_is_read_as_its_cells(values: list[object]) -> None:
    assert column_texts(values) == [cell_text(value) for value in values]


def test_rows_of_uneven_length() -> None:
    cells = Cells([Row(2, ["1", "驿站"]), Row(3, ["2"]), Row(4, ()), Row(5, ["3", " ", None, "x"]), Row(6, [4, None])])
    assert list(cells.texts(0)) == ["1", "2", "", "3", "4"]
    assert list(cells.texts(1)) == ["驿站", "", "", "", ""]
    assert list(cells.texts(9)) == [""] * 5
    assert cells.blank({0}) == {1, 2, 4}
    assert cells.blank(()) == {2}
    assert list(cells.first_texts()) == ["1", "2", "", "3", "4"]


def test_words_are_found_as_they_stand_and_cells_that_are_too_long() -> None:
    long = "x" * (MAX_CELL + 1)
    rows = [["名称", 1.5, "地址"], [" 名称", long, "地址"], [date(2024, 5, 1), ["名称"], "地址"]]
    cells = Cells([Row(number, row) for number, row in enumerate(rows, start=2)])
    assert cells.having_two(frozenset({"名称", "地址"})) == {0}
    assert cells.too_long() == {1}
    assert Cells([]).too_long() == Cells([]).blank(()) == set()
