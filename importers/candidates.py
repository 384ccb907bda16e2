"""Import candidates: premises that could host a station, with host, hours, cost and what is settled already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from geodata.candidates import CHECKS, Candidate, Check
from geodata.datum import convert_point
from geodata.errors import ValueUnusableError
from geodata.hours import parse_hours
from geodata.messages import Message
from geodata.store import Store
from geodata.store.candidates import put_candidates, read_candidates
from geodata.vocabulary import Vocabulary
from importers.cleaning import key_of, parse_number
from importers.coordinates import Given
from importers.datum_choice import DatumChoice, check_datum, datum_choice
from importers.extracting import Record
from importers.known import Sample, find_datum, tell_datum
from importers.opening import Opened, Progress, batch, open_table
from importers.places import AreaAssigner
from importers.profile import Profile
from importers.report import EXIT_FAILED, ImportReport, Severity
from importers.survey import given_of, lat_first_in
from importers.words import Words

#: What stands between a word and a remark.
_BREAKS = str.maketrans("；（）()，", ";;;;;;")


def import_candidates(
    store: Store,
    path: Path,
    *,
    datum: str = "auto",
    profile: Path | Profile | None = None,
    source: str | None = None,
    dry_run: bool = False,
    actor: str = "import",
    progress: Progress | None = None,
    vocabulary: Vocabulary | None = None,
) -> ImportReport:
    """Bring the candidates of a file into a store, in one transaction; a row of a key that is there overwrites it.

    Columns: key, name, coordinates, address, host, opening hours, cost in yuan, remark, and one for each of the checks
    (:data:`geodata.candidates.CHECKS`): 是 or 已落实 settles it, 否 or 不同意 refuses it, any other text is a remark to
    what is still open.

    Parameters
    ----------
    store, path, datum, profile, source, dry_run, actor, progress, vocabulary
        As in :func:`importers.sites.import_sites`; ``source`` is the list's name in scenarios.

    Raises
    ------
    FileError, ProfileError, StoreError
        If file, profile or store cannot be used.
    ParameterError
        If ``datum`` is unknown.
    """
    check_datum(datum)
    opened = open_table(
        path,
        "candidates",
        needs=("lon", "lonlat"),
        profile=profile,
        source=source,
        dry_run=dry_run,
        vocabulary=vocabulary,
    )
    report, areas = opened.report, store.areas()
    assigner = AreaAssigner(areas)
    located = _located(opened)
    choice = datum_choice(datum, stated=opened.profile.datum)
    if choice.assumed and located:
        lon, lat = (np.array([getattr(given, axis) for _, given in located], np.float64) for axis in ("lon", "lat"))
        names = [record.texts.get("name", "") for record, _ in located]
        told = [record.texts.get("area", "") for record, _ in located]
        choice = find_datum(store, Sample(lon, lat, names, told), areas, assigner.by_name)
    tell_datum(report, choice, located=len(located))
    found: dict[str, tuple[int, Candidate]] = {}
    for record, given in located:
        _take(record, given, opened, choice, assigner, found)
    present = {item.code: item for item in read_candidates(store, sources=[report.source])}
    items = [item for _, item in found.values()]
    with batch(store, opened, actor, progress) as writer:
        for item in items:
            report.rows.count(known=item.code in present, same=present.get(item.code) == item)
        if writer and report.exit_code != EXIT_FAILED:
            put_candidates(writer, items)
    return report


def _located(opened: Opened) -> list[tuple[Record, Given]]:
    """Return the rows with a position; the others are rejected."""
    rows: list[tuple[Record, Given]] = []
    lat_first = lat_first_in(opened.extractor.heading("lonlat"))
    for record in opened.records():
        given = given_of(record.texts, lat_first=lat_first)
        if given.lon is None or given.lat is None:
            opened.report.reject(given.note or Message("demand_no_position"), row=record.row)
            continue
        if given.note is not None:
            column = opened.extractor.heading(given.field)
            opened.report.add("warning", given.note, row=record.row, column=column)
        rows.append((record, given))
    return rows


def _take(
    record: Record,
    given: Given,
    opened: Opened,
    choice: DatumChoice,
    assigner: AreaAssigner,
    found: dict[str, tuple[int, Candidate]],
) -> None:
    report, texts = opened.report, record.texts
    name = texts.get("name") or texts.get("host") or texts.get("address", "")
    if not name:
        report.reject("candidate_no_name", row=record.row, column=opened.extractor.heading("name"))
        return
    lon, lat = convert_point(given.lon or 0.0, given.lat or 0.0, choice.datum, "wgs84")
    candidate = Candidate(
        source=report.source,
        source_key=texts.get("source_key") or key_of(name)[:100] or f"{lon:.5f},{lat:.5f}",
        name=name[:200],
        lon=lon,
        lat=lat,
        address=texts.get("address", ""),
        host=texts.get("host", ""),
        cost=_cost(record, opened),
        checks=_checks(texts, opened.words),
        area=assigner.by_name(texts["area"]) if texts.get("area") else None,
        note=texts.get("note", ""),
    )
    candidate = _with_hours(candidate, record, opened)
    first, _ = found.setdefault(candidate.code, (record.row, candidate))
    if first != record.row:
        report.reject(Message("candidate_twice", {"first": first}), row=record.row, value=candidate.source_key)


def _with_hours(candidate: Candidate, record: Record, opened: Opened) -> Candidate:
    text = record.texts.get("opening_hours", "")
    if not text:
        return candidate
    parsed = parse_hours(text)
    column = opened.extractor.heading("opening_hours")
    for told in (parsed.reason, *parsed.notices):
        if told is not None:
            severity: Severity = "info" if parsed.osm else "warning"
            opened.report.add(severity, told, row=record.row, column=column, value=text)
    return replace(candidate, hours_osm=parsed.osm, hours_text=text)


def _cost(record: Record, opened: Opened) -> float | None:
    """Return the cost in yuan; ``None`` with a warning where it cannot be read: a budget then leaves the row out."""
    text = record.texts.get("cost", "")
    if not text:
        return None
    try:
        return parse_number(text.replace("万", "")) * (10_000 if "万" in text else 1)
    except ValueUnusableError as error:
        column = opened.extractor.heading("cost")
        opened.report.add("warning", error.message, row=record.row, column=column, value=text)
        return None


def _checks(texts: Mapping[str, str], words: Words) -> dict[str, Check]:
    """Return the checks of which a row says anything."""
    found: dict[str, Check] = {}
    for code in CHECKS:
        text = texts.get(f"check_{code}", "")
        if not text:
            continue
        word, _, remark = text.translate(_BREAKS).partition(";")
        state = words.find("checks", word.strip())
        if state == "settled":
            found[code] = Check("settled", remark.strip(" ;"))
        elif state == "refused":
            found[code] = Check("refused", remark.strip(" ;"))
        else:
            found[code] = Check("open", text)
    return found
