"""The timetables of a day, taken apart into few arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from geodata.hours import Timetable
from geodata.messages import Message


@dataclass(frozen=True, slots=True)
class Tables:
    """The timetables of all distinct hours from the beginning of a day on, by the number of the hours.

    Attributes
    ----------
    day : date
    times, states, notes : ndarray
        Of all timetables, one after another; a note is a number in ``words``.
    begins, ends : ndarray of int64
        Where each timetable begins in these (and the last one ends), and the Unix second at which its span ends.
    words : list of Message or None
    """

    day: date
    times: NDArray[np.int64]
    states: NDArray[np.int8]
    notes: NDArray[np.int32]
    begins: NDArray[np.int64]
    ends: NDArray[np.int64]
    words: list[Message | None]

    @classmethod
    def of(cls, day: date, tables: Sequence[Timetable]) -> Tables:
        """Return timetables taken apart."""
        numbers: dict[str, int] = {}
        words: list[Message | None] = []
        notes: list[int] = []
        for table in tables:
            for note in table.notes:
                key = repr(note)
                if key not in numbers:
                    numbers[key] = len(words)
                    words.append(note)
                notes.append(numbers[key])
        begins = np.zeros(len(tables) + 1, dtype=np.int64)
        np.cumsum([len(table.times) for table in tables], out=begins[1:])
        return cls(
            day,
            np.concatenate([table.times for table in tables]),
            np.concatenate([table.states for table in tables]),
            np.array(notes, dtype=np.int32),
            begins,
            np.array([table.end for table in tables], dtype=np.int64),
            words,
        )

    def timetables(self, tz: ZoneInfo) -> list[Timetable]:
        """Return the timetables."""
        notes = [self.words[number] for number in self.notes.tolist()]
        spans = pairwise(self.begins.tolist())
        return [
            Timetable(self.times[a:b], self.states[a:b], tuple(notes[a:b]), end, tz)
            for (a, b), end in zip(spans, self.ends.tolist(), strict=True)
        ]
