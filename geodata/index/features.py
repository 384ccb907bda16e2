"""A site as GeoJSON and as the details of one page: bytes made once when the index is built.

Of a feature only the values are kept, each as JSON; the names of its members are the same for all sites. So
200,000 features take 50 MB instead of 130, and making one whole is a single formatting of bytes. What passes - the
distance, whether it is open - stands at its end.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any, TypeVar

import orjson

from geodata.datum import convert_point
from geodata.index.blobs import Blobs
from geodata.sites import Datum, SourceRef
from geodata.store import SiteColumns

#: Values, of facilities say, of which is remembered what they come to.
_KEPT = 4000

_From = TypeVar("_From")
_To = TypeVar("_To")

#: Walking along streets is longer than the straight line, at 80 metres a minute.
DETOUR = 1.3
WALK_M_PER_MIN = 80

#: Members of the properties after the code, in the order of the values kept. Before them stand the code, the geometry
#: and the code again, so that they fill the template as they are.
_MEMBERS = (
    "name", "kind", "labels", "label", "address", "area", "area_name", "precision", "state", "hours_text", "facilities",
    "services", "access", "fee", "level", "rating", "entrance", "floor", "directions", "phone",
)  # fmt: skip
_LASTING = b'{"type":"Feature","id":%b,"geometry":%b,"properties":{"code":%b,' + b"".join(
    b'"%b":%%b,' % name.encode() for name in _MEMBERS
)
#: Of how many sites the lasting part is kept as it is sent, about 1 KB each.
_WHOLE = 8192
#: Whoever asks for more sites at once goes through all of them, and will not ask for the same again soon.
_PAGE = 256
#: Never in JSON, where control characters are escaped.
_BETWEEN = b"\0"


class Jsons(dict[Any, bytes]):
    """The JSON of values that repeat, each made once."""

    def __missing__(self, value: Any) -> bytes:
        made = self[value] = orjson.dumps(value)
        return made


def feature_values(
    rows: SiteColumns,
    area_names: Sequence[str],
    facilities: Sequence[bytes],
    services: Sequence[bytes],
    access: Sequence[bytes],
    ratings: Sequence[bytes],
) -> list[bytes]:
    """Return what lasts of sites' features, in WGS-84.

    Parameters
    ----------
    rows : SiteColumns
    area_names : sequence of str
        The names of their areas.
    facilities, services : sequence of bytes
        JSON of the values by code; unknown ones left out.
    access : sequence of bytes
        As :func:`access_values` made it.
    ratings : sequence of bytes
        JSON of the ratings.
    """
    repeated, dumps = Jsons().__getitem__, orjson.dumps
    codes = list(map(dumps, rows.code))
    columns: tuple[Iterable[bytes], ...] = (
        codes,
        map(_point_json, rows.lon, rows.lat),
        codes,
        map(dumps, rows.name),
        map(repeated, rows.kind),
        of_each(rows.labels, dumps),
        of_each(rows.labels, lambda labels: dumps(labels[0] if labels else None)),
        map(dumps, rows.address),
        map(repeated, rows.area),
        map(repeated, area_names),
        map(repeated, rows.precision),
        map(repeated, rows.state),
        map(repeated, rows.hours_text),
        facilities,
        services,
        access,
        map(repeated, rows.level),
        ratings,
        map(_pair_json, rows.entrance_lon, rows.entrance_lat),
        map(repeated, rows.floor),
        map(repeated, rows.directions),
        map(dumps, rows.phone),
    )
    return list(map(_BETWEEN.join, zip(*columns, strict=True)))


def _point_json(lon: float | None, lat: float | None) -> bytes:
    return b"null" if lon is None else b'{"type":"Point","coordinates":%b}' % orjson.dumps((lon, lat))


def _pair_json(lon: float | None, lat: float | None) -> bytes:
    return b"null" if lon is None else orjson.dumps((lon, lat))


def of_each(
    values: Sequence[_From], make: Callable[[_From], _To], known: dict[int, tuple[_From, _To]] | None = None
) -> list[_To]:
    """Return what is made of each value, made once of what stands there several times as the same object.

    Parameters
    ----------
    values : sequence
    make : callable
    known : dict, optional
        Remembers from one call to the next, with the values: while they live nothing else has their identity.
    """
    made = {} if known is None else known
    if len(made) > _KEPT:
        made.clear()
    for number, value in zip(map(id, values), values, strict=True):
        if number not in made:
            made[number] = value, make(value)
    return [made[number][1] for number in map(id, values)]


def access_values(access: Mapping[str, Any]) -> bytes:
    """Return the values that a feature has of the access."""
    return _BETWEEN.join((orjson.dumps(access.get("ways", ())), orjson.dumps(access.get("fee"))))


class Features:
    """Makes features of the values that are kept; remembers the lasting parts of those asked for lately.

    Parameters
    ----------
    values : Blobs
        By row, as :func:`feature_values` made them.
    """

    def __init__(self, values: Blobs) -> None:
        self._values = values
        self._lasting: dict[int, bytes] = {}

    def whole(
        self,
        rows: Sequence[int],
        distances: Iterable[float | None],
        openings: Iterable[bytes],
        walk_s: Iterable[float | None] | None = None,
    ) -> list[bytes]:
        """Return the features of some sites.

        Parameters
        ----------
        rows : sequence of int
        distances : iterable of float or None
            In metres, by site.
        openings : iterable of bytes
            The JSON of ``open``, by site.
        walk_s : iterable of float or None, optional
            Seconds on foot along streets; without them, or NaN, the minutes are those of the straight line.
        """
        lasting, seconds = self._lasting_parts(rows), walk_s or repeat(None)
        return [
            part + _passing(distance, opening, walk)
            for part, distance, opening, walk in zip(lasting, distances, openings, seconds, strict=False)
        ]

    def _lasting_parts(self, rows: Sequence[int]) -> list[bytes]:
        known = self._lasting
        missing = [row for row in rows if row not in known]
        if not missing:
            return [known[row] for row in rows]
        found = zip(missing, self._values.many(missing), strict=True)
        made = {row: _LASTING % tuple(values.split(_BETWEEN)) for row, values in found}
        parts = [made[row] if row in made else known[row] for row in rows]
        if len(made) <= _PAGE:
            if len(known) + len(made) > _WHOLE:
                known = self._lasting = {}
            known |= made
        return parts


def _passing(distance_m: float | None, opening: bytes, walk_s: float | None) -> bytes:
    """Return the end of a feature: what depends on who asks, and when."""
    if distance_m is None:
        return b'"distance_m":null,"walk_min":null,"walk_basis":"straight_line","open":%b}}' % opening
    if walk_s is None or walk_s != walk_s:
        minutes = math.ceil(distance_m * DETOUR / WALK_M_PER_MIN)
        passing = (distance_m, minutes, opening)
        return b'"distance_m":%.1f,"walk_min":%d,"walk_basis":"straight_line","open":%b}}' % passing
    passing = (distance_m, math.ceil(walk_s / 60), opening)
    return b'"distance_m":%.1f,"walk_min":%d,"walk_basis":"street","open":%b}}' % passing


def member(values: bytes, name: str) -> Any:
    """Return one of a feature's lasting properties besides the code."""
    return orjson.loads(values.split(_BETWEEN)[3 + _MEMBERS.index(name)])


def with_member(values: bytes, name: str, value: bytes) -> bytes:
    """Return a feature's lasting values with another JSON for one of the properties besides the code."""
    parts = values.split(_BETWEEN)
    parts[_MEMBERS.index(name) - len(_MEMBERS)] = value
    return _BETWEEN.join(parts)


def in_datum(feature: bytes, datum: Datum) -> bytes:
    """Return a feature with its coordinates in another datum."""
    return orjson.dumps(converted(orjson.loads(feature), datum))


def converted(feature: dict[str, Any], datum: Datum) -> dict[str, Any]:
    """Return a feature, whose coordinates are WGS-84, with coordinates in ``datum``; the given one is changed."""
    if datum != "wgs84":
        if feature["geometry"] is not None:
            feature["geometry"]["coordinates"] = _point(feature["geometry"]["coordinates"], datum)
        entrance = feature["properties"]["entrance"]
        if entrance is not None:
            feature["properties"]["entrance"] = _point(entrance, datum)
    return feature


def _point(coordinates: list[float], datum: Datum) -> list[float]:
    lon, lat = convert_point(coordinates[0], coordinates[1], "wgs84", datum)
    return [round(lon, 7), round(lat, 7)]


#: Details by column, left out where they say nothing, and what stands for that on the page.
_PLAIN_EXTRAS: Mapping[str, Any] = {
    "host": "",
    "operator": "",
    "operator_code": None,
    "capacity": None,
    "area_m2": None,
    "website": "",
    "note": "",
    "valid_from": None,
    "valid_to": None,
    "verified_on": None,
    "former_names": [],
    "awards": [],
    "photos": [],
    "closures": [],
    "position_note": "",
    "given_datum": None,
}


def extra_bases(
    rows: SiteColumns, facilities: Sequence[Mapping[str, Any]], services: Sequence[Mapping[str, Any]]
) -> list[bytes]:
    """Return what only the page of one site shows, of many; empty parts are left out.

    Parameters
    ----------
    rows : SiteColumns
    facilities, services : sequence of mapping
        As :func:`remarks` made them.
    """
    parts = {name: getattr(rows, name) for name in _PLAIN_EXTRAS}
    parts |= {"facilities": facilities, "services": services}
    parts["access_note"] = of_each(rows.access, lambda access: access.get("note"))
    known = Jsons()
    members = [
        [b'"%b":%b,' % (name.encode(), orjson.dumps(value)) if value else b"" for value in values]
        for name, values in parts.items()
        if any(values)
    ]
    members.append([_sources_json(sources, known) for sources in rows.sources])
    last = zip(rows.version, map(known.__getitem__, rows.updated_at), strict=True)
    members.append([b'"version":%d,"updated_at":%b}' % pair for pair in last])
    return [b"{" + b"".join(of_site) for of_site in zip(*members, strict=True)]


def _sources_json(sources: Sequence[SourceRef], known: Jsons) -> bytes:
    if not sources:
        return b""
    listed = [b'{"source":%b,"last_seen":%b}' % (known[item.source], known[item.last_seen]) for item in sources]
    return b'"sources":[%b],' % b",".join(listed)


def read_extra(extra: bytes, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the details with every part present, given the feature's properties."""
    found = {**_PLAIN_EXTRAS, "facilities": {}, "services": {}, "access_note": "", "sources": [], **orjson.loads(extra)}
    for group in ("facilities", "services"):
        known = found[group]
        values = {**properties[group], **dict.fromkeys(known.keys() - properties[group].keys(), "unknown")}
        found[group] = {code: {"value": value, **_NO_REMARK, **known.get(code, {})} for code, value in values.items()}
    return found


def last_change(extra: bytes) -> str:
    """Return when a site was last written, as ISO 8601, from its stored details."""
    found: str = orjson.loads(extra)["updated_at"]
    return found


_NO_REMARK: Mapping[str, Any] = {"basis": "claimed", "as_of": None, "note": "", "hours": {}}


def remarks(amenities: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return what is known of facilities beyond the value, which the feature has unless it is unknown."""
    found: dict[str, Any] = {}
    for code, part in amenities.items():
        if len(part) > 2 or part["basis"] != "claimed":
            found[code] = {name: value for name, value in part.items() if name != "value"}
        elif part["value"] == "unknown":
            found[code] = {}
    return found
