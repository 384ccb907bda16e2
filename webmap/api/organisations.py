"""The endpoints of those who run the places."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response, request

from geodata.errors import NotFoundError
from geodata.organisations import Organisation
from webmap.api.answers import answer, etag, json_bytes
from webmap.api.parameters import parse
from webmap.context import context


def organisations() -> Response:
    """Give the unions and other bodies that run places, by code, page by page.

    `places` counts their own and those of all that belongs to them, as far as they are in service now.
    """
    parts = context()
    asked = parse(parts.parameters.organisations, request.args)
    index, now = parts.index, parts.now()

    def body() -> bytes:
        known = index.organisations
        parent = known.get(asked.parent) if asked.parent else None
        if asked.parent and parent is None:
            raise NotFoundError("organisation_unknown", organisation=asked.parent[:40])
        among = known.items if parent is None else known.children(parent)
        chosen = [item for item in among if asked.level in (None, item.level)]
        rest = [item for item in chosen if item.code > (asked.cursor or "")]
        page = rest[: asked.limit]
        counts = index.organisation_places(page, now)
        rows = [
            _outline(item, known.parent(item)) | {"places": count} for item, count in zip(page, counts, strict=True)
        ]
        following = page[-1].code if len(rest) > len(page) else None
        members = {"organisations": rows, "total": len(chosen), "limit": asked.limit, "next": following}
        return json_bytes({**members, "generated_at": now.isoformat(timespec="seconds"), "data_version": index.version})

    return answer(etag(index, now), body)


def _outline(item: Organisation, parent: Organisation | None) -> dict[str, Any]:
    return {
        "code": item.code,
        "name": item.name,
        "name_en": item.name_en,
        "level": item.level,
        "parent": None if parent is None else parent.code,
        "area": item.area,
        "phone": item.phone,
        "address": item.address,
    }


def organisation(code: str) -> Response:
    """Give everything about one organisation: what is above and below it, and the places that it and those below run.

    `sites` has its own places first; `runners` says of each in the same order who runs it.
    """
    parts = context()
    asked = parse(parts.parameters.organisation, request.args)
    index, now = parts.index, parts.now()

    def body() -> bytes:
        found = index.organisation(code, now, asked.datum, limit=asked.limit)
        features = [orjson.Fragment(feature) for feature in found.pop("features")]
        hours = {"osm": found.pop("hours_osm"), "text": found.pop("hours_text"), "week": found.pop("week")}
        sites = {"type": "FeatureCollection", "features": features}
        members = {"limit": asked.limit, "generated_at": now.isoformat(timespec="seconds")}
        members |= {"data_version": index.version, "datum": asked.datum}
        return json_bytes({**found, "hours": hours, "sites": sites, **members})

    if index.organisations.get(code) is None:
        raise NotFoundError("organisation_unknown", organisation=code[:40])
    return answer(etag(index, now), body)
