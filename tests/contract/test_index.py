"""The index on real lists, from both stores, against brute force."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import orjson
import pytest
from pyproj import Geod

from geodata.datum import to_wgs84
from geodata.index import SiteIndex, SiteQuery
from geodata.ratings import Evidence
from geodata.sites import Amenity, Closure, Hours, Position, Score, Site, SourceRef
from geodata.store import BatchInfo, NewSite, SiteUpdate, Store
from geodata.text import search_text
from geodata.vocabulary import load_vocabulary
from tests.indexes import NOON, TZ, codes

GEOD = Geod(ellps="WGS84")
INFO = BatchInfo("sites", "test")
#: (file, name, address, longitude, latitude, datum, facility columns)
LISTS = {
    "hangzhou": ("hangzhou_facilities.csv", "address", "lng", "lat", "gcj02", ("wifi", "water", "charge")),
    "zhengzhou": ("zhengzhou_stations.csv", "address", "lng", "lat", "gcj02", ()),
    "melbourne": ("melbourne_toilets.csv", "operator", "lon", "lat", "wgs84", ("female", "wheelchair")),
}
HOURS = (Hours("Mo-Fr 08:30-17:30", ""), Hours("24/7", ""), Hours(None, "以现场为准"), Hours("Mo-Su 18:00-23:00", ""))


def read(folder: Path, name: str) -> list[Site]:
    file, address, lon, lat, datum, facilities = LISTS[name]
    with (folder / "sites" / file).open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    found = []
    for number, row in enumerate(rows):
        position = None
        if row[lon] and row[lat]:
            (x,), (y,) = to_wgs84(np.array([float(row[lon])]), np.array([float(row[lat])]), datum)
            position = Position(float(x), float(y))
        values = {"True": "yes", "yes": "yes", "partial": "limited", "no": "no", "False": "no"}
        found.append(
            Site(
                row["name"],
                "public_facility" if number % 3 else "rest_station",
                position=position,
                address=row[address],
                hours=HOURS[number % len(HOURS)],
                facilities={code: Amenity(values[row[code]]) for code in facilities if row[code] in values},
            )
        )
    return found


def fill(store: Store, sites: list[Site]) -> dict[str, Site]:
    items = [NewSite(site, (SourceRef("list", str(i)),), search_text(site.name)) for i, site in enumerate(sites)]
    with store.write(INFO) as writer:
        added = writer.add(items)
    return dict(zip(added, sites, strict=True))


def load(store: Store) -> SiteIndex:
    return SiteIndex.load(store, vocabulary=load_vocabulary(), tz=TZ)


def brute_force(sites, here, radius_m, wanted=lambda site: True):
    found = []
    for code, site in sites.items():
        if site.position is not None and wanted(site):
            distance = GEOD.inv(*here, site.position.lon, site.position.lat)[2]
            if distance <= radius_m:
                found.append((distance, code))
    return sorted(found)


@pytest.mark.parametrize("name", LISTS)
def test_the_nearest_of_a_real_list_are_those_of_brute_force(store, test_data, name):
    sites = fill(store, read(test_data, name))
    index = load(store)
    placed = [site.position for site in sites.values() if site.position]
    assert index.size == len(sites)
    assert len(placed) > 10
    facility = (LISTS[name][5] or ("none",))[0]
    rng = np.random.default_rng(1)
    for _ in range(40):
        at = placed[rng.integers(len(placed))]
        here = (at.lon + rng.normal(0, 0.02), at.lat + rng.normal(0, 0.02))
        for radius_m, limit in ((800, 20), (5000, 7), (50_000, 1000)):
            expected = brute_force(sites, here, radius_m)
            hits = index.nearby(*here, SiteQuery(), radius_m=radius_m, limit=limit, now=NOON)
            assert codes(index, hits) == [code for _, code in expected[:limit]]
            assert hits.truncated == (len(expected) > limit)
            assert [hit.distance_m for hit in hits] == pytest.approx([d for d, _ in expected[:limit]], abs=1e-3)
        query = SiteQuery(kinds=frozenset({"rest_station"}), facilities=((facility, True),))
        expected = brute_force(
            sites,
            here,
            20_000,
            lambda site: (
                site.kind == "rest_station" and facility in site.facilities and site.facilities[facility].value == "yes"
            ),
        )
        hits = index.nearby(*here, query, radius_m=20_000, limit=10, now=NOON)
        assert codes(index, hits) == [code for _, code in expected[:10]]


def test_open_ones_of_a_real_list_come_first(store, test_data):
    sites = fill(store, read(test_data, "melbourne"))
    index = load(store)
    here = (144.9631, -37.8136)
    hits = index.nearby(*here, SiteQuery(open_at=NOON), radius_m=50_000, limit=1000, now=NOON)
    surely_open = brute_force(sites, here, 50_000, lambda site: site.hours.osm in ("Mo-Fr 08:30-17:30", "24/7"))
    unknown = brute_force(sites, here, 50_000, lambda site: site.hours.osm is None)
    assert codes(index, hits) == [code for _, code in surely_open + unknown]


def test_every_row_of_a_real_list_is_listed_and_found(store, test_data):
    sites = fill(store, read(test_data, "zhengzhou"))
    index = load(store)
    assert set(codes(index, index.find(SiteQuery(), now=NOON, limit=1000))) == set(sites)
    for code, site in sites.items():
        assert code in codes(index, index.find(SiteQuery(text=site.name), now=NOON, limit=1000))
    assert index.find(SiteQuery(text="ghyz"), now=NOON).total > 20  # 工会驿站


def test_a_refresh_reads_what_was_written_since(store):
    sites = fill(store, [Site(f"站{i}", "rest_station", position=Position(121 + i / 1000, 37)) for i in range(30)])
    index = load(store)
    first = next(iter(sites))
    stored = store.site(first)
    closed = replace(
        stored.site, closures=(Closure(NOON.date(), NOON.date() + timedelta(days=1), "停电"),), name="改名"
    )
    with store.write(INFO) as writer:
        assert writer.update([SiteUpdate(stored, closed, search=search_text("改名"))]) == 1
        (new,) = writer.add([NewSite(Site("新站", "worker_home", position=Position(121, 37.001)), (), "xin zhan")])
    later = index.refreshed(store)
    assert later.refreshed(store) is later
    assert (later.size, index.size) == (31, 30)
    assert (later.version, index.version) == (store.state().data_version, store.state().data_version - 1)
    assert [item.code for item in later.suggest("gaiming", now=NOON)] == [first]
    assert index.suggest("gaiming", now=NOON) == []
    detail = later.detail(first, NOON)["properties"]
    assert (detail["open"]["state"], detail["name"]) == ("closed", "改名")
    assert codes(later, later.nearby(121, 37.001, SiteQuery(), limit=1, now=NOON)) == [new]
    again = load(store)
    assert orjson.dumps(again.detail(first, NOON)) == orjson.dumps(later.detail(first, NOON))
    assert codes(again, again.find(SiteQuery(), now=NOON)) == codes(later, later.find(SiteQuery(), now=NOON))


def test_scores_aliases_and_the_calendar_are_followed(store):
    one, other = fill(store, [Site("一", "rest_station", hours=HOURS[0]), Site("二", "rest_station", hours=HOURS[0])])
    index = load(store)
    october = NOON.replace(month=10, day=10)  # a Saturday that is worked
    assert index.detail(one, october)["properties"]["open"]["state"] == "open"
    evidence = Evidence("star", 4, 5, 1, date(2026, 5, 1), None, "", "list", "")
    with store.write(BatchInfo("ratings", "test")) as writer:
        site_id = store.site(one).id
        writer.put_evidence(site_id, "1", evidence)
        writer.put_scores({site_id: Score(4.2, 4, 1, 0.5)})
    rated = index.refreshed(store)
    # what the evidence says, (1·3 + 4·4) / 5, whatever score was written beside it
    assert codes(rated, rated.find(SiteQuery(min_rating=3.8), now=NOON)) == [one]
    assert codes(rated, rated.find(SiteQuery(min_rating=3.81), now=NOON)) == []
    rating = rated.detail(one, NOON)["properties"]["rating"]
    assert rating == {"score": 3.8, "stars": 4, "count": 1, "overdue": False}
    with store.write(BatchInfo("edit", "test")) as writer:
        writer.add_alias(other, one)
    merged = rated.refreshed(store)
    assert merged.canonical(other) == one
    assert codes(merged, merged.find(SiteQuery(), now=NOON)) == [one]
    day = next(day for day in store.calendar_days() if day.day == october.date())
    with store.write(BatchInfo("calendar", "test")) as writer:
        writer.put_calendar_days([replace(day, kind="holiday")])
    assert merged.refreshed(store).detail(one, october)["properties"]["open"]["state"] == "closed"


def test_an_empty_store_makes_an_empty_index(store):
    index = load(store)
    assert (index.size, index.version, index.store_id) == (0, store.state().data_version, store.state().store_id)
    assert len(index.nearby(121, 37, SiteQuery(), now=NOON)) == 0
