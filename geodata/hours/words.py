"""The words of opening-hours texts: what they are made of, in Chinese and English, and how a text falls into them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from geodata.hours.languages import translated
from geodata.hours.spelling import plain, simple, spelled

Kind = Literal[
    "time", "part", "next_day", "all_day",
    "day", "workday", "bare_day", "holiday", "always",
    "open", "closed", "closing_day", "days_off", "as_usual", "night_closed", "except", "notice", "rest",
    "range", "separator", "noise", "last_entry", "proviso", "usually",
    "season", "dates", "area",
    "refers", "all_weather", "unknown",
]  # fmt: skip
Part = Literal["am", "noon", "pm", "night", "small", ""]

#: Words that keep a text from being understood, whatever else it says.
OBSTACLES: Final = frozenset({"refers", "all_weather", "unknown"})

#: What may keep other hours than the place it is in.
_INSIDE = r"aed|厕所|卫生间|洗手间|公厕|淋浴间?|空调|微波炉|充电桩?|停车场?|母婴室|图书|wifi"
_DATE = r"\d{1,2}月(?:\d{1,2}[日号])?"

#: What is read at each place of a text: the first entry that matches there wins.
_LEXICON: Final[tuple[tuple[Kind, str], ...]] = (
    # remarks that change no hours: last admission, notice in special cases, no break at noon
    (
        "last_entry",
        r"\d{1,2}:\d{2}(?:以?后|起)?停止(?:[入进][馆场园]|[取售][号票]|检票|借还书?|受理|接待|办理|叫号)"
        r"|\d{1,2}:\d{2}(?:开始)?清场"
        r"|(?:闭[馆园站]|关门|下班)?前?(?:提前)?\d+分钟停止(?:[入进][馆场园]|[取售][号票]|检票|受理|接待|办理|叫号)"
        r"|最[晚后][入进][馆场园](?:时间)?(?:为)?:?\d{1,2}:\d{2}",
    ),
    ("noise", r"(?:中午|午间)不休息?"),
    (
        "noise",
        r"(?:如有|如遇|遇)?特殊情况,?[将会]?(?:提前)?(?:另行)?(?:通知|公告)|(?:如有|如遇|如|遇)特殊情况(?=,?以)"
        r"|如有(?:变动|变化|变更|调整)(?:,?[将会]?(?:提前)?另行(?:通知|公告))?",
    ),
    ("noise", r"[一两二三四]班(?:倒|制)?|[早中晚夜白]班|(?:一年|全年)?365天"),
    # who states times and refers to others keeps them to himself; without times there are none
    ("proviso", r"(?:最终|具体)?(?:开放)?(?:时间)?以[^,;。()]{1,20}?为准|仅供参考"),
    ("proviso", r"与[^,;。()\d周]{1,16}?(?:一致|相同|同步)|随[^,;。()\d周]{1,16}|视[^,;。()]{1,16}而定"),
    ("proviso", r"(?!(?:国家)?(?:法定|节|假|公众|春节|国庆))[^,;。()\d周]{2,16}期间除外"),
    ("proviso", r"(?:同|按照?|依照?|参照|跟随)(?!时)[^,;。()\d周]{1,12}?(?:时间|时段)(?:一致|相同|执行)?"),
    ("proviso", r"同(?:所在|依托)?(?:网点|商场|门店|银行|超市|单位|场所|酒店|医院|店铺?|楼宇)(?:一致|相同|同步)?|左右"),
    ("proviso", rf"(?:除|不含)?(?:{_INSIDE})(?:[、和及,]?(?:{_INSIDE}))*(?:除外|不在内)"),
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
    ("rest", r"其[他它余](?:月份|时间|季节|时段)"),
    ("all_day", r"全天[候侯]24(?:小时|h)|24(?:小时|h)全天[候侯]"),
    ("all_weather", r"全天[候侯]"),
    # days
    ("workday", r"(?:国家)?(?:法定|正常|政府)?工作日|weekdays?"),
    ("days_off", r"[单双]休(?!日)|[做上]六休一|[做上]五休二"),
    ("day", r"(?:周|星期|礼拜)(?:[一二三四五六日天]+|末)|双休日|每[天日]|天天"),
    ("day", r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:days?)?|weekends?|daily|everyday"),
    (
        "always",
        r"全年(?:365天)?(?:无休|不休|不打烊|开放)"
        r"|(?:国家)?(?:法定)?节假日(?:(?:正常|照常)(?!休|放假|公休|闭|关|停)|不休息?|无休|不闭馆|不打烊|不放假)(?:开放|营业|开馆|上班|服务)?"
        r"|无休",
    ),
    ("holiday", r"(?:国家)?法定(?:节假日|假日|节日|假期)|节假日|公众假期|(?:public)?holidays?"),
    # times
    ("time", r"\d{1,2}:\d{2}(?::00)?(?:am|pm)?|\d{1,2}(?:am|pm)"),
    ("area", r"(?:24小时)?自助[一-鿿]{0,4}?[区室厅馆]"),
    ("all_day", r"(?:全天)?24(?:小时|h(?:ours|rs)?)(?:全天|不打烊|不间断)?|24/7|7[x×*]24(?:小时|h)?|全[天日]"),
    ("time", r"\d{1,2}[点时](?:半|\d{1,2}分?(?![点时:\d]))?[整钟]?|\d{1,2}(?=(?:-|至|到|~)\d{1,2}[点时])"),
    ("night_closed", r"(?:夜间|夜晚|晚上)(?:不(?:对外)?(?:开放|营业|开门)|关闭|关门|闭馆)"),
    ("part", r"[上下中]午|早[上晨间]|清晨|午后|晚[上间]|夜间|傍晚|凌晨|白天|日间|[早晚]|中(?=\d)"),
    ("next_day", r"[次翌]日|第二天"),
    ("bare_day", r"[一二三四五六日天](?![月号年个层楼])"),
    # what is said of them
    ("closing_day", r"(?:闭馆|休馆|休息|闭站|公休)日|closedon"),
    (
        "closed",
        r"闭[馆店站门]|休馆|(?:正常|照常)(?:休馆|休息|放假|公休|闭[馆店站门]|关[闭门])|休息|放假|公休|[轮例定]休|休(?![假闲])|关[闭门]|不(?:对外)?开放|不开[馆门]|不营业|停止(?:开放|服务)|closed|off",
    ),
    ("except", r"除外"),
    ("notice", r"另行(?:通知|公告|公布)"),
    ("noise", r"(?:免费|对外|正常)?(?:开放|开馆|运营|运行|营业|服务|接待|上班|办公|工作)?时间|全年|hours?|from|on"),
    ("as_usual", r"(?:正常|照常)(?:开放|开馆|营业|服务|上班|接待)?"),
    ("open", r"(?:免费|对外|正常)?(?:开放|开馆|营业|服务)|open"),
    ("range", r"-|~|至|到|to"),
    ("separator", r"[,;:、。()/&.·|]|和|及|与|[每逢遇]|为|均|都|and"),
    ("area", r"[\d一二三四五六七八九](?:-?[\d一二三四五六七八九])*[层楼]|[一-鿿]{1,6}?[区室厅]"),
)
_TOKEN: Final = re.compile("|".join(f"(?P<k{index}>{pattern})" for index, (_, pattern) in enumerate(_LEXICON)))

_PARTS: Final[dict[str, Part]] = {
    "中午": "noon", "中": "noon", "下午": "pm", "午后": "pm", "晚上": "night", "晚间": "night", "夜间": "night",
    "傍晚": "night", "晚": "night", "凌晨": "small", "白天": "", "日间": "",
}  # fmt: skip
_WEEKDAY: Final = {
    name: index for index, names in enumerate(("一1", "二2", "三3", "四4", "五5", "六6", "日天7")) for name in names
}
_ENGLISH: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEK: Final = frozenset(range(7))
WORKDAYS: Final = frozenset(range(5))
WEEKEND: Final = frozenset({5, 6})


#: Hours of half a day.
NOON: Final = 12
#: Hours of the next day that people call the night of this one.
_AFTER_MIDNIGHT: Final = (1, 2, 3)


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


def tokens(text: str) -> list[Token]:
    """Cut a text into words; neighbouring characters that belong to none are one word of kind ``unknown``."""
    letters = re.sub(r"\s+", "", spelled(translated(simple(plain(text))))).lower()
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


def hour_of(hour: int, part: Part) -> int:
    """Return the hour on the 24-hour clock: 下午2:00 is 14, 中午1:00 13, 晚上12:00 24, 晚上1:00 25, 凌晨12:00 0."""
    if part == "pm" and 1 <= hour < NOON:
        return hour + NOON
    if part == "noon" and 1 <= hour <= 3:
        return hour + NOON
    if part == "night" and hour in _AFTER_MIDNIGHT:
        return hour + 2 * NOON
    if part == "night" and 1 <= hour <= NOON:
        return hour + NOON
    if part == "small" and hour == NOON:
        return 0
    return hour
