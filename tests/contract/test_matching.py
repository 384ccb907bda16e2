"""Rows of another list find their places on both stores, or ask; nothing of a better source is spoilt."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from geodata.errors import ConflictError, NotFoundError
from geodata.sites import StoredSite
from geodata.store import Store, revert_batch
from importers.profile import Profile
from importers.report import ImportReport
from importers.review import accept, reject
from importers.sites import import_sites
from tests.importing import Load, Rows, codes, only, write_rows
from webmap.cli import main

STREET = {
    "id": "s1", "name": "大海阳路工会驿站", "lon": "121.3900", "lat": "37.5300", "address": "芝罘区大海阳路12号",
    "phone": "0535-1234567", "facilities": "饮水",
}  # fmt: skip
#: The same place in another list: another programme's name, traditional characters, 40 m off, another telephone.
OTHER = {
    "id": "p9", "name": "爱心驿家（大海陽路）", "lon": "121.3904", "lat": "37.5301",
    "address": "烟台市芝罘区大海阳路12号", "phone": "0535-7654321", "facilities": "微波炉", "note": "二楼",
}  # fmt: skip
#: Resembles it, and says too little to be sure.
UNSURE = {"id": "p8", "name": "大海阳路驿站", "lon": "121.3918", "lat": "37.5300", "address": "", "phone": ""}


@pytest.fixture
def load(store: Store, tmp_path: Path) -> Load:
    def load(rows: Rows, source: str = "street", **options: Any) -> ImportReport:
        path = write_rows(tmp_path / "list.csv", rows)
        return import_sites(store, path, **{"kind": "rest_station", "datum": "wgs84", "source": source, **options})

    return load


def refs(stored: StoredSite) -> set[tuple[str, str]]:
    return {(ref.source, ref.key) for ref in stored.sources}


def test_a_row_of_another_list_finds_its_place(store: Store, load: Load) -> None:
    load([STREET])
    report = load([OTHER], "partner")
    stored = only(store)
    assert refs(stored) == {("street", "s1"), ("partner", "p9")}
    assert "row_matched" in codes(report)
    (why,) = [issue.message.params["why"] for issue in report.issues if issue.message.code == "row_matched"]
    assert "name +" in why
    assert "distance" in why
    # What the first list wrote stays; what it did not say comes in.
    assert (stored.site.name, stored.site.phone, stored.site.note) == ("大海阳路工会驿站", "0535-1234567", "二楼")
    assert set(stored.site.facilities) == {"drinking_water", "microwave"}
    version = store.state().data_version
    assert load([OTHER], "partner").rows.unchanged == 1
    assert load([STREET]).rows.unchanged == 1
    assert store.state().data_version == version
    changed = load([STREET | {"phone": "0535-9"}])
    assert (changed.rows.updated, only(store).site.phone) == (1, "0535-9")


def test_a_source_of_higher_rank_or_a_later_visit_overwrites(store: Store, load: Load) -> None:
    load([STREET])
    load([OTHER], "partner", profile=Profile(rank=1))
    assert only(store).site.phone == "0535-7654321"
    load([STREET | {"phone": "0535-9"}])
    assert only(store).site.phone == "0535-7654321"
    report = load([STREET | {"name": "大海阳路驿站"}], profile=Profile(ranks={"partner": 1}))
    assert only(store).site.name == "爱心驿家（大海陽路）"
    assert "better_kept" in codes(report)
    load([STREET | {"verified_on": "2026-05-01"}], profile=Profile(ranks={"partner": 1}))
    assert only(store).site.name == "大海阳路工会驿站"


def test_an_unsure_row_waits_until_it_is_accepted(store: Store, load: Load) -> None:
    load([STREET])
    report = load([UNSURE], "partner")
    assert (report.rows.review, report.rows.created, report.exit_code) == (1, 0, 0)
    assert only(store).site.name == "大海阳路工会驿站"
    (review,) = store.reviews()
    assert (review.site, review.asked.source_key, review.asked.reasons["distance_m"]) == (only(store).code, "p8", 159)
    assert load([UNSURE], "partner").rows.review == 1
    assert len(store.reviews()) == 1
    batch = accept(store, [review.id], "zhao")
    stored = only(store)
    assert refs(stored) == {("street", "s1"), ("partner", "p8")}
    assert stored.site.former_names == ("大海阳路驿站",)
    assert load([UNSURE], "partner").rows.unchanged == 1
    assert store.reviews() == []
    with pytest.raises(NotFoundError):
        accept(store, [review.id], "zhao")
    revert_batch(store, batch, "zhao")
    assert refs(only(store)) == {("street", "s1")}
    assert load([UNSURE], "partner").rows.review == 1
    assert len(store.reviews()) == 1


def test_a_rejected_row_is_a_place_of_its_own(store: Store, load: Load) -> None:
    load([STREET])
    load([UNSURE], "partner")
    reject(store, [review.id for review in store.reviews()], "zhao")
    assert [stored.site.name for stored in store.sites()] == ["大海阳路工会驿站", "大海阳路驿站"]
    assert load([UNSURE], "partner").rows.unchanged == 1
    assert load([STREET]).rows.unchanged == 1


def test_two_rows_of_one_list_never_get_one_place_unasked(store: Store, load: Load) -> None:
    load([STREET])
    report = load([OTHER, OTHER | {"id": "p10", "name": "工会驿站(大海阳路)"}], "partner")
    assert (report.rows.updated, report.rows.review, report.rows.created) == (1, 1, 0)
    (review,) = store.reviews()
    assert review.asked.payload["row"] in (2, 3)
    assert len(refs(only(store))) == 2


def test_different_places_at_one_spot_stay_apart(store: Store, load: Load) -> None:
    at = {"lon": "119.9867", "lat": "30.2979", "address": "余杭区杭州西站"}
    load([{"id": "1", "name": "杭州西站司机之家", **at}])
    report = load(
        [
            {"id": "a", "name": "杭州西站旅客之家", **at},
            {"id": "b", "name": "杭州西站2号厅驿站", **at},
            {"id": "c", "name": "西溪湿地博物馆", **at},
        ],
        "partner",
    )
    assert report.rows.updated == 0
    first = next(iter(store.sites()))
    assert (first.site.name, refs(first)) == ("杭州西站司机之家", {("street", "1")})
    library = {"id": "d", "name": "大海阳路工会驿站", "类型": "职工之家", **at}
    load([{**STREET, **at}])
    assert load([library], "third").rows.review == 1


def test_a_list_with_keys_of_its_own_is_not_matched_with_itself(store: Store, load: Load) -> None:
    load([STREET])
    report = load([STREET | {"id": "s2"}, STREET])
    assert (report.rows.created, report.rows.unchanged, report.rows.review) == (1, 1, 0)


def test_a_renamed_row_of_a_list_without_keys_finds_its_place(store: Store, load: Load) -> None:
    plain = {key: value for key, value in STREET.items() if key != "id"}
    load([plain])
    report = load([plain | {"name": "大海阳路爱心驿站"}])
    assert (report.rows.created, report.rows.updated) == (0, 1)
    assert only(store).site.name == "大海阳路爱心驿站"


def test_a_complete_list_asks_about_what_it_lacks(store: Store, load: Load) -> None:
    far = STREET | {"id": "s2", "name": "北马路驿站", "lon": "121.5", "address": "北马路1号"}
    load([STREET, far], complete=True)
    report = load([STREET], complete=True)
    assert report.recognised["vanished"] == 1
    assert [stored.site.state for stored in store.sites()] == ["open", "open"]
    (review,) = store.reviews()
    reject(store, [review.id], "zhao")
    load([STREET], complete=True)
    assert store.reviews() == []
    load([STREET, far], complete=True)
    load([STREET], complete=True)
    (review,) = store.reviews()
    accept(store, [review.id], "zhao")
    closed = store.site(review.site)
    assert (closed.site.name, closed.site.state) == ("北马路驿站", "closed")
    assert "street" in closed.site.closures[0].reason
    dates = {stored.site.name: stored.sources[0].last_seen for stored in store.sites()}
    assert all(dates.values())


def test_a_reverted_import_is_adopted_by_the_next(store: Store, load: Load) -> None:
    first = load([STREET])
    before = only(store)
    assert first.batch is not None
    revert_batch(store, first.batch, "zhao")
    assert only(store).site.state == "closed"
    again = load([STREET])
    assert (again.rows.created, again.rows.updated) == (0, 1)
    assert (only(store).code, only(store).site) == (before.code, before.site)
    with pytest.raises(ConflictError):
        revert_batch(store, load([STREET]).batch or 0, "zhao")


def test_a_dry_run_asks_nothing(store: Store, load: Load) -> None:
    load([STREET])
    report = load([UNSURE, OTHER], "partner", dry_run=True, complete=True)
    assert (report.rows.updated, report.rows.review + report.rows.created) == (1, 1)
    assert store.reviews() == []
    assert len(store.batches()) == 1


def test_the_commands(sqlite_store: Store, fresh_sqlite: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STATIONMAP_DATABASE_URL", fresh_sqlite)
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> str:
        done = CliRunner().invoke(main, ["--lang", "en", *words])
        assert done.exit_code == 0, done.output
        return done.output

    for name, row in {"street": STREET, "partner": UNSURE, "third": UNSURE | {"name": "大海阳路 驿家"}}.items():
        text = "\n".join([",".join(row), ",".join(row.values())])
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        run("import", "sites", f"{name}.csv", "--kind", "rest_station", "--datum", "wgs84", "--complete")
    listed = run("review", "list")
    assert "大海阳路驿站" in listed
    assert "159 m" in listed
    found = json.loads(run("review", "list", "--json"))
    assert [item["site_name"] for item in found] == ["大海阳路工会驿站"] * 2
    assert "Accepted: 1" in run("review", "accept", str(found[0]["id"]))
    assert "Rejected: 1" in run("review", "reject", str(found[1]["id"]))
    assert "Nothing waits" in run("review", "list")
    kept, gone = (stored.code for stored in sqlite_store.sites())
    assert kept in run("sites", "merge", gone.lower(), kept)
    assert sqlite_store.site(gone).code == kept


def test_merging_into_a_closed_place_is_told(
    sqlite_store: Store, fresh_sqlite: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("STATIONMAP_DATABASE_URL", fresh_sqlite)
    rows = [{"名称": "甲驿站", "状态": "正常"}, {"名称": "乙驿站", "状态": "已关闭"}]
    import_sites(sqlite_store, write_rows(tmp_path / "two.csv", rows), kind="rest_station")
    codes_of = {stored.site.name: stored.code for stored in sqlite_store.sites()}
    done = CliRunner().invoke(main, ["--lang", "zh", "sites", "merge", codes_of["甲驿站"], codes_of["乙驿站"]])
    assert done.exit_code == 0
    assert f"{codes_of['乙驿站']} 已停用" in done.output
    open_again = CliRunner().invoke(main, ["--lang", "zh", "batches", "revert", "2"])
    assert open_again.exit_code == 0
    done = CliRunner().invoke(main, ["--lang", "zh", "sites", "merge", codes_of["乙驿站"], codes_of["甲驿站"]])
    assert "已停用" not in done.output
