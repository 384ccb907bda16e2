"""Rows of the store become columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from geodata.index.blobs import Blobs
from geodata.index.columns import (
    NO_FIRST_DAY,
    NO_LAST_DAY,
    Closures,
    Columns,
    Lexicon,
    Lexicons,
    Table,
    Texts,
    words_of,
)
from geodata.index.features import extra_base, feature_base
from geodata.store.records import SiteRow


@dataclass(frozen=True, slots=True)
class Part:
    """Rows as columns, numbered by place in this part."""

    table: Table
    closures: Closures
    feature: list[bytes]
    extra: list[bytes]
    texts: Texts


class _Reader:
    """Collects rows; lists grow by one entry a row."""

    def __init__(self, lexicons: Lexicons, area_names: Mapping[str, str]) -> None:
        self.lexicons = lexicons
        self.area_names = area_names
        self.codes: list[bytes] = []
        self.places: list[tuple[float, float, float]] = []
        self.coded: list[tuple[int, int, int, int, int, int, int, int, bool]] = []
        self.have: list[int] = []
        self.yes: list[int] = []
        self.ways: list[int] = []
        self.closures: list[tuple[int, int, int, int]] = []
        self.feature: list[bytes] = []
        self.extra: list[bytes] = []
        self.texts = Texts([], [], [], [])

    def read(self, row: SiteRow) -> None:
        words, nan = self.lexicons, float("nan")
        area_name = row.area_name or self.area_names.get(row.area or "", "")
        self.codes.append(row.code.encode())
        self.places.append(
            (
                nan if row.lon is None else row.lon,
                nan if row.lat is None else row.lat,
                nan if row.score is None else row.score.score,
            )
        )
        special = bool(row.state != "open" or row.closures or row.valid_from or row.valid_to)
        self.coded.append(
            (
                words.kinds.number(row.kind),
                words.levels.number(row.level),
                words.states.number(row.state),
                words.areas.number(row.area),
                words.area_names.number(area_name),
                words.hours.number(row.hours_osm),
                NO_FIRST_DAY if row.valid_from is None else row.valid_from.toordinal(),
                NO_LAST_DAY if row.valid_to is None else row.valid_to.toordinal(),
                special,
            )
        )
        self._read_amenities(row)
        for closure in row.closures:
            self._read_closure(closure)
        self.feature.append(feature_base(row, area_name))
        self.extra.append(extra_base(row))
        self.texts.name.append(row.name)
        self.texts.alias.append("\n".join((*row.labels, *row.former_names)))
        self.texts.place.append(f"{row.address}\n{area_name}")
        self.texts.pinyin.append(row.search)

    def _read_amenities(self, row: SiteRow) -> None:
        have = yes = ways = 0
        number = self.lexicons.amenities.number
        for prefix, group in (("f.", row.facilities), ("s.", row.services)):
            for code, amenity in group.items():
                value = amenity["value"]
                if value == "yes":
                    bit = 1 << number(prefix + code)
                    have |= bit
                    yes |= bit
                elif value == "limited":
                    have |= 1 << number(prefix + code)
        for way in row.access.get("ways", ()):
            ways |= 1 << self.lexicons.ways.number(way)
        self.have.append(have)
        self.yes.append(yes)
        self.ways.append(ways)

    def _read_closure(self, closure: Mapping[str, str]) -> None:
        first, last = closure.get("start"), closure.get("end")
        self.closures.append(
            (
                len(self.codes) - 1,
                NO_FIRST_DAY if first is None else date.fromisoformat(first).toordinal(),
                NO_LAST_DAY if last is None else date.fromisoformat(last).toordinal(),
                self.lexicons.reasons.number(closure.get("reason", "")),
            )
        )

    def part(self) -> Part:
        places = np.array(self.places, dtype=np.float64).reshape(-1, 3)
        coded = np.array(self.coded, dtype=np.int64).reshape(-1, 9)
        amenities, ways = len(self.lexicons.amenities), len(self.lexicons.ways)
        table = Table(
            code=np.array(self.codes, dtype=np.bytes_) if self.codes else np.empty(0, dtype="S1"),
            lon=np.ascontiguousarray(places[:, 0]),
            lat=np.ascontiguousarray(places[:, 1]),
            kind=coded[:, 0].astype(np.uint16),
            level=coded[:, 1].astype(np.uint16),
            state=coded[:, 2].astype(np.uint16),
            area=coded[:, 3].astype(np.int32),
            area_name=coded[:, 4].astype(np.int32),
            hours=coded[:, 5].astype(np.int32),
            have=words_of(self.have, amenities),
            yes=words_of(self.yes, amenities),
            ways=words_of(self.ways, ways),
            score=np.ascontiguousarray(places[:, 2]),
            valid_from=coded[:, 6].astype(np.int32),
            valid_to=coded[:, 7].astype(np.int32),
            special=coded[:, 8].astype(np.bool_),
        )
        return Part(table, Closures.of(self.closures), self.feature, self.extra, self.texts)


def read(rows: Iterable[SiteRow], lexicons: Lexicons, area_names: Mapping[str, str]) -> Part:
    """Return rows as columns.

    Parameters
    ----------
    rows : iterable of SiteRow
    lexicons : Lexicons
        Numbers of what repeats; grows by what is new.
    area_names : mapping of str to str
        Names of areas by code, for rows that do not name their own.
    """
    reader = _Reader(lexicons, area_names)
    for row in rows:
        reader.read(row)
    return reader.part()


def whole(part: Part, lexicons: Lexicons, aliases: Mapping[str, str]) -> Columns:
    """Return the columns of all sites."""
    return Columns(part.table, part.closures, lexicons, Blobs.of(part.feature), Blobs.of(part.extra), dict(aliases))


def patched(
    old: Columns, part: Part, lexicons: Lexicons, aliases: Mapping[str, str]
) -> tuple[Columns, NDArray[np.int32]]:
    """Return a copy of the columns with the changed rows put in, and their row numbers.

    Sites that were not there are added at the end; a row keeps its number for ever.
    """
    rows = _row_numbers(old.table.code, part.table.code)
    size = max(len(old), int(rows.max()) + 1) if len(rows) else len(old)
    closures = Closures(rows[part.closures.row], part.closures.first, part.closures.last, part.closures.reason)
    columns = Columns(
        old.table.patched(size, rows, part.table),
        old.closures.patched(rows, closures),
        lexicons,
        old.feature.patched(size, rows, part.feature),
        old.extra.patched(size, rows, part.extra),
        dict(aliases),
    )
    return columns, rows


def _row_numbers(old: NDArray[np.bytes_], new: NDArray[np.bytes_]) -> NDArray[np.int32]:
    order = np.argsort(old)
    numbers = np.empty(len(new), dtype=np.int32)
    places = np.searchsorted(old, new, sorter=order)
    added = len(old)
    for i, place in enumerate(places):
        if place < len(old) and old[order[place]] == new[i]:
            numbers[i] = order[place]
        else:
            numbers[i] = added
            added += 1
    return numbers


def numbers_of(lexicon: Lexicon, words: Iterable[str]) -> list[int]:
    """Return the numbers of those words that some site has."""
    return [number for word in words if (number := lexicon.find(word)) is not None]
