"""Which column of a table is which field: by profile, by heading and, where a heading is not enough, by content."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import Any

from geodata.errors import FileError, ProfileError
from geodata.messages import Message
from importers.cleaning import bare_headings, cell_text, heading_keys, key_of, without_question
from importers.content import by_content, fit
from importers.datum_names import datum_named, without_datum
from importers.datums import CANDIDATES
from importers.endings import could_be, fields_at_end
from importers.fitting import COORDINATES, are_coordinates, content_fits
from importers.headers import HEADER_WITHIN, Header, find_header, is_numbering
from importers.marks import meanings, translated, with_meanings
from importers.partial_hours import (
    CLOSED_ON,
    OF_DAYS,
    are_hours,
    closes_on,
    day_alone,
    days_in,
)
from importers.profile import Profile
from importers.reading import Grid, Row, Source
from importers.repeated import have_repeated, with_repeated
from importers.report import Severity
from importers.spans import Spans
from importers.words import Words, catalogue

#: Rows whose content helps to tell what a column is.
SAMPLE = 2_000


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file that feeds a field.

    ``by`` tells what said so: ``format``, ``profile``, ``heading`` or ``content``; ``confidence`` is from 0 to 1.
    """

    index: int
    heading: str
    field: str
    by: str = "heading"
    confidence: float = 1.0

    def to_json(self) -> dict[str, Any]:
        """Return what the column was taken for, by what, and how sure that is, as the report has it."""
        return {"heading": self.heading, "field": self.field, "by": self.by, "confidence": self.confidence}


@dataclass(frozen=True, slots=True)
class Note:
    """Something about a table or a row that its report is to say."""

    severity: Severity
    message: Message
    row: int | None = None
    column: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A grid with its header found and its columns understood.

    Attributes
    ----------
    columns : tuple of Column
        Those that are used; several may feed one field (the profile joins them).
    unknown : tuple of str
        Headings that no field was found for.
    numbering : frozenset of int
        Columns that only number the rows.
    header_row : int
        Last row of the headings; 0 where the format names the columns, and where there are none.
    generated : bool
        Whether the file has no headings and the columns are numbered.
    parts : tuple of dict
        Where a file holds several tables: what was done with each, for the report.
    notes : tuple of Note
        What there is to say about them.
    sheets : tuple of str
        Names of the sheets; a row's number says on which it is (:func:`importers.report.place_of`).
    likely_kind : str
        The kind that most titles name, for the tables whose titles name none.
    features : bool
        Whether the rows are features of a map, which have a position and often no name.
    repeats : bool
        Whether cells say that they say the same as the one above.
    marks : mapping, optional
        Column index → what its marks mean (:func:`importers.marks.meanings`).
    """

    grid: Grid
    headings: tuple[str, ...]
    header_row: int
    columns: tuple[Column, ...]
    unknown: tuple[str, ...]
    numbering: frozenset[int]
    subject: str
    generated: bool = False
    parts: tuple[dict[str, Any], ...] = ()
    notes: tuple[Note, ...] = ()
    sheets: tuple[str, ...] = ()
    likely_kind: str = ""
    features: bool = False
    repeats: bool = False
    marks: Mapping[int, Mapping[str, str]] | None = None

    def rows(self) -> Iterator[Row]:
        """Return the rows below the header."""
        return self.filled(row for row in self.grid.rows() if row.number > self.header_row)

    def filled(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Return rows of the table with what cells say that are merged over several of them, or repeated by a sign."""
        if self.repeats:
            rows = with_repeated(rows)
        if self.marks:
            rows = with_meanings(rows, self.marks)
        spans = [span for span in self.grid.spans if span.first > self.header_row]
        if not spans:
            return iter(rows)
        # Of other lists each row says something of its own, however many rows are about one place.
        fields = {column.index: column.field for column in self.columns} if self.subject == "sites" else {}
        return Spans(spans, fields, self.numbering).filled(rows)

    def fields(self) -> dict[str, list[Column]]:
        """Return the columns by field."""
        found: dict[str, list[Column]] = {}
        for column in self.columns:
            found.setdefault(column.field, []).append(column)
        return found


def choose_table(source: Source, subject: str, words: Words, profile: Profile, needs: Sequence[str]) -> Table:
    """Return the table of a file that fits a subject best.

    Parameters
    ----------
    source : Source
    subject : str
        A section of ``columns.toml``: sites, ratings, areas, calendar.
    words : Words
    profile : Profile
    needs : sequence of str
        Fields one of which must be there.

    Raises
    ------
    FileError
        If no sheet has any rows, or none has one of the needed columns.
    ProfileError
        If the profile names a column that the file does not have.
    """
    tables = [table for grid in source.grids if (table := table_of(grid, subject, words, profile)) is not None]
    if not tables:
        raise FileError("file_nothing_in_it", file=source.path.name)
    fitting = [table for table in tables if table.features or set(needs) & set(table.fields())]
    if not fitting:
        headings = "、".join(heading for heading in tables[0].headings if heading)[:300]
        raise FileError("file_no_known_columns", file=source.path.name, needs=", ".join(needs), headings=headings)
    table = max(fitting, key=lambda candidate: len(candidate.fields()))
    require_columns(profile, table.headings)
    return table


def require_columns(profile: Profile, headings: Sequence[str]) -> None:
    """Check that a file has the columns that a profile names.

    Raises
    ------
    ProfileError
        If it lacks one.
    """
    missing = [heading for heading in profile.headings() if not _locate(heading, headings)]
    if missing:
        shown = "、".join(heading for heading in headings if heading)[:300]
        raise ProfileError("profile_no_column", file=profile.name, column=missing[0], headings=shown)


#: Members of an object that stands for one thing, first what it is called everywhere, last what only its source knows.
_OF_ONE_THING = ("adcode", "name", "label", "title", "text", "value", "code", "id")
#: The rank of hours whose heading is but a day.
_DAY_ALONE = 46
#: The rank of what only the end of a heading says.
_AT_END = 70
#: What makes a rank the last.
_EMPTY = 1_000
#: A unit or a project has a number of its own, and several places: such numbers are no keys of places.
_KEYS = frozenset({"code", "source_key"})


def table_of(grid: Grid, subject: str, words: Words, profile: Profile) -> Table | None:
    """Return a grid with its columns understood; ``None`` if it has no rows."""
    rows = list(islice(grid.rows(), SAMPLE + HEADER_WITHIN))
    header = Header(grid.headings or (), 0)
    if grid.headings is None:
        known = _known(subject, profile)
        found = find_header(rows, known, profile.headings(), words if subject == "sites" else None)
        if found is None:
            return None
        header = found
    header_row, headings = header.row, header.headings
    body = [row for row in rows if row.number > header_row]
    if grid.headings is not None and not body:
        return None

    @cache
    def sample(index: int) -> list[str]:
        texts = (cell_text(row.cells[index]) for row in body if index < len(row.cells))
        return list(dict.fromkeys(text for text in texts if text))[:200]

    asked = enumerate(headings) if subject == "sites" else ()
    marks = {index: meant for index, heading in asked if (meant := meanings(heading, set(sample(index)), words))}
    stated = {**header.fields, **grid.fields}
    columns, unknown = _assign(stated, headings, translated(sample, marks), subject, words, profile)
    told = set(header.fields) - set(grid.fields)
    columns = [replace(column, by="content", confidence=0.8) if column.index in told else column for column in columns]
    numbering = frozenset(index for index, heading in enumerate(headings) if is_numbering(heading))
    # The layer is no column of the file's own; it is used where it is a word for places.
    unknown = [heading for heading in unknown if not is_numbering(heading) and not (grid.fields and heading == "layer")]
    generated = grid.headings is None and not header_row
    return Table(
        grid, headings, header_row, tuple(columns), tuple(unknown), numbering, subject, generated,
        features=bool(grid.fields), repeats=have_repeated(body), marks=marks,
    )  # fmt: skip


def plain_headings(subject: str) -> frozenset[str]:
    """Return every known heading as it is usually written, for a quick look."""
    section: dict[str, list[str]] = catalogue()[subject]
    return frozenset(section).union(*section.values())


@cache
def heading_index(subject: str) -> Mapping[str, list[str]]:
    """Return heading → fields that it may be, the likeliest first."""
    index: dict[str, list[str]] = {}
    section: dict[str, list[str]] = catalogue()[subject]
    for field in section:
        index.setdefault(key_of(field), []).append(field)
    for field, aliases in section.items():
        for alias in aliases:
            fields = index.setdefault(key_of(alias), [])
            if field not in fields:
                fields.append(field)
    return index


def _known(subject: str, profile: Profile) -> Mapping[str, list[str]]:
    """Return the headings of a subject with those that a profile adds, which go first."""
    known = heading_index(subject)
    return {**known, **{key: [*also, *known.get(key, ())] for key, also in profile.also.items()}}


def _assign(
    stated: Mapping[int, str],
    headings: tuple[str, ...],
    sample: Callable[[int], list[str]],
    subject: str,
    words: Words,
    profile: Profile,
) -> tuple[list[Column], list[str]]:
    columns = [
        Column(index, headings[index], field, "format")
        for index, field in stated.items()
        if field not in profile.columns and headings[index] not in profile.headings()
    ]
    for field, named in profile.columns.items():
        for heading in named:
            if places := _locate(heading, headings):
                columns.append(Column(places[0], headings[places[0]], field, "profile"))
    taken = {column.field for column in columns}
    used = {column.index for column in columns} | {i for heading in profile.ignore for i in _locate(heading, headings)}
    known = _known(subject, profile)
    # A column in which nothing stands gives way to any other.
    candidates = [
        (rank if sample(index) else rank + _EMPTY, index, heading, field)
        for index, heading in enumerate(headings)
        if heading and index not in used
        for rank, field in _candidates(heading, known, subject, words)
    ]
    if of_datum := _of_datum(headings, sample, known, used) if not taken & COORDINATES else []:
        candidates = [entry for entry in candidates if entry[3] not in COORDINATES] + of_datum
    for rank, index, heading, field in sorted(candidates):
        if index in used or field in taken or (field == "lonlat" and {"lon", "lat"} <= taken):
            continue
        if rank % _EMPTY and not content_fits(field, sample(index), subject, words):
            continue
        if rank == _DAY_ALONE and not are_hours(field.removeprefix(OF_DAYS), sample(index)):
            continue
        if rank % _EMPTY >= _AT_END and not could_be(field, sample(index)):
            continue
        columns.append(
            Column(index, heading, field, "heading", _confidence(rank % _EMPTY, fit(field, sample(index), words)))
        )
        taken.add(field)
        used.add(index)
    if subject == "sites":
        free = {index: sample(index) for index in range(len(headings)) if index not in used}
        free = {index: texts for index, texts in free.items() if texts and not is_numbering(headings[index])}
        for index, found in by_content(free, dict(enumerate(headings)), taken, words).items():
            heading = headings[index] or f"column {index + 1}"
            columns.append(Column(index, heading, found.field, "content", found.confidence))
            used.add(index)
    unused = ((index, heading) for index, heading in enumerate(headings) if heading and index not in used)
    return columns, [heading for index, heading in unused if sample(index)]


def _of_datum(
    headings: Sequence[str], sample: Callable[[int], list[str]], known: Mapping[str, list[str]], used: Collection[int]
) -> list[tuple[int, int, str, str]]:
    """Return the columns of coordinates in the datum to be preferred, of those whose headings name one: 高德经度."""
    found: dict[str, dict[str, tuple[int, int, str, str]]] = {}
    for index, heading in enumerate(headings):
        datum = datum_named(heading) if index not in used and sample(index) else None
        fields = known.get(key_of(without_datum(heading)), ()) if datum else ()
        field = next((field for field in fields if field in COORDINATES), None)
        if datum and field and are_coordinates(field, sample(index)):
            found.setdefault(datum, {}).setdefault(field, (1, index, heading, field))
    for datum in CANDIDATES:
        columns = found.get(datum, {})
        if {"lon", "lat"} <= set(columns):
            return [columns["lon"], columns["lat"]]
        if "lonlat" in columns:
            return [columns["lonlat"]]
    return []


def _confidence(rank: int, share: float | None) -> float:
    """Return how sure a heading is: less for one that may mean several things, or that its content fits in part."""
    sure = 1.0 if rank == 0 else 0.98 if rank == 1 else 0.9
    return round(sure * (1.0 if share is None else 0.5 + 0.5 * share), 2)


def _candidates(heading: str, known: Mapping[str, list[str]], subject: str, words: Words) -> Iterator[tuple[int, str]]:
    """Return the fields a heading may be with a rank; rank 0 is the field's own name, which content cannot refute."""
    days = days_in(heading) if subject == "sites" else ""
    for key in heading_keys(heading):
        for place, field in enumerate(known.get(key, ())):
            if days and field == "opening_hours":
                continue  # 营业时间（夏）
            # A column State is often that of a country.
            own = key == key_of(field) and field != "state"
            yield (0 if own else 1 + place), field
    for key in bare_headings(heading) if subject in ("sites", "ratings") else ():
        for place, field in enumerate(known.get(key, ())):
            if field not in _KEYS:
                yield 40 + place, field
    if "." in heading:
        # A member of an object within another: what that is, if it is one thing, else what it is called there.
        outer, _, member = heading.rpartition(".")
        whole = known.get(key_of(outer), ())
        place = _OF_ONE_THING.index(member.casefold()) if whole and member.casefold() in _OF_ONE_THING else -1
        for field in whole if place >= 0 else known.get(key_of(member), ()):
            yield (30 if place >= 0 else 60) + place + 1, field
    if subject != "sites":
        return
    yield from ((_AT_END, field) for field in fields_at_end(heading, known))
    if closes_on(heading):
        yield 45, CLOSED_ON
    if day := day_alone(heading):
        yield _DAY_ALONE, f"{OF_DAYS}{day}"
    if days:
        yield 45, f"{OF_DAYS}{days}"
    for group in ("facilities", "services"):
        prefixed = heading.casefold().startswith(f"{group}.")
        code = words.find(group, heading[len(group) + 1 :] if prefixed else without_question(heading))
        if code is not None:
            yield (0 if prefixed else 50), f"{group}.{code}"


def _locate(heading: str, headings: Sequence[str]) -> list[int]:
    exact = [index for index, candidate in enumerate(headings) if candidate == heading]
    return exact or [index for index, candidate in enumerate(headings) if key_of(candidate) == key_of(heading) != ""]
