"""A list of all China into PostGIS: the importer, part by part, beside a bare COPY of the same columns.

Run with ``python -m tests.benchmarks.importing [ROWS [PROCESSES [ROUNDS]]]``; by default 20,000 rows, as many processes
as ``stationmap import sites`` uses, and three rounds. In each round import and COPY follow each other; what is told is
the round with the median ratio. The parts are those of the first process; with 1 that is all.

On a machine that does other things look at the processor time: ``balanced`` is what the ratio would be if the import's
processes shared the machine's processors evenly, and nobody else wanted them.
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
from tests.benchmarks.machine import processor_s
from tests.benchmarks.national import sites
from tests.benchmarks.parts import clocked
from tests.postgres import PostgisServer

COLUMNS = ("key", "name", "kind", "lon", "lat", "address", "opening_hours", "phone", "level", "facilities")


def write_list(path: Path, n: int) -> None:
    """Write ``n`` sites as a union might keep them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(cells(number, site) for number, site in enumerate(sites(n)))


def cells(number: int, site: Site) -> tuple[object, ...]:
    """Return a site as a row of the list."""
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


def stored_copy_s(server: PostgisServer, url: str) -> tuple[float, float]:
    """Seconds that PostgreSQL takes to copy the columns that the import wrote into ``sites``, and to index them alike.

    Both by the clock and of the processors, this process's included.
    Without the history and the sources' keys, which an import writes too: two more tables.
    """
    lines = io.BytesIO()
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
        begun, used = time.perf_counter(), _used(server)
        cursor.copy_expert(f"COPY bare ({columns}) FROM STDIN", lines, 1 << 18)
        for index in indexes:
            cursor.execute(index)
        taken, used = time.perf_counter() - begun, _used(server) - used
        connection.rollback()
    return taken, used


def _used(server: PostgisServer) -> float:
    """Processor time of the server and of this process."""
    return processor_s(server.pid or 0) + time.process_time()


def import_s(server: PostgisServer, url: str, path: Path, processes: int) -> dict[str, Any]:
    """Seconds that the importer takes for the file, in all and by part, processor time, and what it counted.

    ``processor_s`` is that of this process, ``further_s`` that of the processes that prepare rows, ``server_s`` that of
    PostgreSQL; ``parts`` are seconds by the clock, ``processor_parts`` those of this process's processor.
    """
    store = open_store(url)
    try:
        with clocked() as clock:
            begun, further, serving = time.perf_counter(), sum(os.times()[2:4]), processor_s(server.pid or 0)
            report = import_sites(store, path, datum="wgs84", source="bench", processes=processes)
            taken = time.perf_counter() - begun
            further, serving = sum(os.times()[2:4]) - further, processor_s(server.pid or 0) - serving
        used = sum(clock.processor_s.values())
        seconds = {"seconds": taken, "processor_s": used, "further_s": further, "server_s": serving}
        parts = {"parts": clock.seconds, "processor_parts": clock.processor_s}
        return {**seconds, "processes": processes, **parts, "counts": report.rows.to_json()}
    finally:
        store.dispose()


def measure(
    server: PostgisServer, url: str, path: Path, processes: int | None = None, rounds: int = 3
) -> dict[str, Any]:
    """Import a list into an empty store and compare; ``ratio`` is against the same columns, that of the budget.

    The first round goes into ``url``, the others into databases that are dropped.
    """
    found = [_round(server, url, path, processes or processes_at_hand())]
    for _ in range(rounds - 1):
        other = prepared_database(server)
        found.append(_round(server, other, path, processes or processes_at_hand()))
        server.drop_database(other)
    found.sort(key=lambda one: one["ratio"])
    return {**found[len(found) // 2], "ratios": [one["ratio"] for one in found]}


def prepared_database(server: PostgisServer) -> str:
    """Return a database with the schema and no places."""
    url = server.create_database()
    store = open_store(url)
    store.upgrade()
    store.dispose()
    return url


def _round(server: PostgisServer, url: str, path: Path, processes: int) -> dict[str, Any]:
    found = import_s(server, url, path, processes)
    copy_s, copy_used = stored_copy_s(server, url)
    list_s = list_copy_s(server, path)
    used = found["processor_s"] + found["further_s"] + found["server_s"]
    # The server works while the first process waits for it, so at best the two share a processor.
    alone = max(found["processor_s"] + found["server_s"], used / processes)
    ratios = {
        "ratio": found["seconds"] / copy_s,
        "balanced": alone / copy_used,
        "list_ratio": found["seconds"] / list_s,
    }
    return found | {"copy_s": copy_s, "copy_processor_s": copy_used, "list_copy_s": list_s} | ratios


def main() -> None:
    """Print the parts and the ratios."""
    given = [int(word) for word in sys.argv[1:4]]
    rows, processes, rounds = [*given, *(20_000, processes_at_hand(), 3)[len(given) :]]
    server = PostgisServer()
    try:
        server.start()
        url = prepared_database(server)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "places.csv"
            write_list(path, rows)
            found = measure(server, url, path, processes, rounds)
    finally:
        server.remove()
    for part, seconds in found["parts"].items():
        used = found["processor_parts"][part]
        each = used * 1e6 / rows
        sys.stdout.write(f"{part:34} {seconds:8.2f} s {used:8.2f} s of the processor {each:8.1f} µs a row\n")
    rounds_told = ", ".join(f"{ratio:.1f}" for ratio in found["ratios"])
    sys.stdout.write(
        f"{rows:,} rows: {found['seconds']:.1f} s; of the processor {found['processor_s']:.1f} s here,"
        f" {found['further_s']:.1f} s in {found['processes']} processes, {found['server_s']:.1f} s in PostgreSQL\n"
        f"COPY of the same columns: {found['copy_s']:.2f} s, {found['copy_processor_s']:.2f} s of the processor\n"
        f"ratio {found['ratio']:.1f} (rounds {rounds_told}), balanced {found['balanced']:.1f};"
        f" {found['list_ratio']:.1f} × a COPY of the list as it is ({found['list_copy_s']:.2f} s)\n"
    )


if __name__ == "__main__":
    main()
