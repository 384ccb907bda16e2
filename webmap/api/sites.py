"""The endpoints that find sites."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from flask import Response, request

from geodata.datum import convert_point
from geodata.hours import at_night
from geodata.index import CELL_PX, LISTED_STATES, SiteQuery, Suggestion
from geodata.sites import Datum
from webmap.api.answers import (
    GEOJSON,
    PRIVATE,
    REVALIDATED,
    Answer,
    answer,
    collection,
    envelope,
    etag,
    json_bytes,
    respond,
)
from webmap.api.parameters import (
    Bbox,
    ClusterParameters,
    FilterParameters,
    ListParameters,
    NearbyParameters,
    SuggestParameters,
    missing,
    parse,
)
from webmap.context import Context, context

if TYPE_CHECKING:
    from geodata.index import Hits, SiteIndex
    from geodata.streets import Walks

#: To how many of the nearest sites the minutes follow the streets.
WALKED = 20


def site_query(
    parameters: FilterParameters, now: datetime, *, area: str | None = None, text: str | None = None
) -> SiteQuery:
    """Return the question to the index that the filters of a request ask."""
    return SiteQuery(
        kinds=frozenset(parameters.kind),
        facilities=_wishes(parameters.facility),
        services=_wishes(parameters.service),
        access=frozenset(parameters.access),
        levels=frozenset(parameters.level),
        min_rating=parameters.min_rating,
        area=area,
        text=text,
        open_at=open_at(parameters, now),
        include_unknown=parameters.unknown == "yes",
        states=frozenset(parameters.state) or LISTED_STATES,
    )


def _wishes(codes: tuple[str, ...]) -> tuple[tuple[str, bool], ...]:
    return tuple((code.partition(":")[0], code.endswith(":yes")) for code in codes)


def open_at(parameters: FilterParameters, now: datetime) -> datetime | None:
    """Return the time that ``open`` asks for; ``now`` is in the time zone of the map."""
    asked = parameters.open
    if asked is None or isinstance(asked, str):
        return {None: None, "now": now, "night": at_night(now)}[asked]
    return asked.replace(tzinfo=now.tzinfo) if asked.tzinfo is None else asked.astimezone(now.tzinfo)


def nearby() -> Response:
    """Find the sites nearest to a point, nearest first.

    Distances are geodesic, in metres, along the ground in a straight line. Places that are closed for good or planned
    are left out unless `state` asks for them.
    """
    parts = context()
    return respond(find_nearby(parts, parse(parts.parameters.nearby, request.args)))


def find_nearby(parts: Context, asked: NearbyParameters) -> Answer:
    """Return the answer of :func:`nearby`."""
    index, now = parts.index, parts.now()
    query = site_query(asked, now)

    def body() -> bytes:
        lon, lat = asked.lon, asked.lat
        if asked.datum != "wgs84":
            lon, lat = convert_point(lon, lat, asked.datum, "wgs84")
        hits = index.nearby(lon, lat, query, radius_m=asked.radius, limit=asked.limit, now=now)
        members = envelope(index, now, asked.datum, limit=asked.limit, truncated=hits.truncated)
        walk_s = walking_seconds(parts.read_model.walks, index, lon, lat, hits)
        return collection(index.features(hits, asked.datum, walk_s), **members)

    # Without a tag: nobody may keep this answer, so nobody can ask whether it still holds.
    return Answer(body, content_type=GEOJSON, cache=PRIVATE)


def walking_seconds(
    walks: Walks | None, index: SiteIndex, lon: float, lat: float, hits: Hits
) -> list[float | None] | None:
    """Return the seconds on foot along streets to the first of the sites found; ``None`` where no streets are loaded.

    The streets are asked for a few only: minutes matter where one chooses, and the nearest come first.
    """
    if walks is None or not hits.items:
        return None
    lons, lats = index.points(hits)
    seconds: list[float | None] = walks.seconds(lon, lat, lons[:WALKED], lats[:WALKED]).tolist()
    return seconds + [None] * (len(lons) - len(seconds))


def sites() -> Response:
    """List sites, page by page.

    `next` is the `cursor` of the following page, and null on the last one. Sites without a position are listed, too.
    """
    parts = context()
    asked = parse(parts.parameters.list, request.args)
    index, now = parts.index, parts.now()
    query = site_query(asked, now, area=asked.area, text=asked.q)
    near = _near(asked, asked.lon, asked.lat)
    if asked.sort == "distance" and near is None:
        raise missing(type(asked), "lat")
    bbox = None if asked.bbox is None else _wgs84_bbox(asked.bbox, asked.datum)

    def body() -> bytes:
        page = index.find(query, bbox=bbox, after=asked.cursor, limit=asked.limit, now=now, sort=asked.sort, near=near)
        members = envelope(
            index,
            now,
            asked.datum,
            limit=asked.limit,
            truncated=page.truncated,
            following=page.next,
            total=page.total,
        )
        return collection(index.features(page, asked.datum), **members)

    return answer(etag(index, now), body, content_type=GEOJSON, cache=REVALIDATED if near is None else PRIVATE)


def clusters() -> Response:
    """Gather the sites of a part of the map by its cells.

    The cells are fixed to the world, so that a cluster stays the same when the map is moved. A site that is alone in
    its cell comes as itself. Sites without a position are left out.
    """
    parts = context()
    return respond(find_clusters(parts, parse(parts.parameters.clusters, request.args)))


def find_clusters(parts: Context, asked: ClusterParameters) -> Answer:
    """Return the answer of :func:`clusters`."""
    index, now = parts.index, parts.now()
    query = site_query(asked, now, area=asked.area, text=asked.q)
    bbox = _wgs84_bbox(asked.bbox, asked.datum)

    def body() -> bytes:
        found = index.clusters(query, bbox=bbox, zoom=asked.zoom, now=now)
        return collection(
            index.cluster_features(found, asked.datum),
            zoom=found.zoom,
            cell_px=CELL_PX,
            truncated=found.zoom < asked.zoom,
            total=found.total,
            generated_at=now.isoformat(timespec="seconds"),
            data_version=index.version,
            datum=asked.datum,
        )

    return Answer(body, tag=parts.etag(index, now), content_type=GEOJSON)


def suggest() -> Response:
    """Complete what was typed into a search box.

    Sites and areas, by name, label, former name, address, pinyin or initials; if there is room left, also names that
    differ by one error in typing, marked as `similar`.
    """
    parts = context()
    return respond(find_suggestions(parts, parse(parts.parameters.suggest, request.args)))


def find_suggestions(parts: Context, asked: SuggestParameters) -> Answer:
    """Return the answer of :func:`suggest`."""
    index, now = parts.index, parts.now()
    near = _near(asked, asked.lon, asked.lat)

    def body() -> bytes:
        found = index.suggest(asked.q, limit=asked.limit + 1, near=near, now=now)
        given = [_suggestion(item, asked.datum) for item in found[: asked.limit]]
        return json_bytes({"suggestions": given, "limit": asked.limit, "truncated": len(found) > asked.limit})

    return Answer(body, tag=parts.etag(index, now), cache=REVALIDATED if near is None else PRIVATE)


def _suggestion(item: Suggestion, datum: Datum) -> dict[str, object]:
    point = None
    if item.lon is not None and item.lat is not None:
        point = [round(value, 6) for value in convert_point(item.lon, item.lat, "wgs84", datum)]
    bbox = None
    if item.bbox is not None:
        west, south, east, north = item.bbox
        corners = convert_point(west, south, "wgs84", datum) + convert_point(east, north, "wgs84", datum)
        bbox = [round(value, 6) for value in corners]
    return {
        "type": item.type,
        "code": item.code,
        "name": item.name,
        "address": item.address,
        "kind": item.kind,
        "matched": item.matched,
        "point": point,
        "bbox": bbox,
        "distance_m": item.distance_m,
    }


def _near(
    asked: ListParameters | SuggestParameters, lon: float | None, lat: float | None
) -> tuple[float, float] | None:
    """Return the position that a request gives, in WGS-84; half a position is an error."""
    if lon is None and lat is None:
        return None
    if lon is None or lat is None:
        raise missing(type(asked), "lon" if lon is None else "lat")
    return convert_point(lon, lat, asked.datum, "wgs84")


def _wgs84_bbox(bbox: Bbox, datum: Datum) -> Bbox:
    west, south, east, north = bbox
    return (*convert_point(west, south, datum, "wgs84"), *convert_point(east, north, datum, "wgs84"))
