"""Who is served by which stations, as they stand: for a time of day, or before and after a choice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geodata.errors import ValueUnusableError
from geodata.siting.median import check_reach
from geodata.siting.travel import Times, Travel, check_weights
from geodata.siting.types import Bools, Floats, Longs, sum_by


@dataclass(frozen=True, slots=True)
class Coverage:
    """Who is served: for each demand row the nearest open site (-1: none), the time to it, and the sums.

    ``site_weight`` is, for each site, the demand weight that is nearest to it; ``lost_without`` what would no longer
    be covered if that site alone were closed.
    """

    assignment: Longs
    times: Floats
    covered: Bools
    weight_covered: float
    weight_total: float
    site_weight: Floats
    lost_without: Floats

    @property
    def share(self) -> float:
        """Part of the demand weight that is covered; 1 when there is no demand."""
        return self.weight_covered / self.weight_total if self.weight_total else 1.0


def coverage(
    times: Times | Travel, opened: ArrayLike, *, within: float | None = None, weights: ArrayLike | None = None
) -> Coverage:
    """Return who is served by the sites ``opened``, a boolean for each column, within a cut-off.

    For coverage at an hour, ``opened`` says which stations are open then.

    Raises
    ------
    ValueUnusableError
        If an argument cannot be used.
    """
    travel = Travel.of(times)
    weight = check_weights(weights, travel.shape[0])
    mask = np.asarray(opened, np.bool_)
    if mask.shape != (travel.shape[1],):
        raise ValueUnusableError("siting_length", name="opened", length=mask.size, expected=travel.shape[1])
    number = np.where(mask, np.arange(len(mask)), -1).astype(np.int32)
    limit = check_reach("within", within, np.inf)
    indptr, sites, _ = travel.within(limit, number)
    site, time = travel.nearest(mask, limit)
    covered = site >= 0
    alone = np.flatnonzero(np.diff(indptr) == 1)
    columns = travel.shape[1]
    return Coverage(
        site,
        time,
        covered,
        float(weight[covered].sum()),
        float(weight.sum()),
        sum_by(site[covered], weight[covered], columns),
        sum_by(sites[indptr[alone]], weight[alone], columns),
    )
