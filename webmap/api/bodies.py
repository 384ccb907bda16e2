"""The shapes of the API's answers, for its description; a test holds every answer against them.

Answers are not made through these models: the index gives ready bytes.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

YesNo = Literal["yes", "no", "limited"]
Known = Literal["yes", "no", "limited", "unknown"]
DatumName = Literal["wgs84", "gcj02", "bd09"]


class Body(BaseModel):
    """Base: nothing but what is described."""

    model_config = ConfigDict(extra="forbid")


class Texts(Body):
    """A text in both languages."""

    zh: str
    en: str


class CodedText(Texts):
    """A text in both languages with the code of its message."""

    code: str


class ParameterError(Body):
    """One parameter that cannot be used."""

    name: str
    value: str | None
    expected: str
    message: Texts


class Problem(Body):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    detail_zh: str
    detail_en: str
    errors: list[ParameterError]
    error_id: str | None = Field(None, description="Only for server errors: stands in the server's log as well")


class Point(Body):
    """A GeoJSON point, longitude before latitude."""

    type: Literal["Point"]
    coordinates: tuple[float, float]


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


class TermBody(Texts):
    """A word of the vocabulary."""

    code: str
    short_zh: str
    icon: str


class VocabularyBody(Body):
    """All words by group."""

    kinds: list[TermBody]
    facilities: list[TermBody]
    services: list[TermBody]
    levels: list[TermBody]
    access: list[TermBody]
    fees: list[TermBody]
    states: list[TermBody]
    precisions: list[TermBody]
    values: list[TermBody]
    bases: list[TermBody]


class AreaProperties(Body):
    """An area."""

    adcode: str
    name: str
    name_en: str
    level: str
    parent: str | None
    approximate: bool
    source: str


class AreaFeature(Body):
    """An area as a GeoJSON feature."""

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any]
    properties: AreaProperties


class AreaCollection(Body):
    """Areas as a GeoJSON feature collection."""

    type: Literal["FeatureCollection"]
    features: list[AreaFeature]
    data_version: int
    datum: DatumName


class OrganisationLink(Body):
    """An organisation as others name it."""

    code: str
    name: str
    name_en: str
    level: str | None


class OrganisationPlaces(Body):
    """How many places are run: its own, and with those of all that belongs to it; of these how many are open now."""

    own: int
    total: int
    open: int
    closed: int
    unknown: int


class OrganisationChild(OrganisationLink):
    """What belongs to an organisation, with its number of places."""

    places: int


class OrganisationOutline(OrganisationLink):
    """An organisation in a list."""

    parent: str | None
    area: str | None
    phone: str
    address: str
    places: OrganisationPlaces


class OrganisationPage(Body):
    """A page of the list of organisations."""

    organisations: list[OrganisationOutline]
    total: int
    limit: int
    next: str | None
    generated_at: str
    data_version: int


class OrganisationSites(Body):
    """Places as a GeoJSON feature collection."""

    type: Literal["FeatureCollection"]
    features: list[Feature]


class OrganisationDetail(OrganisationLink):
    """Everything about one organisation."""

    area: str | None
    area_name: str
    phone: str
    address: str
    website: str
    note: str
    source: str
    hours: SiteHours
    parent: OrganisationLink | None
    above: list[OrganisationLink]
    children: list[OrganisationChild]
    places: OrganisationPlaces
    runners: list[OrganisationLink]
    sites: OrganisationSites
    truncated: bool
    limit: int
    generated_at: str
    data_version: int
    datum: DatumName


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


class HealthBody(Body):
    """State of the worker that answered."""

    status: Literal["ok", "degraded", "starting"]
    data_version: int | None
    data_age_s: float | None
    sites: int
    failure: str
