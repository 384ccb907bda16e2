"""Why a score is what it is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.rating_reasons import explain
from geodata.ratings import Evidence, score
from tests.unit.test_ratings import evidence
from tests.unit.test_ratings_columns import PIECES

TODAY = date(2026, 11, 21)


@given(st.lists(PIECES, max_size=10))
def test_the_points_add_up_to_the_score(pieces: list[Evidence]) -> None:
    got, expected = explain(pieces, TODAY), score(pieces, TODAY)
    assert got.score == expected
    assert len(got.reasons) == len(pieces)
    if expected is None:
        assert (got.start_points, got.start_share, [note.code for note in got.notes]) == (0, 0, ["rating_none"])
        assert not any(reason.counts for reason in got.reasons)
        return
    points = got.start_points + sum(reason.points for reason in got.reasons)
    assert expected.score == pytest.approx(min(5, points))
    assert got.start_share + sum(reason.share for reason in got.reasons) == pytest.approx(1)
    assert sum(reason.counts for reason in got.reasons) == expected.count
    for reason in got.reasons:
        assert reason.counts or (reason.points == 0 and reason.flags)
        for message in reason.flags:
            assert message.text("zh")
            assert message.text("en").isascii()


def test_no_score_from_nothing() -> None:
    got = explain([], TODAY)
    assert (got.score, got.reasons, got.overdue) == (None, (), False)
    assert [note.code for note in got.notes] == ["rating_none"]


def test_why_4_3_item_by_item() -> None:
    pieces = [
        evidence("review", 5, scale=10, count=20),
        evidence("star", 4),
        evidence("inspection", 80),
        evidence("award", level="city", name="最美"),
    ]
    got = explain(pieces, TODAY)
    assert got.score is not None
    assert f"{got.score.score:.1f}" == "4.0"
    assert [(reason.evidence.scheme, reason.quality, round(reason.share, 4)) for reason in got.reasons] == [
        ("star", 4, 0.4211),
        ("inspection", 4, 0.3158),
        ("review", 2.5, 0.1579),
        ("award", None, 0),
    ]
    assert [reason.weight for reason in got.reasons] == [4, 3, 1.5, 0]
    assert [round(reason.points, 4) for reason in got.reasons] == [1.6842, 1.2632, 0.3947, 0.3]
    assert (round(got.start_points, 4), round(got.start_share, 4)) == (0.3158, 0.1053)
    assert not any(reason.flags for reason in got.reasons)


def test_an_overdue_inspection_is_shown_as_such() -> None:
    due, late = explain([evidence("star", 5, 365)], TODAY), explain([evidence("star", 5, 400)], TODAY)
    assert (due.overdue, due.reasons[0].flags) == (False, ())
    assert late.score is not None
    assert late.score.stars is None
    (reason,) = late.reasons
    assert (late.overdue, reason.overdue, reason.expired, reason.faded, reason.counts) == (True,) * 5
    assert [flag.code for flag in reason.flags] == ["rating_overdue", "rating_faded"]
    assert reason.flags[0].params == {"due": (TODAY - timedelta(35)).isoformat(), "days": 35}
    assert "rating_inspection_due" in [note.code for note in late.notes]


def test_what_does_not_count_says_why() -> None:
    pieces = [
        evidence("star", 5, 300),
        evidence("star", 2, 10, source="city"),
        evidence("star", 5, -3),
        evidence("review", 5, count=0),
        evidence("award", level="city", name="最美"),
        evidence("award", level="city", name="最美", source="b"),
        evidence("inspection", 80, 730),
    ]
    got = explain(pieces, TODAY)
    told = {
        (reason.evidence.scheme, reason.evidence.as_of): [flag.code for flag in reason.flags]
        for reason in got.reasons
        if reason.flags
    }
    assert told == {
        ("star", TODAY - timedelta(300)): ["rating_replaced"],
        ("star", TODAY + timedelta(3)): ["rating_not_yet"],
        ("review", TODAY): ["rating_no_reviews"],
        ("award", TODAY): ["rating_replaced"],
        ("inspection", TODAY - timedelta(730)): ["rating_faded"],
    }
    assert [reason.counts for reason in got.reasons] == [True] * 3 + [False] * 4
    replaced = next(reason for reason in got.reasons if reason.evidence.as_of == TODAY - timedelta(300))
    assert (replaced.expired, replaced.flags[0].params["day"]) == (True, (TODAY - timedelta(10)).isoformat())


def test_bounds_are_told() -> None:
    awards = [evidence("award", level="national", name=str(number)) for number in range(3)]
    got = explain(awards, TODAY)
    assert got.bonus == 0.5
    assert sum(reason.points for reason in got.reasons) == pytest.approx(0.5)
    assert [note.code for note in got.notes] == ["rating_start", "rating_bonus_limit"]
    top = explain([evidence("star", 5), *awards[:1]], TODAY)
    assert top.score is not None
    assert top.score.score == 5
    assert "rating_top" in [note.code for note in top.notes]
