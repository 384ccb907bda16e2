"""Sites in lists: nearby, page by page, in clusters, for a phone without network, and as suggestions."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from webmap.api.bodies.common import Body, CodedText, DatumName, Point

YesNo = Literal["yes", "no", "limited"]


class Open(Body):
    """Whether a place is open, until when, and when it opens next."""

    state: Literal["open", "closed", "unknown"]
    until: str | None
    next: str | None
    note: CodedText | None


class Rating(Body):
    """Score 0 to 5, official stars where there are valid ones, and the number of pieces of evidence."""

    score: float
    stars: int | None
    count: int
    overdue: bool = Field(description="Whether the yearly inspection of the stars is due; they are not given then")


class SiteProperties(Body):
    """A site in a list."""

    code: str
    name: str
    kind: str
    labels: list[str]
    label: str | None
    address: str
    area: str | None
    area_name: str
    precision: Literal["exact", "address", "approximate", "area", "none"]
    distance_m: float | None
    walk_min: int | None
    walk_basis: Literal["straight_line", "street"] = Field(
        description="Whether the minutes follow streets, where those are loaded, or a straight line and a usual detour"
    )
    state: Literal["open", "paused", "closed", "planned"]
    open: Open
    hours_text: str
    facilities: dict[str, YesNo] = Field(description="Facilities by code; those that are not known are left out")
    services: dict[str, YesNo] = Field(description="Services by code; those that are not known are left out")
    access: list[str]
    fee: Literal["free", "fee"] | None
    level: str | None
    rating: Rating | None
    entrance: tuple[float, float] | None
    floor: str
    directions: str
    phone: str


class Feature(Body):
    """A site as a GeoJSON feature; geometry is null where no position is known."""

    type: Literal["Feature"]
    id: str
    geometry: Point | None
    properties: SiteProperties


class SiteCollection(Body):
    """Sites as a GeoJSON feature collection."""

    type: Literal["FeatureCollection"]
    features: list[Feature]
    limit: int
    truncated: bool = Field(description="Whether more sites match than are given")
    next: str | None = Field(description="Cursor of the following page")
    total: int | None = Field(description="How many sites match in all; only in the list")
    generated_at: str
    data_version: int
    datum: DatumName


class OfflinePlaces(Body):
    """The places of an area, with their opening times in the coming days."""

    type: Literal["FeatureCollection"]
    features: list[Feature]
    truncated: bool = Field(description="Whether there are more places in the box than are given")
    tables: list[list[tuple[str, Literal["closed", "open", "unknown"]]]] = Field(
        description="Distinct timetables: from which time on a place is open, closed or of unknown hours"
    )
    table_of: list[int] = Field(description="For each feature the number of its timetable")
    ends_at: str = Field(description="Up to when the timetables go")
    generated_at: str
    data_version: int


class ClusterProperties(Body):
    """How many places lie in a cell, and of what kinds."""

    cluster: Literal[True]
    count: int
    open: int = Field(description="How many of them are open")
    kinds: dict[str, int] = Field(description="How many of each kind, by code; kinds that are not there are left out")
    site: str = Field(description="Code of one of them, the first by code, and its name")
    name: str


class ClusterFeature(Body):
    """The places of one cell: at the mean of their positions, bbox around them; the id is zoom-column-row."""

    type: Literal["Feature"]
    id: str
    bbox: tuple[float, float, float, float]
    geometry: Point
    properties: ClusterProperties


class ClusterCollection(Body):
    """Clusters, and places that are alone in their cell; from zoom 18 on up to 8 of a cell come by themselves."""

    type: Literal["FeatureCollection"]
    features: list[ClusterFeature | Feature]
    zoom: int = Field(description="Of the cells")
    cell_px: int = Field(description="Width of a cell in pixels of the map, whose world is 256 pixels wide at zoom 0")
    truncated: bool = Field(description="Whether the box was too large for the zoom asked for")
    total: int = Field(description="Places in all cells given")
    generated_at: str
    data_version: int
    datum: DatumName


class SuggestionBody(Body):
    """A site or an area that goes with what was typed; point and bbox as [lon, lat] and [west, south, east, north]."""

    type: Literal["site", "area"]
    code: str
    name: str
    address: str
    kind: str | None
    matched: Literal["name", "label", "pinyin", "address", "similar"] = Field(
        description="Where the text was found; similar: a name that differs by one error in typing"
    )
    point: tuple[float, float] | None
    bbox: tuple[float, float, float, float] | None
    distance_m: float | None


class Suggestions(Body):
    """What a search box may offer."""

    suggestions: list[SuggestionBody]
    limit: int
    truncated: bool = Field(description="Whether more would match than are given")
