"""Opening-hours texts written the usual way before they are read: one script, figures for numbers, colons in times."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_DASHES: Final = re.compile(r"[-‐‑‒–—―−─﹣]+")
#: Traditional characters of the words for hours.
_SIMPLIFIED: Final = str.maketrans(
    "週時點開館閉關營業無節國眾間鐘樓層區廳園門務對號運辦預約電話詢現場準為與隨視淩兩雙單閱覽書員曆個後請須調變動參觀禮毎",
    "周时点开馆闭关营业无节国众间钟楼层区厅园门务对号运办预约电话询现场准为与随视凌两双单阅览书员历个后请须调变动参观礼每",
)
_DIGIT_DAYS = re.compile(
    r"(?:周|星期|礼拜)[1-7](?![\d.]*[点时月])"
    r"(?:\s*(?:-|~|至|到)\s*(?:周|星期|礼拜)?[1-7](?:(?![:.点时\d])|(?=\d{1,2}[:.]\d\d))"
    r"|\s*[、,和及]\s*(?:周|星期|礼拜)?[1-7](?![:.点时\d]))*"
)
_DOTTED = re.compile(r"(?<![\d.])([01]?\d|2[0-4])\.([0-5]\d)(?=\s*(?:-|~|至|到)\s*\d{1,2}\.\d\d(?!\d*[.月日元]))")
_DOTTED_END = re.compile(r"(?<=:\d\d)(\s*(?:-|~|至|到)\s*)(\d{1,2})\.([0-5]\d)(?![.\d])")
_COMPACT = re.compile(r"(?<!\d)(?:[0-2]\d[0-5]\d\s*[-~至到]\s*[0-2]\d[0-5]\d)+(?!\d|\s*年)")
_YEARS = re.compile(r"20[1-3]\d\s*[-~至到]\s*20[1-3]\d")

_HAN: Final = {sign: number for number, sign in enumerate("零一二三四五六七八九十")} | {"两": 2}
#: A number up to 24; 二十 right after 周 is Tuesday and ten.
_HOUR: Final = r"(?:(?<![周期拜])二十[一二三四]?|十[一二三四五六七八九]?|[一二两三四五六七八九])"
_HAN_TIME = re.compile(
    rf"({_HOUR})(?=\s*(?:-|~|至|到)\s*{_HOUR}[点时](?!间))|({_HOUR})([点时])(?!间)(?:([一三])刻|([二三四五]?十[一二三四五六七八九]?|零[一二三四五六七八九])分?(?![月日号点时]))?"
)
#: 朝九晚五, 早9晚5, 早8点晚8点半
_EARLY_LATE = re.compile(
    rf"[早朝](\d{{1,2}}|{_HOUR})(?:点|时)?(半)?\s*(?:-|~|至|到|、)?\s*晚(\d{{1,2}}|{_HOUR})(?![\d:])(?:点|时)?(半)?(?![\d:])"
)


def plain(text: str) -> str:
    """Return ``text`` with full-width characters narrowed and every kind of dash a hyphen."""
    narrow = unicodedata.normalize("NFKC", text).replace("∶", ":").replace("〜", "~")
    return _DASHES.sub("-", narrow).strip()


def simple(text: str) -> str:
    """Return ``text`` with the words for hours in simplified characters."""
    return text.translate(_SIMPLIFIED)


def spelled(text: str) -> str:
    """Write a plain text the usual way.

    周1 as 周一, 8.30-17.30 and 0830-1730 with colons, 九点 and 朝九晚五 in figures.
    """
    text = _DIGIT_DAYS.sub(
        lambda days: re.sub(r"[1-7]", lambda digit: "一二三四五六日"[int(digit[0]) - 1], days[0]), text
    )
    text = _HAN_TIME.sub(_in_figures, _EARLY_LATE.sub(_from_early_to_late, text))
    text = _DOTTED_END.sub(r"\1\2:\3", _DOTTED.sub(r"\1:\2", text))
    return _COMPACT.sub(
        lambda times: times[0] if _YEARS.fullmatch(times[0]) else re.sub(r"(\d\d)(\d\d)", r"\1:\2", times[0]), text
    )


def _in_figures(match: re.Match[str]) -> str:
    bare, hour, sign, quarters, minutes = match.groups()
    if bare:
        return str(_number(bare))
    if quarters:
        return f"{_number(hour)}{sign}{15 * _HAN[quarters]}分"
    return f"{_number(hour)}{sign}{_number(minutes)}分" if minutes else f"{_number(hour)}{sign}"


def _from_early_to_late(match: re.Match[str]) -> str:
    early, early_half, late, late_half = match.groups()
    hours = [number if number.isdecimal() else str(_number(number)) for number in (early, late)]
    minutes = [":30" if half else ":00" for half in (early_half, late_half)]
    return f"早上{hours[0]}{minutes[0]}-晚上{hours[1]}{minutes[1]}"


def _number(han: str) -> int:
    """Return the number of 九, 十, 十二, 二十四, 零五."""
    tens, ten, ones = han.rpartition("十")
    return (10 * (_HAN[tens] if tens else 1) if ten else 0) + sum(_HAN[sign] for sign in ones)
