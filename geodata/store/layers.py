"""Networks of streets and layers of demand: a row that describes each, and its arrays as bytes kept by their digest.

The history holds the rows only. The bytes of a digest are never overwritten or taken away, so that a batch can be
reverted.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from geodata.errors import NotFoundError, ValueUnusableError
from geodata.store import schema
from geodata.store.backend import Backend
from geodata.store.records import BatchInfo

if TYPE_CHECKING:
    from geodata.demand import DemandPoints
    from geodata.streets import StreetNetwork

Bbox = tuple[float, float, float, float]
#: Bytes of one part, before they are compressed: nothing that reads them needs much memory for one.
_PART = 1 << 20


@dataclass(frozen=True, slots=True)
class StreetsInfo:
    """What is known of a network of streets without reading it.

    ``blob`` is the digest of its bytes, which changes when the network does.
    """

    name: str
    west: float
    south: float
    east: float
    north: float
    nodes: int
    edges: int
    length_km: float
    source: str
    file_name: str
    file_sha256: str
    blob: str

    @property
    def bbox(self) -> Bbox:
        """West, south, east, north."""
        return self.west, self.south, self.east, self.north


@dataclass(frozen=True, slots=True)
class DemandInfo:
    """What is known of a layer of demand without reading it.

    ``weight`` is the sum of the weights, ``hours`` the number of hours that they are told by: 0, 24 or 168.
    """

    name: str
    kind: Literal["points", "cells", "trips"]
    west: float
    south: float
    east: float
    north: float
    points: int
    weight: float
    hours: int
    source: str
    file_name: str
    file_sha256: str
    blob: str

    @property
    def bbox(self) -> Bbox:
        """West, south, east, north."""
        return self.west, self.south, self.east, self.north


def street_networks(connection: Connection) -> list[StreetsInfo]:
    """Return all networks by name."""
    return [StreetsInfo(**row) for row in _rows(connection, schema.street_networks, StreetsInfo)]


def demand_layers(connection: Connection) -> list[DemandInfo]:
    """Return all layers by name."""
    return [DemandInfo(**row) for row in _rows(connection, schema.demand_layers, DemandInfo)]


def streets(connection: Connection, name: str) -> StreetNetwork:
    """Return a network by its name."""
    from geodata.streets import StreetNetwork

    return StreetNetwork.from_bytes(_blob_of(connection, schema.street_networks, "streets_not_found", name))


def demand(connection: Connection, name: str) -> DemandPoints:
    """Return a layer by its name."""
    from geodata.demand import DemandPoints

    return DemandPoints.from_bytes(_blob_of(connection, schema.demand_layers, "demand_not_found", name))


def best_around(found: Sequence[StreetsInfo], bbox: Bbox) -> StreetsInfo | None:
    """Return the network that has most of a bbox; of several the smallest one."""
    touching = [(_shared(info.bbox, bbox), info) for info in found]
    usable = [(shared, info) for shared, info in touching if shared is not None]
    if not usable:
        return None
    return max(usable, key=lambda pair: (pair[0], -pair[1].nodes, pair[1].name))[1]


def _shared(one: Bbox, other: Bbox) -> float | None:
    """Return the part of ``other`` that two boxes share; ``None`` if they do not touch."""
    wide, high = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
    if wide < 0 or high < 0:
        return None
    area = (other[2] - other[0]) * (other[3] - other[1])
    return round(wide * high / area, 6) if area > 0 else 1.0


def streets_row(name: str, network: StreetNetwork, source: str, info: BatchInfo) -> tuple[dict[str, Any], bytes]:
    """Return the row that describes a network, and its bytes."""
    content = network.to_bytes()
    row = _described(name, network.bbox, source, info, content)
    length_km = round(float(network.length_m.sum(dtype=float)) / 1000, 3)
    return row | {"nodes": network.nodes, "edges": network.edges, "length_km": length_km}, content


def demand_row(name: str, layer: DemandPoints, source: str, info: BatchInfo) -> tuple[dict[str, Any], bytes]:
    """Return the row that describes a layer, and its bytes."""
    content = layer.to_bytes()
    row = _described(name, layer.bbox, source, info, content)
    numbers = {"points": len(layer), "weight": float(layer.weight.sum()), "hours": layer.hours}
    return row | {"kind": layer.kind} | numbers, content


def put_blob(backend: Backend, connection: Connection, digest: str, content: bytes) -> None:
    """Keep bytes under their digest, unless they are there."""
    table = schema.blobs
    if connection.execute(sa.select(table.c.part).where(table.c.sha256 == digest).limit(1)).first() is not None:
        return
    for part, begin in enumerate(range(0, len(content), _PART)):
        data = zlib.compress(content[begin : begin + _PART], 3)
        backend.insert(connection, table, [{"sha256": digest, "part": part, "data": data}])


def blob(connection: Connection, digest: str) -> bytes:
    """Return the bytes of a digest.

    Raises
    ------
    ValueUnusableError
        If they are damaged or gone.
    """
    table = schema.blobs
    query = sa.select(table.c.data).where(table.c.sha256 == digest).order_by(table.c.part)
    content = bytearray()
    try:
        for data in connection.execute(query, execution_options={"yield_per": 4}).scalars():
            content += zlib.decompress(data)
    except zlib.error as error:
        raise ValueUnusableError("arrays_damaged", detail=repr(error)) from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise ValueUnusableError("arrays_damaged", detail=f"digest of {digest}")
    return bytes(content)


def _described(name: str, bbox: Bbox, source: str, info: BatchInfo, content: bytes) -> dict[str, Any]:
    sides = dict(zip(("west", "south", "east", "north"), bbox, strict=True))
    files = {"file_name": info.file_name, "file_sha256": info.file_sha256}
    digest = hashlib.sha256(content).hexdigest()
    return {"name": name, "source": source or info.source, **files, "blob": digest, **sides}


def _rows(connection: Connection, table: sa.Table, kind: Any) -> list[dict[str, Any]]:
    query = sa.select(*(table.c[field.name] for field in fields(kind))).order_by(table.c.name)
    return [dict(row) for row in connection.execute(query).mappings()]


def _blob_of(connection: Connection, table: sa.Table, code: str, name: str) -> bytes:
    query = sa.select(table.c.name, table.c.blob).order_by(table.c.name)
    known = {row.name: row.blob for row in connection.execute(query)}
    if name not in known:
        raise NotFoundError(code, name=name, known=", ".join(known) or "–")
    return blob(connection, known[name])
