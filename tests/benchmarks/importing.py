"""A list of all China into PostGIS: the importer beside a bare COPY of the same columns."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import psycopg2

from geodata.sites import Site
from geodata.store import open_store
from importers.sites import import_sites
from tests.benchmarks.national import sites
from tests.postgres import PostgisServer

COLUMNS = ("key", "name", "kind", "lon", "lat", "address", "opening_hours", "phone", "level", "facilities")


def write_list(path: Path, n: int) -> None:
    """Write ``n`` sites as a union might keep them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(_cells(number, site) for number, site in enumerate(sites(n)))


def _cells(number: int, site: Site) -> tuple[object, ...]:
    point = site.position
    return (
        f"k{number}",
        site.name,
        site.kind,
        "" if point is None else point.lon,
        "" if point is None else point.lat,
        site.address,
        site.hours.text if site.hours else "",
        site.phone,
        site.level or "",
        ";".join(site.facilities),
    )


def bare_copy_s(server: PostgisServer, path: Path) -> float:
    """Seconds that PostgreSQL takes to copy the file into a table of the same columns, and to index the points."""
    name = server.name_of(server.create_database())
    server.execute("CREATE EXTENSION postgis", name)
    with psycopg2.connect(server.url(name).replace("+psycopg2", "")) as connection, connection.cursor() as cursor:
        types = ", ".join(f"{column} {'float8' if column in ('lon', 'lat') else 'text'}" for column in COLUMNS)
        point = "geography(Point, 4326) GENERATED ALWAYS AS (ST_MakePoint(lon, lat)::geography) STORED"
        cursor.execute(f"CREATE TABLE bare ({types}, geom {point})")
        connection.commit()
        begun = time.perf_counter()
        with path.open(encoding="utf-8") as file:
            cursor.copy_expert(f"COPY bare ({', '.join(COLUMNS)}) FROM STDIN (FORMAT csv, HEADER)", file)
        cursor.execute("CREATE INDEX ON bare USING gist (geom)")
        cursor.execute("CREATE UNIQUE INDEX ON bare (key)")
        connection.commit()
        return time.perf_counter() - begun


def import_s(url: str, path: Path) -> tuple[float, dict[str, int]]:
    """Seconds that the importer takes for the file, and what it counted."""
    store = open_store(url)
    try:
        begun = time.perf_counter()
        report = import_sites(store, path, datum="wgs84", source="bench")
        return time.perf_counter() - begun, report.rows.to_json()
    finally:
        store.dispose()
