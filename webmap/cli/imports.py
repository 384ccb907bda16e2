"""``stationmap import``: files into the store."""

from __future__ import annotations

import getpass
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from geodata.errors import InputError, StationmapError
from geodata.messages import Message
from geodata.store import Store, open_store
from geodata.vocabulary import Vocabulary, load_vocabulary
from importers.outcomes import Outcome
from importers.report import EXIT_FAILED, ImportReport, Issue, place_of
from webmap.cli import language, say
from webmap.settings import Settings

#: Issues of one code that the terminal shows; the JSON report has all.
SHOWN = 5

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
    _run(import_sites, file, report, options, vocabulary=True, then=lambda done: _preview(preview, done, outcomes))


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
    store: Store = open_store(settings.store.database_url)
    try:
        with progress_bar(file.name) as progress:
            report = run(store, file, actor=_actor(), progress=progress, **options)
    except StationmapError as error:
        if out is not None:
            write_json(out, _failure(file, error, dry_run=options["dry_run"]))
        raise
    finally:
        store.dispose()
    if out is not None:
        write_json(out, report.to_json())
    if then is not None:
        then(report)
    for line in summary(report):
        click.echo(line)
    if report.exit_code:
        click.get_current_context().exit(report.exit_code)


def _preview(out: Path, report: ImportReport, outcomes: Sequence[Outcome]) -> None:
    """Write the map of an import's rows."""
    from webmap.pages.site import attribution
    from webmap.preview import PreviewRow, notes_by_row, preview_page

    base, lang = Settings.load().base_map, language()
    notes = notes_by_row(report.issues, lang)
    rows = []
    for outcome in sorted(outcomes, key=lambda outcome: outcome.row):
        rows.append(
            PreviewRow(
                _row_name(outcome.row, report),
                outcome.name,
                outcome.address,
                outcome.becomes,
                outcome.position.lon if outcome.position else None,
                outcome.position.lat if outcome.position else None,
                notes.get(outcome.row, ()),
            )
        )
    taken = {outcome.row for outcome in outcomes}
    refused = {issue.row: issue for issue in report.issues if issue.severity == "error" and issue.row is not None}
    for row, issue in refused.items():
        if row not in taken:
            rows.append(PreviewRow(_row_name(row, report), issue.value or "", "", "rejected", notes=notes[row]))
    page = preview_page(
        rows,
        file=report.file,
        lines=_recognised(report),
        lang=lang,
        tiles=base.layers,
        attribution=attribution(base),
    )
    try:
        out.write_text(page, encoding="utf-8")
    except OSError as error:
        say(Message("report_unwritable", {"file": str(out)}), error=True)
        raise SystemExit(EXIT_FAILED) from error


def _row_name(row: int, report: ImportReport) -> str:
    sheet, number = place_of(row, report.sheets)
    return f"{sheet} {Message('import_row', {'row': number}).text(language())}".strip()


def _recognised(report: ImportReport) -> list[str]:
    """Return what was recognised: columns and datum, each with how sure that is."""
    lang = language()
    columns = ", ".join(map(_column, report.recognised.get("columns_found", [])))
    lines = [Message("import_columns", {"columns": columns}).text(lang)] if columns else []
    if datum := report.recognised.get("datum"):
        confidence = report.recognised.get("datum_confidence")
        found = f"{datum} ({confidence:.1%})" if confidence else datum
        lines.append(Message("import_datum", {"datum": found}).text(lang))
    return lines


def summary(report: ImportReport) -> list[str]:
    """Return what a person should read of a report, in the language of the command."""
    lang = language()
    rows = report.rows.to_json()
    title = (
        "import_dry_run" if report.dry_run else "import_failed" if report.exit_code == EXIT_FAILED else "import_done"
    )
    lines = [Message(title, {"file": report.file, "batch": report.batch}).text(lang)]
    lines.append(Message("import_rows", rows).text(lang))
    if gained := report.recognised.get("sites_given_an_area"):
        lines.append(Message("import_areas_given", {"count": gained}).text(lang))
    lines += _recognised(report)
    shown: Counter[str] = Counter()
    order = {code: place for place, code in enumerate(dict.fromkeys(issue.message.code for issue in report.issues))}
    severities = ("error", "warning", "info")
    for issue in sorted(report.issues, key=lambda i: (severities.index(i.severity), order[i.message.code])):
        shown[issue.message.code] += 1
        if shown[issue.message.code] <= SHOWN:
            lines.append(_line(issue, report.sheets))
    for code, count in (shown + Counter(report.left_out())).items():
        if count > SHOWN:
            lines.append("  " + Message("import_more", {"count": count - SHOWN, "code": code}).text(lang))
    return [_printable(line) for line in lines]


def _column(found: dict[str, Any]) -> str:
    """Return what a column was taken for; how sure that is where it is not wholly so, and that its content told it."""
    lang = language()
    doubts = [Message("import_by_content").text(lang)] if found["by"] == "content" else []
    doubts += [f"{found['confidence']:.0%}"] if found["confidence"] < 0.95 else []
    shown = f"{found['heading']} → {found['field']}"
    return f"{shown} ({', '.join(doubts)})" if doubts else shown


def _line(issue: Issue, sheets: Sequence[str] = ()) -> str:
    lang = language()
    place: list[str] = []
    if issue.row:
        sheet, row = place_of(issue.row, sheets)
        place = [*([sheet] if sheet else []), Message("import_row", {"row": row}).text(lang)]
    place += [text for text in (issue.column, issue.value and f"“{issue.value}”") if text]
    severity = Message(f"import_{issue.severity}").text(lang)
    return f"  {severity} · {' · '.join(place)}{': ' if place else ''}{issue.message.text(lang)}"


def _printable(line: str) -> str:
    """Return a line without signs that could steer a terminal."""
    return "".join(sign if sign.isprintable() else " " for sign in line)


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=1, label=label[:40], file=sys.stderr) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield progress


def _actor() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "import"


def _failure(file: Path, error: StationmapError, *, dry_run: bool) -> dict[str, Any]:
    """Return the report of an import that failed as a whole."""
    report = ImportReport(file.name, "", dry_run=dry_run)
    report.add("error", error.message)
    return report.to_json() | {"sha256": None}


def check_writable(out: Path) -> None:
    """Refuse a report's file that cannot be written before the import, not after it."""
    if out.is_dir() or not out.absolute().parent.is_dir():
        raise InputError("report_unwritable", file=str(out))


def write_json(out: Path, content: dict[str, Any]) -> None:
    """Write a report; where that fails, say so and end the command."""
    try:
        out.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        say(Message("report_unwritable", {"file": str(out)}), error=True)
        raise SystemExit(EXIT_FAILED) from error
