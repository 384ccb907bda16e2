"""The search over names, labels, addresses and pinyin: for each site, how well a text goes with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from geodata.index.grams import Grams, Units, folded_units
from geodata.index.mistyping import forgivable
from geodata.index.repeated import Repeated
from geodata.index.spelling import Spellings, raw_of

#: How well a text goes with a site, the best first; ``NO_MATCH`` where it does not. The similar ones differ by one
#: error in typing.
EXACT, PREFIX, SUBSTRING, LABEL, SPELT, SPELT_WITHIN, PLACE, SIMILAR, SIMILAR_WITHIN, NO_MATCH = range(10)

Ranks: TypeAlias = NDArray[np.uint8]

#: So many changed sites, or this part of all, are looked up beside the others before all are put in order again.
_MANY = 2000
_PART = 0.1


@dataclass(frozen=True, slots=True)
class Texts:
    """What a search looks through, one text a row and field, ready to be indexed.

    ``name``, ``alias`` (labels and former names, a line each) and ``place`` (address and area's name) are folded
    (:func:`geodata.index.grams.folded_units`), ``pinyin`` is the ``search`` column
    (:func:`geodata.index.spelling.raw_of`).
    """

    name: Units
    alias: Units
    place: Units
    pinyin: bytes

    @classmethod
    def of(cls, names: Sequence[str], aliases: Sequence[str], places: Sequence[str], pinyin: Sequence[str]) -> Texts:
        """Return texts folded."""
        return cls(folded_units(names), folded_units(aliases), folded_units(places), raw_of(pinyin))

    @classmethod
    def joined(cls, parts: Sequence[Texts]) -> Texts:
        """Return texts one after another."""
        return cls(
            np.concatenate([part.name for part in parts]),
            np.concatenate([part.alias for part in parts]),
            np.concatenate([part.place for part in parts]),
            b"".join(part.pinyin for part in parts),
        )


@dataclass(frozen=True, slots=True)
class _Segment:
    """The texts of some rows."""

    rows: NDArray[np.int32]
    name: Grams
    alias: Repeated
    place: Grams
    pinyin: Spellings

    @classmethod
    def of(cls, rows: NDArray[np.int32], texts: Texts) -> _Segment:
        return cls(rows, Grams(texts.name), Repeated(texts.alias), Grams(texts.place), Spellings(texts.pinyin))

    def kept(self, keep: NDArray[np.bool_]) -> Texts:
        """Return the texts that are to be kept."""
        return Texts(self.name.kept(keep), self.alias.kept(keep), self.place.kept(keep), self.pinyin.kept(keep))

    def named(self, word: str) -> Ranks:
        """Return how well a folded word goes with the names of the segment's rows."""
        ranks = np.full(len(self.rows), NO_MATCH, dtype=np.uint8)
        names = self.name.find(word)
        ranks[names.text] = SUBSTRING
        ranks[names.text[names.begins]] = PREFIX
        ranks[names.text[names.whole]] = EXACT
        return ranks

    def otherwise(self, word: str) -> Ranks:
        """Return how well a folded word goes with all else that is known of the segment's rows."""
        ranks = np.full(len(self.rows), NO_MATCH, dtype=np.uint8)
        ranks[self.place.holding(word)] = PLACE
        if word.isascii():
            spelt = self.pinyin.find(word)
            ranks[spelt.text] = SPELT_WITHIN
            ranks[spelt.text[spelt.begins]] = SPELT
        ranks[self.alias.holding(word)] = LABEL
        return ranks

    def similar(self, word: str) -> Ranks:
        """Return which rows' names a folded word goes with but for one error in typing."""
        ranks = np.full(len(self.rows), NO_MATCH, dtype=np.uint8)
        if not len(self.rows):
            return ranks
        texts = (self.pinyin,) if word.isascii() else (self.alias, self.name)
        found = [text.similar(word) for text in texts]
        for each in found:
            ranks[each.text] = SIMILAR_WITHIN
        for each in found:
            ranks[each.text[each.begins]] = SIMILAR
        return ranks


@dataclass(frozen=True, slots=True)
class Search:
    """The texts of all sites: most in one segment, those changed lately in a small second one.

    A change then costs no more than its own rows.
    """

    base: _Segment
    current: NDArray[np.bool_]
    recent: _Segment
    size: int

    @classmethod
    def of(cls, size: int, texts: Texts) -> Search:
        """Return the search over the texts of rows 0, 1, 2 …."""
        base = _Segment.of(np.arange(size, dtype=np.int32), texts)
        return cls(base, np.ones(size, dtype=np.bool_), _empty(), size)

    def patched(self, size: int, rows: NDArray[np.int32], texts: Texts) -> Search:
        """Return a search over ``size`` rows in which ``rows`` have new texts."""
        current = self.current & ~np.isin(self.base.rows, rows)
        keep = ~np.isin(self.recent.rows, rows)
        recent_rows = np.concatenate((self.recent.rows[keep], rows))
        recent = Texts.joined([self.recent.kept(keep), texts])
        if len(recent_rows) <= max(_MANY, _PART * len(self.base.rows)):
            return replace(self, current=current, recent=_Segment.of(recent_rows, recent), size=size)
        merged_rows = np.concatenate((self.base.rows[current], recent_rows))
        merged = _Segment.of(merged_rows, Texts.joined([self.base.kept(current), recent]))
        return Search(merged, np.ones(len(merged_rows), dtype=np.bool_), _empty(), size)

    def rank(self, words: Sequence[str]) -> Ranks:
        """Return by row how well folded words go with the sites: as the worst of them does, all must be found."""
        worst = np.zeros(self.size, dtype=np.uint8)
        for word in words:
            ranks = self._ranks(word, _Segment.named)
            np.minimum(ranks, self._ranks(word, _Segment.otherwise), out=ranks)
            np.maximum(worst, ranks, out=worst)
        if len(words) > 1:
            # A name that is or begins with the whole text comes before one with the words here and there.
            worst[worst < SUBSTRING] = SUBSTRING
            whole = self.rank(["".join(words)])
            better = whole < worst
            worst[better] = whole[better]
        return worst

    def best(self, words: Sequence[str], count: int, wanted: NDArray[np.bool_]) -> Ranks:
        """Return the same as :meth:`rank` for the best ``count`` of the ``wanted`` sites at least."""
        if len(words) == 1:
            ranks = self._ranks(words[0], _Segment.named)
            # Nothing else goes as well with a site as its name.
            if np.count_nonzero((ranks < NO_MATCH) & wanted) >= count:
                return ranks
            return np.minimum(ranks, self._ranks(words[0], _Segment.otherwise))
        return self.rank(words)

    def similar(self, words: Sequence[str]) -> Ranks:
        """Return by row which names words go with, written as one, but for one error in typing."""
        whole = "".join(words)
        return self._ranks(whole if forgivable(whole) else "", _Segment.similar)

    def _ranks(self, word: str, of_segment: Callable[[_Segment, str], Ranks]) -> Ranks:
        """Return by row what the segments give."""
        ranks = np.full(self.size, NO_MATCH, dtype=np.uint8)
        if word:
            found = of_segment(self.base, word)
            found[~self.current] = NO_MATCH
            ranks[self.base.rows] = found
            if len(self.recent.rows):
                ranks[self.recent.rows] = of_segment(self.recent, word)
        return ranks

    def name_lengths(self) -> NDArray[np.int32]:
        """Return by row how long the names are."""
        lengths = np.zeros(self.size, dtype=np.int32)
        for segment in (self.base, self.recent):
            lengths[segment.rows] = segment.name.length()
        return lengths

    def name_key(self, row: int) -> tuple[str, str]:
        """Return what a row's name is sorted by: its pinyin, where it has any, and the name."""
        recent = np.flatnonzero(self.recent.rows == row)
        segment = self.recent if len(recent) else self.base
        number = int(recent[0] if len(recent) else np.flatnonzero(self.base.rows == row)[0])
        name = segment.name.text(number)
        return segment.pinyin.line(number) or name, name

    def name_keys(self) -> list[tuple[str, str]]:
        """Return what the names of all rows are sorted by."""
        keys = [("", "")] * self.size
        for segment in (self.base, self.recent):
            lines, names = segment.pinyin.lines(), segment.name.texts()
            for row, line, name in zip(segment.rows.tolist(), lines, names, strict=True):
                keys[row] = (line or name, name)
        return keys

    @property
    def nbytes(self) -> int:
        """The memory it takes, in bytes."""
        parts = (part for segment in (self.base, self.recent) for part in _parts(segment))
        return sum(part.nbytes for part in parts) + self.base.rows.nbytes + self.current.nbytes


def _parts(segment: _Segment) -> tuple[Grams | Repeated | Spellings, ...]:
    return segment.name, segment.alias, segment.place, segment.pinyin


def _empty() -> _Segment:
    return _Segment.of(np.empty(0, dtype=np.int32), Texts.of((), (), (), ()))
