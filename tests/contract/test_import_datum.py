"""Lists whose datum nobody states, beside what a store knows already."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shapely import Point

from geodata.datum import from_wgs84, to_wgs84
from geodata.sites import Datum
from geodata.store import Store
from importers.areas import import_areas
from importers.report import ImportReport
from importers.sites import import_sites

HANGZHOU = "hangzhou_facilities.csv"


def write(path: Path, names: Any, lon: Any, lat: Any, **further: Any) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["name", "lon", "lat", *further])
        writer.writerows(zip(names, lon, lat, *further.values(), strict=True))
    return path


def severities(report: ImportReport) -> list[tuple[str, str]]:
    return sorted(report.by_code())


def test_hangzhou_beside_the_same_places_in_wgs84(store: Store, test_data: Path, tmp_path: Path) -> None:
    with (test_data / "sites" / HANGZHOU).open(encoding="utf-8-sig") as stream:
        rows = [row for row in csv.DictReader(stream) if row["coord_precision"] == "g"][:200]
    lon, lat = np.array([float(row["lng"]) for row in rows]), np.array([float(row["lat"]) for row in rows])
    noise = np.random.default_rng(5).normal(0, 3e-4, (2, len(rows)))
    true_lon, true_lat = to_wgs84(lon, lat, "gcj02")
    there = write(tmp_path / "there.csv", [row["name"] for row in rows], true_lon + noise[0], true_lat + noise[1])
    import_sites(store, there, kind="rest_station", datum="wgs84")
    report = import_sites(store, test_data / "sites" / HANGZHOU, kind="public_facility", dry_run=True)
    assert report.recognised["datum"] == "gcj02"
    assert not report.recognised["datum_assumed"]
    assert report.recognised["datum_confidence"] >= 0.99
    (evidence,) = report.recognised["datum_evidence"]
    assert evidence["by"] == "sites"
    assert evidence["points"] > 100
    assert evidence["median_m"]["gcj02"] < 100 < evidence["median_m"]["wgs84"]
    assert ("warning", "datum_found") in severities(report)


def test_the_row_in_another_city_is_flagged(store: Store, test_data: Path) -> None:
    report = import_sites(store, test_data / "sites" / HANGZHOU, kind="public_facility", datum="gcj02", dry_run=True)
    far = {issue.row for issue in report.issues if issue.message.code == "position_far"}
    with (test_data / "sites" / HANGZHOU).open(encoding="utf-8-sig") as stream:
        (yunzhou,) = (row for row, texts in enumerate(csv.DictReader(stream), 2) if "云州国际" in texts["name"])
    assert yunzhou in far
    assert len(far) < 10


@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_areas_that_rows_name_tell_the_datum(store: Store, test_data: Path, tmp_path: Path, datum: Datum) -> None:
    import_areas(store, test_data / "areas" / "yantai_foshan_districts_wgs84.geojson", datum="wgs84")
    zhifu, laishan, fushan = (
        next(area for area in store.areas() if area.name == name) for name in ("芝罘区", "莱山区", "福山区")
    )
    rng = np.random.default_rng(11)
    found: list[tuple[float, float, str]] = []
    for area in (zhifu, laishan, fushan):
        west, south, east, north = area.polygon.bounds
        points = rng.uniform((west, south), (east, north), (400, 2))
        inside = [point for point in points if area.polygon.contains(Point(point))]
        found += [(x, y, area.name) for x, y in inside]
    lon, lat = from_wgs84([x for x, _, _ in found], [y for _, y, _ in found], datum)
    names = [f"驿站{number}" for number in range(len(found))]
    path = write(tmp_path / "list.csv", names, lon, lat, district=[name for _, _, name in found])
    report = import_sites(store, path, kind="rest_station", dry_run=True)
    assert report.recognised["datum"] == datum
    assert [item["by"] for item in report.recognised["datum_evidence"]] == ["areas"]
    few = write(tmp_path / "few.csv", names[:30], lon[:30], lat[:30], district=[name for _, _, name in found][:30])
    report = import_sites(store, few, kind="rest_station", dry_run=True)
    assert report.recognised["datum_assumed"]


def test_an_earlier_assumption_is_no_evidence_of_itself(store: Store, tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    names = [f"驿站{number}" for number in range(40)]
    lon, lat = rng.uniform(121.3, 121.5, 40), rng.uniform(37.4, 37.5, 40)
    path = write(tmp_path / "list.csv", names, lon, lat)
    first = import_sites(store, path, kind="rest_station")
    assert ("warning", "datum_assumed") in severities(first)
    again = import_sites(store, path, kind="rest_station")
    assert again.recognised["datum_assumed"]
    assert again.rows.unchanged == 40
    import_sites(store, path, kind="rest_station", datum="gcj02")
    third = import_sites(store, path, kind="rest_station")
    assert (third.rows.unchanged, third.recognised["datum"]) == (40, "gcj02")
    assert third.recognised["datum_assumed"]
    assert ("warning", "datum_as_before") in severities(third)


def test_abroad_nothing_is_asked(store: Store, tmp_path: Path) -> None:
    path = write(tmp_path / "list.csv", ["A", "B"], [144.9, 144.95], [-37.8, -37.81])
    report = import_sites(store, path, kind="rest_station")
    assert severities(report) == []
    assert not report.recognised["datum_assumed"]
