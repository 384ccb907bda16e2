"""Texts of which few are different, as the names of programmes are: each of these is looked through once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from geodata.index.grams import Found, Grams, Units


class Repeated:
    """Folded texts, searchable by any piece of them as those of :class:`geodata.index.grams.Grams` are.

    Parameters
    ----------
    units : ndarray of uint16
        The texts, as :func:`geodata.index.grams.folded_units` makes them.
    """

    def __init__(self, units: Units) -> None:
        numbers: dict[str, int] = {}
        texts = units.tobytes().decode("utf-16-le").split("\0")[:-1]
        self._number = np.array([numbers.setdefault(text, len(numbers)) for text in texts], dtype=np.int32)
        self._grams = Grams(_units_of(list(numbers)))
        self._order = np.argsort(self._number, kind="stable").astype(np.int32)
        self._first = np.zeros(len(numbers) + 1, dtype=np.int32)
        np.cumsum(np.bincount(self._number, minlength=len(numbers)), out=self._first[1:])

    def __len__(self) -> int:
        return len(self._number)

    def holding(self, sought: str) -> NDArray[np.int32]:
        """Return the texts in which a folded text occurs."""
        return self._texts(np.unique(self._grams.holding(sought)))

    def similar(self, sought: str) -> Found:
        """Return occurrences of a folded text with one error (:meth:`geodata.index.grams.Grams.similar`)."""
        found = self._grams.similar(sought)
        begins = np.unique(found.text[found.begins])
        within = np.setdiff1d(found.text, begins)
        parts = self._texts(begins), self._texts(within)
        begun = np.zeros(len(parts[0]) + len(parts[1]), dtype=np.bool_)
        begun[: len(parts[0])] = True
        return Found(np.concatenate(parts), begun, np.zeros_like(begun))

    def kept(self, keep: NDArray[np.bool_]) -> Units:
        """Return the units of those texts that are to be kept."""
        texts = self._grams.texts()
        return _units_of([texts[number] for number in self._number[keep].tolist()])

    @property
    def nbytes(self) -> int:
        """The memory it takes, in bytes."""
        return self._grams.nbytes + self._number.nbytes + self._order.nbytes + self._first.nbytes

    def _texts(self, numbers: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the places of all texts that are one of these."""
        parts = [self._order[self._first[number] : self._first[number + 1]] for number in numbers.tolist()]
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.int32)


def _units_of(texts: list[str]) -> Units:
    return np.frombuffer("".join(f"{text}\0" for text in texts).encode("utf-16-le"), dtype=np.uint16)
