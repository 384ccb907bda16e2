"""What a command tells of a list that it read: on the terminal, as JSON, and as a map of its rows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from geodata.errors import InputError
from geodata.messages import Message
from importers.outcomes import Outcome
from importers.report import EXIT_FAILED, ImportReport, Issue, place_of
from webmap.cli import language, say
from webmap.cli.terminal import printable
from webmap.settings import Settings

#: Issues of one code that the terminal shows; the JSON report has all.
SHOWN = 5


def write_preview(out: Path, report: ImportReport, outcomes: Sequence[Outcome]) -> None:
    """Write the map of an import's rows; where that fails, say so and end the command."""
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
    _write(out, page)


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
    return [printable(line) for line in lines]


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


def check_writable(out: Path) -> None:
    """Refuse a report's file that cannot be written before the import, not after it."""
    if out.is_dir() or not out.absolute().parent.is_dir():
        raise InputError("report_unwritable", file=str(out))


def write_json(out: Path, content: dict[str, Any]) -> None:
    """Write a report; where that fails, say so and end the command."""
    _write(out, json.dumps(content, ensure_ascii=False, indent=2) + "\n")


def _write(out: Path, text: str) -> None:
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        say(Message("report_unwritable", {"file": str(out)}), error=True)
        raise SystemExit(EXIT_FAILED) from error
