"""Demand goes into both stores: points, cells and trips, with weights, hours and a datum that streets show."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from geodata.datum import from_wgs84
from geodata.errors import FileError, ParameterError, ProfileError
from geodata.store import Store, revert_batch
from importers.demand import import_demand
from importers.report import ImportReport
from importers.sites import import_sites
from importers.streets import import_streets


def write(tmp_path: Path, content: str, name: str = "workers.csv") -> Path:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return path


def codes(report: ImportReport) -> set[str]:
    assert all(text for issue in report.issues for text in issue.message.texts().values())
    return {issue.message.code for issue in report.issues}


def test_points_with_a_weight(store: Store, tmp_path: Path) -> None:
    path = write(
        tmp_path, "经度,纬度,环卫工人数,小时\n-0.1,51.5,30,4\n-0.11,51.5,1e1,22时\n-0.12,51.5,0,9\n-0.1,51.5,2.5,5\n"
    )
    report = import_demand(store, path, weight="环卫工人数")
    assert (report.exit_code, report.rows.created, report.rows.skipped) == (0, 3, 1)
    demand = store.demand("workers")
    assert demand.lon.tolist() == [-0.1, -0.11]
    assert demand.weight.tolist() == [32.5, 10.0]
    assert demand.hourly is not None
    assert np.argwhere(demand.hourly).tolist() == [[0, 4], [0, 5], [1, 22]]
    before = store.state()
    again = import_demand(store, path, weight="环卫工人数")
    assert (again.rows.unchanged, again.rows.created) == (3, 0)
    assert store.state() == before
    other = import_demand(store, path)
    assert "demand_weight_one" in codes(other)
    assert other.rows.updated == 4
    assert other.batch is not None
    assert revert_batch(store, other.batch, "li").restored == 1
    assert store.demand("workers").weight.tolist() == [32.5, 10.0]


def test_hours_as_columns(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path, "名称,经度,纬度,4时,5时,22时\n甲,-0.1,51.5,10,5,\n乙,-0.2,51.5,,,1\n")
    report = import_demand(store, path, layer="早班")
    demand = store.demand("早班")
    assert (report.rows.created, demand.weight.tolist()) == (2, [15.0, 1.0])
    assert demand.hourly is not None
    assert np.argwhere(demand.hourly).tolist() == [[0, 4], [0, 5], [1, 22]]


def test_rows_that_cannot_be_used_are_rejected(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path, "lon,lat,weight\n-0.1,51.5,3\n,51.5,3\n-0.1,200,3\n-0.1,51.5,-3\n-0.1,51.5,many\n")
    report = import_demand(store, path)
    assert (report.exit_code, report.rows.created, report.rows.rejected) == (3, 1, 4)
    assert codes(report) >= {"coordinate_alone", "lat_out_of_range", "value_number_range", "value_not_a_number"}
    bad = write(tmp_path, "lon,lat,weight\n,51.5,3\n", "bad.csv")
    assert import_demand(store, bad).exit_code == 1
    assert [info.name for info in store.demand_layers()] == ["workers"]
    with pytest.raises(ProfileError, match="people"):
        import_demand(store, path, weight="people")
    with pytest.raises(FileError):
        import_demand(store, write(tmp_path, "name,weight\na,1\n", "no.csv"))
    with pytest.raises(ParameterError):
        import_demand(store, path, layer=" ")


def test_a_dry_run_writes_nothing(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path, "lon,lat\n-0.1,51.5\n")
    report = import_demand(store, path, dry_run=True)
    assert (report.batch, report.rows.created, store.demand_layers(), store.batches()) == (None, 1, [], [])


def test_cells_stand_for_themselves_by_a_point_within(store: Store, tmp_path: Path) -> None:
    ring = "[[[-0.1,51.5],[-0.09,51.5],[-0.09,51.51],[-0.1,51.51],[-0.1,51.5]]]"
    feature = (
        f'{{"type":"Feature","properties":{{"population":7}},"geometry":{{"type":"Polygon","coordinates":{ring}}}}}'
    )
    path = write(tmp_path, f'{{"type":"FeatureCollection","features":[{feature}]}}', "cells.geojson")
    import_demand(store, path)
    (info,) = store.demand_layers()
    assert (info.kind, info.points, info.weight) == ("cells", 1, 7.0)
    demand = store.demand("cells")
    assert -0.1 < demand.lon[0] < -0.09
    assert 51.5 < demand.lat[0] < 51.51


def trips_of(test_data: Path, tmp_path: Path, *, shifted: bool) -> Path:
    """The trips that begin around the streets of Futian, as they are or as a Chinese web map would have them."""
    with (test_data / "demand" / "shenzhen_taxi_trips.csv").open(encoding="utf-8") as source:
        rows = [row for row in csv.DictReader(source) if 114.0 < float(row["Lng"]) < 114.07]
    for lon, lat in (("Lng", "Lat"), ("ELng", "ELat")) if shifted else ():
        given = np.array([[float(row[lon]), float(row[lat])] for row in rows])
        for row, x, y in zip(rows, *from_wgs84(given[:, 0], given[:, 1], "gcj02"), strict=True):
            row[lon], row[lat] = f"{x:.6f}", f"{y:.6f}"
    path = tmp_path / ("shifted.csv" if shifted else "trips.csv")
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_streets_show_the_datum_of_trips_and_sites(store: Store, test_data: Path, tmp_path: Path) -> None:
    import_streets(store, test_data / "streets" / "futian.graphml")
    kept = {}
    for shifted, datum in ((False, "wgs84"), (True, "gcj02")):
        path = trips_of(test_data, tmp_path, shifted=shifted)
        report = import_demand(store, path)
        assert (report.recognised["datum"], report.recognised["datum_assumed"]) == (datum, False)
        assert "datum_found" in codes(report)
        kept[datum] = store.demand(path.stem)
        # The same points as a list of places.
        with path.open(encoding="utf-8") as source:
            points = {(row["Lng"], row["Lat"]) for row in csv.DictReader(source)}
        lines = [f"{place},站点{place},{lon},{lat}" for place, (lon, lat) in enumerate(sorted(points)[:800])]
        sites = write(tmp_path, "编号,名称,经度,纬度\n" + "\n".join(lines), "sites.csv")
        places = import_sites(store, sites, kind="rest_station", dry_run=True)
        assert (places.recognised["datum"], places.recognised["datum_assumed"]) == (datum, False)
    # All but the few that lie in Hong Kong, where nothing is shifted.
    assert (np.abs(kept["wgs84"].lon - kept["gcj02"].lon) < 2e-6).mean() > 0.995


def test_a_real_list_of_trips(sqlite_store: Store, test_data: Path) -> None:
    path = test_data / "demand" / "shenzhen_taxi_trips.csv"
    without = import_demand(sqlite_store, path, dry_run=True)
    assert without.recognised["datum_assumed"]
    assert "datum_assumed" in codes(without)
    import_streets(sqlite_store, test_data / "streets" / "futian.graphml")
    report = import_demand(sqlite_store, path)
    assert (report.recognised["datum"], report.recognised["datum_assumed"]) == ("wgs84", False)
    (verdict,) = report.recognised["datum_evidence"]
    assert verdict["by"] == "streets"
    assert verdict["median_m"]["wgs84"] < 15 < verdict["median_m"]["gcj02"]
    assert (report.rows.created, report.recognised["kind"], report.recognised["hours"]) == (10_619, "trips", 24)
    assert sqlite_store.demand("shenzhen_taxi_trips").weight.sum() == 2 * 10_619


def test_a_real_grid(store: Store, test_data: Path) -> None:
    path = test_data / "demand" / "porto_alegre_hexgrid.csv"
    report = import_demand(store, path, layer="jobs", weight="jobs")
    (info,) = store.demand_layers()
    assert (info.points, info.weight, report.rows.skipped) == (1009, 337926.0, 218)


@pytest.mark.parametrize(
    ("content", "weights"),
    [
        ("网格编号,中心经度,中心纬度,人口数\n1,-0.1,51.5,1200\n", [1200.0]),
        ("lng,lat,人口(万人)\n-0.1,51.5,1.2\n", [12000.0]),
        ('经度,纬度,订单量（单）\n-0.1,51.5,"1,230"\n-0.2,51.5,约1.2万\n', [1230.0, 12000.0]),
        ("lon,lat,环卫工人,快递员,合计\n-0.1,51.5,10,20,30\n合计,,10,20,30\n", [30.0]),
        ("O_X,O_Y,D_X,D_Y,FLOW\n-0.1,51.5,-0.2,51.6,7\n", [7.0, 7.0]),
        ("经度,纬度,6:00-7:00,07:00-08:00\n-0.1,51.5,10,20\n", [30.0]),
    ],
)
def test_weights_and_places_as_tables_head_them(
    store: Store, tmp_path: Path, content: str, weights: list[float]
) -> None:
    import_demand(store, write(tmp_path, content, "grid.csv"))
    assert store.demand("grid").weight.tolist() == weights


def test_the_weight_that_is_asked_for_goes_before_a_total(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path, "lon,lat,环卫工人,合计\n-0.1,51.5,10,30\n", "grid.csv")
    import_demand(store, path, weight="环卫工人")
    assert store.demand("grid").weight.tolist() == [10.0]


def test_columns_of_numbers_that_were_not_taken_are_told(store: Store, tmp_path: Path) -> None:
    report = import_demand(store, write(tmp_path, "订单号,经度,纬度,环卫工人\n7,-0.1,51.5,10\n"))
    (issue,) = [issue for issue in report.issues if issue.message.code == "demand_weight_unsure"]
    assert issue.message.params == {"columns": "环卫工人"}
    assert issue.severity == "warning"


def test_headings_name_the_datum(store: Store, tmp_path: Path) -> None:
    lon, lat = (float(value) for value in from_wgs84(121.38, 37.53, "gcj02"))
    for head in ("经度(GCJ-02),纬度(GCJ-02)", "高德经度,高德纬度"):
        report = import_demand(store, write(tmp_path, f"{head},人数\n{lon:.7f},{lat:.7f},3\n", "grid.csv"))
        demand = store.demand("grid")
        assert (demand.lon[0], demand.lat[0]) == pytest.approx((121.38, 37.53), abs=1e-5)
        assert "datum_in_heading" in codes(report)
    asked = import_demand(store, write(tmp_path, "高德经度,高德纬度\n121.38,37.53\n", "own.csv"), datum="wgs84")
    assert store.demand("own").lon[0] == pytest.approx(121.38)
    assert "datum_in_heading" not in codes(asked)
