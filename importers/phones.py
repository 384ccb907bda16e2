"""Cells with telephone numbers: several in one, with words around them, and with the names of people beside them."""

from __future__ import annotations

import re
import unicodedata

from geodata.errors import ValueUnusableError

_JUNK = re.compile(
    r"(?:联系|咨询|服务|办公|固定|值班)?(?:电话|手机号?|座机|热线|tel|phone|mobile)[:：.\s]*", re.IGNORECASE
)
#: One number with nothing around it, as most are.
_PLAIN = re.compile(r"[\d*-]+", re.ASCII)
#: A number that a narrow cell broke in two.
_WRAPPED = re.compile(r"-\s*\n\s*")
_EXTENSION = re.compile(r"(?<!\s)\s*(?:转接?|分机|ext\.?|x(?=\s*\d))\s*[:：]?\s*(\d{1,6})", re.IGNORECASE)
_MOBILE_BESIDE = re.compile(r"(?<=\d{5})\s+(?=(?:\+?86[- ]?)?1[3-9]\d{9}(?!\d)|0\d{2,3}-\d{7,8}|400-?\d)")
_AFTER_MOBILE = re.compile(r"(?<!\d)(1[3-9]\d{9})\s+(?=[\d(+])")
_BETWEEN = re.compile(r"[;；、,，\n]+|[/|]|或者?")

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石"
    "金韦贾夏付方邹熊白孟秦邱侯江尹薛阎段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔牛邢聂庄岳殷施洪翟齐倪葛柳娄甄路尚"
    "柯柏柴梅盛童辛辜项祝左符包费纪舒屈詹祁毕鲁耿欧骆温季俞裴卞佟滕霍司闫"
)
_TITLE = "先生|女士|同志|主任|经理|老师|站长|书记|师傅|主席|所长|店长|队长|班长"
_ROLE = re.compile(r"^(?:联系人|负责人|管理员|值班员|站长|店长)")
_NAME = re.compile(
    rf"(?:欧阳|上官|司马|诸葛|司徒|东方|[{_SURNAMES}])(?:[一-鿿]{{1,2}}(?:{_TITLE})?|(?:{_TITLE}))|[{_SURNAMES}]某+"
)
#: Words of two or three characters that begin like a name and are none.
_NO_NAMES = re.compile(
    r"[周夏][一二三四五六日天末季]|白天|常[年时]|全天|.*[店站处部室厅馆所科台局会司院校区楼街岗队组办路]"
)
_WORD = re.compile(r"[一-鿿]+")
_OUTER = " :.·-—'’`"


#: A number that a spreadsheet has shortened: 1.38E+10.
_SHORTENED = re.compile(r"(\d)\.(\d+)E\+?(\d{1,2})", re.IGNORECASE)


def whole_number(text: str) -> str:
    """Return a cell of phones; a number in scientific notation with all its digits.

    Raises
    ------
    ValueUnusableError
        If it lacks some.
    """
    found = _SHORTENED.fullmatch(text.strip())
    if found is None:
        return text
    if len(found[2]) < int(found[3]):
        raise ValueUnusableError("phone_shortened", value=text[:40])
    return found[1] + found[2][: int(found[3])]


def read_phones(text: str) -> tuple[str, list[str]]:
    """Return the phone numbers of a cell, and the names of people that were left out (:func:`people_in`).

    Numbers stay as given, in half-width characters and separated by ``;``, masked ones included. Several in a cell are
    told apart (``0535-6612345 13812345678``, ``/``, ``或``); an extension is written ``转 801``; other words are kept
    (``6612345(夜间)``).
    """
    if _PLAIN.fullmatch(text):
        return text, []
    plain = _JUNK.sub("", _WRAPPED.sub("-", unicodedata.normalize("NFKC", text)))
    plain = _EXTENSION.sub(r"转\1", plain)
    people = people_in(plain)
    for name in people:
        plain = plain.replace(name, ";")
    plain = _AFTER_MOBILE.sub(r"\1;", _MOBILE_BESIDE.sub(";", plain))
    parts = (part.strip() for part in _BETWEEN.split(plain))
    return "; ".join(dict.fromkeys(tidy for part in parts if (tidy := _tidy(part)))), people


def people_in(text: str) -> list[str]:
    """Return the words beside numbers that look like people: 张三, 李经理, 负责人王五; 金沙店 is none."""
    found = []
    for word in _WORD.findall(text):
        bare = _ROLE.sub("", word)
        if (bare != word and not bare) or (_NAME.fullmatch(bare) and not _NO_NAMES.fullmatch(bare)):
            found.append(word)
    return found


def _tidy(part: str) -> str:
    """Return a part without what a name beside it has left: a colon, brackets around nothing, around all, or one."""
    part = re.sub(r"\(\s*\)", "", part)
    part = re.sub(r"^\s*\(([^()]*)\)\s*$", r"\1", part)
    if part.count("(") != part.count(")"):
        part = part.strip("() ")
    return part.strip(_OUTER)
