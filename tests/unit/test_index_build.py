from __future__ import annotations

import gc

import pytest

from geodata.index import build
from geodata.sites import Access, Amenity, Position, Site
from geodata.store import types
from tests.indexes import NOON, RowStore, code_of, load

WISHES = [
    {"toilet": Amenity("yes")},
    {"toilet": Amenity("limited"), "wifi": Amenity("unknown", note="问店员")},
    {},
    {"toilet": Amenity("yes"), "seats": Amenity("no")},
]


def site(number: int) -> Site:
    ways = ("walk_in",) if number % 2 else ()
    return Site(
        f"站{number}", "stall", position=Position(121, 37), facilities=WISHES[number % 4], access=Access(ways, "free")
    )


@pytest.mark.parametrize("kept", [1, 3, 1000])
@pytest.mark.parametrize("shared", [True, False])
def test_what_is_remembered_of_repeated_facilities_changes_no_answer(
    monkeypatch: pytest.MonkeyPatch, kept: int, shared: bool
) -> None:
    expected = [load(RowStore([site(number)])).detail(code_of(0), NOON)["properties"] for number in range(4)]
    monkeypatch.setattr(build, "_KEPT", kept)
    store = RowStore([site(number) for number in range(40)])
    if shared:
        store.rows = [
            row._replace(facilities=store.rows[at % 4].facilities, access=store.rows[at % 2].access)
            for at, row in enumerate(store.rows)
        ]
    index = load(store)
    for number in range(40):
        found = index.detail(code_of(number), NOON)["properties"]
        for part in ("facilities", "facility_details", "access", "fee"):
            assert found[part] == expected[number % 4][part]


def test_values_that_are_gone_are_not_taken_for_new_ones() -> None:
    """A new object may get the address of one that was freed."""
    known = build._Known(len)
    for size in range(500):
        assert known.of(["x"] * size) == size
        gc.collect(0)


def test_decoded_json_is_shared_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(types, "_DISTINCT", 3)
    decoded = types._Decoded()
    assert decoded['{"a":1}'] is decoded['{"a":1}']
    for number in range(10):
        assert decoded[f"[{number}]"] == [number]
        assert len(decoded) <= 3
