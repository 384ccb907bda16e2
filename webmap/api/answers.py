"""How answers of the API are put together: bytes, conditional requests, how long they may be kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from flask import Response, request

from webmap.context import context

if TYPE_CHECKING:
    from geodata.index import SiteIndex

JSON = "application/json"
GEOJSON = "application/geo+json"

#: Public data: anyone may keep an answer but asks each time whether it still holds. Edits are seen within seconds,
#: and a place that closes at noon is shown as closed at noon.
REVALIDATED = "public, no-cache"

#: Answers to addresses that hold a person's position: no proxy and no browser history may keep these.
PRIVATE = "private, no-store"


def json_bytes(value: Any) -> bytes:
    """Return ``value`` as JSON."""
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)


def etag(index: SiteIndex, now: datetime) -> str:
    """Return what changes whenever an answer may: with the data, the program, its settings, or a boundary in time.

    Between two boundaries (someone opens or closes, a place begins or ends to be valid) the same data gives the same
    answer but for the time at which it was generated; hence the tag is a weak one.
    """
    return context().etag(index, now)


class Answer(NamedTuple):
    """An answer that is still to be made.

    Attributes
    ----------
    body : callable
        Makes it.
    tag : str, optional
        See :func:`etag`.
    content_type, cache : str
        The headers ``Content-Type`` and ``Cache-Control``.
    """

    body: Callable[[], bytes]
    tag: str | None = None
    content_type: str = JSON
    cache: str = REVALIDATED


def respond(made: Answer) -> Response:
    """Return an answer as Flask wants it."""
    return answer(made.tag, made.body, content_type=made.content_type, cache=made.cache)


def answer(
    tag: str | None,
    body: Callable[[], bytes],
    *,
    content_type: str = JSON,
    cache: str = REVALIDATED,
) -> Response:
    """Return the body with its tag, or 304 without making the body when the client has it already."""
    if tag is not None and request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        response = Response(body(), content_type=content_type)
    if tag is not None:
        response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = cache
    return response


def collection(features: Iterable[bytes], **members: Any) -> bytes:
    """Return a GeoJSON collection of features that are JSON already, with further members."""
    return b'{"type":"FeatureCollection","features":[%b],%b' % (b",".join(features), json_bytes(members)[1:])


def envelope(
    index: SiteIndex,
    now: datetime,
    datum: str,
    *,
    limit: int,
    truncated: bool,
    following: str | None = None,
    total: int | None = None,
) -> dict[str, Any]:
    """Return the members that every collection of sites has beside its features."""
    return {
        "limit": limit,
        "truncated": truncated,
        "next": following,
        "total": total,
        "generated_at": now.isoformat(timespec="seconds"),
        "data_version": index.version,
        "datum": datum,
    }
