"""What columns are by what stands in them, where the heading does not say, and how sure that is."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from importers.cleaning import clean
from importers.coordinates import is_angle, is_pair
from importers.freetext import read_text
from importers.names import simplified
from importers.words import Words

#: What share of a column must look like a field; and with fewer cells nothing is told.
MOST = 0.8
MIN_CELLS = 3
_PHONE = re.compile(
    r"(?:\+?86[- ]?)?(?:1[3-9][\d*]{9}|0\d{2,3}[- ]?\d{7,8}|400-?\d{3}-?\d{4}|\d{3,4}-\d{7,8})(?:\D.*)?"
)
_TIMES = re.compile(r"\d{1,2}[:：]\d{2}\s*(?:[-—–~～至到]+)\s*(?:次日)?\d{1,2}[:：]\d{2}|24\s*小时")
_DECIMALS = re.compile(r"[-+]?\d{1,3}\.\d+")
_EXACT = re.compile(r"[-+]?\d{1,3}\.\d{3,}")
_AWARD = re.compile(r"最美|十佳|示范|先进|优秀|标兵|模范|荣誉|称号")
#: Of a sort of toilet: a place without one may have others.
_OF_SOME = re.compile(r"亲子|无障碍(?=厕|卫生间|洗手间)|第三|家庭|性别|男|女|儿童|残疾|多目的|多机能")
_IN_BRACKETS = re.compile(r"[(（【\[]([^()（）【】\[\]]+)[)）】\]]")
_YEAR = re.compile(r"(?:19|20)\d{2}年?")
#: Longitudes and latitudes of China: what lies in both ranges is told apart by them alone.
_LON, _LAT = (73.0, 136.0), (3.0, 54.0)


@dataclass(frozen=True, slots=True)
class Found:
    """A field that content (or content and a part of the heading) tells, with how sure that is."""

    field: str
    confidence: float


def by_content(
    samples: Mapping[int, Sequence[str]], headings: Mapping[int, str], taken: Collection[str], words: Words
) -> dict[int, Found]:
    """Return the fields of columns that no heading told.

    Parameters
    ----------
    samples : mapping
        Column index → different texts of the column.
    headings : mapping
        Column index → heading; empty where it has none.
    taken : collection of str
        Fields that other columns feed.
    words : Words

    Returns
    -------
    dict
        Column index → field. Never a name or an address: those are told where there are no headings at all.
    """
    found: dict[int, Found] = {}
    for index, texts in samples.items():
        if (award := _award(headings[index], texts, words)) is not None:
            found[index] = award
        elif (facility := _facility(headings[index], texts, words)) is not None and not (
            facility.field in taken or any(facility.field == other.field for other in found.values())
        ):
            found[index] = facility
    free = {index: texts for index, texts in samples.items() if index not in found and len(texts) >= MIN_CELLS}
    if not {"lon", "lat", "lonlat"} & set(taken):
        found |= _coordinates(free)
    tests: tuple[tuple[str, Callable[[str], bool]], ...] = (
        ("phone", lambda text: _PHONE.fullmatch(text) is not None),
        ("opening_hours", lambda text: _TIMES.search(text) is not None),
    )
    for field, test in tests:
        shares = {index: _share(texts, test) for index, texts in free.items() if index not in found}
        if (
            field not in taken
            and shares
            and (best := max(shares, key=lambda i: shares[i])) >= 0
            and shares[best] >= MOST
        ):
            found[best] = Found(field, round(0.9 * shares[best], 2))
    return found


def fit(field: str, texts: Sequence[str], words: Words) -> float | None:
    """Return what share of a column looks like the field that its heading says; ``None`` where that cannot be told."""
    tests: dict[str, Callable[[str], bool]] = {
        "lon": is_angle,
        "lat": is_angle,
        "lonlat": is_pair,
        "phone": lambda text: any(sign.isdigit() for sign in text),
        "opening_hours": lambda text: bool(re.search(r"[\d全天时周]", text)),
    }
    test = tests.get(field)
    if field.startswith(("facilities.", "services.")):
        test = lambda text: words.value(text) is not None  # noqa: E731
    return None if test is None or not texts else _share(texts, test)


def _coordinates(samples: Mapping[int, Sequence[str]]) -> dict[int, Found]:
    """Return two columns of numbers within China's bounds, the nearest such pair, or one of pairs."""
    for index, texts in samples.items():
        if (share := _share(texts, lambda text: is_pair(text) and "." in text)) >= MOST:
            return {index: Found("lonlat", round(0.9 * share, 2))}
    exact = {index: texts for index, texts in samples.items() if 2 * _share(texts, _is_exact) >= 1}
    lons = {index: share for index, texts in exact.items() if (share := _share(texts, _within(*_LON))) >= MOST}
    lats = {index: share for index, texts in exact.items() if (share := _share(texts, _within(*_LAT))) >= MOST}
    pairs = sorted((abs(lon - lat), lon, lat) for lon in lons for lat in lats if lon != lat)
    if not pairs:
        return {}
    _, lon, lat = pairs[0]
    sure = round(0.9 * min(lons[lon], lats[lat]), 2)
    return {lon: Found("lon", sure), lat: Found("lat", sure)}


def _award(heading: str, texts: Sequence[str], words: Words) -> Found | None:
    """Tell a column that is headed by the name of an award and says who has it, and since when."""
    if not _AWARD.search(heading) or not texts:
        return None
    share = _share(texts, lambda text: words.value(text) is not None or _YEAR.fullmatch(text) is not None)
    return Found(f"award:{heading}", round(0.9 * share, 2)) if share >= MOST else None


def _facility(heading: str, texts: Sequence[str], words: Words) -> Found | None:
    """Tell a column of yes and no whose heading holds one facility: 是否有空调, 微波炉数量."""
    field = facility_in(heading, words) if texts else None
    share = _share(texts, lambda text: words.value(text) is not None)
    return Found(field, round(0.85 * share, 2)) if field and share >= MOST else None


def facility_in(heading: str, words: Words) -> str | None:
    """Return the one facility or service that a heading holds, as a field; ``None`` for a part of such, or several."""
    if _OF_SOME.search(simplified(heading)):
        return None
    said = read_text(
        re.sub(r"^(?:是否|有无)(?:有|配备|提供|设有|设置)?|(?:数量|台数|个数|情况|配备)$", "", clean(heading)), words
    )
    if len(said) != 1 or said[0].value != "yes" or not said[0].code:
        return None
    return f"{said[0].group}.{said[0].code}"


def _share(texts: Sequence[str], test: Callable[[str], bool]) -> float:
    return sum(map(test, texts)) / len(texts) if texts else 0.0


def _within(lowest: float, highest: float) -> Callable[[str], bool]:
    return lambda text: _DECIMALS.fullmatch(text) is not None and lowest <= float(text) <= highest


def _is_exact(text: str) -> bool:
    return _EXACT.fullmatch(text) is not None


def awards_in(name: str) -> Iterator[str]:
    """Yield the awards that stand in brackets behind a name: 大海阳路驿站（2021年全省最美驿站）."""
    for text in _IN_BRACKETS.findall(name):
        if _AWARD.search(text):
            yield text.strip()
