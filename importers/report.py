"""What an import did: counts, what was recognised, and an issue for everything that was not taken as it stood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from geodata.messages import Message

Severity = Literal["info", "warning", "error"]
EXIT_DONE, EXIT_FAILED, EXIT_REJECTED = 0, 1, 3
_VALUE_LENGTH = 200
#: Issues of one sort that are kept; a list of millions of rows may have something to say of each.
MOST_ISSUES = 100_000
#: A row on the second sheet of a file has this added to its number, on the third twice this, and so on.
SHEET_STEP = 10_000_000


@cache
def _plain(code: str) -> Message:
    """Return the one message of a code without parameters: there may be millions of issues."""
    return Message(code)


def place_of(row: int, sheets: Sequence[str]) -> tuple[str, int]:
    """Return the sheet and the row on it that a row's number means."""
    sheet, number = divmod(row, SHEET_STEP)
    return (sheets[sheet] if sheet < len(sheets) else ""), number


@dataclass(frozen=True, slots=True)
class Issue:
    """Something to know about a row, a column or the whole file.

    ``severity`` is ``error`` for what was rejected, ``warning`` for a value that was left out or put right, ``info``
    for the rest. ``row`` counts as a spreadsheet does, its header being a row; ``None`` for the whole file.
    """

    severity: Severity
    message: Message
    row: int | None = None
    column: str | None = None
    value: str | None = None

    def to_json(self, sheets: Sequence[str] = ()) -> dict[str, Any]:
        """Return the issue as the report has it; in a file of several sheets it names the sheet."""
        sheet, row = place_of(self.row, sheets) if self.row is not None else ("", None)
        return {
            **({"sheet": sheet or None} if sheets else {}),
            "row": row,
            "column": self.column,
            "value": self.value,
            "severity": self.severity,
            "code": self.message.code,
            "message": self.message.texts(),
        }


@dataclass(slots=True)
class Counts:
    """Rows of the file by what became of them; ``read`` is the sum of the others.

    ``review`` counts the rows that may be a stored site and wait for a person's decision.
    """

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    review: int = 0
    skipped: int = 0
    rejected: int = 0

    def count(self, *, known: bool, same: bool) -> bool:
        """Count a row by whether the store has what it is about, and has it like this; return whether it is news."""
        self.unchanged += same
        self.updated += known and not same
        self.created += not known
        return not same

    def to_json(self) -> dict[str, int]:
        """Return the counts by name."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class ImportReport:
    """The account of one import.

    Attributes
    ----------
    file, sha256 : str
        Name and content of the file.
    batch : int, optional
        The batch in the store's history; ``None`` after a dry run.
    source : str
        Under which name of the source the rows' keys are kept.
    recognised : dict
        What the file was taken for: format, encoding, sheet, header row, datum, columns → fields.
    sheets : tuple of str
        The file's sheets, where several tables were read.
    issues : list of Issue
        Of each sort the first :data:`MOST_ISSUES`; the others are counted, and the report says so.
    """

    file: str
    sha256: str
    dry_run: bool = False
    batch: int | None = None
    source: str = ""
    rows: Counts = field(default_factory=Counts)
    issues: list[Issue] = field(default_factory=list)
    recognised: dict[str, Any] = field(default_factory=dict)
    sheets: tuple[str, ...] = ()
    _noted: Counter[tuple[Severity, str]] = field(default_factory=Counter, init=False, repr=False)

    def add(
        self,
        severity: Severity,
        message: Message | str,
        *,
        row: int | None = None,
        column: str | None = None,
        value: str | None = None,
    ) -> None:
        """Note an issue; a message without parameters may be given as its code."""
        if isinstance(message, str):
            message = _plain(message)
        sort = (severity, message.code)
        self._noted[sort] += 1
        if self._noted[sort] > MOST_ISSUES:
            return
        short = value if value is None or len(value) <= _VALUE_LENGTH else value[:_VALUE_LENGTH] + "…"
        self.issues.append(Issue(severity, message, row, column, short))

    def reject(self, message: Message | str, *, row: int, column: str | None = None, value: str | None = None) -> None:
        """Note that a row was rejected, and count it."""
        self.rows.rejected += 1
        self.add("error", message, row=row, column=column, value=value)

    def take(self, issues: Iterable[Issue]) -> None:
        """Note issues that were found elsewhere."""
        for issue in issues:
            self.add(issue.severity, issue.message, row=issue.row, column=issue.column, value=issue.value)

    def absorb(self, part: ImportReport) -> None:
        """Add the counts and issues of some of the rows, which were gone through apart."""
        for name in Counts.__slots__:
            setattr(self.rows, name, getattr(self.rows, name) + getattr(part.rows, name))
        self.take(part.issues)

    @property
    def exit_code(self) -> int:
        """0 for done, 3 for done with rejected rows, 1 where every row was rejected and nothing could be done."""
        if not self.rows.rejected:
            return EXIT_DONE
        return EXIT_FAILED if self.rows.rejected == self.rows.read else EXIT_REJECTED

    def sort(self) -> None:
        """Bring the issues into the order of the file, those of the whole file first."""
        self.issues.sort(key=lambda issue: -1 if issue.row is None else issue.row)

    def by_code(self) -> Counter[tuple[Severity, str]]:
        """Return how many issues there are of each severity and code."""
        return Counter(self._noted)

    def left_out(self) -> dict[str, int]:
        """Return how many issues are counted only, by code."""
        return {code: count - MOST_ISSUES for (_, code), count in self._noted.items() if count > MOST_ISSUES}

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain data, complete."""
        return {
            "file": self.file,
            "sha256": self.sha256,
            "batch": self.batch,
            "dry_run": self.dry_run,
            "source": self.source,
            "rows": self.rows.to_json(),
            "recognised": self.recognised,
            "issues_left_out": self.left_out(),
            "issues": [issue.to_json(self.sheets) for issue in self.issues],
        }
