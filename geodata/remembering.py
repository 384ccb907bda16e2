"""What texts mean, worked out once: most values of a long list stand in many of its rows."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Remembered(dict[K, V]):
    """Results of a function by its argument; forgets all of them before they are too many.

    Found values are looked up as in any dictionary, which takes a fraction of a call.

    Parameters
    ----------
    function : callable
    most : int
        How many results are kept.

    Examples
    --------
    >>> doubled = Remembered(lambda number: 2 * number)
    >>> doubled[4], dict(doubled)
    (8, {4: 8})
    """

    def __init__(self, function: Callable[[K], V], most: int = 1 << 16) -> None:
        super().__init__()
        self._function = function
        self._most = most

    def __missing__(self, key: K) -> V:
        """Work a value out."""
        if len(self) >= self._most:
            self.clear()
        value = self[key] = self._function(key)
        return value
