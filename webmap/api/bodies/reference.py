"""What is asked beside the sites: the vocabulary, the areas, the state of the worker."""

from __future__ import annotations

from typing import Any, Literal

from webmap.api.bodies.common import Body, DatumName, Texts


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


class HealthBody(Body):
    """State of the worker that answered."""

    status: Literal["ok", "degraded", "starting"]
    data_version: int | None
    data_age_s: float | None
    sites: int
    failure: str
