"""Those who run the sites."""

from __future__ import annotations

from typing import Literal

from webmap.api.bodies.common import Body, DatumName
from webmap.api.bodies.detail import SiteHours
from webmap.api.bodies.sites import Feature


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
