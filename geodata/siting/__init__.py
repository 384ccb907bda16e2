"""Where the next stations go: problems of siting and solvers that prove how good their answer is.

The compiled kernels need numba, so the solvers are loaded when one of them is first asked for: web workers import
scenarios and never the rest.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geodata.siting.answer import Answer
    from geodata.siting.center import p_center
    from geodata.siting.clock import Limits, Progress
    from geodata.siting.covering import Decay, half_life_decay, linear_decay, maximal_covering
    from geodata.siting.median import p_median
    from geodata.siting.rules import Rules
    from geodata.siting.served import Coverage, coverage
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

_MODULES = {
    "Answer": "geodata.siting.answer",
    "Coverage": "geodata.siting.served",
    "Decay": "geodata.siting.covering",
    "Limits": "geodata.siting.clock",
    "Progress": "geodata.siting.clock",
    "Rules": "geodata.siting.rules",
    "Times": "geodata.siting.travel",
    "Travel": "geodata.siting.travel",
    "by_hour": "geodata.siting.travel",
    "coverage": "geodata.siting.served",
    "half_life_decay": "geodata.siting.covering",
    "linear_decay": "geodata.siting.covering",
    "maximal_covering": "geodata.siting.covering",
    "only": "geodata.siting.travel",
    "p_center": "geodata.siting.center",
    "p_median": "geodata.siting.median",
    "set_covering": "geodata.siting.setcover",
    "warm_up": "geodata.siting.warm",
}


def __getattr__(name: str) -> Any:
    """Load a part of the package when it is first asked for."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
