"""Scores in the index follow the evidence and the calendar, though nobody writes, on both kinds of stores."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from geodata.errors import NotFoundError
from geodata.index import SiteIndex, SiteQuery
from geodata.index.snapshot import read_snapshot, write_snapshot
from geodata.ratings import Evidence, score
from geodata.sites import Position, Site
from geodata.store import BatchInfo, NewSite, Store, merge_sites
from geodata.store.reverting import revert_batch
from geodata.vocabulary import load_vocabulary
from tests.indexes import NOON, TZ, codes

TODAY = NOON.date()
STAR = Evidence("star", 4, 5, 1, TODAY - timedelta(365), None, "年检", "区总工会", "示例")
REVIEW = Evidence("review", 4.5, 5, 60, TODAY - timedelta(10), None, "地图", "平台", "")
AWARD = Evidence("award", None, None, 1, TODAY - timedelta(400), "city", "最美", "市总工会", "")
AHEAD = Evidence("inspection", 90, 100, 1, TODAY + timedelta(3), None, "六有", "区总工会", "")


@pytest.fixture
def rated(store: Store) -> tuple[Store, list[str]]:
    """Three sites; the first with a grade whose inspection is due tomorrow, the second with reviews, the third bare."""
    with store.write(BatchInfo("sites", "test")) as writer:
        at = Position(121.39, 37.53)
        found = writer.add([NewSite(Site(name, "rest_station", position=at)) for name in "一二三"])
    put(store, found[0], [STAR, AWARD])
    put(store, found[1], [REVIEW, AHEAD])
    return store, found


def put(store: Store, code: str, pieces: list[Evidence]) -> None:
    with store.write(BatchInfo("ratings", "test")) as writer:
        site = writer.site(code).id
        writer.put_evidence_many((site, f"{piece.scheme}{piece.as_of}", piece) for piece in pieces)
        writer.rate([site], TODAY)


def load(store: Store, today: date = TODAY) -> SiteIndex:
    return SiteIndex.load(store, vocabulary=load_vocabulary(), tz=TZ, today=today)


def shown(index: SiteIndex, code: str, now: datetime = NOON) -> object:
    return index.detail(code, now)["properties"]["rating"]


def expected(pieces: list[Evidence], day: date, *, overdue: bool = False) -> object:
    found = score(pieces, day)
    assert found is not None
    return {"score": round(found.score, 2), "stars": found.stars, "count": found.count, "overdue": overdue}


def test_filters_and_sort_by_rating_in_list_and_nearby(rated: tuple[Store, list[str]]) -> None:
    store, (first, second, third) = rated
    index = load(store)
    # (3 + 4·4) / 5 and the award of 400 days; (3 + 2.25·4.5) / 3.25 of reviews some days old
    assert [round(score([STAR, AWARD], TODAY).score, 2), round(score([REVIEW], TODAY).score, 2)] == [4.05, 4.04]  # type: ignore[union-attr]
    assert codes(index, index.find(SiteQuery(), now=NOON, sort="rating")) == [first, second, third]
    for least, wanted in [(4.0, {first, second}), (4.045, {first}), (4.5, set())]:
        query = SiteQuery(min_rating=least)
        assert set(codes(index, index.find(query, now=NOON))) == wanted
        assert set(codes(index, index.nearby(121.39, 37.53, query, now=NOON))) == wanted


def test_a_grade_becomes_overdue_without_a_write(rated: tuple[Store, list[str]]) -> None:
    store, (first, second, third) = rated
    index = load(store)
    assert shown(index, first) == expected([STAR, AWARD], TODAY)
    assert index.dated(NOON.replace(hour=23, minute=59)) is index
    tomorrow = NOON + timedelta(days=1)
    later = index.dated(tomorrow)
    day = tomorrow.date()
    assert (later.rated_on, later.version, index.rated_on) == (day, index.version, TODAY)
    assert shown(later, first, tomorrow) == expected([STAR, AWARD], day, overdue=True)
    assert shown(later, second, tomorrow) == expected([REVIEW], day)
    assert shown(later, third, tomorrow) is None
    assert shown(index, first) == expected([STAR, AWARD], TODAY)  # for those who still read it
    much_later = NOON + timedelta(days=500)
    found = later.dated(much_later)
    assert shown(found, second, much_later) == expected([REVIEW, AHEAD], much_later.date())
    assert codes(found, found.find(SiteQuery(), now=much_later, sort="rating")) == [second, first, third]
    assert codes(found, found.find(SiteQuery(min_rating=4), now=much_later)) == [second]
    back = found.dated(NOON)
    assert [shown(back, code) for code in (first, second, third)] == [
        shown(index, code) for code in (first, second, third)
    ]


def test_new_evidence_is_followed_under_the_day_of_the_index(rated: tuple[Store, list[str]]) -> None:
    store, (first, second, third) = rated
    now = NOON + timedelta(days=30)
    index = load(store).dated(now)
    put(store, third, [replace(REVIEW, name="别的平台", source="新来源", note="很好")])
    refreshed = index.refreshed(store)
    day = now.date()
    assert refreshed.rated_on == day
    assert shown(refreshed, third, now) == expected([REVIEW], day)
    assert shown(refreshed, first, now) == expected([STAR, AWARD], day, overdue=True)
    assert refreshed.evidence(third) == [replace(REVIEW, name="别的平台", source="新来源", note="很好")]
    assert refreshed.evidence(first) == index.evidence(first) == [AWARD, STAR]
    # an edit that has nothing to do with ratings does not bring yesterday's score back
    with store.write(BatchInfo("edit", "test")) as writer:
        writer.add_alias("OLD222", first)
        writer.rate([writer.site(first).id], TODAY)
    assert shown(refreshed.refreshed(store), first, now) == shown(refreshed, first, now)
    batch = store.batches()[-2]
    assert revert_batch(store, batch.id, "li", today=day).restored == 1
    reverted = refreshed.refreshed(store)
    assert (reverted.evidence(third), shown(reverted, third, now)) == ([], None)
    merge_sites(store, second, third, "li", today=day)
    merged = reverted.refreshed(store)
    assert {piece.scheme for piece in merged.evidence(second)} == {"review", "inspection"}
    assert shown(merged, third, now) == expected([REVIEW, AHEAD], day)


def test_a_snapshot_keeps_the_evidence(rated: tuple[Store, list[str]], tmp_path: Path) -> None:
    store, found = rated
    index = load(store)
    assert write_snapshot(index, tmp_path / "index", lineage="")
    back = read_snapshot(tmp_path / "index", vocabulary=load_vocabulary(), tz=TZ)
    assert back is not None
    tomorrow = NOON + timedelta(days=1)
    for now in (NOON, tomorrow):
        one, other = index.dated(now), back.index.dated(now)
        for code in found:
            assert one.rating(code, now) == other.rating(code, now)
            assert shown(one, code, now) == shown(other, code, now)
    put(store, found[2], [STAR])
    assert back.index.refreshed(store).rating(found[2], NOON) == index.refreshed(store).rating(found[2], NOON)


def test_the_reasons_add_up_to_the_score(rated: tuple[Store, list[str]]) -> None:
    store, (first, second, third) = rated
    index = load(store)
    why = index.rating(first, NOON)
    assert why["score"] == pytest.approx(
        why["start"]["points"] + sum(item["points"] for item in why["items"]), abs=0.01
    )
    assert [(item["scheme"], item["source"], item["date"]) for item in why["items"]] == [
        ("star", "区总工会", STAR.as_of.isoformat()),
        ("award", "市总工会", AWARD.as_of.isoformat()),
    ]
    assert why["items"][0]["note"] == "示例"
    assert [item["counts"] for item in index.rating(second, NOON)["items"]] == [True, False]
    nothing = index.rating(third, NOON)
    assert (nothing["score"], nothing["count"], nothing["items"]) == (None, 0, [])
    late = index.rating(first, NOON + timedelta(days=1))
    assert late["overdue"]
    assert late["items"][0]["remarks"][0]["code"] == "rating_overdue"
    with pytest.raises(NotFoundError):
        index.rating("NOSUCH", NOON)
