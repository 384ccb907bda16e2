"""Cells into values: text, numbers, dates, lists. Each function takes what a person wrote and says what it means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from geodata.errors import ValueUnusableError
from importers.names import simplified

#: Control characters but tab and line feed, and what is not seen: zero width, byte order mark, direction overrides.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]|[\ud800-\udfff]"
)
_BLANK = frozenset(
    {
        "",
        "-",
        "--",
        "—",
        "——",
        "－",
        "/",
        "\\",
        "null",
        "none",
        "nan",
        "n/a",
        "#n/a",
        "nil",
        "<null>",
        "#value!",
        "#ref!",
        "#name?",
        "#div/0!",
        "(null)",
        "[]",
        "{}",
    }
)
_BLANK_LENGTH = 1 + max(map(len, _BLANK))
_MARKED = frozenset("=+-@\t\r")
#: How texts begin that may stand for nothing, or have a spreadsheet's mark.
_SPECIAL = frozenset("'=") | {sign for blank in _BLANK for sign in (blank[:1], blank[:1].upper()) if sign}
_NOTHING = frozenset({"无", "暂无", "不详", "未知", "待定", "没有", "unknown", "tbd"})
#: Between texts that are put together.
JOIN = "；"
_LIST = re.compile(r"[;；、,，|/\n]+")
_QUOTED = re.compile('="((?:[^"]|"")*)"')
_LONGEST_HEADING = 500
_BRACKETED = re.compile(r"[(（\[【〔<《].*?[)）\]】〕>》]")
_LOOSE = re.compile(r"[\W_]+")
_PLACE_BEFORE = re.compile(
    "^(?:户外|劳动者|工会|爱心|暖心|职工|司机|骑手|环卫|服务|站点|驿站|网点|场所|场地|单位|机构|点位|阵地|门店|项目|之家|中心)+"
)
_QUESTION = re.compile("^(?:是否|有无(?!障碍)|有(?=无障碍)|能否|可否)(?:有|提供|具备|配备|可以|可)?")
#: The number of a question in a form, and what it asks people to do: 6、请填写开放时间.
_NUMBERED = re.compile(r"^\s*\*?\s*(?:[(]?q?\d{1,2}[)]?\s*[、.:)题]|q\d{1,2}\s)\s*", re.IGNORECASE)
_ASKED = re.compile("^(?:请)?(?:选择|勾选|填写|输入|填报)?(?:您|你)?(?:所在的?)?")
_FILLER = re.compile(
    "^(?:具体|详细|所在|所处|实际|主要|现有|已有|内部|配置|配备|配套|可?提供|对外|日常|基本|的)+|(?:信息|情况|内容|明细|一览|说明|描述|详情)$"
)


def cell_text(value: object) -> str:
    """Return a cell as text: unseen characters gone, ends trimmed, empty where the cell says nothing ("-", "null").

    Whole numbers have no decimal point, dates are ISO 8601, lists are joined with ``;``.
    """
    if value.__class__ is str:  # by far most of them
        return clean(value)
    if value is None:
        return ""
    if isinstance(value, bool | int):
        text = str(value)
    elif isinstance(value, float):
        text = str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    elif isinstance(value, datetime):
        text = value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    elif isinstance(value, list | tuple):
        text = ";".join(cell_text(item) for item in value)
    elif isinstance(value, timedelta):
        minutes = int(value.total_seconds()) // 60
        text = f"{minutes // 60:02d}:{minutes % 60:02d}"
    elif isinstance(value, time):
        text = value.strftime("%H:%M")
    else:
        text = str(value)
    return clean(text)


def clean(text: str) -> str:
    """Return text without unseen characters and outer blanks, empty where it stands for nothing."""
    if not text.isprintable():
        text = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = text.strip()
    if text.startswith("'") and text[1:2] in _MARKED:  # a spreadsheet's mark for a text that is no formula
        text = text[1:].strip()
    elif text.startswith('="') and (quoted := _QUOTED.fullmatch(text)):  # and the formula that makes one
        text = quoted[1].replace('""', '"').strip()
    return "" if len(text) < _BLANK_LENGTH and text.lower() in _BLANK else text


def column_texts(values: Sequence[object]) -> list[str]:
    """Return a column's cells as :func:`cell_text` has them; much sooner where they are plain text."""
    kinds = set(map(type, values))
    if kinds == {str, type(None)}:
        values = ["" if value is None else value for value in values]
    elif kinds != {str}:
        return list(map(cell_text, values))
    texts: Sequence[str] = values  # type: ignore[assignment] # seen above
    if not "".join(texts).isprintable():
        return list(map(clean, texts))
    return [clean(text) if text[:1] in _SPECIAL else text for text in map(str.strip, texts)]


def says_nothing(text: str) -> bool:
    """Tell whether a text such as 暂无 or 不详 only says that there is nothing to say."""
    return len(text) < 8 and text.lower() in _NOTHING


@lru_cache(maxsize=65536)
def key_of(text: str) -> str:
    """Return the form in which words and names are compared: half-width, lower case, letters and digits only."""
    return _LOOSE.sub("", unicodedata.normalize("NFKC", text).casefold())


@lru_cache(maxsize=65536)
def heading_keys(heading: str) -> tuple[str, ...]:
    """Return the forms in which a heading is looked up: as a whole, then without what stands in brackets.

    After these come the same in simplified characters, and without accents, where that makes a difference.
    """
    whole = key_of(heading)
    bare = key_of(_without_brackets(heading))
    keys = (whole,) if bare in ("", whole) else (whole, bare)
    if whole.isascii():
        return keys
    return tuple(dict.fromkeys((*keys, *map(simplified, keys), *map(_without_accents, keys))))


def _without_brackets(text: str) -> str:
    """Return a text without what stands in brackets; one that is too long for a heading or a word as it is."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return plain if len(plain) > _LONGEST_HEADING else _BRACKETED.sub("", plain)


def _without_accents(text: str) -> str:
    """Return Latin text without accents, any other as it is."""
    if not all(sign < "\u0250" for sign in text):
        return text
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))


@lru_cache(maxsize=4096)
def bare_headings(heading: str) -> tuple[str, ...]:
    """Return what is left of a heading without the word for a place and fillers: 驿站地址, 主要设施情况."""
    plain = _without_brackets(heading)
    key = simplified(key_of(plain))
    unnumbered = _ASKED.sub("", simplified(key_of(_NUMBERED.sub("", plain))))
    without_place = _PLACE_BEFORE.sub("", unnumbered)
    found = (unnumbered, without_place, _FILLER.sub("", without_place))
    return tuple(dict.fromkeys(text for text in found if text != key and len(text) >= 2))


def without_question(heading: str) -> str:
    """Return what a heading asks for: 空调 of 是否有空调, 充电 of 能否提供充电."""
    return _QUESTION.sub("", heading.strip())


def split_list(text: str) -> list[str]:
    """Return the items of a list cell, cut at ``; ；、 , ， | /`` and line ends; at ``; ；`` alone if it ends so."""
    if text.endswith((";", "；")):
        return [item.strip() for item in re.split("[;；]", text) if item.strip()]
    return [item.strip() for item in _LIST.split(text) if item.strip()]


_NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?|[-+]?\.\d+")


def parse_number(text: str) -> float:
    """Return the one number of a text that may carry a unit: ``约30㎡``, ``1,200 m2``, ``３０平方米``.

    Raises
    ------
    ValueUnusableError
        If the text has no number or several, or it is negative.
    """
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"(?i)m2|m\^2|sqm", "", plain)
    found = _NUMBER.findall(plain)
    if len(found) != 1:
        raise ValueUnusableError("value_not_a_number", value=text[:80])
    number = float(found[0].replace(",", ""))
    if not 0 <= number < 1e9:
        raise ValueUnusableError("value_number_range", value=text[:80])
    return number


def parse_count(text: str) -> int:
    """Return a number as an integer.

    Raises
    ------
    ValueUnusableError
        If it is no number, or has decimals.
    """
    number = parse_number(text)
    if not number.is_integer():
        raise ValueUnusableError("value_not_whole", value=text[:80])
    return int(number)


_YEAR_FIRST = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})(?:\s*[-/.月]\s*(\d{1,2})\s*日?)?月?(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR = re.compile(r"((?:19|20)\d{2})年?")
#: Days since the end of 1899, as spreadsheets count them, from 1982 to 2064.
_SERIAL = re.compile(r"[3-5]\d{4}(?:\.\d+)?")


@lru_cache(maxsize=8192)
def parse_date(text: str) -> date:
    """Return the day of ``2024-05-01``, ``2024/5/1``, ``2024年5月1日``, ``20240501``; a month or year gives its first.

    A number such as 45047 is a day as spreadsheets count them.

    Raises
    ------
    ValueUnusableError
        If the text is none of these or no such day exists. A day-first form is not taken: it cannot be told from
        month-first.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if _SERIAL.fullmatch(plain):
        return date(1899, 12, 30) + timedelta(days=int(float(plain)))
    for pattern in (_COMPACT, _YEAR_FIRST, _YEAR):
        match = pattern.fullmatch(plain)
        if match:
            year, month, day = [*(int(part) for part in match.groups(default="1")), 1, 1][:3]
            try:
                return date(year, month, day)
            except ValueError:
                break
    raise ValueUnusableError("value_not_a_date", value=text[:80])


def parse_web_address(text: str) -> str:
    """Return a web address with its scheme, https where none is given.

    Raises
    ------
    ValueUnusableError
        If it is none.
    """
    address = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or "." not in parts.netloc or re.search(r"\s", address):
        raise ValueUnusableError("value_not_a_web_address", value=text[:80])
    return address
