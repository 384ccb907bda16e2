"""OpenStreetMap extracts (PBF or XML): the objects that are places by ``osm.toml``, as a grid."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import shapely

from geodata.errors import FileError
from importers.reading import limits
from importers.reading.geometry import FIELDS, HEADINGS, cells_of, points_of
from importers.reading.grid import Grid, Row

_KIND = "public_facility"
_ACCESS = {"yes": "walk_in", "public": "walk_in", "permissive": "walk_in", "members": "members", "key": "key"}
#: Nobody but the owner may go there.
_CLOSED = frozenset({"private", "no"})
_VALUES = frozenset({"yes", "no", "limited"})


@cache
def table() -> Mapping[str, Any]:
    """Return ``osm.toml``."""
    content: dict[str, Any] = tomllib.loads(files("importers").joinpath("osm.toml").read_text(encoding="utf-8"))
    return content


def read_osm(path: Path) -> list[Grid]:
    """Return the one grid of an OSM extract.

    Nodes, ways and multipolygons that ``osm.toml`` takes for places; what is private is left out. The key of a place
    is ``node/1``, ``way/1``, ``relation/1``. A row's number is its place among those, counted from 2.

    Raises
    ------
    FileError
        If the file is damaged, or holds no such place.
    """
    try:
        found = list(_objects(path))
    except (RuntimeError, OSError, ValueError) as error:
        reason = str(error).replace(str(path), path.name)[:200]
        raise FileError("file_osm_unreadable", file=path.name, reason=reason) from error
    return _grids(path, found)


def read_elements(path: Path, elements: Sequence[Mapping[str, Any]]) -> list[Grid]:
    """Return the one grid of an answer of Overpass in JSON, as of an extract with the same objects.

    A way or relation stands where its centre, the middle of its bounds or its geometry is.

    Raises
    ------
    FileError
        If it holds no place.
    """
    found = []
    for item in elements:
        tags, shape = item.get("tags"), _shape_of(item)
        record = record_of(tags) if isinstance(tags, dict) and shape is not None else None
        if record is not None:
            found.append(({"source_key": f"{item.get('type')}/{item.get('id')}", **record}, shape))
    return _grids(path, found)


def _shape_of(item: Mapping[str, Any]) -> shapely.Geometry | None:
    """Return where an element is: its own point, centre or bounds, or the nodes of its geometry."""
    centre, bounds, nodes = item.get("center"), item.get("bounds"), item.get("geometry")
    try:
        if isinstance(bounds, dict) and not isinstance(centre, dict):
            shape = shapely.box(bounds["minlon"], bounds["minlat"], bounds["maxlon"], bounds["maxlat"])
        elif isinstance(nodes, list) and nodes and not isinstance(centre, dict):
            shape = shapely.multipoints([(node["lon"], node["lat"]) for node in nodes if node])
        else:
            place = centre if isinstance(centre, dict) else item
            shape = shapely.Point(float(place["lon"]), float(place["lat"]))
    except (KeyError, TypeError, ValueError):
        return None
    return shape if np.isfinite(shape.bounds).all() else None


def _grids(path: Path, found: Sequence[tuple[Mapping[str, str], shapely.Geometry]]) -> list[Grid]:
    if not found:
        raise FileError("file_osm_no_places", file=path.name)
    if len(found) > limits.MAX_ROWS:
        raise FileError("file_too_many_rows", file=path.name, limit=limits.MAX_ROWS)
    records = [record for record, _ in found]
    names = list(dict.fromkeys(name for record in records for name in record))
    lon, lat, wide = points_of(np.array([shape for _, shape in found], dtype=object), None)

    def rows() -> Iterator[Row]:
        for index, record in enumerate(records):
            cells = cells_of(lon[index], lat[index], wide=wide[index])
            yield Row(index + 2, (*cells, *(record.get(name) for name in names)))

    sorts = Counter(record["place_type"] for record in records)
    facts = {"crs": "EPSG:4326", "sorts": ", ".join(f"{sort}: {count}" for sort, count in sorts.most_common())}
    fields = FIELDS | {len(HEADINGS) + index: name for index, name in enumerate(names)}
    return [Grid(name="", rows=rows, headings=(*HEADINGS, *names), fields=fields, facts=facts)]


def _objects(path: Path) -> Iterator[tuple[dict[str, str], shapely.Geometry]]:
    keys = {key for place in table()["places"] for key in place["tags"]}
    wanted = osmium.filter.KeyFilter(*keys)
    wkb: Any = osmium.geom.WKBFactory()
    found: Any = osmium.FileProcessor(str(path)).with_areas(wanted).with_filter(wanted)
    for item in found:
        tags = dict(item.tags)
        record = record_of(tags)
        if record is None or (item.is_way() and item.is_closed()):
            continue  # a closed way comes again as an area
        try:
            if item.is_node():
                shape, key = shapely.Point(item.location.lon, item.location.lat), f"node/{item.id}"
            elif item.is_way():
                shape, key = shapely.from_wkb(wkb.create_linestring(item)), f"way/{item.id}"
            elif item.is_area():
                shape = shapely.from_wkb(wkb.create_multipolygon(item))
                key = f"{'way' if item.from_way() else 'relation'}/{item.orig_id()}"
            else:
                continue
        except (osmium.InvalidLocationError, RuntimeError):
            continue  # cut off at the border of the extract
        yield {"source_key": key, **record}, shape


def record_of(tags: Mapping[str, str]) -> dict[str, str] | None:
    """Return what the tags of an object say, by column; ``None`` if it is no place, or nobody may go there."""
    place = next((place for place in table()["places"] if _fits(place, tags)), None)
    if place is None or tags.get("access") in _CLOSED:
        return None
    record = {"kind": place.get("kind", _KIND), "place_type": place["sort"]}
    for column, keys in table()["columns"].items():
        text = next((tags[key] for key in keys if tags.get(key)), "")
        if text:
            record[column] = text
    for column, known in (("access", _ACCESS), ("fee", {"yes": "fee", "no": "free"})):
        if column in record:
            record[column] = known.get(record[column], "")
    facilities = {f"facilities.{code}": value for code, value in place.get("facilities", {}).items()}
    for key, rule in table()["facilities"].items():
        value = tags.get(key, "")
        value = "yes" if value in rule.get("yes", ()) else value
        if value in _VALUES:
            facilities[f"facilities.{rule['code']}"] = value
    return {column: text for column, text in record.items() if text} | facilities


def _fits(place: Mapping[str, Any], tags: Mapping[str, str]) -> bool:
    return all(_is(wanted, tags.get(key)) for key, wanted in place["tags"].items()) and not any(
        _is(barred, tags.get(key)) for key, barred in place.get("unless", {}).items()
    )


def _is(wanted: str | list[str], value: str | None) -> bool:
    if value is None:
        return False
    if wanted == "*":
        return value != "no"
    return value == wanted or (isinstance(wanted, list) and value in wanted)
