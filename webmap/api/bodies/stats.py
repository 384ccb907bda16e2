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


class WalkShare(Body):
    """Which share of a whole lies within the walk."""

    weight: float = Field(description="The whole: square kilometres of a surface, the weight of demand")
    share: float
    streets: float = Field(description="The share for which ways go along streets; straight lines for the rest")
    points: int = Field(description="How many points were looked at")


class AreaWalk(Body):
    """An area: its surface, and the demand in it by layer."""

    area: str
    name: str
    name_en: str
    surface: WalkShare
    demand: dict[str, WalkShare]


class WalkTotal(Body):
    """All areas together: no surface without any area, and the demand of whole layers unless an area is asked for."""

    surface: WalkShare | None
    demand: dict[str, WalkShare]


class Walk(Body):
    """What lies within a walk of a site in service, whenever that is open."""

    minutes: float
    speed_kmh: float
    detour: float = Field(description="A straight line counts as so many times its length")
    day: str = Field(description="The day on which sites had to be in service")
    places: int = Field(description="Sites in service that day, in all areas, whose position is known")
    networks: list[str] = Field(description="The networks of streets that are loaded")
    total: WalkTotal
    areas: list[AreaWalk] = Field(description="Districts; of one district its streets, where these are loaded")


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
    walk: Walk | None = Field(description="Null where no areas and no demand are loaded, or until it is worked out")
    generated_at: str
    data_version: int
