"""``stationmap batches`` and ``stationmap history``: who changed what, and taking it back."""

from __future__ import annotations

import json
from contextlib import closing
from itertools import islice
from typing import Any

import click

from geodata.messages import Message
from geodata.store import Batch, Reverted, revert_batch
from webmap.cli import language, say
from webmap.cli.session import actor, settings_store
from webmap.cli.terminal import printable
from webmap.settings import Settings

#: Characters of one value in a table.
_WIDTH = 60


@click.group()
def batches() -> None:
    """List imports and edits, and take them back. 批次."""


@batches.command("list")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="The latest so many. 最近几个")
@click.option("--json", "as_json", is_flag=True, help="Print JSON. 以 JSON 输出")
def list_(limit: int, *, as_json: bool) -> None:
    """List the latest batches, newest first. 列出批次."""
    with settings_store() as opened:
        found = opened.batches()[::-1][:limit]
    if as_json:
        click.echo(json.dumps([_plain(batch) for batch in found], ensure_ascii=False, indent=2))
        return
    for batch in found:
        click.echo(_line(batch))


@batches.command()
@click.argument("batch_id", metavar="ID", type=int)
@click.option("--limit", type=click.IntRange(1), default=200, show_default=True, help="Changes to show. 显示几条改动")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with all changes. 以 JSON 输出全部改动")
def show(batch_id: int, limit: int, *, as_json: bool) -> None:
    """Show what the batch ID changed, field by field. 显示一个批次的改动."""
    with settings_store() as opened:
        batch = opened.batch(batch_id)
        with closing(opened.changes(batch_id)) as changes:
            shown = list(changes if as_json else islice(changes, limit + 1))
    if as_json:
        names = ("site", "record", "field", "before", "after")
        rows = [{name: getattr(change, name) for name in names} for change in shown]
        click.echo(json.dumps(_plain(batch) | {"changes": rows}, ensure_ascii=False, indent=2))
        return
    click.echo(_line(batch))
    for change in shown[:limit]:
        click.echo(
            f"  {change.site or change.record}  {change.field}: {_short(change.before)} → {_short(change.after)}"
        )
    if len(shown) > limit:
        say(Message("batch_more", {"limit": limit}))


@batches.command()
@click.argument("batch_id", metavar="ID", type=int)
def revert(batch_id: int) -> None:
    """Put back what the batch ID changed; exit code 3 if something had changed again since and was left. 撤销批次."""
    with settings_store() as opened:
        done = revert_batch(opened, batch_id, actor())
    _tell(batch_id, done)
    if done.left:
        click.get_current_context().exit(3 if done.batch else 1)


@click.command()
@click.argument("code", metavar="CODE")
@click.option("--json", "as_json", is_flag=True, help="Print JSON. 以 JSON 输出")
def history(code: str, *, as_json: bool) -> None:
    """Show every change of the place CODE: who, when, from where. 站点的历史."""
    with settings_store() as opened:
        changes = opened.history(code.upper())
    if as_json:
        rows = [{"batch": _plain(c.batch), "field": c.field, "before": c.before, "after": c.after} for c in changes]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    last = None
    for change in changes:
        if change.batch.id != last:
            last = change.batch.id
            click.echo(_line(change.batch))
        click.echo(f"  {change.field}: {_short(change.before)} → {_short(change.after)}")


def _tell(batch_id: int, done: Reverted) -> None:
    for left in done.left:
        params = {"of": left.of, "field": left.field, "reason": left.reason.text(language())}
        say(Message("batch_left", params))
    counts = {"restored": done.restored, "closed": done.closed, "left": len(done.left)}
    if done.batch is None:
        say(Message("batch_not_reverted", {"batch": batch_id}))
    else:
        say(Message("batch_reverted", {"batch": batch_id, "own": done.batch, **counts}))


def _line(batch: Batch) -> str:
    info = batch.info
    counts = " ".join(f"{name}={count}" for name, count in batch.counts.items() if count)
    when = batch.started_at.astimezone(Settings.load().place.tz).strftime("%Y-%m-%d %H:%M:%S")
    parts = (str(batch.id), when, info.kind, info.actor, info.source, info.file_name, info.note, counts)
    return printable("  ".join(part for part in parts if part))


def _plain(batch: Batch) -> dict[str, Any]:
    info = batch.info
    return {
        "id": batch.id,
        "kind": info.kind,
        "actor": info.actor,
        "source": info.source,
        "file": info.file_name,
        "sha256": info.file_sha256,
        "note": info.note,
        "started_at": batch.started_at.isoformat(),
        "finished_at": batch.finished_at.isoformat() if batch.finished_at else None,
        "counts": dict(batch.counts),
        "data_version": batch.data_version,
    }


def _short(value: Any) -> str:
    text = "–" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return printable(text if len(text) <= _WIDTH else text[:_WIDTH] + "…")
