"""Short names of the array types that the solvers hand to each other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]


def sum_by(groups: NDArray[np.integer[Any]], values: Floats, count: int) -> Floats:
    """Return the sum of ``values`` by group, for groups 0 to below ``count``."""
    return np.bincount(groups, weights=values, minlength=count).astype(np.float64)
