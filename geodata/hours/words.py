"""The words of opening-hours texts: what they are made of, in Chinese and English, and how a text falls into them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal[
    "time", "part", "next_day", "all_day",
    "day", "workday", "bare_day", "holiday", "always",
    "open", "closed", "closing_day", "except", "notice",
    "range", "separator", "noise",
    "refers", "seasonal", "all_weather", "several_areas", "unknown",
]  # fmt: skip
Part = Literal["am", "noon", "pm", "night", "small", ""]

#: Words that keep a text from being understood, whatever else it says.
OBSTACLES: Final = frozenset({"refers", "seasonal", "all_weather", "several_areas", "unknown"})

#: What is read at each place of a text: the first entry that matches there wins.
_LEXICON: Final[tuple[tuple[Kind, str], ...]] = (
    # remarks that change no hours: last admission, notice in special cases, no break at noon
    ("noise", r"\d{1,2}:\d{2}后?停止[入进][馆场]|(?:闭馆前|提前)\d+分钟停止[入进][馆场]|(?:中午|午间)不休息?"),
    ("noise", r"(?:如有|如遇|遇)?特殊情况,?[将会]?(?:提前)?(?:另行)?(?:通知|公告)"),
    # obstacles
    (
        "refers",
        r"以[^,;。()]{1,20}?为准|与[^,;。()\d周]{1,16}?(?:一致|相同|同步)|随[^,;。()\d周]{1,16}|视[^,;。()]{1,16}而定",
    ),
    ("refers", r"(?:运营|运行|营业|工作|开馆|上班|办公)时[间段]内|同?地铁站?运[营行](?:时间)?"),
    ("refers", r"详询|详见|咨询|查询|公告|公示|预约|在线|待定|不定时?"),
    ("seasonal", r"[春夏秋冬]+(?!节)[季天令]?|暑[期假]|寒暑?假|[旺淡]季|汛期|\d{1,2}(?:-\d{1,2})?月(?:\d{1,2}[日号])?"),
    ("all_weather", r"全天候"),
    # days
    ("workday", r"工作日|weekdays?"),
    ("day", r"(?:周|星期|礼拜)(?:[一二三四五六日天]+|末)|双休日?|每[天日]|天天"),
    ("day", r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:days?)?|weekends?|daily|everyday"),
    (
        "always",
        r"全年(?:无休|不休|(?:365天)?开放)|(?:法定)?节假日(?:正常|照常|不休息?|无休|不闭馆)(?:开放|营业|开馆)?|无休",
    ),
    ("holiday", r"(?:国家)?法定(?:节假日|假日|节日|假期)|节假日|公众假期|(?:public)?holidays?"),
    # times
    ("time", r"\d{1,2}:\d{2}(?::00)?(?:am|pm)?|\d{1,2}(?:am|pm)"),
    ("all_day", r"(?:全天)?24小时|24h(?:ours)?|24/7|7[x×*]24(?:小时)?|全[天日]"),
    ("time", r"\d{1,2}[点时](?:半|\d{1,2}分?)?[整钟]?|\d{1,2}(?=(?:-|至|到|~)\d{1,2}[点时])"),
    ("part", r"[上下中]午|早[上晨间]|清晨|午后|晚[上间]|夜间|傍晚|凌晨|白天|日间|[早晚]"),
    ("next_day", r"[次翌]日|第二天"),
    ("bare_day", r"[一二三四五六日天](?![月号年个层楼])"),
    # what is said of them
    ("closing_day", r"(?:闭馆|休馆|休息|闭站)日|closedon"),
    ("closed", r"闭[馆店站门]|休馆|休息|关[闭门]|不(?:对外)?开放|不开[馆门]|不营业|停止(?:开放|服务)|closed|off"),
    ("except", r"除外"),
    ("notice", r"另行(?:通知|公告|公布)"),
    ("noise", r"(?:免费|对外|正常)?(?:开放|开馆|运营|运行|营业|服务|接待|上班|办公|工作)?时间|全年|hours?|from|on"),
    ("open", r"(?:免费|对外|正常)?(?:开放|开馆|营业|服务)|open"),
    ("range", r"-|~|至|到|to"),
    ("separator", r"[,;:、。()/&]|和|及|与|[每逢遇]|为|均|都|and"),
    ("several_areas", r"[\d一二三四五六七八九-]*[层楼]|[一-鿿]{1,6}?[区室厅]"),
)
_TOKEN: Final = re.compile("|".join(f"(?P<k{index}>{pattern})" for index, (_, pattern) in enumerate(_LEXICON)))

_DASHES: Final = re.compile(r"[-‐‑‒–—―−─﹣]+")
_PARTS: Final[dict[str, Part]] = {
    "中午": "noon", "下午": "pm", "午后": "pm", "晚上": "night", "晚间": "night", "夜间": "night", "傍晚": "night",
    "晚": "night", "凌晨": "small", "白天": "", "日间": "",
}  # fmt: skip
_WEEKDAY: Final = {
    name: index for index, names in enumerate(("一1", "二2", "三3", "四4", "五5", "六6", "日天7")) for name in names
}
_ENGLISH: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEK: Final = frozenset(range(7))
WORKDAYS: Final = frozenset(range(5))
WEEKEND: Final = frozenset({5, 6})


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a text."""

    kind: Kind
    text: str

    @property
    def days(self) -> frozenset[int]:
        """The weekdays that a word of days names, 0 for Monday."""
        if self.kind == "workday":
            return WORKDAYS
        if self.text.startswith(("每", "天天", "daily", "everyday")):
            return WEEK
        if "末" in self.text or self.text.startswith(("双休", "weekend")):
            return WEEKEND
        if self.text.isascii():
            return frozenset({_ENGLISH.index(self.text[:3])})
        return frozenset(_WEEKDAY[char] for char in self.text if char in _WEEKDAY)

    @property
    def part(self) -> Part:
        """The part of the day that the word names."""
        return _PARTS.get(self.text, "am")

    @property
    def clock(self) -> tuple[int, int]:
        """Hour and minute as written, with am and pm counted in."""
        hour, minute = (int(number) for number in [*re.findall(r"\d+", self.text), "0"][:2])
        if "半" in self.text:
            minute = 30
        if self.text.endswith("m"):
            hour = hour % 12 + (12 if self.text.endswith("pm") else 0)
        return hour, minute


def plain(text: str) -> str:
    """Return ``text`` with full-width characters narrowed and every kind of dash a hyphen."""
    narrow = unicodedata.normalize("NFKC", text).replace("∶", ":").replace("〜", "~")
    return _DASHES.sub("-", narrow).strip()


def tokens(text: str) -> list[Token]:
    """Cut a text into words; neighbouring characters that belong to none are one word of kind ``unknown``."""
    letters = re.sub(r"\s+", "", plain(text)).lower()
    found: list[Token] = []
    start = at = 0
    while at < len(letters):
        match = _TOKEN.match(letters, at)
        if match is None:
            at += 1
            continue
        if start < at:
            found.append(Token("unknown", letters[start:at]))
        found.append(Token(_LEXICON[int((match.lastgroup or "")[1:])][0], match.group()))
        start = at = match.end()
    if start < len(letters):
        found.append(Token("unknown", letters[start:]))
    return found
