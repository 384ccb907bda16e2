"""``stationmap db copy``: from one store into an empty one, both ways, with equal content."""

from __future__ import annotations

import threading
from dataclasses import astuple, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely
import sqlalchemy as sa

from geodata.areas import Area
from geodata.calendar import CalendarDay
from geodata.candidates import Candidate, Check
from geodata.demand import DemandPoints
from geodata.errors import StoreError, StoreSchemaError
from geodata.indicators import Indicator, Period
from geodata.ratings import Evidence
from geodata.sites import Score, SourceRef
from geodata.store import BatchInfo, NewReport, NewReview, NewSite, SiteUpdate, Store, copy_store, open_store, schema
from geodata.store.candidates import put_candidates
from geodata.store.runs import submit
from geodata.streets import StreetNetwork
from tests.sites import a_site, full_site


def content(store: Store) -> dict[str, Any]:
    """Return everything in a store but its own id: all tables row by row, and the sequences."""
    found: dict[str, Any] = {}
    with store.backend.reading() as connection:
        for table in schema.metadata.sorted_tables:
            key = [column.asc() for column in table.primary_key]
            columns = [column for column in table.c if column.name != "store_id"]
            found[table.name] = [tuple(row) for row in connection.execute(sa.select(*columns).order_by(*key))]
            if "id" in table.c and table is not schema.store_state:
                found[f"{table.name} sequence"] = store.backend.last_id(connection, table)
    return found


def fill(store: Store) -> list[str]:
    """Put something into every table, with what is awkward: long fractions, odd signs, JSON numbers, gaps in ids."""
    odd = replace(a_site("𠮷\t\\N\r\n'\"\\"), area_m2=0.1 + 0.2, capacity=2**31 - 1, valid_from=date(1, 1, 1))
    with store.write(BatchInfo("sites", "li", "源", "a.csv", "00", "n")) as writer:
        codes = writer.add(
            [
                NewSite(odd, (SourceRef("a", "1", date(2026, 1, 1)), SourceRef("a", "\\.")), "pinyin"),
                NewSite(full_site()),
                NewSite(a_site(), (SourceRef("b", "1"),)),
            ]
        )
        writer.finish({"created": 3})
    first = store.site(codes[0])
    with store.write(BatchInfo("edit", "wang")) as writer:
        writer.update(
            [SiteUpdate(first, replace(first.site, area_m2=1.0, labels=("甲",), valid_to=date(9999, 12, 31)))]
        )
        writer.add_alias("OLD234", codes[0])
        box = shapely.MultiPolygon([shapely.box(0.1, 0.2, 1 / 3, 2 / 3)])
        writer.put_areas([Area("370602", "芝罘区", "Zhifu", "district", "3706", box, "s", True)])
        writer.put_calendar_days([CalendarDay(date(2031, 1, 1), "holiday", "元旦", "New Year", "s")])
        star = Evidence("star", 4.1, 5.0, 1, date(2026, 1, 1), None, "", "a", "")
        writer.put_evidence(first.id, "k", star)
        writer.put_evidence(first.id, "l", replace(star, scheme="award", value=None, scale=None, level="city"))
        writer.put_scores({first.id: Score(1 / 3, 4, 2, 2 / 3)})
        half = Period(date(2026, 1, 1), date(2026, 6, 30))
        figure = Indicator("visits", "n", half, 0.1 + 0.2, "person_times", "s", "\\N")
        writer.put_indicators([(first.id, figure), ("370602", figure)])
        writer.put_reviews([NewReview("match", "c", "9", first.id, 0.1 + 0.2, {"name": 4.0}, {"row": 2})])
        writer.add_user("li", "hash")
        writer.add_report(NewReport(first.id, "moved", "n", "搬了", lon=0.1 + 0.2, lat=1 / 3))
        writer.put_streets("镇", StreetNetwork.from_arrays([0.1, 0.2], [0.1, 0.3], [0], [1]))
        writer.put_demand("人", DemandPoints.of([0.1], [1 / 3], [2 / 3]))
        put_candidates(
            writer, [Candidate("list", "1", "网点", 0.1 + 0.2, 1 / 3, cost=1 / 3, checks={"toilet": Check("settled")})]
        )
    submit(store, "p = 1", "前五个", "li", today=date(2026, 1, 1))
    with store.backend.writing() as connection:
        organisation = {column.name: "x" for column in schema.organisations.c}
        connection.execute(sa.insert(schema.organisations), organisation | {"data_version": 1})
        for table in (schema.sites, schema.changes):
            store.backend.set_last_id(connection, table, 1000)
    return codes


@pytest.fixture
def copied(tmp_path: Path) -> Any:
    opened = []

    def open_new(name: str) -> Store:
        store = open_store(f"sqlite:///{tmp_path / name}.db")
        opened.append(store)
        return store

    yield open_new
    for store in opened:
        store.dispose()


def test_there_and_back_gives_the_same_content(sqlite_store: Store, postgis_store: Store, copied: Any) -> None:
    [code, *_] = fill(sqlite_store)
    original = content(sqlite_store)
    assert all(original.values()), "a table without a row proves nothing"
    counts = copy_store(sqlite_store, postgis_store)
    assert content(postgis_store) == original
    assert counts == {name: len(rows) for name, rows in original.items() if isinstance(rows, list)}
    back = copied("back")
    copy_store(postgis_store, back)
    assert content(back) == original
    assert content(sqlite_store) == original
    assert len({store.state().store_id for store in (sqlite_store, postgis_store, back)}) == 3
    for store in (postgis_store, back):
        assert [problem.code for problem in store.check()] == [problem.code for problem in sqlite_store.check()]
        assert store.site("OLD234") == sqlite_store.site(code)
        assert list(map(astuple, store.areas())) == list(map(astuple, sqlite_store.areas()))
        assert store.history(code) == sqlite_store.history(code)


def test_a_copy_goes_on_counting_where_the_original_was(store: Store, copied: Any) -> None:
    fill(store)
    target = copied("target")
    copy_store(store, target)
    with target.write(BatchInfo("sites", "li")) as writer:
        [code] = writer.add([NewSite(a_site())])
    assert target.site(code).id == 1001
    assert target.state().data_version == store.state().data_version + 1


def test_the_copy_says_how_far_it_is(store: Store, copied: Any) -> None:
    with store.write(BatchInfo("sites", "li")) as writer:
        writer.add([NewSite(a_site(str(i))) for i in range(6000)])
    seen: list[tuple[str, int]] = []
    copy_store(store, copied("target"), lambda table, rows: seen.append((table, rows)))
    assert [rows for table, rows in seen if table == "sites"] == [5000, 1000]


@pytest.mark.parametrize("kind", ["sqlite", "postgis"])
def test_a_target_with_data_is_left_alone(kind: str, request: pytest.FixtureRequest, copied: Any) -> None:
    target: Store = request.getfixturevalue(f"{kind}_store")
    with target.write(BatchInfo("sites", "li")) as writer:
        writer.add([NewSite(a_site())])
    before = content(target)
    source = copied("source")
    source.upgrade()
    fill(source)
    with pytest.raises(StoreError) as caught:
        copy_store(source, target)
    assert caught.value.code == "store_not_empty"
    assert content(target) == before


@pytest.mark.parametrize("kind", ["sqlite", "postgis"])
def test_a_copy_that_fails_leaves_an_empty_target(
    kind: str, request: pytest.FixtureRequest, copied: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    target: Store = request.getfixturevalue(f"{kind}_store")
    source = copied("source")
    source.upgrade()
    fill(source)
    before = content(target)

    def fail(table: str, rows: int) -> None:
        if table == "changes":
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        copy_store(source, target, fail)
    after = content(target)
    assert {name: after[name] for name in before if "sequence" not in name} == {
        name: rows for name, rows in before.items() if "sequence" not in name
    }
    copy_store(source, target)
    assert content(target) == content(source)


def test_what_is_written_meanwhile_is_not_copied(store: Store, copied: Any) -> None:
    fill(store)
    before = content(store)
    target = copied("target")
    written = threading.Event()

    def write(table: str, rows: int) -> None:
        if not written.is_set():
            written.set()
            with store.write(BatchInfo("sites", "li")) as writer:
                writer.add([NewSite(a_site("late"))])

    copy_store(store, target, write)
    after = content(target)
    assert {name: rows for name, rows in after.items() if "sequence" not in name} == {
        name: rows for name, rows in before.items() if "sequence" not in name
    }
    assert len(list(store.sites())) == len(list(target.sites())) + 1


def test_a_store_is_not_copied_onto_itself(sqlite_store: Store, tmp_path: Path) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(tmp_path / "store.db")
    for url in (sqlite_store.url, f"sqlite:///{link}"):
        again = open_store(url)
        with pytest.raises(StoreError) as caught:
            copy_store(sqlite_store, again)
        assert caught.value.code == "store_same"
        again.dispose()


def test_source_and_target_must_be_this_programs(sqlite_store: Store, tmp_path: Path, copied: Any) -> None:
    missing = copied("missing")
    with pytest.raises(StoreSchemaError) as caught:
        copy_store(missing, sqlite_store)
    assert caught.value.code == "store_missing"
    (tmp_path / "foreign.db").write_bytes(b"no database" * 100)
    with pytest.raises(StoreSchemaError) as caught:
        copy_store(sqlite_store, copied("foreign"))
    assert caught.value.code == "store_not_database"
