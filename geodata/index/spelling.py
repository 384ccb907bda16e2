"""Names by their pinyin: each place where a syllable begins, in alphabetical order of what follows.

A search for the beginning of a spelling is then a binary search. The same holds for initials (``dhyl`` for 大海阳路),
whose every letter begins a syllable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_END = 0
_LINE = 10
_SPACE = 32


@dataclass(frozen=True, slots=True)
class Spelt:
    """Texts found, and whether at the beginning of their first line, which is the site's own name."""

    text: NDArray[np.int32]
    begins: NDArray[np.bool_]


class _Suffixes:
    """Beginnings within letters, sorted by the letters that follow."""

    def __init__(self, letters: NDArray[np.uint8], begins: NDArray[np.int32], owner: NDArray[np.int32]) -> None:
        # Enough letters in the sort key to leave few equal ones; the search compares as many as are sought.
        padded = np.concatenate((letters, np.zeros(16, dtype=np.uint8)))
        keys = np.zeros(len(begins), dtype=np.uint64)
        rest = np.zeros(len(begins), dtype=np.uint64)
        for target, offset in ((keys, 0), (rest, 8)):
            for place in range(8):
                target |= padded[begins + (offset + place)].astype(np.uint64) << np.uint64(56 - 8 * place)
        order = np.lexsort((rest, keys))
        self._letters = letters.tobytes()
        self._begins = begins[order]
        self._owner = owner[order]

    def find(self, sought: bytes) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return where the letters sought begin, and the texts these places are in."""
        key = sought[:16]
        first, last = self._border(key, after=False), self._border(key, after=True)
        begins, owner = self._begins[first:last], self._owner[first:last]
        if len(sought) > len(key):
            letters, size = self._letters, len(sought)
            same = np.fromiter((letters[at : at + size] == sought for at in begins.tolist()), np.bool_, len(begins))
            return begins[same], owner[same]
        return begins, owner

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
        return len(self._letters) + self._begins.nbytes + self._owner.nbytes


class Spellings:
    """The ``search`` texts of sites (:func:`geodata.index.text.search_text`).

    Parameters
    ----------
    raw : bytes
        The texts, each ended by a zero byte.
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
        # The first syllable of a text stands at its beginning, unless its first line is empty.
        begins_text = np.zeros(len(units), dtype=np.bool_)
        begins_text[self.starts[:-1]] = True
        breaks = ~is_letter & (units != _SPACE)
        self._spelt, self._spelt_first = _indexed(units, units != _SPACE, begins_syllable, text, begins_text)
        self._initials, self._initials_first = _indexed(
            units, begins_syllable | breaks, begins_syllable, text, begins_text
        )

    @classmethod
    def of(cls, texts: Sequence[str]) -> Spellings:
        """Return an index of ``search`` texts."""
        return cls(raw_of(texts))

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
        places, owner = self._spelt.find(key)
        initials, initials_owner = self._initials.find(key)
        return Spelt(
            np.concatenate((owner, initials_owner)),
            np.concatenate((self._spelt_first[places], self._initials_first[initials])),
        )

    def kept(self, keep: NDArray[np.bool_]) -> bytes:
        """Return the raw texts that are to be kept."""
        units = np.frombuffer(self.raw, dtype=np.uint8)
        return units[np.repeat(keep, np.diff(self.starts))].tobytes()

    @property
    def nbytes(self) -> int:
        """The memory it takes, in bytes."""
        flags = self._spelt_first.nbytes + self._initials_first.nbytes
        return len(self.raw) + self.starts.nbytes + self._spelt.nbytes + self._initials.nbytes + flags


def raw_of(texts: Sequence[str]) -> bytes:
    """Return ``search`` texts in one, each ended by a zero byte."""
    return "".join(text.replace("\0", "") + "\0" for text in texts).encode("ascii", errors="ignore")


def _indexed(
    units: NDArray[np.uint8],
    keep: NDArray[np.bool_],
    begins_syllable: NDArray[np.bool_],
    text: NDArray[np.int32],
    begins_text: NDArray[np.bool_],
) -> tuple[_Suffixes, NDArray[np.bool_]]:
    letters = units[keep]
    begins = np.flatnonzero(begins_syllable[keep]).astype(np.int32)
    return _Suffixes(letters, begins, text[keep][begins]), begins_text[keep]
