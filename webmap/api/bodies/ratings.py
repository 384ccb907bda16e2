"""Why a site has its score."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from webmap.api.bodies.common import Body, CodedText, Texts


class RatingStart(Body):
    """The mean from which every place begins, its part of all weights, and what it brings."""

    mean: float
    share: float
    points: float


class RatingItem(Body):
    """One piece of evidence, and what it does to the score."""

    scheme: Literal["star", "inspection", "award", "review"]
    scheme_name: Texts
    name: str
    value: float | None
    scale: float | None
    quality: float | None = Field(description="The value from 0 to 5")
    count: int = Field(description="How many reviews the value is the mean of")
    date: str
    level: str | None = Field(description="Level of an award")
    source: str
    note: str
    counts: bool
    weight: float
    share: float = Field(description="Its part of all weights, 0 to 1")
    points: float = Field(description="What it brings to the score")
    faded: bool
    expired: bool
    overdue: bool
    remarks: list[CodedText]


class SiteRating(Body):
    """Why a place has its score; the points of start and items add up to it, or to more where it reached the top."""

    code: str
    name: str
    day: str = Field(description="The day for which the score is: evidence fades, gradings become overdue")
    score: float | None = Field(description="None where no evidence counts")
    stars: int | None
    count: int
    confidence: float | None = Field(description="0 to 1")
    scale: float
    overdue: bool = Field(description="Whether a yearly inspection is due")
    start: RatingStart
    bonus: float = Field(description="What all awards add")
    items: list[RatingItem]
    notes: list[CodedText]
    data_version: int
