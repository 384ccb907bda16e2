"""The words of opening-hours texts: what they are made of, in Chinese and English, and how a text falls into them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

from geodata.hours.spelling import usual

Kind = Literal[
    "time", "part", "next_day", "all_day",
    "day", "workday", "bare_day", "holiday", "always",
    "open", "closed", "closing_day", "except", "notice",
    "range", "separator", "noise", "last_entry", "proviso", "usually",
    "season", "dates", "area",
    "refers", "all_weather", "unknown",
]  # fmt: skip
Part = Literal["am", "noon", "pm", "night", "small", ""]

#: Words that keep a text from being understood, whatever else it says.
OBSTACLES: Final = frozenset({"refers", "all_weather", "unknown"})

_DATE = r"\d{1,2}月(?:\d{1,2}[日号])?"

#: What is read at each place of a text: the first entry that matches there wins.
_LEXICON: Final[tuple[tuple[Kind, str], ...]] = (
    # remarks that change no hours: last admission, notice in special cases, no break at noon
    (
        "last_entry",
        r"\d{1,2}:\d{2}(?:以?后|起)?停止(?:[入进][馆场园]|取[号票]|检票|借还书?|受理)"
        r"|(?:闭[馆园站]|关门|下班)?前?(?:提前)?\d+分钟停止(?:[入进][馆场园]|取[号票]|检票|受理)"
        r"|最[晚后][入进][馆场园](?:时间)?(?:为)?:?\d{1,2}:\d{2}",
    ),
    ("noise", r"(?:中午|午间)不休息?"),
    ("noise", r"(?:如有|如遇|遇)?特殊情况,?[将会]?(?:提前)?(?:另行)?(?:通知|公告)|如有(?:变动|变化|变更|调整)"),
    # who states times and refers to others keeps them to himself; without times there are none
    ("proviso", r"(?:最终|具体)?(?:开放)?(?:时间)?以[^,;。()]{1,20}?为准|仅供参考"),
    ("proviso", r"与[^,;。()\d周]{1,16}?(?:一致|相同|同步)|随[^,;。()\d周]{1,16}|视[^,;。()]{1,16}而定"),
    ("proviso", r"(?!(?:国家)?(?:法定|节|假|公众|春节|国庆))[^,;。()\d周]{2,16}期间除外"),
    ("proviso", r"(?:运营|运行|营业|工作|开馆|上班|办公)时[间段]内|同?地铁站?运[营行](?:时间)?"),
    ("proviso", r"(?:具体|详情)?请?(?:详询|详见|咨询|致电)(?!时间)[^,;。()\d周星每]{0,12}"),
    ("proviso", r"(?:需|须|请)?(?:提前)?(?:电话|网上|线上)?预约(?!时间)(?:[入进]馆|参观|开放|使用)?|查询|公示|公告"),
    # obstacles
    ("refers", r"在线|待定|不定时?|实时"),
    # seasons
    ("dates", rf"(?:每年)?{_DATE}(?:-|~|至|到)(?:次年|翌年|来年|第二年)?(?:{_DATE}|\d{{1,2}}[日号])"),
    ("dates", r"(?:每年)?(?:\d{1,2}[-~至到]\d{1,2}月|\d{1,2}(?:、\d{1,2})+月)(?!\d{1,2}[日号])"),
    (
        "dates",
        r"(?<!\d)\d{1,2}\.\d-(?:次年)?\d{1,2}\.\d{1,2}(?![\d:])|(?<!\d)\d{1,2}\.\d{2}-(?:次年)?\d{1,2}\.\d(?![\d:])",
    ),
    ("dates", rf"(?:每年)?{_DATE}"),
    (
        "season",
        r"[春夏秋冬](?!节)[、和]?(?:[春夏秋冬](?!节))*(?:[季天]|令时?|时制)?(?:作息)?|寒?暑[期假]|寒假|[旺淡]季|汛期",
    ),
    ("usually", r"通常|一般|大约|约"),
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
    ("area", r"(?:24小时)?自助[一-鿿]{0,4}?[区室厅馆]"),
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
    ("area", r"[\d一二三四五六七八九](?:-?[\d一二三四五六七八九])*[层楼]|[一-鿿]{1,6}?[区室厅]"),
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


_DIGIT_DAYS = re.compile(
    r"(?:周|星期|礼拜)[1-7](?![\d.]*[点时月])"
    r"(?:\s*(?:-|~|至|到)\s*(?:周|星期|礼拜)?[1-7](?:(?![:.点时\d])|(?=\d{1,2}[:.]\d\d))"
    r"|\s*[、,和及]\s*(?:周|星期|礼拜)?[1-7](?![:.点时\d]))*"
)
_DOTTED = re.compile(r"(?<![\d.])([01]?\d|2[0-4])\.([0-5]\d)(?=\s*(?:-|~|至|到)\s*\d{1,2}\.\d\d(?!\d*[.月日元]))")
_DOTTED_END = re.compile(r"(?<=:\d\d)(\s*(?:-|~|至|到)\s*)(\d{1,2})\.([0-5]\d)(?![.\d])")
_COMPACT = re.compile(r"(?<!\d)(?:[0-2]\d[0-5]\d\s*[-~至到]\s*[0-2]\d[0-5]\d)+(?!\d|\s*年)")
_YEARS = re.compile(r"20[1-3]\d\s*[-~至到]\s*20[1-3]\d")


def _spelled(text: str) -> str:
    """Write days and times the usual way: 周1 as 周一, 8.30-17.30 and 0830-1730 with colons."""
    text = _DIGIT_DAYS.sub(
        lambda days: re.sub(r"[1-7]", lambda digit: "一二三四五六日"[int(digit[0]) - 1], days[0]), text
    )
    text = _DOTTED_END.sub(r"\1\2:\3", _DOTTED.sub(r"\1:\2", text))
    return _COMPACT.sub(
        lambda times: times[0] if _YEARS.fullmatch(times[0]) else re.sub(r"(\d\d)(\d\d)", r"\1:\2", times[0]), text
    )


def tokens(text: str) -> list[Token]:
    """Cut a text into words; neighbouring characters that belong to none are one word of kind ``unknown``."""
    letters = re.sub(r"\s+", "", _spelled(usual(plain(text)))).lower()
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
