"""Who runs which sites: an organisation with its own places and those of all that belongs to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geodata.index.columns import Columns
from geodata.index.geometry import Mask
from geodata.index.opening import CLOSED, OPEN, UNKNOWN, Moment
from geodata.organisations import Organisation, Organisations

_BETWEEN = "\n"
_STATES = {"open": OPEN, "closed": CLOSED, "unknown": UNKNOWN}


def operator_word(code: str | None, name: str) -> str:
    """Return what a site states about who runs it as one word; empty where it states nothing."""
    return f"{code or ''}{_BETWEEN}{name}" if code or name else ""


class Charge:
    """The organisations and the sites that they run, by what the sites state at this data version.

    Nothing of this is stored: whichever is written later, the organisation or the site, the two find each other.

    Parameters
    ----------
    columns : Columns
    organisations : Organisations
    """

    def __init__(self, columns: Columns, organisations: Organisations) -> None:
        self._columns = columns
        self.organisations = organisations

    @cached_property
    def _numbers(self) -> Mapping[str, list[int]]:
        """The numbers of the operators that mean an organisation, by its code."""
        found: dict[str, list[int]] = {}
        if not len(self.organisations):
            return found
        for number, word in enumerate(self._columns.lexicons.operators.words):
            if word and (item := self._meant(word)) is not None:
                found.setdefault(item.code, []).append(number)
        return found

    def _meant(self, word: str) -> Organisation | None:
        code, _, name = word.partition(_BETWEEN)
        return self.organisations.operator(code or None, name)

    def of_row(self, row: int) -> Organisation | None:
        """Return the organisation that runs a site."""
        word = self._columns.lexicons.operators.words[int(self._columns.table.operator[row])]
        return self._meant(word) if word else None

    def described(
        self, item: Organisation, moment: Moment, listed: Mask, limit: int, by_name: NDArray[np.int32]
    ) -> dict[str, Any]:
        """Return an organisation with what is above and below it and the rows of its places.

        Parameters
        ----------
        item : Organisation
        moment : Moment
        listed : Mask
            Which rows are there at this moment.
        limit : int
            Most rows to give.
        by_name : int32
            All rows in the order of their names.

        Returns
        -------
        dict
            What :func:`plain` gives; ``parent``, ``above`` (the largest first) and ``children`` with their numbers of
            places, those below them included; ``places``: ``own``, ``total``, ``open``, ``closed``, ``unknown``;
            ``rows``: its own first, then those below by who runs them, each by name; ``runners``: who runs each of
            these rows; ``truncated``.
        """
        known, counts = self.organisations, self._counts(moment, listed)
        team = [item, *known.below(item)]
        whose = np.full(len(self._columns.lexicons.operators), -1, dtype=np.int32)
        for number, one in enumerate(team):
            whose[self._numbers.get(one.code, [])] = number
        runner = whose[self._columns.table.operator[by_name]]
        chosen = by_name[(runner >= 0) & listed[by_name]]
        rows = chosen[np.argsort(whose[self._columns.table.operator[chosen]], kind="stable")][:limit].tolist()
        runners = [team[int(whose[self._columns.table.operator[row]])] for row in rows]
        above, places = known.above(item), self._sum(team, counts)
        return {
            **plain(item),
            "parent": short(above[-1]) if above else None,
            "above": [short(one) for one in above],
            "children": [
                short(one) | {"places": self._sum([one, *known.below(one)], counts)["total"]}
                for one in known.children(item)
            ],
            "places": {"own": self._sum([item], counts)["total"], **places},
            "runners": [short(one) for one in runners],
            "rows": rows,
            "truncated": places["total"] > limit,
        }

    def places(self, items: Iterable[Organisation], moment: Moment, listed: Mask) -> list[dict[str, int]]:
        """Return of organisations how many places they and all below them run, as :meth:`described` does."""
        counts = self._counts(moment, listed)
        return [
            {
                "own": self._sum([item], counts)["total"],
                **self._sum([item, *self.organisations.below(item)], counts),
            }
            for item in items
        ]

    def _counts(self, moment: Moment, listed: Mask) -> NDArray[np.int64]:
        """Return by the number of the operator how many places are open, closed and of unknown hours."""
        rows = np.flatnonzero(listed).astype(np.int32)
        operators, states = self._columns.table.operator[rows], moment.states(rows)
        size = len(self._columns.lexicons.operators)
        columns = [np.bincount(operators[states == state], minlength=size) for state in _STATES.values()]
        return np.stack(columns, axis=1)

    def _sum(self, items: Iterable[Organisation], counts: NDArray[np.int64]) -> dict[str, int]:
        numbers = [number for item in items for number in self._numbers.get(item.code, ())]
        found = counts[numbers].sum(axis=0).tolist()
        return {"total": sum(found), **dict(zip(_STATES, found, strict=True))}


def plain(item: Organisation) -> dict[str, Any]:
    """Return an organisation as JSON values, without what it belongs to."""
    return {
        "code": item.code,
        "name": item.name,
        "name_en": item.name_en,
        "level": item.level,
        "area": item.area,
        "phone": item.phone,
        "address": item.address,
        "hours_text": item.hours.text,
        "hours_osm": item.hours.osm,
        "website": item.website,
        "note": item.note,
        "source": item.source,
    }


def short(item: Organisation) -> dict[str, Any]:
    """Return what a link to an organisation needs."""
    return {"code": item.code, "name": item.name, "name_en": item.name_en, "level": item.level}
