"""Names of areas in Latin letters, for files that have none: so that they are found by pinyin, and read in English."""

from __future__ import annotations

from geodata.text import search_text

#: What the last part of a name says, the longer first.
_SUFFIXES = {
    "特别行政区": "Special Administrative Region",
    "街道办事处": "Subdistrict",
    "自治区": "Autonomous Region",
    "自治州": "Autonomous Prefecture",
    "自治县": "Autonomous County",
    "自治旗": "Autonomous Banner",
    "街道": "Subdistrict",
    "地区": "Prefecture",
    "新区": "New Area",
    "省": "Province",
    "市": "City",
    "区": "District",
    "县": "County",
    "旗": "Banner",
    "盟": "League",
    "镇": "Town",
    "乡": "Township",
}
#: Names that are not written as they are pronounced.
_PROPER = {"陕西": "Shaanxi", "内蒙古": "Inner Mongolia", "香港": "Hong Kong", "澳门": "Macao"}


def romanised(name: str) -> str:
    """Return the name of an area in pinyin, with its kind in English; nothing for a name without Chinese characters.

    Examples
    --------
    >>> romanised("芝罘区"), romanised("西安市"), romanised("陕西省"), romanised("南庄镇")
    ('Zhifu District', "Xi'an City", 'Shaanxi Province', 'Nanzhuang Town')
    """
    if name.isascii():
        return ""
    for suffix, kind in _SUFFIXES.items():
        # A name of two characters keeps its second one: 城区, 郊区.
        if name.endswith(suffix) and len(name) - len(suffix) >= 2:
            return f"{_proper(name.removesuffix(suffix))} {kind}"
    return _proper(name)


def _proper(name: str) -> str:
    if name in _PROPER:
        return _PROPER[name]
    first, *others = search_text(name).split() or [""]
    if not first:
        return ""
    # A syllable that begins with a vowel is set apart, or xi an would be read as xian.
    return (first + "".join(f"'{word}" if word[0] in "aeo" else word for word in others)).capitalize()
