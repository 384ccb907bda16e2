"""Filters as tests on columns: for a handful of candidates, or for all rows at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geodata.index.columns import Columns, Lexicon
from geodata.index.geometry import Mask, Rows
from geodata.index.query import SiteQuery
from geodata.text import fold

if TYPE_CHECKING:
    from geodata.areas import Area

#: A test of some rows, or of all with ``slice(None)``.
Test: TypeAlias = Callable[[Any], Mask]

_EVERYTHING = slice(None)
#: Rows looked at to guess how many pass.
_SAMPLE = 1000
#: What an area's name may end with; longer ones first.
_SUFFIXES = (
    "特别行政区", "自治区", "自治州", "自治县", "自治旗", "街道", "地区",
    "省", "市", "区", "县", "旗", "镇", "乡", "盟",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """The lasting part of a query - all but text, time and state -, made ready for the columns.

    ``share`` is about what part of the rows passes.
    """

    tests: tuple[Test, ...]
    size: int
    share: float

    def __call__(self, rows: Rows | None) -> Mask:
        """Return which rows pass; all rows with ``None``."""
        selection = _EVERYTHING if rows is None else rows
        mask: Mask | None = None
        for test in self.tests:
            passed = test(selection)
            mask = passed if mask is None else mask & passed
        if mask is None:
            return np.ones(self.size if rows is None else len(rows), dtype=np.bool_)
        return mask


def compiled(columns: Columns, areas: Collection[Area], query: SiteQuery) -> Filter:
    """Return the filter that a query asks for; its ``text``, ``open_at`` and ``states`` are not looked at."""
    table, words = columns.table, columns.lexicons
    tests: list[Test] = []
    for codes, column, lexicon in ((query.kinds, table.kind, words.kinds), (query.levels, table.level, words.levels)):
        if codes:
            tests.append(_one_of(column, lexicon, codes))
    wanted = [(f"f.{code}", only_yes) for code, only_yes in query.facilities]
    wanted += [(f"s.{code}", only_yes) for code, only_yes in query.services]
    for bits, only_yes in ((table.have, False), (table.yes, True)):
        asked = [code for code, strict in wanted if strict is only_yes]
        if asked:
            tests += _all_bits(bits, [words.amenities.find(code) for code in asked])
    if query.access:
        tests.append(_any_bit(table.ways, [words.ways.find(code) for code in query.access]))
    if query.min_rating is not None:
        tests.append(_at_least(table.score, query.min_rating))
    if query.area:
        tests.append(_in_area(columns, areas, query.area))
    every = Filter(tuple(tests), len(columns), 1.0)
    if not tests or not len(columns):
        return every
    passed = every(np.linspace(0, len(columns) - 1, _SAMPLE).astype(np.int32))
    return replace(every, share=float(passed.mean()))


def numbered(lexicon: Lexicon, codes: Iterable[str]) -> NDArray[np.bool_]:
    """Return by number whether a word is one of ``codes``."""
    chosen = np.zeros(len(lexicon), dtype=np.bool_)
    chosen[[number for code in codes if (number := lexicon.find(code)) is not None]] = True
    return chosen


def _one_of(column: NDArray[Any], lexicon: Lexicon, codes: Iterable[str]) -> Test:
    chosen = numbered(lexicon, codes)
    return lambda rows: chosen[column[rows]]


def _nothing(rows: Any, *, column: NDArray[Any]) -> Mask:
    return np.zeros(len(column[rows]), dtype=np.bool_)


def _all_bits(bits: NDArray[np.uint64], numbers: list[int | None]) -> list[Test]:
    """Return one test a word of 64 bits; a code that nobody knows is one that no site has."""
    if None in numbers or max(number or 0 for number in numbers) >= 64 * bits.shape[1]:
        return [lambda rows: _nothing(rows, column=bits)]
    return [_holds(bits[:, word], mask) for word, mask in _masks(numbers).items()]


def _holds(column: NDArray[np.uint64], mask: np.uint64) -> Test:
    return lambda rows: (column[rows] & mask) == mask


def _any_bit(bits: NDArray[np.uint64], numbers: list[int | None]) -> Test:
    masks = [(bits[:, word], mask) for word, mask in _masks(numbers).items() if word < bits.shape[1]]
    if not masks:
        return lambda rows: _nothing(rows, column=bits)

    def test(rows: Any) -> Mask:
        column, mask = masks[0]
        found: Mask = (column[rows] & mask) != 0
        for column, mask in masks[1:]:
            found |= (column[rows] & mask) != 0
        return found

    return test


def _masks(numbers: Iterable[int | None]) -> dict[int, np.uint64]:
    masks: dict[int, int] = {}
    for number in numbers:
        if number is not None:
            masks[number // 64] = masks.get(number // 64, 0) | 1 << number % 64
    return {word: np.uint64(mask) for word, mask in masks.items()}


def _at_least(column: NDArray[np.float64], least: float) -> Test:
    return lambda rows: column[rows] >= least


def _in_area(columns: Columns, areas: Collection[Area], asked: str) -> Test:
    """Match the code (or its beginning) or the name of an area; what lies within an area belongs to it."""
    table, words = columns.table, columns.lexicons
    codes, names = area_codes(areas, asked), words.area_names.words
    by_code = np.array([word is not None and within_codes(word, codes) for word in words.areas.words], dtype=np.bool_)
    wanted = bare_name(asked)
    by_name = np.array([bare_name(name or "") == wanted != "" for name in names], dtype=np.bool_)
    if not by_name.any():
        return lambda rows: by_code[table.area[rows]]
    # A namesake elsewhere is none of it: where the site's own area is known, that decides.
    if codes:
        by_name_only = by_name
        known = np.array([word is not None for word in words.areas.words], dtype=np.bool_)
        return lambda rows: by_code[table.area[rows]] | (by_name_only[table.area_name[rows]] & ~known[table.area[rows]])
    return lambda rows: by_name[table.area_name[rows]]


def in_area(areas: Collection[Area], asked: str) -> Callable[[str | None, str], bool]:
    """Return the same test for one site, given the code of its area and the name that its source gives that."""
    codes, wanted = area_codes(areas, asked), bare_name(asked)

    def test(area: str | None, area_name: str) -> bool:
        return within_codes(area, codes) if area is not None else bare_name(area_name) == wanted != ""

    return test


def area_codes(areas: Collection[Area], asked: str) -> set[str]:
    """Return the codes that ``asked`` means, as beginnings of codes: its own if it is one, those of that name."""
    asked = asked.strip()
    if asked.isascii() and asked.isdigit():
        found = {asked}
    else:
        wanted = bare_name(asked)
        found = {area.adcode for area in areas if wanted in (bare_name(area.name), fold(area.name_en))}
    # Streets and the like whose code does not begin with that of the area they belong to.
    children: dict[str, list[str]] = {}
    for area in areas:
        if area.parent:
            children.setdefault(area.parent, []).append(area.adcode)
    pending = [code for code in children if within_codes(code, found)]
    while pending:
        for child in children.get(pending.pop(), ()):
            if child not in found:
                found.add(child)
                pending.append(child)
    return found


def bare_name(name: str) -> str:
    """Return an area's name, folded, without its suffix; a name of two characters keeps it (辖区 but 城区)."""
    folded = fold(name)
    for suffix in _SUFFIXES:
        if folded.endswith(suffix) and len(folded) - len(suffix) >= 2:
            return folded[: -len(suffix)]
    return folded


def within_codes(code: str, beginnings: Collection[str]) -> bool:
    """Tell whether a code of an area is, or begins with, one of those that :func:`area_codes` gave."""
    return any(code.startswith(_stem(beginning)) for beginning in beginnings)


def _stem(code: str) -> str:
    """Return the part of a six-digit code that its districts share: 37 of 370000, 3706 of 370600."""
    if len(code) == 6 and code.endswith("00"):
        return code[:2] if code.endswith("0000") else code[:4]
    return code
