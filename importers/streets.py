"""Import streets from OpenStreetMap extracts and GraphML files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from geodata.datum import to_wgs84
from geodata.errors import FileError, ParameterError, ValueUnusableError
from geodata.messages import Message
from geodata.store import BatchInfo, Store
from geodata.streets import StreetNetwork
from importers.datum_choice import check_datum, datum_choice
from importers.known import tell_datum
from importers.opening import Progress
from importers.reading import sha256_of
from importers.reading.streets import RawStreets, read_streets
from importers.report import ImportReport

_MAX_NAME = 100


def import_streets(
    store: Store,
    path: Path,
    *,
    name: str | None = None,
    datum: str = "auto",
    source: str | None = None,
    dry_run: bool = False,
    actor: str = "import",
    progress: Progress | None = None,
) -> ImportReport:
    """Bring the streets of a file into a store under a name, in place of what had the name, in one transaction.

    What is kept are the streets of the largest part that hangs together, for walking and for e-bikes.

    Parameters
    ----------
    store, path, source, dry_run, actor, progress
        As in :func:`importers.sites.import_sites`; ``rows`` of the report counts streets of the file.
    name : str, optional
        The file's name without suffixes where none is given.
    datum : {"auto", "wgs84", "gcj02", "bd09"}
        Datum of the coordinates; ``auto`` is WGS-84, which OpenStreetMap uses.

    Raises
    ------
    FileError, StoreError
        If file or store cannot be used.
    ParameterError
        If ``name`` or ``datum`` is unusable.
    """
    check_datum(datum)
    called = plain_name(name, path)
    raw = read_streets(path)
    # The file says that it has OpenStreetMap's coordinates, or none of it would be known to be streets.
    choice = datum_choice(datum, stated="wgs84")
    report = ImportReport(path.name, sha256_of(path), dry_run=dry_run, source=source or path.name.partition(".")[0])
    report.recognised = dict(raw.facts)
    tell_datum(report, choice, located=len(raw.lon))
    network = _network(raw, choice.datum, path)
    kept = network.edges
    report.rows.read = len(raw.first)
    report.rows.skipped = report.rows.read - kept
    sizes = {"nodes": network.nodes, "edges": kept, "length_km": round(float(network.length_m.sum()) / 1000, 1)}
    report.recognised |= {"name": called, **sizes, "profiles": list(network.profiles), "closed": raw.closed}
    report.add("info", Message("streets_made", {"name": called, **sizes}))
    if raw.closed:
        report.add("info", Message("streets_closed", {"count": raw.closed}))
    if raw.barriers:
        report.add("info", Message("streets_barriers", {"count": raw.barriers}))
    open_ones = np.max([np.maximum(*pair) for pair in raw.kmh.values()], axis=0) > 0
    if apart := int(open_ones.sum()) - kept:
        report.add("info", Message("streets_apart", {"count": apart}))
    _keep(store, report, called, network, actor)
    if progress:
        progress(report.rows.read, report.rows.read)
    return report


def plain_name(name: str | None, path: Path) -> str:
    """Return the name under which something of a file is kept.

    Raises
    ------
    ParameterError
        If it is empty or too long.
    """
    called = (path.name.partition(".")[0] if name is None else name).strip()
    if not called or len(called) > _MAX_NAME or not called.isprintable():
        expected = f"1–{_MAX_NAME}"
        raise ParameterError("option_unusable", name="name", value=called[:_MAX_NAME], expected=expected)
    return called


def _network(raw: RawStreets, datum: Any, path: Path) -> StreetNetwork:
    lon, lat, inner_lon, inner_lat = raw.lon, raw.lat, raw.inner_lon, raw.inner_lat
    if datum != "wgs84":
        lon, lat = to_wgs84(lon, lat, datum)
        inner_lon, inner_lat = to_wgs84(inner_lon, inner_lat, datum)
    try:
        return StreetNetwork.from_arrays(
            lon,
            lat,
            raw.first,
            raw.last,
            kmh=raw.kmh,
            length_m=raw.length_m,
            shapes=(raw.start, inner_lon, inner_lat),
            facts={"streets": raw.streets, "closed": raw.closed},
        )
    except ValueUnusableError as error:
        raise FileError("file_streets_unusable", file=path.name, reason=error.message.text("en")) from error


def _keep(store: Store, report: ImportReport, name: str, network: StreetNetwork, actor: str) -> None:
    known = {info.name for info in store.street_networks()}
    if report.dry_run:
        news = name not in known or store.streets(name).to_bytes() != network.to_bytes()
    else:
        info = BatchInfo("streets", actor, report.source, report.file, report.sha256)
        with store.write(info) as writer:
            news = writer.put_streets(name, network)
            _count(report, network.edges, news=news, known=name in known)
            writer.finish(report.rows.to_json())
            report.batch = writer.batch_id
        return
    _count(report, network.edges, news=news, known=name in known)


def _count(report: ImportReport, edges: int, *, news: bool, known: bool) -> None:
    report.rows.unchanged += 0 if news else edges
    report.rows.updated += edges if news and known else 0
    report.rows.created += edges if news and not known else 0
