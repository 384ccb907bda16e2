"""A site as one row: the columns of an export, their headings, and what an import reads as the same site again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from geodata.hours import parse_hours
from geodata.messages import Lang
from geodata.sites import Award, Closure, Hours, Position, Score, Site
from geodata.vocabulary import Vocabulary

Value = str | int | float | None

#: Columns in their order, with the Chinese heading. The English one is the column's name, which files for programs
#: have in any language; an import knows both.
HEADINGS: Mapping[str, str] = {
    "code": "站点代码",
    "name": "名称",
    "kind": "类型",
    "label": "品牌",
    "address": "地址",
    "area": "区县",
    "lon": "经度",
    "lat": "纬度",
    "datum": "坐标系",
    "precision": "定位精度",
    "entrance_lon": "入口经度",
    "entrance_lat": "入口纬度",
    "floor": "楼层",
    "directions": "交通指引",
    "opening_hours": "开放时间",
    "phone": "联系电话",
    "website": "网址",
    "state": "状态",
    "closed_from": "停开自",
    "closed_to": "停开至",
    "closure_reason": "停开原因",
    "valid_from": "启用日期",
    "valid_to": "停用日期",
    "access": "进入方式",
    "fee": "费用",
    "access_note": "进入说明",
    "level": "级别",
    "operator": "运营单位",
    "operator_code": "运营单位代码",
    "host": "依托单位",
    "capacity": "座位数",
    "area_m2": "面积",
    "awards": "荣誉",
    "former_names": "曾用名",
    "note": "备注",
    "verified_on": "核实日期",
}
#: What people read and an import leaves alone: it follows from the rest, or one cell cannot hold it.
TOLD: Mapping[str, str] = {
    "osm_hours": "OSM 开放时间",
    "all_closures": "全部停开时段",
    "verified_amenities": "已现场核实的设施和服务",
    "amenity_notes": "设施和服务说明",
    "rating": "评分",
    "rating_stars": "星级",
    "rating_count": "评分依据数",
}
NUMBERS = frozenset({"lon", "lat", "entrance_lon", "entrance_lat", "capacity", "area_m2", "rating", "rating_stars",
                     "rating_count"})  # fmt: skip
WHOLE = frozenset({"capacity", "rating_stars", "rating_count"})
_CODED = {"kind": "kinds", "state": "states", "fee": "fees", "level": "levels"}
_ADCODE = re.compile(r"\d{6}(?:\d{3})?(?:\d{3})?")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one export.

    Attributes
    ----------
    vocabulary : Vocabulary
    lang : {"zh", "en"}, optional
        Language of headings and of the vocabulary's words; codes without.
    """

    vocabulary: Vocabulary
    lang: Lang | None = None

    @property
    def amenities(self) -> tuple[str, ...]:
        """Columns of facilities and services, one each."""
        groups = ("facilities", "services")
        return tuple(f"{group}.{code}" for group in groups for code in getattr(self.vocabulary, group))

    @property
    def names(self) -> tuple[str, ...]:
        """All columns by name."""
        return (*HEADINGS, *self.amenities, *TOLD)

    def headings(self) -> list[str]:
        """Return what stands above the columns."""
        if self.lang != "zh":
            return list(self.names)
        return [self._heading(name) for name in self.names]

    def row(self, code: str, site: Site, score: Score | None) -> dict[str, Value]:
        """Return what a site has in each column."""
        found: dict[str, Value] = {"code": code, **self._plain(site)}
        for group in ("facilities", "services"):
            amenities = getattr(site, group)
            for name in getattr(self.vocabulary, group):
                value = amenities[name].value if name in amenities else None
                found[f"{group}.{name}"] = self._yes_or_no(value)
        return found | self._told(site, score)

    def _heading(self, name: str) -> str:
        group, _, code = name.partition(".")
        if code:
            return str(getattr(self.vocabulary, group)[code].zh)
        return HEADINGS.get(name) or TOLD[name]

    def _word(self, group: str, code: str | None) -> str | None:
        """Return a code in the words of the export's language."""
        term = getattr(self.vocabulary, group).get(code) if code and self.lang else None
        return getattr(term, self.lang) if term is not None and self.lang else code

    def _yes_or_no(self, value: str | None) -> str | None:
        return _VALUES_ZH.get(value, value) if value and self.lang == "zh" else value

    def _plain(self, site: Site) -> dict[str, Value]:
        at, entrance = site.position, site.entrance
        closure = site.closures[0] if len(site.closures) == 1 else Closure()
        found: dict[str, Any] = {name: getattr(site, name) for name in HEADINGS if hasattr(site, name)}
        found |= {name: self._word(group, found.get(name)) for name, group in _CODED.items()}
        found |= {
            "label": listed(site.labels),
            "area": site.area if site.area and _ADCODE.fullmatch(site.area) else site.area_name or None,
            **_position(at),
            "precision": site.precision,
            "entrance_lon": round(entrance.lon, 7) if entrance else None,
            "entrance_lat": round(entrance.lat, 7) if entrance else None,
            "opening_hours": hours_text(site.hours),
            "closed_from": closure.start,
            "closed_to": closure.end,
            "closure_reason": closure.reason,
            "access": listed([self._word("access", way) or way for way in site.access.ways]),
            "fee": self._word("fees", site.access.fee),
            "access_note": site.access.note,
            "awards": ";".join(_award(award) for award in site.awards),
            "former_names": listed(site.former_names),
        }
        return {name: _cell(found[name]) for name in HEADINGS if name != "code"}

    def _told(self, site: Site, score: Score | None) -> dict[str, Value]:
        several = site.closures if len(site.closures) > 1 else ()
        amenities = {**site.facilities, **site.services}
        return {
            "osm_hours": site.hours.osm,
            "all_closures": "; ".join(_closure(part) for part in several) or None,
            "verified_amenities": listed([c for c, part in amenities.items() if part.basis == "verified"]) or None,
            "amenity_notes": "; ".join(_notes(amenities)) or None,
            "rating": score.score if score else None,
            "rating_stars": score.stars if score else None,
            "rating_count": score.count if score else None,
        }


_VALUES_ZH = {"yes": "是", "no": "否", "limited": "部分", "unknown": "未知"}


def _position(at: Position | None) -> dict[str, Any]:
    if at is None:
        return {"lon": None, "lat": None, "datum": None}
    return {"lon": round(at.lon, 7), "lat": round(at.lat, 7), "datum": "wgs84"}


def hours_text(hours: Hours) -> str:
    """Return hours as their source wrote them, or as OSM has them where the text does not say them."""
    if hours.osm is None:
        return hours.text
    return hours.text if parse_hours(hours.text).osm == hours.osm else hours.osm


def listed(items: Sequence[str]) -> str:
    """Return a list as one cell; the last semicolon says that only semicolons part it."""
    return "; ".join(items) + (";" if any(re.search(r"[、,，|/\n]", item) for item in items) else "")


def _award(award: Award) -> str:
    parts = [award.name, award.level or "", str(award.year or "")]
    return "|".join(parts).rstrip("|")


def _closure(part: Closure) -> str:
    days = " – ".join(day.isoformat() if day else "…" for day in (part.start, part.end))
    return f"{days} {part.reason}".strip()


def _notes(amenities: Mapping[str, Any]) -> Iterator[str]:
    for code, part in amenities.items():
        about = ", ".join(text for text in (part.note, part.hours.text or part.hours.osm if part.hours else "") if text)
        if about:
            yield f"{code}: {about}"


def _cell(value: Any) -> Value:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return None if value == "" else value
