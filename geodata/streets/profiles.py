"""How people get about: the speed on each kind of street, who may use it, and in which direction.

The tables stand in ``profiles.toml``; the tags are OpenStreetMap's.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from geodata.errors import ParameterError

#: Tags that decide about a street; others need not be read.
TAGS = (
    "highway",
    "access",
    "vehicle",
    "foot",
    "bicycle",
    "motorroad",
    "oneway",
    "oneway:foot",
    "oneway:bicycle",
    "junction",
    "conveying",
    "cycleway",
    "cycleway:left",
    "cycleway:right",
    "cycleway:both",
    "ramp:bicycle",
    "area",
    "indoor",
)
#: Further tags that decide about a point of a street, such as a gate.
POINT_TAGS = ("barrier", "locked")
_CLOSED = frozenset({"no", "private", "use_sidepath", "military"})
_OPEN = frozenset({"yes", "designated", "permissive", "official", "destination", "customers"})
#: Where people walk: bicycles are ridden there only if a sign says so.
_WALKS = frozenset({"pedestrian", "footway", "crossing", "platform", "corridor"})
_YES, _AGAINST = frozenset({"yes", "true", "1"}), frozenset({"-1", "reverse"})
#: A traveller with wheels on a ramp beside steps, in km/h.
_RAMP_KMH = 1.5


@dataclass(frozen=True, slots=True)
class Profile:
    """A way of getting about.

    Attributes
    ----------
    code : str
    speeds : mapping
        Kind of street (OSM's ``highway``) → km/h.
    off_street : float
        Speed between a place and the street, in km/h.
    pushed : float
        Speed where one has to get off, in km/h.
    access : tuple of str
        Tags that permit or forbid, the general one first.
    obeys_oneway : bool
        Whether one-way streets bind.
    barriers : frozenset of str
        Kinds of barriers (OSM's ``barrier``) that stop the traveller unless a tag lets him pass.
    """

    code: str
    speeds: Mapping[str, float]
    off_street: float
    pushed: float
    access: tuple[str, ...]
    obeys_oneway: bool
    barriers: frozenset[str]

    def kmh(self, tags: Mapping[str, str]) -> tuple[float, float]:
        """Return the speed along a street and against its drawing, in km/h; 0 where that is not allowed.

        Parameters
        ----------
        tags : mapping
            Tags of :data:`TAGS`.
        """
        highway = tags.get("highway", "")
        speed = self.speeds.get(highway, 0.0)
        if highway == "steps" and self.code == "ebike" and tags.get("ramp:bicycle") == "yes":
            speed = _RAMP_KMH
        if not speed or tags.get("area") == "yes":
            return 0.0, 0.0
        allowed = self._allowed(tags)
        own = tags.get(self.access[-1], "")
        if not allowed or (tags.get("motorroad") == "yes" and own not in _OPEN):
            return 0.0, 0.0
        if self.code == "ebike":
            if own == "dismount":
                speed = min(speed, self.pushed)
            elif highway in _WALKS and own in _OPEN:
                speed = self.speeds["living_street"]
        along, against = self._directions(tags)
        return (speed if along else 0.0), (speed if against else 0.0)

    def passes(self, tags: Mapping[str, str]) -> bool:
        """Tell whether one gets past a point of a street, of which gates, bollards and the like may stop travellers.

        The rules are those of OpenStreetMap's wiki. "Barriers": a node tagged ``barrier`` on a way has a default by its
        kind, which access tags override. "Key:access": the most special of these tags counts; without any, a gate or
        bollard is passable on foot and by bicycle. "Key:locked": a locked gate says that it is shut, not for whom; here
        it is shut to all whose own tag (``foot``, ``bicycle``) does not let them in.

        Parameters
        ----------
        tags : mapping
            Tags of the node, of :data:`TAGS` and :data:`POINT_TAGS`.
        """
        kind = tags.get("barrier", "")
        if not kind:  # access tags of other nodes are about something that stands there
            return True
        if tags.get("locked") == "yes" and tags.get(self.access[-1], "") not in _OPEN:
            return False
        return self._allowed(tags, unless_stated=kind not in self.barriers)

    def _allowed(self, tags: Mapping[str, str], *, unless_stated: bool = True) -> bool:
        """Tell whether the most special tag that says something lets the traveller in."""
        allowed = unless_stated
        for name in self.access:
            value = tags.get(name, "")
            if value in _CLOSED:
                allowed = False
            elif value in _OPEN or value == "dismount":
                allowed = True
        return allowed

    def _directions(self, tags: Mapping[str, str]) -> tuple[bool, bool]:
        """Tell whether one may go along the street as it is drawn, and against it."""
        if not self.obeys_oneway:
            moving = tags.get("conveying", "")
            own = tags.get("oneway:foot", "")
            along = moving != "backward" and own not in _AGAINST
            return along, moving != "forward" and own not in _YES
        contra = any((tags.get(name) or "").startswith("opposite") for name in TAGS if name.startswith("cycleway"))
        own = tags.get("oneway:bicycle", "")
        if own == "no" or contra:
            return True, True
        rule = own or tags.get("oneway", "").lower()
        if not rule and tags.get("junction") in ("roundabout", "circular"):
            rule = "yes"
        return rule not in _AGAINST, rule not in _YES


def _load() -> dict[str, Profile]:
    content = tomllib.loads(files("geodata.streets").joinpath("profiles.toml").read_text(encoding="utf-8"))
    return {
        code: Profile(
            code=code,
            speeds=table["speeds"],
            off_street=table["off_street"],
            pushed=table["pushed"],
            access=tuple(table["access"]),
            obeys_oneway=table["obeys_oneway"],
            barriers=frozenset(table["barriers"]),
        )
        for code, table in content.items()
    }


#: All profiles by code.
PROFILES: Mapping[str, Profile] = _load()
FOOT, EBIKE = PROFILES["foot"], PROFILES["ebike"]


def profile_of(code: str) -> Profile:
    """Return a profile by its code.

    Raises
    ------
    ParameterError
        If there is none.
    """
    if code not in PROFILES:
        raise ParameterError("option_unusable", name="profile", value=code, expected=", ".join(PROFILES))
    return PROFILES[code]
