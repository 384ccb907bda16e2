"""What a list finds in the store is not spoilt, and what it cannot give is told with its row and column."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from geodata.errors import FileError, ParameterError
from geodata.sites import Amenity
from geodata.store import BatchInfo, SiteUpdate, Store
from importers.sites import import_sites
from tests.importing import Load, by_name, codes, counts, only


def test_a_changed_field_is_exactly_one_change(store: Store, load: Load) -> None:
    rows = [{"id": str(n), "name": f"驿站{n}", "phone": "1", "facilities": "饮水;微波炉"} for n in range(5)]
    load(rows)
    rows[3]["phone"] = "2"
    rows[4]["facilities"] = "饮水"
    report = load(rows, name="list.csv")
    assert counts(report) == (5, 0, 2, 3, 0, 0)
    changes = {
        stored.site.name: [
            (c.field, c.before, c.after) for c in store.history(stored.code) if c.batch.id == report.batch
        ]
        for stored in store.sites()
    }
    assert changes["驿站3"] == [("phone", "1", "2")]
    assert [change[0] for change in changes["驿站4"]] == ["facilities.microwave"]
    assert changes["驿站0"] == []


def test_what_a_file_does_not_say_stays(store: Store, load: Load) -> None:
    load([{"id": "1", "name": "A", "phone": "1", "lon": "121.4", "lat": "37.5", "hours": "24小时", "饮水": "是"}])
    before = only(store).site
    assert load([{"id": "1", "name": "A"}]).rows.unchanged == 1
    assert (
        load([{"id": "1", "name": "A", "phone": "", "lon": "", "lat": "", "hours": "", "饮水": ""}]).rows.unchanged == 1
    )
    assert load([{"id": "1", "name": "A", "lon": "0", "lat": "0"}]).rows.unchanged == 1
    assert only(store).site == before


def test_a_list_of_facilities_adds_where_another_source_speaks_too(store: Store, load: Load) -> None:
    load([{"id": "1", "name": "A", "facilities": "饮水;微波炉"}], source="one")
    stored = only(store)
    load([{"code": stored.code, "id": "x", "name": "A", "facilities": "厕所"}], source="two")
    assert set(only(store).site.facilities) == {"drinking_water", "microwave", "toilet"}
    assert {(ref.source, ref.key) for ref in only(store).sources} == {("one", "1"), ("two", "x")}


def test_what_was_verified_is_not_overwritten_by_a_claim(store: Store, load: Load) -> None:
    load([{"id": "1", "name": "A", "饮水": "是"}])
    stored = only(store)
    seen = {"drinking_water": Amenity("no", "verified", date(2026, 1, 1))}
    with store.write(BatchInfo("edit", "staff")) as writer:
        writer.update([SiteUpdate(stored, replace(stored.site, facilities=seen))])
    report = load([{"id": "1", "name": "A", "饮水": "是"}])
    assert report.rows.unchanged == 1
    assert codes(report) == ["verified_kept"]
    assert only(store).site.facilities == seen


def test_a_list_that_states_a_fee_leaves_the_ways_in(store: Store, load: Load) -> None:
    load([{"name": "人民路驿站", "address": "人民路1号", "access": "扫码；有人值守", "access_note": "先登记"}])
    load([{"name": "人民路驿站", "address": "人民路1号", "fee": "免费"}])
    access = only(store).site.access
    assert (set(access.ways), access.fee, access.note) == ({"scan", "staffed"}, "free", "先登记")


def test_without_keys_name_and_address_tell_rows_apart(store: Store, load: Load) -> None:
    rows = [
        {"名称": "工会驿站", "地址": "大海阳路1号"},
        {"名称": "工会驿站", "地址": "北马路2号"},
        {"名称": "工会驿站 ", "地址": " 大海阳路1号"},
    ]
    report = load(rows)
    assert counts(report) == (3, 2, 0, 0, 0, 1)
    (issue,) = report.issues
    assert (issue.row, issue.severity, issue.message.code) == (4, "error", "row_name_twice")
    assert issue.message.params["first"] == 2
    assert counts(load(list(reversed(rows)))) == (3, 0, 0, 2, 0, 1)


def test_a_public_code_is_an_identity_of_its_own(store: Store, load: Load) -> None:
    load([{"name": "同名驿站", "address": "人民路1号", "id": key} for key in ("a", "b")])
    rows = [{"code": site.code, "name": site.site.name, "address": site.site.address} for site in store.sites()]
    report = load(rows, "again.csv")
    assert (report.rows.unchanged, report.rows.rejected) == (2, 0)
    assert {ref.source for site in store.sites() for ref in site.sources} == {"list"}


def test_rows_without_identity_are_rejected_and_the_rest_goes_in(store: Store, load: Load) -> None:
    rows = [
        {"序号": "1", "编号": "a", "名称": "A", "地址": "x"},
        {"序号": "2", "编号": "a", "名称": "B", "地址": "y"},
        {"序号": "3", "编号": "c", "名称": "", "地址": "z"},
        {"序号": "4", "编号": "", "名称": "", "地址": ""},
        {"序号": "", "编号": "", "名称": "", "地址": ""},
        {"序号": "5", "编号": "e", "名称": "无", "地址": "z"},
        {"序号": "6", "编号": "f", "名称": "名" * 300, "地址": ""},
        {"序号": "7", "编号": "g", "名称": "G", "地址": "长" * 30_000},
        {"序号": "8", "编号": "h" * 300, "名称": "H", "地址": ""},
    ]
    report = load(rows)
    assert counts(report) == (8, 1, 0, 0, 1, 6)
    assert report.exit_code == 3
    rejected = {issue.row: issue.message.code for issue in report.issues}
    assert rejected == {
        3: "row_key_twice",
        4: "row_no_name",
        7: "row_no_name",
        8: "row_name_too_long",
        9: "row_cell_too_long",
        10: "row_key_too_long",
    }


def test_a_dry_run_finds_out_everything_and_writes_nothing(store: Store, load: Load) -> None:
    load([{"id": "1", "name": "A"}])
    state = store.state()
    batches = len(store.batches())
    report = load([{"id": "1", "name": "B"}, {"id": "2", "name": "C"}, {"id": "3", "name": ""}], dry_run=True)
    assert counts(report) == (3, 1, 1, 0, 0, 1)
    assert report.batch is None
    assert store.state() == state
    assert len(store.batches()) == batches


def test_a_file_of_which_nothing_can_be_used_writes_nothing(store: Store, load: Load) -> None:
    report = load([{"name": "", "address": "x"}])
    assert report.exit_code == 1
    assert store.batches() == []


def test_header_only_and_unknown_columns_are_errors(store: Store, tmp_path: Path) -> None:
    for content, code in [
        ("name,lat\n", "file_no_rows"),
        ("a,b\n1,2\n", "file_no_known_columns"),
        ("\n\n", "file_nothing_in_it"),
    ]:
        path = tmp_path / "list.csv"
        path.write_text(content)
        with pytest.raises(FileError) as caught:
            import_sites(store, path, kind="rest_station")
        assert caught.value.code == code
    path.write_text("name\nA\n")
    with pytest.raises(FileError) as caught:
        import_sites(store, path)
    assert caught.value.code == "file_kind_needed"
    with pytest.raises(ParameterError):
        import_sites(store, path, kind="castle")
    with pytest.raises(ParameterError):
        import_sites(store, path, kind="rest_station", datum="mars")
    assert store.batches() == []


def test_unknown_words_are_reported_with_row_column_and_value(store: Store, load: Load) -> None:
    js = "javascript:alert(1)"
    rows = [
        {"name": "A", "facilities": "饮水;按摩椅", "level": "市级", "吉祥物": "熊猫", "capacity": "若干", "官网": js},
        {"name": "B", "facilities": "微波炉", "level": "宇宙级", "吉祥物": "", "capacity": "5", "官网": ""},
    ]  # fmt: skip
    report = load(rows)
    found = {(issue.row, issue.column, issue.value, issue.message.code, issue.severity) for issue in report.issues}
    assert found == {
        (None, "吉祥物", None, "column_unknown", "info"),
        (2, "facilities", "按摩椅", "facilities_unknown", "warning"),
        (2, "capacity", "若干", "value_not_a_number", "warning"),
        (2, "官网", "javascript:alert(1)", "value_not_a_web_address", "warning"),
        (3, "level", "宇宙级", "value_unknown_word", "warning"),
    }
    assert by_name(store)["A"].site.website == ""


def test_messages_with_braces_in_values_can_be_read(load: Load) -> None:
    report = load([{"name": "A{x}", "facilities": "{word}{0}", "lon": "{", "lat": "1"}])
    text = json.dumps(report.to_json(), ensure_ascii=False)
    assert "{word}{0}" in text


def test_the_report_has_the_promised_shape(store: Store, load: Load) -> None:
    report = load([{"name": "A", "facilities": "魔法"}], source="街道").to_json()
    assert json.loads(json.dumps(report)) == report
    assert set(report) >= {"file", "sha256", "batch", "rows", "issues"}
    assert report["file"] == "list.csv"
    assert len(report["sha256"]) == 64
    assert set(report["rows"]) == {"read", "created", "updated", "unchanged", "review", "skipped", "rejected"}
    (issue,) = report["issues"]
    assert set(issue) == {"row", "column", "value", "severity", "code", "message"}
    assert set(issue["message"]) == {"zh", "en"}
    (batch,) = store.batches()
    assert batch.id == report["batch"]
    assert (batch.info.source, batch.info.file_name, batch.info.file_sha256) == ("街道", "list.csv", report["sha256"])
    assert batch.counts == report["rows"]


def test_progress_is_told(load: Load) -> None:
    told: list[tuple[int, int]] = []
    load([{"name": f"A{n}"} for n in range(5_000)], progress=lambda done, total: told.append((done, total)))
    assert told == [(2_000, 5_000), (4_000, 5_000), (5_000, 5_000)]


def test_temporary_places_have_their_time_in_one_column(store: Store, load: Load) -> None:
    rows = [
        {"名称": "解放路纳凉点", "有效期": "2026年7月1日至9月30日"},
        {"名称": "工人文化宫", "有效期": "长期"},
        {"名称": "西大街纳凉点", "有效期": "7月1日至9月30日"},
    ]
    report = load(rows, kind="rest_station")
    found = {name: (stored.site.valid_from, stored.site.valid_to) for name, stored in by_name(store).items()}
    assert found == {
        "解放路纳凉点": (date(2026, 7, 1), date(2026, 9, 30)),
        "工人文化宫": (None, None),
        "西大街纳凉点": (None, None),
    }
    assert [issue.row for issue in report.issues if issue.message.code == "value_not_a_validity"] == [4]
