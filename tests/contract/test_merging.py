"""Two sites that are one place become one; both codes stay alive, and it can be taken back. Questions are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from geodata.errors import ConflictError, NotFoundError
from geodata.index import SiteIndex
from geodata.ratings import Evidence, score
from geodata.sites import Amenity, SourceRef
from geodata.store import BatchInfo, NewReview, NewSite, Store, merge_sites, revert_batch
from geodata.vocabulary import load_vocabulary
from tests.sites import a_site

TODAY = date(2026, 11, 21)
STAR = Evidence("star", 4.0, 5.0, 1, date(2026, 6, 1), None, "", "区", "")


@pytest.fixture
def codes(store: Store) -> tuple[str, str]:
    one = replace(a_site("工会驿站"), phone="1", labels=("甲",), facilities={"wifi": Amenity("yes")})
    two = replace(
        a_site("爱心驿家"), phone="", address="一路1号", labels=("乙",), facilities={"wifi": Amenity("unknown")}
    )
    with store.write(BatchInfo("sites", "li", "s")) as writer:
        kept, gone = writer.add([NewSite(two, (SourceRef("a", "1"),)), NewSite(one, (SourceRef("b", "2"),))])
        writer.put_evidence(2, "k", STAR)
        writer.put_scores({2: score([STAR], TODAY)})
    return kept, gone


def test_both_codes_lead_to_the_one_that_stays(store: Store, codes: tuple[str, str]) -> None:
    kept, gone = codes
    before = store.site(kept), store.site(gone)
    batch = merge_sites(store, gone, kept, "zhao", today=TODAY)
    found = store.site(gone)
    assert found.code == kept
    site = found.site
    assert (site.name, site.former_names, site.phone, site.address) == ("爱心驿家", ("工会驿站",), "1", "一路1号")
    assert (site.labels, site.facilities["wifi"].value, site.state) == (("乙", "甲"), "yes", "open")
    assert {(ref.source, ref.key) for ref in found.sources} == {("a", "1"), ("b", "2")}
    assert found.score is not None
    assert [outline.code for outline in store.outlines()] == [kept]
    index = SiteIndex.load(store, vocabulary=load_vocabulary(), tz=ZoneInfo("Asia/Shanghai"))
    assert (index.canonical(gone), index.row_of(gone)) == (kept, None)
    with pytest.raises(ConflictError):
        merge_sites(store, gone, kept, "zhao")
    revert_batch(store, batch, "zhao", today=TODAY)
    after = store.site(kept), store.site(gone)
    assert [(one.site, one.sources, one.score) for one in after] == [
        (one.site, one.sources, one.score) for one in before
    ]
    assert store.check() == []


def test_a_site_that_is_not_there_cannot_be_merged(store: Store, codes: tuple[str, str]) -> None:
    with pytest.raises(NotFoundError):
        merge_sites(store, "NOSUCH", codes[0], "zhao")
    assert len(store.batches()) == 1


def test_questions_are_asked_once_and_decided_once(store: Store, codes: tuple[str, str]) -> None:
    asked = NewReview("match", "c", "9", 1, 0.5, {"name": 4.0}, {"name": "驿站"})
    with store.write(BatchInfo("sites", "li", "c")) as writer:
        assert writer.put_reviews([asked, replace(asked, source_key="8"), replace(asked, kind="vanished")]) == 3
        batch = writer.batch_id
    version = store.state().data_version
    with store.write(BatchInfo("sites", "li", "c")) as writer:
        assert writer.put_reviews([replace(asked, score=0.6)]) == 0
    assert store.state().data_version == version
    first, second, third = sorted(store.reviews(), key=lambda review: review.id)
    assert (first.asked.score, first.site, second.asked.source_key) == (0.6, codes[0], "8")
    with store.write(BatchInfo("review", "zhao")) as writer:
        writer.decide(first, "accepted")
        writer.decide(third, "rejected")
    with pytest.raises(ConflictError), store.write(BatchInfo("review", "zhao")) as writer:
        writer.decide(first, "rejected")
    with store.write(BatchInfo("sites", "li", "c")) as writer:
        assert writer.put_reviews([replace(asked, kind="vanished")]) == 0
        writer.settle_reviews("match", "c", ["8"])
    assert store.reviews() == []
    assert store.reviews(states=["rejected"], ids=[third.id])[0].decided_by == "zhao"
    assert batch
