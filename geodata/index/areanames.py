"""Areas by what someone may type for them: names, English names, pinyin and initials."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geodata.index.filters import bare_name
from geodata.index.mistyping import forgivable, one_apart
from geodata.index.search import EXACT, PREFIX, SIMILAR, SPELT, SUBSTRING
from geodata.text import fold

if TYPE_CHECKING:
    from geodata.areas import Area

#: A syllable of pinyin without its tone, as the tables of initials and finals allow it or wider.
_SYLLABLE = (
    r"(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    r"(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|an|ao|ei|en|er|ia|ie|in|iu|ou|ua|ue|ui|un|uo|ve|[aeiouv]))"
)
#: What stands after the name proper in English.
_ENGLISH_SUFFIX = re.compile(
    r"[ -]+(?:(?:autonomous|special|administrative|new|sub|hui|zhuang|uygur|mongol|tibetan) *)*"
    r"(?:district|county|city|province|prefecture|municipality|subdistrict|street|town|township|region|banner|league|area)$"
)


@dataclass(frozen=True, slots=True)
class _Entry:
    area: Area
    name: str
    bare: str
    english: str
    proper: str
    initials: str


class AreaNames:
    """The names of areas, folded once.

    The pinyin is that of the English name, which every imported area has; spelling names out takes dictionaries that
    are too large for every worker.

    Parameters
    ----------
    areas : iterable of Area
    """

    def __init__(self, areas: Iterable[Area]) -> None:
        # Larger areas first, then by code.
        ordered = sorted(areas, key=lambda area: (len(area.adcode.rstrip("0")), area.adcode))
        self._entries = [
            _Entry(area, fold(area.name), bare_name(area.name), *_english(area), initials_of(area)) for area in ordered
        ]

    def find(self, wanted: str) -> list[tuple[int, Area]]:
        """Return the areas that a folded text means or begins to, the best first, then the largest."""
        found = [(rank, entry.area) for entry in self._entries if (rank := _rank(entry, wanted)) is not None]
        return sorted(found, key=lambda item: item[0])

    def similar(self, wanted: str) -> list[tuple[int, Area]]:
        """Return the areas that a folded text means but for one error in typing."""
        if not forgivable(wanted):
            return []
        proper = _letters(wanted) if wanted.isascii() else wanted
        return [
            (SIMILAR, entry.area)
            for entry in self._entries
            if any(len(name) > 1 and one_apart(name, proper) for name in (entry.name, entry.bare, entry.proper))
        ]


def _rank(entry: _Entry, wanted: str) -> int | None:
    if not wanted:
        return None
    if wanted in (entry.name, entry.english, entry.proper):
        return EXACT
    if entry.name.startswith(wanted):
        return PREFIX
    if entry.english.startswith(wanted) or (len(wanted) > 1 and entry.initials.startswith(wanted)):
        return SPELT
    return SUBSTRING if wanted in entry.name else None


def initials_of(area: Area) -> str:
    """Return the initials of an area's pinyin, ``zf`` for Zhifu; nothing where its English name is no pinyin.

    How many syllables there are is known from the Chinese name, so that Xi'an (西安) and Xian (县) are told apart.
    """
    for name in (bare_name(area.name), fold(area.name)):
        parts = re.fullmatch(rf"({_SYLLABLE})" * len(name), _letters(area.name_en)) if len(name) <= 12 else None
        if parts is not None:
            return "".join(part[0] for part in parts.groups())
    return ""


def _english(area: Area) -> tuple[str, str]:
    return fold(area.name_en), _letters(area.name_en)


def _letters(english: str) -> str:
    """Return the letters of a name's proper part, without accents: ``zhifu`` of Zhifu District."""
    plain = "".join(
        sign for sign in unicodedata.normalize("NFD", english.casefold()) if not unicodedata.combining(sign)
    )
    return fold(_ENGLISH_SUFFIX.sub("", plain.strip()))
