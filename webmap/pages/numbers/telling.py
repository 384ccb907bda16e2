"""Statistics of the index as rows and cells in the page's language, ready for the templates to draw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean
from typing import Any

from geodata.vocabulary import Term
from webmap.pages.catalogue import translated as _
from webmap.pages.places.wording import Wording

HOURS_A_DAY, DAYS_A_WEEK = 24, 7
#: Areas with a bar of their own; of more, the page says how many are left out.
MOST_AREAS = 60
#: Figures of one heading that are shown; the interface has all.
MOST_FIGURES = 200
#: A Monday: of it and the days after it only the names are taken.
_MONDAY = date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a chart: its name, the number, and its share of all, in hundredths for the drawing and in words."""

    name: str
    number: str
    drawn: float
    share: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """An hour of the week: the share that is open, ``None`` where no hours are known, and in words."""

    share: float | None
    text: str
    when: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A published figure."""

    name: str
    about: str
    period: str
    value: str


@dataclass(frozen=True, slots=True)
class Week:
    """The hours of an ordinary week: names of the days, cells by day and hour, and the sentence that sums them up."""

    days: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]
    summary: str


def bar(name: str, count: int, total: int, wording: Wording, href: str = "") -> Bar:
    """Return the row of one number among ``total``."""
    share = count / total if total else 0.0
    return Bar(name, wording.number(count), round(100 * share, 2), wording.percent(share), href)


def term_bars(
    counts: Mapping[str, int], terms: Mapping[str, Term], total: int, wording: Wording, *, ordered: bool = False
) -> list[Bar]:
    """Return a row for each word of the vocabulary that any place has.

    Parameters
    ----------
    ordered : bool
        Whether the words have an order of their own, such as levels; else the most frequent comes first.
    """
    found = [(code, counts.get(code, 0)) for code in terms if counts.get(code)]
    if not ordered:
        found.sort(key=lambda item: -item[1])
    return [bar(wording.term(terms[code]), count, total, wording) for code, count in found]


def missing(counts: Mapping[str, int], terms: Mapping[str, Term], wording: Wording) -> str:
    """Return the words that no place has, in one line."""
    return wording.joined(wording.term(term) for code, term in terms.items() if not counts.get(code))


def week(shares: Sequence[float | None], wording: Wording) -> Week | None:
    """Return the hours of a week; ``None`` if no hours are known."""
    if all(share is None for share in shares):
        return None
    names = tuple(wording.weekday((_MONDAY + timedelta(day)).isoformat()) for day in range(DAYS_A_WEEK))
    cells = tuple(
        tuple(
            Cell(
                share,
                "–" if share is None else wording.percent(share),
                _("{day} {time}").format(day=name, time=f"{hour}:00–{hour + 1}:00"),
            )
            for hour, share in enumerate(shares[day * HOURS_A_DAY : (day + 1) * HOURS_A_DAY])
        )
        for day, name in enumerate(names)
    )
    return Week(names, cells, _summary(shares, wording))


def _summary(shares: Sequence[float | None], wording: Wording) -> str:
    def mean(days: Iterable[int], hour: int) -> str:
        known = [share for day in days if (share := shares[day * HOURS_A_DAY + hour]) is not None]
        return wording.percent(fmean(known)) if known else "–"

    return _("On weekdays at noon {noon} are open, on Sundays at noon {sunday}, at two in the night {night}.").format(
        noon=mean(range(5), 12), sunday=mean((6,), 12), night=mean(range(DAYS_A_WEEK), 2)
    )


def freshness(verified: Mapping[str, int], total: int, wording: Wording) -> list[Bar]:
    """Return how long ago places were verified on the spot."""
    names = {
        "d30": _("within 30 days"),
        "d90": _("31 to 90 days ago"),
        "d365": _("91 days to a year ago"),
        "older": _("more than a year ago"),
        "never": _("never, or not stated"),
    }
    return [bar(name, verified[key], total, wording) for key, name in names.items()]


def place_figures(items: Sequence[Mapping[str, Any]], wording: Wording) -> list[Figure]:
    """Return the sums of what was published about single places."""
    return [
        Figure(
            name=_named(item, wording),
            about=" · ".join(
                (_("of {places}").format(places=wording.counted(item["sites"])), wording.joined(item["sources"]))
            ),
            period=wording.local(item["period_text"]),
            value=_valued(item, wording),
        )
        for item in items[:MOST_FIGURES]
    ]


def area_figures(items: Sequence[Mapping[str, Any]], names: Mapping[str, str], wording: Wording) -> list[Figure]:
    """Return what was published about areas as a whole, the latest first."""
    latest = sorted(items, key=lambda item: (item["to"], item["from"]), reverse=True)
    return [
        Figure(
            name=_named(item, wording),
            about=" · ".join(filter(None, (names.get(item["area"], item["area"]), item["source"], item["note"]))),
            period=wording.local(item["period_text"]),
            value=_valued(item, wording),
        )
        for item in latest[:MOST_FIGURES]
    ]


def _named(item: Mapping[str, Any], wording: Wording) -> str:
    return " · ".join(filter(None, (wording.local(item["metric_name"]), item["name"])))


def _valued(item: Mapping[str, Any], wording: Wording) -> str:
    return f"{wording.number(item['value'], 2)} {wording.local(item['unit'])}".strip()
