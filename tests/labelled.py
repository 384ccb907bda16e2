"""A labelled set for matching: a real list as another source would give it, and which rows mean which stored sites.

Nothing is made up but what people and sources do to a list: positions move by up to 80 m; names gain or lose a region,
a programme, brackets, 分 of 分馆, half of 图书馆, or come in traditional or full-width signs; addresses, numbers
are left out or differ. Rows of the list that are not in the store are the true negatives: near neighbours
with like names are among them.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from opencc import OpenCC

from geodata.store import SiteOutline, open_store
from importers.matching import Directory, Match, traits_of_site
from importers.sites import import_sites

PROFILE = Path(__file__).parent / "profiles" / "hangzhou.toml"
MOVED_M = 80.0
STORED = 0.7
TRADITIONAL = OpenCC("s2t")
FULL_WIDTH = {ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789"}
REGION = re.compile(r"^(?:杭州|[\u4e00-\u9fff]{2}市)?([\u4e00-\u9fff]{2}[区县])")


@dataclass(frozen=True)
class Row:
    """A row of the other source, and the code of the stored site that it means."""

    outline: SiteOutline
    means: str | None


@dataclass(frozen=True)
class Result:
    """What the matcher made of the rows."""

    rows: int
    positives: int
    right: int
    wrong: tuple[tuple[Row, Match], ...]
    unsure: int
    unsure_right: int
    missed: tuple[Row, ...]

    @property
    def precision(self) -> float:
        return self.right / (self.right + len(self.wrong))

    @property
    def recall(self) -> float:
        return self.right / self.positives


def real_list(data: Path, folder: Path) -> list[SiteOutline]:
    store = open_store(f"sqlite:///{folder / 'list.db'}")
    store.upgrade()
    import_sites(store, data / "sites" / "hangzhou_facilities.csv", profile=PROFILE)
    found = list(store.outlines())
    store.dispose()
    return found


def renamed(name: str, site: SiteOutline, rng: random.Random) -> str:
    region = REGION.match(site.address)
    label = site.labels[0] if site.labels else "爱心驿家"
    ways = [
        lambda text: text,
        lambda text: (region[1] if region and region[1][:2] not in text else "") + text,
        lambda text: "杭州市" + text if site.address.startswith("杭州") and "杭州" not in text else text,
        lambda text: REGION.sub("", text) if len(REGION.sub("", text)) > 4 else text,
        lambda text: label + text if label not in text else text,
        lambda text: f"{text}({label})" if label not in text else text,
        lambda text: text + label if label not in text else text,
        lambda text: re.sub(r"[（(][^）)]*[）)]", "", text) or text,
        lambda text: text.replace("（", " (").replace("）", ")"),
        lambda text: text.replace("分馆", "馆"),
        lambda text: text.replace("图书馆", "图") if text.endswith("图书馆") and len(text) > 5 else text,
        lambda text: text.removesuffix("社区") if len(text) > 4 else text,
        lambda text: text.replace("·", "-").replace(" ", ""),
        lambda text: TRADITIONAL.convert(text),
        lambda text: text.translate(FULL_WIDTH),
    ]
    for way in rng.sample(ways, rng.choice((1, 1, 2))):
        name = way(name)
    return name


def moved(site: SiteOutline, rng: random.Random) -> tuple[float | None, float | None]:
    if site.lon is None or site.lat is None:
        return None, None
    metres, bearing = MOVED_M * math.sqrt(rng.random()), rng.random() * 2 * math.pi
    lat = site.lat + metres * math.cos(bearing) / 111_320
    return site.lon + metres * math.sin(bearing) / (111_320 * math.cos(math.radians(site.lat))), lat


def addressed(address: str, rng: random.Random) -> str:
    chance = rng.random()
    if chance < 0.4:
        return ""
    if chance < 0.6:
        return "浙江省" + address
    if chance < 0.7:
        return re.sub(r"\d+号.*", "", address)
    return address.translate(FULL_WIDTH) if chance < 0.8 else address


def labelled(sites: Sequence[SiteOutline], seed: int) -> tuple[Directory, list[Row]]:
    """Return the stored part of a list and all of it as another source has it."""
    rng = random.Random(seed)
    stored = {site.code for site in sites if rng.random() < STORED}
    rows = []
    for site in sites:
        lon, lat = moved(site, rng)
        phone = rng.choice((site.phone, ""))
        changed = site._replace(
            name=renamed(site.name, site, rng),
            lon=lon,
            lat=lat,
            precision=site.precision if lon is None else "exact",
            address=addressed(site.address, rng),
            phone=phone,
            former_names=[],
            labels=[],
        )
        rows.append(Row(changed, site.code if site.code in stored else None))
    rng.shuffle(rows)
    return Directory.of([site for site in sites if site.code in stored]), rows


def measured(directory: Directory, rows: Sequence[Row]) -> Result:
    """Match the rows and count; each stored site goes to the row that fits best, as in an import."""
    matches = directory.matches([traits_of_site(row.outline) for row in rows])
    pairs = [(row, found) for row, found in zip(rows, matches, strict=True)]
    taken: set[int] = set()
    sure: list[tuple[Row, Match]] = []
    rest: list[tuple[Row, list[Match]]] = []
    for row, found in sorted(pairs, key=lambda pair: -pair[1][0].comparison.total if pair[1] else 0):
        if found and found[0].sure and found[0].site.id not in taken:
            taken.add(found[0].site.id)
            sure.append((row, found[0]))
        else:
            rest.append((row, [match for match in found if match.site.id not in taken]))
    right = sum(match.site.code == row.means for row, match in sure)
    asked = [(row, found) for row, found in rest if found]
    return Result(
        rows=len(rows),
        positives=sum(row.means is not None for row in rows),
        right=right,
        wrong=tuple((row, match) for row, match in sure if match.site.code != row.means),
        unsure=len(asked),
        unsure_right=sum(row.means in {match.site.code for match in found} for row, found in asked),
        missed=tuple(row for row, found in rest if row.means is not None),
    )
