"""Rows of a table into drafts with their positions and keys: all of an import that needs neither store nor other rows.

So it can be done for many rows at once, by other processes (:mod:`importers.pooling`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from geodata.vocabulary import Vocabulary
from importers.columns import Table
from importers.drafting import Draft, Drafter
from importers.extracting import MADE, Extractor, Record
from importers.keys import key_fits, row_key
from importers.opening import Opened
from importers.places import position_of
from importers.prepared import Prepared
from importers.profile import Profile
from importers.reading import Grid, Row
from importers.report import ImportReport
from importers.survey import Place, Survey
from importers.words import Words


@dataclass(slots=True)
class Part:
    """Some rows of a table, prepared.

    Attributes
    ----------
    rows : int
        How many rows were gone through.
    made : int
        How many of them were given a name.
    report : ImportReport
        Counts and issues of these rows alone.
    prepared : list of Prepared
        The rows that are to be used.
    """

    rows: int
    report: ImportReport
    made: int = 0
    prepared: list[Prepared] = field(default_factory=list)


def _no_rows() -> Iterator[Row]:
    return iter(())


@dataclass(frozen=True, slots=True)
class Recipe:
    """What has to be known to prepare the rows of a table; it can be sent to another process."""

    table: Table
    profile: Profile
    vocabulary: Vocabulary
    layer: str
    sheets: tuple[str, ...]
    kind: str | None

    @classmethod
    def of(cls, opened: Opened, kind: str | None) -> Recipe:
        """Take from a file that was opened what does not hang on the file itself."""
        table = replace(opened.table, grid=Grid("", _no_rows), notes=(), parts=())
        layer = opened.table.grid.name or opened.file.path.stem
        return cls(table, opened.profile, opened.words.vocabulary, layer, opened.report.sheets, kind)


class Preparer:
    """Prepares rows of one table."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        words = Words(recipe.vocabulary)
        self._extractor = Extractor(recipe.table, recipe.profile, words, recipe.layer)
        self._drafter = Drafter(words, self._extractor, recipe.kind)

    def prepare(self, rows: Sequence[Row], survey: Survey) -> Part:
        """Prepare rows that follow one another; ``survey`` has the coordinates of these alone."""
        part = Part(len(rows), ImportReport("", "", sheets=self._recipe.sheets))
        beside = ImportReport("", "")
        places = list(survey.places(0, len(rows)))
        for record in self._extractor.records_of(rows, part.report):
            if record is None:
                continue
            part.made += MADE in record.texts
            draft = self._drafter.draft(record.row, record.texts, part.report, survey.choice.datum)
            if draft is None:
                continue
            key = row_key(draft, places[record.place])
            if key_fits(key):
                part.prepared.append(self._prepared(draft, key, record, places[record.place], survey, beside))
            else:
                column = self._extractor.heading("source_key" if draft.source_key else "name")
                part.report.reject("row_key_too_long", row=draft.row, column=column, value=key)
        return part

    def _prepared(
        self, draft: Draft, key: str, record: Record, place: Place | None, survey: Survey, beside: ImportReport
    ) -> Prepared:
        begun = len(beside.issues)
        if noted := survey.note(record.place, record.texts):
            beside.add("warning", noted[1], row=draft.row, column=self._extractor.heading(noted[0]))
        position = position_of(draft, place, beside, self._extractor) if place else None
        if position is not None:
            draft.stated["position"] = position
        return Prepared(draft, key, tuple(beside.issues[begun:]))
