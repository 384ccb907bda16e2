"""The parameters that requests may have, checked at the boundary.

Bounds that are settings and codes that are words of the vocabulary are known only when the application is made, so the
models are made then, by :func:`make_parameters`. A parameter that is not in a model is an error.
"""

from __future__ import annotations

from webmap.api.parameters.bounds import ParameterModels, make_parameters
from webmap.api.parameters.models import (
    ClusterParameters,
    FilterParameters,
    ListParameters,
    NearbyParameters,
    Parameters,
    SiteParameters,
    SuggestParameters,
    WayParameters,
)
from webmap.api.parameters.parsing import missing, parse, parse_lists
from webmap.api.parameters.values import Bbox, BboxParameter, described

__all__ = [
    "Bbox",
    "BboxParameter",
    "ClusterParameters",
    "FilterParameters",
    "ListParameters",
    "NearbyParameters",
    "ParameterModels",
    "Parameters",
    "SiteParameters",
    "SuggestParameters",
    "WayParameters",
    "described",
    "make_parameters",
    "missing",
    "parse",
    "parse_lists",
]
