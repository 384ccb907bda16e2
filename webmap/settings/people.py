"""Those who work behind the login, and those who send something in."""

from __future__ import annotations

from pydantic import SecretStr, field_validator

from webmap.settings.base import Concern, setting
from webmap.settings.limits import rates

#: Characters that a key for signing has at least.
SECRET_LENGTH = 32


class StaffSettings(Concern):
    """Those who work behind the login."""

    secret_key: SecretStr = setting(
        SecretStr(""),
        "Key that signs logins and forms, the same on every server; without it `serve` makes one for each run",
        "签署登录和表单的密钥，各服务器须相同；留空则 `serve` 每次启动临时生成",
        secret=True,
        expected="32 characters or more, 至少 32 个字符",
    )
    session_hours: float = setting(
        12.0,
        "Hours after which staff have to log in again",
        "工作人员登录的有效小时数",
        expected="0.1…720",
        ge=0.1,
        le=720,
    )
    login_limit: str = setting(
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


class ReportSettings(Concern):
    """What people may send in about places."""

    data_dir: str = setting(
        "stationmap-data",
        "Folder for what people send in: photos of reports. Back it up with the store",
        "存放用户提交内容（问题反馈的照片）的文件夹，请与数据库一同备份",
        expected="FOLDER",
        min_length=1,
    )
    photo_bytes: int = setting(
        12_000_000,
        "Largest photo of a report, bytes",
        "问题反馈照片的最大字节数",
        expected="100000…100000000",
        ge=100_000,
        le=100_000_000,
    )
    report_days: int = setting(
        365,
        "Days after which closed reports and their photos are taken away, by a worker that has the folder of photos; "
        "0: never",
        "已处理的问题反馈及其照片保留的天数，到期由能访问照片文件夹的 worker 删除；0 表示不删除",
        expected="0…36500",
        ge=0,
        le=36_500,
    )
    report_limit: str = setting(
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
