"""The unions that run places: which one an operator's name means, and which belongs to which."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from geodata.sites import Hours

#: The official code or the one that this program makes; it stands in addresses (``/o/CODE``).
CODE = re.compile(r"[0-9A-Z][0-9A-Z._-]{0,39}")

_LOOSE = re.compile(r"[\W_]+")
#: The province or city before the name of a union that lies in it: 烟台市芝罘区总工会 is 芝罘区总工会.
_ABOVE = re.compile(r"^(?:[一-鿿]{2,8}?(?:省|自治区))?(?:[一-鿿]{2,7}?(?:市|自治州|地区|盟))?")
_KEPT = re.compile(r"[区县旗市镇乡道].*工会")
_COMMITTEE = re.compile(r"(?:工会委员会|工会委)$")
#: A level by the end of a name, the first that fits; the more particular ones first.
_LEVELS = (
    (re.compile(r"中华全国总工会|^全国总工会"), "national"),
    (re.compile(r"(?:街道|镇|乡|开发区|园区|新区|管委会)(?:总工会|工会)$"), "street"),
    (re.compile(r"(?:区|县|旗)总工会$"), "district"),
    (re.compile(r"(?:省|自治区)总工会$"), "provincial"),
    (re.compile(r"^(?:北京|天津|上海|重庆)市?总工会$"), "provincial"),
    (re.compile(r"(?:市|自治州|地区|盟)总工会$"), "city"),
    (re.compile(r"工会(?:联合会)?$"), "grassroots"),
)


@dataclass(frozen=True, slots=True)
class Organisation:
    """A union or another body that runs places.

    Attributes
    ----------
    code : str
        Unique; of the form :data:`CODE`.
    name, name_en : str
    level : str, optional
        A code of the vocabulary's levels: ``district`` 区县总工会, ``street`` 镇街, ``grassroots`` 基层.
    parent : str, optional
        Code of the organisation that it belongs to.
    area : str, optional
        Code or name of the area where it works.
    phone, address, website, note, source : str
    hours : Hours
        Of its office.
    """

    code: str
    name: str
    name_en: str = ""
    level: str | None = None
    parent: str | None = None
    area: str | None = None
    phone: str = ""
    address: str = ""
    hours: Hours = field(default_factory=Hours)
    website: str = ""
    note: str = ""
    source: str = ""


def name_key(name: str) -> str:
    """Return the form in which names of organisations are compared: half-width, letters and digits only."""
    plain = _LOOSE.sub("", unicodedata.normalize("NFKC", name).casefold())
    return _COMMITTEE.sub("工会", plain)


def short_key(name: str) -> str:
    """Return the compared form without the province and city before it, where enough of a name remains."""
    key = name_key(name)
    rest = _ABOVE.sub("", key, count=1)
    return rest if _KEPT.search(rest) and len(rest) >= 4 else key


def level_of_name(name: str) -> str | None:
    """Return the level that a union's name tells, ``None`` for one that tells none."""
    key = name_key(name)
    return next((level for pattern, level in _LEVELS if pattern.search(key)), None)


class Organisations:
    """All organisations, found by code or name, with what belongs to what; never changes.

    An organisation whose parent is not there counts as one without a parent; so does one in a circle, which a store
    may hold after somebody wrote to it by other means.

    Parameters
    ----------
    items : iterable of Organisation
    """

    def __init__(self, items: Iterable[Organisation] = ()) -> None:
        self.items = tuple(sorted(items, key=lambda item: item.code))
        self._by_code = {item.code: item for item in self.items}
        self._by_key = _unique((name_key(item.name), item) for item in self.items)
        self._by_short = _unique((short_key(item.name), item) for item in self.items)
        children: dict[str, list[Organisation]] = {}
        for item in self.items:
            if (parent := self.parent(item)) is not None:
                children.setdefault(parent.code, []).append(item)
        self._children: Mapping[str, list[Organisation]] = children

    def __len__(self) -> int:
        return len(self.items)

    def get(self, code: str) -> Organisation | None:
        """Return the organisation of a code, whose letters may be small."""
        return self._by_code.get(code) or self._by_code.get(code.upper())

    def named(self, name: str) -> Organisation | None:
        """Return the organisation that a name means, also without its city; ``None`` if none or several do."""
        if not name:
            return None
        return self._by_key.get(name_key(name)) or self._by_short.get(short_key(name))

    def operator(self, code: str | None, name: str) -> Organisation | None:
        """Return the organisation that runs a site: the one of the code, else the one of the name."""
        return (self.get(code) if code else None) or self.named(name)

    def parent(self, item: Organisation) -> Organisation | None:
        """Return what an organisation belongs to."""
        found = self._by_code.get(item.parent or "")
        return None if found is None or found.code == item.code or self._circles(item) else found

    def above(self, item: Organisation) -> list[Organisation]:
        """Return what an organisation belongs to, step by step, the largest first."""
        chain: list[Organisation] = []
        step = self.parent(item)
        while step is not None:
            chain.append(step)
            step = self.parent(step)
        return chain[::-1]

    def children(self, item: Organisation) -> list[Organisation]:
        """Return what belongs to an organisation directly, by code."""
        return list(self._children.get(item.code, ()))

    def below(self, item: Organisation) -> list[Organisation]:
        """Return everything that belongs to an organisation, level by level."""
        found: list[Organisation] = []
        step = self.children(item)
        while step:
            found += step
            step = [child for one in step for child in self.children(one)]
        return found

    def _circles(self, item: Organisation) -> bool:
        seen = {item.code}
        step = self._by_code.get(item.parent or "")
        while step is not None:
            if step.code in seen:
                return True
            seen.add(step.code)
            step = self._by_code.get(step.parent or "")
        return False


def _unique(pairs: Iterable[tuple[str, Organisation]]) -> dict[str, Organisation]:
    """Return the organisations by key, without the keys that several have."""
    found: dict[str, Organisation | None] = {}
    for key, item in pairs:
        found[key] = None if key in found else item
    return {key: item for key, item in found.items() if key and item is not None}
