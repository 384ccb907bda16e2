"""The columns of the read model: plain numpy arrays by row, and dictionaries for what repeats.

All of it is immutable by convention: a refresh copies, patches the copies and leaves the old ones to their readers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geodata.index.blobs import Blobs
from geodata.vocabulary import Vocabulary

#: Days as :meth:`datetime.date.toordinal` counts them; an open beginning or end.
NO_FIRST_DAY = 0
NO_LAST_DAY = 2**31 - 1


class Numbers(dict[str | None, int]):
    """Numbers of words; one that is asked for and not there is given the next number."""

    def __init__(self, words: list[str | None]) -> None:
        super().__init__((word, number) for number, word in enumerate(words))
        self._words = words

    def __missing__(self, word: str | None) -> int:
        number = self[word] = len(self._words)
        self._words.append(word)
        return number


class Lexicon:
    """Distinct values and their numbers; new ones are added at the end, so that numbers given stay right.

    Attributes
    ----------
    words : list of str or None
        By number.
    numbers : Numbers
        Adds what it is asked for (:meth:`find` does not).
    """

    __slots__ = ("numbers", "words")

    def __init__(self, words: Iterable[str | None] = ()) -> None:
        self.words: list[str | None] = list(words)
        self.numbers = Numbers(self.words)

    def find(self, word: str) -> int | None:
        """Return the number of ``word``, or ``None`` if no site has it."""
        return self.numbers.get(word)

    def copy(self) -> Lexicon:
        """Return one that can grow apart."""
        return Lexicon(self.words)

    def __len__(self) -> int:
        return len(self.words)


@dataclass(frozen=True, slots=True)
class Lexicons:
    """The distinct values of the coded columns.

    ``amenities`` and ``ways`` number bits: facilities as ``f.toilet``, services as ``s.legal_aid``; ways of access.
    ``operators`` are code and name as sites state them, with a line feed between; empty where a site states neither.
    """

    kinds: Lexicon
    levels: Lexicon
    states: Lexicon
    amenities: Lexicon
    ways: Lexicon
    areas: Lexicon
    area_names: Lexicon
    hours: Lexicon
    reasons: Lexicon
    operators: Lexicon

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> Lexicons:
        """Return dictionaries that hold the vocabulary's codes."""
        return cls(
            kinds=Lexicon(vocabulary.kinds),
            levels=Lexicon((None, *vocabulary.levels)),
            states=Lexicon(vocabulary.states),
            amenities=Lexicon(
                (*(f"f.{code}" for code in vocabulary.facilities), *(f"s.{code}" for code in vocabulary.services))
            ),
            ways=Lexicon(vocabulary.access),
            areas=Lexicon((None,)),
            area_names=Lexicon(("",)),
            hours=Lexicon((None,)),
            reasons=Lexicon(("",)),
            operators=Lexicon(("",)),
        )

    def copy(self) -> Lexicons:
        """Return dictionaries that can grow apart."""
        return Lexicons(*(getattr(self, part.name).copy() for part in fields(self)))


@dataclass(frozen=True, slots=True)
class Table:
    """One array a column; the first axis is the row.

    Attributes
    ----------
    code : bytes
        The public code.
    lon, lat : float64
        Degrees in WGS-84, NaN without a position.
    kind, level, state, area, area_name, hours, operator : int
        Numbers in :class:`Lexicons`.
    have, yes : uint64, shape (n, words)
        Bits of the facilities and services there are at least in part (yes, limited), and of those there are (yes).
    ways : uint64, shape (n, words)
        Bits of the ways of access.
    score : float64
        NaN without a rating; see ``rated_on`` of :class:`Columns`.
    valid_from, valid_to : int32
        Days, both included; :data:`NO_FIRST_DAY` and :data:`NO_LAST_DAY` where it has no such bound.
    special : bool
        Whether something besides its hours decides when it is open: closures, validity or a state other than open.
    """

    code: NDArray[np.bytes_]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    kind: NDArray[np.uint16]
    level: NDArray[np.uint16]
    state: NDArray[np.uint16]
    area: NDArray[np.int32]
    area_name: NDArray[np.int32]
    hours: NDArray[np.int32]
    have: NDArray[np.uint64]
    yes: NDArray[np.uint64]
    ways: NDArray[np.uint64]
    score: NDArray[np.float64]
    valid_from: NDArray[np.int32]
    valid_to: NDArray[np.int32]
    special: NDArray[np.bool_]
    operator: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.code)

    @classmethod
    def joined(cls, parts: Sequence[Table]) -> Table:
        """Return tables one after another."""
        whole: list[NDArray[Any]] = []
        for column in fields(cls):
            arrays = [getattr(part, column.name) for part in parts]
            if arrays[0].ndim == 2:
                width = max(array.shape[1] for array in arrays)
                arrays = [np.pad(array, ((0, 0), (0, width - array.shape[1]))) for array in arrays]
            whole.append(np.concatenate(arrays))
        return cls(*whole)

    def patched(self, size: int, rows: NDArray[np.int32], part: Table) -> Table:
        """Return a copy of ``size`` rows in which ``rows`` are those of ``part``."""
        return Table(
            *(
                patched_array(getattr(self, column.name), size, rows, getattr(part, column.name))
                for column in fields(self)
            )
        )

    @property
    def nbytes(self) -> int:
        """The memory it takes, in bytes."""
        return sum(int(getattr(self, column.name).nbytes) for column in fields(self))


def patched_array(old: NDArray[Any], size: int, rows: NDArray[np.int32], new: NDArray[Any]) -> NDArray[Any]:
    """Return a copy of a column with ``size`` rows in which ``rows`` are those of ``new``."""
    # Codes may have grown longer, bit columns wider.
    shape = (size, *(max(pair) for pair in zip(old.shape[1:], new.shape[1:], strict=True)))
    patched = np.zeros(shape, dtype=np.promote_types(old.dtype, new.dtype))
    patched[(slice(len(old)), *map(slice, old.shape[1:]))] = old
    if new.ndim == 1:
        patched[rows] = new
    else:
        patched[rows] = 0
        patched[rows, : new.shape[1]] = new
    return patched


@dataclass(frozen=True, slots=True)
class Closures:
    """The closures of the few sites that have any, sorted by row.

    ``first`` and ``last`` are days, both included; ``reason`` a number in :class:`Lexicons`.
    """

    row: NDArray[np.int32]
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    reason: NDArray[np.int32]

    @classmethod
    def of(cls, items: Iterable[tuple[int, int, int, int]]) -> Closures:
        """Return closures given as (row, first, last, reason)."""
        array = np.array(list(items), dtype=np.int64).reshape(-1, 4)
        row, first, last, reason = array[np.lexsort((array[:, 1], array[:, 0]))].T.astype(np.int32)
        return cls(row, first, last, reason)

    def patched(self, rows: NDArray[np.int32], part: Closures) -> Closures:
        """Return a copy in which ``rows`` have the closures of ``part``, which names rows of this table."""
        kept = ~np.isin(self.row, rows)
        joined = [
            np.concatenate((getattr(self, name)[kept], getattr(part, name)))
            for name in ("row", "first", "last", "reason")
        ]
        order = np.lexsort((joined[1], joined[0]))
        return Closures(*(column[order] for column in joined))

    def of_row(self, row: int) -> list[tuple[int, int, int]]:
        """Return a row's closures as (first, last, reason)."""
        begin, end = np.searchsorted(self.row, [row, row + 1])
        return [(int(self.first[i]), int(self.last[i]), int(self.reason[i])) for i in range(begin, end)]


@dataclass(frozen=True, slots=True, eq=False)
class EvidenceTable:
    """The evidence behind the scores, one entry a piece, sorted by row and then by day (:mod:`geodata.index.evidence`).

    Attributes
    ----------
    row : int32
        Whose evidence it is.
    scheme, level, name, source : int
        Numbers: in :data:`geodata.ratings.SCHEMES`, and in ``levels``, ``names`` and ``sources``; -1 for no level.
    value, scale : float64
        NaN for none.
    count : int32
    as_of : int32
        Days since 1970.
    note : int32
        Number in ``notes``, -1 for none.
    """

    row: NDArray[np.int32]
    scheme: NDArray[np.int8]
    value: NDArray[np.float64]
    scale: NDArray[np.float64]
    count: NDArray[np.int32]
    as_of: NDArray[np.int32]
    level: NDArray[np.int16]
    name: NDArray[np.int32]
    source: NDArray[np.int32]
    note: NDArray[np.int32]
    notes: Blobs
    names: Lexicon
    sources: Lexicon
    levels: Lexicon

    @property
    def nbytes(self) -> int:
        """The memory it takes, in bytes."""
        arrays = (getattr(self, column.name) for column in fields(self))
        return self.notes.nbytes + sum(int(array.nbytes) for array in arrays if isinstance(array, np.ndarray))


@dataclass(frozen=True, slots=True)
class Columns:
    """Everything the index knows of the sites, besides what is derived from it.

    Attributes
    ----------
    table : Table
    closures : Closures
    lexicons : Lexicons
    feature : Blobs
        GeoJSON up to the parts that depend on the request (:mod:`geodata.index.features`).
    extra : Blobs
        What only the page of one site shows, as JSON.
    aliases : mapping of str to str
        Former codes to present ones.
    evidence : EvidenceTable
    rated_on : int
        The day for which the scores are.
    dates : ndarray of int32, shape (n, 2)
        The days on which a site was verified on the spot (0 for never) and changed last.
    indicators : Blobs
        The published figures of a site as a list in JSON, the latest first; empty where there are none.
    area_indicators : list of dict
        Those of areas, each with its ``area``.
    """

    table: Table
    closures: Closures
    lexicons: Lexicons
    feature: Blobs
    extra: Blobs
    aliases: Mapping[str, str]
    evidence: EvidenceTable
    rated_on: int
    dates: NDArray[np.int32]
    indicators: Blobs
    area_indicators: list[dict[str, Any]]

    def __len__(self) -> int:
        return len(self.table)


def words_of(bits: list[int], count: int) -> NDArray[np.uint64]:
    """Return integers of any size as rows of 64-bit words, the lowest first; ``count`` bits at least."""
    words = max(1, -(-count // 64))
    if words == 1:
        return np.array(bits, dtype=np.uint64).reshape(-1, 1)
    low = 2**64 - 1
    return np.array([[bit >> (64 * word) & low for word in range(words)] for bit in bits], dtype=np.uint64).reshape(
        -1, words
    )
