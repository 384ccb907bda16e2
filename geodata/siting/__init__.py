"""Where the next stations go: problems of siting and solvers that prove how good their answer is.

The compiled kernels need numba, so only those who plan should import this package; web workers do not.
"""

from geodata.siting.answer import Answer
from geodata.siting.center import p_center
from geodata.siting.clock import Limits, Progress
from geodata.siting.coverage import Coverage, coverage
from geodata.siting.covering import Decay, half_life_decay, linear_decay, maximal_covering
from geodata.siting.median import p_median
from geodata.siting.rules import Rules
from geodata.siting.setcover import set_covering
from geodata.siting.travel import Times, Travel, by_hour, only
from geodata.siting.warm import warm_up

__all__ = [
    "Answer",
    "Coverage",
    "Decay",
    "Limits",
    "Progress",
    "Rules",
    "Times",
    "Travel",
    "by_hour",
    "coverage",
    "half_life_decay",
    "linear_decay",
    "maximal_covering",
    "only",
    "p_center",
    "p_median",
    "set_covering",
    "warm_up",
]
