"""A plan as a workbook: summary, sites, areas, hours and curve, each on a sheet."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter

from webmap.planning.words import Words

Cell = str | float | int | None


def workbook(words: Words) -> bytes:
    """Return the workbook; every text is written as text, so that none is run as a formula."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        styles = {
            "head": book.add_format({"bold": True, "bg_color": "#e8eef7", "text_wrap": True, "valign": "top"}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
            "share": book.add_format({"num_format": "0.0%", "valign": "top"}),
            "number": book.add_format({"num_format": "#,##0.##", "valign": "top"}),
            "degree": book.add_format({"num_format": "0.000000", "valign": "top"}),
        }
        _summary(book, styles, words)
        _sites(book, styles, words)
        _effects(book, styles, words)
    return stream.getvalue()


def _sheet(
    book: Any, styles: dict[str, Any], title: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]], kinds: str
) -> None:
    """Write a sheet; ``kinds`` has a letter for each column: t text, n number, s share, d degrees."""
    sheet = book.add_worksheet(title[:31])
    form = {"t": styles["text"], "n": styles["number"], "s": styles["share"], "d": styles["degree"]}
    for column, (head, kind) in enumerate(zip(heads, kinds, strict=True)):
        sheet.write_string(0, column, head, styles["head"])
        sheet.set_column(column, column, 26 if kind == "t" else 13)
    for number, row in enumerate(rows, 1):
        for column, (value, kind) in enumerate(zip(row, kinds, strict=True)):
            if value is None:
                sheet.write_blank(number, column, None, form[kind])
            elif isinstance(value, str):
                sheet.write_string(number, column, value, form[kind])
            else:
                sheet.write_number(number, column, value, form[kind])
    sheet.freeze_panes(1, 0)


def _summary(book: Any, styles: dict[str, Any], words: Words) -> None:
    question = words.result["scenario"]
    lines = [[question["name"], "", ""], *([line, "", ""] for line in words.lead()), *map(list, words.numbers())]
    lines += [[line, "", ""] for line in [*words.notes(), words.inputs()]]
    heads = [words.text("plan_report"), words.text("plan_before"), words.text("plan_after")]
    _sheet(book, styles, words.text("plan_sheet_summary"), heads, lines, "ttt")
    book.get_worksheet_by_name(words.text("plan_sheet_summary")[:31]).set_column(0, 0, 70)


def _sites(book: Any, styles: dict[str, Any], words: Words) -> None:
    names = [
        "number",
        "role",
        "name",
        "code",
        "host",
        "address",
        "hours",
        "cost",
        "alone",
        "nearest",
        "lost",
        "checks",
        "lon",
        "lat",
    ]
    rows = [
        (
            number,
            words.text(f"plan_role_{site['role']}"),
            site["name"],
            site["code"],
            site["host"],
            site["address"],
            words.hours(site),
            site["cost"],
            site["alone"],
            site["nearest"],
            site["lost_without"],
            "\n".join(words.checks(site)),
            site["lon"],
            site["lat"],
        )
        for number, site in enumerate([*words.result["sites"], *words.result["others"]], 1)
    ]
    heads = [words.text(f"plan_column_{name}") for name in names]
    _sheet(book, styles, words.text("plan_sheet_sites"), heads, rows, "ntttttt" + "nnnn" + "tdd")


def _effects(book: Any, styles: dict[str, Any], words: Words) -> None:
    result = words.result
    before, after = words.text("plan_before"), words.text("plan_after")
    share, mean = words.text("plan_share"), words.text("plan_mean")
    heads = [words.text("plan_column_area"), words.text("plan_column_demand")]
    heads += [f"{what}: {when}" for what in (share, mean) for when in (before, after)]
    rows: list[list[Cell]] = []
    for area in result["areas"]:
        pairs = [area[when][name] for name in ("share", "mean_minutes") for when in ("before", "after")]
        rows.append([words.area(area), area["after"]["weight"], *pairs])
    _sheet(book, styles, words.text("plan_areas"), heads, rows, "tnssnn")
    covered = words.text("plan_covered")
    heads = [words.text(f"plan_column_{name}") for name in ("hour", "demand", "open_before", "open_after")]
    names = ["hour", "weight", "open_before", "open_after", "covered_before", "covered_after"]
    _sheet(
        book,
        styles,
        words.text("plan_hours"),
        [*heads, f"{covered}: {before}", f"{covered}: {after}"],
        ([hour[name] for name in names] for hour in result["hours"]),
        "nnnnnn",
    )
    heads = [words.text(f"plan_column_{name}") for name in ("sites", "budget")]
    heads += [share, words.text("plan_column_bound"), mean]
    names = ["sites", "budget", "share", "share_bound", "mean_minutes"]
    rows = [[point[name] for name in names] for point in result["curve"]]
    _sheet(book, styles, words.text("plan_curve"), heads, rows, "nnssn")
