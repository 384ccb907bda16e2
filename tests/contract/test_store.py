"""What every store keeps and gives back: the same on SQLite and PostGIS."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geodata.calendar import CalendarDay, official_days
from geodata.errors import ConflictError, NotFoundError, ValueUnusableError
from geodata.sites import (
    CODE_ALPHABET,
    Amenity,
    Entrance,
    Position,
    Site,
    SourceRef,
)
from geodata.store import BatchInfo, NewSite, SiteUpdate, Store, open_store, sitewriting
from tests.sites import a_site, full_site, sites

BY_HAND = BatchInfo("edit", "wang")
IMPORT = BatchInfo("sites", "li", source="yantai", file_name="站点.csv", file_sha256="ab" * 32, note="第一批")


def add(store: Store, *items: NewSite) -> list[str]:
    with store.write(IMPORT) as writer:
        return writer.add(items)


def add_and_fail(store: Store) -> None:
    with store.write(IMPORT) as writer:
        writer.add([NewSite(a_site())])
        writer.put_calendar_days([CalendarDay(date(2031, 1, 1), "holiday", "元旦", "New Year", "x")])
        raise ZeroDivisionError


def edit(store: Store, code: str, **values: object) -> int:
    before = store.site(code)
    with store.write(BY_HAND) as writer:
        return writer.update([SiteUpdate(before, replace(before.site, **values))])


def test_every_field_comes_back_as_it_was_written(store: Store) -> None:
    site = full_site()
    refs = (SourceRef("a", "1", date(2026, 1, 2)), SourceRef("b", "钥匙"))
    before = datetime.now(UTC)
    [code] = add(store, NewSite(site, refs, "dahaiyang"))
    stored = store.site(code)
    assert stored.site == site
    assert stored.sources == refs
    assert (stored.version, stored.score) == (1, None)
    assert len(code) == 6
    assert set(code) <= set(CODE_ALPHABET)
    assert before <= stored.created_at == stored.updated_at <= datetime.now(UTC)
    assert stored.created_at.utcoffset() == timedelta(0)


def test_no_code_is_given_twice(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    [first] = add(store, NewSite(a_site("first")))
    with store.write(BY_HAND) as writer:
        writer.add_alias("ALIAS2", first)
    drawn = [[first, "ALIAS2", "NEW222"], ["NEW222", "NEW333"], ["NEW444"]]
    monkeypatch.setattr(sitewriting, "new_codes", lambda count: drawn.pop(0))
    codes = add(store, *(NewSite(a_site(name)) for name in "甲乙丙"))
    assert sorted(codes) == ["NEW222", "NEW333", "NEW444"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=st.lists(sites(), min_size=1, max_size=5))
def test_any_site_comes_back_as_it_was_written(store: Store, found: list[Site]) -> None:
    codes = add(store, *(NewSite(site) for site in found))
    assert [store.site(code).site for code in codes] == found
    assert [stored.site for stored in store.sites(codes=codes)] == found


def test_a_site_is_found_by_code_source_and_key(store: Store) -> None:
    codes = add(
        store,
        NewSite(a_site("甲"), (SourceRef("a", "1"), SourceRef("b", "1"))),
        NewSite(a_site("乙"), (SourceRef("a", "2"),)),
        NewSite(a_site("丙")),
    )
    assert [stored.code for stored in store.sites()] == codes
    assert [stored.code for stored in store.sites(codes=[codes[2], codes[0], "NOSUCH"])] == [codes[0], codes[2]]
    assert [stored.code for stored in store.sites(source="b")] == [codes[0]]
    assert [stored.code for stored in store.sites(source="a", codes=codes[1:])] == [codes[1]]
    assert {key: stored.code for key, stored in store.by_source("a", ["2", "1", "3"]).items()} == {
        "1": codes[0],
        "2": codes[1],
    }
    assert list(store.sites(codes=[])) == []
    assert store.by_source("a", []) == {}


def test_more_keys_than_one_question_may_hold(store: Store) -> None:
    codes = add(store, *(NewSite(a_site(str(i)), (SourceRef("a", str(i)),)) for i in range(12_000)))
    found = store.by_source("a", [str(i) for i in range(11_000)])
    assert {key: stored.code for key, stored in found.items()} == {str(i): codes[i] for i in range(11_000)}
    assert [stored.code for stored in store.sites(codes=codes)] == codes


@pytest.mark.parametrize("code", ["NOSUCH", "", "A\0B", "\ud800", "'; DROP TABLE sites; --"])
def test_a_code_that_no_site_has_is_not_found(store: Store, code: str) -> None:
    add(store, NewSite(a_site()))
    for ask in (store.site, store.history):
        with pytest.raises(NotFoundError):
            ask(code)
    assert list(store.sites(codes=[code])) == []
    assert store.by_source("a", [code]) == {}


def test_an_edit_raises_the_versions_and_is_kept_in_the_history(store: Store) -> None:
    [code, other] = add(store, NewSite(full_site()), NewSite(a_site()))
    start = store.state()
    before = store.site(code)
    facilities = {"toilet": Amenity("no", "verified"), "microwave": Amenity("yes"), "wifi": Amenity("yes")}
    assert edit(store, code, phone="110", position=None, facilities=facilities) == 1
    after = store.site(code)
    assert store.state().store_id == start.store_id
    assert store.state().data_version == start.data_version + 1 == after.data_version
    assert after.version == 2
    assert after.site == replace(before.site, phone="110", position=None, facilities=facilities)
    assert after.created_at == before.created_at
    assert after.updated_at > before.updated_at
    assert store.site(other).version == 1
    created, *changes = store.history(code)
    assert (created.field, created.before, created.after) == ("created", None, code)
    assert (created.batch.info, created.batch.data_version) == (IMPORT, start.data_version)
    assert {change.batch.info for change in changes} == {BY_HAND}
    assert {change.field: (change.before, change.after) for change in changes} == {
        "phone": ("0535-0000000", "110"),
        "position": (
            {
                "lon": before.site.position and before.site.position.lon,
                "lat": before.site.position and before.site.position.lat,
                "precision": "address",
                "note": "geocoded",
                "given_lon": 121.4043,
                "given_lat": 37.5321,
                "given_datum": "gcj02",
            },
            None,
        ),
        "facilities.toilet": (
            {
                "value": "limited",
                "basis": "verified",
                "as_of": "2026-05-04",
                "note": "附近",
                "hours": {"osm": "24/7", "text": "全天"},
            },
            {"value": "no", "basis": "verified"},
        ),
        "facilities.wifi": (None, {"value": "yes", "basis": "claimed"}),
    }


def test_what_does_not_differ_is_not_written(store: Store) -> None:
    ref = SourceRef("a", "1", date(2026, 1, 1))
    [code] = add(store, NewSite(full_site(), (ref,), "x"))
    state, batches, before = store.state(), store.batches(), store.site(code)
    with store.write(IMPORT) as writer:
        assert writer.update([SiteUpdate(before, full_site(), (ref, SourceRef("a", "1")), "x")]) == 0
        assert writer.update([SiteUpdate(before, full_site())]) == 0
    assert (store.state(), store.batches(), store.site(code)) == (state, batches, before)
    with store.write(IMPORT) as writer:
        writer.finish({"unchanged": 1})
    assert store.state() == state
    assert store.batches()[-1].counts == {"unchanged": 1}
    assert store.batches()[-1].data_version is None


def test_a_source_that_saw_a_site_again_is_no_new_version_of_it(store: Store) -> None:
    [code] = add(store, NewSite(a_site(), (SourceRef("a", "1", date(2026, 1, 1)),)))
    before = store.site(code)
    refs = (SourceRef("a", "1", date(2026, 2, 1)),)
    with store.write(IMPORT) as writer:
        assert writer.update([SiteUpdate(before, before.site, refs, "new words")]) == 1
    after = store.site(code)
    assert after.sources == refs
    assert (after.version, after.updated_at) == (before.version, before.updated_at)
    with store.read_since(before.data_version) as rows:
        assert [(row.code, row.search) for row in rows.rows()] == [(code, "new words")]
    with store.write(IMPORT) as writer:
        assert writer.update([SiteUpdate(after, after.site, (SourceRef("b", "9"),))]) == 1
    assert store.site(code).sources == (*refs, SourceRef("b", "9"))
    assert store.site(code).version == 2
    assert store.history(code)[-1].after == ["b", "9"]


def test_an_edit_of_an_older_version_is_a_conflict_and_nothing_is_written(store: Store) -> None:
    [first, second] = add(store, NewSite(a_site("甲")), NewSite(a_site("乙")))
    seen = [store.site(first), store.site(second)]
    edit(store, second, name="丙")
    state = store.state()
    updates = [SiteUpdate(before, replace(before.site, name="丁")) for before in seen]
    with pytest.raises(ConflictError) as caught, store.write(BY_HAND) as writer:
        writer.update(updates)
    assert (caught.value.code, caught.value.message.params["site"]) == ("site_changed", second)
    assert store.state() == state
    assert [store.site(code).site.name for code in (first, second)] == ["甲", "丙"]


def test_the_same_site_twice_in_one_transaction_is_a_conflict_unless_read_again(store: Store) -> None:
    [code] = add(store, NewSite(a_site("甲")))
    before = store.site(code)
    twice = [SiteUpdate(before, replace(before.site, name=name)) for name in ("乙", "丙")]
    with pytest.raises(ConflictError), store.write(BY_HAND) as writer:
        writer.update(twice)
    assert store.site(code) == before
    with store.write(BY_HAND) as writer:
        writer.update(twice[:1])
        with pytest.raises(ConflictError):
            writer.update(twice[1:])
    [after] = store.sites()
    assert (after.site.name, after.version) == ("乙", 2)


def test_a_source_key_belongs_to_one_site(store: Store) -> None:
    [first, second] = add(store, NewSite(a_site("甲"), (SourceRef("a", "1"),)), NewSite(a_site("乙")))
    with pytest.raises(ConflictError):
        add(store, NewSite(a_site("丙"), (SourceRef("a", "1"),)))
    before = store.site(second)
    with pytest.raises(ConflictError) as caught, store.write(BY_HAND) as writer:
        writer.update([SiteUpdate(before, before.site, (SourceRef("a", "1"),))])
    assert caught.value.code == "source_key_taken"
    assert [stored.code for stored in store.sites()] == [first, second]
    assert store.by_source("a", ["1"])["1"].code == first


def test_an_exception_leaves_nothing_behind(store: Store) -> None:
    state = store.state()
    with pytest.raises(ZeroDivisionError):
        add_and_fail(store)
    assert store.state() == state
    assert list(store.sites()) == []
    assert store.batches() == []
    assert date(2031, 1, 1) not in {day.day for day in store.calendar_days()}


@pytest.mark.parametrize(
    "values",
    [
        {"position": Position(180.1, 0)},
        {"position": Position(0, -90.1)},
        {"position": Position(float("nan"), 0)},
        {"position": Position(0, 0, "none")},
        {"entrance": Entrance(0, 91)},
        {"name": "a\0b"},
        {"name": "\ud800"},
        {"name": None},
        {"labels": ("a\0b",)},
        {"facilities": {"toilet": Amenity("yes", note="\udfff")}},
        {"area_m2": float("inf")},
        {"capacity": 2**31},
    ],
    ids=str,
)
def test_a_value_that_cannot_be_kept_is_refused(store: Store, values: dict[str, object]) -> None:
    state = store.state()
    with pytest.raises(ValueUnusableError):
        add(store, NewSite(a_site()), NewSite(replace(a_site(), **values)))
    assert store.state() == state
    assert list(store.sites()) == []


def test_an_alias_leads_to_the_present_site_for_ever(store: Store) -> None:
    first, second, third = add(store, *(NewSite(a_site(name)) for name in "甲乙丙"))
    with store.write(BY_HAND) as writer:
        writer.add_alias(first, second)
        writer.add_alias("OLD234", first)
    assert {store.site(code).code for code in (first, second, "OLD234")} == {second}
    with store.write(BY_HAND) as writer:
        writer.add_alias(second, third)
    assert {store.site(code).code for code in (first, second, third, "OLD234")} == {third}
    with store.read_since(-1) as rows:
        assert dict(rows.aliases) == {first: third, second: third, "OLD234": third}
    version = store.state().data_version
    with store.write(BY_HAND) as writer:
        writer.add_alias(second, third)
    assert store.state().data_version == version
    for old, code, error in ((third, first, ConflictError), ("X", "NOSUCH", NotFoundError)):
        with pytest.raises(error), store.write(BY_HAND) as writer:
            writer.add_alias(old, code)


def test_read_since_gives_what_was_written_since(store: Store) -> None:
    codes = add(store, *(NewSite(a_site(str(i)), (SourceRef("a", str(i)),), f"w{i}") for i in range(5)))
    version = store.state().data_version
    edit(store, codes[3], name="新")
    edit(store, codes[1], name="新")
    with store.read_since(-1) as rows:
        assert [row.code for row in rows.rows()] == codes
        assert (rows.calendar_changed, rows.areas_changed) == (True, False)
    with store.read_since(version) as rows:
        assert rows.state == store.state()
        found = list(rows.rows())
        assert [(row.code, row.name, row.search, row.sources) for row in found] == [
            (codes[i], "新", f"w{i}", (SourceRef("a", str(i)),)) for i in (1, 3)
        ]
        assert (rows.calendar_changed, rows.areas_changed) == (False, False)
        assert rows.calendar_days == official_days()
    with store.read_since(version + 2) as rows:
        assert list(rows.rows()) == []


def test_read_since_shows_one_snapshot(store: Store) -> None:
    codes = add(store, *(NewSite(a_site(str(i))) for i in range(3)))
    with store.read_since(-1) as rows:
        version = rows.state.data_version
        edit(store, codes[0], name="later")
        add(store, NewSite(a_site("later")))
        assert [row.name for row in rows.rows()] == ["0", "1", "2"]
    assert store.state().data_version == version + 2


def test_batches_say_who_wrote_what_from_where(store: Store) -> None:
    with store.write(IMPORT) as writer:
        writer.add([NewSite(a_site())])
        writer.finish({"created": 1, "rejected": 0})
        number = writer.batch_id
    [batch] = store.batches()
    assert (batch.id, batch.info, batch.counts) == (number, IMPORT, {"created": 1, "rejected": 0})
    assert batch.data_version == store.state().data_version
    assert batch.finished_at is not None
    assert batch.started_at <= batch.finished_at


def test_ids_rise_and_are_not_used_again(store: Store) -> None:
    [first] = add(store, NewSite(a_site()))
    with pytest.raises(ZeroDivisionError):
        add_and_fail(store)
    [second] = add(store, NewSite(a_site()))
    assert store.site(second).id > store.site(first).id


def test_the_same_shape_of_sites_has_the_constraints_on_both(store: Store) -> None:
    """What slips past the writer is refused by the database itself."""
    [code] = add(store, NewSite(a_site()))
    for change in ("lat = 91", "lon = NULL", "labels = NULL", "version = 0", "entrance_lon = 1"):
        with pytest.raises(sa.exc.IntegrityError), store.backend.writing() as connection:
            connection.execute(sa.text(f"UPDATE sites SET {change} WHERE code = :code"), {"code": code})


def test_a_store_reads_what_another_process_connection_wrote(store: Store, tmp_path: Path) -> None:
    url = store.backend.url.render_as_string(hide_password=False)
    other = open_store(url)
    try:
        [code] = add(other, NewSite(a_site("甲")))
        assert store.site(code).site.name == "甲"
        edit(store, code, name="乙")
        assert other.site(code).site.name == "乙"
    finally:
        other.dispose()
