"""Where a table's header is: one row or a few among the first ones, or none at all, and then what the content says."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from geodata.hours import parse_hours
from importers.cleaning import cell_text, heading_keys, key_of
from importers.coordinates import is_pair
from importers.reading import Row
from importers.words import Words

#: Rows in which a header is looked for.
HEADER_WITHIN = 20
#: Headings of running numbers: no identity, and a row that has nothing else is empty.
NUMBERING = {key_of(word) for word in ("序号", "行号", "no", "no.", "s/n", "index", "unnamed: 0", "번호", "연번")}
_GENERATED = re.compile(r"column \d+")
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_DATA_TYPE = re.compile(
    r"(?:n?(?:var)?char2?|n?text|string|(?:big|small|tiny)?int(?:eger)?\d?|decimal|numeric|number|double|float\d?|real"
    r"|bool(?:ean)?|date|datetime|time|timestamp|字符串?型?|文本型?|数值型?|数字型?|整型|整数|浮点型?|日期型?|时间型?)"
    r"\s*(?:[(（][\d,， ]+[)）])?",
    re.IGNORECASE,
)
_PHONE = re.compile(r"[+(]?\d[\d\-+() ;、,，/*转]{5,40}")
_STREET = re.compile(
    r"[路街道巷弄里村镇乡区号楼层](?!\w*[站所])|\d+\s+\w+|(?:street|road|avenue|straße|strasse|rue|calle|rua|via)\b",
    re.I,
)
_ANGLE = re.compile(r"[-+]?\d{1,3}\.\d{2,}")


@dataclass(frozen=True, slots=True)
class Header:
    """The headings of a table.

    Attributes
    ----------
    headings : tuple of str
        ``column 1`` and so on where the table has none.
    row : int
        The last row of the header; 0 without one.
    fields : mapping
        Column index → field as told by content, where there is no header.
    first : int
        The first row of the header; 0 without one.
    """

    headings: tuple[str, ...]
    row: int
    fields: Mapping[int, str] = field(default_factory=dict)
    first: int = 0


def find_header(
    rows: Sequence[Row], known: Collection[str], named: Collection[str], words: Words | None
) -> Header | None:
    """Return the header of a table; ``None`` if its rows are all blank.

    That is the first row with two known headings, else the first with any, else, where the content tells what the
    columns are, none; else the first row that is not blank. Rows below that complete it belong to it.

    Parameters
    ----------
    rows : sequence of Row
        The first rows; a header is looked for in :data:`HEADER_WITHIN` of them.
    known : collection of str
        The keys of known headings.
    named : collection of str
        Headings that a profile names.
    words : Words, optional
        Where given, a table without a header is told by content and facilities count as headings.
    """
    filled = [row for row in rows[:HEADER_WITHIN] if any(cell_text(cell) for cell in row.cells)]
    if not filled:
        return None
    keys = {key_of(heading) for heading in named}
    counts = [_recognised(row, known, keys, words) for row in filled]
    best = next((place for place, count in enumerate(counts) if count >= 2), None)
    body = [row for row in rows if any(cell_text(cell) for cell in row.cells)]
    if any(_GENERATED.fullmatch(heading) for heading in named):
        return _without(body, words)
    if best is None:
        best = next((place for place, count in enumerate(counts) if count), 0)
        if words and (not counts[best] or _has_data(filled[best])) and (found := _without(body, words, sure=True)):
            return found
    header = filled[best]
    headings = [cell_text(cell) for cell in header.cells]
    one = Header(tuple(headings), header.number, {}, header.number)
    for row in filled[best + 1 : best + 4]:
        further = further_row(one, row, known, keys, words) if row.number == one.row + 1 else None
        if further is None:
            break
        one = further
    return one


def further_row(
    header: Header, row: Row, known: Collection[str], named: Collection[str], words: Words | None
) -> Header | None:
    """Return a header with the row below, if that completes it or repeats it for programs; ``None`` if not."""
    whole = completed(header, row, known, named, words)
    if whole is None and is_technical(header, row, known):
        whole = replace(header, row=row.number)
    return whole


def completed(
    header: Header, below: Row, known: Collection[str], named: Collection[str], words: Words | None
) -> Header | None:
    """Return a header of two rows if the row below is its second one; ``None`` if not."""
    if not _completes(header.headings, below, known, named, words):
        return None
    joined = _joined(header.headings, [cell_text(cell) for cell in below.cells], known)
    return Header(joined, below.number, {}, header.first)


def is_technical(header: Header, row: Row, known: Collection[str]) -> bool:
    """Tell whether a row below a header repeats it for programs: names such as ``station_name``, or types of data."""
    texts = [text for cell in row.cells if (text := cell_text(cell))]
    if len(texts) < 2 or 5 * len(texts) < 3 * sum(map(bool, header.headings)):
        return False
    if all(_DATA_TYPE.fullmatch(text) for text in texts):
        return True
    if not all(_IDENTIFIER.fullmatch(text) for text in texts) or "".join(header.headings).isascii():
        return False
    return sum(any(key in known for key in heading_keys(text)) or "_" in text for text in texts) * 2 >= len(texts)


def is_numbering(heading: str) -> bool:
    """Tell whether a heading stands over running numbers."""
    return heading == "#" or key_of(heading) in NUMBERING


def is_known(text: str, known: Collection[str], words: Words | None) -> bool:
    """Tell whether a text is a heading, or the name of a facility or service."""
    if any(key in known for key in heading_keys(text)):
        return True
    return words is not None and any(words.find(group, text) for group in ("facilities", "services"))


def _recognised(row: Row, known: Collection[str], named: Collection[str], words: Words | None) -> int:
    texts = {text for cell in row.cells if isinstance(cell, str) and (text := cell_text(cell)) and len(text) <= 40}
    count = sum(any(key in known or key in named for key in heading_keys(text)) for text in texts)
    # A single facility in a row of data is common; a row of them below a header is not.
    return count + (sum(is_known(text, (), words) for text in texts) if count else 0)


def _has_data(row: Row) -> bool:
    texts = [cell_text(cell) for cell in row.cells]
    return any(_ANGLE.fullmatch(text) or _is_pair(text) or _is_hours(text) or _PHONE.fullmatch(text) for text in texts)


def _completes(
    upper: Sequence[str], below: Row, known: Collection[str], named: Collection[str], words: Words | None
) -> bool:
    """Tell whether a row is the second one of a header: known headings, under gaps or above no data of their own."""
    lower = [cell_text(cell) for cell in below.cells]
    texts = [text for text in lower if text]
    if len(texts) < 2 or not all(isinstance(cell, str) for cell in below.cells if cell_text(cell)):
        return False
    count = sum(is_known(text, known, words) or key_of(text) in named for text in texts)
    if count < 2 or 2 * count < len(texts):
        return False
    gaps = sum(bool(text) and not (index < len(upper) and upper[index]) for index, text in enumerate(lower))
    bare = sum(bool(text) and not (index < len(lower) and lower[index]) for index, text in enumerate(upper))
    return bool(gaps or bare) or count == len(texts)


def _joined(upper: Sequence[str], lower: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    headings: list[str] = []
    for index in range(max(len(upper), len(lower))):
        above, beside = (*upper[index : index + 2], "", "")[:2]
        below, after = (*lower[index : index + 2], "", "")[:2]
        if above and below and any(key in known for key in heading_keys(above)):
            # A gap to the right: the heading spans several columns, and those below tell them apart.
            headings.append(below if after and not beside else above)
        else:
            headings.append(below or above)
    return tuple(headings)


def _without(body: Sequence[Row], words: Words | None, *, sure: bool = False) -> Header | None:
    """Return generated headings and what the content tells; with ``sure`` only if that is enough to go on with."""
    width = max(len(row.cells) for row in body)
    samples = [
        [text for row in body[:200] if index < len(row.cells) and (text := cell_text(row.cells[index]))]
        for index in range(width)
    ]
    fields = fields_by_content(samples, words) if words else {}
    found = set(fields.values())
    if sure and ("name" not in found or not found & {"lonlat", "lon", "address", "opening_hours", "phone"}):
        return None
    if sure and not _has_data(body[0]):
        return None
    return Header(tuple(f"column {index + 1}" for index in range(width)), 0, fields)


def fields_by_content(samples: Sequence[Sequence[str]], words: Words) -> dict[int, str]:
    """Return what columns without headings are, as far as their content tells: column index → field."""
    found: dict[int, str] = {}

    def take(name: str, test: Callable[[str], bool], share: float) -> None:
        if name in found.values():
            return
        for index, texts in enumerate(samples):
            if index not in found and texts and sum(map(test, texts)) >= share * len(texts):
                found[index] = name
                return

    take("lonlat", _is_pair, 0.8)
    if not found:
        found |= _angles(samples)
    take("opening_hours", _is_hours, 0.6)
    take("phone", lambda text: bool(_PHONE.fullmatch(text)) and not _ANGLE.fullmatch(text), 0.8)
    take("kind", lambda text: words.find("kinds", text) is not None, 0.8)
    if len([texts for index, texts in enumerate(samples) if index not in found and _is_naming(texts)]) > 1:
        _address(samples, found)
    names = [index for index, texts in enumerate(samples) if index not in found and _is_naming(texts)]
    if names:
        found[names[0]] = "name"
    return found


def _address(samples: Sequence[Sequence[str]], found: dict[int, str]) -> None:
    """Take the column that looks most like addresses; a name may hold a street, too."""
    shares = {
        index: sum(bool(_STREET.search(text)) for text in texts) / len(texts)
        for index, texts in enumerate(samples)
        if index not in found and _is_naming(texts)
    }
    best = max(shares, key=lambda index: (shares[index], index))
    if shares[best] >= 0.5:
        found[best] = "address"


def _angles(samples: Sequence[Sequence[str]]) -> dict[int, str]:
    numeric = [
        index
        for index, texts in enumerate(samples)
        if texts and sum(bool(_ANGLE.fullmatch(text)) for text in texts) >= 0.8 * len(texts)
    ]
    for first, second in pairwise(numeric):
        largest = [max(abs(float(t)) for t in samples[i] if _ANGLE.fullmatch(t)) for i in (first, second)]
        if max(largest) <= 180:
            # Where both could be either, the order of ISO 6709: latitude first.
            return {first: "lon", second: "lat"} if largest[0] > 90 else {first: "lat", second: "lon"}
    return {}


def _is_naming(texts: Sequence[str]) -> bool:
    """Tell whether texts could be names: mostly different, not mostly numbers."""
    if not texts or 2 * sum(any(sign.isalpha() for sign in text) for text in texts) < len(texts):
        return False
    return 2 * len(set(texts)) > len(texts)


def _is_pair(text: str) -> bool:
    return "." in text and is_pair(text)


def _is_hours(text: str) -> bool:
    return any(sign in text for sign in (":", "：", "小时", "点", "24/7")) and parse_hours(text).osm is not None
