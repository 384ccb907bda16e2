"""The places of an area with their coming days, for a phone that will have no network."""

from __future__ import annotations

from flask import Response, request

from geodata.errors import ParameterError
from geodata.index import Hit, Hits, SiteQuery
from webmap.api.answers import GEOJSON, REVALIDATED, answer, collection, etag
from webmap.api.parameters import BboxParameter, Parameters, described, parse
from webmap.context import context

#: A device keeps this many places at most, and those of a box no wider and higher than this, in degrees.
MOST_PLACES = 500
WIDEST = 1.0


class OfflineParameters(Parameters):
    """Which part of the map to take along."""

    bbox: BboxParameter = described(
        ...,
        f"Places within west,south,east,north; at most {WIDEST:g} degree wide and high",
        f"取 西,南,东,北 范围内的地点；宽和高均不超过 {WIDEST:g} 度",
        "west,south,east,north",
    )
    limit: int = described(
        300,
        "Most places to give, those nearest to the middle",
        "最多返回数量，离中心近者优先",
        f"1…{MOST_PLACES}",
        ge=1,
        le=MOST_PLACES,
    )


def offline() -> Response:
    """Give the places of an area with the times at which they open and close in the coming days.

    A device that has lost its network can tell from this what is open, and up to when it knows that (`ends_at`).
    Distances are left out, and so is whatever else depends on where a person is.
    """
    parts = context()
    asked = parse(OfflineParameters, request.args)
    west, south, east, north = asked.bbox
    if (east - west) % 360 > WIDEST or north - south > WIDEST:
        value = ",".join(f"{edge:g}" for edge in asked.bbox)
        raise ParameterError("offline_too_wide", name="bbox", value=value, expected=f"≤ {WIDEST:g}° × {WIDEST:g}°")
    index, now = parts.index, parts.now()

    def body() -> bytes:
        middle = (west + (east - west) % 360 / 2, (south + north) / 2)
        lon = (middle[0] + 180) % 360 - 180
        page = index.find(
            SiteQuery(), bbox=asked.bbox, limit=asked.limit, now=now, sort="distance", near=(lon, middle[1])
        )
        hits = Hits(tuple(Hit(hit.row) for hit in page.items), page.next is not None, page.at)
        return collection(
            index.features(hits),
            truncated=hits.truncated,
            generated_at=now.isoformat(timespec="seconds"),
            data_version=index.version,
            **index.coming_days(hits, now),
        )

    return answer(etag(index, now), body, content_type=GEOJSON, cache=REVALIDATED)
