"""From when to when a temporary place is there, as one cell says it: 2026年7月1日至9月30日, 2026-09-30止, 长期."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from geodata.errors import ValueUnusableError
from importers.cleaning import parse_date

_FOR_GOOD = re.compile(r"长期(?:有效|开放)?|永久(?:有效)?|常年|无(?:固定)?期限|不限")
_DAY = r"(?:(?:19|20)\d{2}\s*[-/.年]\s*)?\d{1,2}\s*[-/.月]\s*\d{1,2}\s*[日号]?"
_RANGE = re.compile(rf"(?:自|从)?\s*({_DAY})\s*(?:起)?\s*(?:-+|~|至|到|to)\s*({_DAY})\s*(?:止)?")
_FROM = re.compile(rf"(?:(?:自|从)\s*({_DAY})(?:\s*起)?|({_DAY})\s*(?:起|开始|后))")
_UNTIL = re.compile(rf"(?:(?:截?至|到)\s*({_DAY})(?:\s*止)?|({_DAY})\s*(?:止|前|截止))")
_DASHES = re.compile(r"[‐‑‒–—―−─～]+")
_YEAR = re.compile(r"(?:19|20)\d{2}")


def parse_validity(text: str) -> tuple[date | None, date | None]:
    """Return the first and the last day that a text names, ``None`` for what stays open.

    An end without its year is in that of the beginning, or the year after if it would be before it.

    Raises
    ------
    ValueUnusableError
        If it is no time, or names no year.
    """
    plain = _DASHES.sub("-", unicodedata.normalize("NFKC", text)).strip()
    if _FOR_GOOD.fullmatch(plain):
        return None, None
    if match := _RANGE.fullmatch(plain):
        start = _day(match[1])
        if _YEAR.match(match[2]):
            return start, _day(match[2])
        end = _day(f"{start.year}年{match[2]}")
        return start, end if end >= start else _day(f"{start.year + 1}年{match[2]}")
    if match := _FROM.fullmatch(plain):
        return _day(match[1] or match[2]), None
    if match := _UNTIL.fullmatch(plain):
        return None, _day(match[1] or match[2])
    raise ValueUnusableError("value_not_a_validity", value=text[:80])


def _day(text: str) -> date:
    if not _YEAR.match(text):
        raise ValueUnusableError("value_not_a_validity", value=text[:80])
    year, *rest = re.findall(r"\d+", text)
    return parse_date("-".join((year, *rest)))
