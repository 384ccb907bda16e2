"""The score of a site: what counts, how much, and for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import ValueUnusableError
from geodata.ratings import AWARD_BONUS, PRIOR_MEAN, Evidence, Scheme, score

TODAY = date(2026, 11, 21)


def evidence(scheme: Scheme, value: float | None = None, age_days: int = 0, **changes: object) -> Evidence:
    piece = Evidence(scheme, value, None, 1, TODAY - timedelta(age_days), None, "", "test", "")
    return replace(piece, **changes)  # type: ignore[arg-type]


def value(*pieces: Evidence) -> float:
    got = score(pieces, TODAY)
    assert got is not None
    return got.score


def test_no_score_from_nothing() -> None:
    assert score([], TODAY) is None
    assert score([evidence("star", 5, age_days=-1)], TODAY) is None  # tomorrow's
    assert score([evidence("review", 5, count=0)], TODAY) is None


def test_the_formula_by_hand() -> None:
    # (1·3 + 4·5) / 5
    got = score([evidence("star", 5)], TODAY)
    assert got is not None
    assert (got.score, got.stars, got.count, got.confidence) == (pytest.approx(4.6), 5, 1, pytest.approx(0.8))
    # (1·3 + 4·4 + 3·(80/20) + 1.5·2.5) / (1 + 4 + 3 + 1.5) + 0.3 for the city's award
    pieces = [
        evidence("star", 4),
        evidence("inspection", 80),
        evidence("review", 5, scale=10, count=20),
        evidence("award", level="city", name="最美"),
    ]
    got = score(pieces, TODAY)
    assert got is not None
    assert got.score == pytest.approx((3 + 16 + 12 + 3.75) / 9.5 + 0.3)
    assert (got.stars, got.count) == (4, 4)
    # half of it after two years; (3 + 1.5·5) / 2.5
    assert value(evidence("inspection", 100, age_days=730)) == pytest.approx(4.2)


def test_a_star_grade_is_valid_for_a_year_and_fades_then() -> None:
    valid, overdue = score([evidence("star", 5, 365)], TODAY), score([evidence("star", 5, 366)], TODAY)
    assert valid is not None
    assert overdue is not None
    assert (valid.stars, overdue.stars) == (5, None)
    assert valid.score == value(evidence("star", 5))
    assert PRIOR_MEAN < overdue.score < valid.score
    # (3 + 2·5) / 3
    assert value(evidence("star", 5, 730)) == pytest.approx(13 / 3)


def test_a_new_grading_replaces_the_old_one() -> None:
    downgraded = [evidence("star", 5, 300), evidence("star", 2, 10, source="city")]
    got = score(downgraded, TODAY)
    assert got is not None
    assert (got.stars, got.count) == (2, 1)
    assert got.score == value(evidence("star", 2))
    platform = [evidence("review", 5, 90, name="a", count=9), evidence("review", 1, 5, name="a", count=10)]
    assert value(*platform) == value(platform[1])
    assert value(*platform) < value(platform[0], replace(platform[1], name="b"))


def test_few_reviews_are_pulled_to_the_mean() -> None:
    one, some, many = (value(evidence("review", 5, count=count)) for count in (1, 50, 5000))
    assert PRIOR_MEAN < one < 3.3 < some < many < 4.6
    assert value(evidence("review", 1, count=1)) > 2.7


def test_awards_add_by_level_once_and_with_a_bound() -> None:
    levels = [value(evidence("award", level=level, name="最美")) for level in AWARD_BONUS]
    assert levels == sorted(levels, reverse=True)
    assert levels[0] == pytest.approx(3.5)
    twice = [evidence("award", level="city", name="最美"), evidence("award", level="city", name="最美", source="b")]
    assert value(*twice) == pytest.approx(3.3)
    assert value(*(evidence("award", level="national", name=str(number)) for number in range(9))) == pytest.approx(3.5)
    assert value(evidence("star", 5), evidence("award", level="national")) == 5.0
    only = score([evidence("award", level="city")], TODAY)
    assert only is not None
    assert (only.stars, only.confidence) == (None, 0.0)


@pytest.mark.parametrize(
    ("scheme", "bad"), [("star", 6), ("star", -1), ("inspection", 101), ("review", nan), ("star", None)]
)
def test_values_off_their_scale_are_refused(scheme: Scheme, bad: float | None) -> None:
    with pytest.raises(ValueUnusableError) as caught:
        evidence(scheme, bad)
    assert caught.value.code == "evidence_unusable"


PIECES = st.lists(
    st.one_of(
        st.builds(evidence, st.just("star"), st.integers(1, 5), st.integers(0, 3000)),
        st.builds(evidence, st.just("inspection"), st.floats(0, 100), st.integers(0, 3000), name=st.sampled_from("ab")),
        st.builds(evidence, st.just("review"), st.floats(0, 5), st.integers(0, 3000), count=st.integers(1, 9999)),
        st.builds(evidence, st.just("award"), age_days=st.integers(0, 3000), level=st.sampled_from([None, "city"])),
    ),
    min_size=1,
    max_size=8,
)


@given(PIECES, st.randoms())
def test_scores_stay_on_the_scale_and_do_not_depend_on_order(pieces: list[Evidence], random: object) -> None:
    got = score(pieces, TODAY)
    assert got is not None
    assert 0 <= got.score <= 5
    assert 0 <= got.confidence < 1
    shuffled = list(pieces)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again = score(shuffled, TODAY)
    assert again is not None
    assert (again.stars, again.count) == (got.stars, got.count)
    assert again.score == pytest.approx(got.score)


@given(PIECES, st.integers(0, 2000))
def test_without_new_evidence_confidence_only_falls(pieces: list[Evidence], days: int) -> None:
    now, later = score(pieces, TODAY), score(pieces, TODAY + timedelta(days))
    assert now is not None
    assert later is not None
    assert later.confidence <= now.confidence + 1e-12
