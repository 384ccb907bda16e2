"""Districts, streets and what is above them: which one holds a point, and which one a name means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike

#: Levels from the smallest to the largest.
LEVELS = ("street", "district", "city", "province")

_SUFFIX = re.compile(r"(?<=..)(?:特别行政区|自治[区州县旗]|街道办事处|街道|地区|新区|[省市区县旗盟镇乡])$")
#: What may stand before a district's name where the areas above it are not known.
_ABOVE = re.compile(r"(?:[一-鿿]{2,12}?(?:省|市|自治区|自治州|地区|盟|州|县|区))+")


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """An administrative area.

    Attributes
    ----------
    adcode : str
        Official code, of six digits down to districts, longer for streets.
    name, name_en : str
    level : {"street", "district", "city", "province"}
    parent : str, optional
        Code of the area that this one is part of.
    polygon : shapely.MultiPolygon
        In WGS-84.
    source : str
    approximate : bool
        Whether the border is known to be coarse.
    """

    adcode: str
    name: str
    name_en: str
    level: str
    parent: str | None
    polygon: shapely.MultiPolygon
    source: str
    approximate: bool


class AreaFinder:
    """Finds areas by point and by name; it never changes.

    Parameters
    ----------
    areas : iterable of Area
    """

    def __init__(self, areas: Iterable[Area]) -> None:
        # the smallest levels first, then by code: of several areas that hold a point the first one is meant
        self.areas = tuple(sorted(areas, key=lambda area: (_rank(area.level), area.adcode)))
        self._tree = shapely.STRtree([area.polygon for area in self.areas])
        self._by_code = {area.adcode: area for area in self.areas}

    def find(self, lon: ArrayLike, lat: ArrayLike) -> list[str | None]:
        """Return the code of the smallest area that holds each point.

        Parameters
        ----------
        lon, lat : array_like
            Degrees in WGS-84, of equal length. Points that are not finite lie nowhere.

        Returns
        -------
        list of str or None
            On a border between areas of one level, the one with the lowest code, and no other.
        """
        points = shapely.points(np.atleast_1d(np.asarray(lon, float)), np.atleast_1d(np.asarray(lat, float)))
        first = np.full(len(points), len(self.areas))
        point, area = self._tree.query(points, predicate="intersects")
        np.minimum.at(first, point, area)
        codes: list[str | None] = [*(found.adcode for found in self.areas), None]
        return [codes[index] for index in first]

    def by_name(self, text: str) -> list[Area]:
        """Return the areas that a text means, in the order of their codes.

        A code means that area. A name may lack its suffix (芝罘 for 芝罘区), have one where the area has none, be
        in English, or follow the names of the areas above (山东省烟台市芝罘区). Whole names go before names without
        their suffix. Several areas of one name are all returned.
        """
        name = _folded(text)
        if not name:
            return []
        if name in self._by_code:
            return [self._by_code[name]]
        # in this order: whole names, names without suffix, and both again after the names of areas above
        for means in (_is_named, _is_nearly_named, self._ends_with_name, self._ends_with_stem):
            if found := [area for area in self.areas if means(area, name)]:
                return sorted(found, key=lambda area: area.adcode)
        return []

    def _ends_with_name(self, area: Area, name: str) -> bool:
        return self._follows_above(area, name, _folded(area.name))

    def _ends_with_stem(self, area: Area, name: str) -> bool:
        return self._follows_above(area, name, _stem(_folded(area.name)))

    def _follows_above(self, area: Area, name: str, ending: str) -> bool:
        """Tell whether ``name`` is ``ending`` after the names of areas that ``area`` is part of."""
        before = name.removesuffix(ending)
        if before in ("", name):
            return False
        above = self._above(area)
        if not above:
            return _ABOVE.fullmatch(before) is not None
        for other in reversed(above):
            before = before.removeprefix(_folded(other.name)).removeprefix(_stem(_folded(other.name)))
        return not before

    def _above(self, area: Area) -> Sequence[Area]:
        """Return the known areas that ``area`` is part of, from the nearest up."""
        above: list[Area] = []
        parent = self._by_code.get(area.parent or "")
        while parent is not None and parent not in above:
            above.append(parent)
            parent = self._by_code.get(parent.parent or "")
        return above


def _rank(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)


def _is_named(area: Area, name: str) -> bool:
    return name in (_folded(area.name), _folded(area.name_en))


def _is_nearly_named(area: Area, name: str) -> bool:
    own = _folded(area.name)
    # 西双版纳 for 西双版纳傣族自治州
    return _stem(name) == _stem(own) or ("自治" in own and len(name) > 1 and own.startswith(name))


def _folded(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


def _stem(name: str) -> str:
    return _SUFFIX.sub("", name)
