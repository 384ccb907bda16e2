from __future__ import annotations

import random

import numpy as np
import pytest

from geodata.index import blobs
from geodata.index.blobs import Blobs


def all_of(found: Blobs) -> list[bytes]:
    return [found[row] for row in range(len(found.length))]


@pytest.mark.parametrize("rows_a_change", [1, 40])
def test_any_number_of_changes_gives_what_a_list_gives(rows_a_change):
    rng = random.Random(5)
    expected = [b"x" * rng.randrange(9) for _ in range(100)]
    found = Blobs.of(expected)
    for number in range(200):
        rows = sorted(rng.sample(range(len(expected) + 1), rows_a_change))
        new = [b"%d-%d" % (number, row) for row in rows]
        expected += [b""] * (max(rows) + 1 - len(expected))
        for row, text in zip(rows, new, strict=True):
            expected[row] = text
        found = found.patched(len(expected), np.array(rows, dtype=np.int32), Blobs.of(new))
        assert all_of(found) == expected
        assert len(found.chunks) <= blobs._CHUNKS
    assert found.many([3, 0, 3]) == [expected[3], expected[0], expected[3]]


def test_changes_are_folded_beside_the_first_chunk_while_most_of_it_is_in_use():
    first = Blobs.of([b"base%d" % row for row in range(1000)])
    found = first
    for number in range(200):
        found = found.patched(1000, np.array([number % 10], dtype=np.int32), Blobs.of([b"new%d" % number]))
    assert found.chunks[0] is first.chunks[0]
    assert sum(map(len, found.chunks[1:])) < 1000


def test_a_first_chunk_that_is_mostly_stale_is_given_up():
    first = Blobs.of([b"base"] * 10)
    found = first
    for number in range(100):
        found = found.patched(10, np.array([number % 10], dtype=np.int32), Blobs.of([b"new"]))
    assert all(chunk is not first.chunks[0] for chunk in found.chunks)
    assert all_of(found) == [b"new"] * 10
