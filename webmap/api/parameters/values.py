"""How a parameter is described, and the values that pydantic has no type for: a time or now, a box."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

EARLIEST, LATEST = datetime(2000, 1, 1), datetime(2099, 12, 31)  # noqa: DTZ001 - compared with naive times

Bbox = tuple[float, float, float, float]


def described(default: Any, en: str, zh: str, expected: str, **bounds: Any) -> Any:
    """Return a parameter with its description in both languages and, in signs, what is allowed."""
    return Field(default, description=en, json_schema_extra={"x-zh": zh, "x-expected": expected}, **bounds)


def _parse_open(value: Any) -> Any:
    if value in ("now", "night") or not isinstance(value, str):
        return value
    # An unescaped plus sign reaches us as a space.
    text = re.sub(r" (?=\d\d:?\d\d$)", "+", value) if "T" in value else value
    if not re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", text):
        raise ValueError("no date and time")
    moment = datetime.fromisoformat(text)
    if not EARLIEST <= moment.replace(tzinfo=None) <= LATEST:
        raise ValueError("out of range")
    return moment


def _parse_bbox(value: Any) -> Any:
    parts = [float(part) for part in str(value).split(",")]
    if len(parts) != 4 or not all(-180 <= lon <= 180 for lon in parts[::2]):
        raise ValueError("no bounding box")
    if not -90 <= parts[1] < parts[3] <= 90:
        raise ValueError("south must lie below north")
    return tuple(parts)


OpenAt = Annotated[
    Literal["now", "night"] | datetime,
    BeforeValidator(_parse_open),
    WithJsonSchema({"type": "string", "examples": ["now", "night", "2026-10-10T08:30"]}),
]
BboxParameter = Annotated[
    Bbox, BeforeValidator(_parse_bbox), WithJsonSchema({"type": "string", "examples": ["121.3,37.4,121.5,37.6"]})
]
