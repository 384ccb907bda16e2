"""Rows of the store become columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from math import nan
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import orjson
from numpy.typing import NDArray

from geodata.index.blobs import Blobs, lengths_of
from geodata.index.columns import (
    NO_FIRST_DAY,
    NO_LAST_DAY,
    Closures,
    Columns,
    EvidenceTable,
    Lexicons,
    Numbers,
    Table,
    patched_array,
    words_of,
)
from geodata.index.evidence import numbered, rating_json, ratings, scores
from geodata.index.evidence import patched as patched_evidence
from geodata.index.features import access_values, extra_base, feature_values, remarks
from geodata.index.search import Texts
from geodata.indicators import Indicator, to_json
from geodata.sites import Score
from geodata.store.records import SiteRow

#: Rows read before they become arrays: as Python objects they take twenty times the memory.
_BATCH = 5000
#: Facilities, say, of which is kept what they come to.
_KEPT = 4000
_NOT_RATED: tuple[float, bytes | None] = (nan, None)

_From = TypeVar("_From")
_To = TypeVar("_To")


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


@dataclass(slots=True)
class _Batch:
    """Rows on their way, one list entry a row (but ``closures``)."""

    ids: list[int] = field(default_factory=list)
    codes: list[bytes] = field(default_factory=list)
    places: list[tuple[float, float, float]] = field(default_factory=list)
    coded: list[tuple[int, int, int, int, int, int, int, int, bool]] = field(default_factory=list)
    have: list[int] = field(default_factory=list)
    yes: list[int] = field(default_factory=list)
    ways: list[int] = field(default_factory=list)
    closures: list[tuple[int, int, int, int]] = field(default_factory=list)
    dates: list[tuple[int, int]] = field(default_factory=list)
    indicators: list[bytes] = field(default_factory=list)
    feature: list[bytes] = field(default_factory=list)
    extra: list[bytes] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    pinyin: list[str] = field(default_factory=list)


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


class _Known(Generic[_From, _To]):
    """What was made from values lately. The store shares one value between rows that say the same."""

    def __init__(self, make: Callable[[_From], _To]) -> None:
        self._make = make
        # The value is kept beside what was made of it: as long as it lives, no other one has its identity.
        self._known: dict[int, tuple[_From, _To]] = {}

    def of(self, value: _From) -> _To:
        """Return what is made from a value that nobody changes."""
        found = self._known.get(id(value))
        if found is not None:
            return found[1]
        if len(self._known) >= _KEPT:
            self._known.clear()
        made = self._make(value)
        self._known[id(value)] = value, made
        return made


class _Bits(dict[str, int]):
    """The bit of a facility or service by its code."""

    def __init__(self, prefix: str, numbers: Numbers) -> None:
        self._prefix = prefix
        self._numbers = numbers

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
        self.ids: list[NDArray[np.int64]] = []
        self.facilities = _Known(_Bits("f.", lexicons.amenities.numbers).amenities)
        self.services = _Known(_Bits("s.", lexicons.amenities.numbers).amenities)
        self.access = _Known(self._access)
        self.tables: list[Table] = []
        self.closures: list[tuple[int, int, int, int]] = []
        self.texts: list[Texts] = []
        self.extras: list[tuple[bytes, NDArray[np.int32]]] = []
        self.size = 0

    def features(self, rows: Iterable[SiteRow]) -> Iterator[tuple[bytes, NDArray[np.int32]]]:
        """Read all rows; yields their features batch by batch and keeps the rest."""
        remaining = iter(rows)
        while True:
            batch = _Batch()
            for row in islice(remaining, _BATCH):
                self._read(row, batch)
            self.dates.append(np.array(batch.dates, dtype=np.int32).reshape(-1, 2))
            self.figures.append((b"".join(batch.indicators), lengths_of(batch.indicators)))
            self.ids.append(np.array(batch.ids, dtype=np.int64))
            self.tables.append(self._table(batch))
            self.texts.append(Texts.of(batch.names, batch.aliases, batch.addresses, batch.pinyin))
            self.closures += batch.closures
            self.extras.append((b"".join(batch.extra), lengths_of(batch.extra)))
            self.size += len(batch.codes)
            yield b"".join(batch.feature), lengths_of(batch.feature)
            if len(batch.codes) < _BATCH:
                return

    def _read(self, row: SiteRow, batch: _Batch) -> None:
        words = self.lexicons
        area_name = row.area_name or self.area_names.get(row.area or "", "")
        score, rating = self.ratings.get(row.id, _NOT_RATED)
        if rating is None:
            score, rating = _stored_rating(row.score)
        batch.ids.append(row.id)
        verified = row.verified_on.toordinal() if row.verified_on else 0
        batch.dates.append((verified, row.updated_at.toordinal()))
        batch.indicators.append(self.indicators.get(row.id, b""))
        batch.codes.append(row.code.encode())
        batch.places.append((nan if row.lon is None else row.lon, nan if row.lat is None else row.lat, score))
        batch.coded.append(
            (
                words.kinds.numbers[row.kind],
                words.levels.numbers[row.level],
                words.states.numbers[row.state],
                words.areas.numbers[row.area],
                words.area_names.numbers[area_name],
                words.hours.numbers[row.hours_osm],
                NO_FIRST_DAY if row.valid_from is None else row.valid_from.toordinal(),
                NO_LAST_DAY if row.valid_to is None else row.valid_to.toordinal(),
                bool(row.state != "open" or row.closures or row.valid_from or row.valid_to),
            )
        )
        self._read_amenities(row, area_name, rating, batch)
        for closure in row.closures:
            self._read_closure(closure, batch)
        batch.names.append(row.name)
        batch.aliases.append("\n".join((*row.labels, *row.former_names)))
        batch.addresses.append(f"{row.address}\n{area_name}")
        batch.pinyin.append(row.search)

    def _read_amenities(self, row: SiteRow, area_name: str, rating: bytes, batch: _Batch) -> None:
        facilities = self.facilities.of(row.facilities)
        services = self.services.of(row.services)
        access = self.access.of(row.access)
        batch.have.append(facilities.have | services.have)
        batch.yes.append(facilities.yes | services.yes)
        batch.ways.append(access.ways)
        values = feature_values(row, area_name, facilities.values, services.values, access.values, rating)
        batch.feature.append(values)
        batch.extra.append(extra_base(row, facilities.remarks, services.remarks))

    def _access(self, stored: Mapping[str, Any]) -> _Access:
        ways = 0
        for way in stored.get("ways", ()):
            ways |= 1 << self.lexicons.ways.numbers[way]
        return _Access(ways, access_values(stored))

    def _read_closure(self, closure: Mapping[str, str], batch: _Batch) -> None:
        first, last = closure.get("start"), closure.get("end")
        batch.closures.append(
            (
                self.size + len(batch.codes) - 1,
                NO_FIRST_DAY if first is None else date.fromisoformat(first).toordinal(),
                NO_LAST_DAY if last is None else date.fromisoformat(last).toordinal(),
                self.lexicons.reasons.numbers[closure.get("reason", "")],
            )
        )

    def _table(self, batch: _Batch) -> Table:
        places = np.array(batch.places, dtype=np.float64).reshape(-1, 3)
        coded = np.array(batch.coded, dtype=np.int64).reshape(-1, 9)
        amenities, ways = len(self.lexicons.amenities), len(self.lexicons.ways)
        return Table(
            code=np.array(batch.codes, dtype=np.bytes_) if batch.codes else np.empty(0, dtype="S1"),
            lon=places[:, 0],
            lat=places[:, 1],
            kind=coded[:, 0].astype(np.uint16),
            level=coded[:, 1].astype(np.uint16),
            state=coded[:, 2].astype(np.uint16),
            area=coded[:, 3].astype(np.int32),
            area_name=coded[:, 4].astype(np.int32),
            hours=coded[:, 5].astype(np.int32),
            have=words_of(batch.have, amenities),
            yes=words_of(batch.yes, amenities),
            ways=words_of(batch.ways, ways),
            score=places[:, 2],
            valid_from=coded[:, 6].astype(np.int32),
            valid_to=coded[:, 7].astype(np.int32),
            special=coded[:, 8].astype(np.bool_),
        )


def _stored_rating(score: Score | None) -> tuple[float, bytes]:
    """Return the score of a site without evidence, and its JSON."""
    return (nan, b"null") if score is None else (score.score, rating_json(score.score, score.stars, score.count))


def read(
    rows: Iterable[SiteRow],
    lexicons: Lexicons,
    area_names: Mapping[str, str],
    told: Told,
) -> Part:
    """Return rows as columns.

    Parameters
    ----------
    rows : iterable of SiteRow
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
    feature = Blobs.joined(reader.features(rows))
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
