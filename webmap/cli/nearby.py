"""``stationmap nearby``: the places around a point, as a table or as GeoJSON."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click
import orjson
from werkzeug.datastructures import MultiDict

from geodata.datum import convert_point
from geodata.index import SiteIndex
from geodata.messages import Message
from geodata.store import open_store
from geodata.streets import Walks
from geodata.vocabulary import Vocabulary, load_vocabulary
from webmap.api.answers import collection, envelope
from webmap.api.parameters import make_parameters, parse
from webmap.api.sites import site_query, walking_seconds
from webmap.cli import language, say
from webmap.settings import Settings


@click.command(context_settings={"ignore_unknown_options": True})  # so that -33.9 is a latitude
@click.argument("lat")
@click.argument("lon")
@click.option("--kind", multiple=True, help="Kind of place; may be repeated. 站点种类，可重复")
@click.option(
    "--facility", multiple=True, help="Facility it must have, CODE or CODE:yes; may be repeated. 必备设施，可重复"
)
@click.option("--service", multiple=True, help="Service it must have; may be repeated. 必备服务，可重复")
@click.option("--open", "open_", help='"now", "night" (23:00), or a date and time such as 2026-10-10T08:30. 此时开放的')
@click.option("--radius", help="Metres around the point [default: 5000]. 半径（米）")
@click.option("--limit", help="Most places to list [default: 20]. 最多列出几个")
@click.option("--datum", help="Datum of LAT and LON: wgs84, gcj02 or bd09 [default: wgs84]. 坐标系")
@click.option("--json", "as_json", is_flag=True, help="Print GeoJSON as the API gives it. 输出 GeoJSON")
def nearby(as_json: bool, **given: Any) -> None:
    """List the places nearest to LAT LON. 查找附近地点."""
    settings = Settings.load()
    vocabulary = load_vocabulary(settings.place.vocabulary)
    query: MultiDict[str, str] = MultiDict()
    for name, value in given.items():
        for item in value if isinstance(value, tuple) else (value,):
            if item is not None:
                query.add(name.rstrip("_"), item)
    asked = parse(make_parameters(settings.limits, vocabulary).nearby, query)
    now = datetime.now(UTC).astimezone(settings.place.tz)
    lon, lat = convert_point(asked.lon, asked.lat, asked.datum, "wgs84")
    with open_store(settings.store.database_url) as store:
        index = SiteIndex.load(store, vocabulary=vocabulary, tz=settings.place.tz)
        streets = store.streets_around((lon, lat, lon, lat))
    hits = index.nearby(lon, lat, site_query(asked, now), radius_m=asked.radius, limit=asked.limit, now=now)
    walk_s = walking_seconds(Walks([streets]) if streets else None, index, lon, lat, hits)
    features = index.features(hits, asked.datum, walk_s)
    if as_json:
        members = envelope(index, now, asked.datum, limit=asked.limit, truncated=hits.truncated)
        click.echo(collection(features, **members))
        return
    if not features:
        say(Message("nearby_none", {"radius": asked.radius}), error=True)
        return
    places = [feature["properties"] for feature in map(orjson.loads, features)]
    for line in table(places, vocabulary):
        click.echo(line)
    if hits.truncated:
        say(Message("nearby_more"), error=True)


def table(places: Sequence[dict[str, Any]], vocabulary: Vocabulary) -> list[str]:
    """Return the lines of a table of places, each cell as wide as the widest of its column."""
    lang = language()
    names = ("distance", "walk", "open", "kind", "name", "address", "code")
    rows = [[Message(f"column_{name}").text(lang) for name in names]]
    for place in places:
        kind = vocabulary.kinds.get(place["kind"])
        rows.append(
            [
                f"{place['distance_m']:,.0f} m",
                _walk(place).text(lang),
                _opening(place["open"]).text(lang),
                (kind.short_zh if lang == "zh" else kind.en) if kind else place["kind"],
                _plain(place["name"]),
                _plain(place["address"]),
                place["code"],
            ]
        )
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _walk(place: dict[str, Any]) -> Message:
    minutes = {"minutes": place["walk_min"]}
    return Message("walk_minutes_street" if place["walk_basis"] == "street" else "walk_minutes", minutes)


def _opening(opening: dict[str, Any]) -> Message:
    until = opening["until"]
    if opening["state"] == "unknown" or until is None:
        return Message(f"now_{opening['state']}")
    moment = datetime.fromisoformat(until)
    return Message(f"now_{opening['state']}_until", {"time": moment.strftime("%m-%d %H:%M")})


def _plain(text: str) -> str:
    """Return the text without signs that would control the terminal."""
    return "".join(" " if unicodedata.category(sign).startswith("C") else sign for sign in text)


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes: Chinese characters take two."""
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    return len(text) + wide - sum(bool(unicodedata.combining(sign)) for sign in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
