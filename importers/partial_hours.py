"""Opening hours in several columns: when it opens and when it closes, or some days in each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from geodata.errors import ValueUnusableError
from geodata.hours import parse_hours
from importers.cleaning import JOIN, cell_text, says_nothing
from importers.validity import parse_validity

#: Fields of such columns; what those of some days are called ends with the days: ``hours:周一至周五``.
OPENS, CLOSES, OF_DAYS = "opens", "closes", "hours:"
OF_DATES = f"{OF_DAYS}dates"

_CLOCK = re.compile(r"(?:[上下]午)?\d{1,2}(?:[:：.]\d{2}(?::00)?|[点时](?:\d{1,2}分?|半|整)?)")
_HEADING = re.compile(
    r"(?P<days>.{1,12}?)(?:对外)?(?:开放|服务|营业|工作|运营|开门|开馆|作息)?(?:时间|时段)", re.IGNORECASE
)
_USUAL = "08:00-18:00"


def are_clocks(texts: Sequence[str]) -> bool:
    """Tell whether all texts are single times of the day, such as 08:00 or 8点半."""
    return bool(texts) and all(_CLOCK.fullmatch(text) for text in texts)


def days_in(heading: str) -> str:
    """Return the days or the season that a heading of hours names (周六周日开放时间, 夏季服务时间), or nothing."""
    match = _HEADING.fullmatch(re.sub(r"[\s()（）:：]+", "", cell_text(heading)))
    if match is None:
        return ""
    # Whatever the reader of hours takes for days is days.
    alone, whole = parse_hours(_USUAL), parse_hours(f"{match['days']} {_USUAL}")
    return match["days"] if whole.osm is not None and whole.osm != alone.osm else ""


def complete_hours(texts: dict[str, str]) -> None:
    """Put the hours of a row together: ``08:00-18:00；节假日 09:00-17:00``."""
    opens, closes = texts.pop(OPENS, ""), texts.pop(CLOSES, "")
    usual = texts.get("opening_hours") or (f"{opens}-{closes}" if opens and closes else opens or closes)
    if dates := texts.pop(OF_DATES, ""):
        usual = _on_dates(dates, usual, texts)
    of_days = list(_of_days(texts))
    if usual or of_days:
        texts["opening_hours"] = JOIN.join(filter(None, [usual, *of_days]))


def _on_dates(dates: str, usual: str, texts: dict[str, str]) -> str:
    """Return hours with the days or dates on which they hold; dates with years are when the place is there at all."""
    try:
        parse_validity(dates)
    except ValueUnusableError:
        return usual if says_nothing(dates) else f"{dates} {usual}".strip()
    texts.setdefault("valid", dates)
    return usual


def _of_days(texts: dict[str, str]) -> Iterator[str]:
    for field in [name for name in texts if name.startswith(OF_DAYS)]:
        text = texts.pop(field)
        if not says_nothing(text):
            yield f"{field.removeprefix(OF_DAYS)} {text}"
