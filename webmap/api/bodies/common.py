"""The base of all bodies, and what many of them hold: texts, points, problems."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

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
