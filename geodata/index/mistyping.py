"""One error in typing: a character wrong, missing or too many."""

from __future__ import annotations

from string import ascii_lowercase
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Mask: TypeAlias = NDArray[np.bool_]

#: So long a text must be that one error in it is to be overlooked: in Chinese, and in letters.
LEAST_HAN, LEAST_LETTERS = 3, 4
#: After so many units what can no longer fit is left out.
_SIEVED = 3


def forgivable(sought: str) -> bool:
    """Return whether a folded text is long enough for one error to be overlooked."""
    return len(sought) >= (LEAST_LETTERS if sought.isascii() else LEAST_HAN)


class Alike(NamedTuple):
    """By place whether a text goes on there as wanted: but for a wrong letter at most, one too many, one missing."""

    wrong: Mask
    more: Mask
    missing: Mask

    @property
    def any(self) -> Mask:
        """Whether it does in any way."""
        return self.wrong | self.more | self.missing


def alike(
    units: NDArray[np.integer], at: NDArray[np.integer], wanted: NDArray[np.integer], ends: int, step: int = 1
) -> Alike:
    """Return where a text goes on as wanted but for one error at most.

    Of two texts that differ by one error, the error is where they first differ: from there on each kind of error is
    followed by itself.

    Parameters
    ----------
    units : ndarray
        Texts, the last unit an end.
    at : ndarray of int
        Where in ``units`` to compare from.
    wanted : ndarray
        What is to be there; in the order of reading it, which is backwards with ``step`` -1.
    ends : int
        Units up to this end a text or part one, and no error goes beyond them.
    step : {1, -1}
    """
    found = Alike(*(np.zeros(len(at), dtype=np.bool_) for _ in range(3)))
    chosen = np.arange(len(at))
    # Whether all was the same so far and, for each kind of error, whether all was since it began to differ.
    state = np.ones((4, len(at)), dtype=np.bool_)
    at = at.astype(np.intp)
    for place in range(len(wanted) + 1):
        same, wrong, more, missing = state
        # A text at the border of the array reads on from the other one: behind an end, where nothing counts any more.
        here = units.take(at, mode="wrap")
        if place:
            more &= same | (here == wanted[place - 1])
        if place < len(wanted):
            fits = here == wanted[place]
            ended = same & (here <= ends)  # which never fits
            if place:
                wrong &= same | fits
            wrong &= ~ended
            more &= ~ended
            same &= fits
            if place + 1 < len(wanted):
                missing &= same | (here == wanted[place + 1])
        if place % _SIEVED == _SIEVED - 1 and len(at):
            alive = state.any(axis=0)
            if 2 * np.count_nonzero(alive) < len(at):
                at, chosen, state = at[alive], chosen[alive], state[:, alive]
        at = at + step
    same, wrong, more, missing = state
    found.wrong[chosen] = same | wrong
    found.more[chosen] = more & ~same
    found.missing[chosen] = missing & ~same
    return found


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
