"""What a deployment can set, one class per concern, from the environment or a file ``.env``.

Every variable starts with ``STATIONMAP_``. Nothing is read at import: :meth:`Settings.load` reads when the application
is made. :func:`all_settings` lists every variable with its default and description.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from limits import RateLimitItem, parse_many
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic.config import JsonDict
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from geodata.errors import SettingsError
from geodata.messages import Lang

PREFIX = "STATIONMAP_"

#: Variables with the prefix that are read elsewhere: by the command line and by the tests.
OTHER_VARIABLES = frozenset({"STATIONMAP_LANG", "STATIONMAP_TEST_DATA"})

#: Characters that a key for signing has at least.
SECRET_LENGTH = 32

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

TIANDITU_URL = (
    "https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}"
    "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
)
OSM_URL = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"


def _setting(default: Any, en: str, zh: str, *, secret: bool = False, expected: str = "", **bounds: Any) -> Any:
    """Return a field with its description in both languages; ``expected`` says in signs what is allowed."""
    extra: JsonDict = {"zh": zh, "secret": secret, "expected": expected}
    return Field(default, description=en, json_schema_extra=extra, validate_default=True, **bounds)


class _IncompleteError(ValueError):
    """A setting needs another one; raised inside pydantic, put into words by :func:`_settings_error`."""

    def __init__(self, name: str, value: str, needs: str) -> None:
        super().__init__(needs)
        self.name, self.value, self.needs = name, value, needs


class _Concern(BaseSettings):
    """Base of the settings of one concern."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
    )


class StoreSettings(_Concern):
    """The store and how the read model follows it."""

    database_url: str = _setting(
        "sqlite:///stationmap.db",
        "The store: sqlite:///FILE, or postgresql+psycopg2://USER:PASSWORD@HOST/DATABASE with PostGIS",
        "数据库地址：sqlite:///文件，或带 PostGIS 的 postgresql+psycopg2://用户:密码@主机/数据库",
        secret=True,
        expected="sqlite:///… | postgresql+psycopg2://…",
    )
    refresh_interval: float = _setting(
        1.0,
        "Seconds between two looks for new data, in each worker",
        "每个工作进程检查新数据的间隔（秒）",
        expected="0.1…60",
        ge=0.1,
        le=60,
    )
    snapshot_dir: str = _setting(
        "",
        "Folder for the file from which workers start; empty: ~/.cache/stationmap (or below XDG_CACHE_HOME); off: none",
        "工作进程启动时读取的索引文件所在文件夹；留空则为 ~/.cache/stationmap（或 XDG_CACHE_HOME 下）；off 表示不用",
        expected="FOLDER | off",
    )
    snapshot_interval: float = _setting(
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


class PlaceSettings(_Concern):
    """Where and for whom the map is."""

    timezone: str = _setting(
        "Asia/Shanghai",
        "Time zone of the opening hours and of times given without one",
        "开放时间以及未注明时区的时间所用的时区",
        expected="Asia/Shanghai, Asia/Urumqi, …",
    )
    languages: Annotated[tuple[Lang, ...], NoDecode] = _setting(
        ("zh", "en"),
        "Languages offered, comma separated; the first one is used where a client names none",
        "提供的语言，以逗号分隔；客户端未指明语言时用第一种",
        expected="zh,en | en,zh | zh | en",
        min_length=1,
    )
    vocabulary: Path | None = _setting(
        None,
        "TOML file with further kinds, facilities and services",
        "补充类型、设施和服务的 TOML 词汇文件",
        expected="FILE.toml",
    )
    app_name: str = _setting(
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


@dataclass(frozen=True, slots=True)
class TileLayer:
    """One layer of the base map: a URL template with ``{s}``, ``{z}``, ``{x}``, ``{y}``, and the values of ``{s}``."""

    url: str
    subdomains: str = ""


class BaseMapSettings(_Concern):
    """What lies under the markers."""

    base_map: Literal["tianditu", "osm", "custom", "none"] = _setting(
        "osm",
        "Base map: tianditu (needs a key), osm, custom (needs tile URLs) or none",
        "底图：tianditu（需密钥）、osm、custom（需瓦片地址）或 none",
        expected="tianditu | osm | custom | none",
    )
    tianditu_key: SecretStr = _setting(
        SecretStr(""), "Key of the Tianditu tile service", "天地图服务密钥", secret=True, expected="KEY"
    )
    tile_urls: Annotated[tuple[str, ...], NoDecode] = _setting(
        (),
        "URL templates of a base map of your own, from the bottom up, separated by spaces",
        "自有底图的瓦片地址模板，自下而上，以空格分隔",
        expected="https://…/{z}/{x}/{y}.png",
    )
    tile_subdomains: str = _setting(
        "abc",
        "Letters or digits that stand for {s} in the tile URLs",
        "瓦片地址中 {s} 可取的字母或数字",
        expected="abc | 01234567",
        pattern=r"^[a-z0-9]{0,16}$",
    )
    tile_attribution: str = _setting(
        "",
        "Attribution of the base map; empty: the one of the chosen map",
        "底图署名；留空则用所选底图的署名",
        expected="TEXT",
    )

    @field_validator("tile_urls", mode="before")
    @classmethod
    def _split_urls(cls, value: Any) -> Any:
        return tuple(value.split()) if isinstance(value, str) else value

    @field_validator("tile_urls")
    @classmethod
    def _usable_urls(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for url in value:
            if not url.startswith(("https://", "http://", "/")) or not all(f"{{{axis}}}" in url for axis in "zxy"):
                raise ValueError("no tile URL template")
            if any(sign in url for sign in "\"'<>;,\\"):
                raise ValueError("signs that a tile URL cannot have")
        return value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.base_map == "tianditu" and not self.tianditu_key.get_secret_value():
            raise _IncompleteError("base_map", "tianditu", "STATIONMAP_TIANDITU_KEY")
        if self.base_map == "custom" and not self.tile_urls:
            raise _IncompleteError("base_map", "custom", "STATIONMAP_TILE_URLS")
        return self

    @property
    def layers(self) -> tuple[TileLayer, ...]:
        """The tile layers from the bottom up; none where there is no base map."""
        if self.base_map == "tianditu":
            key = self.tianditu_key.get_secret_value()
            return tuple(TileLayer(TIANDITU_URL.format(layer=name, key=key), "01234567") for name in ("vec", "cva"))
        if self.base_map == "osm":
            return (TileLayer(OSM_URL),)
        if self.base_map == "custom":
            return tuple(TileLayer(url, self.tile_subdomains) for url in self.tile_urls)
        return ()

    @property
    def attribution(self) -> str:
        """The attribution to show on the map, as plain text."""
        shipped = {"tianditu": "© 天地图 Tianditu", "osm": "© OpenStreetMap contributors"}
        return self.tile_attribution or shipped.get(self.base_map, "")


class GeocoderSettings(_Concern):
    """The service that is asked for positions of places that have none."""

    geocoder: Literal["", "amap", "tianditu", "baidu", "nominatim", "photon", "pelias", "arcgis"] = _setting(
        "",
        "Service that stationmap geocode asks: amap, tianditu, baidu (need a key), nominatim, photon, pelias, arcgis",
        "stationmap geocode 使用的地址查询服务：amap、tianditu、baidu（需密钥）、nominatim、photon、pelias、arcgis",
        expected="amap | tianditu | baidu | nominatim | photon | pelias | arcgis",
    )
    geocoder_key: SecretStr = _setting(
        SecretStr(""),
        "Key of that service, for web services (servers)",
        "该服务的密钥（Web 服务/服务端类型）",
        secret=True,
        expected="KEY",
    )
    geocoder_url: str = _setting(
        "",
        "Where that service is, if not at its public address",
        "该服务的地址；留空则用其公开地址",
        expected="https://HOST[/PATH]",
        pattern=r"^$|^https?://[^\s/?#]+[^\s?#]*$",
    )
    geocoder_delay: float = _setting(
        1.0,
        "Seconds between two questions to it at least",
        "两次查询之间的最短间隔（秒）",
        expected="0…60",
        ge=0,
        le=60,
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.geocoder in ("amap", "tianditu", "baidu") and not self.geocoder_key.get_secret_value():
            raise _IncompleteError("geocoder", self.geocoder, "STATIONMAP_GEOCODER_KEY")
        return self


class FooterSettings(_Concern):
    """What the law or the operator wants to stand at the foot of every page."""

    map_approval: str = _setting("", "Map approval number (审图号)", "审图号", expected="GS(2026)1234")
    icp_filing: str = _setting("", "ICP filing number (ICP 备案号)", "ICP 备案号", expected="鲁ICP备12345678号")
    police_filing: str = _setting("", "Police filing number (公安备案号)", "公安备案号", expected="鲁公网安备…号")
    privacy_notice: str = _setting(
        "",
        "Address of the privacy notice",
        "隐私政策的网址",
        expected="https://… | /…",
        pattern=r"^$|^https?://\S+$|^/([^/\s]\S*)?$",
    )
    contact: str = _setting("", "Whom to contact about the map", "地图维护联系方式", expected="TEXT")
    data_licence: str = _setting(
        "CC BY 4.0 https://creativecommons.org/licenses/by/4.0/",
        "Licence of the open data on /data: its name, and its address if it has one",
        "开放数据（/data）的许可协议：名称，有网址的可附上",
        expected="TEXT [https://…]",
        min_length=1,
    )


class LimitSettings(_Concern):
    """Upper bounds of what one request may ask for."""

    nearby_radius: int = _setting(
        50_000,
        "Largest radius of a nearby search, metres",
        "附近搜索的最大半径（米）",
        expected="1…500000",
        ge=1,
        le=500_000,
    )
    nearby_limit: int = _setting(
        100, "Most sites in one nearby answer", "附近搜索一次返回的最多数量", expected="1…1000", ge=1, le=1000
    )
    page_size: int = _setting(
        100,
        "Sites on one page of the list unless asked otherwise",
        "列表每页的默认数量",
        expected="1…5000",
        ge=1,
        le=5000,
    )
    page_size_max: int = _setting(
        1000, "Most sites on one page of the list", "列表每页的最多数量", expected="1…5000", ge=1, le=5000
    )
    suggest_limit: int = _setting(
        20, "Most suggestions in one answer", "一次返回的最多搜索建议数", expected="1…100", ge=1, le=100
    )
    text_length: int = _setting(
        100, "Longest search text, in characters", "搜索文字的最大长度（字符）", expected="10…1000", ge=10, le=1000
    )
    body_bytes: int = _setting(
        1_000_000,
        "Largest body of a request, bytes",
        "请求正文的最大字节数",
        expected="1000…100000000",
        ge=1000,
        le=100_000_000,
    )
    rate_limit: str = _setting(
        "3000/minute",
        "Requests of one client to the API, all workers of a host together, or several such limits; off: any number",
        "每个客户端的接口请求上限（同一主机各工作进程合计），可写多个；off 表示不限",
        expected="3000/minute | 100/second;3000/minute | off",
    )
    rate_clients: int = _setting(
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
            raise _IncompleteError(
                "page_size", str(self.page_size), f"≤ STATIONMAP_PAGE_SIZE_MAX ({self.page_size_max})"
            )
        return self


class ServerSettings(_Concern):
    """The server and what stands before it."""

    host: str = _setting("127.0.0.1", "Address to listen on", "监听地址", expected="127.0.0.1 | 0.0.0.0 | ::")
    port: int = _setting(8000, "Port to listen on", "监听端口", expected="1…65535", ge=1, le=65535)
    workers: int = _setting(2, "Worker processes", "工作进程数", expected="1…64", ge=1, le=64)
    # One thread computes at a time, so more of them only wait for the interpreter's lock: half the requests of a
    # worker with one thread were left with four. The second one is for requests that wait for a database.
    threads: int = _setting(
        2,
        "Threads in each worker: one computes at a time, the others can wait for the database",
        "每个工作进程的线程数：同一时刻只有一个在计算，其余可用于等待数据库",
        expected="1…64",
        ge=1,
        le=64,
    )
    public_url: str = _setting(
        "",
        "Address under which people reach the map, for signs, QR codes, search engines; empty: the one asked for",
        "公众访问地图的网址，用于标牌、二维码和搜索引擎；留空则用请求中的网址",
        expected="https://map.example.org",
        pattern=r"^$|^https?://[A-Za-z0-9.:\[\]-]+/?$",
    )
    embed_hosts: str = _setting(
        "*",
        "Sites that may show /embed in a frame, separated by spaces; *: all; off: none",
        "可以用框架嵌入 /embed 的网站，以空格分隔；* 表示全部，off 表示都不可以",
        expected="* | off | https://www.example.cn https://*.gov.cn",
        pattern=r"^(\*|off|https?://[A-Za-z0-9.*:-]+( +https?://[A-Za-z0-9.*:-]+)*)$",
    )
    proxy_count: int = _setting(
        0,
        "Proxies in front whose X-Forwarded headers are trusted",
        "前置且其 X-Forwarded 头可信的代理层数",
        expected="0…5",
        ge=0,
        le=5,
    )
    log_level: Literal["debug", "info", "warning", "error"] = _setting(
        "info", "How much is logged", "日志级别", expected="debug | info | warning | error"
    )
    access_log: bool = _setting(
        True,
        "Log one line for each request, never with the query string",
        "是否为每个请求记录一行日志（从不含查询字符串）",
        expected="true | false",
    )
    log_format: Literal["text", "json"] = _setting(
        "text",
        "Form of the log's lines: text (name=value) or json",
        "日志行的格式：text（名称=值）或 json",
        expected="text | json",
    )
    metrics_allow: str = _setting(
        "127.0.0.0/8,::1",
        "Addresses and networks that may read /metrics, comma separated; off: nobody",
        "可读取 /metrics 的地址和网段，以逗号分隔；off 表示一律不可",
        expected="127.0.0.1,10.0.0.0/8 | off",
    )
    hsts_seconds: int = _setting(
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


class StaffSettings(_Concern):
    """Those who work behind the login."""

    secret_key: SecretStr = _setting(
        SecretStr(""),
        "Key that signs logins and forms, the same on every server; without it `serve` makes one for each run",
        "签署登录和表单的密钥，各服务器须相同；留空则 `serve` 每次启动临时生成",
        secret=True,
        expected="32 characters or more, 至少 32 个字符",
    )
    session_hours: float = _setting(
        12.0,
        "Hours after which staff have to log in again",
        "工作人员登录的有效小时数",
        expected="0.1…720",
        ge=0.1,
        le=720,
    )
    login_limit: str = _setting(
        "10/minute;60/hour",
        "Tries to log in that one client has, with all workers of a host together; off: any number",
        "每个客户端的登录尝试上限（同一主机各工作进程合计）；off 表示不限",
        expected="10/minute;60/hour | off",
    )

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and len(value.get_secret_value()) < SECRET_LENGTH:
            raise ValueError("too short")
        return value

    @field_validator("login_limit")
    @classmethod
    def _known_rate(cls, value: str) -> str:
        rates(value)
        return value


class ReportSettings(_Concern):
    """What people may send in about places."""

    data_dir: str = _setting(
        "stationmap-data",
        "Folder for what people send in: photos of reports. Back it up with the store",
        "存放用户提交内容（问题反馈的照片）的文件夹，请与数据库一同备份",
        expected="FOLDER",
        min_length=1,
    )
    photo_bytes: int = _setting(
        12_000_000,
        "Largest photo of a report, bytes",
        "问题反馈照片的最大字节数",
        expected="100000…100000000",
        ge=100_000,
        le=100_000_000,
    )
    report_limit: str = _setting(
        "10/minute;60/hour",
        "Reports that one client may send, to all workers of a host together; off: any number",
        "每个客户端的问题反馈上限（同一主机各工作进程合计）；off 表示不限",
        expected="10/minute;60/hour | off",
    )

    @field_validator("report_limit")
    @classmethod
    def _known_rate(cls, value: str) -> str:
        rates(value)
        return value


def rates(text: str) -> tuple[RateLimitItem, ...]:
    """Return the limits that a setting states; none where it is off."""
    return () if text == "off" else tuple(parse_many(text))


def _networks(text: str) -> tuple[Network, ...]:
    return () if text == "off" else tuple(ipaddress.ip_network(part.strip()) for part in text.split(","))


class JobSettings(_Concern):
    """Runs of planning in the background."""

    plan_workers: int = _setting(
        1,
        "Worker processes for planning that serve and demo keep beside them; 0: none, start stationmap worker yourself",
        "serve 和 demo 同时运行的选址计算进程数；0 表示不运行，另行启动 stationmap worker",
        expected="0…64",
        ge=0,
        le=64,
    )
    redis_url: SecretStr = _setting(
        SecretStr(""),
        "Redis that delivers runs to the workers of several machines; empty: a file on this machine. Keep it private",
        "向多台机器分发选址任务的 Redis 地址；留空则用本机文件。不要对外开放",
        secret=True,
        expected="redis://HOST:6379/0",
    )
    queue_file: Path | None = _setting(
        None,
        "File of the queue where there is no Redis; empty: beside a SQLite store, else in ~/.cache/stationmap",
        "不用 Redis 时的任务队列文件；留空则在 SQLite 数据库旁，否则在 ~/.cache/stationmap",
        expected="FILE",
    )
    worker_silence: float = _setting(
        30.0,
        "Seconds after which a worker that gives no sign is taken for dead and its run begun again",
        "计算进程多久没有响应即视为中断并重新计算（秒）",
        expected="2…3600",
        ge=2,
        le=3600,
    )

    @field_validator("redis_url")
    @classmethod
    def _known_redis(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not value.get_secret_value().startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("no address of a Redis")
        return value


CONCERNS: tuple[type[_Concern], ...] = (
    StoreSettings,
    PlaceSettings,
    BaseMapSettings,
    GeocoderSettings,
    FooterSettings,
    LimitSettings,
    ServerSettings,
    StaffSettings,
    ReportSettings,
    JobSettings,
)


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of a deployment."""

    store: StoreSettings = field(default_factory=StoreSettings)
    place: PlaceSettings = field(default_factory=PlaceSettings)
    base_map: BaseMapSettings = field(default_factory=BaseMapSettings)
    geocoder: GeocoderSettings = field(default_factory=GeocoderSettings)
    footer: FooterSettings = field(default_factory=FooterSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
    server: ServerSettings = field(default_factory=ServerSettings)
    staff: StaffSettings = field(default_factory=StaffSettings)
    reports: ReportSettings = field(default_factory=ReportSettings)
    jobs: JobSettings = field(default_factory=JobSettings)

    @classmethod
    def load(cls, *, env_file: Path | None = Path(".env"), **values: Any) -> Settings:
        """Read the settings from the environment and from ``env_file``.

        Parameters
        ----------
        env_file : Path, optional
            File of ``NAME=value`` lines; the environment wins over it.
        **values
            Settings by their name without the prefix, in lower case; these win over both.

        Raises
        ------
        SettingsError
            If a value is not usable; the message names the variable and what was expected.
        """
        made: list[Any] = []
        for concern in CONCERNS:
            own = {name: values.pop(name) for name in list(values) if name in concern.model_fields}
            try:
                made.append(concern(**{"_env_file": env_file, **own}))
            except ValidationError as error:
                raise _settings_error(concern, error.errors()[0]) from None
            except (OSError, UnicodeDecodeError) as error:
                raise SettingsError("setting_file_unreadable", path=str(env_file), detail=repr(error)) from error
        if values:
            raise TypeError(f"no such settings: {', '.join(sorted(values))}")
        return cls(*made)


@dataclass(frozen=True, slots=True)
class SettingInfo:
    """One variable, for documentation: its default as it would stand in the environment, and what it does."""

    env: str
    default: str
    en: str
    zh: str
    expected: str
    concern: str


def all_settings() -> tuple[SettingInfo, ...]:
    """Return every variable of the environment that a deployment can set, in the order of the classes."""
    return tuple(_info(concern, name, item) for concern, name, item in _fields())


def _fields() -> Iterator[tuple[type[_Concern], str, FieldInfo]]:
    for concern in CONCERNS:
        for name, item in concern.model_fields.items():
            yield concern, name, item


def _info(concern: type[_Concern], name: str, item: FieldInfo) -> SettingInfo:
    extra = _extra(item)
    default = item.default
    if default is None or isinstance(default, SecretStr):
        text = ""
    elif isinstance(default, tuple):
        text = ",".join(default)
    else:
        text = str(default).lower() if isinstance(default, bool) else str(default)
    return SettingInfo(
        env=PREFIX + name.upper(),
        default=text,
        en=item.description or "",
        zh=extra["zh"],
        expected=extra["expected"],
        concern=concern.__name__,
    )


def _extra(item: FieldInfo) -> dict[str, Any]:
    return item.json_schema_extra if isinstance(item.json_schema_extra, dict) else {}


def _settings_error(concern: type[_Concern], error: ErrorDetails) -> SettingsError:
    """Return the error with the variable's name; values that may hold a password are left out."""
    incomplete = error.get("ctx", {}).get("error")
    if isinstance(incomplete, _IncompleteError):
        return SettingsError(
            "setting_incomplete", name=PREFIX + incomplete.name.upper(), value=incomplete.value, needs=incomplete.needs
        )
    name = str(error["loc"][0])
    extra = _extra(concern.model_fields[name])
    value = "…" if extra["secret"] else str(error["input"])[:200]
    return SettingsError("setting_unusable", name=PREFIX + name.upper(), value=value, expected=extra["expected"])


def unknown_variables(names: Iterable[str]) -> list[str]:
    """Return those of ``names`` that have the prefix but are no setting: most likely misspelt."""
    known = {info.env for info in all_settings()} | OTHER_VARIABLES
    return sorted(name for name in names if name.upper().startswith(PREFIX) and name.upper() not in known)
