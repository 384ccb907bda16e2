"""Evidence goes to the sites that it means, by the matching of lists of places; what is unsure waits for a person."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from geodata.errors import FileError, InputError, ProfileError
from geodata.store import Store
from geodata.store.reverting import revert_batch
from importers.ratings import import_ratings
from importers.ratings_template import load_template, write_template
from importers.report import ImportReport
from importers.review import accept, reject
from importers.sites import import_sites
from tests.importing import Write
from tests.unit.test_ratings import TODAY

STATIONS = (
    "编号,名称,地址,电话,经度,纬度\n"
    "1,大海阳路户外劳动者服务站点,芝罘区大海阳路81号,0535-6612345,121.3862,37.5300\n"
    "2,北马路爱心驿家,芝罘区北马路30号,,121.3901,37.5421\n"
    "3,北马路职工驿站(火车站店),芝罘区北马路135号,0535-6688888,121.3850,37.5440\n"
    "4,万达广场驿站,芝罘区西关南街6号,,121.3778,37.5375\n"
)


@pytest.fixture
def sites(store: Store, write: Write) -> dict[str, int]:
    """Sites to rate: source key → id."""
    import_sites(store, write(STATIONS), kind="rest_station", datum="wgs84", source="union")
    return {stored.sources[0].key: stored.id for stored in store.sites()}


def told(report: ImportReport) -> list[str]:
    assert all(text for issue in report.issues for text in issue.message.texts().values())
    return [issue.message.code for issue in report.issues if issue.severity != "info"]


def test_rows_find_their_sites_by_what_they_say_of_the_place(store: Store, sites: dict[str, int], write: Write) -> None:
    path = write(
        "站点名称,地址,联系电话,评价类型,星级,评定日期\n"
        "大海阳路服务站点,大海阳路81号,,星级,4,2026-05-01\n"  # another wording of the name, the same address
        "北马路驿站（火车站店）,,0535-6688888,星级,★★★,2026-05-01\n"  # the telephone tells
        "北马路爱心驿家,,,星级,五星级,2026-05-01\n"  # the exact name
        "福山区图书馆,福山区河滨路1号,,星级,3,2026-05-01\n"  # no place of ours
    )
    report = import_ratings(store, path, source="评级", today=TODAY)
    assert told(report) == ["rating_site_unknown"]
    found = {site: [piece.value for piece in items] for site, items in store.evidence().items()}
    assert found == {sites["1"]: [4.0], sites["3"]: [3.0], sites["2"]: [5.0]}


def test_another_lists_running_numbers_are_no_keys(store: Store, sites: dict[str, int], write: Write) -> None:
    path = write("编号,站点名称,类型,分值,日期\n4,北马路爱心驿家,star,5,2026-05-01\n")
    import_ratings(store, path, source="other", today=TODAY)
    assert list(store.evidence()) == [sites["2"]]


def test_coordinates_of_an_unknown_datum_do_not_lead_astray(store: Store, sites: dict[str, int], write: Write) -> None:
    from geodata.datum import from_wgs84

    rows = []
    for line in STATIONS.splitlines()[1:]:
        _, name, _, _, lon, lat = line.split(",")
        there = [float(value) for value in from_wgs84(float(lon), float(lat), "gcj02")]
        rows.append(f"{name},{there[0]:.6f},{there[1]:.6f},star,4,2026-05-01")
    path = write("名称,经度,纬度,类型,星级,日期\n" + "\n".join(rows))
    report = import_ratings(store, path, source="x", today=TODAY)
    assert told(report) == ["datum_assumed"]  # too few to tell; half a kilometre off the names still hold
    assert set(store.evidence()) == set(sites.values())
    far = write("名称,经度,纬度,类型,星级,日期\n北马路爱心驿家,113.1,23.0,star,1,2026-05-02\n")
    assert told(import_ratings(store, far, source="y", today=TODAY)) == ["datum_assumed", "rating_site_unknown"]


UNSURE = "名称,地址,类型,星级,日期\n万达广场驿站（B座）,,star,{},2026-0{}-01\n"


def test_what_is_unsure_waits_for_a_person_and_is_remembered(store: Store, sites: dict[str, int], write: Write) -> None:
    report = import_ratings(store, write(UNSURE.format(4, 5)), source="x", today=TODAY)
    assert told(report) == ["row_unsure"]
    assert (report.rows.review, store.evidence(), report.exit_code) == (1, {}, 0)
    (review,) = store.reviews()
    assert (review.asked.kind, review.asked.site_id) == ("evidence", sites["4"])
    # a second list before anyone has decided: still one question, about both
    import_ratings(store, write(UNSURE.format(5, 6)), source="x", today=TODAY)
    (review,) = store.reviews()
    batch = accept(store, [review.id], "li", today=TODAY)
    assert [piece.value for piece in store.evidence()[sites["4"]]] == [4.0, 5.0]
    score = store.site(review.site).score
    assert score is not None
    assert score.stars == 5
    again = import_ratings(store, write(UNSURE.format(5, 6)), source="x", today=TODAY)
    assert (again.rows.unchanged, again.rows.review, store.reviews()) == (1, 0, [])
    third = import_ratings(store, write(UNSURE.format(2, 7)), source="x", today=TODAY)
    assert third.rows.created == 1
    # taken back, the question is asked again
    revert_batch(store, third.batch or 0, "li", today=TODAY)
    revert_batch(store, batch, "li", today=TODAY)
    assert store.evidence() == {}
    assert [item.id for item in store.reviews()] == [review.id]
    assert store.site(review.site).score is None


def test_a_rejected_place_is_not_asked_about_again(store: Store, sites: dict[str, int], write: Write) -> None:
    import_ratings(store, write(UNSURE.format(4, 5)), source="x", today=TODAY)
    reject(store, [store.reviews()[0].id], "li")
    again = import_ratings(store, write(UNSURE.format(3, 6)), source="x", today=TODAY)
    assert (again.rows.skipped, store.reviews(), store.evidence()) == (1, [], {})


def test_a_dry_run_writes_nothing_and_says_the_same(store: Store, sites: dict[str, int], write: Write) -> None:
    path = write("名称,类型,星级,日期\n北马路爱心驿家,star,5,2026-05-01\n万达广场驿站（B座）,star,4,2026-05-01\n")
    version = store.state().data_version
    dry = import_ratings(store, path, source="x", dry_run=True, today=TODAY)
    assert (store.state().data_version, store.evidence(), store.reviews()) == (version, {}, [])
    wet = import_ratings(store, path, source="x", today=TODAY)
    assert dry.rows == wet.rows
    assert [issue.to_json() for issue in dry.issues] == [issue.to_json() for issue in wet.issues]


def test_a_reverted_batch_leaves_the_evidence_and_score_of_before(
    store: Store, sites: dict[str, int], write: Write
) -> None:
    import_ratings(store, write("编号,类型,星级,日期\n1,star,3,2026-05-01\n"), source="union", today=TODAY)
    code = next(stored.code for stored in store.sites() if stored.id == sites["1"])
    before, evidence = store.site(code).score, store.evidence()
    rows = "编号,类型,星级,日期\n1,star,5,2026-05-01\n2,star,5,2026-05-01\n"
    report = import_ratings(store, write(rows), source="union", today=TODAY)
    assert (report.rows.updated, report.rows.created) == (1, 1)
    assert [change.field for change in store.history(code)].count("evidence") == 2
    assert report.batch is not None
    assert revert_batch(store, report.batch, "li", today=TODAY).restored == 2
    assert store.evidence() == evidence
    assert store.site(code).score == before


def test_an_inspection_by_the_six_haves(store: Store, sites: dict[str, int], write: Write) -> None:
    path = write(
        "编号,有统一标识,标识照片,固定场所,设施设备,管理制度,专人管理,地图可查,检查日期,备注\n"
        "1,是,a.jpg,是,部分,1/1,否,有,2026-06-01,门口台阶\n"
        "2,是,,是,,,1,1,2026-06-01,\n"
        "3,是,a.jpg,,,,,,2026-06-01,\n"
        "4,3,,是,是,是,是,是,2026-06-01,\n"
    )
    report = import_ratings(store, path, source="union", template="六有", today=TODAY)
    assert told(report) == ["template_unproven", "template_too_little", "template_points"]
    unproven = next(issue.message for issue in report.issues if issue.message.code == "template_unproven")
    assert unproven.text("en") == (
        "“A common sign” has points, but the evidence asked for (A photo of the sign) is not shown."
    )
    assert "template_open_weights" in [issue.message.code for issue in report.issues]
    (first,) = store.evidence()[sites["1"]]
    assert (first.scheme, first.name, first.value, first.scale) == ("inspection", "六有", 75.0, 100.0)
    assert first.note.startswith("有统一标识 1/1；有固定场所 1/1；有设施设备 0.5/1；有管理制度 1/1；有专人管理 0/1")
    assert first.note.endswith("；门口台阶")
    (second,) = store.evidence()[sites["2"]]
    assert second.value == 100.0  # of what was judged
    assert second.note.endswith("有设施设备 –；有管理制度 –")
    again = import_ratings(store, path, source="union", template="liuyou", today=TODAY)
    assert again.rows.unchanged == 2


def test_a_template_of_ones_own_weighs(store: Store, sites: dict[str, int], write: Write, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    write_template(own)
    with pytest.raises(InputError):
        write_template(own)
    assert load_template(own) == load_template("六有")
    own.write_text(
        'name = "区级督查"\n'
        '[[criteria]]\ncode = "clean"\nname = "卫生"\npoints = 10\nweight = 3\n'
        '[[criteria]]\ncode = "open"\nname = "按时开门"\npoints = 4\nweight = 1\n',
        encoding="utf-8",
    )
    path = write("编号,卫生,按时开门,检查日期\n1,8,2/4,2026-06-01\n")
    import_ratings(store, path, source="union", template=own, today=TODAY)
    (piece,) = store.evidence()[sites["1"]]
    # 100 · (3·0.8 + 1·0.5) / 4
    assert (piece.value, piece.name, piece.note) == (72.5, "区级督查", "卫生 8/10；按时开门 2/4")
    with pytest.raises(FileError) as caught:
        import_ratings(store, write("编号,日期\n1,2026-01-01\n"), template=own)
    assert caught.value.code == "template_no_columns"
    for wrong, code in [
        ("name = 1", "profile_key"),
        ("[", "template_unreadable"),
        (own.read_text("utf-8").replace("weight = 3\n", ""), "template_weight"),
        (own.read_text("utf-8").replace('"open"', '"clean"'), "template_twice"),
    ]:
        own.write_text(wrong, encoding="utf-8")
        with pytest.raises(ProfileError) as refused:
            load_template(own)
        assert refused.value.code == code
    assert piece.as_of == date(2026, 6, 1)
