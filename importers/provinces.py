"""The provinces of China: the first two digits of the codes of all areas in them (GB/T 2260), by name."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CODES = {
    "北京": "11", "天津": "12", "河北": "13", "山西": "14", "内蒙古": "15", "辽宁": "21", "吉林": "22", "黑龙江": "23",
    "上海": "31", "江苏": "32", "浙江": "33", "安徽": "34", "福建": "35", "江西": "36", "山东": "37", "河南": "41",
    "湖北": "42", "湖南": "43", "广东": "44", "广西": "45", "海南": "46", "重庆": "50", "四川": "51", "贵州": "52",
    "云南": "53", "西藏": "54", "陕西": "61", "甘肃": "62", "青海": "63", "宁夏": "64", "新疆": "65", "台湾": "71",
    "香港": "81", "澳门": "82",
}  # fmt: skip
_NAMED = re.compile(rf"({'|'.join(_CODES)})(省|市(?!场)|(?:壮族|回族|维吾尔)?自治区|特别行政区|生产建设兵团)?")
#: Regions before a name take no more signs.
_WITHIN = 40
_ENDS = re.compile(r"[省市区县旗镇乡]|街道")


def province_of(text: str, *, within: bool = False) -> str | None:
    """Return the first two digits of the codes of the province that a text names.

    Parameters
    ----------
    text : str
        山东, 山东省; with ``within`` what begins with a province in full: 山东省烟台市.
    within : bool
        Whether more may follow; then 上海路 is no province, and 上海市 is.
    """
    match = _NAMED.match(text) if within else _NAMED.fullmatch(text.strip())
    return None if match is None or (within and not match[2]) else _CODES[match[1]]


def regions_before(name: str) -> Iterator[tuple[str, str]]:
    """Yield what may be regions before a name with the rest of it, the longest first: 烟台市芝罘区, 北马路驿站."""
    for end in reversed([match.end() for match in _ENDS.finditer(name[:_WITHIN])]):
        if end >= 3 and len(name) - end >= 3:
            yield name[:end], name[end:]
