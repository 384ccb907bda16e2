"""Runs of planning in the background: their workers and their queue."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr, field_validator

from webmap.settings.base import Concern, setting


class JobSettings(Concern):
    """Runs of planning in the background."""

    plan_workers: int = setting(
        1,
        "Worker processes for planning that serve and demo keep beside them; 0: none, start stationmap worker yourself",
        "serve 和 demo 同时运行的选址计算进程数；0 表示不运行，另行启动 stationmap worker",
        expected="0…64",
        ge=0,
        le=64,
    )
    redis_url: SecretStr = setting(
        SecretStr(""),
        "Redis that delivers runs to the workers of several machines; empty: a file on this machine. Keep it private",
        "向多台机器分发选址任务的 Redis 地址；留空则用本机文件。不要对外开放",
        secret=True,
        expected="redis://HOST:6379/0",
    )
    queue_file: Path | None = setting(
        None,
        "File of the queue where there is no Redis; empty: beside a SQLite store, else in ~/.cache/stationmap",
        "不用 Redis 时的任务队列文件；留空则在 SQLite 数据库旁，否则在 ~/.cache/stationmap",
        expected="FILE",
    )
    worker_silence: float = setting(
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
