"""Import figures that unions publish about their places and areas: visits, matters, persons helped, money."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geodata.errors import ValueUnusableError
from geodata.indicators import Indicator, Period, find_word, parse_period, words
from geodata.messages import Message
from geodata.store import Store, Writer
from geodata.vocabulary import Vocabulary
from importers.cleaning import parse_date
from importers.extracting import Record
from importers.opening import Opened, Progress, batch, open_table
from importers.places import AreaAssigner
from importers.profile import Profile
from importers.report import ImportReport
from importers.tellings import NEEDS, Tellings

_NUMBER = re.compile(r"(?:约|近|共)?\s*([-+]?\d[\d,]*(?:\.\d+)?)\s*(万|亿|千|k|million)?\s*(.*)", re.IGNORECASE)
_TIMES = {"": 1.0, "千": 1e3, "k": 1e3, "万": 1e4, "million": 1e6, "亿": 1e8}


def import_indicators(
    store: Store,
    path: Path,
    *,
    profile: Path | Profile | None = None,
    source: str | None = None,
    dry_run: bool = False,
    actor: str = "import",
    progress: Progress | None = None,
    vocabulary: Vocabulary | None = None,
) -> ImportReport:
    """Bring published figures into a store, in one transaction.

    A row with a site (code, key or name) is about that site, found as for ratings; one with an area alone is about the
    area, by its code or name. The same figures again change nothing; a new value for the same metric and period of a
    source replaces the old one.

    Parameters
    ----------
    store, path, profile, source, dry_run, actor, progress, vocabulary
        As in :func:`importers.ratings.import_ratings`. A row may name its own source in a column.

    Raises
    ------
    FileError, ProfileError, StoreError
        If file, profile or store cannot be used.
    """
    opened = open_table(
        path,
        "indicators",
        needs=(*NEEDS, "area"),
        profile=profile,
        source=source,
        dry_run=dry_run,
        vocabulary=vocabulary,
    )
    run = _Run(store, opened, Tellings.of("indicator", store, opened), AreaAssigner(store.areas()))
    run.known_areas = {area.adcode for area in store.areas()}
    with batch(store, opened, actor) as writer:
        for chunk in opened.chunks(progress):
            run.load(chunk, writer)
        if writer:
            run.tellings.finish(writer)
    return opened.report


@dataclass(slots=True)
class _Run:
    """One import: rows become figures of the sites or areas that they mean."""

    store: Store
    opened: Opened
    tellings: Tellings
    areas: AreaAssigner
    known_areas: set[str] = field(default_factory=set)
    _first: dict[str, int] = field(default_factory=dict)

    def load(self, records: Sequence[Record], writer: Writer | None) -> None:
        """Write what rows tell, or only find out what would be written."""
        report = self.opened.report
        found: dict[int, Indicator] = {}
        of_sites: list[Record] = []
        news: list[tuple[int | str, Indicator]] = []
        for record in records:
            try:
                found[record.place] = indicator_of(record.texts, report.source)
            except ValueUnusableError as error:
                report.reject(error.message, row=record.row)
                continue
            self._note_words(record, found[record.place])
            if any(record.texts.get(need) for need in NEEDS):
                of_sites.append(record)
            elif (area := self._area(record)) is not None and self._is_first(record, found[record.place].key(area)):
                news.append((area, found[record.place]))
        for meant in self.tellings.meant(of_sites):
            item = found[meant.record.place]
            key = item.key(-1 if meant.site is None else meant.site)
            if not self._is_first(meant.record, key if meant.site is not None else f"{meant.identity}|{key}"):
                continue
            if meant.site is None:
                self.tellings.ask(meant, packed(item), key)
            else:
                news.append((meant.site, item))
        self._write(news, writer)

    def _note_words(self, record: Record, item: Indicator) -> None:
        if item.metric not in words("metrics"):
            column = self.opened.extractor.heading("metric")
            self.opened.report.add("info", "indicator_other_words", row=record.row, column=column, value=item.metric)

    def _is_first(self, record: Record, key: str) -> bool:
        first = self._first.setdefault(key, record.row)
        if first != record.row:
            self.opened.report.reject(Message("indicator_twice", {"first": first}), row=record.row)
        return first == record.row

    def _area(self, record: Record) -> str | None:
        text, report = record.texts.get("area", ""), self.opened.report
        if not text:
            report.reject("rating_site_missing", row=record.row)
            return None
        code = text if text in self.known_areas else self.areas.by_name(text)
        if code is None:
            column = self.opened.extractor.heading("area")
            report.reject("indicator_area_unknown", row=record.row, column=column, value=text)
        return code

    def _write(self, news: Sequence[tuple[int | str, Indicator]], writer: Writer | None) -> None:
        rows = self.opened.report.rows
        present = self.store.indicators([item.key(subject) for subject, item in news])
        changed = []
        for subject, item in news:
            before = present.get(item.key(subject))
            if rows.count(known=before is not None, same=before == item):
                changed.append((subject, item))
        if writer and changed:
            writer.put_indicators(changed)


def indicator_of(texts: Mapping[str, str], source: str) -> Indicator:
    """Return the figure of a row.

    Raises
    ------
    ValueUnusableError
        If metric, period, value or unit are missing or unreadable.
    """
    metric = texts.get("metric", "")
    if not metric:
        raise ValueUnusableError("indicator_no_metric")
    code = find_word("metrics", metric)
    value, unit = _value(texts.get("value", ""), texts.get("unit", ""))
    unit = find_word("units", unit) or unit or (words("metrics")[code].unit if code else "")
    if not unit:
        raise ValueUnusableError("indicator_no_unit")
    return Indicator(
        metric=code or metric[:100],
        name=texts.get("name", "")[:200],
        period=_period(texts),
        value=value,
        unit=unit[:40],
        source=texts.get("source", "")[:200] or source,
        note=texts.get("note", ""),
    )


def _value(text: str, unit: str) -> tuple[float, str]:
    """Return the number of a cell in plain units, and its unit: ``185.1万元`` is 1,851,000 and 元."""
    match = _NUMBER.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if not match:
        raise ValueUnusableError("indicator_value", value=text[:40])
    number = float(match[1].replace(",", "")) * _TIMES[(match[2] or "").lower()]
    unit = unit or match[3].strip()
    if not match[2] and unit[:1] in ("万", "亿", "千"):
        number, unit = number * _TIMES[unit[0]], unit[1:]
    return round(number, 6), unit.rstrip("。.")


def _period(texts: Mapping[str, str]) -> Period:
    first, last = texts.get("from"), texts.get("to")
    if first and last:
        return Period(parse_date(first), parse_date(last))
    if text := texts.get("period"):
        return parse_period(text)
    year = texts.get("year", "")
    part = texts.get("quarter") or texts.get("month")
    if year and part:
        bare = year.rstrip("年度")
        sign = "-Q" if texts.get("quarter") else "-"
        plain = unicodedata.normalize("NFKC", part)
        digits = next((sign for sign in re.findall(r"\d+|[一二三四]", plain)), plain)
        return parse_period(f"{bare}{sign}{digits}")
    if year:
        return parse_period(year)
    raise ValueUnusableError("indicator_no_period")


def packed(item: Indicator) -> dict[str, Any]:
    """Return a figure as JSON values, to decide about it later."""
    values = {name: getattr(item, name) for name in ("metric", "name", "value", "unit", "source", "note")}
    return {**values, "from": item.period.start.isoformat(), "to": item.period.end.isoformat()}


def unpacked(values: Mapping[str, Any]) -> Indicator:
    """Return the figure that was packed."""
    period = Period(parse_date(values["from"]), parse_date(values["to"]))
    rest = {name: value for name, value in values.items() if name not in ("from", "to")}
    return Indicator(period=period, **rest)
