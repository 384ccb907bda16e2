"""Hours in other languages and other words, put into the usual Chinese ones: L-V 9h-18h, 평일, 除周一外."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

#: Texts in which nothing is written otherwise, as most are.
_USUAL: Final = re.compile(r"[\d:\-~,;、\s周一二三四五六日至每天]*")

#: 早7:30晚10:00 lacks its dash.
_EARLY_LATE: Final = re.compile(r"(早[上晨]?\d{1,2}(?::\d{2}|点(?:半|\d{1,2}分?)?))(?=晚上?\d)")

_BUT_FOR: Final = re.compile(
    r"\(?除(?:了)?((?:国家)?(?:法定)?节假日|周末|周[一二三四五六日])(?:以|之)?外(?:的时间)?,?\)?"
)

#: Plain replacements, one after the other.
_SAME: Final = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (r"(?:法定|正常)工作日|平日|평일", "工作日"),
        (r"(?:午休|中午|午间)(?:时间)?(?:不打烊|不间断|照常(?:开放|营业)?)", "中午不休"),
        (r"24시간|24時間|24时间|24(?:hours?|heures?|horas?|stunden|std\.?)|24h?/24h?", "24小时"),
        (r"7[x×*]24(?:h(?:ours?)?|小时)", "24小时"),
        (r"(?:全年)?365天[x×*,、]?(?=24小时|全天)", ""),
        (r"年中无休|연중무휴", "全年无休"),
        (r"([月火水木金土日])曜日?", r"周\1"),
        (r"([월화수목금토일])요일", r"周\1"),
        (r"周[월月]", "周一"), (r"周[화火]", "周二"), (r"周[수水]", "周三"), (r"周[목木]", "周四"),
        (r"周[금金]", "周五"), (r"周[토土]", "周六"), (r"周[일日]", "周日"), (r"二十四小时", "24小时"),
        (r"매일", "每天"), (r"주말", "周末"), (r"공휴일", "节假日"), (r"(?<=\d)시", "时"), (r"휴무|휴관", "休息"),
    )
)  # fmt: skip

#: Days in the languages of Western Europe, by the beginnings that no other of them uses for another day.
_NAMES: Final = {
    "mon": r"lunes|lundi|montag|segunda(?:-feira)?|lun\.?|seg\.?",
    "tue": r"martes|mardi|dienstag|terça(?:-feira)?|ter\.?",
    "wed": r"miércoles|miercoles|mercredi|mittwoch|quarta(?:-feira)?|mié\.?|mie\.?|mer\.?|qua\.?",
    "thu": r"jueves|jeudi|donnerstag|quinta(?:-feira)?|jue\.?|jeu\.?|qui\.?",
    "fri": r"viernes|vendredi|freitag|sexta(?:-feira)?|vie\.?|ven\.?|sex\.?",
    "sat": r"sábado|sabado|samedi|samstag|sonnabend|sáb\.?|sab\.?|sam\.?",
    "sun": r"domingo|dimanche|sonntag|dom\.?|dim\.?",
}
_EUROPEAN: Final = tuple((re.compile(rf"(?<!\w)(?:{names})(?!\w)"), day) for day, names in _NAMES.items())
#: Short for Tuesday in Spanish and French, and for March in OSM: only beside other days.
_TUESDAY: Final = re.compile(r"(?<!\w)mar\.?(?!\w)")
_INITIALS: Final = (
    (re.compile(r"(?<!\w)l\s*(?:-|a)\s*v(?!\w)"), "mon-fri"), (re.compile(r"(?<!\w)l\s*(?:-|a)\s*d(?!\w)"), "mon-sun"),
)  # fmt: skip
_GERMAN: Final = tuple(zip(("mo", "di", "mi", "do", "fr", "sa", "so"), _NAMES, strict=True))
_UNTIL: Final = re.compile(r"(?<=[a-z\d])\s+(?:a|à|au|às|as|bis|hasta|até)\s+(?=[a-z\d])")
_HOURS: Final = re.compile(r"(?<![\d:])(\d{1,2})\s*h(?:s|rs)?\s*([0-5]\d)?(?![a-z\d])")
_O_CLOCK: Final = re.compile(r"(?<![\d:])(\d{1,2})(?::(\d\d))?\s*-\s*(\d{1,2})(?::(\d\d))?\s*uhr")


def translated(text: str) -> str:
    """Return a text, in half-width characters, with what is said in other words as :mod:`.words` has it."""
    if _USUAL.fullmatch(text):
        return text
    told = _western(text) if re.search(r"[a-zà-ÿ]", text, re.IGNORECASE) else text
    for pattern, same in _SAME:
        told = pattern.sub(same, told)
    return _exceptions_last(_EARLY_LATE.sub(r"\1-", told))


def _western(text: str) -> str:
    """Put days and times of Western Europe into English ones: ``lun-ven 9h-18h30``, ``Mo-Fr 9-18 Uhr``."""
    plain = unicodedata.normalize("NFC", text).lower()
    before = plain
    if "uhr" in plain:
        for short, day in _GERMAN:
            plain = re.sub(rf"(?<!\w){short}\.?(?!\w)", day, plain)
    for pattern, day in (*_EUROPEAN, *_INITIALS):
        plain = pattern.sub(day, plain)
    if plain != before:
        plain = _TUESDAY.sub("tue", plain)
    plain = re.sub(r"24\s*h?\s*/\s*24\s*h?(?!\w)|24\s*(?:heures|horas|stunden)", "24小时", plain)
    plain = re.sub(r"(?<!\w)(?:du|de|von|das)\s+(?=[a-z\d])", "", _UNTIL.sub("-", plain))
    if len(_HOURS.findall(plain)) > 1:
        plain = _HOURS.sub(lambda found: f"{found[1]}:{found[2] or '00'}", plain)
    plain = _O_CLOCK.sub(lambda found: f"{found[1]}:{found[2] or '00'}-{found[3]}:{found[4] or '00'}", plain)
    return plain if plain != before else text


def _exceptions_last(text: str) -> str:
    """Write 除节假日外8:00-17:00 as 8:00-17:00(节假日除外)."""
    found = _BUT_FOR.search(text)
    if found is None or _BUT_FOR.search(text, found.end()):
        return text
    return f"{text[: found.start()]}{text[found.end() :]}({found[1]}除外)"
