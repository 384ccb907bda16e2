"""What one asks the index, and what it answers with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

Sort = Literal["code", "rating", "name", "distance"]

#: The states that are listed unless a query names others.
LISTED_STATES = frozenset({"open", "paused"})


@dataclass(frozen=True, slots=True)
class SiteQuery:
    """Which sites are wanted; an empty part asks nothing. Codes are those of the vocabulary.

    Attributes
    ----------
    kinds, levels, access : frozenset of str
        A site must have one of them.
    facilities, services : tuple of (str, bool)
        A site must have all of them: with ``True`` the value must be yes, with ``False`` yes or limited.
    min_rating : float, optional
        The least score, 0-5; a site without a score does not match.
    area : str, optional
        A code of an area, or the beginning of one; or an area's name with or without its suffix (芝罘 or 芝罘区).
    text : str, optional
        Words that all must be found in names, labels, former names, address or area, or begin its pinyin or initials.
    open_at : datetime, optional
        Only places open at this time, followed - unless ``include_unknown`` is false - by those of unknown hours.
        Whether a place is there at all (closures, validity) is then judged at this time as well.
    include_unknown : bool
    states : frozenset of str
        The states that are listed; by default those in service and those temporarily closed.
    """

    kinds: frozenset[str] = frozenset()
    facilities: tuple[tuple[str, bool], ...] = ()
    services: tuple[tuple[str, bool], ...] = ()
    access: frozenset[str] = frozenset()
    levels: frozenset[str] = frozenset()
    min_rating: float | None = None
    area: str | None = None
    text: str | None = None
    open_at: datetime | None = None
    include_unknown: bool = True
    states: frozenset[str] = LISTED_STATES


class Hit(NamedTuple):
    """A site found: its row in the index and its distance, where there is one."""

    row: int
    distance_m: float | None = None


@dataclass(frozen=True, slots=True)
class Hits:
    """Sites near a point, nearest first.

    ``truncated`` says that more match within the radius than were asked for; ``at`` is the time for which the opening
    was judged.
    """

    items: tuple[Hit, ...]
    truncated: bool
    at: datetime

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list: its sites, the cursor of the next page, how many match in all, and the time of judgement."""

    items: tuple[Hit, ...]
    next: str | None
    total: int
    at: datetime

    @property
    def truncated(self) -> bool:
        """Whether there is a next page."""
        return self.next is not None

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A site or an area whose name, address or pinyin goes with what someone typed.

    Attributes
    ----------
    type : {"site", "area"}
    code : str
        The site's code or the area's.
    name, address : str
    kind : str or None
        The site's kind; ``None`` for an area.
    matched : {"name", "label", "pinyin", "address", "similar"}
        Where the text was found: the own name, a label or former name, its pinyin or initials, address or area;
        ``similar`` for a name that differs by one error in typing.
    lon, lat : float or None
        WGS-84; for an area a point within it. ``None`` for a site without a position.
    distance_m : float or None
        From the position given.
    bbox : tuple of float or None
        An area's bounds.
    """

    type: Literal["site", "area"]
    code: str
    name: str
    address: str
    kind: str | None
    matched: Literal["name", "label", "pinyin", "address", "similar"]
    lon: float | None
    lat: float | None
    distance_m: float | None
    bbox: tuple[float, float, float, float] | None = None
