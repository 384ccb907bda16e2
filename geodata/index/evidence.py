"""The evidence behind the scores, in columns: a million pieces take some 40 MB, and a day's scores half a second.

Scores change from day to day without anybody writing: grades become overdue, evidence fades, what is dated ahead begins
to count. So the index keeps the evidence and works the scores out anew when a day begins
(:meth:`geodata.index.SiteIndex.dated`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, timedelta
from itertools import islice
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from geodata.index.blobs import Blobs, lengths_of
from geodata.index.columns import Columns, EvidenceTable, Lexicon
from geodata.index.features import with_member
from geodata.rating_columns import LEVELS, EvidenceColumns, Numberings, ScoreColumns, score_columns
from geodata.ratings import SCHEMES, Evidence

_EPOCH = date(1970, 1, 1)
#: Pieces read, or scored, at a time: in a form that takes more memory.
_BATCH = 50_000
_NOTE = 9


def read_evidence(rows: Iterable[Sequence[Any]], before: EvidenceTable | None) -> EvidenceTable:
    """Return the evidence of a store as a table, whose ``row`` are the ids of the sites.

    Parameters
    ----------
    rows : iterable of sequence
        As :func:`geodata.store.reading.evidence_rows` gives them, by site.
    before : EvidenceTable, optional
        One whose numbers of names, sources and levels are to be gone on with.
    """
    if before is None:
        names, sources, levels = Lexicon(), Lexicon(), Lexicon(LEVELS)
    else:
        names, sources, levels = (lexicon.copy() for lexicon in (before.names, before.sources, before.levels))
    numbers = Numberings(names.numbers, sources.numbers, levels.numbers)
    parts: list[EvidenceColumns] = []
    noted: list[NDArray[np.int32]] = []
    notes: list[bytes] = []
    remaining = iter(rows)
    while True:
        batch = list(islice(remaining, _BATCH))
        parts.append(EvidenceColumns.of_rows(batch, numbers))
        note = np.full(len(batch), -1, dtype=np.int32)
        told = [(place, row[_NOTE].encode()) for place, row in enumerate(batch) if row[_NOTE]]
        note[[place for place, _ in told]] = np.arange(len(notes), len(notes) + len(told))
        notes += [text for _, text in told]
        noted.append(note)
        if len(batch) < _BATCH:
            break

    def column(name: str, kind: Any) -> NDArray[Any]:
        return np.concatenate([getattr(part, name).astype(kind) for part in parts])

    return EvidenceTable(
        row=column("site", np.int64),
        scheme=column("scheme", np.int8),
        value=column("value", np.float64),
        scale=column("scale", np.float64),
        count=column("count", np.int32),
        as_of=column("as_of", np.int64).astype(np.int32),
        level=column("level", np.int16),
        name=column("name", np.int32),
        source=column("source", np.int32),
        note=np.concatenate(noted),
        notes=Blobs.joined([(b"".join(notes), lengths_of(notes))]),
        names=names,
        sources=sources,
        levels=levels,
    )


def numbered(table: EvidenceTable, ids: NDArray[np.int64]) -> EvidenceTable:
    """Return a table of ids of sites, which rise, with the places of these ids for rows."""
    return replace(table, row=np.searchsorted(ids, table.row).astype(np.int32))


def patched(old: EvidenceTable, rows: NDArray[np.int32], new: EvidenceTable) -> EvidenceTable:
    """Return a copy in which ``rows`` have the evidence of ``new``, which was read after ``old`` and names its rows."""
    kept = ~np.isin(old.row, rows)
    if kept.all() and not len(new.row):
        return replace(old, names=new.names, sources=new.sources, levels=new.levels)
    moved = np.where(new.note < 0, new.note, new.note + len(old.notes.length)).astype(np.int32)
    joined = {
        part.name: np.concatenate([getattr(old, part.name)[kept], getattr(replace(new, note=moved), part.name)])
        for part in fields(EvidenceTable)
        if isinstance(getattr(old, part.name), np.ndarray)
    }
    order = np.argsort(joined["row"], kind="stable")
    size = len(old.notes.length) + len(new.notes.length)
    notes = old.notes
    if len(new.notes.length):
        notes = notes.patched(size, np.arange(len(old.notes.length), size, dtype=np.int32), new.notes)
    return EvidenceTable(
        **{name: column[order] for name, column in joined.items()},
        notes=notes,
        names=new.names,
        sources=new.sources,
        levels=new.levels,
    )


def evidence_of(table: EvidenceTable, row: int) -> list[Evidence]:
    """Return the evidence of a site, oldest first."""
    begin, end = np.searchsorted(table.row, [row, row + 1]).tolist()
    return [_piece(table, place) for place in range(begin, end)]


def _piece(table: EvidenceTable, at: int) -> Evidence:
    value, scale, level, note = (
        float(table.value[at]),
        float(table.scale[at]),
        int(table.level[at]),
        int(table.note[at]),
    )
    return Evidence(
        scheme=SCHEMES[table.scheme[at]],
        value=None if np.isnan(value) else value,
        scale=None if np.isnan(scale) else scale,
        count=int(table.count[at]),
        as_of=_EPOCH + timedelta(int(table.as_of[at])),
        level=None if level < 0 else table.levels.words[level],
        name=table.names.words[table.name[at]] or "",
        source=table.sources.words[table.source[at]] or "",
        note="" if note < 0 else table.notes[note].decode(),
    )


def scores(table: EvidenceTable, day: date, rows: NDArray[np.int32] | None = None) -> Iterator[ScoreColumns]:
    """Yield the scores of a day, part by part; of all rows with evidence that counts, or of some."""
    places = np.arange(len(table.row)) if rows is None else np.flatnonzero(np.isin(table.row, rows))
    begin = 0
    while begin < len(places):
        end = min(begin + _BATCH, len(places))
        # A site's evidence stays together.
        while end < len(places) and table.row[places[end]] == table.row[places[end - 1]]:
            end += 1
        part = places[begin:end]
        yield score_columns(
            EvidenceColumns(
                table.row[part].astype(np.int64),
                table.scheme[part],
                table.value[part],
                table.scale[part],
                table.count[part].astype(np.int64),
                table.as_of[part].astype("datetime64[D]"),
                table.level[part].astype(np.int64),
                table.name[part].astype(np.int64),
                table.source[part].astype(np.int64),
            ),
            day,
        )
        begin = end


def ratings(found: ScoreColumns) -> Mapping[int, tuple[float, bytes]]:
    """Return of each site its score and the JSON of its feature's ``rating``."""
    columns = (found.site, found.score, found.stars, found.count, found.overdue)
    return {
        site: (score, rating_json(score, stars or None, count, overdue=overdue))
        for site, score, stars, count, overdue in zip(*(column.tolist() for column in columns), strict=True)
    }


def rating_json(score: float, stars: int | None, count: int, *, overdue: bool = False) -> bytes:
    """Return the JSON of a feature's ``rating``."""
    return orjson.dumps({"score": round(score, 2), "stars": stars, "count": count, "overdue": overdue})


def rescored(columns: Columns, day: date) -> Columns:
    """Return the columns with the scores of another day; what is not rated by evidence stays."""
    table, evidence = columns.table, columns.evidence
    rated = np.unique(evidence.row)
    score = table.score.copy()
    score[rated] = np.nan
    rows: list[int] = []
    features: list[bytes] = []
    known: dict[int, tuple[float, bytes]] = {}
    for part in scores(evidence, day):
        score[part.site] = part.score
        known.update(ratings(part))
    for row, values in zip(rated.tolist(), columns.feature.many(rated.tolist()), strict=True):
        _, rating = known.get(row, (0.0, b"null"))
        changed = with_member(values, "rating", rating)
        if changed != values:
            rows.append(row)
            features.append(changed)
    feature = columns.feature
    if rows:
        feature = feature.patched(len(columns), np.array(rows, dtype=np.int32), Blobs.of(features))
    return replace(columns, table=replace(table, score=score), feature=feature, rated_on=day.toordinal())
