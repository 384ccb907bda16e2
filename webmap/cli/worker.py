"""``stationmap worker``: carry out runs of planning, and ``stationmap runs``: look at them."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from geodata.messages import Message
from geodata.store import open_store, runs
from geodata.store.runs import Run
from webmap.cli import language, say
from webmap.cli.session import actor, settings_store
from webmap.cli.terminal import printable
from webmap.jobs import Queue, repeat, submit
from webmap.settings import Settings


@click.command()
@click.option("--count", type=click.IntRange(1, 64), help="Worker processes to keep alive. 进程数")
def worker(count: int | None) -> None:
    """Carry out runs of planning until told to end. 计算进程.

    Several workers, on several machines where STATIONMAP_REDIS_URL names a Redis, share the runs of one store.
    """
    if count is not None:
        from webmap.keeping import keep

        keep(count)
        return
    from webmap.worker import work

    work(Settings.load())


@click.group("runs")
def runs_() -> None:
    """Ask for runs of planning, look at them and stop them. 选址任务."""


@runs_.command("submit")
@click.argument("scenario", type=click.Path(path_type=Path))
def submit_(scenario: Path) -> None:
    """Queue a run of a SCENARIO (TOML) for a worker. 提交任务."""
    from webmap.cli.plan import read_scenario

    settings, text = Settings.load(), read_scenario(scenario)
    with open_store(settings.store.database_url) as store, closing(Queue(settings)) as queue:
        run_id = submit(store, queue, text, actor())
    say(Message("run_queued", {"run": run_id}))


@runs_.command("list")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Most runs to list. 条数")
@click.option("--json", "as_json", is_flag=True, help="Print JSON. 以 JSON 输出")
def list_(limit: int, *, as_json: bool) -> None:
    """List the latest runs. 列出任务."""
    settings = Settings.load()
    with open_store(settings.store.database_url) as store:
        found = runs.listed(store, limit=limit)
    if as_json:
        click.echo(json.dumps([_plain(run) for run in found], ensure_ascii=False, indent=2))
        return
    for run in found:
        click.echo(printable(_line(run, settings.place.tz)))
    if not found:
        say(Message("runs_none"), error=True)


@runs_.command("cancel")
@click.argument("run_id", metavar="ID", type=int)
def cancel_(run_id: int) -> None:
    """Stop a run; one that is under way gives its best so far. 停止任务."""
    with settings_store() as store:
        run = runs.cancel(store, run_id)
    say(Message("run_cancelled" if run.state == "cancelled" else "run_stopping", {"run": run_id}))


@runs_.command("repeat")
@click.argument("run_id", metavar="ID", type=int)
def repeat_(run_id: int) -> None:
    """Queue a run again: same scenario, same day. 重新计算."""
    settings = Settings.load()
    with open_store(settings.store.database_url) as store, closing(Queue(settings)) as queue:
        again = repeat(store, queue, run_id, actor())
    say(Message("run_queued", {"run": again}))


@runs_.command("export")
@click.argument("run_id", metavar="ID", type=int)
@click.option("--out", "-o", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder. 输出文件夹")
def export(run_id: int, out: Path) -> None:
    """Write the files of a run that is done, as `plan` does. 导出结果."""
    from webmap.pages.site import attribution
    from webmap.planning.outputs import plan_files, write_files

    settings = Settings.load()
    with open_store(settings.store.database_url) as store:
        run, result = runs.status(store, run_id), runs.result(store, run_id)
    if result is None:
        say(Message("run_no_result", {"run": run_id, "state": _state(run)}), error=True)
        raise SystemExit(1)
    base = settings.base_map
    files = plan_files(result, lang=language(), text=run.scenario, tiles=base.layers, attribution=attribution(base))
    write_files(out, files)
    say(Message("plan_written", {"folder": str(out), "files": ", ".join(sorted(files))}))


def _state(run: Run) -> str:
    return Message(f"run_state_{run.state}").text(language())


def _line(run: Run, tz: ZoneInfo) -> str:
    parts = [f"{run.id:5}", f"{run.created_at.astimezone(tz):%Y-%m-%d %H:%M}", _state(run)]
    if run.state == "running" and "share" in run.progress:
        parts.append(f"{run.progress['share']:.0%}")
    if run.error is not None:
        parts.append(run.error.text(language()))
    return "  ".join([*parts, run.name, run.actor])


def _plain(run: Run) -> dict[str, Any]:
    names = ("id", "name", "actor", "state", "cancel", "attempts", "repeats")
    moments = ("created_at", "started_at", "finished_at")
    found = {name: getattr(run, name) for name in names}
    found |= {name: getattr(run, name) and getattr(run, name).isoformat() for name in moments}
    found |= {"progress": dict(run.progress), "inputs": dict(run.inputs)}
    return found | {"error": run.error and run.error.texts()}
