"""Grades, points, scales, counts and days as lists of ratings write them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from geodata.errors import ValueUnusableError
from geodata.ratings import SCALES, Scheme
from importers.amounts import parse_amount
from importers.cleaning import parse_date, parse_number

#: No scale of stars has more; a greater number beside them is a total of points.
MOST_STARS = 10
_NUMERALS = {numeral: value for value, numeral in enumerate("一二三四五", start=1)}
_STARS = re.compile(r"(?<![\d.~至到-])([一二三四五1-5])\s*星")
#: 4.5/5, 4.6分（满分5分）, 92 (100分制)
_OUT_OF = re.compile(r"([\d.]+)\s*分?\s*(?:/\s*|[(]?\s*(?:满分|总分)\s*[:为]?\s*)([\d.]+)\s*分?\s*[)]?")
_SCALED = re.compile(r"([\d.]+)\s*分?\s*[(]\s*([\d.]+|百|十|五)\s*分制?\s*[)]")
_PERCENT = re.compile(r"([\d.]+)\s*%")
_SCALE_IN_HEADING = re.compile(
    r"(?:满分|总分|共)\s*[:为]?\s*([\d.]+|百|十|五)\s*分?|([\d.]+|百|十|五)\s*分制?|1-(\d+)\s*分?"
)
_HAN_SCALES = {"百": 100.0, "十": 10.0, "五": 5.0}
_NOT_RATED = re.compile(
    r"(?:暂?[未无不](?:予|参)?(?:评|检|参|打分|评分|评级|评定|检查|参评|参加|星级?)[^\d]{0,6}|待评定?|暂无|无)"
)
_MONTH_DAY = re.compile(r"(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?")
_YEAR = re.compile(r"((?:19|20)\d{2})")


def is_not_rated(text: str) -> bool:
    """Tell whether a cell says that there is no grade: 未评, 暂无评分."""
    return _NOT_RATED.fullmatch(text.strip()) is not None


def parse_stars(text: str) -> float:
    """Return the number of stars of ``4``, ``4星``, ``四星级示范站点`` or ``★★★★``.

    Raises
    ------
    ValueUnusableError
        If it is none of these.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain and not plain.strip("★☆⭐"):
        return float(sum(sign in "★⭐" for sign in plain))
    if len(found := _STARS.findall(plain)) == 1:
        return float(_NUMERALS.get(found[0]) or int(found[0]))
    return parse_number(plain)


def scale_in(heading: str) -> float | None:
    """Return the best value that a heading states in its brackets: 得分（满分10分）, 评分(百分制), 有标识（10分）."""
    plain = unicodedata.normalize("NFKC", heading)
    for inside in re.findall(r"[(\[]([^()\[\]]*)[)\]]", plain):
        if match := _SCALE_IN_HEADING.fullmatch(inside.strip()):
            return _number(next(group for group in match.groups() if group)) or None
    return None


def parse_value(text: str, scale_text: str, scheme: Scheme, stated: float | None = None) -> tuple[float, float]:
    """Return a grade, points or mean, and the best there is.

    Parameters
    ----------
    text, scale_text : str
        The cells of the value and of its scale; the value's own goes first (``4.6分（满分5分）``, ``98%``).
    scheme : Scheme
    stated : float, optional
        The scale that the heading states.

    Raises
    ------
    ValueUnusableError
        If they are unreadable, or the value is not within its scale.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    scale = parse_number(scale_text) if scale_text else stated or SCALES[scheme]
    if match := _OUT_OF.fullmatch(plain) or _SCALED.fullmatch(plain):
        plain, scale = match[1], _number(match[2])
    elif scheme != "star" and (match := _PERCENT.fullmatch(plain)):
        plain, scale = match[1], 100.0
    value = parse_stars(plain) if scheme == "star" else parse_number(plain)
    lowest = 1 if scheme == "star" else 0
    if scale <= 0 or not lowest <= value <= scale:
        raise ValueUnusableError("rating_value_range", value=text[:40], lowest=lowest, scale=f"{scale:g}")
    return value, scale


def parse_reviews(text: str) -> int:
    """Return how many reviews a cell counts: ``356条``, ``1.2万``, ``1000+``.

    Raises
    ------
    ValueUnusableError
        If it is no whole number.
    """
    number, _ = parse_amount(text)
    if number < 0:
        raise ValueUnusableError("value_number_range", value=text[:80])
    if not number.is_integer():
        raise ValueUnusableError("value_not_whole", value=text[:80])
    return int(number)


def parse_day(text: str, year: int | None = None) -> date:
    """Return the day of a cell; one without its year is of ``year``, where the table's title tells one.

    Raises
    ------
    ValueUnusableError
        If it is none.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = re.sub(r"(?<=[日\d])\s*(?:[上下]午|全天)$", "", plain)
    plain = re.sub(r"^((?:19|20)\d{2})年?度$", r"\1年", plain)
    if year is not None and (match := _MONTH_DAY.fullmatch(plain)):
        plain = f"{year}-{match[1]}-{match[2]}"
    return parse_date(plain)


def year_in(text: str) -> int | None:
    """Return the one year that a text names."""
    found = set(_YEAR.findall(text))
    return int(found.pop()) if len(found) == 1 else None


def _number(text: str) -> float:
    return _HAN_SCALES[text] if text in _HAN_SCALES else parse_number(text)
