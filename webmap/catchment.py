"""What the public numbers tell of areas and demand within a walk of a place: worked out by a process of its own.

One file beside that of the index holds it for all areas. It is made when someone first asks for the numbers, and anew
when the data, layers of streets and demand among it, or the day is another one; the last one stays while the database
is away.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from flask import current_app

from geodata.areas import Area
from geodata.index.filters import area_codes, within_codes
from webmap.making import FRESH_S, Making, carry_out
from webmap.settings import Settings

if TYPE_CHECKING:
    from geodata.index import SiteIndex

FILE = "catchment.json"
#: While the data changes, what took long to work out is kept for so many times as long.
REST = 30.0
#: How much the process gives way to others.
_NICE = 10


@dataclass(frozen=True, slots=True)
class Catchments:
    """What is known of all areas, as :func:`geodata.siting.catchment.catchments` has it.

    ``tag`` changes whenever it does, ``seconds`` is how long it took.
    """

    tag: str
    store_id: str
    seconds: float
    made_at: float
    facts: Mapping[str, Any]

    def told(self, areas: Collection[Area], asked: str | None) -> dict[str, Any] | None:
        """Return what is to be told of all areas or of one of them: in total and by area; ``None`` without any.

        Parameters
        ----------
        areas : collection of Area
        asked : str, optional
            Code or name of an area, as :class:`~geodata.index.SiteQuery` takes it.
        """
        facts = self.facts
        codes = area_codes(areas, asked) if asked else None
        rows = [row for row in facts["areas"] if codes is None or within_codes(row["area"], codes)]
        chosen = {row["area"] for row in rows}
        outer = [row for row in rows if row["part_of"] not in chosen]
        demand = facts["layers"] if codes is None else _demand(outer)
        if not outer and not demand:
            return None
        parts = outer if len(outer) != 1 else [row for row in rows if row["part_of"]]
        by_code = {area.adcode: area for area in areas}
        return {
            **{name: facts[name] for name in ("minutes", "speed_kmh", "detour", "day", "places", "networks")},
            "total": {"surface": _sum([row["surface"] for row in outer]), "demand": demand},
            "areas": [_named(row, by_code) for row in parts if row["area"] in by_code],
        }


def _named(row: Mapping[str, Any], areas: Mapping[str, Area]) -> dict[str, Any]:
    area = areas[row["area"]]
    names = {"area": area.adcode, "name": area.name, "name_en": area.name_en}
    return {**names, "surface": row["surface"], "demand": row["demand"]}


def _demand(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    layers = dict.fromkeys(name for row in rows for name in row["demand"])
    return {name: _sum([row["demand"][name] for row in rows if name in row["demand"]]) for name in layers}


def _sum(shares: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return several shares as one; ``None`` without any."""
    whole = sum(share["weight"] for share in shares)
    if not whole:
        return None
    parts = {name: sum(share["weight"] * share[name] for share in shares) / whole for name in ("share", "streets")}
    return {"weight": whole, **parts, "points": sum(share["points"] for share in shares)}


class CatchmentFile:
    """The file, for one application.

    Parameters
    ----------
    folder : Path, optional
        Where it is kept; without it in a folder that is gone with the process.
    settings : Settings
    """

    def __init__(self, folder: Path | None, settings: Settings) -> None:
        self.making = Making(folder, "webmap.catchment", "the shares within a walk")
        self._settings = settings
        self._seen: tuple[int, int] | None = None
        self._read: Catchments | None = None

    def present(self, index: SiteIndex, day: date) -> Catchments | None:
        """Return what was worked out last; begins to work it out anew if the data or the day is another one."""
        found = self._look()
        if found is not None and found.store_id != index.store_id:
            found = None
        tag = _tag(index.store_id, index.version, day)
        if found is None or (found.tag != tag and time.time() - found.made_at > max(FRESH_S, REST * found.seconds)):
            job = {"database_url": self._settings.store.database_url, "folder": str(self.making.folder), "tag": tag}
            self.making.begin({**job, "day": day.isoformat()})
        return found

    def _look(self) -> Catchments | None:
        """Return what the file holds, reading it when another one has taken its place."""
        path = self.making.folder / FILE
        try:
            about = path.stat()
            seen = (about.st_ino, about.st_mtime_ns)
            if seen != self._seen:
                content = orjson.loads(path.read_bytes())
                head = content["tag"], content["store_id"], content["seconds"]
                self._read, self._seen = Catchments(*head, about.st_mtime, content["facts"]), seen
        except (OSError, ValueError, KeyError, TypeError):  # not there yet, or of another edition of the program
            return None
        return self._read


def catchment_file() -> CatchmentFile:
    """Return the file of the present application."""
    found: CatchmentFile = current_app.extensions["stationmap.catchment"]
    return found


def _tag(store_id: str, version: int, day: date) -> str:
    return f"{store_id}-{version}-{day.isoformat()}"


def main() -> None:
    """Work out what standard input asks for."""
    os.nice(_NICE)
    carry_out(make_file)


def make_file(job: Mapping[str, Any]) -> None:
    """Write the file, one process of the host at a time; one that is there by then is left alone."""
    import fcntl

    from geodata.siting.catchment import catchments
    from geodata.store import open_store

    folder, day = Path(job["folder"]), date.fromisoformat(job["day"])
    path, passing = folder / FILE, folder / f".{FILE}.{os.getpid()}"
    with (folder / "catchment.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if path.is_file() and orjson.loads(path.read_bytes()).get("tag") == job["tag"]:
            return
        begun = time.monotonic()
        with open_store(job["database_url"]) as store:
            state = store.state()
            facts = catchments(store, day=day)
        head = {"tag": _tag(state.store_id, state.data_version, day), "store_id": state.store_id}
        passing.write_bytes(orjson.dumps({**head, "seconds": time.monotonic() - begun, "facts": facts}))
        passing.replace(path)
