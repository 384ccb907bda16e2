"""The parameters that requests may have, checked at the boundary.

Bounds that are settings and codes that are words of the vocabulary are known only when the application is made, so the
models are made then, by :func:`make_parameters`. A parameter that is not in a model is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema, create_model
from pydantic_core import ErrorDetails
from werkzeug.datastructures import MultiDict

from geodata.index import MAX_ZOOM
from geodata.messages import Message
from geodata.sites import Datum
from geodata.vocabulary import Vocabulary
from webmap.errors import BadParametersError, ParameterProblem
from webmap.settings import LimitSettings

EARLIEST, LATEST = datetime(2000, 1, 1), datetime(2099, 12, 31)  # noqa: DTZ001 - compared with naive times
MOST_CODES = 50
SHOWN_VALUE = 100

Bbox = tuple[float, float, float, float]


def described(default: Any, en: str, zh: str, expected: str, **bounds: Any) -> Any:
    """Return a parameter with its description in both languages and, in signs, what is allowed."""
    return Field(default, description=en, json_schema_extra={"x-zh": zh, "x-expected": expected}, **bounds)


class Parameters(BaseModel):
    """What every endpoint takes; ``LISTS`` names the parameters that may be repeated or hold a comma list."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    LISTS: ClassVar[frozenset[str]] = frozenset()

    lang: Literal["zh", "en"] | None = described(
        None,
        "Language of error texts; else the header Accept-Language",
        "错误信息的语言；默认依 Accept-Language",
        "zh | en",
    )


class DatumParameters(Parameters):
    """With a choice of the datum of coordinates."""

    datum: Datum = described(
        "wgs84",
        "Datum of the coordinates in the request and in the answer",
        "请求与返回坐标所用的坐标系",
        "wgs84 | gcj02 | bd09",
    )


def _parse_open(value: Any) -> Any:
    if value == "now" or not isinstance(value, str):
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
    Literal["now"] | datetime,
    BeforeValidator(_parse_open),
    WithJsonSchema({"type": "string", "examples": ["now", "2026-10-10T08:30"]}),
]
BboxParameter = Annotated[
    Bbox, BeforeValidator(_parse_bbox), WithJsonSchema({"type": "string", "examples": ["121.3,37.4,121.5,37.6"]})
]


class FilterParameters(DatumParameters):
    """Which sites to give."""

    LISTS: ClassVar[frozenset[str]] = frozenset({"kind", "facility", "service", "access", "level", "state"})

    kind: tuple[str, ...] = ()
    facility: tuple[str, ...] = ()
    service: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    min_rating: float | None = described(None, "Least rating, 0 to 5", "最低评分（0–5）", "0…5", ge=0, le=5)
    open: OpenAt | None = described(
        None,
        "Only places open now or at a time, at most 366 days away; a time without zone is in the map's own; unknown "
        "hours come marked",
        "只要当前（now）或某一时刻（前后最多 366 天）开放的地点；未注明时区的按本地图时区；开放时间未知的会标明",
        "now | YYYY-MM-DDThh:mm[±hh:mm]",
    )
    unknown: Literal["yes", "no"] = described(
        "yes",
        "With open: whether to give places of unknown hours",
        "与 open 合用：是否包含开放时间未知的地点",
        "yes | no",
    )


class NearbyParameters(FilterParameters):
    """Sites around a point."""

    lat: float = described(..., "Latitude", "纬度", "-90…90", ge=-90, le=90)
    lon: float = described(..., "Longitude", "经度", "-180…180", ge=-180, le=180)
    radius: int = 5000
    limit: int = 20


class ListParameters(FilterParameters):
    """A page of the list of sites."""

    bbox: BboxParameter | None = described(
        None,
        "Only sites within west,south,east,north; west above east crosses the 180th meridian",
        "只要 西,南,东,北 范围内的地点；西大于东表示跨 180° 经线",
        "west,south,east,north",
    )
    area: str | None = None
    q: str | None = None
    lat: float | None = described(
        None, "With lon: where distances are measured from", "与 lon 合用：计算距离的起点纬度", "-90…90", ge=-90, le=90
    )
    lon: float | None = described(
        None,
        "With lat: where distances are measured from",
        "与 lat 合用：计算距离的起点经度",
        "-180…180",
        ge=-180,
        le=180,
    )
    sort: Literal["code", "rating", "name", "distance"] = described(
        "code",
        "Order of the list; distance needs lat and lon",
        "排序方式；distance 需要 lat 和 lon",
        "code | rating | name | distance",
    )
    limit: int = 100
    cursor: str | None = described(
        None, "Where to go on: “next” of the page before", "翻页位置：上一页的 next", "TEXT", max_length=500
    )


class ClusterParameters(FilterParameters):
    """A part of the map, gathered by cells."""

    bbox: BboxParameter = described(
        ...,
        "Every cell that west,south,east,north touches is given whole; west above east crosses the 180th meridian",
        "给出与 西,南,东,北 范围相交的全部网格（每格完整统计）；西大于东表示跨 180° 经线",
        "west,south,east,north",
    )
    zoom: int = described(
        ...,
        "Zoom of the map; a box wider or higher than 64 cells of 64 pixels is given at a lesser one",
        "地图缩放级别；范围宽或高超过 64 格（每格 64 像素）时按较小的级别给出",
        f"0…{MAX_ZOOM}",
        ge=0,
        le=MAX_ZOOM,
    )
    area: str | None = None
    q: str | None = None


class StatsParameters(FilterParameters):
    """Which sites to count."""

    area: str | None = None


class SuggestParameters(DatumParameters):
    """What a search box completes."""

    q: str = ""
    limit: int = 10
    lat: float | None = described(None, "With lon: nearer ones first", "与 lon 合用：近者优先", "-90…90", ge=-90, le=90)
    lon: float | None = described(
        None, "With lat: nearer ones first", "与 lat 合用：近者优先", "-180…180", ge=-180, le=180
    )


class SiteParameters(DatumParameters):
    """How to give one site."""

    mode: Literal["walk", "ride", "car"] = described(
        "walk", "How people get there, for the navigation links", "导航链接的出行方式", "walk | ride | car"
    )


class WayParameters(DatumParameters):
    """From where to a site."""

    lat: float = described(..., "Latitude", "纬度", "-90…90", ge=-90, le=90)
    lon: float = described(..., "Longitude", "经度", "-180…180", ge=-180, le=180)


class AreaParameters(DatumParameters):
    """Which areas to give."""

    level: Literal["province", "city", "district", "street"] | None = described(
        None, "Only areas of this level", "只要该级别的区域", "province | city | district | street"
    )


class OrganisationsParameters(Parameters):
    """Which organisations to give."""

    level: str | None = None
    parent: str | None = None
    cursor: str | None = described(
        None, "The `next` of the page before", "上一页返回的 next", "a code of an organisation", max_length=40
    )
    limit: int = 100


class OrganisationParameters(DatumParameters):
    """How to give one organisation."""

    limit: int = 100


@dataclass(frozen=True, slots=True)
class ParameterModels:
    """The models of one application."""

    nearby: type[NearbyParameters]
    list: type[ListParameters]
    clusters: type[ClusterParameters]
    stats: type[StatsParameters]
    suggest: type[SuggestParameters]
    site: type[SiteParameters]
    areas: type[AreaParameters]
    organisations: type[OrganisationsParameters]
    organisation: type[OrganisationParameters]
    plain: type[Parameters]


def make_parameters(limits: LimitSettings, vocabulary: Vocabulary) -> ParameterModels:
    """Return the models with the bounds of ``limits`` and the codes of ``vocabulary``."""
    codes: dict[str, Any] = {
        "kind": _codes(vocabulary.kinds, "Kinds, any of", "类型，任一"),
        "facility": _codes(
            [*vocabulary.facilities, *(f"{code}:yes" for code in vocabulary.facilities)],
            "Facilities, all of; limited ones count unless “:yes” follows",
            "设施，全部具备；“有限”也算，除非加 :yes",
        ),
        "service": _codes(vocabulary.services, "Services, all of", "服务，全部具备"),
        "access": _codes(vocabulary.access, "Ways to get in, any of", "进入方式，任一"),
        "level": _codes(vocabulary.levels, "Levels, any of", "级别，任一"),
        "state": _codes(
            vocabulary.states,
            "States, any of; unless given, open and paused",
            "状态，任一；默认为正常开放和暂停开放",
        ),
    }

    def text(en: str, zh: str, default: Any = None) -> Any:
        bounds: dict[str, Any] = {"min_length": 1, "max_length": limits.text_length}
        of_type: Any = str if default is ... else str | None
        return (of_type, described(default, en, zh, f"1…{limits.text_length} characters", **bounds))

    def whole(default: int, most: int, en: str, zh: str) -> Any:
        return (int, described(min(default, most), en, zh, f"1…{most}", ge=1, le=most))

    levels: Any = Literal[tuple(vocabulary.levels)] | None
    area = text("Code or name of an area; a code also takes the areas within it", "区域代码或名称；代码包含其下级区域")
    search = text("Words in name, label, address, pinyin or initials", "名称、称号、地址、拼音或拼音首字母中的文字")
    return ParameterModels(
        nearby=create_model(
            "NearbyParameters",
            __base__=NearbyParameters,
            **codes,
            radius=whole(5000, limits.nearby_radius, "Radius, metres", "半径（米）"),
            limit=whole(20, limits.nearby_limit, "Most sites to give", "最多返回数量"),
        ),
        list=create_model(
            "ListParameters",
            __base__=ListParameters,
            **codes,
            area=area,
            q=search,
            limit=whole(limits.page_size, limits.page_size_max, "Sites on a page", "每页数量"),
        ),
        clusters=create_model("ClusterParameters", __base__=ClusterParameters, **codes, area=area, q=search),
        stats=create_model("StatsParameters", __base__=StatsParameters, **codes, area=area),
        suggest=create_model(
            "SuggestParameters",
            __base__=SuggestParameters,
            q=text("What was typed so far", "已输入的文字", ...),
            limit=whole(10, limits.suggest_limit, "Most suggestions", "最多建议数量"),
        ),
        site=SiteParameters,
        areas=AreaParameters,
        organisations=create_model(
            "OrganisationsParameters",
            __base__=OrganisationsParameters,
            level=(
                levels,
                described(None, "Only organisations of this level", "只要该级别的组织", " | ".join(vocabulary.levels)),
            ),
            parent=text("Only what belongs directly to the organisation of this code", "只要直属于该代码组织的下级"),
            limit=whole(limits.page_size, limits.page_size_max, "Organisations on a page", "每页数量"),
        ),
        organisation=create_model(
            "OrganisationParameters",
            __base__=OrganisationParameters,
            limit=whole(limits.page_size_max, limits.page_size_max, "Most places to give", "最多返回的地点数量"),
        ),
        plain=Parameters,
    )


def _codes(allowed: Iterable[str], en: str, zh: str) -> Any:
    """Return type and field of a parameter that takes codes, once or several times, in comma lists or repeated."""
    known = dict.fromkeys(allowed)
    shown = [code for code in known if ":" not in code]

    def check(codes: list[str]) -> tuple[str, ...]:
        for code in codes:
            if code not in known:
                raise ValueError(code)
        if len(codes) > MOST_CODES:
            raise ValueError(",".join(codes))
        return tuple(dict.fromkeys(codes))

    schema = {
        "type": "array",
        "items": {"type": "string", "enum": list(known)},
        "maxItems": MOST_CODES,
        "default": [],
    }
    of_type = Annotated[tuple[str, ...], BeforeValidator(check), WithJsonSchema(schema)]
    expected = ", ".join(shown) + (", CODE:yes" if len(shown) < len(known) else "")
    return (of_type, described((), en, zh, expected))


_Model = TypeVar("_Model", bound=Parameters)


def parse(model: type[_Model], query: MultiDict[str, str]) -> _Model:
    """Return the parameters of a request (:func:`parse_lists`)."""
    return parse_lists(model, query.lists())


def parse_lists(model: type[_Model], query: Iterable[tuple[str, list[str]]]) -> _Model:
    """Return the parameters of a request, given the values of each name.

    An empty value counts as not given: forms send them.

    Raises
    ------
    BadParametersError
        With one entry for every parameter that is unknown, missing, repeated or not usable.
    """
    values: dict[str, Any] = {}
    problems: list[ParameterProblem] = []
    for name, given in query:
        if name in model.LISTS:
            values[name] = [code for value in given for code in value.split(",") if code]
        elif len(given) > 1 and name in model.model_fields:
            message = Message("parameter_repeated", {"name": name})
            problems.append(ParameterProblem(name, None, _expected(model, name), message))
        elif given[0] or name not in model.model_fields:
            values[name] = given[0]
    try:
        parsed = model.model_validate(values)
    except ValidationError as error:
        repeated = {problem.name for problem in problems}
        problems += [_problem(model, item) for item in error.errors() if item["loc"][0] not in repeated]
        raise BadParametersError(_once_each(problems)) from None
    if problems:
        raise BadParametersError(problems)
    return parsed


def missing(model: type[Parameters], name: str) -> BadParametersError:
    """Return the error for a parameter that another one needs."""
    expected = _expected(model, name)
    message = Message("parameter_missing", {"name": name, "expected": expected})
    return BadParametersError([ParameterProblem(name, None, expected, message)])


def _problem(model: type[Parameters], error: ErrorDetails) -> ParameterProblem:
    name = str(error["loc"][0])[:SHOWN_VALUE]
    if error["type"] == "extra_forbidden":
        expected = ", ".join(model.model_fields)
        return ParameterProblem(
            name, None, expected, Message("parameter_unknown", {"name": name, "expected": expected})
        )
    expected = _expected(model, name)
    if error["type"] == "missing":
        return ParameterProblem(
            name, None, expected, Message("parameter_missing", {"name": name, "expected": expected})
        )
    given = error["input"]
    refused = error.get("ctx", {}).get("error")
    if isinstance(given, list):  # of a list, name the one code that is wrong
        given = str(refused)
    value = str(given)[:SHOWN_VALUE]
    message = Message("parameter_unusable", {"name": name, "value": value, "expected": expected})
    return ParameterProblem(name, value, expected, message)


def _once_each(problems: list[ParameterProblem]) -> list[ParameterProblem]:
    """Return the first problem of each parameter: a choice of types gives one error for each of them."""
    first: dict[str, ParameterProblem] = {}
    for problem in problems:
        first.setdefault(problem.name, problem)
    return list(first.values())


def _expected(model: type[Parameters], name: str) -> str:
    extra = model.model_fields[name].json_schema_extra
    return str(extra["x-expected"]) if isinstance(extra, dict) else ""
