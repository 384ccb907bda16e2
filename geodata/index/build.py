"""Rows of the store become columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from math import nan
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from geodata.index.blobs import Blobs, lengths_of
from geodata.index.charge import operator_word
from geodata.index.columns import (
    NO_FIRST_DAY,
    NO_LAST_DAY,
    Closures,
    Columns,
    EvidenceTable,
    Lexicon,
    Lexicons,
    Numbers,
    Table,
    patched_array,
    words_of,
)
from geodata.index.evidence import numbered, rating_json, ratings, scores
from geodata.index.evidence import patched as patched_evidence
from geodata.index.features import access_values, extra_bases, feature_values, of_each, remarks
from geodata.index.search import Texts
from geodata.indicators import Indicator, to_json
from geodata.sites import Score
from geodata.store.records import SiteColumns, SiteRow

_NOT_RATED: tuple[float, bytes | None] = (nan, None)


@dataclass(frozen=True, slots=True)
class Part:
    """Rows as columns, numbered by their place in this part."""

    table: Table
    closures: Closures
    feature: Blobs
    extra: Blobs
    texts: Texts
    evidence: EvidenceTable
    dates: NDArray[np.int32]
    indicators: Blobs


@dataclass(frozen=True, slots=True)
class Told:
    """What is known about sites beside their own rows, by the id of the site.

    Attributes
    ----------
    evidence : EvidenceTable
        As :func:`geodata.index.evidence.read_evidence` made it.
    day : date
        The day of the scores.
    indicators : mapping of int to bytes
        Published figures as JSON, as :func:`figures_json` made it.
    """

    evidence: EvidenceTable
    day: date
    indicators: Mapping[int, bytes]


def figures_json(items: Iterable[tuple[int, Indicator]]) -> dict[int, bytes]:
    """Return published figures by site as JSON."""
    found: dict[int, list[dict[str, Any]]] = {}
    for site, item in items:
        found.setdefault(site, []).append(to_json(item))
    return {site: orjson.dumps(figures) for site, figures in found.items()}


class _Amenities(NamedTuple):
    """What facilities or services come to: bits, the JSON for features, and what is known beyond the values."""

    have: int
    yes: int
    values: bytes
    remarks: dict[str, Any]


class _Access(NamedTuple):
    """What the access comes to: bits, and the JSON for features."""

    ways: int
    values: bytes


class _Bits(dict[str, int]):
    """The bit of a facility or service by its code."""

    def __init__(self, prefix: str, numbers: Numbers) -> None:
        self._prefix = prefix
        self._numbers = numbers
        self.known: dict[int, tuple[Mapping[str, Mapping[str, Any]], _Amenities]] = {}

    def __missing__(self, code: str) -> int:
        bit = self[code] = 1 << self._numbers[self._prefix + code]
        return bit

    def amenities(self, stored: Mapping[str, Mapping[str, Any]]) -> _Amenities:
        """Return what stored facilities or services come to."""
        have = yes = 0
        values: dict[str, str] = {}
        for code, amenity in stored.items():
            value = amenity["value"]
            if value != "unknown":
                values[code] = value
                if value == "yes":
                    yes |= self[code]
                elif value == "limited":
                    have |= self[code]
        return _Amenities(have | yes, yes, orjson.dumps(values), remarks(stored))


class _Reader:
    """Turns rows into arrays, batch by batch."""

    def __init__(
        self,
        lexicons: Lexicons,
        area_names: Mapping[str, str],
        ratings: Mapping[int, tuple[float, bytes]],
        indicators: Mapping[int, bytes],
    ) -> None:
        self.lexicons = lexicons
        self.area_names = area_names
        self.ratings = ratings
        self.indicators = indicators
        self.dates: list[NDArray[np.int32]] = []
        self.figures: list[tuple[bytes, NDArray[np.int32]]] = []
        self.facilities = _Bits("f.", lexicons.amenities.numbers)
        self.services = _Bits("s.", lexicons.amenities.numbers)
        self.ids: list[NDArray[np.int64]] = []
        self.tables: list[Table] = []
        self.closures: list[tuple[int, int, int, int]] = []
        self.texts: list[Texts] = []
        self.extras: list[tuple[bytes, NDArray[np.int32]]] = []
        self.size = 0

    def features(self, parts: Iterable[SiteColumns]) -> Iterator[tuple[bytes, NDArray[np.int32]]]:
        """Read all rows; yields their features part by part and keeps the rest."""
        nothing: SiteColumns = SiteRow._make([()] * len(SiteRow._fields))
        for part in chain(parts, [nothing]):
            feature = self._read(part)
            yield b"".join(feature), lengths_of(feature)

    def _read(self, rows: SiteColumns) -> list[bytes]:
        """Keep the rows of a batch, given as columns; return their features."""
        names = [
            name or self.area_names.get(area or "", "") for name, area in zip(rows.area_name, rows.area, strict=True)
        ]
        facilities = of_each(rows.facilities, self.facilities.amenities, self.facilities.known)
        services = of_each(rows.services, self.services.amenities, self.services.known)
        access = of_each(rows.access, self._access)
        scores, ratings = self._rated(rows)
        self.ids.append(np.array(rows.id, dtype=np.int64))
        self.tables.append(self._table(rows, names, facilities, services, access, scores))
        for place, closures in enumerate(rows.closures):
            for closure in closures:
                self._read_closure(closure, self.size + place)
        aliases = ["\n".join((*labels, *former)) for labels, former in zip(rows.labels, rows.former_names, strict=True)]
        addresses = list(map("{}\n{}".format, rows.address, names))
        self.texts.append(Texts.of(rows.name, aliases, addresses, rows.search))
        extra = extra_bases(rows, [part.remarks for part in facilities], [part.remarks for part in services])
        self.extras.append((b"".join(extra), lengths_of(extra)))
        self.dates.append(_dates(rows))
        figures = [self.indicators.get(site_id, b"") for site_id in rows.id]
        self.figures.append((b"".join(figures), lengths_of(figures)))
        self.size += len(rows.code)
        return feature_values(
            rows,
            names,
            [part.values for part in facilities],
            [part.values for part in services],
            [part.values for part in access],
            ratings,
        )

    def _rated(self, rows: SiteColumns) -> tuple[list[float], list[bytes]]:
        """Return the scores, and their JSON."""
        found: list[tuple[float, bytes]] = []
        for site_id, stored in zip(rows.id, rows.score, strict=True):
            score, rating = self.ratings.get(site_id, _NOT_RATED)
            found.append(_stored_rating(stored) if rating is None else (score, rating))
        return [score for score, _ in found], [rating for _, rating in found]

    def _access(self, stored: Mapping[str, Any]) -> _Access:
        ways = 0
        for way in stored.get("ways", ()):
            ways |= 1 << self.lexicons.ways.numbers[way]
        return _Access(ways, access_values(stored))

    def _read_closure(self, closure: Mapping[str, str], row: int) -> None:
        first, last = closure.get("start"), closure.get("end")
        self.closures.append(
            (
                row,
                NO_FIRST_DAY if first is None else date.fromisoformat(first).toordinal(),
                NO_LAST_DAY if last is None else date.fromisoformat(last).toordinal(),
                self.lexicons.reasons.numbers[closure.get("reason", "")],
            )
        )

    def _table(
        self,
        rows: SiteColumns,
        area_names: list[str],
        facilities: list[_Amenities],
        services: list[_Amenities],
        access: list[_Access],
        scores: list[float],
    ) -> Table:
        words, amenities = self.lexicons, list(zip(facilities, services, strict=True))
        special = zip(rows.state, rows.closures, rows.valid_from, rows.valid_to, strict=True)
        return Table(
            code=np.array(rows.code, dtype=np.bytes_) if rows.code else np.empty(0, dtype="S1"),
            lon=np.array(rows.lon, dtype=np.float64),
            lat=np.array(rows.lat, dtype=np.float64),
            kind=_numbered(words.kinds, rows.kind, np.uint16),
            level=_numbered(words.levels, rows.level, np.uint16),
            state=_numbered(words.states, rows.state, np.uint16),
            area=_numbered(words.areas, rows.area, np.int32),
            area_name=_numbered(words.area_names, area_names, np.int32),
            hours=_numbered(words.hours, rows.hours_osm, np.int32),
            have=words_of([one.have | two.have for one, two in amenities], len(words.amenities)),
            yes=words_of([one.yes | two.yes for one, two in amenities], len(words.amenities)),
            ways=words_of([part.ways for part in access], len(words.ways)),
            score=np.array(scores, dtype=np.float64),
            valid_from=_days(rows.valid_from, NO_FIRST_DAY),
            valid_to=_days(rows.valid_to, NO_LAST_DAY),
            operator=_numbered(words.operators, list(map(operator_word, rows.operator_code, rows.operator)), np.int32),
            special=np.array([state != "open" or any(rest) for state, *rest in special], dtype=np.bool_),
        )


def _numbered(lexicon: Lexicon, values: Sequence[str | None], dtype: type[np.integer[Any]]) -> NDArray[Any]:
    return np.fromiter(map(lexicon.numbers.__getitem__, values), dtype=dtype, count=len(values))


def _dates(rows: SiteColumns) -> NDArray[np.int32]:
    """Return by row the days on which it was verified, 0 for never, and updated."""
    updated = [moment.toordinal() for moment in rows.updated_at]
    return np.column_stack((_days(rows.verified_on, 0), np.array(updated, dtype=np.int32)))


def _days(days: Sequence[date | None], missing: int) -> NDArray[np.int32]:
    return np.array([missing if day is None else day.toordinal() for day in days], dtype=np.int32)


def _stored_rating(score: Score | None) -> tuple[float, bytes]:
    """Return the score of a site without evidence, and its JSON."""
    return (nan, b"null") if score is None else (score.score, rating_json(score.score, score.stars, score.count))


def read(
    parts: Iterable[SiteColumns],
    lexicons: Lexicons,
    area_names: Mapping[str, str],
    told: Told,
) -> Part:
    """Return rows as columns.

    Parameters
    ----------
    parts : iterable of SiteColumns
    lexicons : Lexicons
        Numbers of what repeats; grows by what is new.
    area_names : mapping of str to str
        Names of areas by code, for rows that do not name their own.
    told : Told
        What is known beside.
    """
    evidence = told.evidence
    known: dict[int, tuple[float, bytes]] = dict.fromkeys(np.unique(evidence.row).tolist(), (nan, b"null"))
    for part in scores(evidence, told.day):
        known.update(ratings(part))
    reader = _Reader(lexicons, area_names, known, told.indicators)
    feature = Blobs.joined(reader.features(parts))
    return Part(
        Table.joined(reader.tables),
        Closures.of(reader.closures),
        feature,
        Blobs.joined(reader.extras),
        Texts.joined(reader.texts),
        numbered(evidence, np.concatenate(reader.ids)),
        np.concatenate(reader.dates),
        Blobs.joined(reader.figures),
    )


def whole(
    part: Part, lexicons: Lexicons, aliases: Mapping[str, str], day: date, of_areas: list[dict[str, Any]]
) -> Columns:
    """Return the columns of all sites, whose scores are those of ``day``, with the figures of areas."""
    return Columns(
        part.table,
        part.closures,
        lexicons,
        part.feature,
        part.extra,
        dict(aliases),
        part.evidence,
        day.toordinal(),
        part.dates,
        part.indicators,
        of_areas,
    )


def patched(
    old: Columns, part: Part, lexicons: Lexicons, aliases: Mapping[str, str], of_areas: list[dict[str, Any]]
) -> tuple[Columns, NDArray[np.int32]]:
    """Return a copy of the columns with the changed rows put in, and their row numbers.

    Sites that were not there are added at the end; a row keeps its number for ever.
    """
    rows = _row_numbers(old.table.code, part.table.code)
    if not len(rows):
        return replace(old, lexicons=lexicons, aliases=dict(aliases), area_indicators=of_areas), rows
    size = max(len(old), int(rows.max()) + 1)
    closures = replace(part.closures, row=rows[part.closures.row])
    columns = Columns(
        old.table.patched(size, rows, part.table),
        old.closures.patched(rows, closures),
        lexicons,
        old.feature.patched(size, rows, part.feature),
        old.extra.patched(size, rows, part.extra),
        dict(aliases),
        patched_evidence(old.evidence, rows, replace(part.evidence, row=rows[part.evidence.row])),
        old.rated_on,
        patched_array(old.dates, size, rows, part.dates),
        old.indicators.patched(size, rows, part.indicators),
        of_areas,
    )
    return columns, rows


def _row_numbers(old: NDArray[np.bytes_], new: NDArray[np.bytes_]) -> NDArray[np.int32]:
    """Return the rows of codes, new ones numbered on from the last."""
    order = np.argsort(old)
    numbers = np.empty(len(new), dtype=np.int32)
    added = len(old)
    for i, place in enumerate(np.searchsorted(old, new, sorter=order).tolist()):
        if place < len(old) and old[order[place]] == new[i]:
            numbers[i] = order[place]
        else:
            numbers[i] = added
            added += 1
    return numbers
