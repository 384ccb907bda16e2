"""A list of all China into PostGIS: the importer, part by part, beside a bare COPY of the same columns.

Run with ``python -m tests.benchmarks.importing [ROWS [PROCESSES]]``; by default 20,000 rows and as many processes as
``stationmap import sites`` uses. The parts are those of the first process; with 1 that is all.
"""

from __future__ import annotations

import csv
import io
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg2

from geodata.sites import Site
from geodata.store import open_store
from importers.pooling import processes_at_hand
from importers.sites import import_sites
from tests.benchmarks.national import sites
from tests.benchmarks.parts import clocked
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


def list_copy_s(server: PostgisServer, path: Path) -> float:
    """Seconds that PostgreSQL takes to copy the list's ten columns as they are, and to index keys and points."""
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


def stored_copy_s(url: str) -> float:
    """Seconds that PostgreSQL takes to copy the columns that the import wrote into ``sites``, and to index them alike.

    Without the history and the sources' keys, which an import writes too: two more tables.
    """
    lines = io.StringIO()
    with psycopg2.connect(url.replace("+psycopg2", "")) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position)"
            " FROM information_schema.columns WHERE table_name = 'sites' AND is_generated = 'NEVER'"
        )
        columns = cursor.fetchone()[0]
        cursor.copy_expert(f"COPY sites ({columns}) TO STDOUT", lines)
        lines.seek(0)
        cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'sites'")
        indexes = [
            definition.replace(name, f"{name}_bare").replace("ON public.sites", "ON bare")
            for name, definition in cursor.fetchall()
        ]
        cursor.execute("CREATE TABLE bare (LIKE sites INCLUDING GENERATED)")
        begun = time.perf_counter()
        cursor.copy_expert(f"COPY bare ({columns}) FROM STDIN", lines)
        for index in indexes:
            cursor.execute(index)
        taken = time.perf_counter() - begun
        connection.rollback()
    return taken


def import_s(url: str, path: Path, processes: int) -> dict[str, Any]:
    """Seconds that the importer takes for the file, in all and by part, its processor time, and what it counted.

    ``further_s`` is the processor time of the processes that prepare rows.
    """
    store = open_store(url)
    try:
        with clocked() as clock:
            begun, used, further = time.perf_counter(), time.process_time(), sum(os.times()[2:4])
            report = import_sites(store, path, datum="wgs84", source="bench", processes=processes)
            taken, used = time.perf_counter() - begun, time.process_time() - used
            further = sum(os.times()[2:4]) - further
        parts = {part: round(seconds, 2) for part, seconds in clock.seconds.items()}
        seconds = {"seconds": taken, "processor_s": used, "further_s": further, "processes": processes}
        return seconds | {"parts": parts, "counts": report.rows.to_json()}
    finally:
        store.dispose()


def measure(server: PostgisServer, url: str, path: Path, processes: int | None = None) -> dict[str, Any]:
    """Import a list into an empty store and compare; ``ratio`` is against the same columns, that of the budget."""
    found = import_s(url, path, processes or processes_at_hand())
    found |= {"copy_s": stored_copy_s(url), "list_copy_s": list_copy_s(server, path)}
    ratios = {"ratio": found["seconds"] / found["copy_s"], "list_ratio": found["seconds"] / found["list_copy_s"]}
    return found | ratios


def main() -> None:
    """Print the parts and the ratios."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    processes = int(sys.argv[2]) if len(sys.argv) > 2 else None
    server = PostgisServer()
    try:
        server.start()
        url = server.create_database()
        store = open_store(url)
        store.upgrade()
        store.dispose()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "places.csv"
            write_list(path, rows)
            found = measure(server, url, path, processes)
    finally:
        server.remove()
    for part, seconds in found["parts"].items():
        sys.stdout.write(f"{part:34} {seconds:8.2f} s {seconds * 1e6 / rows:8.1f} µs a row\n")
    sys.stdout.write(
        f"{rows:,} rows: {found['seconds']:.1f} s, of which {found['processor_s']:.1f} s of the processor"
        f" and {found['further_s']:.1f} s of those that {found['processes']} processes had;"
        f" {found['ratio']:.1f} × a COPY of the same columns ({found['copy_s']:.2f} s),"
        f" {found['list_ratio']:.1f} × a COPY of the list as it is ({found['list_copy_s']:.2f} s)\n"
    )


if __name__ == "__main__":
    main()
