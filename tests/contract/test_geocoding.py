"""Places without a position: asked for, written in one batch, reviewed, taken back; and the sheet to fill in."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import click.testing
import openpyxl
import pytest
import shapely

from geodata.areas import Area
from geodata.datum import convert_point
from geodata.errors import ConflictError, ParameterError
from geodata.sites import Position, Site
from geodata.store import BatchInfo, NewSite, SiteUpdate, Store, open_store, revert_batch
from importers.geocoding import Geocoded, GeocoderError, geocode, make_service, read_sheet, write_sheet
from importers.geocoding.services import Asker
from importers.review import accept, reject
from importers.sites import import_sites
from tests.geocoders import KEY, Known, StandIn
from webmap.cli import main

ZHIFU = Area(
    "370602",
    "芝罘区",
    "",
    "district",
    None,
    shapely.MultiPolygon([shapely.box(121.3, 37.45, 121.45, 37.6)]),
    "t",
    False,
)


def at(lon: float, lat: float, level: str = "门牌号", adcode: str = "370602") -> Known:
    """A place that AMap knows, by its position in WGS-84."""
    return Known(*convert_point(lon, lat, "wgs84", "gcj02"), level, "山东省", "烟台市", "芝罘区", adcode)


@pytest.fixture
def server() -> Iterator[StandIn]:
    started = StandIn().start()
    yield started
    started.stop()


@pytest.fixture
def codes(store: Store) -> dict[str, str]:
    """Places by name: five that need a position, one that has one, one that is closed."""
    sites = [
        Site("甲站", "rest_station", address="一路1号", area="370602"),
        Site("乙站", "rest_station", address="二路2号", area="370602"),
        Site("丙站", "rest_station", address="三路3号", area="370602"),
        Site("丁站", "rest_station", address="四路4号"),
        Site("戊站", "rest_station"),
        Site("有位置", "rest_station", address="一路9号", position=Position(121.4, 37.5)),
        Site("已关闭", "rest_station", address="一路8号", state="closed"),
    ]
    with store.write(BatchInfo("sites", "li")) as writer:
        writer.put_areas([ZHIFU])
        made = writer.add([NewSite(site) for site in sites])
    return {site.name: code for site, code in zip(sites, made, strict=True)}


@pytest.fixture
def run(store: Store, server: StandIn) -> Callable[..., Geocoded]:
    def run(key: str = KEY, **options: object) -> Geocoded:
        asker = Asker(make_service("amap", key, server.url, timeout_s=0.5), 0, sleep=lambda seconds: None)
        return geocode(store, asker, **options)  # type: ignore[arg-type]

    return run


Run = Callable[..., Geocoded]


def test_positions_are_found_checked_and_written_in_one_batch(
    store: Store, server: StandIn, codes: dict[str, str], run: Run
) -> None:
    server.places = {"一路1号": [at(121.39, 37.53)], "二路2号": [at(116.4, 39.9)], "三路": [at(121.4, 37.5, "区县")]}
    server.places["四路4号"] = [at(121.41, 37.52)]
    before = store.state().data_version
    trial = run(dry_run=True)
    assert store.state().data_version == before
    assert trial.batch is None
    done = run()
    assert done.counts | {"left": 0} == trial.counts
    assert done.counts == {"placed": 2, "review": 1, "coarse": 1, "nothing": 1, "failed": 0, "changed": 0, "left": 0}
    assert done.exit_code == 3
    assert store.state().data_version == before + 1
    placed = store.site(codes["甲站"]).site
    assert placed.position is not None
    assert (placed.position.lon, placed.position.lat) == pytest.approx((121.39, 37.53), abs=2e-6)
    assert (placed.position.precision, placed.position.given_datum) == ("address", "gcj02")
    assert placed.position.note == "position_geocoded|amap|门牌号"
    assert store.site(codes["丁站"]).site.area == "370602"  # it named none, and lies in this one
    change = store.history(codes["甲站"])[-1]
    assert (change.field, change.batch.info.kind, change.batch.info.source) == ("position", "geocoding", "amap")
    assert [finding.to_json()["becomes"] for finding in done.findings].count("placed") == 2
    for name in ("乙站", "丙站", "戊站", "已关闭"):
        assert store.site(codes[name]).site.position is None
    # The next run asks for the rest alone, and changes nothing.
    server.asked.clear()
    again = run()
    assert again.counts["placed"] == 0
    assert not any("一路" in asked["address"] for asked in server.asked)
    assert len(store.reviews()) == 1
    assert done.batch is not None
    revert_batch(store, done.batch, "li")
    assert store.site(codes["甲站"]).site.position is None
    assert run(dry_run=True).counts["placed"] == 2  # taken back by a revert, not by anyone's choice


def test_a_doubtful_position_waits_for_a_person(store: Store, server: StandIn, codes: dict[str, str], run: Run) -> None:
    server.places = {"二路2号": [at(116.4, 39.9)], "三路3号": [at(117.0, 39.0)], "一路1号": [at(116.0, 39.0)]}
    done = run()
    assert done.counts["review"] == 3
    by_site = {review.site: review for review in store.reviews()}
    asked = by_site[codes["乙站"]].asked
    assert (asked.kind, asked.payload["address"]) == ("position", "二路2号")
    assert "芝罘区" in asked.reasons["why"]["zh"]
    assert asked.payload["position"]["lon"] == pytest.approx(116.4, abs=1e-5)
    accept(store, [by_site[codes["乙站"]].id], "wang")
    found = store.site(codes["乙站"]).site.position
    assert found is not None
    assert found.lon == pytest.approx(116.4, abs=1e-5)
    reject(store, [by_site[codes["丙站"]].id], "wang")
    assert store.site(codes["丙站"]).site.position is None
    again = run()
    assert codes["丙站"] not in {finding.site.code for finding in again.findings}
    assert again.kept == 1
    # With another address it is asked for anew.
    stored = store.site(codes["丙站"])
    with store.write(BatchInfo("edit", "li")) as writer:
        writer.update([SiteUpdate(stored, replace(stored.site, address="一路1号"))])
    assert codes["丙站"] in {finding.site.code for finding in run().findings}
    # A place that gained a position otherwise keeps it.
    stored = store.site(codes["甲站"])
    with store.write(BatchInfo("edit", "li")) as writer:
        writer.update([SiteUpdate(stored, replace(stored.site, position=Position(121.4, 37.5)))])
    waiting = next(review for review in store.reviews() if review.site == codes["甲站"])
    with pytest.raises(ConflictError):
        accept(store, [waiting.id], "wang")
    assert store.site(codes["甲站"]).site.position == Position(121.4, 37.5)


def test_a_position_taken_away_by_hand_stays_away(
    store: Store, server: StandIn, codes: dict[str, str], run: Run
) -> None:
    stored = store.site(codes["有位置"])
    with store.write(BatchInfo("edit", "li")) as writer:
        writer.update([SiteUpdate(stored, replace(stored.site, position=None))])
    server.places = {"路": [at(121.39, 37.53)]}
    done = run()
    assert done.kept == 1
    assert store.site(codes["有位置"]).site.position is None


def test_one_point_for_several_addresses_waits(store: Store, server: StandIn, codes: dict[str, str], run: Run) -> None:
    server.places = {"路": [at(121.39, 37.53)]}
    done = run()
    assert done.counts["review"] == 4
    assert done.counts["placed"] == 0
    assert {review.asked.reasons["why"]["en"][:8] for review in store.reviews()} == {"4 places"}


def test_what_fails_is_told_and_what_was_found_is_kept(
    store: Store, server: StandIn, codes: dict[str, str], run: Run
) -> None:
    with pytest.raises(GeocoderError, match="key"):
        run(key="wrong")
    server.faults = ["day"]
    with pytest.raises(GeocoderError, match="quota"):
        run()
    server.faults = ["garbage"] * 100
    with pytest.raises(GeocoderError, match="sense"):
        run()
    assert store.batches()[-1].info.kind == "sites"  # nothing was written
    server.places = {"一路1号": [at(121.39, 37.53)], "二路2号": [at(121.40, 37.53)], "三路3号": [at(121.41, 37.53)]}
    server.places |= {"四路4号": [at(121.42, 37.53)], "戊站": [at(121.43, 37.53)]}
    server.faults = ["", "", "quota"]
    done = run()
    assert (done.counts["placed"], done.counts["left"], done.exit_code) == (2, 3, 3)
    assert done.stopped is not None
    assert done.stopped.code == "geocoder_quota"
    # One address that cannot be handled, and one timeout that passes, stop nobody.
    server.faults = ["params", "slow"]
    done = run()
    assert (done.counts["placed"], done.counts["failed"], done.stopped) == (2, 1, None)


def test_an_interrupted_run_leaves_nothing(store: Store, server: StandIn, codes: dict[str, str], run: Run) -> None:
    server.places = {"路": [at(121.39, 37.53)]}

    def progress(done: int, total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    before = store.state()
    with pytest.raises(KeyboardInterrupt):
        run(progress=progress)
    assert store.state() == before


def test_a_place_that_changes_while_others_are_asked_for_is_left(
    store: Store, server: StandIn, codes: dict[str, str], run: Run
) -> None:
    server.places = {"一路1号": [at(121.39, 37.53)], "二路2号": [at(121.40, 37.53)]}

    def progress(done: int, total: int) -> None:
        if done == total:
            stored = store.site(codes["甲站"])
            with store.write(BatchInfo("edit", "li")) as writer:
                writer.update([SiteUpdate(stored, replace(stored.site, address="九路9号"))])

    done = run(progress=progress)
    assert (done.counts["changed"], done.counts["placed"]) == (1, 1)
    assert store.site(codes["甲站"]).site.position is None


def test_only_some_are_asked_for(store: Store, server: StandIn, codes: dict[str, str], run: Run) -> None:
    done = run(limit=2)
    assert (len(done.findings), done.left) == (2, 3)
    with store.write(BatchInfo("sites", "li")) as writer:
        writer.add([NewSite(Site("别处", "rest_station", address="五路5号", area="440604"))])
    server.asked.clear()
    run(area="芝罘区")
    assert not any("五路" in asked["address"] for asked in server.asked)
    assert all(asked["address"].startswith("芝罘区") for asked in server.asked)  # also for those that state no area


# --- the sheet ------------------------------------------------------------------------------------------------------


def filled(path: Path, values: dict[str, tuple[object, ...]], **cells: dict[str, str]) -> Path:
    """Fill in (lon, lat, datum, precision) by code, and other cells by heading and code."""
    book = openpyxl.load_workbook(path)
    sheet = book.active
    headings = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        code = row[0].value
        for cell, value in zip(row[4:], values.get(code, ()), strict=False):
            cell.value = value
        for heading, by_code in cells.items():
            if code in by_code:
                row[headings.index(heading)].value = by_code[code]
    book.save(path)
    return path


def test_a_sheet_is_written_filled_in_and_read_back(store: Store, codes: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "sheet.xlsx"
    assert write_sheet(store, path) == 5
    with pytest.raises(ParameterError):
        write_sheet(store, path)
    sheet = openpyxl.load_workbook(path).active
    assert [cell.value for cell in sheet[1]] == ["站点代码", "名称", "地址", "区县", "经度", "纬度", "坐标系", "精度"]
    assert sheet.data_validations.dataValidation
    untouched = read_sheet(store, path)
    assert (untouched.rows.skipped, untouched.rows.updated, untouched.exit_code) == (5, 0, 0)
    lon, lat = convert_point(121.39, 37.53, "wgs84", "gcj02")
    filled(
        path,
        {
            codes["甲站"]: (lon, lat, "高德", "准确"),
            codes["乙站"]: (116.4, 39.9, "wgs84", None),
            codes["丙站"]: ("121.40", "37.54", "wgs84", "大致"),
            codes["丁站"]: (121.40, None, "wgs84", None),
        },
    )
    trial = read_sheet(store, path, dry_run=True)
    report = read_sheet(store, path)
    assert report.rows == trial.rows
    assert (report.rows.updated, report.rows.review, report.rows.rejected, report.rows.skipped) == (2, 1, 1, 1)
    assert report.exit_code == 3
    position = store.site(codes["甲站"]).site.position
    assert position is not None
    assert position.precision == "exact"
    assert (position.lon, position.lat) == pytest.approx((121.39, 37.53), abs=1e-8)
    assert store.site(codes["丙站"]).site.precision == "approximate"
    (review,) = store.reviews()
    assert (review.site, review.asked.kind) == (codes["乙站"], "position")
    # The same sheet again changes nothing; an edited row whose place has a position by now is told.
    version = store.state().data_version
    again = read_sheet(store, path)
    assert (again.rows.unchanged, again.rows.updated) == (2, 0)
    assert store.state().data_version == version
    changed = read_sheet(store, filled(path, {codes["甲站"]: (lon + 0.01, lat, "高德", "准确")}))
    assert "sheet_has_position" in {issue.message.code for issue in changed.issues}
    assert store.site(codes["甲站"]).site.position == position


def test_rows_that_were_shifted_or_edited_are_not_taken(store: Store, codes: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "sheet.xlsx"
    write_sheet(store, path, lang="en")
    where = (121.39, 37.53, "wgs84", None)
    filled(
        path,
        dict.fromkeys(codes.values(), where),
        name={codes["甲站"]: "乙站"},
        address={codes["乙站"]: "七路7号"},
        code={codes["丙站"]: "ZZZZZZ", codes["丁站"]: codes["戊站"]},
    )
    report = read_sheet(store, path)
    found = {issue.message.code for issue in report.issues if issue.severity != "info"}
    assert {"sheet_name_differs", "sheet_address_differs", "sheet_code_unknown", "sheet_code_twice"} <= found
    assert (report.rows.updated, report.rows.review) == (1, 1) or (report.rows.updated, report.rows.review) == (0, 1)
    assert store.site(codes["甲站"]).site.position is None


def test_a_csv_holds_no_formulas(store: Store, tmp_path: Path) -> None:
    with store.write(BatchInfo("sites", "li")) as writer:
        (code,) = writer.add([NewSite(Site("=cmd|' /C calc'!A1", "rest_station", address="+一路"))])
    path = tmp_path / "sheet.csv"
    write_sheet(store, path)
    text = path.read_text(encoding="utf-8-sig")
    assert f"{code},'=cmd" in text
    assert ",'+一路" in text
    rows = list(csv.reader(text.splitlines()))
    rows[1][4:] = ["121.39", "37.53", "wgs84", "exact"]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    assert read_sheet(store, path).rows.updated == 1


# --- the command ----------------------------------------------------------------------------------------------------


@pytest.fixture
def cli(fresh_sqlite: str, server: StandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., object]:
    monkeypatch.chdir(tmp_path)
    settings = {"DATABASE_URL": fresh_sqlite, "GEOCODER": "amap", "GEOCODER_KEY": KEY, "GEOCODER_URL": server.url}
    for name, value in (settings | {"GEOCODER_DELAY": "0", "LANG": "en"}).items():
        monkeypatch.setenv(f"STATIONMAP_{name}", value)
    return lambda *words: click.testing.CliRunner().invoke(main, [str(word) for word in words])


def test_a_town_without_coordinates_from_the_command_line(
    cli: Callable[..., click.testing.Result], server: StandIn, fresh_sqlite: str, test_data: Path, tmp_path: Path
) -> None:
    store = open_store(fresh_sqlite)
    import_sites(store, test_data / "sites" / "anting_stations.xlsx")
    jiading = {"province": "上海市", "city": "上海市", "district": "嘉定区", "adcode": "310114"}
    for number, road in enumerate(("宝安公路", "百安路", "嘉松北路", "方中路")):
        where = convert_point(121.20 + number / 100, 31.3, "wgs84", "gcj02")
        server.places[road] = [Known(*where, **jiading)]  # type: ignore[arg-type]
    done = cli("geocode", "--area", "上海市嘉定区安亭镇", "--report", "report.json")
    assert done.exit_code == 3
    report = json.loads(Path("report.json").read_text(encoding="utf-8"))
    assert len(report["places"]) == 25
    found = [place for place in report["places"] if any(road in place["asked"] for road in server.places)]
    assert len(found) == report["counts"]["placed"] + report["counts"]["review"] > 10
    assert {place["asked"][:9] for place in report["places"]} == {"上海市嘉定区安亭镇"}
    listed = cli("review", "list")
    assert "宝安公路" in listed.stdout
    assert "1 point" not in listed.stdout
    assert KEY not in done.output + listed.output + Path("report.json").read_text(encoding="utf-8")
    done = cli("geocode", "--sheet", "left.xlsx")
    assert done.exit_code == 0
    assert "left.xlsx" in done.stdout
    shutil.copy("left.xlsx", "copy.xlsx")
    assert cli("geocode", "--from", "copy.xlsx").exit_code == 0
    store.dispose()


def test_wrong_usage_is_told(cli: Callable[..., click.testing.Result], monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli("geocode", "--sheet", "a.xlsx", "--from", "b.xlsx").exit_code == 2
    assert cli("geocode", "--sheet", "a.doc").exit_code == 2
    assert cli("geocode", "--from", "missing.xlsx").exit_code == 1
    assert cli("geocode").stdout.strip() == "No place needs a position."
    monkeypatch.delenv("STATIONMAP_GEOCODER_KEY")
    done = cli("geocode")
    assert done.exit_code == 2
    assert "STATIONMAP_GEOCODER_KEY" in done.stderr
    monkeypatch.delenv("STATIONMAP_GEOCODER")
    done = cli("geocode")
    assert done.exit_code == 2
    assert "--sheet" in done.stderr
