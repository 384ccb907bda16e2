"""``stationmap db``: create, upgrade, check and copy the store."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from geodata.messages import Message
from geodata.store import Store, copy_store, open_store
from geodata.vocabulary import load_vocabulary
from webmap.cli import say
from webmap.reporting.photos import photo_folder
from webmap.settings import Settings


@click.group()
def db() -> None:
    """Create, upgrade, check and copy the store. 数据库."""


_database = click.option(
    "--database",
    metavar="URL",
    help="The store, instead of STATIONMAP_DATABASE_URL [default: sqlite:///stationmap.db]. 数据库地址",
)


@db.command()
@_database
def upgrade(database: str | None) -> None:
    """Create the tables, or bring those of an older version up to date. 创建或升级数据表."""
    with _store(database) as (store, _):
        store.upgrade()
        say(Message("store_upgraded", {"store": store.url, "revision": store.revision()}))


@db.command()
@_database
def check(database: str | None) -> None:
    """Look for damage, references to nothing and unknown codes; exit code 1 if there are any. 检查数据库."""
    with _store(database) as (store, settings):
        problems = store.check(load_vocabulary(settings.place.vocabulary))
        for problem in problems:
            say(problem)
        if problems:
            click.get_current_context().exit(1)
        say(Message("store_well", {"store": store.url, "version": store.state().data_version}))


@db.command()
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
def copy(source: str, target: str) -> None:
    """Copy everything from the store FROM into the empty store TO, both given as URLs. 复制数据库.

    Photos of reports are files beside the store; where there are any, the command says which folder to take along.
    问题反馈的照片是数据库之外的文件；如有，命令会指出需一并复制的文件夹。
    """
    with open_store(source) as old, open_store(target) as new, _progress() as progress:
        counts = copy_store(old, new, progress)
        params = {"sites": counts["sites"], "rows": sum(counts.values()), "source": old.url, "target": new.url}
        photos = sum(bool(report.told.photo) for report in new.reports())
    say(Message("store_copied", params))
    if photos:
        folder = photo_folder(Settings.load())
        say(Message("store_copied_photos", {"photos": photos, "folder": str(folder.absolute())}), error=True)


@contextmanager
def _store(database: str | None) -> Iterator[tuple[Store, Settings]]:
    settings = Settings.load(database_url=database) if database else Settings.load()
    with open_store(settings.store.database_url) as store:
        yield store, settings


@contextmanager
def _progress() -> Iterator[Callable[[str, int], None]]:
    """Show the rows copied, a line a table; on a terminal the lines count."""
    counts: dict[str, int] = {}
    terminal = sys.stderr.isatty()

    def show(table: str, rows: int) -> None:
        if terminal and counts and table not in counts:
            click.echo(err=True)
        counts[table] = counts.get(table, 0) + rows
        if terminal:
            click.echo(f"\r{table}: {counts[table]}", err=True, nl=False)

    try:
        yield show
    finally:
        if terminal and counts:
            click.echo(err=True)
    if not terminal:
        for table, rows in counts.items():
            click.echo(f"{table}: {rows}", err=True)
