"""The models of one application, with the bounds of its settings and the words of its vocabulary."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, WithJsonSchema, create_model

from geodata.vocabulary import Vocabulary
from webmap.api.parameters.models import (
    AreaParameters,
    ClusterParameters,
    ListParameters,
    NearbyParameters,
    OrganisationParameters,
    OrganisationsParameters,
    Parameters,
    SiteParameters,
    StatsParameters,
    SuggestParameters,
)
from webmap.api.parameters.values import described
from webmap.settings import LimitSettings

MOST_CODES = 50


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
