from __future__ import annotations

import gc

import pytest
from sqlalchemy.dialects import sqlite

from geodata.index import features
from geodata.index.features import of_each
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


@pytest.mark.parametrize("batch", [1, 3, 40, 1000])
@pytest.mark.parametrize("shared", [True, False])
def test_rows_read_together_and_values_shared_change_no_answer(batch: int, shared: bool) -> None:
    expected = [load(RowStore([site(number)])).detail(code_of(0), NOON)["properties"] for number in range(4)]
    store = RowStore([site(number) for number in range(40)])
    store.batch = batch
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


def test_what_stands_there_several_times_is_made_once() -> None:
    one, like = ["a"], ["a"]
    made: list[list[str]] = []

    def make(value: list[str]) -> int:
        made.append(value)
        return len(made)

    assert of_each([one, like, one, one, like], make) == [1, 2, 1, 1, 2]
    assert of_each([], make) == []
    assert len(made) == 2


def test_values_that_are_gone_are_not_taken_for_new_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new object may get the address of one that was freed."""
    monkeypatch.setattr(features, "_KEPT", 20)
    known: dict[int, tuple[list[str], int]] = {}
    for size in range(500):
        assert of_each([["x"] * size], len, known) == [size]
        gc.collect(0)
        assert len(known) <= 21


def test_decoded_json_is_shared_and_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(types, "_DISTINCT", 3)
    decode = types.SharedJson().result_processor(sqlite.dialect(), None)
    decoded = decode.__self__
    assert decode('{"a":1}') is decode('{"a":1}')
    for number in range(10):
        assert decode(f"[{number}]") == [number]
        assert len(decoded) <= 3
