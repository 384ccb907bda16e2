"""Opening hours in several columns: when it opens and when it closes, or some days in each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from geodata.errors import ValueUnusableError
from geodata.hours import parse_hours
from importers.cleaning import JOIN, cell_text, says_nothing
from importers.names import simplified
from importers.validity import parse_validity

#: Fields of such columns; what those of some days are called ends with the days: ``hours:周一至周五``.
OPENS, CLOSES, OF_DAYS = "opens", "closes", "hours:"
#: The field of a column with the dates on which the hours hold, or between which the place is there at all.
OF_DATES = f"{OF_DAYS}dates"
#: The field of a column that names the days on which a place is closed: 休息日.
CLOSED_ON = f"{OF_DAYS}closed"

_CLOCK = re.compile(r"(?:[上下]午)?\d{1,2}(?:[:：.]\d{2}(?::00)?|[点时](?:\d{1,2}分?|半|整)?)")
#: A time as spreadsheets count it: 0.354166666666667.
_FRACTION = re.compile(r"0\.\d+")
_HEADING = re.compile(
    r"(?P<days>.{1,12}?)(?:对外)?(?:开放|服务|营业|工作|运营|开门|开馆|作息)?(?:时间|时段)", re.IGNORECASE
)
#: The same with the days behind: 营业时间（夏季）.
_DAYS_BEHIND = re.compile(
    r"(?:对外)?(?:开放|服务|营业|工作|运营|开门|开馆|作息)(?:时间|时段)[-—_]*(?P<days>.{1,12})", re.IGNORECASE
)
_SEASONS = {"夏": "夏季", "冬": "冬季", "春": "春季", "秋": "秋季"}
#: A day, or a part of it, as the whole heading.
_DAY_ALONE = re.compile(
    r"(?:周|星期|礼拜)[一二三四五六日天]|工作日|周末|节假日|[上下]午|(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri|sat|sun"
)
_SHUT = re.compile(r"休息?|[休闭][馆站]|关门|不(?:开放|营业|开)|closed|off", re.IGNORECASE)
_CLOSED_ON = re.compile("(?:每周|固定)?(?:休息|闭馆|休馆|闭站|公休|定休|休业)日(?:期)?")
_USUAL = "08:00-18:00"


def are_clocks(texts: Sequence[str]) -> bool:
    """Tell whether all texts are single times of the day, such as 08:00 or 8点半."""
    return bool(texts) and all(_CLOCK.fullmatch(text) or _FRACTION.fullmatch(text) for text in texts)


def clock_of(text: str) -> str:
    """Return a single time; 08:30 for the part of a day that a spreadsheet left in its place."""
    if not _FRACTION.fullmatch(text):
        return text
    minutes = round(float(text) * 24 * 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def days_in(heading: str) -> str:
    """Return the days or the season that a heading of hours names (周六周日开放时间, 夏季服务时间), or nothing."""
    plain = re.sub(r"[\s()（）:：]+", "", cell_text(heading))
    match = _HEADING.fullmatch(plain) or _DAYS_BEHIND.fullmatch(plain)
    if match is None:
        return ""
    days = _SEASONS.get(match["days"], match["days"])
    # Whatever the reader of hours takes for days is days.
    alone, whole = parse_hours(_USUAL), parse_hours(f"{days} {_USUAL}")
    return days if whole.osm is not None and whole.osm != alone.osm else ""


def day_alone(heading: str) -> str:
    """Return a heading that is nothing but a day or a part of it (周一, Monday, 上午), else nothing."""
    plain = simplified(re.sub(r"\s+", "", cell_text(heading))).replace("週", "周").casefold()
    return plain if _DAY_ALONE.fullmatch(plain) else ""


def are_hours(day: str, texts: Sequence[str]) -> bool:
    """Tell whether most texts are hours of a day, or say that it is closed."""
    found = (
        says_nothing(text) or _SHUT.fullmatch(text) or parse_hours(f"{day} {text}").osm is not None for text in texts
    )
    return 2 * sum(map(bool, found)) > len(texts)


def closes_on(heading: str) -> bool:
    """Tell whether a column names the days on which a place is closed."""
    return _CLOSED_ON.fullmatch(simplified(cell_text(heading))) is not None


def complete_hours(texts: dict[str, str]) -> None:
    """Put the hours of a row together: ``08:00-18:00；节假日 09:00-17:00``."""
    opens, closes = clock_of(texts.pop(OPENS, "")), clock_of(texts.pop(CLOSES, ""))
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
        if says_nothing(text):
            continue
        if field == CLOSED_ON:
            yield text if re.search(r"[休闭关]", text) else f"{text}休息"
        else:
            yield f"{field.removeprefix(OF_DAYS)} {text}"
