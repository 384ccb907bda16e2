"""Numbers of the sites that match, by what they are and have."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geodata.index.columns import Lexicon
from geodata.index.finding import Finder
from geodata.index.opening import CLOSED, OPEN, UNKNOWN
from geodata.index.query import SiteQuery

_OPENING = {"open": OPEN, "closed": CLOSED, "unknown": UNKNOWN}


def counts(finder: Finder, query: SiteQuery, now: datetime) -> dict[str, Any]:
    """Return how many sites match, as :meth:`geodata.index.SiteIndex.counts` describes."""
    mask, moment = finder.matching(query, now)
    rows = np.flatnonzero(mask)
    table, words = finder.columns.table, finder.columns.lexicons
    opening = moment.states(rows.astype(np.int32))
    return {
        "total": len(rows),
        "kinds": _by_number(words.kinds, table.kind[rows]),
        "levels": _by_number(words.levels, table.level[rows]),
        "states": _by_number(words.states, table.state[rows]),
        "facilities": _by_bit(words.amenities, "f.", table.have[rows]),
        "services": _by_bit(words.amenities, "s.", table.have[rows]),
        "open": {name: int(np.count_nonzero(opening == state)) for name, state in _OPENING.items()},
    }


def _by_number(lexicon: Lexicon, numbers: NDArray[np.uint16]) -> dict[str, int]:
    found = np.bincount(numbers, minlength=len(lexicon)).tolist()
    return {word: count for word, count in zip(lexicon.words, found, strict=True) if word is not None}


def _by_bit(lexicon: Lexicon, prefix: str, bits: NDArray[np.uint64]) -> dict[str, int]:
    named = ((number, word) for number, word in enumerate(lexicon.words) if word and word.startswith(prefix))
    return {word.removeprefix(prefix): _bit_count(bits, number) for number, word in named}


def _bit_count(bits: NDArray[np.uint64], number: int) -> int:
    word, bit = divmod(number, 64)
    if word >= bits.shape[1]:
        return 0
    return int(np.count_nonzero(bits[:, word] & np.uint64(1 << bit)))
