from __future__ import annotations

from datetime import timedelta

from geodata.index import SiteQuery
from geodata.sites import Amenity, Hours, Site
from tests.indexes import NOON, index_of

OFFICE = Hours("Mo-Fr 08:30-17:30", "")


def index():
    return index_of(
        Site(
            "a", "rest_station", hours=OFFICE, facilities={"toilet": Amenity("yes"), "aed": Amenity("no")}, level="city"
        ),
        Site("b", "rest_station", facilities={"toilet": Amenity("limited")}, services={"legal_aid": Amenity("yes")}),
        Site("c", "worker_home", hours=OFFICE, state="paused"),
        Site("d", "worker_home", state="closed"),
        *(Site(f"{i}", "stall", facilities={f"thing_{i}": Amenity("yes")}) for i in range(70)),
    )


def test_counts_of_what_matches():
    found = index().counts(SiteQuery(kinds=frozenset({"rest_station", "worker_home"})), now=NOON)
    assert found["total"] == 3
    assert (found["kinds"]["rest_station"], found["kinds"]["worker_home"], found["kinds"]["stall"]) == (2, 1, 0)
    assert (found["levels"]["city"], found["states"]["open"], found["states"]["paused"]) == (1, 2, 1)
    assert (found["facilities"]["toilet"], found["facilities"]["aed"], found["services"]["legal_aid"]) == (2, 0, 1)
    assert found["open"] == {"open": 1, "closed": 1, "unknown": 1}


def test_counts_at_another_time_and_of_facilities_beyond_a_word_of_bits():
    night = NOON + timedelta(hours=12)
    found = index().counts(SiteQuery(), now=night)
    assert found["open"] == {"open": 0, "closed": 2, "unknown": 71}
    assert all(found["facilities"][f"thing_{i}"] == 1 for i in range(70))
