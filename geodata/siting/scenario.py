"""A planning question as a TOML file: where, for whom, from what, and how far."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from geodata.errors import ScenarioError, ValueUnusableError

Lon = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-90, le=90)]
Hour = Annotated[int, Field(ge=0, le=23)]

#: Sites up to which a curve is worked out.
MAX_SITES = 1_000
#: Places that may be put on the map by hand.
MAX_PINS = 500


def _key(default: Any, expected: str, **bounds: Any) -> Any:
    """Return a field that says in signs what it expects."""
    return Field(default, json_schema_extra={"expected": expected}, **bounds)


def _no_bool(value: Any) -> Any:
    if isinstance(value, bool):
        raise PydanticCustomError("number", "a number")
    return value


def _wrong(key: str, value: Any, expected: str) -> PydanticCustomError:
    """Return the error of a key that the model as a whole refuses."""
    return PydanticCustomError(
        "scenario", "{key}: {expected}", {"key": key, "value": str(value)[:120], "expected": expected}
    )


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class AreaPart(_Table):
    """``[area]``: where the demand and the candidates lie; one of the three."""

    adcode: str | None = _key(None, '"370602"')
    bbox: tuple[Lon, Lat, Lon, Lat] | None = _key(None, "[west, south, east, north]")
    polygon: tuple[tuple[Lon, Lat], ...] | None = _key(None, "[[lon, lat], [lon, lat], [lon, lat], …]", min_length=3)

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [name for name in ("adcode", "bbox", "polygon") if getattr(self, name) is not None]
        if len(given) != 1:
            raise _wrong("area", ", ".join(given) or "–", "adcode | bbox | polygon")
        if self.bbox and (self.bbox[0] >= self.bbox[2] or self.bbox[1] >= self.bbox[3]):
            raise _wrong("area.bbox", list(self.bbox), "[west, south, east, north]")
        return self


class TravelPart(_Table):
    """``[travel]``: how people get there, how long they may take, and when."""

    mode: Literal["foot", "ebike"] = _key("foot", '"foot" | "ebike"')
    minutes: Annotated[float, BeforeValidator(_no_bool)] = _key(15.0, "0 < minutes ≤ 240", gt=0, le=240)
    hours: tuple[Hour, ...] = _key((), "0…23, [4, 22]", max_length=24)
    day: Literal["workday", "saturday", "sunday"] | date = _key("workday", '"workday" | "saturday" | "sunday" | DATE')
    unknown_hours: Literal["open", "closed"] = _key("open", '"open" | "closed"')
    ways: Literal["auto", "streets", "straight"] = _key("auto", '"auto" | "streets" | "straight"')

    @model_validator(mode="before")
    @classmethod
    def _one_hour(cls, given: Any) -> Any:
        if isinstance(given, dict) and isinstance(given.get("hours"), int) and not isinstance(given["hours"], bool):
            return given | {"hours": [given["hours"]]}
        return given

    @model_validator(mode="after")
    def _each_hour_once(self) -> Self:
        if len(set(self.hours)) != len(self.hours):
            raise _wrong("travel.hours", list(self.hours), "0…23, [4, 22]")
        return self


class DemandPart(_Table):
    """``[[demand]]``: a layer of demand and how much it counts."""

    layer: str = _key(..., "NAME", min_length=1)
    weight: Annotated[float, BeforeValidator(_no_bool)] = _key(1.0, "≥ 0", ge=0, allow_inf_nan=False)


class ExistingPart(_Table):
    """``[existing]``: which stations count as being there, and which of them may close."""

    kinds: tuple[str, ...] = _key(("rest_station",), '["rest_station", …]')
    min_stars: int | None = _key(None, "1…5", ge=1, le=5)
    may_close: Literal["none", "all"] | tuple[str, ...] = _key("none", '"none" | "all" | ["CODE", …]')
    max_closed: int | None = _key(None, "≥ 0", ge=0)


class PinPart(_Table):
    """``[[candidates.pin]]``: a place that somebody put on the map, or a candidate of the list that they moved."""

    code: str = _key(..., "TEXT", min_length=1, max_length=200)
    name: str = _key("", "TEXT", max_length=200)
    lon: Lon = _key(..., "-180…180")
    lat: Lat = _key(..., "-90…90")


class CandidatesPart(_Table):
    """``[candidates]``: what could become a station, and what must or must not."""

    source: Literal["imported", "facilities", "streets"] = _key("imported", '"imported" | "facilities" | "streets"')
    list_name: str | None = Field(
        None, alias="list", min_length=1, json_schema_extra={"expected": "NAME (import candidates --source NAME)"}
    )
    kinds: tuple[str, ...] = _key(("public_facility", "worker_home", "service_center"), '["public_facility", …]')
    spacing_m: Annotated[float, BeforeValidator(_no_bool)] = _key(300.0, "50…5000", ge=50, le=5_000)
    must: tuple[str, ...] = _key((), '["CODE", …]')
    must_not: tuple[str, ...] = _key((), '["CODE", …]')
    pin: tuple[PinPart, ...] = _key((), "[[candidates.pin]]", max_length=MAX_PINS)

    @model_validator(mode="after")
    def _each_pin_once(self) -> Self:
        codes = [pin.code for pin in self.pin]
        if len(set(codes)) != len(codes):
            raise _wrong("candidates.pin.code", max(codes, key=codes.count), "≠ candidates.pin.code")
        return self


class DecayPart(_Table):
    """``decay`` of a covering: full up to ``full`` minutes and none from ``zero`` on, or halved each ``half``."""

    full: float | None = _key(None, "≥ 0", ge=0, le=240)
    zero: float | None = _key(None, "> full", gt=0, le=240)
    half: float | None = _key(None, "> 0", gt=0, le=240)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        line = self.full is not None and self.zero is not None
        if line == (self.half is not None) or (line and (self.full or 0.0) >= (self.zero or 0.0)):
            given = {name: value for name, value in self.model_dump().items() if value is not None}
            raise _wrong("problem.decay", given, "{ full = 5, zero = 20 } | { half = 8 }")
        return self


class ProblemPart(_Table):
    """``[problem]``: what is to be best, and how many sites or how much money there is."""

    kind: Literal["maximal_covering", "set_covering", "p_median", "p_center"] = _key(
        "maximal_covering", '"maximal_covering" | "set_covering" | "p_median" | "p_center"'
    )
    p: int | tuple[int, int] | None = _key(None, "1…1000 | [1, 10]")
    budget: float | None = _key(None, "> 0", gt=0, allow_inf_nan=False)
    share: float = _key(1.0, "0 < share ≤ 1", gt=0, le=1)
    decay: DecayPart | None = _key(None, "{ full = 5, zero = 20 } | { half = 8 }")
    time_limit_s: float = _key(60.0, "1…86400", ge=1, le=86_400)
    gap: float = _key(0.0, "0 ≤ gap < 1", ge=0, lt=1)
    curve: bool = _key(True, "true | false")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        first, last = self.sites
        if self.p is not None and not 0 <= first <= last <= MAX_SITES:
            raise _wrong("problem.p", self.p, f"1…{MAX_SITES} | [1, 10]")
        if self.kind == "set_covering":
            if self.p is not None or self.budget is not None:
                raise _wrong("problem.p" if self.p is not None else "problem.budget", self.p or self.budget, "–")
        elif (self.p is None) == (self.budget is None):
            raise _wrong("problem", "–" if self.p is None else "p, budget", "p | budget")
        if self.decay is not None and self.kind != "maximal_covering":
            raise _wrong("problem.decay", self.kind, 'kind = "maximal_covering"')
        return self

    @property
    def sites(self) -> tuple[int, int]:
        """The least and the greatest number of new sites that is asked about; zeros where there is none."""
        if self.p is None:
            return (0, 0)
        return (self.p, self.p) if isinstance(self.p, int) else self.p


class Scenario(_Table):
    """A planning question. Each part is documented with its class; the README has an example."""

    name: str = _key(..., "TEXT", min_length=1, max_length=200)
    note: str = _key("", "TEXT", max_length=2_000)
    area: AreaPart = _key(..., "[area]")
    travel: TravelPart = _key(TravelPart(), "[travel]")
    demand: tuple[DemandPart, ...] = _key(..., "[[demand]]", min_length=1)
    existing: ExistingPart = _key(ExistingPart(), "[existing]")
    candidates: CandidatesPart = _key(CandidatesPart(list=None), "[candidates]")
    problem: ProblemPart = _key(..., "[problem]")

    @model_validator(mode="after")
    def _no_contradiction(self) -> Self:
        both = set(self.candidates.must) & set(self.candidates.must_not)
        if both:
            raise _wrong("candidates.must_not", min(both), "≠ candidates.must")
        layers = [part.layer for part in self.demand]
        if len(set(layers)) != len(layers):
            raise _wrong("demand.layer", max(layers, key=layers.count), "≠ demand.layer")
        return self


def parse_scenario(text: str) -> Scenario:
    """Return the scenario of a TOML text.

    Raises
    ------
    ScenarioError
        If it is no TOML, or a key is missing, unknown or of no use; ``problems`` has an error for each.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError([ValueUnusableError("scenario_toml", reason=str(error))]) from error
    return scenario_of(content)


def scenario_of(content: Any) -> Scenario:
    """Return the scenario that plain data describes, as TOML or JSON hold it.

    Raises
    ------
    ScenarioError
        As :func:`parse_scenario`.
    """
    try:
        return Scenario.model_validate(content)
    except ValidationError as error:
        raise ScenarioError(list(_problems(error))) from error


def scenario_toml(scenario: Scenario) -> str:
    """Return a scenario as TOML, without what is as it would be anyway; :func:`parse_scenario` reads it back."""
    content = scenario.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    lines = [f"{key} = {_toml(value)}" for key, value in content.items() if isinstance(value, str)]
    for key, value in content.items():
        for table in value if isinstance(value, list) else [value] if isinstance(value, dict) else []:
            lines += ["", f"[[{key}]]" if isinstance(value, list) else f"[{key}]"]
            pins = table.get("pin", [])
            lines += [f"{name} = {_toml(part)}" for name, part in table.items() if name != "pin"]
            for pin in pins:
                lines += ["", f"[[{key}.pin]]", *(f"{name} = {_toml(part)}" for name, part in pin.items())]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    match value:
        case str():  # JSON's escapes are TOML's, but for this one sign
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case bool():
            return "true" if value else "false"
        case list():
            return f"[{', '.join(map(_toml, value))}]"
        case dict():
            return "{ " + ", ".join(f"{key} = {_toml(part)}" for key, part in value.items()) + " }"
    return repr(value)


def _problems(error: ValidationError) -> Iterator[ValueUnusableError]:
    seen: set[str] = set()
    for detail in error.errors():
        key, expected, value = _place(detail)
        if key in seen:  # each member of a union complains by itself
            continue
        seen.add(key)
        match detail["type"]:
            case "missing":
                yield ValueUnusableError("scenario_key_missing", key=key, expected=expected)
            case "extra_forbidden":
                yield ValueUnusableError("scenario_key_unknown", key=key, expected=expected)
            case _:
                yield ValueUnusableError("scenario_value", key=key, value=value, expected=expected)


def _place(detail: ErrorDetails) -> tuple[str, str, str]:
    """Return the key, what it expects and the value that stands there."""
    context = detail.get("ctx") or {}
    if detail["type"] == "scenario":
        return str(context["key"]), str(context["expected"]), str(context["value"])
    names: list[str] = []
    model: type[BaseModel] | None = Scenario
    expected = ""
    for part in detail["loc"]:
        if isinstance(part, int):
            names[-1:] = [f"{names[-1]}[{part + 1}]"] if names else []
            continue
        if model is None:
            break
        name, info = _field(model, part)
        names.append(part)
        if info is None:
            expected = ", ".join(field.alias or name for name, field in model.model_fields.items())
            break
        extra = info.json_schema_extra
        expected = str(extra["expected"]) if isinstance(extra, dict) else ""
        model = _model_of(name, model)
    return ".".join(names), expected, str(detail["input"])[:120]


def _field(model: type[BaseModel], key: str) -> tuple[str, FieldInfo | None]:
    for name, info in model.model_fields.items():
        if key in (name, info.alias):
            return name, info
    return key, None


def _model_of(name: str, model: type[BaseModel]) -> type[BaseModel] | None:
    """Return the model of a field that is a table or an array of tables."""
    parts: dict[tuple[type[BaseModel], str], type[BaseModel]] = {
        (Scenario, "area"): AreaPart,
        (Scenario, "travel"): TravelPart,
        (Scenario, "demand"): DemandPart,
        (Scenario, "existing"): ExistingPart,
        (Scenario, "candidates"): CandidatesPart,
        (CandidatesPart, "pin"): PinPart,
        (Scenario, "problem"): ProblemPart,
        (ProblemPart, "decay"): DecayPart,
    }
    return parts.get((model, name))
