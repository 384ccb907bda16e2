"""One site: everything about it, and the way there."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from webmap.api.bodies.common import Body, CodedText, DatumName, Point, Texts
from webmap.api.bodies.indicators import IndicatorBody
from webmap.api.bodies.sites import SiteProperties

Known = Literal["yes", "no", "limited", "unknown"]


class DayHours(Body):
    """The hours of one day; a span may run past 24:00."""

    day: str
    kind: Literal["ordinary", "holiday", "workday"]
    name: Texts = Field(description="Name of the holiday or make-up workday; empty on ordinary days")
    state: Literal["open", "closed", "unknown"]
    spans: list[tuple[str, str]]
    note: CodedText | None


class AmenityDetail(Body):
    """All that is known about one facility or service."""

    value: Known
    basis: Literal["claimed", "verified"]
    as_of: str | None
    note: str
    hours_text: str
    week: list[DayHours] | None = None


class SiteHours(Body):
    """Opening hours: as an OSM expression, as the source words them, and for the next seven days."""

    osm: str | None
    text: str
    week: list[DayHours]


class PositionDetail(Body):
    """How the position came about."""

    precision: Literal["exact", "address", "approximate", "area", "none"]
    note: CodedText | None
    given_datum: DatumName | None


class AwardDetail(Body):
    """An official distinction."""

    name: str
    level: str | None = None
    year: int | None = None


class ClosureDetail(Body):
    """A time in which the place is closed, both days included."""

    start: str | None = None
    end: str | None = None
    reason: str = ""


class PhotoDetail(Body):
    """A picture."""

    file: str
    caption: str = ""
    credit: str = ""
    taken_on: str | None = None


class SourceDetail(Body):
    """Where the data comes from."""

    source: str
    last_seen: str | None


class NavigationLink(Body):
    """A link that hands the place over to a navigation app."""

    app: Literal["amap", "baidu", "tencent", "apple", "geo"]
    kind: Literal["web", "app"]
    platform: Literal["any", "ios", "android"]
    label: Texts
    href: str


class SiteDetailProperties(SiteProperties):
    """Everything about one site."""

    facility_details: dict[str, AmenityDetail]
    service_details: dict[str, AmenityDetail]
    hours: SiteHours
    position: PositionDetail
    access_note: str
    host: str
    operator: str
    operator_code: str | None
    capacity: int | None
    area_m2: float | None
    website: str
    note: str
    awards: list[AwardDetail]
    closures: list[ClosureDetail]
    photos: list[PhotoDetail]
    valid_from: str | None
    valid_to: str | None
    verified_on: str | None
    sources: list[SourceDetail]
    former_names: list[str]
    indicators: list[IndicatorBody] = Field(description="Published figures, of each metric those of the latest period")
    updated_at: str
    version: int
    navigation: list[NavigationLink]


class SiteDetail(Body):
    """One site as a GeoJSON feature."""

    type: Literal["Feature"]
    id: str
    geometry: Point | None
    properties: SiteDetailProperties


class Line(Body):
    """A line of lon and lat."""

    type: Literal["LineString"]
    coordinates: list[tuple[float, float]]


class WayProperties(Body):
    """How far it is to a site on foot."""

    code: str
    name: str
    walk_min: int
    walk_basis: Literal["straight_line", "street"] = Field(
        description="Whether the way follows streets, or is only the straight line"
    )
    length_m: float


class WayFeature(Body):
    """The way to a site as a GeoJSON feature."""

    type: Literal["Feature"]
    geometry: Line
    properties: WayProperties
