"""Names of places as they are compared: folded, and taken apart into what a place is and which one it is."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from opencc import OpenCC

_BRACKETED = re.compile(r"[(\[〔【<《「『“\"]([^()\[\]〔〕【】<>《》「」『』“”\"]*)[)\]〕】>》」』”\"]")
_LOOSE = re.compile(r"[\W_]+")
_BRANCH = re.compile(r"分馆|分店|分站|分院")
_NUMBER = re.compile(r"\d+|第?[一二三四五六七八九十]+(?=[号路期区幢栋楼站馆店院中小])|[a-z](?=座|区|栋|幢|馆|口)")
_SIDES = re.compile(r"[东西南北新老](?=[站门区馆院厅岸口侧广院校]|$)")
_HAN = str.maketrans("一二三四五六七八九", "123456789")
#: The level and region before a name, which people add and leave out.
_REGION = re.compile(r"^(?:[\u4e00-\u9fff]{2,3}?(?:省|市|区|县|街道|镇)(?=[\u4e00-\u9fff\w]{2}))+")


_REGIONS = re.compile(r"(?:[\u4e00-\u9fff]{2,3}?(?:省|市|区|县|街道|镇))+")


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


def simplified(text: str) -> str:
    """Return a text with simplified instead of traditional characters."""
    return text if text.isascii() else str(_converter().convert(text))


@cache
def _words() -> Mapping[str, Any]:
    content: dict[str, Any] = tomllib.loads(files("importers").joinpath("names.toml").read_text(encoding="utf-8"))
    return content


@cache
def _programmes() -> Mapping[str, str]:
    """Return all programme words with their group (empty for generic ones)."""
    found = dict.fromkeys(_words()["generic"], "")
    for group, words in _words()["specific"].items():
        found |= dict.fromkeys(words, group)
    return {fold(word): group for word, group in found.items()}


@cache
def _programme_words() -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, _programmes()), key=len, reverse=True)))


@cache
def _types() -> tuple[tuple[str, str], ...]:
    pairs = [(fold(word), group) for group, words in _words()["types"].items() for word in words]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


def fold(text: str) -> str:
    """Return a text in half-width, lower case, simplified characters, letters and digits only; 分馆 is 馆."""
    plain = simplified(unicodedata.normalize("NFKC", text).casefold())
    return _BRANCH.sub(lambda match: match[0][1], _LOOSE.sub("", plain))


@dataclass(frozen=True, slots=True)
class Name:
    """A name taken apart.

    Attributes
    ----------
    full : str
        All of it, folded.
    base, aside : str
        Outside and inside of brackets.
    core : str
        The base without programme words and labels, which says which place it is; never empty.
    local : str
        The core without the regions that stand before it; the core where nothing else is left.
    programmes : frozenset of str
        Groups of the specific programmes in the name (司机之家); generic ones are not in it.
    type : str
        What the place is by the end of its core (图书馆), empty where that is not said.
    numbers : frozenset of str
        Numbers and sides (1号线, 东门), which tell places of one name apart.
    grams : frozenset of str
        Pairs of neighbouring characters of the core.
    """

    full: str
    base: str
    aside: str
    core: str
    local: str
    programmes: frozenset[str]
    type: str
    numbers: frozenset[str]
    grams: frozenset[str]


def parse_name(text: str, labels: Iterable[str] = ()) -> Name:
    """Return a name taken apart; ``labels`` are further programme words that may stand in it."""
    return _parsed(text, tuple(label for label in labels if len(label) > 2))


@lru_cache(maxsize=131_072)
def _parsed(text: str, labels: tuple[str, ...]) -> Name:
    plain = unicodedata.normalize("NFKC", text)
    aside = fold("".join(_BRACKETED.findall(plain)))
    base = fold(_BRACKETED.sub("", plain)) or aside
    core, programmes = base, set()
    for label in map(fold, labels):
        if label and label in core and label != core:
            core = core.replace(label, "", 1)
    groups = _programmes()
    for word in _programme_words().findall(core):
        if groups[word]:
            programmes.add(groups[word])
        core = core.replace(word, "", 1) if core != word else core
    if (
        len(core) < 2 or core in groups
    ):  # the name of a programme alone: which place it is stands in brackets, if anywhere
        core = aside if len(aside) >= 2 else base
    local = _REGION.sub("", core)
    kind = next((group for word, group in _types() if core.endswith(word)), "")
    found = {number.lstrip("第").translate(_HAN) for number in _NUMBER.findall(base + aside)}
    numbers = frozenset({*found, *_SIDES.findall(base)})
    grams = frozenset(core[at : at + 2] for at in range(len(core) - 1)) or frozenset({core})
    whole = fold(text)
    return Name(whole, base, aside, core, local or core, frozenset(programmes), kind, numbers, grams)


def differ_by_region(one: str, other: str) -> bool:
    """Tell whether two names are the same but for regions in front (杭州市, 西湖区) that one of them names."""
    short, long = sorted((one, other), key=len)
    front = long.removesuffix(short)
    return front not in ("", long) and len(short) >= 2 and _REGIONS.fullmatch(front) is not None


def is_short_for(short: str, long: str) -> bool:
    """Tell whether one core may be an abbreviation of another: its characters in order, the first one the same."""
    if not 2 <= len(short) < len(long) or short[0] != long[0]:
        return False
    rest = iter(long)
    return all(sign in rest for sign in short)


_ADDRESS = re.compile(r"([\u4e00-\u9fff]{1,8}?(?:大道|大街|路|街|巷|弄|道|里))(\d+(?:-\d+)?)号?")
_ADMIN = re.compile(r"^(?:[\u4e00-\u9fff]{2,4}?(?:省|市|区|县|街道|镇|乡))+")


@dataclass(frozen=True, slots=True)
class Address:
    """An address taken apart: all of it folded without the regions before it, street and number where it has them."""

    key: str
    street: str
    number: str


@lru_cache(maxsize=131_072)
def parse_address(text: str) -> Address | None:
    """Return an address taken apart, ``None`` for none."""
    plain = simplified(unicodedata.normalize("NFKC", text).casefold())
    bare = _ADMIN.sub("", re.sub(r"[^\w-]+", "", plain))
    key = _LOOSE.sub("", bare) or fold(text)
    if not key:
        return None
    found = _ADDRESS.search(bare)
    return Address(key, _ADMIN.sub("", found[1]) if found else "", found[2] if found else "")


@lru_cache(maxsize=131_072)
def phone_numbers(text: str) -> frozenset[str]:
    """Return the last eight digits of every telephone number in a text; masked ones are none."""
    digits = (re.sub(r"\D", "", part) for part in re.split(r"[;,、/\s]+", text) if "*" not in part)
    return frozenset(number[-8:] for number in digits if len(number) >= 7)
