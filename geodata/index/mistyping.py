"""One error in typing: a character wrong, missing or too many."""

from __future__ import annotations

from string import ascii_lowercase

import numpy as np
from numpy.typing import NDArray

#: So long a text must be that one error in it is to be overlooked: in Chinese, and in letters.
LEAST_HAN, LEAST_LETTERS = 3, 4


def forgivable(sought: str) -> bool:
    """Return whether a folded text is long enough for one error to be overlooked."""
    return len(sought) >= (LEAST_LETTERS if sought.isascii() else LEAST_HAN)


def alike(
    units: NDArray[np.integer], at: NDArray[np.int32], wanted: NDArray[np.integer], ends: tuple[int, int], step: int = 1
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return where a text goes on as wanted but for one error at most.

    Of two texts that differ by one error, the error is where they first differ: from there on each kind of error is
    followed by itself.

    Parameters
    ----------
    units : ndarray
        Texts, the last unit an end.
    at : ndarray of int32
        Where in ``units`` to compare from.
    wanted : ndarray
        What is to be there; in the order of reading it, which is backwards with ``step`` -1.
    ends : tuple of int
        The units that end a text and that part one, which no error goes beyond.
    step : {1, -1}

    Returns
    -------
    chosen : ndarray of int
        Which of ``at`` fit.
    length : ndarray of int
        How many units each of them takes.
    """
    same = np.arange(len(at), dtype=np.int32)
    wrong = {shift: np.empty(0, dtype=np.int32) for shift in (0, 1, -1)}
    for place, unit in enumerate(wanted):
        for shift, rows in wrong.items():
            wrong[shift] = rows[units[at[rows] + step * (place + shift)] == unit]
        here = units[at[same] + step * place]
        fits = here == unit
        missed, there = same[~fits], here[~fits]
        inside = missed[(there != ends[0]) & (there != ends[1])]
        same = same[fits]
        following = inside[units[at[inside] + step * (place + 1)] == unit]
        for shift, rows in ((0, inside), (1, following), (-1, missed)):
            wrong[shift] = np.concatenate((wrong[shift], rows))
    parts = [(same, 0), *((rows, shift) for shift, rows in wrong.items())]
    chosen = np.concatenate([rows for rows, _ in parts])
    return chosen, np.concatenate([np.full(len(rows), len(wanted) + shift) for rows, shift in parts])


def misspelt(letters: str) -> set[str]:
    """Return what letters become by one error; one too many is none in so short a text that little would be left."""
    cuts = [(letters[:place], letters[place:]) for place in range(len(letters) + 1)]
    missing = {before + after[1:] for before, after in cuts if after and len(letters) > LEAST_LETTERS}
    wrong = {before + letter + after[1:] for before, after in cuts if after for letter in ascii_lowercase}
    more = {before + letter + after for before, after in cuts for letter in ascii_lowercase}
    return (missing | wrong | more) - {letters}


def one_apart(one: str, other: str) -> bool:
    """Return whether two texts differ by one error at most."""
    if abs(len(one) - len(other)) > 1:
        return False
    place = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rests = (one[place:], other[place:])
    return rests[0][1:] == rests[1][1:] or rests[0][1:] == rests[1] or rests[0] == rests[1][1:]
