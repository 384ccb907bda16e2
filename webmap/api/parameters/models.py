"""The parameters of every endpoint, without what only a deployment knows (:mod:`webmap.api.parameters.bounds`)."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from geodata.index import MAX_ZOOM
from geodata.sites import Datum
from webmap.api.parameters.values import BboxParameter, OpenAt, described


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
        "Only places open now, at night, or at a time, at most 366 days away; `night` is 23:00 today, and between "
        "23:00 and 5:00 now; a time without zone is in the map's own; unknown hours come marked",
        "只要当前（now）、夜间（night：当天 23:00，23:00 至次日 5:00 按当前时间）或某一时刻（前后最多 366 天）"
        "开放的地点；未注明时区的按本地图时区；开放时间未知的会标明",
        "now | night | YYYY-MM-DDThh:mm[±hh:mm]",
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
