"""Amounts as people write them: 约1.2万人次, 2000余, 1,020."""

from __future__ import annotations

import math
import re
import unicodedata

from geodata.errors import ValueUnusableError

_AMOUNT = re.compile(
    r"(?:约|近|共|超过?|逾|大约)?\s*([-+]?\d[\d,]*(?:\.\d+)?)\s*[余多]?\s*(万|亿|千|百|k(?![a-z])|w(?![a-z])|million)?"
    r"\s*(?:[余多+]|以上)?\s*((?:\D|m[23])*)",
    re.IGNORECASE,
)
_TIMES = {"": 1.0, "百": 1e2, "千": 1e3, "k": 1e3, "万": 1e4, "w": 1e4, "million": 1e6, "亿": 1e8}


def parse_amount(text: str) -> tuple[float, str]:
    """Return the number of a text and what stands behind it: ``1.2万元`` is 12,000 and 元, ``2000余人`` 2,000 and 人.

    Raises
    ------
    ValueUnusableError
        If the text has no number or several: ``30-50`` is none.
    """
    match = _AMOUNT.fullmatch(_plain(text))
    if not match:
        raise ValueUnusableError("value_not_a_number", value=text[:80])
    number = float(match[1].replace(",", "")) * _TIMES[(match[2] or "").lower()]
    if not math.isfinite(number):
        raise ValueUnusableError("value_not_a_number", value=text[:80])
    return round(number, 6), match[3].strip()


def counts_in_its_own(text: str) -> bool:
    """Tell whether an amount states what it counts in beside its number, as 1.2万 does."""
    match = _AMOUNT.fullmatch(_plain(text))
    return match is not None and match[2] is not None


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def in_units(number: float, unit: str) -> tuple[float, str]:
    """Return an amount in plain units: 5.09 of 万元 are 50,900 of 元."""
    if len(unit) > 1 and unit[0] in "万亿千":
        return round(number * _TIMES[unit[0]], 6), unit[1:]
    return number, unit
