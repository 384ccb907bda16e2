"""``stationmap plan``: where the next stations go, by a scenario file."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geodata.errors import InputError
from geodata.messages import Message
from geodata.store import open_store
from webmap.cli import language, say
from webmap.cli.terminal import printable
from webmap.settings import Settings

if TYPE_CHECKING:
    from geodata.siting.solving import RunProgress

#: Seconds between two lines of progress where there is no terminal.
LINE_EVERY_S = 10.0


@click.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option(
    "--out", "-o", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder to write. 输出文件夹"
)
@click.option("--quiet", is_flag=True, help="No progress. 不显示进度")
def plan(scenario: Path, out: Path, *, quiet: bool) -> None:
    """Propose stations by a SCENARIO (TOML) and write report, workbook, charts and GeoJSON. 选址.

    Ctrl-C ends the search and gives the best that was found so far, with its proven gap.
    """
    settings = Settings.load()
    text = read_scenario(scenario)
    from geodata.siting.planning import plan as run  # brings numba
    from geodata.siting.scenario import parse_scenario

    asked = parse_scenario(text)
    check_folder(out)
    today = datetime.now(settings.place.tz).date()
    with open_store(settings.store.database_url) as store, _watched(asked.name, quiet=quiet) as watch:
        result = run(store, asked, tz=settings.place.tz, today=today, watch=watch)
    from webmap.pages.site import attribution
    from webmap.planning.outputs import plan_files, write_files
    from webmap.planning.words import Words

    base, lang = settings.base_map, language()
    files = plan_files(result, lang=lang, text=text, tiles=base.layers, attribution=attribution(base))
    write_files(out, files)
    words = Words(result, lang)
    for line in [*words.lead(), *words.notes()]:
        click.echo(line)
    for number, site in enumerate((site for site in result["sites"] if site["role"] == "new"), 1):
        click.echo(f"{number:3}. {printable(site['name'])} · {words.amount(site['lost_without'])}")
    say(Message("plan_written", {"folder": str(out), "files": ", ".join(sorted(files))}))


def read_scenario(path: Path) -> str:
    """Return the text of a scenario file.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "UTF-8"
        raise InputError("scenario_unreadable", file=str(path), reason=reason, detail=repr(error)) from error


def check_folder(out: Path) -> None:
    """Refuse a folder that cannot be written to before the work, not after it.

    Raises
    ------
    InputError
        If it cannot.
    """
    from webmap.planning.outputs import write_files

    write_files(out, {})


@contextmanager
def _watched(name: str, *, quiet: bool) -> Iterator[Callable[[RunProgress], bool]]:
    """Yield a watcher that shows a bar on a terminal and lines elsewhere, and ends the run at Ctrl-C."""
    stopped = False

    def stop(number: int, frame: Any) -> None:
        nonlocal stopped
        stopped = True
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a second time ends at once
        say(Message("plan_stopping"), error=True)

    before = signal.signal(signal.SIGINT, stop)
    try:
        if quiet:
            yield lambda now: not stopped
        elif sys.stderr.isatty():
            with click.progressbar(length=1000, label=name[:30], file=sys.stderr, item_show_func=_told) as bar:

                def show(now: RunProgress) -> bool:
                    bar.update(max(0, int(1000 * now.share) - bar.pos), now)
                    return not stopped

                yield show
                bar.update(bar.length - bar.pos if bar.length else 0)
        else:
            stage, told_at = "", 0.0

            def log(now: RunProgress) -> bool:
                nonlocal stage, told_at
                if now.stage != stage or time.monotonic() - told_at > LINE_EVERY_S:
                    stage, told_at = now.stage, time.monotonic()
                    click.echo(f"{now.share:4.0%} {_told(now)}", err=True)
                return not stopped

            yield log
    finally:
        signal.signal(signal.SIGINT, before)


def _told(now: RunProgress | None) -> str:
    """Return the stage and, once there is an answer, how far it may be off."""
    if now is None:
        return ""
    stage = Message(f"plan_stage_{now.stage}").text(language())
    if now.gap is None:
        return stage
    return Message("plan_stage_gap", {"stage": stage, "gap": f"{now.gap:.2%}"}).text(language())
