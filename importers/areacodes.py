"""Official codes of areas as files write them, and what in names is an area's own, or only ends like one."""

from __future__ import annotations

import re
from collections.abc import Mapping

#: Columns with the names of areas one in another, the smallest first, and the level that each names.
NAMED_LEVELS = (("street", "street"), ("district", "district"), ("city", "city"), ("province", "province"))
_CODE = re.compile(r"\d{6,12}")
#: China in ISO 3166-1, which 天地图 puts before codes of six digits; no prefecture begins with it.
_COUNTRY = "156"
_ABOVE = re.compile(r"^[一-鿿]{2,7}?(?:省|自治区|市)(?:[一-鿿]{2,9}?(?:市|自治州|地区|盟))?(?=[一-鿿]{2,9}[区县旗市]$)")
_PROVINCE = re.compile(r"^[一-鿿]{2,3}(?:省|自治区)|^(?:北京|天津|上海|重庆)市")
#: What ends like the name of an area and is a sort of place, or several areas.
_NO_AREA = re.compile(
    r"(?:服务|休息|景|小|园|厂|校|停车|开放|生活|办公|站|库|辖|主城|中心城)区$|[超门菜]市$|^各|^[全本][省市区县]|^城乡"
)


def only_ends_like_area(name: str) -> bool:
    """Tell whether a name ends as those of areas do and is none: 莱山服务区, 万达超市, 各社区."""
    return _NO_AREA.search(name) is not None


def area_code(text: str) -> str | None:
    """Return an official code without what only fills it up, ``None`` if there is none.

    ``156370602`` (天地图) and ``370602000000`` (statistics) are 370602, ``370602009000`` is the street 370602009.
    """
    if not _CODE.fullmatch(text):
        return None
    if len(text) == 9 and text.startswith(_COUNTRY):
        text = text[len(_COUNTRY) :]
    for length in (6, 9):
        if len(text) in (9, 12) and len(text) > length and not text[length:].strip("0"):
            return text[:length]
    return text


def area_name(texts: Mapping[str, str]) -> tuple[str, str]:
    """Return the own name of an area and the level that its column tells: of 区县 and 街道 the street's.

    Names of areas above are taken off the front, where another column names them or the name begins with a province:
    山东省烟台市芝罘区 is 芝罘区.
    """
    name, level = texts.get("name", ""), ""
    if not name:
        name, level = next(((texts[field], level) for field, level in NAMED_LEVELS if texts.get(field)), ("", ""))
    above = [texts[field] for field, _ in reversed(NAMED_LEVELS) if texts.get(field, name) != name]
    for other in above:
        if len(name) - len(other) >= 3:
            name = name.removeprefix(other)
    if _PROVINCE.match(name):
        name = _ABOVE.sub("", name, count=1)
    return name, level
