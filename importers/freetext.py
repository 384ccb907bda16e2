"""Facilities and services in running text: ``饮水供给（茶饮及冷饮）、充电排插；无微波炉``.

A text is cut into items; an item is a word of the vocabulary as it stands, or holds such words beside verbs, quantities
and adjectives (``免费提供饮用水2桶``). The longest words win, so 电动车充电 is not 充电. What an item denies (无, 暂无,
不提供, 未配备) is ``no``, what it restricts (部分, 限时) is ``limited``. A verb that denies (暂无, 没有)
goes for the whole enumeration behind it, as Chinese has it; a bare 无 only for its own item.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from geodata.sites import Value
from importers.cleaning import key_of
from importers.names import simplified
from importers.words import Words

GROUPS = ("facilities", "services")
_SENTENCE = re.compile(r"[;；。！!\n|┋]+|[,，](?=\s*\D)|(?<=\D)[,，]")
_ITEM = re.compile(r"[、/+＋&]+|和|及|与|以及|\band\b|(?<=[^\W\d_])\s{2,}")
#: What stands in brackets explains its item; it is looked at only where the item itself says nothing.
_BRACKETS = re.compile(r"[(（\[【]([^()（）\[\]【】]*)[)）\]】]")
_NUMBERED = re.compile(r"^\s*(?:\d{1,2}\s*[.．、)）]|[①-⑳])\s*")
#: Numbers before the items of a list: ①饮水②充电, 1.饮水 2.充电.
_CIRCLED = re.compile("[①-⑳⑴-⒇㈠-㈩❶-❿]")
_POINTS = re.compile(r"(?:^|(?<=\s))\d{1,2}\s*[.、)](?!\d)")
_DENIED = re.compile(
    r"^(?:(?P<wide>(?:目前|现|尚|均|都)?"
    r"(?:暂无|暂未|暂不|没有|没|尚无|尚未|不提供|不具备|不含|不支持|不设|未提供|未配备|未配|未设|未安装|缺少|缺)"
    r"(?:提供|配备|设置|安装)?)"
    r"|(?:均|都)?无(?!障碍|线|偿|人|菌|烟|极)|(?P<english>no\b|without\b|not available))[:：\s]*",
    re.I,
)
_DENIED_AFTER = re.compile(
    r"(?:[:：]\s*)?(?:暂无|没有|无|暂缺|不可用|已停用|停用|已拆除|损坏|×|✗|✘|(?<!是)否|not available|n/a|\bfalse|no)$"
    r"|(?<![\d.])[×x*:：\s]{0,8}(?<![\d.])0\s*[台个处把间套张部只组位]?$",
    re.I,
)
_LIMITED = re.compile(
    r"^(?:部分|限时|限量|有限|仅限|偶尔|partial(?:ly)?\b|limited\b|some\b)|(?:限时|限量|部分|有限)$", re.I
)
#: Words that hold a known word and mean something else; they are told as unknown.
_OTHERWISE = re.compile(
    r"(?:新能源)?汽车充电桩?|新能源充电桩?|充电桩|洗手液|热水袋|空调被|空调维修|图书馆证|饮水思源|药店|药房|加热毯|取暖费|停车费|网络安全|网络直播"
)
#: Words that mean something only where they stand alone: 周末休息 is no seat, 交通工具 are no tools.
_ALONE = frozenset(
    ["休息", "工具", "网络", "急救", "修车", "会议", "读书", "看书", "阅读", "调解", "帮扶", "就业", "ac", "internet"]
)
_LATIN = re.compile(r"[a-z0-9]+")
_LATIN_RUN = re.compile(r"[a-z0-9]+(?:[\s\-_']+[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Said:
    """What a text says about one facility or service; without a code the item was not understood."""

    item: str
    group: str = ""
    code: str = ""
    value: Value = "yes"


@lru_cache(maxsize=16384)
def read_text(text: str, words: Words) -> tuple[Said, ...]:
    """Return what a text says, item by item; of two statements about one thing the more cautious one stands.

    Parameters
    ----------
    text : str
        A cell; as long as it likes.
    words : Words
    """
    found: dict[tuple[str, str], Said] = {}
    unknown: dict[str, Said] = {}
    for said in _statements(text, words):
        key = (said.group, said.code)
        if not said.code:
            unknown.setdefault(said.item, said)
        elif key not in found or _CAUTION.index(said.value) > _CAUTION.index(found[key].value):
            found[key] = said
    return (*found.values(), *unknown.values())


_CAUTION: tuple[Value, ...] = ("unknown", "yes", "limited", "no")


def _statements(text: str, words: Words) -> Iterator[Said]:
    plain = simplified(unicodedata.normalize("NFKC", _CIRCLED.sub(";", text))).replace("(", "（").replace(")", "）")
    plain = _POINTS.sub(";", plain)
    for sentence in _outside_brackets(_SENTENCE, plain):
        carried: Value | None = None
        for item in _items(sentence, words):
            item = _NUMBERED.sub("", item).strip(" 　.:：·*-")
            if not item:
                continue
            value, rest, wide = _value(item, words)
            if value == "yes" and carried and not re.match(r"有|提供|配备|设有|可", item):
                value = carried
            elif wide:
                carried = value
            elif value == "yes":
                carried = None
            yield from _of_item(item, rest, value, words)


def _items(sentence: str, words: Words) -> Iterator[str]:
    """Cut a sentence into items, but not within a word that is known as a whole."""
    if _whole(_BRACKETS.sub("", sentence), words):
        yield sentence
    else:
        yield from _outside_brackets(_ITEM, sentence)


def _outside_brackets(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    """Split a text at a pattern, but not within brackets."""
    inside = [match.span() for match in _BRACKETS.finditer(text)]
    start = 0
    for match in pattern.finditer(text):
        if any(first < match.start() < last for first, last in inside):
            continue
        yield text[start : match.start()]
        start = match.end()
    yield text[start:]


def _value(item: str, words: Words) -> tuple[Value, str, bool]:
    """Return what an item says about what it names, the item without that, and whether it goes for what follows."""
    bracket = _BRACKETS.search(item)
    if bracket and (_LIMITED.search(bracket[1]) or _DENIED_AFTER.fullmatch(bracket[1])):
        return ("limited" if _LIMITED.search(bracket[1]) else "no"), _BRACKETS.sub("", item), False
    if _whole(item, words):
        return "yes", item, False
    if denied := _DENIED.match(item):
        return "no", item[denied.end() :], bool(denied["wide"])
    if denied := _DENIED_AFTER.search(item):
        return "no", item[: denied.start()], False
    if _LIMITED.search(item):
        return "limited", _LIMITED.sub("", item), False
    return "yes", item, False


def _of_item(item: str, rest: str, value: Value, words: Words) -> Iterator[Said]:
    bare = _BRACKETS.sub("", rest)
    found = _whole(bare, words) or _whole(rest, words)
    several = (found,) if found else _within(bare, words)
    several = several or tuple(one for part in _BRACKETS.findall(rest) for one in _within(part, words))
    if not several:
        yield Said(item)
    for group, code in several:
        yield Said(item, group, code, value)


@lru_cache(maxsize=65536)
def _whole(text: str, words: Words) -> tuple[str, str] | None:
    for group in GROUPS:
        if code := words.find(group, text):
            return group, code
    return None


@lru_cache(maxsize=65536)
def _within(text: str, words: Words) -> tuple[tuple[str, str], ...]:
    """Return the facilities and services whose words are in a text, the longest words first and none within another."""
    plain = _OTHERWISE.sub("　", text).casefold()
    chinese, latin = _by_script(words)
    found: list[tuple[str, str]] = []
    key = key_of(plain)
    for word, *entry in chinese:
        if word in key:
            found.append((entry[0], entry[1]))
            key = key.replace(word, " ")
    for run in _LATIN_RUN.findall(plain):
        tokens = _LATIN.findall(run)
        while tokens:
            size = next((size for size in range(min(4, len(tokens)), 0, -1) if "".join(tokens[:size]) in latin), 0)
            if size:
                found.append(latin["".join(tokens[:size])])
            del tokens[: max(size, 1)]
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=4)
def _by_script(words: Words) -> tuple[tuple[tuple[str, str, str], ...], dict[str, tuple[str, str]]]:
    """Return the words with Chinese signs, the longest first, and those without, to be met as whole words."""
    listed = [(word, group, code) for group in GROUPS for word, code in words.entries(group) if word not in _ALONE]
    chinese = [entry for entry in listed if len(entry[0]) > 1 and not entry[0].isascii()]
    latin = {word: (group, code) for word, group, code in listed if word.isascii()}
    return tuple(sorted(chinese, key=lambda entry: (-len(entry[0]), entry[0]))), latin
