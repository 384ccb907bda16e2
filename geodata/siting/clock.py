"""Time limits, wanted gap, progress and cancelling: how long a solver may go on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from geodata.errors import ValueUnusableError
from geodata.siting.warm import warm_up


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands: seconds since its start, best objective and proven bound so far."""

    seconds: float
    objective: float
    bound: float


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a solver may go on.

    Attributes
    ----------
    time_limit_s : float
        Seconds after which the best answer so far is given with its proven bound.
    gap : float
        Relative gap at which to stop early; 0 asks for the proven optimum.
    watch : callable, optional
        Called now and then with a :class:`Progress`; returning False stops the run with the best answer so far.
    """

    time_limit_s: float = 300.0
    gap: float = 0.0
    watch: Callable[[Progress], bool] | None = None

    def __post_init__(self) -> None:
        if not self.time_limit_s > 0:
            raise ValueUnusableError("siting_time_limit", value=self.time_limit_s)
        if not 0 <= self.gap < 1:
            raise ValueUnusableError("siting_gap", value=self.gap)


@dataclass(slots=True)
class Clock:
    """A running :class:`Limits`."""

    limits: Limits
    started: float = field(default_factory=time.perf_counter)
    cancelled: bool = False
    last: float = 0.0

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.started

    @property
    def left(self) -> float:
        """Seconds that are left, at least 0."""
        return max(0.0, self.limits.time_limit_s - self.seconds)

    @property
    def over(self) -> bool:
        """Whether to stop: the time is up or the run was cancelled."""
        return self.cancelled or self.seconds >= self.limits.time_limit_s

    def report(self, objective: float, bound: float) -> None:
        """Tell the watcher, at most ten times a second."""
        if self.limits.watch is not None and self.seconds - self.last > 0.1:
            self.last = self.seconds
            if not self.limits.watch(Progress(self.last, objective, bound)):
                self.cancelled = True


def start_clock(limits: Limits | None) -> Clock:
    """Return a running clock; the kernels are made ready before it starts."""
    warm_up()
    return Clock(limits or Limits())
