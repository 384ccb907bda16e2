"""Where a place should lie: the area that it states, as text to ask with and as a test of what was found."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import shapely

from geodata.areas import Area, AreaFinder
from geodata.messages import Message
from geodata.sites import Site
from importers.geocoding.answers import Answer, Question

_ADCODE = re.compile(r"\d{6}(?:\d{3})?(?:\d{3})?")
#: A border that is drawn by hand or simplified cuts places off; within so many degrees (some 200 m) a point is in.
_BORDER = 0.002
#: What is said about an address and no part of it: brackets, and directions after it.
_BESIDE = re.compile(r"[(（【\[].*?[)）】\]]|[,，;；].*$")
_CHINESE = re.compile(r"[一-鿿]")
_PART = re.compile(r"[^省市区县镇乡]{1,12}?(?:特别行政区|自治[区州县]|街道|省|市|区|县|镇|乡)")
_SUFFIX = re.compile(r"(?<=..)(?:特别行政区|自治[区州县旗]|街道办事处|街道|地区|新区|[省市区县旗盟镇乡])$")


@dataclass(frozen=True, slots=True)
class Stated:
    """The area that a place should lie in: its code where that is known, and its names from the largest down."""

    code: str = ""
    names: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The names in one, as they stand before an address."""
        return "".join(self.names)


class Regions:
    """The areas of a store, and the one that a user names for places that state none.

    Parameters
    ----------
    areas : sequence of Area
    asked : str
        Code or name of the user's area; a name that no known area has is used as it stands.
    """

    def __init__(self, areas: Sequence[Area], asked: str = "") -> None:
        self._finder = AreaFinder(areas)
        self._by_code = {area.adcode: area for area in areas}
        self.asked = self._of(asked.strip()) if asked.strip() else None

    def takes(self, site: Site) -> bool:
        """Tell whether a site is among those that the user asks for: it lies in the area, or states none."""
        if self.asked is None:
            return True
        own = self._own(site)
        return own is None or self._within(own, self.asked)

    def stated(self, site: Site) -> Stated | None:
        """Return where a site should lie; what the user names goes for sites that state nothing."""
        return self._own(site) or self.asked

    def question(self, site: Site, text: str) -> Question:
        """Return what to ask about a text of a site, with the area before it if it does not stand there already."""
        stated = self.stated(site)
        plain = unicodedata.normalize("NFKC", text).strip()
        if _CHINESE.search(plain):
            plain = _BESIDE.sub("", plain).strip() or plain
        if stated is None:
            return Question(plain)
        missing = [name for name in stated.names if name not in plain and _stem(name) not in plain[:20]]
        # 嘉定区安亭镇宝安公路: what the address names itself stands in its order; only what is above it is added.
        return Question("".join(missing) + plain, stated.code)

    def objection(self, site: Site, answer: Answer, lon: float, lat: float) -> Message | None:
        """Return why an answer may lie elsewhere than the site; ``None`` if it lies where it should."""
        stated = self.stated(site)
        if stated is None:
            return self._anywhere(lon, lat)
        if (area := self._by_code.get(stated.code)) is not None:
            if area.polygon.distance(shapely.Point(lon, lat)) <= _BORDER:
                return None
            return Message("geocode_outside", {"area": area.name, "found": self._found(answer, lon, lat)})
        if stated.code and answer.adcode:
            if _same_district(stated.code, answer.adcode):
                return None
            return Message(
                "geocode_elsewhere", {"area": stated.text or stated.code, "found": self._found(answer, lon, lat)}
            )
        if stated.names and answer.regions:
            if _names_agree(stated.text, answer.regions):
                return None
            return Message("geocode_elsewhere", {"area": stated.text, "found": self._found(answer, lon, lat)})
        return Message("geocode_unchecked", {"area": stated.text or stated.code})

    def _anywhere(self, lon: float, lat: float) -> Message | None:
        """Object to a place that states no area, unless it lies in one that the store has."""
        if self._by_code and self._finder.find([lon], [lat])[0] is not None:
            return None
        return Message("geocode_no_area")

    def _found(self, answer: Answer, lon: float, lat: float) -> str:
        """Return where an answer lies, in words."""
        holding = self._finder.find([lon], [lat])[0] if self._by_code else None
        known = self._by_code[holding].name if holding else ""
        return answer.text or "".join(answer.regions) or known or f"{lon:.4f}, {lat:.4f}"

    def _own(self, site: Site) -> Stated | None:
        if site.area:
            return self._of(site.area, site.area_name)
        return self._of(site.area_name) if site.area_name else None

    def _of(self, text: str, name: str = "") -> Stated:
        found = self._finder.by_name(text) if self._by_code else []
        if len(found) == 1:
            return Stated(found[0].adcode, self._chain(found[0]))
        if _ADCODE.fullmatch(text):
            above = self._by_code.get(text[:6])
            names = (*(self._chain(above) if above else ()), name)
            return Stated(text, tuple(part for part in names if part))
        parts = tuple(_PART.findall(text))
        return Stated("", parts if "".join(parts) == text else (text,))

    def _chain(self, area: Area) -> tuple[str, ...]:
        """Return the names of an area and of those above it that are known, from the largest down."""
        chain: list[Area] = []
        step: Area | None = area
        while step is not None and step not in chain:
            chain.append(step)
            step = next((self._by_code[code] for code in _above(step) if code in self._by_code), None)
        return tuple(dict.fromkeys(part.name for part in reversed(chain)))

    def _within(self, own: Stated, asked: Stated) -> bool:
        if own.code and asked.code:
            stem = asked.code.rstrip("0") if len(asked.code) == 6 else asked.code
            stem = stem if len(stem) % 2 == 0 else stem + "0"
            return own.code.startswith(stem) or asked.code in self._above_of(own.code)
        return _stem(asked.names[-1]) in own.text or own.text in asked.text if asked.names else True

    def _above_of(self, code: str) -> set[str]:
        found: set[str] = set()
        area = self._by_code.get(code)
        while area is not None and area.parent and area.parent not in found:
            found.add(area.parent)
            area = self._by_code.get(area.parent)
        return found


def _above(area: Area) -> list[str]:
    """Return the codes of areas that may hold an area, the likeliest first."""
    codes = [area.parent or "", area.adcode[:6], f"{area.adcode[:4]}00", f"{area.adcode[:2]}0000"]
    return [code for code in codes if code and code != area.adcode]


def _same_district(stated: str, found: str) -> bool:
    """Tell whether two codes may be of one place: a city holds its districts, a street lies in its district."""
    wanted, given = stated[:6], found[:6]
    stem = wanted.rstrip("0")
    stem = stem if len(stem) % 2 == 0 else f"{stem}0"
    return given.startswith(stem)


def _names_agree(stated: str, regions: Sequence[str]) -> bool:
    """Tell whether a service names the area that is stated, or one that the stated text names as well.

    That both are in one province says nothing.
    """
    own = _stem(stated)
    if any(stated.endswith(name) or own.endswith(_stem(name)) for name in regions):
        return True
    return len(set(regions)) > 1 and _stem(regions[-1]) in stated


def _stem(name: str) -> str:
    return _SUFFIX.sub("", name)
