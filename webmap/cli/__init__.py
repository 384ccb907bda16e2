"""The command ``stationmap``."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import click

from geodata.errors import ParameterError, SettingsError, StationmapError
from geodata.messages import LANGS, Lang, Message
from webmap import version


@dataclass(frozen=True, slots=True)
class _Lazy:
    """A command whose module is imported only when it runs: some bring heavy libraries."""

    module: str
    name: str
    help: str


COMMANDS: dict[str, _Lazy] = {
    "batches": _Lazy("webmap.cli.batches", "batches", "List imports and edits, and take them back. 批次与撤销"),
    "db": _Lazy("webmap.cli.db", "db", "Create, upgrade, check and copy the store. 数据库"),
    "demo": _Lazy("webmap.cli.serve", "demo", "Serve the map with sample data. 演示"),
    "export": _Lazy("webmap.cli.exports", "export", "Write the places to CSV, XLSX, GeoJSON or GeoPackage. 导出站点"),
    "geocode": _Lazy("webmap.cli.geocode", "command", "Find positions for places that have none. 地址定位"),
    "history": _Lazy("webmap.cli.batches", "history", "Show every change of one place. 站点的历史"),
    "import": _Lazy("webmap.cli.imports", "import_", "Import sites and more from files. 导入数据"),
    "nearby": _Lazy("webmap.cli.nearby", "nearby", "Find the places nearest to a point. 查找附近地点"),
    "plan": _Lazy("webmap.cli.plan", "plan", "Propose where the next stations go. 选址"),
    "reports": _Lazy("webmap.cli.reports", "reports", "What people reported about places. 问题反馈"),
    "review": _Lazy("webmap.cli.review", "review", "Decide about rows that may be a known place. 审核"),
    "runs": _Lazy("webmap.cli.worker", "runs_", "Runs of planning in the background. 选址任务"),
    "serve": _Lazy("webmap.cli.serve", "serve", "Serve the map. 启动服务"),
    "sites": _Lazy("webmap.cli.review", "sites", "Merge two places that are one. 合并站点"),
    "user": _Lazy("webmap.cli.users", "user", "Accounts of staff. 工作人员账号"),
    "worker": _Lazy("webmap.cli.worker", "worker", "Carry out runs of planning. 计算进程"),
}


class LazyGroup(click.Group):
    """A group of :data:`COMMANDS` that tells people of the domain's errors in their language.

    Exit code 1 for what failed, 2 for what was asked wrongly.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted({*super().list_commands(ctx), *COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command, importing its module."""
        lazy = COMMANDS.get(cmd_name)
        if lazy is None:
            return super().get_command(ctx, cmd_name)
        command: click.Command = getattr(import_module(lazy.module), lazy.name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name].help) for name in self.list_commands(ctx)])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a domain error becomes a message and an exit code."""
        try:
            return super().invoke(ctx)
        except StationmapError as error:
            for message in _messages(error):
                say(message, error=True)
            ctx.exit(2 if isinstance(error, (ParameterError, SettingsError)) else 1)


def _messages(error: StationmapError) -> list[Message]:
    problems = getattr(error, "problems", ())
    return [problem.message for problem in problems] or [error.message]


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--lang",
    type=click.Choice(LANGS),
    envvar="STATIONMAP_LANG",
    help="Language of messages, zh or en; else by LANG. 提示语言",
)
@click.version_option(version(), prog_name="stationmap")
@click.pass_context
def main(ctx: click.Context, lang: Lang | None) -> None:
    """Show where outdoor workers can rest, drink, warm a meal and find help. 户外劳动者服务站点地图."""
    ctx.obj = lang or _system_language()


def language() -> Lang:
    """Return the language in which the running command speaks."""
    ctx = click.get_current_context(silent=True)
    chosen = ctx.find_root().obj if ctx else None
    return chosen if chosen in LANGS else _system_language()


def _system_language() -> Lang:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def say(message: Message, *, error: bool = False) -> None:
    """Write a message in the language of the command: results to stdout, all else to stderr."""
    click.echo(message.text(language()), file=sys.stderr if error else sys.stdout)
