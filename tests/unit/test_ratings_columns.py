"""The scores of many sites at once are those of the formula for one."""

from __future__ import annotations

from datetime import date, timedelta
from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import ValueUnusableError
from geodata.rating_columns import EvidenceColumns, score_columns
from geodata.ratings import Evidence, score

TODAY = date(2026, 11, 21)

DATES = st.integers(-40, 3000).map(lambda days: TODAY - timedelta(days)) | st.sampled_from(
    [TODAY, TODAY - timedelta(365), TODAY - timedelta(366)]
)
WORDS = st.sampled_from(["", "a", "b", "最美"])
SCALES = st.sampled_from([None, 5.0, 10.0, 100.0])
PIECES = st.one_of(
    st.builds(
        lambda scheme, share, scale, count, as_of, name, source: Evidence(
            scheme, share * (scale or 5.0), scale, count, as_of, None, name, source, ""
        ),
        st.sampled_from(["star", "inspection", "review"]),
        st.sampled_from([0.0, 0.2, 0.5, 0.7, 1.0]) | st.floats(0, 1),
        SCALES,
        st.integers(0, 3) | st.integers(0, 10**6),
        DATES,
        WORDS,
        WORDS,
    ),
    st.builds(
        lambda as_of, level, name, source: Evidence("award", None, None, 1, as_of, level, name, source, ""),
        DATES,
        st.sampled_from([None, "national", "city", "grassroots", "其他"]),
        WORDS,
        WORDS,
    ),
)


@given(st.lists(st.tuples(st.sampled_from([3, 7, 2**40]), PIECES), max_size=24))
def test_columns_give_what_the_formula_gives(evidence: list[tuple[int, Evidence]]) -> None:
    got = score_columns(EvidenceColumns.of(evidence), TODAY)
    expected = {
        site: found
        for site in sorted({site for site, _ in evidence})
        if (found := score([piece for owner, piece in evidence if owner == site], TODAY)) is not None
    }
    assert got.site.tolist() == list(expected)
    for row, found in enumerate(expected.values()):
        assert got.score[row] == pytest.approx(found.score, rel=1e-12)
        assert got.confidence[row] == pytest.approx(found.confidence, rel=1e-12, abs=1e-300)
        assert (int(got.stars[row]) or None, int(got.count[row])) == (found.stars or None, found.count)


def test_no_evidence_gives_no_scores() -> None:
    got = score_columns(EvidenceColumns.of([]), TODAY)
    assert len(got.site) == len(got.score) == len(got.stars) == 0
    tomorrow = Evidence("star", 5, None, 1, TODAY + timedelta(1), None, "", "", "")
    assert len(score_columns(EvidenceColumns.of([(1, tomorrow)]), TODAY).site) == 0


def test_numbers_too_large_to_pack_at_once() -> None:
    pieces = [
        Evidence("review", 4, None, 9, TODAY - timedelta(day), None, name, "", "") for day in (0, 9) for name in "ab"
    ]
    columns = EvidenceColumns.of([(site, piece) for site in (-(2**60), 2**60) for piece in pieces])
    columns.name[columns.name == 1] = 2**50
    got = score_columns(columns, TODAY)
    assert (got.site.tolist(), got.count.tolist()) == ([-(2**60), 2**60], [2, 2])


@pytest.mark.parametrize(("value", "count"), [(6.0, 1), (-1.0, 1), (nan, 1), (4.0, -1)])
def test_values_off_their_scale_are_refused_and_named(value: float, count: int) -> None:
    columns = EvidenceColumns.of([(1, Evidence("star", 5, None, 1, TODAY, None, "", "", ""))] * 2)
    columns.value[1], columns.count[1] = value, count
    with pytest.raises(ValueUnusableError) as caught:
        score_columns(columns, TODAY)
    assert caught.value.code == "evidence_unusable"
    assert "0…5" in caught.value.message.text("zh")


def test_the_columns_are_left_as_they_were() -> None:
    columns = EvidenceColumns.of([(1, Evidence("star", 5, None, 1, TODAY, None, "", "", ""))])
    before = [np.copy(getattr(columns, name)) for name in EvidenceColumns.__slots__]
    score_columns(columns, TODAY)
    for name, kept in zip(EvidenceColumns.__slots__, before, strict=True):
        np.testing.assert_array_equal(getattr(columns, name), kept)
