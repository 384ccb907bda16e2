"""Words that keep an opening-hours text from being understood, whatever else it says."""

from __future__ import annotations

from collections.abc import Sequence

from geodata.hours.schedule import NotHoursError
from geodata.hours.words import OBSTACLES, Token


def refuse_obstacles(words: Sequence[Token]) -> None:
    """Refuse texts with words that keep them from being understood; a reason that explains goes before any other."""
    kinds = {word.kind for word in words}
    obstacles = [word for word in words if word.kind in OBSTACLES]
    for word in obstacles:
        if word.kind != "unknown":
            raise NotHoursError(f"hours_{word.kind}", part=word.text)
    if not kinds & {"time", "all_day"}:
        for kind, reason in (("proviso", "refers"), ("season", "seasonal")):
            for word in words:
                if word.kind == kind:
                    raise NotHoursError(f"hours_{reason}", part=word.text)
    if obstacles:
        raise NotHoursError("hours_not_understood", part=obstacles[0].text)
