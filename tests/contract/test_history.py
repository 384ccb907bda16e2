"""A batch is shown field by field and taken back as a whole, on both stores; what changed since is left."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import shapely
from click.testing import CliRunner, Result

from geodata.areas import Area
from geodata.calendar import CalendarDay
from geodata.errors import ConflictError, NotFoundError
from geodata.ratings import Evidence
from geodata.sites import Amenity, SourceRef, StoredSite
from geodata.store import BatchInfo, NewSite, SiteUpdate, Store, revert_batch
from tests.sites import a_site, full_site
from webmap.cli import main

TODAY = date(2026, 11, 21)
LI, WANG = BatchInfo("sites", "li", "街道", "a.csv"), BatchInfo("edit", "wang")


def add(store: Store, *names: str) -> tuple[int, list[str]]:
    with store.write(LI) as writer:
        codes = writer.add([NewSite(a_site(name), (SourceRef("街道", name),), name) for name in names])
        writer.finish({"created": len(names)})
        return writer.batch_id, codes


def edit(store: Store, code: str, **values: object) -> int:
    before = store.site(code)
    with store.write(WANG) as writer:
        writer.update([SiteUpdate(before, replace(before.site, **values))])  # type: ignore[arg-type]
        return writer.batch_id


def what(stored: StoredSite) -> tuple[object, ...]:
    return stored.site, stored.sources


def test_a_revert_puts_every_field_back_and_can_be_reverted(store: Store) -> None:
    _, (code,) = add(store, "A")
    before = store.site(code)
    with store.write(WANG) as writer:
        writer.update([SiteUpdate(before, full_site(), (SourceRef("区", "9"),), "new words")])
        batch = writer.batch_id
    after = store.site(code)
    done = revert_batch(store, batch, "zhao")
    assert (done.left, done.closed) == ([], 0)
    assert what(store.site(code)) == what(before)
    with store.read_since(-1) as since:
        assert [row.search for row in since.rows()] != ["new words"]
    assert done.batch is not None
    revert_batch(store, done.batch, "zhao")
    assert what(store.site(code)) == what(after)
    assert {change.batch.info.kind for change in store.history(code)} == {"sites", "edit", "revert"}


def test_what_changed_again_since_is_reported_and_left(store: Store) -> None:
    _, (code,) = add(store, "A")
    first = edit(store, code, phone="1", facilities={"toilet": Amenity("yes"), "wifi": Amenity("yes")})
    edit(store, code, phone="2", facilities={"toilet": Amenity("yes"), "wifi": Amenity("no")})
    done = revert_batch(store, first, "zhao")
    assert {(left.of, left.field, left.reason.code) for left in done.left} == {
        (code, "phone", "revert_changed_since"),
        (code, "facilities.wifi", "revert_changed_since"),
    }
    site = store.site(code).site
    assert (site.phone, dict(site.facilities)) == ("2", {"wifi": Amenity("no")})
    assert done.restored == 1


def test_reverts_from_the_last_to_the_first_leave_nothing(store: Store) -> None:
    created, (code,) = add(store, "A")
    batches = [edit(store, code, phone=str(n)) for n in range(3)]
    for batch in reversed(batches):
        assert revert_batch(store, batch, "zhao").left == []
    assert store.site(code).site == a_site("A")
    assert revert_batch(store, created, "zhao", today=TODAY).closed == 1


def test_sites_that_were_added_close_with_the_reason_and_keep_their_keys(store: Store) -> None:
    batch, (used, unused) = add(store, "A", "B")
    edit(store, used, phone="1")
    done = revert_batch(store, batch, "zhao", today=TODAY)
    assert done.closed == 1
    assert [(left.of, left.field, left.reason.code) for left in done.left] == [(used, "created", "revert_site_used")]
    assert store.site(used).site.state == "open"
    closed = store.site(unused)
    assert (closed.site.state, closed.sources) == ("closed", (SourceRef("街道", "B"),))
    assert closed.site.closures[0].start == TODAY
    assert str(batch) in closed.site.closures[0].reason
    assert done.batch is not None
    revert_batch(store, done.batch, "zhao")
    assert store.site(unused).site == a_site("B")


def test_codes_of_merged_sites_come_back(store: Store) -> None:
    _, (one, two, three) = add(store, "A", "B", "C")
    with store.write(WANG) as writer:
        writer.add_alias(one, two)
    with store.write(WANG) as writer:
        writer.add_alias(two, three)
        batch = writer.batch_id
    assert {store.site(code).code for code in (one, two)} == {three}
    done = revert_batch(store, batch, "zhao")
    assert done.left == []
    assert [store.site(code).code for code in (one, two, three)] == [two, two, three]
    assert done.batch is not None
    revert_batch(store, done.batch, "zhao")
    assert {store.site(code).code for code in (one, two)} == {three}


def test_evidence_comes_back_with_its_scores(store: Store) -> None:
    _, (code,) = add(store, "A")
    site_id = store.site(code).id
    star = Evidence("star", 4.0, 5.0, 1, date(2026, 6, 1), None, "", "区", "")
    with store.write(BatchInfo("ratings", "li")) as writer:
        writer.put_evidence(site_id, "a", star)
    with store.write(BatchInfo("ratings", "li")) as writer:
        writer.put_evidence(site_id, "a", replace(star, value=2.0))
        writer.put_evidence(site_id, "b", replace(star, scheme="review", count=9))
        batch = writer.batch_id
    done = revert_batch(store, batch, "zhao", today=TODAY)
    assert (done.restored, done.left) == (2, [])
    assert store.evidence()[site_id] == [star]
    rating = store.site(code).score
    assert rating is not None
    assert rating.stars == 4
    assert done.batch is not None
    revert_batch(store, done.batch, "zhao", today=TODAY)
    assert len(store.evidence()[site_id]) == 2


def test_areas_and_calendar_days_come_back(store: Store) -> None:
    box = shapely.MultiPolygon([shapely.box(121, 37, 122, 38)])
    area = Area("370602", "芝罘区", "Zhifu", "district", None, box, "s", False)
    day = CalendarDay(date(2031, 1, 1), "holiday", "元旦", "New Year", "s")
    with store.write(BatchInfo("areas", "li")) as writer:
        writer.put_areas([area])
    with store.write(BatchInfo("areas", "li")) as writer:
        writer.put_areas([replace(area, name="错"), replace(area, adcode="370611")])
        writer.put_calendar_days([day])
        batch = writer.batch_id
    days = len(store.calendar_days())
    version = store.state().data_version
    done = revert_batch(store, batch, "zhao")
    assert (done.restored, done.left) == (3, [])
    assert [(found.adcode, found.name) for found in store.areas()] == [("370602", "芝罘区")]
    assert len(store.calendar_days()) == days - 1
    with store.read_since(version) as since:
        assert (since.areas_changed, since.calendar_changed) == (True, True)
    assert done.batch is not None
    revert_batch(store, done.batch, "zhao")
    assert [found.name for found in store.areas()] == ["错", "芝罘区"]
    assert day in store.calendar_days()


def test_what_cannot_be_reverted_says_so(store: Store) -> None:
    with pytest.raises(NotFoundError):
        revert_batch(store, 99, "zhao")
    with store.write(LI) as writer:
        writer.finish({"created": 0})
        empty = writer.batch_id
    with pytest.raises(ConflictError) as caught:
        revert_batch(store, empty, "zhao")
    assert caught.value.code == "batch_changed_nothing"
    with store.write(LI) as writer:
        writer.record_of("moon:1", None, {"full": True})
        foreign = writer.batch_id
    with pytest.raises(ConflictError) as caught:
        revert_batch(store, foreign, "zhao")
    assert caught.value.code == "batch_not_revertible"
    assert len(store.batches()) == 2


@pytest.fixture
def run(sqlite_store: Store, fresh_sqlite: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):  # type: ignore[no-untyped-def]
    monkeypatch.setenv("STATIONMAP_DATABASE_URL", fresh_sqlite)
    monkeypatch.chdir(tmp_path)

    def run(*words: object) -> Result:
        return CliRunner().invoke(main, ["--lang", "en", *(str(word) for word in words)])

    return run


def test_the_commands(run, sqlite_store: Store) -> None:  # type: ignore[no-untyped-def]
    batch, (code,) = add(sqlite_store, "A")
    edited = edit(sqlite_store, code, phone="0535-1", note="\x1b[31m" + "长" * 100)
    listed = run("batches", "list").output.splitlines()
    assert [line.split()[0] for line in listed] == [str(edited), str(batch)]
    assert "a.csv" in listed[1]
    shown = run("batches", "show", edited).output
    assert f"{code}  phone:  → 0535-1" in shown
    assert "\x1b" not in shown
    assert json.loads(run("batches", "show", batch, "--json").output)["changes"][0]["after"] == code
    assert "more changes than the 1" in run("batches", "show", edited, "--limit", 1).output
    assert "phone" in run("history", code.lower()).output
    assert [c["field"] for c in json.loads(run("history", code, "--json").output)] == ["created", "phone", "note"]
    edit(sqlite_store, code, phone="2")
    done = run("batches", "revert", edited)
    assert done.exit_code == 3
    assert "1 values put back" in done.output
    assert f"phone of {code}" in done.output
    again = run("batches", "revert", edited)
    assert (again.exit_code, "nothing was written" in again.output) == (1, True)
    assert run("batches", "revert", 99).exit_code == 1
    assert run("history", "NOSUCH").exit_code == 1
    assert len(json.loads(run("batches", "list", "--json").output)) == 4
