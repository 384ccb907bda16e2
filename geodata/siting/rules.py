"""What may be chosen: a number or a budget, existing sites, and sites that must or must not be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geodata.errors import ValueUnusableError
from geodata.siting.types import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be chosen among the columns of the travel times.

    Attributes
    ----------
    p : int, optional
        At most so many new sites. With sites that may close, each one closed allows one more.
    budget : float, optional
        Instead of ``p``: what the new sites may cost in total; a site that closes gives its cost back.
    costs : array_like, optional
        Cost of each column, at least 0; needed with ``budget``. In set covering, what is minimised (1 each if missing).
    existing : sequence of int
        Columns that are there today. They stay open and count neither as new nor against the budget.
    may_close : sequence of int
        Those of ``existing`` that may close (relocation).
    max_closed : int, optional
        At most so many of them may close; as many as one likes when missing.
    must, must_not : sequence of int
        Columns that have to be chosen (or kept), and that must not (an existing one that may close then closes).
    """

    p: int | None = None
    budget: float | None = None
    costs: ArrayLike | None = None
    existing: Sequence[int] = ()
    may_close: Sequence[int] = ()
    max_closed: int | None = None
    must: Sequence[int] = ()
    must_not: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """Checked rules over ``m`` columns, as the solvers read them.

    ``held`` columns are open in every solution, ``free`` ones are to be decided, the rest stays closed. ``group`` are
    free columns that exist today, of which ``least`` must stay. ``budget`` is what the free columns may cost.
    """

    existing: Bools
    held: Bools
    free: Bools
    group: Bools
    least: int
    price: Floats
    budget: float

    @property
    def number(self) -> Ints:
        """Number of each free column among the free ones, -1 for the others."""
        return np.where(self.free, np.cumsum(self.free) - 1, -1).astype(np.int32)


def check_rules(rules: Rules, columns: int, *, limited: bool = True) -> Choice:
    """Check ``rules`` against ``columns`` candidate columns.

    Parameters
    ----------
    rules : Rules
        What may be chosen.
    columns : int
        Number of candidate columns.
    limited : bool
        Whether a number or a budget is needed (all problems but set covering).

    Raises
    ------
    ValueUnusableError
        If a rule names a column that does not exist, two rules contradict each other, or the sites that must be chosen
        already exceed the number or the budget.
    """
    existing, closing = _mask("existing", rules.existing, columns), _mask("may_close", rules.may_close, columns)
    must, must_not = _mask("must", rules.must, columns), _mask("must_not", rules.must_not, columns)
    _agree("may_close", closing & ~existing, "existing")
    _agree("must", must & must_not, "must_not")
    _agree("must_not", must_not & existing & ~closing, "may_close")
    if limited:
        if (rules.p is None) == (rules.budget is None):
            raise ValueUnusableError("siting_p_or_budget", p=rules.p, budget=rules.budget)
    elif rules.p is not None or rules.budget is not None:
        raise ValueUnusableError("siting_no_limit", p=rules.p, budget=rules.budget)
    price = _prices(rules, columns, limited)
    closable = closing & ~must
    limit = _amount(rules) if limited else np.inf
    budget = limit + float(price[closable].sum()) - float(price[must & ~existing].sum())
    if budget < -1e-9 * max(1.0, limit):
        raise ValueUnusableError("siting_must_exceeds", limit=limit, cost=float(price[must & ~existing].sum()))
    gone = int((closable & must_not).sum())
    most = closable.sum() if rules.max_closed is None else rules.max_closed
    if gone > most or most < 0:
        raise ValueUnusableError("siting_closures", max_closed=rules.max_closed, forced=gone)
    group = closable & ~must_not
    free = ~existing & ~must & ~must_not | group
    least = max(0, int(closable.sum()) - int(most))
    return Choice(existing, existing & ~closable | must, free, group, least, price, max(0.0, budget))


def _mask(name: str, sites: Sequence[int], columns: int) -> Bools:
    chosen = np.asarray(sites)
    mask = np.zeros(columns, np.bool_)
    if chosen.size == 0:
        return mask
    if chosen.dtype.kind not in "iu" or chosen.ndim != 1:
        raise ValueUnusableError("siting_columns", name=name, value=str(sites)[:80], columns=columns)
    bad = chosen[(chosen < 0) | (chosen >= columns)]
    if len(bad):
        raise ValueUnusableError("siting_columns", name=name, value=int(bad[0]), columns=columns)
    mask[chosen] = True
    return mask


def _agree(name: str, wrong: Bools, other: str) -> None:
    if wrong.any():
        raise ValueUnusableError("siting_rules_conflict", name=name, value=int(np.flatnonzero(wrong)[0]), other=other)


def _prices(rules: Rules, columns: int, limited: bool) -> Floats:
    if rules.budget is None and (limited or rules.costs is None):
        return np.ones(columns)
    if rules.costs is None:
        raise ValueUnusableError("siting_costs_missing", budget=rules.budget)
    price = np.asarray(rules.costs, np.float64)
    if price.shape != (columns,):
        raise ValueUnusableError("siting_length", name="costs", length=price.size, expected=columns)
    bad = np.flatnonzero(~((price >= 0) & np.isfinite(price)))
    if len(bad):
        raise ValueUnusableError("siting_cost_value", column=int(bad[0]), value=float(price[bad[0]]))
    return price


def _amount(rules: Rules) -> float:
    value = rules.p if rules.p is not None else rules.budget
    if value is None or not 0 <= value < np.inf or (rules.p is not None and int(rules.p) != rules.p):
        raise ValueUnusableError("siting_amount", name="p" if rules.p is not None else "budget", value=value)
    return float(value)
