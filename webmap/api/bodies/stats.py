"""Numbers of sites."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from webmap.api.bodies.common import Body
from webmap.api.bodies.indicators import AreaIndicator, IndicatorSum


class AreaCount(Body):
    """How many sites lie in an area; the area is null for those of which it is not known."""

    area: str | None
    name: str
    name_en: str
    total: int


class WeekShares(Body):
    """When sites in service are open, in an ordinary week without holidays."""

    open: list[float | None] = Field(
        description="By hour from Monday 0:00 on, 168 in all: the share open at half past, of the sites of known hours"
    )
    known: int
    unknown: int = Field(description="Sites whose hours are not known")


class Freshness(Body):
    """How long ago sites were verified on the spot."""

    verified: dict[Literal["d30", "d90", "d365", "older", "never"], int] = Field(
        description="Within 30 days; within 90, but not 30; within 365, but not 90; longer ago; never"
    )
    last_change: str | None = Field(description="The day of the latest change of a site")


class RatingCount(Body):
    """How many sites have a score, and its mean."""

    rated: int
    mean: float | None


class Stats(Body):
    """Numbers of sites; facilities and services count yes and limited."""

    total: int
    kinds: dict[str, int]
    levels: dict[str, int]
    states: dict[str, int]
    facilities: dict[str, int]
    services: dict[str, int]
    open: dict[Literal["open", "closed", "unknown"], int]
    areas: list[AreaCount]
    week: WeekShares
    freshness: Freshness
    ratings: RatingCount
    indicators: list[IndicatorSum] = Field(description="Sums of what was published about the sites, the latest first")
    area_indicators: list[AreaIndicator] = Field(description="What was published about the areas, by area")
    generated_at: str
    data_version: int
