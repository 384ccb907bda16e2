"""The server: where it listens, what stands before it, what it logs, and who may embed and measure it."""

from __future__ import annotations

import ipaddress
from typing import Literal

from pydantic import field_validator

from webmap.settings.base import Concern, setting

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class ServerSettings(Concern):
    """The server and what stands before it."""

    host: str = setting("127.0.0.1", "Address to listen on", "监听地址", expected="127.0.0.1 | 0.0.0.0 | ::")
    port: int = setting(8000, "Port to listen on", "监听端口", expected="1…65535", ge=1, le=65535)
    workers: int = setting(2, "Worker processes", "工作进程数", expected="1…64", ge=1, le=64)
    # One thread computes at a time, so more of them only wait for the interpreter's lock: half the requests of a
    # worker with one thread were left with four. The second one is for requests that wait for a database.
    threads: int = setting(
        2,
        "Threads in each worker: one computes at a time, the others can wait for the database",
        "每个工作进程的线程数：同一时刻只有一个在计算，其余可用于等待数据库",
        expected="1…64",
        ge=1,
        le=64,
    )
    public_url: str = setting(
        "",
        "Address under which people reach the map, for signs, QR codes, search engines; empty: the one asked for",
        "公众访问地图的网址，用于标牌、二维码和搜索引擎；留空则用请求中的网址",
        expected="https://map.example.org",
        pattern=r"^$|^https?://[A-Za-z0-9.:\[\]-]+/?$",
    )
    embed_hosts: str = setting(
        "*",
        "Sites that may show /embed in a frame, separated by spaces; *: all; off: none",
        "可以用框架嵌入 /embed 的网站，以空格分隔；* 表示全部，off 表示都不可以",
        expected="* | off | https://www.example.cn https://*.gov.cn",
        pattern=r"^(\*|off|https?://[A-Za-z0-9.*:-]+( +https?://[A-Za-z0-9.*:-]+)*)$",
    )
    proxy_count: int = setting(
        0,
        "Proxies in front whose X-Forwarded headers are trusted",
        "前置且其 X-Forwarded 头可信的代理层数",
        expected="0…5",
        ge=0,
        le=5,
    )
    log_level: Literal["debug", "info", "warning", "error"] = setting(
        "info", "How much is logged", "日志级别", expected="debug | info | warning | error"
    )
    access_log: bool = setting(
        True,
        "Log one line for each request, never with the query string",
        "是否为每个请求记录一行日志（从不含查询字符串）",
        expected="true | false",
    )
    log_format: Literal["text", "json"] = setting(
        "text",
        "Form of the log's lines: text (name=value) or json",
        "日志行的格式：text（名称=值）或 json",
        expected="text | json",
    )
    metrics_allow: str = setting(
        "127.0.0.0/8,::1",
        "Addresses and networks that may read /metrics, comma separated; off: nobody",
        "可读取 /metrics 的地址和网段，以逗号分隔；off 表示一律不可",
        expected="127.0.0.1,10.0.0.0/8 | off",
    )
    hsts_seconds: int = setting(
        0,
        "How long browsers are to insist on HTTPS, seconds, told in answers over HTTPS; 0: not told",
        "要求浏览器坚持使用 HTTPS 的秒数，仅在 HTTPS 应答中告知；0 表示不告知",
        expected="0…63072000",
        ge=0,
        le=63_072_000,
    )

    @field_validator("metrics_allow")
    @classmethod
    def _known_networks(cls, value: str) -> str:
        _networks(value)
        return value

    @property
    def frame_ancestors(self) -> str:
        """Who may show the embedded map in a frame, as a content security policy says it."""
        if self.embed_hosts == "*":
            return "*"
        others = [] if self.embed_hosts == "off" else self.embed_hosts.split()
        return " ".join(["'self'", *others])  # the preview of the page that makes the code

    @property
    def metrics_networks(self) -> tuple[Network, ...]:
        """The networks that may read the metrics; none where that is off."""
        return _networks(self.metrics_allow)


def _networks(text: str) -> tuple[Network, ...]:
    return () if text == "off" else tuple(ipaddress.ip_network(part.strip()) for part in text.split(","))
