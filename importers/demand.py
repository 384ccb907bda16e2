"""Import demand: points, cells or trips with a weight, and the hour where it is known."""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geodata.datum import to_wgs84
from geodata.demand import DAY, DemandPoints, Kind
from geodata.errors import ValueUnusableError
from geodata.messages import Message
from geodata.sites import Datum
from geodata.store import Store
from geodata.vocabulary import Vocabulary, load_vocabulary
from importers.amounts import parse_amount
from importers.cleaning import cell_text
from importers.coordinates import Given
from importers.datum_choice import DatumChoice, check_datum, datum_choice
from importers.datum_names import datum_of_headings
from importers.datums import MAX_POINTS
from importers.extracting import Record
from importers.known import Sample, find_datum, tell_datum
from importers.opening import Opened, Progress, batch, open_table
from importers.places import AreaAssigner
from importers.profile import Profile, read_profile
from importers.report import EXIT_FAILED, ImportReport
from importers.streets import plain_name
from importers.survey import given_of, lat_first_in
from importers.words import Words

_CLOCK = re.compile(r"(?<!\d)([01]?\d|2[0-4])\s*(?:[:：]\s*[0-5]\d|[时点])")
_HOURS = tuple(f"h{hour:02d}" for hour in range(DAY))
_UNKNOWN = -1
_TIMES = {"百万": 1e6, "万": 1e4, "千": 1e3}
_COUNT = re.compile(r"\d[\d,]*(?:\.\d+)?")
_SAMPLE = 200
#: Points nearer to each other than so many degrees (0.1 m) are one.
_SAME = 1e-6


def import_demand(
    store: Store,
    path: Path,
    *,
    layer: str | None = None,
    weight: str | None = None,
    datum: str = "auto",
    profile: Path | Profile | None = None,
    source: str | None = None,
    dry_run: bool = False,
    actor: str = "import",
    progress: Progress | None = None,
    vocabulary: Vocabulary | None = None,
) -> ImportReport:
    """Bring the demand of a file into a store as a layer, in place of what had its name, in one transaction.

    Rows are points or cells (a point within stands for the cell) with a column of weights, or trips, both ends of which
    count. Hours come from a time or an hour in each row, or from 24 columns of weights (``0时`` … ``23时``).

    Parameters
    ----------
    store, path, profile, source, dry_run, actor, progress, vocabulary
        As in :func:`importers.sites.import_sites`.
    layer : str, optional
        The file's name without suffixes where none is given.
    weight : str, optional
        Heading of the column of weights; without it a known heading, else every row has a weight of 1.
    datum : {"auto", "wgs84", "gcj02", "bd09"}
        Datum of the coordinates; ``auto`` asks streets, sites and areas of the store.

    Raises
    ------
    FileError, ProfileError, StoreError
        If file, profile or store cannot be used, or there is no column of that heading.
    ParameterError
        If ``layer`` or ``datum`` is unusable.
    """
    check_datum(datum)
    called = plain_name(layer, path)
    words = vocabulary or load_vocabulary()
    chosen = read_profile(profile, Words(words), "demand")
    if weight is not None:
        chosen = replace(chosen, name=chosen.name or "--weight", columns={**chosen.columns, "weight": (weight,)})
    opened = open_table(
        path,
        "demand",
        needs=("lon", "lonlat"),
        profile=chosen,
        source=source,
        dry_run=dry_run,
        vocabulary=words,
    )
    rows = _Rows.of(opened)
    for record in opened.records():
        rows.take(record)
    named = _named_datum(opened) if datum == "auto" and opened.profile.datum is None else None
    choice = _datum(store, opened, rows, named[1] if named else datum)
    tell_datum(opened.report, choice, located=len(rows.lon))
    if named:
        opened.report.add("info", Message("datum_in_heading", {"datum": named[1]}), column=named[0])
    with batch(store, opened, actor, progress) as writer:
        if opened.report.exit_code != EXIT_FAILED and len(rows.lon):
            demand = rows.demand(choice)
            known = {info.name for info in store.demand_layers()}
            if writer is None:
                news = called not in known or store.demand(called).to_bytes() != demand.to_bytes()
            else:
                news = writer.put_demand(called, demand)
            _tell(opened.report, called, demand, rows, news=news, known=called in known)
    return opened.report


@dataclass(slots=True)
class _Rows:
    """What the rows say, a few bytes each; a trip has two entries."""

    opened: Opened
    trips: bool
    lat_first: bool
    timed: bool
    #: the field with the weights
    weighed_by: str = "weight"
    #: what the unit of the weights is counted in: ten thousands for 人口（万人）
    times: float = 1.0
    lon: array[float] = field(default_factory=lambda: array("d"))
    lat: array[float] = field(default_factory=lambda: array("d"))
    weight: array[float] = field(default_factory=lambda: array("d"))
    hour: array[int] = field(default_factory=lambda: array("b"))
    by_hour: list[NDArray[np.float32]] = field(default_factory=list)
    areas: list[str] = field(default_factory=list)
    taken: int = 0
    cells: int = 0
    hourless: int = 0

    @classmethod
    def of(cls, opened: Opened) -> _Rows:
        """Begin with the columns of a table."""
        fields = set(opened.table.fields()) | set(opened.profile.constants)
        trips = {"to_lon", "to_lat"} <= fields
        timed = bool({"time", "hour", "to_time"} & fields)
        if not ({"weight", "total"} & fields or set(_HOURS) & fields):
            _tell_no_weight(opened)
        weighed_by = "total" if "total" in fields and "weight" not in opened.profile.columns else "weight"
        heading = unicodedata.normalize("NFKC", opened.extractor.heading(weighed_by))
        times = next((value for sign, value in _TIMES.items() if re.search(rf"[(]\s*(?:单位:)?{sign}", heading)), 1.0)
        return cls(opened, trips, lat_first_in(opened.extractor.heading("lonlat")), timed, weighed_by, times)

    def take(self, record: Record) -> None:
        """Take a row, or reject it."""
        texts, report = record.texts, self.opened.report
        ends = [given_of(texts, lat_first=self.lat_first)]
        if self.trips:
            ends.append(given_of(_end_texts(texts), lat_first=False))
        if any(end.lon is None for end in ends):
            bad = next(end for end in ends if end.lon is None)
            report.reject(bad.note or Message("demand_no_position"), row=record.row)
            return
        try:
            hours = self._hours(texts)
            weight = float(hours.sum()) if hours is not None else self.times * self._weight(texts)
        except ValueUnusableError as error:
            column = self.opened.extractor.heading(self.weighed_by)
            report.reject(error.message, row=record.row, column=column, value=texts.get(self.weighed_by))
            return
        if not weight:
            report.rows.skipped += 1
            return
        self.taken += 1
        self.cells += texts.get("geometry_precision") == "approximate"
        for end, name in zip(ends, ("time", "to_time"), strict=False):
            self._add(record, end, weight, _hour(texts, name), hours)

    def _add(self, record: Record, end: Given, weight: float, hour: int, hours: NDArray[np.float32] | None) -> None:
        if end.note is not None:
            self.opened.report.add("warning", end.note, row=record.row, column=self.opened.extractor.heading(end.field))
        self.lon.append(end.lon or 0.0)
        self.lat.append(end.lat or 0.0)
        self.weight.append(weight)
        self.hour.append(hour)
        self.hourless += self.timed and hour == _UNKNOWN and hours is None
        if hours is not None:
            self.by_hour.append(hours)
        if len(self.areas) < len(self.lon) <= MAX_POINTS:
            self.areas.append(record.texts.get("area", ""))

    def _weight(self, texts: Mapping[str, str]) -> float:
        text = texts.get(self.weighed_by) or texts.get("weight")
        return 1.0 if text is None else _number(text)

    def _hours(self, texts: Mapping[str, str]) -> NDArray[np.float32] | None:
        """Return the weights of 24 columns; ``None`` where the table has no such columns."""
        if not set(_HOURS) & set(self.opened.table.fields()):
            return None
        return np.array([_number(texts.get(name, "0")) for name in _HOURS], np.float32)

    def sample(self) -> Sample:
        """Return points to find the datum by, each place once."""
        points = np.column_stack((self.lon, self.lat))
        _, once = np.unique(points, axis=0, return_index=True)
        if len(once) > MAX_POINTS:
            once = once[np.linspace(0, len(once) - 1, MAX_POINTS).astype(int)]
        areas = [self.areas[row] if row < len(self.areas) else "" for row in once]
        return Sample(points[once, 0], points[once, 1], [""] * len(once), areas)

    def demand(self, choice: DatumChoice) -> DemandPoints:
        """Return the layer, in WGS-84, with one point for each place."""
        points = np.column_stack((self.lon, self.lat))
        keys = np.round(points / _SAME).astype(np.int64)
        _, first, place = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        order = np.argsort(first)
        number = np.empty(len(first), np.int64)
        number[order] = np.arange(len(first))
        group, first = number[place.reshape(-1)], first[order]
        weights = np.array(self.weight)
        weight = np.bincount(group, weights, minlength=len(first))
        hourly = self._hourly(group, weights, len(first))
        lon, lat = to_wgs84(points[first, 0], points[first, 1], choice.datum)
        kind: Kind = "trips" if self.trips else "cells" if 2 * self.cells > self.taken else "points"
        return DemandPoints.of(lon, lat, weight, hourly, kind)

    def _hourly(self, group: NDArray[np.int64], weights: NDArray[np.float64], count: int) -> NDArray[np.float32] | None:
        if self.by_hour:
            hourly = np.zeros((count, DAY), np.float32)
            np.add.at(hourly, group, np.array(self.by_hour))
            return hourly
        hours = np.array(self.hour, np.int64)
        known = hours != _UNKNOWN
        if not known.any():
            return None
        hourly = np.zeros((count, DAY), np.float32)
        np.add.at(hourly, (group[known], hours[known]), weights[known])
        return hourly


def _end_texts(texts: Mapping[str, str]) -> dict[str, str]:
    """Return the texts of a trip's end as those of a point."""
    return {name: texts[f"to_{name}"] for name in ("lon", "lat") if f"to_{name}" in texts}


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number, _ = parse_amount(text)
    if not 0 <= number < 1e12:
        raise ValueUnusableError("value_number_range", value=text[:80])
    return number


def _hour(texts: Mapping[str, str], name: str) -> int:
    """Return the hour of the day that a row names; -1 for none."""
    text = texts.get(name, "") if name != "time" else texts.get("time") or texts.get("hour", "")
    if not text:
        return _UNKNOWN
    try:
        return datetime.fromisoformat(text).hour if len(text) > len("2026-01-01") else int(text) % DAY
    except ValueError:
        found = _CLOCK.search(text)
        return int(found[1]) % DAY if found else _UNKNOWN


def _tell_no_weight(opened: Opened) -> None:
    """Say that every row counts the same, as a warning where columns of numbers were not taken for weights."""
    headings, unknown = opened.table.headings, set(opened.table.unknown)
    rows = list(islice(opened.table.rows(), _SAMPLE))
    numbers = [
        heading
        for index, heading in enumerate(headings)
        if heading in unknown
        and (texts := [text for row in rows if (text := cell_text(row.cell(index)))])
        and all(_COUNT.fullmatch(text) for text in texts)
        and not heading.casefold().endswith(("id", "号", "编码", "代码", "code", "fid"))
    ]
    opened.report.add("info", "demand_weight_one")
    if numbers:
        opened.report.add("warning", Message("demand_weight_unsure", {"columns": "、".join(numbers)}))


def _named_datum(opened: Opened) -> tuple[str, Datum] | None:
    """Return the heading of a column of coordinates that names a datum, and the datum."""
    positions = {"lon", "lat", "lonlat", "to_lon", "to_lat"}
    return datum_of_headings([column.heading for column in opened.table.columns if column.field in positions])


def _datum(store: Store, opened: Opened, rows: _Rows, datum: str) -> DatumChoice:
    asked = datum_choice(datum, stated=opened.profile.datum)
    if not asked.assumed or not len(rows.lon):
        return asked
    areas = store.areas()
    return find_datum(store, rows.sample(), areas, AreaAssigner(areas).by_name)


def _tell(report: ImportReport, name: str, demand: DemandPoints, rows: _Rows, *, news: bool, known: bool) -> None:
    """Count the rows and say what the layer is."""
    report.rows.unchanged += 0 if news else rows.taken
    report.rows.updated += rows.taken if news and known else 0
    report.rows.created += rows.taken if news and not known else 0
    total = round(float(demand.weight.sum()), 3)
    report.recognised |= {"layer": name, "kind": demand.kind, "points": len(demand), "weight": total}
    report.recognised |= {"hours": demand.hours}
    message = Message("demand_made", {"name": name, "points": len(demand), "weight": f"{total:,.6g}"})
    report.add("info", message)
    if demand.hours and rows.hourless:
        report.add("warning", Message("demand_hours_missing", {"count": rows.hourless}))
