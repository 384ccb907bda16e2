"""A plan's sites as GeoJSON in WGS-84."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def sites_geojson(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return stations of today, chosen sites and other candidates as a FeatureCollection, ``role`` telling which."""
    return {
        "type": "FeatureCollection",
        "name": result["scenario"]["name"],
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [site["lon"], site["lat"]]},
                "properties": {name: value for name, value in site.items() if name not in ("lon", "lat")},
            }
            for site in [*result["sites"], *result["others"]]
        ],
    }
