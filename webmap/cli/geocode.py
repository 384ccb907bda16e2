"""``stationmap geocode``: positions for places that have none, from a service or from a sheet filled in by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from geodata.errors import ParameterError
from geodata.messages import Message
from geodata.store import Store
from geodata.vocabulary import load_vocabulary
from importers.geocoding import SERVICES, Geocoded, geocode, make_service, read_sheet, write_sheet
from importers.geocoding.running import Finding
from importers.geocoding.services import Asker
from webmap.cli import language, say
from webmap.cli.session import actor, settings_store
from webmap.cli.summary import check_writable, summary, write_json
from webmap.cli.terminal import printable, progress_bar
from webmap.settings import Settings

#: Places of one outcome that the terminal shows; the JSON report has all.
SHOWN = 20
_WHAT = {"zh": "地址查询", "en": "positions"}


@click.command("geocode")
@click.option("--area", default="", help="Only places in this area (code or name), or that state none. 区域")
@click.option("--limit", type=click.IntRange(1), help="At most so many places. 最多几个")
@click.option("--dry-run", is_flag=True, help="Ask, write nothing. 只查询不写入")
@click.option("--report", type=click.Path(path_type=Path), help="Write the whole report as JSON. 报告文件")
@click.option("--sheet", type=click.Path(path_type=Path), help="Write a sheet (xlsx, csv) to fill in instead. 输出表格")
@click.option("--from", "filled", type=click.Path(path_type=Path), help="Read a filled-in sheet back. 读回表格")
@click.option(
    "--datum",
    type=click.Choice(["auto", "wgs84", "gcj02", "bd09"]),
    help="With --from: datum of rows that state none [default: auto]. 坐标系",
)
def command(
    area: str,
    limit: int | None,
    report: Path | None,
    sheet: Path | None,
    filled: Path | None,
    datum: str | None,
    **rest: Any,
) -> None:
    """Find positions for places that have none. 地址定位.

    Asks the service of STATIONMAP_GEOCODER for the address of each. What lies outside the place's area, or cannot be
    checked, waits in "stationmap review list"; centres of districts are not taken. Exit code 3: some places are still
    without a position.
    """
    dry_run: bool = rest["dry_run"]
    if sheet is not None and (filled is not None or dry_run or report is not None):
        raise click.UsageError("--sheet / --from, --dry-run, --report")
    if filled is not None and (area or limit is not None):
        raise click.UsageError("--from / --area, --limit")
    if filled is None and datum is not None:
        raise click.UsageError("--datum / --from")
    if report is not None:
        check_writable(report)
    with settings_store() as store:
        if sheet is not None:
            _write(store, sheet, area, limit)
        elif filled is not None:
            _read(store, filled, datum or "auto", report, dry_run=dry_run)
        else:
            _ask(store, area, limit, report, dry_run=dry_run)


def _write(store: Store, sheet: Path, area: str, limit: int | None) -> None:
    count = write_sheet(store, sheet, area=area, limit=limit, lang=language())
    say(Message("sheet_written", {"count": count, "file": str(sheet)}))


def _read(store: Store, filled: Path, datum: str, out: Path | None, *, dry_run: bool) -> None:
    vocabulary = load_vocabulary(Settings.load().place.vocabulary)
    with progress_bar(filled.name) as progress:
        done = read_sheet(
            store, filled, datum=datum, dry_run=dry_run, actor=actor(), progress=progress, vocabulary=vocabulary
        )
    if out is not None:
        write_json(out, done.to_json())
    for line in summary(done):
        click.echo(line)
    click.get_current_context().exit(done.exit_code)


def _ask(store: Store, area: str, limit: int | None, out: Path | None, *, dry_run: bool) -> None:
    settings = Settings.load().geocoder
    if not settings.geocoder:
        raise ParameterError("geocoder_missing", names=", ".join(SERVICES))
    service = make_service(settings.geocoder, settings.geocoder_key.get_secret_value(), settings.geocoder_url)
    asker = Asker(service, settings.geocoder_delay)
    with progress_bar(_WHAT[language()]) as progress:
        done = geocode(store, asker, area=area, limit=limit, dry_run=dry_run, actor=actor(), progress=progress)
    if out is not None:
        write_json(out, done.to_json())
    _tell(done)
    click.get_current_context().exit(done.exit_code)


def _tell(done: Geocoded) -> None:
    """Print what became of the places: what is to be done about first, what went well last."""
    if not done.findings and done.stopped is None:
        say(Message("geocode_none"))
    else:
        title = "geocode_dry_run" if done.dry_run else "geocode_done" if done.batch else "geocode_nothing_written"
        say(Message(title, {"batch": done.batch}))
        say(Message("geocode_counts", done.counts))
    if done.kept:
        say(Message("geocode_kept", {"count": done.kept}))
    for kinds in (("failed", "nothing", "coarse", "changed"), ("review",), ("placed",)):
        lines = [_line(finding) for finding in done.findings if finding.becomes in kinds]
        for line in lines[:SHOWN]:
            click.echo(printable(f"  {line}"))
        if len(lines) > SHOWN:
            click.echo(f"  … {len(lines) - SHOWN}")
    if done.counts["review"] or done.counts["nothing"] or done.counts["coarse"]:
        say(Message("geocode_review_hint"), error=True)
    if done.stopped is not None:
        say(done.stopped, error=True)


def _line(finding: Finding) -> str:
    lang, at = language(), finding.position
    params = {"code": finding.site.code, "name": finding.site.site.name, "level": finding.level}
    params["why"] = finding.why.text(lang) if finding.why else ""
    if at is not None:
        params["position"] = f"{at.lon:.6f}, {at.lat:.6f}"
        return Message("geocode_waits" if finding.becomes == "review" else "geocode_placed", params).text(lang)
    if finding.why is None:
        message = (
            Message("geocode_taken")
            if finding.becomes == "changed"
            else Message("geocode_not_found", {"asked": finding.asked})
        )
        params["why"] = message.text(lang)
    return Message("geocode_unplaced", params).text(lang)
