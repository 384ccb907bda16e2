"""A sheet of the places without a position, to fill in by hand, and reading it back."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from geodata.areas import Area
from geodata.errors import FileError, ParameterError
from geodata.messages import Lang, Message
from geodata.sites import Position, StoredSite
from geodata.store import Store
from geodata.vocabulary import Vocabulary
from importers.cleaning import key_of
from importers.datum_choice import DATUMS, DatumChoice, check_datum, datum_choice
from importers.drafting import Draft
from importers.extracting import Record
from importers.geocoding.answers import Answer
from importers.geocoding.regions import Regions
from importers.geocoding.running import Finding, wanting, write
from importers.known import Sample, find_datum, tell_datum
from importers.opening import Opened, Progress, batch, open_table
from importers.places import AreaAssigner, given_of, position_of
from importers.report import ImportReport
from importers.survey import Survey, survey

COLUMNS = ("code", "name", "address", "area", "lon", "lat", "datum", "precision")
_WIDTHS = (10, 36, 44, 24, 14, 14, 12, 14)
_EMPTY = COLUMNS.index("lon")
#: A program that opens a CSV takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def check_sheet(path: Path) -> None:
    """Refuse a sheet that cannot be written, or that somebody may have filled in.

    Raises
    ------
    ParameterError
        If it is neither ``.xlsx`` nor ``.csv``, or is there already.
    """
    if path.suffix.lower() not in (".xlsx", ".csv"):
        raise ParameterError("option_unusable", name="sheet", value=path.name, expected="*.xlsx, *.csv")
    if path.exists():
        raise ParameterError("sheet_exists", file=str(path))


def write_sheet(store: Store, path: Path, *, area: str = "", limit: int | None = None, lang: Lang = "zh") -> int:
    """Write the places without a position to a sheet; return how many there are.

    The columns for longitude, latitude, datum and precision are empty: :func:`read_sheet` reads what is put there.

    Parameters
    ----------
    store : Store
    path : Path
        ``.xlsx`` or ``.csv``; must not be there yet.
    area, limit
        As in :func:`importers.geocoding.running.geocode`.
    lang : {"zh", "en"}
        Of the headings.

    Raises
    ------
    ParameterError
        If the file is there already or has another suffix.
    FileError
        If it cannot be written.
    """
    check_sheet(path)
    areas = store.areas()
    sites = wanting(store, Regions(areas, area)).sites[:limit]
    rows = [_row(stored, areas) for stored in sites]
    headings = [Message(f"sheet_{name}").text(lang) for name in COLUMNS]
    try:
        if path.suffix.lower() == ".csv":
            _write_csv(path, headings, rows)
        else:
            _write_workbook(path, headings, rows, lang)
    except OSError as error:
        raise FileError("sheet_unwritable", file=str(path), reason=error.strerror or "") from error
    return len(rows)


def _row(stored: StoredSite, areas: Sequence[Area]) -> list[str]:
    site = stored.site
    named = {area.adcode: area.name for area in areas}
    return [stored.code, site.name, site.address, site.area_name or named.get(site.area or "", site.area or "")]


def _write_csv(path: Path, headings: list[str], rows: Iterable[list[str]]) -> None:
    # With the mark that spreadsheet programs need to see UTF-8.
    with path.open("x", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        for row in rows:
            cells = [f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row]
            writer.writerow([*cells, "", "", "", ""])


def _write_workbook(path: Path, headings: list[str], rows: list[list[str]], lang: Lang) -> None:
    import xlsxwriter

    # Texts are written as texts: no name or address becomes a formula or a link.
    workbook = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = workbook.add_worksheet(Message("sheet_title").text(lang))
    bold, fill = workbook.add_format({"bold": True}), workbook.add_format({"bold": True, "bg_color": "#fff2cc"})
    for column, (heading, width) in enumerate(zip(headings, _WIDTHS, strict=True)):
        sheet.write_string(0, column, heading, fill if column >= _EMPTY else bold)
        sheet.set_column(column, column, width)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            sheet.write_string(number, column, cell)
    for name, choices in (("datum", DATUMS[1:]), ("precision", ("exact", "address", "approximate"))):
        column = COLUMNS.index(name)
        rule = {
            "validate": "list",
            "source": list(choices),
            "error_type": "warning",
            "input_message": Message(f"sheet_help_{name}").text(lang),
        }
        sheet.data_validation(1, column, max(len(rows), 1), column, rule)
    sheet.freeze_panes(1, 2)
    workbook.close()


def read_sheet(
    store: Store,
    path: Path,
    *,
    datum: str = "auto",
    source: str | None = None,
    dry_run: bool = False,
    actor: str = "geocode",
    progress: Progress | None = None,
    vocabulary: Vocabulary | None = None,
) -> ImportReport:
    """Bring the positions of a filled-in sheet into a store, in one transaction.

    Rows without coordinates are skipped. A place that has a position by now keeps it, which is told; a position outside
    the place's area, or of a place whose address the sheet has otherwise, goes to review.

    Parameters
    ----------
    store, path, source, dry_run, actor, progress, vocabulary
        As in :func:`importers.sites.import_sites`.
    datum : {"auto", "wgs84", "gcj02", "bd09"}
        Of rows that state none; ``auto`` finds it out as an import does.

    Returns
    -------
    ImportReport
        ``updated`` counts the positions that were taken, ``unchanged`` those that were there already.

    Raises
    ------
    FileError
        If the file cannot be read or has no column of codes.
    ParameterError
        If ``datum`` is unknown.
    """
    check_datum(datum)
    opened = open_table(
        path, "positions", needs=("code",), profile=None, source=source, dry_run=dry_run, vocabulary=vocabulary
    )
    areas = store.areas()
    assigner = AreaAssigner(areas)

    def choose(sample: Sample) -> DatumChoice:
        asked = datum_choice(datum, stated=None)
        return find_datum(store, sample, areas, assigner.by_name) if asked.assumed else asked

    surveyed = survey(opened.table, opened.extractor, opened.words, choose, by_row=datum == "auto")
    if surveyed.located:
        tell_datum(opened.report, surveyed.choice, located=surveyed.located)
    reader = _Reader(store, opened, surveyed, Regions(areas))
    with batch(store, opened, actor, progress, kind="geocoding") as writer:
        findings = reader.findings()
        if writer:
            write(writer, findings, assigner)
        for finding in findings:
            opened.report.rows.updated += finding.becomes == "placed"
            opened.report.rows.review += finding.becomes == "review"
            opened.report.rows.rejected += finding.becomes == "changed"
    return opened.report


class _Reader:
    """Goes through the rows of one sheet."""

    def __init__(self, store: Store, opened: Opened, surveyed: Survey, regions: Regions) -> None:
        self._store = store
        self._opened = opened
        self._report = opened.report
        self._surveyed = surveyed
        self._regions = regions
        self._first: dict[str, int] = {}

    def findings(self) -> list[Finding]:
        """Return what the rows say that can be used; all else is noted and counted."""
        records = list(self._opened.records())
        wanted = [record.texts.get("code", "").strip().upper() for record in records]
        known = {stored.code: stored for stored in self._store.sites(codes=wanted)}
        found: list[Finding] = []
        for record, code in zip(records, wanted, strict=True):
            stored = known.get(code) or (self._store.current(code) if code else None)
            if (finding := self._finding(record, code, stored)) is not None:
                found.append(finding)
        return found

    def _reject(self, message: Message | str, record: Record, field: str, value: str | None = None) -> None:
        column = self._opened.extractor.heading(field)
        shown = record.texts.get(field) if value is None else value
        self._report.reject(message, row=record.row, column=column, value=shown)

    def _finding(self, record: Record, code: str, stored: StoredSite | None) -> Finding | None:
        place = self._surveyed.place(record.place)
        noted = self._surveyed.note(record.place, record.texts)
        if place is None and noted is None:
            self._report.rows.skipped += 1
            return None
        if not code or stored is None:
            self._reject("sheet_code_unknown" if code else "sheet_no_code", record, "code")
            return None
        if self._first.setdefault(stored.code, record.row) != record.row:
            self._reject(Message("sheet_code_twice", {"first": self._first[stored.code]}), record, "code")
            return None
        if place is None:
            self._reject(noted[1] if noted else "position_zero", record, noted[0] if noted else "lon")
            return None
        if noted is not None:
            self._report.add(
                "warning", noted[1], row=record.row, column=self._opened.extractor.heading(noted[0])
            )  # fmt: skip
        draft = Draft(record.row, stored.site.name, stored.site.kind)
        draft.precision = self._precision(record)
        position = position_of(draft, place, self._report, self._opened.extractor)
        if position is None:
            self._report.rows.skipped += 1
            return None
        return self._judged(record, stored, position)

    def _precision(self, record: Record) -> Any:
        text = record.texts.get("precision", "")
        found = self._opened.words.find("precisions", text) if text else None
        if text and found is None:
            expected = ", ".join(self._opened.words.codes("precisions"))
            column = self._opened.extractor.heading("precision")
            message = Message("value_unknown_word", {"word": text[:80], "expected": expected})
            self._report.add("warning", message, row=record.row, column=column, value=text)
        return found

    def _judged(self, record: Record, stored: StoredSite, position: Position) -> Finding | None:
        site, report = stored.site, self._report
        name, address = record.texts.get("name", ""), record.texts.get("address", "")
        if site.position is not None:
            if given_of(site.position) == given_of(position):
                report.rows.unchanged += 1
            else:
                self._reject(Message("sheet_has_position", {"name": site.name}), record, "code")
            return None
        if name and key_of(name) not in {key_of(known) for known in (site.name, *site.former_names)}:
            self._reject(Message("sheet_name_differs", {"name": site.name}), record, "name")
            return None
        finding = Finding(stored, address or name, "placed", position, found=report.file)
        why = self._doubt(record, stored, position)
        if why is not None:
            report.add("warning", why, row=record.row, value=site.name)
            finding.becomes, finding.why = "review", why
        return finding

    def _doubt(self, record: Record, stored: StoredSite, position: Position) -> Message | None:
        address = record.texts.get("address", "")
        if address and key_of(address) != key_of(stored.site.address):
            return Message("sheet_address_differs", {"address": stored.site.address or "–"})
        here = Answer(position.lon, position.lat, "wgs84", "exact", "")
        objection = self._regions.objection(stored.site, here, position.lon, position.lat)
        # Whoever fills in a sheet knows better than what can merely not be checked.
        return objection if objection is not None and objection.code == "geocode_outside" else None
