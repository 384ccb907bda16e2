"""How much one request and one client may ask for."""

from __future__ import annotations

from typing import Self

from limits import RateLimitItem, parse_many
from pydantic import field_validator, model_validator

from webmap.settings.base import Concern, IncompleteError, setting


def rates(text: str) -> tuple[RateLimitItem, ...]:
    """Return the limits that a setting states; none where it is off."""
    return () if text == "off" else tuple(parse_many(text))


class LimitSettings(Concern):
    """Upper bounds of what one request may ask for."""

    nearby_radius: int = setting(
        50_000,
        "Largest radius of a nearby search, metres",
        "附近搜索的最大半径（米）",
        expected="1…500000",
        ge=1,
        le=500_000,
    )
    nearby_limit: int = setting(
        100, "Most sites in one nearby answer", "附近搜索一次返回的最多数量", expected="1…1000", ge=1, le=1000
    )
    page_size: int = setting(
        100,
        "Sites on one page of the list unless asked otherwise",
        "列表每页的默认数量",
        expected="1…5000",
        ge=1,
        le=5000,
    )
    page_size_max: int = setting(
        1000, "Most sites on one page of the list", "列表每页的最多数量", expected="1…5000", ge=1, le=5000
    )
    suggest_limit: int = setting(
        20, "Most suggestions in one answer", "一次返回的最多搜索建议数", expected="1…100", ge=1, le=100
    )
    text_length: int = setting(
        100, "Longest search text, in characters", "搜索文字的最大长度（字符）", expected="10…1000", ge=10, le=1000
    )
    body_bytes: int = setting(
        1_000_000,
        "Largest body of a request, bytes",
        "请求正文的最大字节数",
        expected="1000…100000000",
        ge=1000,
        le=100_000_000,
    )
    rate_limit: str = setting(
        "3000/minute",
        "Requests of one client to the API, all workers of a host together, or several such limits; off: any number",
        "每个客户端的接口请求上限（同一主机各工作进程合计），可写多个；off 表示不限",
        expected="3000/minute | 100/second;3000/minute | off",
    )
    rate_clients: int = setting(
        100_000,
        "Clients that the limits tell apart at a time, about; some of those beyond share a count",
        "同时区分的客户端数（约数）；超出者部分共用计数",
        expected="100…10000000",
        ge=100,
        le=10_000_000,
    )

    @field_validator("rate_limit")
    @classmethod
    def _known_rate(cls, value: str) -> str:
        rates(value)
        return value

    @property
    def rate_limits(self) -> tuple[RateLimitItem, ...]:
        """The limits on the requests of one client; none where that is off."""
        return rates(self.rate_limit)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.page_size > self.page_size_max:
            raise IncompleteError(
                "page_size", str(self.page_size), f"≤ STATIONMAP_PAGE_SIZE_MAX ({self.page_size_max})"
            )
        return self
