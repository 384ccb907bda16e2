"""Where the data lies, where and for whom the map is, and what stands at the foot of its pages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import field_validator
from pydantic_settings import NoDecode

from geodata.messages import Lang
from webmap.settings.base import Concern, setting


class StoreSettings(Concern):
    """The store and how the read model follows it."""

    database_url: str = setting(
        "sqlite:///stationmap.db",
        "The store: sqlite:///FILE, or postgresql+psycopg2://USER:PASSWORD@HOST/DATABASE with PostGIS",
        "数据库地址：sqlite:///文件，或带 PostGIS 的 postgresql+psycopg2://用户:密码@主机/数据库",
        secret=True,
        expected="sqlite:///… | postgresql+psycopg2://…",
    )
    refresh_interval: float = setting(
        1.0,
        "Seconds between two looks for new data, in each worker",
        "每个工作进程检查新数据的间隔（秒）",
        expected="0.1…60",
        ge=0.1,
        le=60,
    )
    snapshot_dir: str = setting(
        "",
        "Folder for the file from which workers start; empty: ~/.cache/stationmap (or below XDG_CACHE_HOME); off: none",
        "工作进程启动时读取的索引文件所在文件夹；留空则为 ~/.cache/stationmap（或 XDG_CACHE_HOME 下）；off 表示不用",
        expected="FOLDER | off",
    )
    snapshot_interval: float = setting(
        60.0,
        "Seconds between two writes of that file at least, on each host",
        "每台主机两次写入该文件的最短间隔（秒）",
        expected="0…86400",
        ge=0,
        le=86_400,
    )

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg2://")):
            raise ValueError("unknown kind of database")
        return url


class PlaceSettings(Concern):
    """Where and for whom the map is."""

    timezone: str = setting(
        "Asia/Shanghai",
        "Time zone of the opening hours and of times given without one",
        "开放时间以及未注明时区的时间所用的时区",
        expected="Asia/Shanghai, Asia/Urumqi, …",
    )
    languages: Annotated[tuple[Lang, ...], NoDecode] = setting(
        ("zh", "en"),
        "Languages offered, comma separated; the first one is used where a client names none",
        "提供的语言，以逗号分隔；客户端未指明语言时用第一种",
        expected="zh,en | en,zh | zh | en",
        min_length=1,
    )
    vocabulary: Path | None = setting(
        None,
        "TOML file with further kinds, facilities and services",
        "补充类型、设施和服务的 TOML 词汇文件",
        expected="FILE.toml",
    )
    app_name: str = setting(
        "stationmap",
        "Name under which navigation apps see the links from here",
        "跳转导航应用时使用的来源名称",
        expected="A-Z a-z 0-9 . _ -",
        pattern=r"^[A-Za-z0-9._-]{1,40}$",
    )

    @field_validator("languages", mode="before")
    @classmethod
    def _split_languages(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",")) if isinstance(value, str) else value

    @field_validator("languages")
    @classmethod
    def _each_language_once(cls, value: tuple[Lang, ...]) -> tuple[Lang, ...]:
        if len(set(value)) != len(value):
            raise ValueError("a language stands twice")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (OSError, ValueError, KeyError) as error:
            raise ValueError("unknown time zone") from error
        return value

    @property
    def tz(self) -> ZoneInfo:
        """The time zone itself."""
        return ZoneInfo(self.timezone)


class FooterSettings(Concern):
    """What the law or the operator wants to stand at the foot of every page."""

    map_approval: str = setting("", "Map approval number (审图号)", "审图号", expected="GS(2026)1234")
    icp_filing: str = setting("", "ICP filing number (ICP 备案号)", "ICP 备案号", expected="鲁ICP备12345678号")
    police_filing: str = setting("", "Police filing number (公安备案号)", "公安备案号", expected="鲁公网安备…号")
    privacy_notice: str = setting(
        "",
        "Address of the privacy notice",
        "隐私政策的网址",
        expected="https://… | /…",
        pattern=r"^$|^https?://\S+$|^/([^/\s]\S*)?$",
    )
    contact: str = setting("", "Whom to contact about the map", "地图维护联系方式", expected="TEXT")
    data_licence: str = setting(
        "CC BY 4.0 https://creativecommons.org/licenses/by/4.0/",
        "Licence of the open data on /data: its name, and its address if it has one",
        "开放数据（/data）的许可协议：名称，有网址的可附上",
        expected="TEXT [https://…]",
        min_length=1,
    )
