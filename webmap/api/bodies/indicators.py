"""Published figures of a site or an area."""

from __future__ import annotations

from pydantic import Field

from webmap.api.bodies.common import Body, Texts


class IndicatorBody(Body):
    """A published figure: what was counted, for which time, and by whom that is said."""

    metric: str = Field(description="A code, or the source's own words")
    metric_name: Texts
    name: str = Field(description="What was counted more closely; may be empty")
    period: str = Field(description="2024, 2024-Q2, 2024-07 or first and last day with a slash between")
    from_: str = Field(alias="from")
    to: str
    period_text: Texts
    value: float
    unit: Texts
    source: str
    note: str


class SiteIndicators(Body):
    """All published figures of a place, the latest first."""

    code: str
    indicators: list[IndicatorBody]
    data_version: int


class IndicatorSum(Body):
    """A figure added up over sites."""

    metric: str
    metric_name: Texts
    name: str
    period: str
    from_: str = Field(alias="from")
    to: str
    period_text: Texts
    unit: Texts
    value: float
    sites: int
    sources: list[str]


class AreaIndicator(IndicatorBody):
    """A figure that was published about an area."""

    area: str
