"""What the cells of one column mean by its heading and by each other: ticks of symbol fonts, ○ and ×, 是否免费."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from importers.cleaning import cell_text, without_question
from importers.content import facility_in
from importers.reading import Row
from importers.words import Words

#: Ticks, crosses and boxes of Wingdings and Wingdings 2 as the letters that are left of them without the font; a tick
#: or a ticked box tells which font it is.
_FONTS = (
    ({"ü": "yes", "þ": "yes"}, {"û": "no", "ý": "no", "¨": "no", "o": "no"}),
    ({"P": "yes", "R": "yes"}, {"O": "no", "Q": "no", "S": "no", "T": "no", "£": "no"}),
)
#: Rings and boxes mean something only beside each other, or beside a cross.
_RINGS = {"○": "yes", "◯": "yes", "〇": "yes", "◎": "yes", "△": "limited"}
_BESIDE_RINGS = frozenset("×✗✘✕xX－-无無")
_BOXES = {"☑": "yes", "☒": "yes", "■": "yes", "☐": "no", "□": "no"}
_TICKED = frozenset("☑☒■")
#: A heading that says what its numbers mean: 空调（1有 2无）.
_NUMBERED = re.compile(r"1\s*[.、=:：\-]?\s*(?:是|有)\D*?([02])\s*[.、=:：\-]?\s*(?:否|无|没有)")
#: Which of them a column may have at most, so as to be one of marks.
_MOST = 8
#: A longer text heads no column of marks.
_LONGEST = 100
#: Words that ask for money, not for a facility.
_FREE = re.compile("免费|收费|提供")


def meanings(heading: str, texts: Collection[str], words: Words) -> Mapping[str, str]:
    """Return what texts of a column mean that would mean nothing, or something else, anywhere else.

    Parameters
    ----------
    heading : str
    texts : collection of str
        Different texts of the column.
    words : Words
    """
    if not texts or len(texts) > _MOST or len(heading) > _LONGEST:
        return {}
    if ("免费" in heading or "收费" in heading) and not _asks(_FREE.sub("", heading), words):
        return _of_fee(heading, texts, words)
    if not _asks(heading, words):
        return {}
    if found := _NUMBERED.search(heading):
        return {"1": "yes", found[1]: "no"}
    for ticks, others in _FONTS:
        marks = {**ticks, **others}
        if ticks.keys() & texts and all(text in marks or words.value(text) for text in texts):
            return marks
    if texts & _RINGS.keys() and all(text in _RINGS or text in _BESIDE_RINGS for text in texts):
        return _RINGS
    if _TICKED & set(texts) and all(text in _BOXES or words.value(text) for text in texts):
        return _BOXES
    return {}


def _asks(heading: str, words: Words) -> bool:
    """Tell whether a heading asks for a facility or a service."""
    bare = without_question(_NUMBERED.sub("", heading)).strip("()（） ")
    return any(words.find(group, bare) for group in ("facilities", "services")) or facility_in(bare, words) is not None


def _of_fee(heading: str, texts: Iterable[str], words: Words) -> dict[str, str]:
    """Return what yes and no mean where a heading asks whether something is free, or whether it costs something."""
    free = {"yes": "free", "no": "fee"} if "免费" in heading else {"yes": "fee", "no": "free"}
    return {text: free[value] for text in texts if (value := words.value(text)) in free}


def with_meanings(rows: Iterable[Row], marks: Mapping[int, Mapping[str, str]]) -> Iterator[Row]:
    """Return rows with the meanings of marks in place of them, by column."""
    for row in rows:
        cells = list(row.cells)
        for index, meant in marks.items():
            if index < len(cells) and (text := cell_text(cells[index])) in meant:
                cells[index] = meant[text]
        yield Row(row.number, cells, row.problem, row.joined)


def translated(
    sample: Callable[[int], list[str]], marks: Mapping[int, Mapping[str, str]]
) -> Callable[[int], list[str]]:
    """Return what gives the texts of a column, with the meanings of its marks."""
    return lambda index: [marks.get(index, {}).get(text, text) for text in sample(index)]
