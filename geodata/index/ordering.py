"""The orders in which sites are listed, and where in them a cursor stands."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from functools import cached_property
from math import inf, isnan

import numpy as np
from numpy.typing import NDArray

from geodata.index.columns import Table
from geodata.index.cursors import Cursor, Key
from geodata.index.query import Sort
from geodata.index.search import Search


class Orders:
    """Permutations of the rows; those by rating and name are made when first asked for.

    Attributes
    ----------
    by_code : ndarray of int32
        Rows in the order of their codes.
    rank : ndarray of int32
        By row its place in that order.
    """

    def __init__(self, table: Table, search: Search) -> None:
        self._table = table
        self._search = search
        self.by_code = np.argsort(table.code, kind="stable").astype(np.int32)
        self.rank = np.empty(len(table), dtype=np.int32)
        self.rank[self.by_code] = np.arange(len(table), dtype=np.int32)
        self._codes = table.code[self.by_code]

    def prepare(self) -> None:
        """Make the order of suggestions ahead."""
        _ = self.shortest_first

    def row_of(self, code: str) -> int | None:
        """Return the row of a code, or ``None``."""
        if not code.isascii():
            return None
        raw = code.encode()
        place = int(self._codes.searchsorted(raw))
        return int(self.by_code[place]) if place < len(self._codes) and self._codes[place] == raw else None

    def rank_of(self, code: str) -> int:
        """Return the rank that a code has, or the next smaller one's if it is gone."""
        return int(self._codes.searchsorted(code.encode(), side="right")) - 1

    def permutation(self, sort: Sort) -> NDArray[np.int32]:
        """Return the rows in an order, by code within what is equal."""
        match sort:
            case "rating":
                return self._by_rating
            case "name":
                return self._by_name
            case _:
                return self.by_code

    def key(self, sort: Sort, row: int) -> Key:
        """Return what a row is sorted by, besides its code."""
        match sort:
            case "rating":
                score = float(self._table.score[row])
                return None if isnan(score) else score
            case "name":
                return self._search.name_key(row)
            case _:
                return None

    def beginning(self, sort: Sort, after: Cursor | None) -> int:
        """Return at which place of the permutation the rows after a cursor begin."""
        if after is None:
            return 0
        permutation = self.permutation(sort)

        def comparable(place: int) -> tuple[object, bytes]:
            row = int(permutation[place])
            return _comparable(sort, self.key(sort, row)), bytes(self._table.code[row])

        target = (_comparable(sort, after.key), after.code.encode())
        key: Callable[[int], tuple[object, bytes]] = comparable
        return bisect_right(range(len(permutation)), target, key=key)

    @cached_property
    def shortest_first(self) -> NDArray[np.int32]:
        """The rows in the order of the lengths of their names, by code within a length."""
        return np.lexsort((self.rank, self._search.name_lengths())).astype(np.int32)

    @cached_property
    def _by_rating(self) -> NDArray[np.int32]:
        best_first = np.where(np.isnan(self._table.score), inf, -self._table.score)
        return np.lexsort((self.rank, best_first)).astype(np.int32)

    @cached_property
    def _by_name(self) -> NDArray[np.int32]:
        keys = self._search.name_keys()
        return np.array(sorted(self.by_code.tolist(), key=keys.__getitem__), dtype=np.int32)


def _comparable(sort: Sort, key: Key) -> object:
    if sort == "rating":
        return -key if isinstance(key, (int, float)) else inf
    return key
