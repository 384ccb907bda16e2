"""``stationmap import``: files into the store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from geodata.errors import StationmapError
from geodata.messages import Message
from geodata.store import open_store
from geodata.vocabulary import Vocabulary, load_vocabulary
from importers.outcomes import Outcome
from importers.report import ImportReport
from webmap.cli import language
from webmap.cli.session import actor
from webmap.cli.summary import check_writable, summary, write_json, write_preview
from webmap.cli.terminal import progress_bar
from webmap.settings import Settings

Import = Callable[..., ImportReport]
Command = TypeVar("Command", bound=Callable[..., Any])


@click.group("import")
def import_() -> None:
    """Import sites and more from files. 导入数据.

    One transaction each: what is there before stays whole if anything fails. Exit code 0 done, 1 failed with nothing
    written, 3 done but with rejected rows.
    """


def _common(command: Command) -> Command:
    """Add what all imports have in common."""
    options = (
        click.argument("file", type=click.Path(path_type=Path)),
        click.option("--source", help="Name of the source [default: the profile's, or the file's name]. 来源名称"),
        click.option("--profile", type=click.Path(path_type=Path), help="TOML file that explains the list. 导入配置"),
        click.option("--dry-run", is_flag=True, help="Find out everything, write nothing. 只检查不写入"),
        click.option("--report", type=click.Path(path_type=Path), help="Write the whole report as JSON. 报告文件"),
    )
    for option in reversed(options):
        command = option(command)
    return command


_datum = click.option(
    "--datum",
    type=click.Choice(["auto", "wgs84", "gcj02", "bd09"]),
    default="auto",
    show_default=True,
    help="Datum of the coordinates. 坐标系",
)


@import_.command()
@_common
@click.option("--kind", help="Kind of the rows that state none, such as rest_station. 站点类型")
@click.option("--complete", is_flag=True, help="The file is all that the source has; review what it lacks. 完整名单")
@_datum
@click.option("--write-profile", type=click.Path(path_type=Path), help="Write what was recognised. 输出配置")
@click.option("--preview", type=click.Path(path_type=Path), help="Write a map of the rows as HTML. 预览地图")
def sites(file: Path, report: Path | None, preview: Path | None, **options: Any) -> None:
    """Import places from a table, a workbook, a map or an OSM extract. 导入站点."""
    if options["write_profile"] is not None:
        if options["profile"] is not None:
            raise click.UsageError("--write-profile / --profile")
        check_writable(options["write_profile"])
    from importers.pooling import processes_at_hand
    from importers.sites import import_sites

    options["processes"] = processes_at_hand()
    if preview is None:
        _run(import_sites, file, report, options, vocabulary=True)
        return
    check_writable(preview)
    outcomes: list[Outcome] = []
    options["listen"] = outcomes.append
    _run(import_sites, file, report, options, vocabulary=True, then=lambda done: write_preview(preview, done, outcomes))


@import_.command()
@_common
@click.option("--template", help="Scoring template of an inspection (TOML), or 六有. 评分模板")
def ratings(file: Path, report: Path | None, **options: Any) -> None:
    """Import star grades, inspections, awards and reviews of places. 导入评价."""
    from importers.ratings import import_ratings

    _run(import_ratings, file, report, options, vocabulary=True)


@import_.command()
@_common
def indicators(file: Path, report: Path | None, **options: Any) -> None:
    """Import published figures of places and areas, such as visits. 导入公布的数据."""
    from importers.indicators import import_indicators

    _run(import_indicators, file, report, options, vocabulary=True)


@import_.command()
@click.argument("out", type=click.Path(path_type=Path))
def template(out: Path) -> None:
    """Write the scoring template 六有 (the six haves) to OUT, to be changed for `ratings --template`. 输出评分模板."""
    from importers.ratings_template import write_template

    write_template(out)
    click.echo(Message("template_written", {"file": str(out)}).text(language()))


@import_.command()
@_common
@_datum
def areas(file: Path, report: Path | None, **options: Any) -> None:
    """Import districts and streets from any vector file. 导入区域."""
    from importers.areas import import_areas

    _run(import_areas, file, report, options, vocabulary=True)


@import_.command()
@_common
def organisations(file: Path, report: Path | None, **options: Any) -> None:
    """Import the unions that run places, and which belongs to which. 导入工会组织."""
    from importers.organisations import import_organisations

    _run(import_organisations, file, report, options, vocabulary=True)


@import_.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", help="Name of the streets [default: the file's]. 路网名称")
@_datum
@click.option("--source", help="Name of the source [default: the file's name]. 来源名称")
@click.option("--dry-run", is_flag=True, help="Find out everything, write nothing. 只检查不写入")
@click.option("--report", type=click.Path(path_type=Path), help="Write the whole report as JSON. 报告文件")
def streets(file: Path, report: Path | None, **options: Any) -> None:
    """Import streets from an OSM extract or a GraphML file, for minutes on foot and by e-bike. 导入路网."""
    from importers.streets import import_streets

    _run(import_streets, file, report, options, vocabulary=False)


@import_.command()
@_common
@_datum
@click.option("--layer", help="Name of the layer [default: the file's]. 图层名称")
@click.option("--weight", metavar="COLUMN", help="Heading of the column of weights. 权重列的表头")
def demand(file: Path, report: Path | None, **options: Any) -> None:
    """Import where people are: points, cells or trips with a weight, by hour where known. 导入需求."""
    from importers.demand import import_demand

    _run(import_demand, file, report, options, vocabulary=True)


@import_.command()
@_common
@_datum
def candidates(file: Path, report: Path | None, **options: Any) -> None:
    """Import premises that could host a station, with what is settled there. 导入候选点."""
    from importers.candidates import import_candidates

    _run(import_candidates, file, report, options, vocabulary=True)


@import_.command()
@_common
def calendar(file: Path, report: Path | None, **options: Any) -> None:
    """Import public holidays and make-up workdays. 导入节假日与调休."""
    from importers.calendar import import_calendar

    _run(import_calendar, file, report, options, vocabulary=False)


def _run(
    run: Import,
    file: Path,
    out: Path | None,
    options: dict[str, Any],
    *,
    vocabulary: bool,
    then: Callable[[ImportReport], None] | None = None,
) -> None:
    """Run one import, tell what it did and leave with its exit code; ``then`` is called with the report before."""
    settings = Settings.load()
    if vocabulary:
        words: Vocabulary = load_vocabulary(settings.place.vocabulary)
        options["vocabulary"] = words
    if out is not None:
        check_writable(out)
    try:
        with open_store(settings.store.database_url) as store, progress_bar(file.name) as progress:
            report = run(store, file, actor=actor("import"), progress=progress, **options)
    except StationmapError as error:
        if out is not None:
            write_json(out, _failure(file, error, dry_run=options["dry_run"]))
        raise
    if out is not None:
        write_json(out, report.to_json())
    if then is not None:
        then(report)
    for line in summary(report):
        click.echo(line)
    if report.exit_code:
        click.get_current_context().exit(report.exit_code)


def _failure(file: Path, error: StationmapError, *, dry_run: bool) -> dict[str, Any]:
    """Return the report of an import that failed as a whole."""
    report = ImportReport(file.name, "", dry_run=dry_run)
    report.add("error", error.message)
    return report.to_json() | {"sha256": None}
