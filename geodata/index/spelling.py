"""Names by their pinyin: each place where a syllable begins, in alphabetical order of what follows.

A search for the beginning of a spelling is then a binary search. The same holds for initials (``dhyl`` for 大海阳路),
whose every letter begins a syllable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geodata.index.mistyping import alike, misspelt

_END = 0
_LINE = 10
_SPACE = 32
#: Letters by which beginnings are sorted: as many as fit into one number.
_KEY = 8


@dataclass(frozen=True, slots=True)
class Spelt:
    """Texts found, and whether at the beginning of their first line, which is the site's own name."""

    text: NDArray[np.int32]
    begins: NDArray[np.bool_]


class _Suffixes:
    """Beginnings within letters, sorted by the eight letters that follow."""

    def __init__(self, letters: NDArray[np.uint8], begins: NDArray[np.int32], owner: NDArray[np.int32]) -> None:
        padded = np.concatenate((letters, np.zeros(_KEY, dtype=np.uint8)))
        self._letters = padded.tobytes()
        order = np.argsort(_keys_of(self._letters)[begins].astype(np.uint64))
        self._units = np.frombuffer(self._letters, dtype=np.uint8)
        self._begins = begins[order]
        self._owner = owner[order]
        self._heads = (self._begins == 0) | (self._units[self._begins - 1] == _END)

    def find(self, sought: bytes) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """Return the texts in which the letters sought begin something, and whether that is the text's beginning."""
        key = sought[:_KEY]
        first, last = self._border(key, after=False), self._border(key, after=True)
        chosen = slice(first, last)
        if len(sought) <= _KEY:
            return self._owner[chosen], self._heads[chosen]
        begins, same = self._begins[chosen], np.ones(last - first, dtype=np.bool_)
        keys = _keys_of(self._letters)
        for offset in range(_KEY, len(sought), _KEY):
            part = sought[offset : offset + _KEY]
            lowest, highest = (int.from_bytes(part.ljust(_KEY, end), "big") for end in (b"\0", b"\xff"))
            # What a shorter text leaves of the array's end ends it, too: no letter stands there.
            here = keys[np.minimum(begins + offset, len(keys) - 1)]
            same &= (here >= np.uint64(lowest)) & (here <= np.uint64(highest))
        return self._owner[chosen][same], self._heads[chosen][same]

    def similar(self, sought: str) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """Return the same as :meth:`find` for letters of which one is wrong, missing or too many."""
        head, wanted = sought[:_KEY], np.frombuffer(sought.encode(), dtype=np.uint8)
        places = self._beginning({variant[:_KEY] for variant in misspelt(sought[: _KEY + 1])} - {head})
        if len(sought) >= _KEY:
            places = places[alike(self._units, self._begins[places], wanted, _LINE).any]
            # Most that need be looked at begin without an error.
            right = self._beginning({head})
            rest = alike(self._units, self._begins[right] + np.int32(_KEY), wanted[_KEY:], _LINE)
            places = np.concatenate((places, right[rest.any]))
        return self._owner[places], self._heads[places]

    def _beginning(self, heads: set[str]) -> NDArray[np.int64]:
        """Return the places of all that begins with one of some letters, eight at most."""
        sought = sorted(head.encode() for head in heads)
        lowest, highest = (
            np.array([int.from_bytes(head.ljust(_KEY, end), "big") for head in sought], np.uint64)
            for end in (b"\0", b"\xff")
        )
        return _ranges(self._borders(lowest), self._borders(highest, after=True))

    def _borders(self, keys: NDArray[np.uint64], *, after: bool = False) -> NDArray[np.int64]:
        """Return where keys of eight letters belong: before those that equal them, or after these."""
        low, high = np.zeros(len(keys), dtype=np.int64), np.full(len(keys), len(self._begins))
        while (open_ := low < high).any():
            middle = (low + high) // 2
            at = self._begins[np.minimum(middle, len(self._begins) - 1)]
            here = _keys_of(self._letters)[at]
            beyond = (here <= keys if after else here < keys) & open_
            low = np.where(beyond, middle + 1, low)
            high = np.where(open_ & ~beyond, middle, high)
        return low

    def _border(self, key: bytes, *, after: bool) -> int:
        low, high = 0, len(self._begins)
        letters, size = self._letters, len(key)
        while low < high:
            middle = (low + high) // 2
            at = int(self._begins[middle])
            here = letters[at : at + size]
            if here < key or (after and here == key):
                low = middle + 1
            else:
                high = middle
        return low

    @property
    def nbytes(self) -> int:
        parts = (self._begins, self._owner, self._heads)
        return len(self._letters) + sum(part.nbytes for part in parts)


class Spellings:
    """The ``search`` texts of sites (:func:`geodata.text.search_text`).

    Parameters
    ----------
    raw : bytes
        The texts, as :func:`raw_of` joins them.
    """

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        units = np.frombuffer(raw, dtype=np.uint8)
        is_letter = (units != _SPACE) & (units != _LINE) & (units != _END)
        begins_syllable = is_letter.copy()
        begins_syllable[1:] &= ~is_letter[:-1]
        text = np.cumsum(units == _END, dtype=np.int32)
        text -= units == _END
        self.starts = np.concatenate(([0], np.flatnonzero(units == _END) + 1)).astype(np.int32)
        breaks = ~is_letter & (units != _SPACE)
        self._spelt = _indexed(units, units != _SPACE, begins_syllable, text)
        self._initials = _indexed(units, begins_syllable | breaks, begins_syllable, text)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def line(self, text: int) -> str:
        """Return the first line of a text: the pinyin of the site's own name."""
        return self.raw[self.starts[text] : self.starts[text + 1] - 1].decode("ascii").partition("\n")[0]

    def lines(self) -> list[str]:
        """Return the first line of every text."""
        return [text.partition("\n")[0] for text in self.raw.decode("ascii").split("\0")[:-1]]

    def find(self, sought: str) -> Spelt:
        """Return the texts in which a syllable, or the initial of one, begins what is sought."""
        if not sought.isascii():
            return Spelt(np.empty(0, dtype=np.int32), np.empty(0, dtype=np.bool_))
        key = sought.encode()
        # A single letter is the initial wherever it begins a syllable.
        found = [index.find(key) for index in (self._spelt, self._initials)[: len(key)]]
        return Spelt(*(np.concatenate(parts) for parts in zip(*found, strict=True)))

    def similar(self, sought: str) -> Spelt:
        """Return the texts in which a syllable begins what is sought but for one letter; initials are too short."""
        return Spelt(*self._spelt.similar(sought))

    def kept(self, keep: NDArray[np.bool_]) -> bytes:
        """Return the raw texts that are to be kept."""
        units = np.frombuffer(self.raw, dtype=np.uint8)
        return units[np.repeat(keep, np.diff(self.starts))].tobytes()

    @property
    def nbytes(self) -> int:
        """The memory it takes, in bytes."""
        return len(self.raw) + self.starts.nbytes + self._spelt.nbytes + self._initials.nbytes


def raw_of(texts: Sequence[str]) -> bytes:
    """Return ``search`` texts in one, each ended by a zero byte."""
    raw = "".join(f"{text}\0" for text in texts).encode("ascii", errors="ignore")
    if raw.count(b"\0") != len(texts):
        raise ValueError("a text holds a NUL, which no store keeps")
    return raw


def _keys_of(letters: bytes | memoryview) -> NDArray[np.uint64]:
    """Return by place the eight letters from there on, as a number that sorts as they do."""
    return np.ndarray((max(len(letters) - _KEY + 1, 0),), dtype=">u8", buffer=letters, strides=(1,))


def _ranges(first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the numbers of all ranges, each once; the ranges begin in ascending order."""
    reached = np.maximum.accumulate(last)
    first = np.maximum(first, np.concatenate((first[:1], reached[:-1])))
    lengths = np.maximum(last - first, 0)
    offsets = np.repeat(first - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    return offsets + np.arange(len(offsets))


def _indexed(
    units: NDArray[np.uint8], keep: NDArray[np.bool_], begins_syllable: NDArray[np.bool_], text: NDArray[np.int32]
) -> _Suffixes:
    letters, owner = units[keep], text[keep]
    begins = np.flatnonzero(begins_syllable[keep]).astype(np.int32)
    return _Suffixes(letters, begins, owner[begins])
