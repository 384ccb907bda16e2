"""Reports of people in both stores, and what becomes of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import shapely

from geodata.areas import Area
from geodata.errors import ConflictError, NotFoundError, ValueUnusableError
from geodata.reports import SiteEdit, close_report, suggested_edit
from geodata.sites import Amenity, Closure, Entrance, Hours, Position, Site, StoredSite
from geodata.store import (
    BatchInfo,
    NewReport,
    NewSite,
    Report,
    SiteUpdate,
    Store,
    copy_store,
    merge_sites,
    open_store,
    revert_batch,
)
from webmap.reporting.forgetting import forget_reports
from webmap.reporting.photos import photo_folder
from webmap.settings import Settings

TODAY = date(2026, 10, 10)
PLACE = Site(
    "大海阳路驿站",
    "rest_station",
    position=Position(121.39, 37.53),
    entrance=Entrance(121.3901, 37.5301),
    hours=Hours("24/7", "24小时"),
    facilities={"hot_water": Amenity("yes", note="二楼")},
)


@pytest.fixture
def site(store: Store) -> StoredSite:
    with store.write(BatchInfo("sites", "test")) as writer:
        (code,) = writer.add([NewSite(PLACE)])
        polygon = shapely.MultiPolygon([shapely.box(121.4, 37.5, 121.5, 37.6)])
        writer.put_areas([Area("370613", "莱山区", "Laishan", "district", "3706", polygon, "s", True)])
    return store.site(code)


def report(store: Store, told: NewReport) -> Report:
    with store.write(BatchInfo("report", "public")) as writer:
        number = writer.add_report(told)
    return store.report(number)


def test_a_report_is_kept_once_and_changes_nothing_public(store: Store, site: StoredSite) -> None:
    before = (store.state(), len(store.batches()))
    told = NewReport(site.id, "moved", "n1", "搬到隔壁", lon=121.45, lat=37.55, photo="a.jpg")
    first = report(store, told)
    assert (first.site, first.told, first.state, first.closed_at) == (site.code, told, "open", None)
    assert report(store, replace(told, text="again")) == first
    second = report(store, NewReport(site.id, "other", "n2", "."))
    assert [item.id for item in store.reports()] == [second.id, first.id]
    assert (store.state(), len(store.batches())) == before
    assert store.reports(states=["applied"]) == []
    with pytest.raises(NotFoundError):
        store.report(second.id + 1)
    with pytest.raises(ValueUnusableError):
        report(store, NewReport(site.id, "other", "n3", "\0"))


EDITS = [
    (
        NewReport(0, "moved", "n", lon=121.45, lat=37.55),
        replace(PLACE, position=Position(121.45, 37.55), entrance=None, area="370613"),
    ),
    (
        NewReport(0, "hours", "n", hours="周一至周五 8:30-17:30"),
        replace(PLACE, hours=Hours("Mo-Fr 08:30-17:30", "周一至周五 8:30-17:30")),
    ),
    (
        NewReport(0, "supplies", "n", facility="hot_water"),
        replace(PLACE, facilities={"hot_water": Amenity("limited", "verified", TODAY, "二楼")}),
    ),
    (
        NewReport(0, "facility", "n", facility="toilet", value="yes"),
        replace(PLACE, facilities={**PLACE.facilities, "toilet": Amenity("yes", "verified", TODAY)}),
    ),
    (
        NewReport(0, "closed", "n"),
        replace(PLACE, closures=(Closure(TODAY, None, "暂停开放 / Closed for the time being"),)),
    ),
]


@pytest.mark.parametrize(("told", "after"), EDITS, ids=[told.kind for told, _ in EDITS])
def test_what_a_report_says_is_applied_with_its_history_and_can_be_reverted(
    store: Store, site: StoredSite, told: NewReport, after: Site
) -> None:
    kept = report(store, replace(told, site_id=site.id))
    edit = suggested_edit(kept.told, TODAY)
    batch = close_report(store, kept, "applied", "li", TODAY, edit=edit, version=site.version, note="saw it")
    stored = store.site(site.code)
    assert stored.site == replace(after, verified_on=TODAY)
    assert stored.version == site.version + 1
    ended = store.report(kept.id)
    assert (ended.state, ended.closed_by, ended.note) == ("applied", "li", "saw it")
    assert ended.closed_at is not None
    info = store.batch(batch).info
    assert (info.kind, info.actor) == ("report", "li")
    records = [change.record for change in store.changes(batch) if change.record]
    assert records == [f"report:{kept.id}"]
    assert {change.batch.id for change in store.history(site.code)} >= {batch}
    with pytest.raises(ConflictError, match="dealt with already"):
        close_report(store, ended, "rejected", "wang", TODAY)
    reverted = revert_batch(store, batch, "wang")
    assert reverted.left == []
    assert store.site(site.code).site == PLACE
    assert store.report(kept.id) == kept


def test_a_place_that_was_changed_meanwhile_is_not_overwritten(store: Store, site: StoredSite) -> None:
    kept = report(store, NewReport(site.id, "closed", "n"))
    with store.write(BatchInfo("edit", "wang")) as writer:
        writer.update([SiteUpdate(site, replace(site.site, note="new"))])
    edit = suggested_edit(kept.told, TODAY)
    with pytest.raises(ConflictError):
        close_report(store, kept, "applied", "li", TODAY, edit=edit, version=site.version)
    assert store.report(kept.id) == kept
    assert store.site(site.code).site.closures == ()


def test_reports_end_without_a_change(store: Store, site: StoredSite) -> None:
    told = NewReport(site.id, "other", "n1", "?")
    checked, refused = report(store, told), report(store, replace(told, nonce="n2"))
    assert not suggested_edit(told, TODAY)
    with pytest.raises(ValueUnusableError, match="nothing"):
        close_report(store, checked, "applied", "li", TODAY, edit=SiteEdit())
    with pytest.raises(ValueUnusableError, match="not understood"):
        close_report(store, checked, "applied", "li", TODAY, edit=SiteEdit(hours="看情况吧也许"))
    assert store.report(checked.id) == checked
    close_report(store, refused, "rejected", "li", TODAY)
    assert store.site(site.code) == site
    close_report(store, checked, "resolved", "li", TODAY)
    assert store.site(site.code).site == replace(PLACE, verified_on=TODAY)


def test_reports_go_with_a_place_that_is_merged_and_with_a_copy(store: Store, site: StoredSite, tmp_path: Path) -> None:
    with store.write(BatchInfo("sites", "test")) as writer:
        (other,) = writer.add([NewSite(replace(PLACE, name="别名驿站"))])
    kept = report(store, NewReport(site.id, "other", "n", "x", lon=0.1, lat=1 / 3))
    merge_sites(store, site.code, other, "li")
    assert store.report(kept.id).site == other
    target = open_store(f"sqlite:///{tmp_path}/copy.db")
    try:
        copy_store(store, target)
        assert target.reports() == store.reports()
    finally:
        target.dispose()


def test_closed_reports_and_their_photos_are_forgotten_when_their_time_is_over(
    store: Store, site: StoredSite, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings.load(env_file=None, data_dir=str(tmp_path), report_days=30)
    folder = photo_folder(settings)
    folder.mkdir()
    told = [NewReport(site.id, "other", nonce, "说明", photo=f"{nonce}.jpg") for nonce in ("open", "old", "lost")]
    numbers = [report(store, each).id for each in (*told, NewReport(site.id, "other", "plain", "没有照片"))]
    for nonce in ("open", "old"):
        (folder / f"{nonce}.jpg").write_bytes(b"jpeg")
    with store.write(BatchInfo("report", "li")) as writer:
        for number in numbers[1:]:
            writer.close_report(number, "resolved", "")
    before, closed = store.state(), store.report(numbers[1]).closed_at
    assert closed is not None
    batches = len(store.batches())

    def left_after(days: float, chosen: Settings = settings) -> list[int]:
        forget_reports(store, chosen, closed + timedelta(days=days))
        return sorted(each.id for each in store.reports())

    assert left_after(29.9) == numbers
    assert left_after(4000, Settings.load(env_file=None, data_dir=str(tmp_path), report_days=0)) == numbers
    # a machine without the photos leaves those reports to the one that has them
    elsewhere = Settings.load(env_file=None, data_dir=str(tmp_path / "elsewhere"), report_days=30)
    assert left_after(31, elsewhere) == numbers[:3]
    (folder / "old.jpg").rename(folder / "kept")
    (folder / "old.jpg").mkdir()  # it cannot be taken away
    assert left_after(31) == numbers[:2]
    assert "photo of report" in caplog.text
    (folder / "old.jpg").rmdir()
    (folder / "kept").rename(folder / "old.jpg")
    assert left_after(31) == numbers[:1]
    assert [path.name for path in folder.iterdir()] == ["open.jpg"]
    assert (store.state(), len(store.batches())) == (before, batches)
