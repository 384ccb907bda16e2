"""How every import begins and ends: the file opened, its table chosen, a report begun; one transaction, closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from geodata.errors import FileError
from geodata.garbage import seldom_collected
from geodata.messages import Message
from geodata.store import BatchInfo, Store, Writer
from geodata.vocabulary import Vocabulary, load_vocabulary
from importers.columns import Table, choose_table, heading_index
from importers.extracting import Extractor, Record
from importers.profile import Profile, read_profile
from importers.reading import Source, open_source
from importers.report import EXIT_FAILED, ImportReport
from importers.stacking import stacked_table
from importers.turned import upright
from importers.words import Words

#: Told of the rows done and the rows in all.
Progress = Callable[[int, int], None]
#: Rows that are matched and written together.
CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Opened:
    """A file ready to be gone through."""

    subject: str
    file: Source
    table: Table
    words: Words
    profile: Profile
    extractor: Extractor
    report: ImportReport

    def records(self) -> Iterator[Record]:
        """Yield the rows that are to be used; all others are counted and noted."""
        return (record for record in self.extractor.records(self.report) if record is not None)

    def chunks(self, progress: Progress | None) -> Iterator[list[Record]]:
        """Yield the rows that are to be used, some thousands at a time, and tell when each lot is done."""
        records = self.extractor.records(self.report)
        while chunk := list(islice(records, CHUNK)):
            yield [record for record in chunk if record is not None]
            if progress:
                progress(self.report.rows.read, self.report.rows.read)


def open_table(
    path: Path,
    subject: str,
    *,
    needs: tuple[str, ...],
    profile: Path | Profile | None,
    source: str | None,
    dry_run: bool,
    vocabulary: Vocabulary | None = None,
    adapt: Callable[[Profile], Profile] | None = None,
) -> Opened:
    """Open a file for a subject, a section of ``columns.toml``.

    Parameters
    ----------
    path : Path
    subject : str
    needs : tuple of str
        Fields one of which must be among the columns.
    profile, source, dry_run, vocabulary
        As in :func:`importers.sites.import_sites`.
    adapt : callable, optional
        Completes the profile once it is read.

    Raises
    ------
    FileError, ProfileError
        If the file or the profile cannot be used.
    """
    return open_grid(
        open_source(path),
        subject,
        needs=needs,
        profile=profile,
        source=source,
        dry_run=dry_run,
        vocabulary=vocabulary,
        adapt=adapt,
    )


def open_grid(
    file: Source,
    subject: str,
    *,
    needs: tuple[str, ...],
    profile: Path | Profile | None,
    source: str | None,
    dry_run: bool,
    vocabulary: Vocabulary | None = None,
    adapt: Callable[[Profile], Profile] | None = None,
) -> Opened:
    """Do as :func:`open_table` does, for a file that was read already."""
    words = Words(vocabulary or load_vocabulary())
    chosen = read_profile(profile, words, subject)
    if adapt is not None:
        chosen = adapt(chosen)
    path = file.path
    if subject == "sites":
        file = replace(file, grids=tuple(upright(grid, heading_index(subject)) for grid in file.grids))
    table = stacked_table(file, words, chosen) if subject == "sites" else None
    if table is None or not (table.features or set(needs) & set(table.fields())):
        table = choose_table(file, subject, words, chosen, needs)
    report = ImportReport(path.name, file.sha256, dry_run=dry_run, source=source or chosen.source or path.stem)
    report.recognised = {
        "format": file.format,
        **table.grid.facts,
        "header_row": table.header_row,
        "columns": {column.heading: column.field for column in table.columns},
        "columns_found": [column.to_json() for column in table.columns],
        "unknown_columns": list(table.unknown),
    }
    if table.parts:
        report.recognised["tables"] = list(table.parts)
        report.sheets = table.sheets
    for note in table.notes:
        report.add(note.severity, note.message, row=note.row, column=note.column, value=note.value)
    for doubt in table.grid.doubts:
        report.add("warning", doubt)
    for heading in table.unknown:
        report.add("info", "column_unknown", column=heading)
    if table.generated:
        told = ", ".join(f"{column.heading} → {column.field}" for column in table.columns)
        report.add("warning", Message("header_missing", {"columns": told}))
    if table.header_row > 1:
        report.add("info", Message("rows_above_header", {"count": table.header_row - 1}))
    extractor = Extractor(table, chosen, words if subject == "sites" else None, table.grid.name or path.stem)
    return Opened(subject, file, table, words, chosen, extractor, report)


@contextmanager
def batch(
    store: Store, opened: Opened, actor: str, progress: Progress | None = None, *, kind: str = ""
) -> Iterator[Writer | None]:
    """Open one transaction for an import; yields ``None`` for a dry run.

    At its end the counts are kept with the batch. Where every row was rejected nothing is written.

    Parameters
    ----------
    store, opened, actor
        As in the import.
    progress : callable, optional
        Told at the end that all rows are done, for imports that do not tell while they go on.
    kind : str
        Of the batch; the subject of the file without.

    Raises
    ------
    FileError
        If the file had a header and no rows; the transaction is rolled back.
    """
    report = opened.report
    if report.dry_run:
        yield None
        _require_rows(report)
    else:
        info = BatchInfo(
            kind or opened.subject, actor, source=report.source, file_name=report.file, file_sha256=report.sha256
        )
        with seldom_collected(), store.write(info) as writer:
            yield writer
            _require_rows(report)
            if report.exit_code != EXIT_FAILED:
                writer.finish(report.rows.to_json())
                report.batch = writer.batch_id
    report.sort()
    if progress:
        progress(report.rows.read, report.rows.read)


def _require_rows(report: ImportReport) -> None:
    if not report.rows.read:
        raise FileError("file_no_rows", file=report.file)
